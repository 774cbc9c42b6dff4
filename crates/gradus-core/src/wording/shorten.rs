//! Puts text on one line, and cuts it to a number of columns, graphemes or bytes. An ellipsis shows where it was cut.
//!
//! No cut divides a grapheme, unless a text of more than 2000 bytes loses its middle. [`cut_middle`] and [`cut_end`]
//! make text safe first, because hidden characters would falsify the count of columns; [`cut_middle_between_words`]
//! does not.

use std::borrow::Cow;

use unicode_segmentation::{GraphemeCursor, UnicodeSegmentation};

use super::safe::safe_line;
use super::width::{columns, graphemes, units};
use crate::model::is_hiding;

const ELLIPSIS: &str = "…";

/// Number of bytes that are read at each end of a text, so that a huge id costs no more than a long one.
const READ_AT_EITHER_END: usize = 1000;

/// `text` on one line: each run of white space and control characters becomes one space, and characters that hide or
/// reorder text are removed. There is no space at the ends.
pub fn one_line(text: &str) -> String {
    let words = text.split(|c: char| c.is_whitespace() || c.is_control());
    let shown = words.map(|word| word.chars().filter(|c| !is_hiding(*c)).collect::<String>());
    shown.filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ")
}

/// `text` in at most `limit` graphemes; a limit of 0 counts as 1. If the text was longer, the last grapheme is an
/// ellipsis.
pub fn shortened(text: &str, limit: usize) -> Cow<'_, str> {
    let mut starts = text.grapheme_indices(true).map(|(start, _)| start);
    let last = starts.nth(limit.saturating_sub(1));
    match (last, starts.next()) {
        (Some(last), Some(_)) => Cow::Owned(format!("{}{ELLIPSIS}", text[..last].trim_end())),
        _ => Cow::Borrowed(text),
    }
}

/// `text` in at most `limit` bytes, with an ellipsis at the end if it was longer. `limit` must leave room for the
/// ellipsis, which has three bytes.
pub fn cut_bytes(text: &str, limit: usize) -> Cow<'_, str> {
    if text.len() <= limit {
        return Cow::Borrowed(text);
    }
    let end = text.floor_char_boundary(limit.saturating_sub(ELLIPSIS.len()));
    let mut cursor = GraphemeCursor::new(end, text.len(), true);
    let is_boundary = cursor.is_boundary(text, 0).unwrap_or(true);
    let end = if is_boundary { end } else { cursor.prev_boundary(text, 0).ok().flatten().unwrap_or(0) };
    Cow::Owned([&text[..end], ELLIPSIS].concat())
}

/// `text`, without its middle if it has more than 2000 bytes.
fn bounded(text: &str) -> Cow<'_, str> {
    if text.len() <= 2 * READ_AT_EITHER_END {
        return Cow::Borrowed(text);
    }
    let head = &text[..text.floor_char_boundary(READ_AT_EITHER_END)];
    let tail = &text[text.ceil_char_boundary(text.len() - READ_AT_EITHER_END)..];
    Cow::Owned(format!("{head}{ELLIPSIS}{tail}"))
}

/// `text`, made safe, in at most `room` columns. A longer text loses its middle, because names differ at their ends.
pub fn cut_middle(text: &str, room: usize) -> String {
    let text = safe_line(bounded(text));
    let text = text.trim();
    if columns(text) <= room {
        return text.to_owned();
    }
    let pieces: Vec<&str> = graphemes(text).collect();
    let tail = fitting(pieces.iter().rev(), room.saturating_sub(1).div_ceil(2));
    let head = fitting(pieces.iter(), room.saturating_sub(1) / 2);
    format!("{}{ELLIPSIS}{}", pieces[..head].concat(), pieces[pieces.len() - tail..].concat())
}

/// `text`, made safe, in at most `room` columns. A longer text loses its end.
pub fn cut_end(text: &str, room: usize) -> String {
    let text = safe_line(bounded(text));
    let text = text.trim();
    if columns(text) <= room {
        return text.to_owned();
    }
    let pieces: Vec<&str> = graphemes(text).collect();
    let head = fitting(pieces.iter(), room.saturating_sub(1));
    format!("{}{ELLIPSIS}", pieces[..head].concat().trim_end())
}

/// `text` in at most `room` columns. A longer text loses whole words of its middle: three fifths of the room are for
/// its start. The text is not made safe.
pub fn cut_middle_between_words(text: &str, room: usize) -> String {
    let text = text.trim();
    if columns(text) <= room {
        return text.to_owned();
    }
    let units: Vec<_> = units(text).collect();
    let head = fitting(units.iter(), room * 3 / 5);
    let tail = fitting(units.iter().skip(head).rev(), (room * 2 / 5).saturating_sub(3));
    let (head, tail) = (&units[..head], &units[units.len() - tail..]);
    format!("{} {ELLIPSIS} {}", head.concat().trim_end(), tail.concat()).trim().to_owned()
}

/// How many of `pieces` fit into `room` columns.
fn fitting<'a>(pieces: impl Iterator<Item = &'a &'a str>, room: usize) -> usize {
    let mut used = 0;
    let fits = |piece: &&&str| {
        used += columns(piece);
        used <= room
    };
    pieces.take_while(fits).count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_text_loses_its_middle_or_its_end() {
        assert_eq!(cut_middle("anna-error-budget-2.txt", 12), "anna-…-2.txt".to_owned());
        assert_eq!(cut_end("no question is called `x`", 12), "no question…");
        assert_eq!((cut_middle("short", 5), cut_end("short", 5)), ("short".to_owned(), "short".to_owned()));
        assert_eq!((cut_middle("漢字漢字", 5), cut_end("漢字漢字", 5)), ("漢…字".to_owned(), "漢字…".to_owned()));
    }

    #[test]
    fn a_cut_between_words_keeps_both_ends() {
        let quote = "the canary failed, and as nobody looked at it for an hour we rolled it back";
        assert_eq!(cut_middle_between_words(quote, 44), "the canary failed, and as … rolled it back");
        assert!(columns(&cut_middle_between_words(&"障害".repeat(60), 44)) <= 44);
        assert!(columns(&cut_middle_between_words(&"x".repeat(60), 44)) <= 44);
    }

    #[test]
    fn white_space_and_control_characters_become_one_space() {
        assert_eq!(one_line("\u{1b}[31m a\r\n\tb\u{7} \u{0} c\u{202e}d\u{feff} "), "[31m a b cd");
        assert_eq!(one_line(" \n "), "");
    }

    #[test]
    fn a_shortened_text_has_at_most_the_given_number_of_graphemes() {
        let cases = [("", 3, ""), ("abc", 3, "abc"), ("abcd", 3, "ab…"), ("a bc", 3, "a…"), ("äöüß", 3, "äö…")];
        for (text, limit, expected) in cases {
            assert_eq!(shortened(text, limit), expected);
        }
        assert_eq!(shortened("e\u{301}🇩🇪e\u{301}e\u{301}", 3), "e\u{301}🇩🇪…");
        assert_eq!(shortened("ab", 0), "…");
    }

    #[test]
    fn cut_bytes_divides_no_grapheme() {
        assert_eq!(cut_bytes(&"漢".repeat(100), 200), "漢".repeat(65) + "…");
        assert_eq!(cut_bytes(&"é".repeat(100), 200), "é".repeat(100));
        assert_eq!(cut_bytes("ae\u{301}e\u{301}", 6), "a…");
        assert_eq!(cut_bytes("🇩🇪🇫🇷", 12), "🇩🇪…");
    }
}
