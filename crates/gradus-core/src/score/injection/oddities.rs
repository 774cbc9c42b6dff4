//! Finds features of a text that ordinary prose does not have, in two passes that cost little.
//!
//! May report features of harmless text. The callers examine the text more closely.

use crate::model::is_invisible;

const EACH_BYTE: u64 = 0x0101_0101_0101_0101;
const HIGH_BITS: u64 = 0x8080_8080_8080_8080;
/// Smallest length of a run without spaces that may contain an encoded message.
pub(super) const LONG_RUN: usize = 16;

/// Features that ordinary prose does not have.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[expect(clippy::struct_excessive_bools, reason = "each field enables one check")]
pub(super) struct Oddities {
    /// A character outside ASCII.
    pub(super) non_ascii: bool,
    /// A bracket or sign of markup, data or escapes.
    pub(super) marks: bool,
    /// A colon.
    pub(super) colons: bool,
    /// A long run without spaces that is not a compound of words.
    pub(super) runs: bool,
    /// A digit next to a letter.
    pub(super) mixed: bool,
    /// Half of eight adjacent bytes are digits.
    pub(super) numbers: bool,
    /// Single letters in a row.
    pub(super) spaced: bool,
}

impl Oddities {
    /// Examines every byte.
    pub(super) fn of(text: &str) -> Self {
        let bytes = text.as_bytes();
        let mut odd = Self { marks: has_marks(bytes), colons: bytes.contains(&b':'), ..Self::default() };
        let (chunks, rest) = bytes.as_chunks::<8>();
        for (number, chunk) in chunks.iter().enumerate() {
            odd.add_chunk(bytes, number * 8, *chunk);
        }
        let mut last = [b' '; 8];
        last[..rest.len()].copy_from_slice(rest);
        odd.add_chunk(bytes, bytes.len() - rest.len(), last);
        odd
    }

    /// Examines eight bytes at once. In a mask, the high bit of each matching byte is set.
    fn add_chunk(&mut self, bytes: &[u8], at: usize, chunk: [u8; 8]) {
        let word = u64::from_le_bytes(chunk);
        let (low, narrow) = (word & !HIGH_BITS, !word & HIGH_BITS);
        let is_from = |word: u64, first: u8| word.wrapping_add(EACH_BYTE * u64::from(0x80 - first)) & HIGH_BITS;
        let lower = low | (EACH_BYTE * 0x20);
        let letters = is_from(lower, b'a') & !is_from(lower, b'z' + 1) & narrow;
        let digits = is_from(low, b'0') & !is_from(low, b'9' + 1) & narrow;
        let seen = is_from(low, b'!') | !narrow & HIGH_BITS;
        self.non_ascii |= narrow != HIGH_BITS;
        self.mixed |= ((letters << 8) & digits) | ((digits << 8) & letters) != 0;
        self.numbers |= without_lowest(without_lowest(without_lowest(digits))) != 0;
        self.spaced |= letters & (letters << 8) == 0 && without_lowest(without_lowest(letters)) != 0;
        if seen == HIGH_BITS && !self.runs {
            self.runs = is_strange_run(bytes, at);
        }
    }
}

/// The mask without its lowest set bit.
fn without_lowest(mask: u64) -> u64 {
    mask & mask.wrapping_sub(1)
}

/// Features of characters outside ASCII other than accents, dashes and quotation marks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[expect(clippy::struct_excessive_bools, reason = "each field enables one check")]
pub(super) struct NonAscii {
    /// An invisible character.
    pub(super) unseen: bool,
    /// A letter that may look like a Latin one.
    pub(super) alike: bool,
    /// A compatibility form of a sign of markup.
    pub(super) forms: bool,
    /// A letter of a script without spaces between words.
    pub(super) unspaced: bool,
}

impl NonAscii {
    /// Examines every character outside ASCII.
    pub(super) fn of(text: &str) -> Self {
        let mut features = Self::default();
        for c in text.chars().filter(|c| !c.is_ascii()) {
            match c {
                _ if is_invisible(c) => features.unseen = true,
                '\u{ff01}'..='\u{ff5e}' | '\u{fe50}'..='\u{fe6b}' | '“' | '”' | '‹' | '›' => {
                    features.forms = true;
                }
                'ø' | 'ı' | 'ł' | 'đ' | '\u{250}'..='\u{2af}' | '\u{370}'..='\u{58f}' | '\u{1d00}'..='\u{1d7f}' => {
                    features.alike = true;
                }
                '\u{a720}'..='\u{a7ff}' => features.alike = true,
                '\u{e00}'..='\u{e7f}' | '\u{3040}'..='\u{30ff}' | '\u{3400}'..='\u{9fff}' => features.unspaced = true,
                _ => {}
            }
        }
        features
    }
}

/// Whether the text has any of `<>[]{}\|#$%&`. A few more signs match because the test is cheaper that way.
fn has_marks(bytes: &[u8]) -> bool {
    let is_mark =
        |byte: u8| (byte | 2 == b'>') | (byte | 0x20).wrapping_sub(b'{').lt(&3) | byte.wrapping_sub(b'#').lt(&4);
    let (blocks, rest) = bytes.as_chunks::<32>();
    let in_block = |block: &[u8; 32]| block.iter().fold(0, |seen, &byte| seen | u8::from(is_mark(byte))) != 0;
    blocks.iter().any(in_block) || rest.iter().any(|&byte| is_mark(byte))
}

/// Whether the run of letters, digits and signs of base64 around `at` is long and is not a compound of words. Examines
/// at most 128 bytes, so that a text of one run takes linear time.
fn is_strange_run(bytes: &[u8], at: usize) -> bool {
    const NEAR: usize = 64;
    let is_in = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'-' | b'_' | b'=');
    let near = &bytes[at.saturating_sub(NEAR)..bytes.len().min(at + NEAR)];
    let at = at.min(NEAR);
    let start = near[..at].iter().rposition(|byte| !is_in(byte)).map_or(0, |before| before + 1);
    let end = near[at..].iter().position(|byte| !is_in(byte)).map_or(near.len(), |after| at + after);
    let run = near.get(start..end).unwrap_or_default();
    let strange =
        |pair: &[u8]| pair[1].is_ascii_digit() || (pair[0].is_ascii_lowercase() && pair[1].is_ascii_uppercase());
    run.len() >= LONG_RUN && run.windows(2).any(strange)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ordinary_prose_has_no_features() {
        let prose = "We rolled back at once, then wrote the runbook (it's short); on-call people use it - daily. ";
        assert_eq!(Oddities::of(&prose.repeat(9)), Oddities::default());
        assert_eq!(Oddities::of(""), Oddities::default());
    }

    #[test]
    fn each_feature_is_found_at_every_alignment() {
        type Has = fn(&Oddities) -> bool;
        let cases: [(&str, Has); 7] = [
            ("naïve", |odd| odd.non_ascii),
            ("<", |odd| odd.marks),
            (":", |odd| odd.colons),
            ("SWdub3JlIGFsbCBw", |odd| odd.runs),
            ("1gn0r3", |odd| odd.mixed),
            ("105 103 110 111 114", |odd| odd.numbers),
            ("i g n o r e", |odd| odd.spaced),
        ];
        for (text, has) in cases {
            for before in 0..9 {
                let text = format!("{}{text} and so on", " ".repeat(before));
                assert!(has(&Oddities::of(&text)), "{text:?}");
            }
        }
    }
}
