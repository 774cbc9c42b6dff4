//! An answer as a Markdown quotation, with its evidence in bold.

use super::pieces::Piece;
use crate::report::markdown_text::push_escaped;
use crate::wording::safe_line;

/// The pieces of an answer as a quotation, with evidence in bold and raised numbers.
pub(super) fn quotation(pieces: &[Piece<'_>]) -> String {
    let mut quotation = Quotation::default();
    for piece in pieces {
        quotation.piece(piece);
    }
    quotation.end_line();
    quotation.out
}

#[derive(Default)]
struct Quotation {
    out: String,
    line: String,
    /// Number of marks around the next text.
    depth: usize,
    is_bold: bool,
    space: bool,
}

impl Quotation {
    fn piece(&mut self, piece: &Piece<'_>) {
        match piece {
            Piece::Text(text, _) => self.text(text),
            Piece::Open(_) => {
                self.put_space();
                self.depth += 1;
            }
            Piece::Close(mark) => {
                let label = mark.label_after(&self.line);
                self.line.push_str(&label);
                self.depth = self.depth.saturating_sub(1);
                self.end_bold_if(self.depth == 0);
            }
            Piece::Gap => {
                self.space = true;
                self.word("…");
                self.space = true;
            }
        }
    }

    fn text(&mut self, text: &str) {
        for (number, line) in text.split('\n').enumerate() {
            if number > 0 {
                self.end_line();
            }
            self.words(&safe_line(line));
        }
    }

    fn words(&mut self, line: &str) {
        self.space |= line.starts_with(char::is_whitespace);
        for (number, word) in line.split_whitespace().enumerate() {
            self.space |= number > 0;
            self.word(word);
        }
        self.space |= line.ends_with(char::is_whitespace);
    }

    fn word(&mut self, word: &str) {
        let begins_line = self.line.is_empty();
        self.put_space();
        if self.depth > 0 && !self.is_bold {
            self.line.push_str("**");
            self.is_bold = true;
        }
        push_escaped(&mut self.line, word, begins_line);
    }

    fn put_space(&mut self) {
        if std::mem::take(&mut self.space) && !self.line.is_empty() {
            self.line.push(' ');
        }
    }

    fn end_bold_if(&mut self, ends: bool) {
        if ends && std::mem::take(&mut self.is_bold) {
            self.line.push_str("**");
        }
    }

    /// Ends a line of the answer, which becomes a paragraph of the quotation.
    fn end_line(&mut self) {
        self.end_bold_if(true);
        self.space = false;
        if self.line.is_empty() {
            return;
        }
        if !self.out.is_empty() {
            self.out.push_str(">\n");
        }
        self.out.extend(["> ", &self.line, "\n"]);
        self.line.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn quoted(text: &str) -> String {
        quotation(&[Piece::Text(text, None)])
    }

    #[test]
    fn a_line_does_not_become_a_block() {
        assert_eq!(quoted("- a\n1. b\n# c\n---\n    d"), "> \\- a\n>\n> 1\\. b\n>\n> \\# c\n>\n> \\---\n>\n> d\n");
    }

    #[test]
    fn an_empty_answer_has_no_quotation() {
        assert_eq!(quoted(" \n\t\n"), "");
    }
}
