//! Something that is wrong in a file of a bank, with its place.

use std::cell::OnceCell;
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
        SourceText::new(text).finding(file, span, message, hint)
    }
}

/// The text of a file that may have many findings. Its lines are indexed at the first finding, so that
/// each further one takes constant time, whatever the length of the file and of its lines.
pub(super) struct SourceText<'t> {
    text: &'t str,
    index: OnceCell<LineIndex>,
}

impl<'t> SourceText<'t> {
    pub(super) fn new(text: &'t str) -> Self {
        Self { text, index: OnceCell::new() }
    }

    /// A finding at `span` of the text, which is the content of `file`.
    pub(super) fn finding(
        &self,
        file: &str,
        span: Range<usize>,
        message: impl Into<String>,
        hint: impl Into<String>,
    ) -> Finding {
        let text = self.text;
        let start = text.floor_char_boundary(span.start.min(text.len()));
        let end = text.floor_char_boundary(span.end.min(text.len())).max(start);
        let index = self.index.get_or_init(|| LineIndex::new(text));
        let line = index.line(start);
        let column = index.characters_before(text, start) - index.characters_before(text, index.start_of(line)) + 1;
        Finding { file: file.to_owned(), line, column, start, end, message: message.into(), hint: hint.into() }
    }
}

/// Bytes between two entries of [`LineIndex::characters`].
const BLOCK: usize = 256;

/// Where lines begin, and how many characters precede each block of bytes.
struct LineIndex {
    starts: Vec<usize>,
    characters: Vec<usize>,
}

impl LineIndex {
    fn new(text: &str) -> Self {
        let (mut starts, mut characters, mut count) = (vec![0], Vec::with_capacity(text.len() / BLOCK + 1), 0);
        for (at, byte) in text.bytes().enumerate() {
            if at % BLOCK == 0 {
                characters.push(count);
            }
            count += usize::from(begins_character(byte));
            if byte == b'\n' {
                starts.push(at + 1);
            }
        }
        Self { starts, characters }
    }

    /// The line of an offset, from 1.
    fn line(&self, offset: usize) -> usize {
        self.starts.partition_point(|start| *start <= offset)
    }

    fn start_of(&self, line: usize) -> usize {
        self.starts.get(line.saturating_sub(1)).copied().unwrap_or(0)
    }

    /// How many characters begin before `offset`.
    fn characters_before(&self, text: &str, offset: usize) -> usize {
        let block = (offset / BLOCK).min(self.characters.len().saturating_sub(1));
        let rest = text.as_bytes().get(block * BLOCK..offset).unwrap_or_default();
        let begun = rest.iter().filter(|byte| begins_character(**byte)).count();
        self.characters.get(block).copied().unwrap_or(0) + begun
    }
}

/// Whether `byte` is the first of a character in UTF-8.
fn begins_character(byte: u8) -> bool {
    byte & 0b1100_0000 != 0b1000_0000
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

    #[test]
    fn every_offset_has_the_line_and_column_that_counting_gives() {
        for text in [String::new(), "é\n".repeat(300), "añ漢🦀 ".repeat(200), format!("{}\n\né x", "a".repeat(BLOCK))]
        {
            let source = SourceText::new(&text);
            for offset in (0..=text.len() + 2).filter(|offset| *offset > text.len() || text.is_char_boundary(*offset)) {
                let before = &text[..offset.min(text.len())];
                let line = before.matches('\n').count() + 1;
                let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
                let finding = source.finding("f", offset..offset, "m", "h");
                assert_eq!((finding.line, finding.column), (line, column), "offset {offset} of {text:?}");
            }
        }
    }
}
