//! Findings: faults in the files of a bank, each with its location, a message and a hint.
//!
//! Takes byte spans and computes lines and columns. The caller decides how findings are shown.

use std::cell::OnceCell;
use std::fmt;
use std::ops::Range;

use serde::Serialize;

/// A fault in a file of a bank.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Finding {
    /// Name of the file in the bank.
    pub file: String,
    /// Line, from 1.
    pub line: usize,
    /// Column in characters, from 1.
    pub column: usize,
    /// Byte offset in the file where the fault starts.
    pub start: usize,
    /// Byte offset in the file after the end of the fault.
    pub end: usize,
    /// What is wrong, in one line.
    pub message: String,
    /// How to fix the fault, without names of flags or commands.
    pub hint: String,
    /// The kind of the fault, for callers that replace the hints for some kinds.
    #[serde(skip)]
    pub kind: FindingKind,
}

/// The kind of a finding. A caller may know a command that shows more about findings of some kinds.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Default)]
pub enum FindingKind {
    /// A rubric file that is not TOML, or a value of the wrong type.
    RubricSyntax,
    /// A golden test of a rubric expects a different credit from the one that the scorer gives.
    GoldenCredit,
    /// The score of a sample answer does not match its level.
    SampleScore {
        /// Id of the question.
        question: String,
    },
    /// Every other fault.
    #[default]
    Other,
}

impl Finding {
    /// A finding at the byte range `span` of `text`, the content of `file`.
    pub fn new(
        file: &str,
        text: &str,
        span: Range<usize>,
        message: impl Into<String>,
        hint: impl Into<String>,
    ) -> Self {
        SourceText::new(text).finding(file, span, message, hint)
    }

    /// Replaces the kind of the finding.
    pub(super) fn with_kind(self, kind: FindingKind) -> Self {
        Self { kind, ..self }
    }
}

/// The text of a file that may have many findings.
///
/// The first finding indexes the lines. Each further finding takes constant time, whatever the length of the file and
/// of its lines.
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
        let column =
            index.characters_before(text, start) - index.characters_before(text, index.start_of_line(line)) + 1;
        let (message, hint) = (message.into(), hint.into());
        Finding { file: file.to_owned(), line, column, start, end, message, hint, kind: FindingKind::Other }
    }
}

/// Number of bytes between two entries of [`LineIndex::characters`].
const BLOCK: usize = 256;

/// Converts byte offsets into lines and columns.
struct LineIndex {
    /// For each line, the offset of its first byte.
    starts: Vec<usize>,
    /// For each block of [`BLOCK`] bytes, the number of characters that start before it.
    characters: Vec<usize>,
}

impl LineIndex {
    fn new(text: &str) -> Self {
        let (mut starts, mut characters, mut count) = (vec![0], Vec::with_capacity(text.len() / BLOCK + 1), 0);
        for (at, byte) in text.bytes().enumerate() {
            if at % BLOCK == 0 {
                characters.push(count);
            }
            count += usize::from(starts_character(byte));
            if byte == b'\n' {
                starts.push(at + 1);
            }
        }
        Self { starts, characters }
    }

    /// The line that contains `offset`, from 1.
    fn line(&self, offset: usize) -> usize {
        self.starts.partition_point(|start| *start <= offset)
    }

    fn start_of_line(&self, line: usize) -> usize {
        self.starts.get(line.saturating_sub(1)).copied().unwrap_or(0)
    }

    /// Number of characters that start before `offset`.
    fn characters_before(&self, text: &str, offset: usize) -> usize {
        let block = (offset / BLOCK).min(self.characters.len().saturating_sub(1));
        let rest = text.as_bytes().get(block * BLOCK..offset).unwrap_or_default();
        let started = rest.iter().filter(|byte| starts_character(**byte)).count();
        self.characters.get(block).copied().unwrap_or(0) + started
    }
}

/// Whether `byte` is the first byte of a character in UTF-8.
fn starts_character(byte: u8) -> bool {
    byte & 0b1100_0000 != 0b1000_0000
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { file, line, column, message, .. } = self;
        write!(f, "{file}:{line}:{column}: {message}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_and_columns_are_counted_as_an_editor_counts_them() {
        let text = "a = 1\nbé = 2\n";
        let finding = |span| Finding::new("f.toml", text, span, "m", "h");
        assert_eq!((finding(0..1).line, finding(0..1).column), (1, 1));
        assert_eq!((finding(10..11).line, finding(10..11).column), (2, 4));
        assert_eq!(finding(900..901).line, 3);
        assert_eq!(finding(8..9).to_string(), "f.toml:2:2: m");
        assert_eq!(finding(8..9).hint, "h");
    }

    #[test]
    fn the_index_gives_the_same_line_and_column_as_counting_from_the_start() {
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
