//! Lines out of inked text: where a line may end, and how many columns text takes.
//!
//! Breaks stand at white space and between wide characters; a word longer than the line is cut
//! between graphemes. Takes text that [`super::clean`] has made safe.

use std::iter;

use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

use super::page::Run;
use super::style::Ink;

/// Columns that `text` takes.
pub(super) fn columns(text: &str) -> usize {
    graphemes(text).map(UnicodeWidthStr::width).sum()
}

/// `text` cut where a line may end; white space stands at the end of the unit before it.
pub(super) fn units(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = text;
    iter::from_fn(move || {
        let (unit, after) = rest.split_at(unit_end(rest));
        rest = after;
        (!unit.is_empty()).then_some(unit)
    })
}

fn unit_end(text: &str) -> usize {
    let mut end = 0;
    let mut previous = "";
    for grapheme in graphemes(text) {
        if breaks_between(previous, grapheme) {
            return end;
        }
        end += grapheme.len();
        previous = grapheme;
    }
    end
}

fn breaks_between(previous: &str, next: &str) -> bool {
    if is_space(next) {
        return false;
    }
    let hangs = next.starts_with(['、', '。', '，', '．', '！', '？', '：', '；', '）', '」', '』', '】', '〕']);
    is_space(previous) || (!hangs && previous.width() == 2 && next.width() == 2)
}

fn is_space(grapheme: &str) -> bool {
    !grapheme.is_empty() && grapheme.chars().all(|c| c.is_whitespace() && !matches!(c, '\u{a0}' | '\u{202f}'))
}

/// What a reader takes for one character, as near as widths tell.
pub(super) fn graphemes(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = text;
    iter::from_fn(move || {
        let (grapheme, after) = rest.split_at(grapheme_end(rest));
        rest = after;
        (!grapheme.is_empty()).then_some(grapheme)
    })
}

fn grapheme_end(text: &str) -> usize {
    /// Visible characters that join into one; keeps a hostile chain narrower than a line.
    const MOST: usize = 8;
    let mut visible = 1;
    let mut previous = None;
    for (at, c) in text.char_indices() {
        if let Some(previous) = previous {
            let joins = c.width() == Some(0) || (visible < MOST && joins_visibly(previous, c, visible));
            if !joins {
                return at;
            }
            visible += usize::from(c.width() != Some(0));
        }
        previous = Some(c);
    }
    text.len()
}

fn joins_visibly(previous: char, next: char, visible: usize) -> bool {
    let is_flag = |c: char| matches!(c, '\u{1f1e6}'..='\u{1f1ff}');
    match next {
        '\u{1f3fb}'..='\u{1f3ff}' => !previous.is_whitespace(),
        '\u{2190}'..='\u{2bff}' | '\u{1f000}'..='\u{1faff}' if previous == '\u{200d}' => true,
        _ => is_spacing_mark(next) || (visible == 1 && is_flag(previous) && is_flag(next)),
    }
}

/// Vowel signs of the Indic scripts, whose blocks are laid out alike, and of Sinhala, Thai and Lao.
fn is_spacing_mark(c: char) -> bool {
    let code = u32::from(c);
    match code {
        0x0900..=0x0d7f => matches!(code % 0x80, 0x01..=0x03 | 0x3e..=0x4c),
        0x0d82..=0x0d83 | 0x0dcf..=0x0ddf | 0x0e33 | 0x0eb3 => true,
        _ => false,
    }
}

/// A line: pieces of text, each in one ink, without white space at either end.
pub(super) type Line = Vec<(String, Ink)>;

/// `runs` as lines of at most `width` columns. White space between words shrinks to one space.
pub(super) fn wrap(runs: &[Run<'_>], width: usize) -> Vec<Line> {
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
    /// Ink of the white space before the word.
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

/// Takes the no-break spaces off the end of a line.
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
    use crate::report::style::{GOOD, PLAIN};

    fn lines(text: &str, width: usize) -> Vec<String> {
        let joined = |line: Line| line.into_iter().map(|(text, _)| text).collect();
        wrap(&[Run::plain(text)], width).into_iter().map(joined).collect()
    }

    #[test]
    fn breaks_stand_at_white_space() {
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
    fn wide_text_breaks_anywhere_but_before_a_full_stop() {
        assert_eq!(lines("障害対応。", 8), ["障害対", "応。"]);
        assert_eq!(lines("障害対応", 4), ["障害", "対応"]);
    }

    #[test]
    fn hostile_joins_stay_narrower_than_a_line() {
        for chain in ["\u{200d}→".repeat(200), "ा".repeat(200), "\u{1f3fb}".repeat(200), "漢\u{200d}".repeat(200)]
        {
            assert!(lines(&chain, 34).iter().all(|line| columns(line) <= 34), "{chain}");
        }
    }

    #[test]
    fn a_word_in_two_inks_is_not_broken_between_them() {
        let wrapped = wrap(&[Run::plain("ab cd"), Run::new("ef", GOOD), Run::plain(" g")], 6);
        assert_eq!(wrapped[1], [("cd".to_owned(), PLAIN), ("ef".to_owned(), GOOD), (" g".to_owned(), PLAIN)]);
    }

    #[test]
    fn units_keep_every_byte() {
        let text = " a bb  漢字。c\n";
        assert_eq!(units(text).collect::<Vec<_>>(), [" ", "a ", "bb  ", "漢", "字。c\n"]);
    }
}
