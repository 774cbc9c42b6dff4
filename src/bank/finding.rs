//! Something that is wrong in a file of a bank, with its place.

use std::fmt;
use std::ops::Range;

use serde::Serialize;

/// One thing to mend.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Finding {
    /// The file, as it is named in the bank.
    pub file: String,
    /// Line, from 1.
    pub line: usize,
    /// Column in characters, from 1.
    pub column: usize,
    /// First byte.
    pub start: usize,
    /// One past the last byte.
    pub end: usize,
    /// What is wrong.
    pub message: String,
    /// What to do.
    pub hint: String,
}

impl Finding {
    /// At `span` of `text`, which is what `file` holds.
    pub fn new(
        file: &str,
        text: &str,
        span: Range<usize>,
        message: impl Into<String>,
        hint: impl Into<String>,
    ) -> Self {
        let start = text.floor_char_boundary(span.start.min(text.len()));
        let end = text.floor_char_boundary(span.end.min(text.len())).max(start);
        let line_start = text[..start].rfind('\n').map_or(0, |at| at + 1);
        Self {
            file: file.to_owned(),
            line: text[..start].matches('\n').count() + 1,
            column: text[line_start..start].chars().count() + 1,
            start,
            end,
            message: message.into(),
            hint: hint.into(),
        }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { file, line, column, message, hint, .. } = self;
        write!(f, "{file}:{line}:{column}: {message} (hint: {hint})")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_counted_as_an_editor_counts_them() {
        let text = "a = 1\nbé = 2\n";
        let finding = |span| Finding::new("f.toml", text, span, "m", "h");
        assert_eq!((finding(0..1).line, finding(0..1).column), (1, 1));
        assert_eq!((finding(10..11).line, finding(10..11).column), (2, 4));
        assert_eq!(finding(900..901).line, 3);
        assert_eq!(finding(8..9).to_string(), "f.toml:2:2: m (hint: h)");
    }
}
