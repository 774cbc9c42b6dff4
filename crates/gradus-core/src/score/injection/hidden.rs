//! Finds text that is written in invisible characters, or displayed in another order than it is stored.
//!
//! Long runs of invisible characters are reported as they are; text around single ones is restored and checked.

use crate::model::{Invisible, is_invisible};

/// Smallest number of consecutive invisible characters that carry hidden text.
const MIN_INVISIBLE_RUN: usize = 8;
/// Smallest number of consecutive variation selectors that carry hidden text.
const MIN_SELECTOR_RUN: usize = 4;
/// Greatest number of tags in the flag of a region.
const MAX_FLAG_TAGS: usize = 7;

/// Whether characters carry hidden text: tags outside flags, rows of variation selectors, or rows of zero-width
/// characters.
pub(super) fn has_payload(text: &str) -> bool {
    let (mut invisible, mut selectors, mut tags, mut in_flag) = (0, 0, 0, false);
    for c in text.chars() {
        let class = Invisible::of(c);
        let is_other = class.is_some_and(|of| !matches!(of, Invisible::VariationSelector | Invisible::Tag));
        invisible = if is_other { invisible + 1 } else { 0 };
        selectors = if class == Some(Invisible::VariationSelector) { selectors + 1 } else { 0 };
        if class == Some(Invisible::Tag) {
            tags += 1;
            // because the flags of England, Scotland and Wales are a black flag and up to seven tags
            if !in_flag || tags > MAX_FLAG_TAGS {
                return true;
            }
        } else {
            (tags, in_flag) = (0, c == '\u{1f3f4}');
        }
        if invisible >= MIN_INVISIBLE_RUN || selectors >= MIN_SELECTOR_RUN {
            return true;
        }
    }
    false
}

/// The text without invisible characters; `None` if there are none.
pub(super) fn without_invisible(text: &str) -> Option<String> {
    text.contains(is_invisible).then(|| text.chars().filter(|&c| !is_invisible(c)).collect())
}

/// The text with spaces instead of invisible characters; `None` if there are none.
pub(super) fn with_spaces_for_invisible(text: &str) -> Option<String> {
    text.contains(is_invisible).then(|| text.replace(is_invisible, " "))
}

/// The text with right-to-left runs in the order in which they are displayed; `None` if there are none.
pub(super) fn in_display_order(text: &str) -> Option<String> {
    let is_start = |c| matches!(c, '\u{202e}' | '\u{2067}' | '\u{202b}');
    let is_end = |c| matches!(c, '\u{202c}' | '\u{2069}' | '\u{202d}' | '\n');
    if !text.contains(is_start) {
        return None;
    }
    let mut shown = String::with_capacity(text.len());
    let mut pieces = text.split(is_start);
    shown.push_str(pieces.next().unwrap_or_default());
    for piece in pieces {
        let (reversed, rest) = piece.split_at(piece.find(is_end).unwrap_or(piece.len()));
        shown.push(' ');
        shown.extend(reversed.chars().rev());
        shown.push_str(rest);
    }
    Some(shown)
}
