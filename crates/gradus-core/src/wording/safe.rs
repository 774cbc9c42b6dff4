//! Makes text safe to show: replaces control characters, and removes characters that reorder or hide text.
//!
//! Answers, ids and file names contain whatever users typed or pasted. Escape sequences in them must not reach a
//! terminal, and invisible characters must not make a report appear to say something that it does not say.

use std::borrow::Cow;

use crate::model::is_hiding;

/// `text` on one line: line breaks and tabs become spaces, control characters become visible symbols, and characters
/// that hide or reorder text are removed. Safe text is returned without a copy.
pub fn safe_line<'a>(text: impl Into<Cow<'a, str>>) -> Cow<'a, str> {
    let text = text.into();
    if text.chars().all(|c| shown(c) == Some(c)) { text } else { text.chars().filter_map(shown).collect() }
}

fn shown(c: char) -> Option<char> {
    match c {
        '\t'..='\r' | '\u{85}' | '\u{2028}' | '\u{2029}' => Some(' '),
        // The symbol for each C0 control character is U+2400 plus its code.
        '\0'..='\u{1f}' => char::from_u32(0x2400 + u32::from(c)),
        '\u{7f}' => Some('\u{2421}'),
        '\u{80}'..='\u{9f}' => Some(char::REPLACEMENT_CHARACTER),
        _ if is_hiding(c) => None,
        _ => Some(c),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escape_sequences_lose_their_escape() {
        assert_eq!(safe_line("a\u{1b}[31mb\u{9b}2Jc\u{7f}"), "a\u{241b}[31mb\u{fffd}2Jc\u{2421}");
    }

    #[test]
    fn characters_that_reorder_or_hide_text_are_removed() {
        assert_eq!(safe_line("no\u{202e}t\u{200b}e"), "note");
    }

    #[test]
    fn safe_text_is_not_copied() {
        assert!(matches!(safe_line("plain, 漢字, é"), Cow::Borrowed(_)));
    }
}
