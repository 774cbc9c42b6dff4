//! Decides which ways of hiding words an answer is looked at for, and looks.

use super::survey::{Oddities, Wide};
use super::{disguised, encoded, hidden, ideographs, protocol, verdicts};

/// Looks for the phrases that speak to a grader in another text.
pub(in crate::score) type Say<'a> = dyn FnMut(&str) -> bool + 'a;

/// Whether `text` speaks to a grader other than by the phrases `is_said` looks for in plain sight.
/// `is_turned` tells that words were seen which are words only backwards or thirteen letters on.
///
/// One pass finds nothing odd in ordinary prose, and nothing else is done then. Otherwise the time
/// is linear in the length of the text.
pub(in crate::score) fn speaks(text: &str, is_turned: bool, is_said: &mut Say<'_>) -> bool {
    let odd = Oddities::of(text);
    (odd.marks && (protocol::is_imitated(text) || verdicts::are_forged(text)))
        || (odd.colons && (protocol::has_roles(text) || (!odd.marks && verdicts::are_forged(text))))
        || (odd.marks && encoded::unescaped(text).is_some_and(|plain| is_said(&plain) || protocol::is_imitated(&plain)))
        || (odd.runs && encoded::in_base64(text, is_said))
        || (odd.numbers && encoded::in_hexadecimal(text, is_said))
        || (odd.numbers && encoded::in_numbers(text, is_said))
        || (odd.mixed && disguised::without_digits(text).is_some_and(|plain| is_said(&plain)))
        || (odd.spaced && disguised::is_spaced_out(text, is_said))
        || (is_turned && (is_said(&disguised::thirteen_on(text)) || is_said(&disguised::backwards(text))))
        || (odd.wide && is_said_widely(text, is_said))
}

/// The same for what only characters beyond ASCII can do.
fn is_said_widely(text: &str, is_said: &mut Say<'_>) -> bool {
    let wide = Wide::of(text);
    let is_hidden = wide.unseen
        && (hidden::has_secret(text)
            || [hidden::uncovered(text), hidden::spaced(text), hidden::reordered(text)]
                .into_iter()
                .flatten()
                .any(|plain| is_said(&plain)));
    is_hidden
        || (wide.alike && disguised::in_latin(text).is_some_and(|plain| is_said(&plain)))
        || (wide.forms
            && disguised::narrow(text)
                .is_some_and(|plain| protocol::is_imitated(&plain) || verdicts::are_forged(&plain)))
        || (wide.unspaced && ideographs::order(text))
}
