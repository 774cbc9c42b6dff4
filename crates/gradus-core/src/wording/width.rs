//! Measures how many columns of a terminal a text takes, and finds where the text may be cut or broken.
//!
//! Text is cut between graphemes, and lines break at white space and between wide characters. Takes text that
//! [`super::safe_line`] has made safe.

use std::iter;

use unicode_segmentation::UnicodeSegmentation;
use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

/// Columns of the widest grapheme. A longer chain of joined characters, which only hostile text contains, is cut, so
/// that every grapheme fits every line.
const WIDEST: usize = 8;

/// Columns of a terminal that `text` takes.
pub fn columns(text: &str) -> usize {
    graphemes(text).map(UnicodeWidthStr::width).sum()
}

/// The extended grapheme clusters of `text`, which readers see as one character each.
pub fn graphemes(text: &str) -> impl Iterator<Item = &str> {
    text.graphemes(true).flat_map(narrow_pieces)
}

/// A grapheme of at most [`WIDEST`] columns as it is; a wider one in pieces of at most that many.
fn narrow_pieces(grapheme: &str) -> impl Iterator<Item = &str> {
    let mut rest = grapheme;
    iter::from_fn(move || {
        let end = if rest.width() <= WIDEST { rest.len() } else { narrow_end(rest) };
        let (piece, after) = rest.split_at(end);
        rest = after;
        (!piece.is_empty()).then_some(piece)
    })
}

/// The byte before the first character that would make the piece too wide.
fn narrow_end(text: &str) -> usize {
    let mut used = 0;
    let too_wide = |&(_, c): &(usize, char)| {
        used += c.width().unwrap_or(0);
        used > WIDEST
    };
    text.char_indices().find(too_wide).map_or(text.len(), |(at, _)| at)
}

/// `text` cut where a line may end. White space belongs to the unit before it.
pub fn units(text: &str) -> impl Iterator<Item = &str> {
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

/// Whether a line may end between two graphemes: after white space, and between wide characters, but not before
/// punctuation that closes a sentence or a bracket.
pub fn breaks_between(previous: &str, next: &str) -> bool {
    if is_space(next) {
        return false;
    }
    let hangs = next.starts_with(['、', '。', '，', '．', '！', '？', '：', '；', '）', '」', '』', '】', '〕']);
    is_space(previous) || (!hangs && previous.width() == 2 && next.width() == 2)
}

/// Whether a grapheme is white space at which a line may end; no-break spaces are not.
pub fn is_space(grapheme: &str) -> bool {
    !grapheme.is_empty() && grapheme.chars().all(|c| c.is_whitespace() && !matches!(c, '\u{a0}' | '\u{202f}'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn units_keep_every_byte() {
        let text = " a bb  漢字。c\n";
        assert_eq!(units(text).collect::<Vec<_>>(), [" ", "a ", "bb  ", "漢", "字。c\n"]);
    }

    #[test]
    fn flags_families_and_accents_are_one_grapheme() {
        for text in ["🇩🇪", "👩‍👩‍👧‍👦", "e\u{301}", "का", "👍🏽"] {
            assert_eq!(graphemes(text).collect::<Vec<_>>(), [text]);
        }
    }

    #[test]
    fn hostile_chains_are_cut_into_narrow_graphemes() {
        for chain in ["ा".repeat(200), "\u{1f3fb}".repeat(200), "漢\u{200d}".repeat(200), "\u{200d}→".repeat(200)]
        {
            assert!(graphemes(&chain).all(|grapheme| grapheme.width() <= WIDEST), "{chain}");
            assert_eq!(graphemes(&chain).collect::<String>(), chain);
        }
    }
}
