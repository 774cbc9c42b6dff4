//! Words written in characters that are not seen, or shown in another order than they stand in.

use crate::model::{Invisible, is_invisible};

/// Invisible characters in a row that no text needs.
const SECRET: usize = 8;
/// Variation selectors in a row that no character needs.
const SELECTORS: usize = 4;
/// A flag of a region has at most so many tags.
const FLAG_TAGS: usize = 7;

/// Whether a character carries hidden text rather than the look of another: tags outside flags, rows
/// of variation selectors, rows of zero-width characters.
pub(super) fn has_secret(text: &str) -> bool {
    let (mut unseen, mut selectors, mut tags, mut in_flag) = (0, 0, 0, false);
    for c in text.chars() {
        let class = Invisible::of(c);
        let is_other = class.is_some_and(|of| !matches!(of, Invisible::VariationSelector | Invisible::Tag));
        unseen = if is_other { unseen + 1 } else { 0 };
        selectors = if class == Some(Invisible::VariationSelector) { selectors + 1 } else { 0 };
        if class == Some(Invisible::Tag) {
            tags += 1;
            if !in_flag || tags > FLAG_TAGS {
                return true;
            }
        } else {
            (tags, in_flag) = (0, c == '\u{1f3f4}');
        }
        if unseen >= SECRET || selectors >= SELECTORS {
            return true;
        }
    }
    false
}

/// The text without any invisible character, if it has one.
pub(super) fn uncovered(text: &str) -> Option<String> {
    text.contains(is_invisible).then(|| text.chars().filter(|&c| !is_invisible(c)).collect())
}

/// The text with spaces for invisible characters, if it has one.
pub(super) fn spaced(text: &str) -> Option<String> {
    text.contains(is_invisible).then(|| text.replace(is_invisible, " "))
}

/// The text with what an override turns round put as it is shown, if there is one.
pub(super) fn reordered(text: &str) -> Option<String> {
    let is_start = |c| matches!(c, '\u{202e}' | '\u{2067}' | '\u{202b}');
    let is_end = |c| matches!(c, '\u{202c}' | '\u{2069}' | '\u{202d}' | '\n');
    if !text.contains(is_start) {
        return None;
    }
    let mut shown = String::with_capacity(text.len());
    let mut pieces = text.split(is_start);
    shown.push_str(pieces.next().unwrap_or_default());
    for piece in pieces {
        let (turned, rest) = piece.split_at(piece.find(is_end).unwrap_or(piece.len()));
        shown.push(' ');
        shown.extend(turned.chars().rev());
        shown.push_str(rest);
    }
    Some(shown)
}
