//! Text made safe to stand in Markdown, and an answer as a quotation with its evidence in bold.
//!
//! Nothing that an answer says becomes a heading, a link, an image, a table cell or HTML.

use super::clean::clean;
use super::pieces::Piece;

/// `text` on one line, to be read as it is wherever it stands: in a paragraph, list or table.
pub(super) fn escape(text: &str) -> String {
    let text = clean(text.into());
    let words: Vec<_> = text.split_whitespace().collect();
    let mut escaped = String::with_capacity(text.len() + 16);
    push_escaped(&mut escaped, &words.join(" "), true);
    escaped
}

fn push_escaped(out: &mut String, text: &str, begins_line: bool) {
    let digits = text.len() - text.trim_start_matches(|c: char| c.is_ascii_digit()).len();
    let mut previous = out.chars().next_back().unwrap_or(' ');
    for (at, c) in text.char_indices() {
        let rest = &text[at + c.len_utf8()..];
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            _ if is_markup(c) || is_link(previous, c, rest) || (begins_line && is_block(at, c, digits)) => {
                out.extend(['\\', c]);
            }
            _ => out.push(c),
        }
        previous = c;
    }
}

fn is_markup(c: char) -> bool {
    matches!(c, '\\' | '`' | '*' | '_' | '[' | ']' | '|' | '~' | '#' | '$' | '^' | '@')
}

/// Addresses that become links by themselves: "https://" and "www.".
fn is_link(previous: char, c: char, rest: &str) -> bool {
    (c == ':' && rest.starts_with('/')) || (c == '.' && previous.eq_ignore_ascii_case(&'w'))
}

/// What makes a list, a rule or a heading of a line that begins with it.
fn is_block(at: usize, c: char, digits: usize) -> bool {
    (at == 0 && matches!(c, '-' | '+' | '=' | ':')) || (at > 0 && at == digits && matches!(c, '.' | ')'))
}

/// An answer as a quotation, evidence in bold with its numbers raised.
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
    /// Marks around the next text.
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
            self.words(&clean(line.into()));
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

    /// Every line of the answer becomes a paragraph of the quotation.
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
    fn markup_and_html_are_read_as_text() {
        assert_eq!(escape("<b>*x*</b> [a](b) `c` |"), r"&lt;b&gt;\*x\*&lt;/b&gt; \[a\](b) \`c\` \|");
        assert_eq!(escape("https://a.b www.c.d @me #1"), r"https\://a.b www\.c.d \@me \#1");
    }

    #[test]
    fn a_line_does_not_become_a_block() {
        assert_eq!(quoted("- a\n1. b\n# c\n---\n    d"), "> \\- a\n>\n> 1\\. b\n>\n> \\# c\n>\n> \\---\n>\n> d\n");
    }

    #[test]
    fn figures_in_a_sentence_stay_readable() {
        assert_eq!(escape("We had 99.9 percent, 3x - fine: yes."), "We had 99.9 percent, 3x - fine: yes.");
    }

    #[test]
    fn an_empty_answer_is_no_quotation() {
        assert_eq!(quoted(" \n\t\n"), "");
    }
}
