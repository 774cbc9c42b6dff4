//! A text without its invisible characters, with a mapping of places back to the original text.
//!
//! Words are split in the visible text, so that invisible characters change neither words nor sentences.

use super::token::Token;
use crate::model::is_unseen;

/// The visible part of a text.
pub(super) struct VisibleText {
    text: String,
    /// Removed runs, in order.
    removed: Vec<Removed>,
}

/// A run of characters that was removed.
struct Removed {
    /// Byte of the visible text before which the run was.
    at: u32,
    /// Number of bytes removed up to the end of the run, since the start of the text.
    bytes: u32,
}

impl VisibleText {
    /// `text` without unseen characters from byte `body` on; `None` if there are none. The part before `body` is kept
    /// unchanged. The text must be shorter than 4 GiB.
    pub(super) fn of(text: &str, body: usize) -> Option<Self> {
        let first = first_unseen(text, body)?;
        let mut visible = Self { text: String::with_capacity(text.len()), removed: Vec::new() };
        visible.text.push_str(text.get(..first)?);
        let mut bytes = 0;
        for c in text.get(first..)?.chars() {
            if is_unseen(c) {
                bytes += c.len_utf8() as u32;
                visible.record_removed(bytes);
            } else {
                visible.text.push(c);
            }
        }
        Some(visible)
    }

    fn record_removed(&mut self, bytes: u32) {
        let at = self.text.len() as u32;
        match self.removed.last_mut() {
            Some(last) if last.at == at => last.bytes = bytes,
            _ => self.removed.push(Removed { at, bytes }),
        }
    }

    pub(super) fn text(&self) -> &str {
        &self.text
    }

    /// Maps tokens, which must be in order, from the visible text to the original. A token includes characters that
    /// were removed inside it, but none that were removed before or after it.
    pub(super) fn restore(&self, tokens: &mut [Token]) {
        let (mut passed, mut before) = (0, 0);
        let mut bytes_before = |limit: u32, inclusive: bool| {
            while let Some(removed) = self.removed.get(passed) {
                if removed.at > limit || (removed.at == limit && !inclusive) {
                    break;
                }
                before = removed.bytes;
                passed += 1;
            }
            before
        };
        for token in tokens {
            token.start += bytes_before(token.start, true);
            token.end += bytes_before(token.end, false);
        }
    }
}

/// Byte of the first unseen character from `body` on. Printable ASCII costs one pass over the bytes.
fn first_unseen(text: &str, body: usize) -> Option<usize> {
    let mut at = body;
    while let Some(ahead) = text.as_bytes().get(at..)?.iter().position(|&byte| !is_plain(byte)) {
        at += ahead;
        let c = text.get(at..)?.chars().next()?;
        if is_unseen(c) {
            return Some(at);
        }
        at += c.len_utf8();
    }
    None
}

/// Whether a byte is visible ASCII or white space.
const fn is_plain(byte: u8) -> bool {
    matches!(byte, b' '..=b'~' | b'\t'..=b'\r')
}

#[cfg(test)]
mod tests {
    use super::super::document::tests::read;

    fn words(text: &str) -> Vec<&str> {
        let (document, _) = read(text);
        document.tokens().iter().map(|token| &text[token.start as usize..token.end as usize]).collect()
    }

    #[test]
    fn words_keep_their_places_in_the_original_text() {
        assert_eq!(
            words("\u{feff}We \u{200b}ro\u{ad}\u{200d}ll\u{202e} back\u{2061}."),
            ["We", "ro\u{ad}\u{200d}ll", "back"]
        );
        assert_eq!(words("99\u{200b}.\u{2060}9\u{ad}% é\u{200e}"), ["99\u{200b}.\u{2060}9\u{ad}%", "é"]);
        assert_eq!(words("\u{200b}\u{e0041}"), [""; 0]);
        assert_eq!(words("don\u{ad}'\u{ad}t e\u{ad}.\u{ad}g. x"), ["don\u{ad}'\u{ad}t", "e", "g", "x"]);
    }

    #[test]
    fn invisible_characters_hide_neither_list_markers_nor_ends_of_sentences() {
        let (plain, _) = read("- one\n- two. Three\n\nfour");
        let (hidden, _) = read("\u{200b}-\u{200b} one\u{ad}\n\u{2060}- two\u{ad}.\u{ad} Three\n\u{ad}\nfour");
        let lengths =
            |document: &super::super::Document| document.sentences().iter().map(|of| of.len()).collect::<Vec<_>>();
        assert_eq!(lengths(&plain), lengths(&hidden));
    }
}
