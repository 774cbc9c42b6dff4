//! Decides which ways of hiding instructions to check a text for, and runs the checks.
//!
//! The checks decode a text; whether the decoded text is an instruction is decided by the caller's function.

use super::oddities::{NonAscii, Oddities};
use super::orders::IsOrder;
use super::{chat_markup, disguised, encoded, forged_verdicts, hidden, unspaced_scripts};

/// Whether `text` hides instructions to a grader that `is_order` does not find in the text itself. `is_obscured` means
/// that the text has words that make sense only reversed or in ROT13.
///
/// One pass finds no features in ordinary prose, and no check is run then. Otherwise the time is linear in the length
/// of the text.
pub(in crate::score) fn addresses_grader(text: &str, is_obscured: bool, is_order: &mut IsOrder<'_>) -> bool {
    let odd = Oddities::of(text);
    (odd.marks && (chat_markup::is_present(text) || forged_verdicts::are_present(text)))
        || (odd.colons && (chat_markup::has_roles(text) || (!odd.marks && forged_verdicts::are_present(text))))
        || (odd.marks
            && encoded::unescaped(text).is_some_and(|plain| is_order(&plain) || chat_markup::is_present(&plain)))
        || (odd.runs && encoded::has_base64_order(text, is_order))
        || (odd.numbers && encoded::has_hexadecimal_order(text, is_order))
        || (odd.numbers && encoded::has_character_code_order(text, is_order))
        || (odd.mixed && disguised::with_letters_for_digits(text).is_some_and(|plain| is_order(&plain)))
        || (odd.spaced && disguised::has_spaced_order(text, is_order))
        || (is_obscured && (is_order(&disguised::rot13(text)) || is_order(&disguised::reversed(text))))
        || (odd.non_ascii && has_non_ascii_order(text, is_order))
}

/// Runs the checks for characters outside ASCII.
fn has_non_ascii_order(text: &str, is_order: &mut IsOrder<'_>) -> bool {
    let features = NonAscii::of(text);
    let is_invisible = features.unseen
        && (hidden::has_payload(text)
            || [
                hidden::without_invisible(text),
                hidden::with_spaces_for_invisible(text),
                hidden::in_display_order(text),
            ]
            .into_iter()
            .flatten()
            .any(|plain| is_order(&plain)));
    is_invisible
        || (features.alike && disguised::with_latin_look_alikes(text).is_some_and(|plain| is_order(&plain)))
        || (features.forms
            && disguised::with_ascii_markup(text)
                .is_some_and(|plain| chat_markup::is_present(&plain) || forged_verdicts::are_present(&plain)))
        || (features.unspaced && unspaced_scripts::has_order(text))
}
