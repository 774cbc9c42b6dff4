//! What is odd about a text, in two passes that cost ordinary prose next to nothing.
//!
//! May say of harmless text that it is odd; whoever looks closer decides.

use crate::model::is_invisible;

const ONES: u64 = 0x0101_0101_0101_0101;
const HIGH: u64 = 0x8080_8080_8080_8080;
/// Shorter runs without a space hold no message.
pub(super) const LONG_RUN: usize = 16;

/// What a text has that prose has not.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[expect(clippy::struct_excessive_bools, reason = "each decides alone which look is taken")]
pub(super) struct Oddities {
    /// Characters beyond ASCII.
    pub(super) wide: bool,
    /// Brackets and signs of markup, data and escapes.
    pub(super) marks: bool,
    /// A colon.
    pub(super) colons: bool,
    /// A long run without a space that is not just words.
    pub(super) runs: bool,
    /// A digit next to a letter.
    pub(super) mixed: bool,
    /// Half of a stretch is digits.
    pub(super) numbers: bool,
    /// Letters that stand alone, one after the other.
    pub(super) spaced: bool,
}

impl Oddities {
    /// Looks at every byte.
    pub(super) fn of(text: &str) -> Self {
        let bytes = text.as_bytes();
        let mut odd = Self { marks: has_marks(bytes), colons: bytes.contains(&b':'), ..Self::default() };
        let (chunks, rest) = bytes.as_chunks::<8>();
        for (number, chunk) in chunks.iter().enumerate() {
            odd.note(bytes, number * 8, *chunk);
        }
        let mut last = [b' '; 8];
        last[..rest.len()].copy_from_slice(rest);
        odd.note(bytes, bytes.len() - rest.len(), last);
        odd
    }

    /// Looks at eight bytes at once: a mask has the high bit of each byte that is meant.
    fn note(&mut self, bytes: &[u8], at: usize, chunk: [u8; 8]) {
        let word = u64::from_le_bytes(chunk);
        let (low, narrow) = (word & !HIGH, !word & HIGH);
        let is_from = |word: u64, first: u8| word.wrapping_add(ONES * u64::from(0x80 - first)) & HIGH;
        let lower = low | (ONES * 0x20);
        let letters = is_from(lower, b'a') & !is_from(lower, b'z' + 1) & narrow;
        let digits = is_from(low, b'0') & !is_from(low, b'9' + 1) & narrow;
        let seen = is_from(low, b'!') | !narrow & HIGH;
        self.wide |= narrow != HIGH;
        self.mixed |= ((letters << 8) & digits) | ((digits << 8) & letters) != 0;
        self.numbers |= without_lowest(without_lowest(without_lowest(digits))) != 0;
        self.spaced |= letters & (letters << 8) == 0 && without_lowest(without_lowest(letters)) != 0;
        if seen == HIGH && !self.runs {
            self.runs = is_strange_run(bytes, at);
        }
    }
}

/// The mask without its lowest bit.
fn without_lowest(mask: u64) -> u64 {
    mask & mask.wrapping_sub(1)
}

/// What a text beyond ASCII has besides accents, dashes and quotes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[expect(clippy::struct_excessive_bools, reason = "each decides alone which look is taken")]
pub(super) struct Wide {
    /// Characters that may not be seen.
    pub(super) unseen: bool,
    /// Letters that may look like Latin ones.
    pub(super) alike: bool,
    /// Other forms of the signs of markup.
    pub(super) forms: bool,
    /// Scripts that set no spaces.
    pub(super) unspaced: bool,
}

impl Wide {
    /// Looks at every character that is not ASCII.
    pub(super) fn of(text: &str) -> Self {
        let mut wide = Self::default();
        for c in text.chars().filter(|c| !c.is_ascii()) {
            match c {
                _ if is_invisible(c) => wide.unseen = true,
                '\u{ff01}'..='\u{ff5e}' | '\u{fe50}'..='\u{fe6b}' | '“' | '”' | '‹' | '›' => wide.forms = true,
                'ø' | 'ı' | 'ł' | 'đ' | '\u{250}'..='\u{2af}' | '\u{370}'..='\u{58f}' | '\u{1d00}'..='\u{1d7f}' => {
                    wide.alike = true;
                }
                '\u{a720}'..='\u{a7ff}' => wide.alike = true,
                '\u{e00}'..='\u{e7f}' | '\u{3040}'..='\u{30ff}' | '\u{3400}'..='\u{9fff}' => wide.unspaced = true,
                _ => {}
            }
        }
        wide
    }
}

/// Whether there is any of `<>[]{}\|#$%&`, of which some come along because they cost nothing.
fn has_marks(bytes: &[u8]) -> bool {
    let is_mark =
        |byte: u8| (byte | 2 == b'>') | (byte | 0x20).wrapping_sub(b'{').lt(&3) | byte.wrapping_sub(b'#').lt(&4);
    let (blocks, rest) = bytes.as_chunks::<32>();
    let in_block = |block: &[u8; 32]| block.iter().fold(0, |seen, &byte| seen | u8::from(is_mark(byte))) != 0;
    blocks.iter().any(in_block) || rest.iter().any(|&byte| is_mark(byte))
}

/// Whether the run of letters, digits and the signs of base64 around `at` is long, and is no compound of
/// words. Looks no further than a few chunks, so that a text of one run takes linear time.
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
    fn prose_has_nothing_odd() {
        let prose = "We rolled back at once, then wrote the runbook (it's short); on-call people use it - daily. ";
        assert_eq!(Oddities::of(&prose.repeat(9)), Oddities::default());
        assert_eq!(Oddities::of(""), Oddities::default());
    }

    #[test]
    fn each_oddity_is_seen_wherever_it_stands() {
        type Has = fn(&Oddities) -> bool;
        let cases: [(&str, Has); 7] = [
            ("naïve", |odd| odd.wide),
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
