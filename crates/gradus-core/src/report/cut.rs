//! Text of any length made safe and cut to a number of columns.

use std::borrow::Cow;

use super::clean::clean;
use super::wrap::{columns, graphemes};

/// Bytes at either end of a text that are looked at, so that a huge id costs no more than a long one.
const LOOKED_AT: usize = 1000;

/// `text` without its middle where it is very long.
fn bounded(text: &str) -> Cow<'_, str> {
    if text.len() <= 2 * LOOKED_AT {
        return Cow::Borrowed(text);
    }
    let head = &text[..text.floor_char_boundary(LOOKED_AT)];
    let tail = &text[text.ceil_char_boundary(text.len() - LOOKED_AT)..];
    Cow::Owned(format!("{head}…{tail}"))
}

/// `text` in at most `room` columns; a longer one loses its middle, because names differ at their ends.
pub(super) fn cut_middle(text: &str, room: usize) -> String {
    let text = clean(bounded(text));
    let text = text.trim();
    if columns(text) <= room {
        return text.to_owned();
    }
    let pieces: Vec<&str> = graphemes(text).collect();
    let tail = fitting(pieces.iter().rev(), room.saturating_sub(1).div_ceil(2));
    let head = fitting(pieces.iter(), room.saturating_sub(1) / 2);
    format!("{}…{}", pieces[..head].concat(), pieces[pieces.len() - tail..].concat())
}

/// `text` in at most `room` columns; a longer one loses its end.
pub(super) fn cut_end(text: &str, room: usize) -> String {
    let text = clean(bounded(text));
    let text = text.trim();
    if columns(text) <= room {
        return text.to_owned();
    }
    let pieces: Vec<&str> = graphemes(text).collect();
    let head = fitting(pieces.iter(), room.saturating_sub(1));
    format!("{}…", pieces[..head].concat().trim_end())
}

/// How many of `pieces` fit `room` columns.
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
}
