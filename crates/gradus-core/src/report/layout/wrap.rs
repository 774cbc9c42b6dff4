//! Wraps text runs into lines.
//!
//! Lines break as [`crate::wording`] allows: at white space and between wide characters. A word that is longer than a line
//! is cut between graphemes.

use unicode_width::UnicodeWidthStr;

use super::style::Ink;
use super::text_run::TextRun;
use crate::wording::{breaks_between, graphemes, is_space};

/// A line: pieces of text, each in one ink, without white space at either end.
pub(in crate::report) type Line = Vec<(String, Ink)>;

/// `runs` as lines of at most `width` columns. White space between words shrinks to one space.
pub(in crate::report) fn wrap(runs: &[TextRun<'_>], width: usize) -> Vec<Line> {
    let mut filler = Filler { width, ..Filler::default() };
    let mut previous = "";
    for run in runs {
        for grapheme in graphemes(&run.text) {
            filler.grapheme(previous, grapheme, run.ink);
            previous = grapheme;
        }
    }
    filler.finish()
}

#[derive(Default)]
struct Filler {
    width: usize,
    lines: Vec<Line>,
    line: Line,
    used: usize,
    word: Line,
    word_used: usize,
    /// Ink of the white space before the word; `None` if there is no white space before it.
    space: Option<Ink>,
}

impl Filler {
    fn grapheme(&mut self, previous: &str, grapheme: &str, ink: Ink) {
        if is_space(grapheme) {
            self.end_word();
            self.space = self.space.or(Some(ink));
            return;
        }
        let columns = grapheme.width();
        if breaks_between(previous, grapheme) || (columns > 0 && self.word_used + columns > self.width) {
            self.end_word();
        }
        append(&mut self.word, grapheme, ink);
        self.word_used += columns;
    }

    fn end_word(&mut self) {
        if self.word.is_empty() {
            return;
        }
        let space = self.space.take();
        if self.used + usize::from(space.is_some()) + self.word_used > self.width {
            self.end_line();
        } else if let (Some(ink), false) = (space, self.line.is_empty()) {
            append(&mut self.line, " ", ink);
            self.used += 1;
        }
        for (text, ink) in self.word.drain(..) {
            append(&mut self.line, &text, ink);
        }
        self.used += std::mem::take(&mut self.word_used);
    }

    fn end_line(&mut self) {
        let mut line = std::mem::take(&mut self.line);
        trim_end(&mut line);
        if !line.is_empty() {
            self.lines.push(line);
        }
        self.used = 0;
    }

    fn finish(mut self) -> Vec<Line> {
        self.end_word();
        self.end_line();
        self.lines
    }
}

/// Removes trailing white space, which can only be no-break spaces, from a line.
fn trim_end(line: &mut Line) {
    while let Some((text, _)) = line.last_mut() {
        text.truncate(text.trim_end().len());
        if !text.is_empty() {
            return;
        }
        line.pop();
    }
}

fn append(line: &mut Line, text: &str, ink: Ink) {
    match line.last_mut() {
        Some((last, last_ink)) if *last_ink == ink => last.push_str(text),
        _ => line.push((text.to_owned(), ink)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::layout::style::{GOOD, PLAIN};
    use crate::wording::columns;

    fn lines(text: &str, width: usize) -> Vec<String> {
        let joined = |line: Line| line.into_iter().map(|(text, _)| text).collect();
        wrap(&[TextRun::plain(text)], width).into_iter().map(joined).collect()
    }

    #[test]
    fn lines_break_at_white_space() {
        assert_eq!(lines("  one two\t three \n four ", 9), ["one two", "three", "four"]);
        assert_eq!(lines(" \n \u{a0}", 9), [""; 0]);
        assert_eq!(lines("a\u{a0}b c\u{a0}", 4), ["a\u{a0}b", "c"]);
    }

    #[test]
    fn long_words_are_cut_between_graphemes() {
        assert_eq!(lines("e\u{301}e\u{301}e\u{301}", 2), ["e\u{301}e\u{301}", "e\u{301}"]);
        assert_eq!(lines("\u{1f1e9}\u{1f1ea}\u{1f1eb}\u{1f1f7}", 2), ["\u{1f1e9}\u{1f1ea}", "\u{1f1eb}\u{1f1f7}"]);
        assert_eq!(lines("कामकाम", 2).concat(), "कामकाम");
        assert!(lines("कामकाम", 2).iter().all(|line| !line.starts_with('ा')));
    }

    #[test]
    fn wide_text_breaks_anywhere_except_before_a_full_stop() {
        assert_eq!(lines("障害対応。", 8), ["障害対", "応。"]);
        assert_eq!(lines("障害対応", 4), ["障害", "対応"]);
    }

    #[test]
    fn chains_of_joining_characters_are_not_wider_than_a_line() {
        for chain in ["\u{200d}→".repeat(200), "ा".repeat(200), "\u{1f3fb}".repeat(200), "漢\u{200d}".repeat(200)]
        {
            assert!(lines(&chain, 34).iter().all(|line| columns(line) <= 34), "{chain}");
        }
    }

    #[test]
    fn a_word_in_two_inks_is_not_broken_between_them() {
        let wrapped = wrap(&[TextRun::plain("ab cd"), TextRun::new("ef", GOOD), TextRun::plain(" g")], 6);
        assert_eq!(wrapped[1], [("cd".to_owned(), PLAIN), ("ef".to_owned(), GOOD), (" g".to_owned(), PLAIN)]);
    }
}
