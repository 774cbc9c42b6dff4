//! Which word an unknown word is a slip of.

use strsim::osa_distance;

use super::lookup::Written;
use crate::text::KnownWords;

/// Shorter words must be written as they are.
pub(super) const SHORTEST: usize = 5;
/// Words up to this length may have one slip, longer ones two.
const ONE_SLIP: usize = 8;
/// Longer words are no slips of any word that people write.
const LONGEST: usize = 32;

/// The words that are no slips.
pub(super) struct Spellings {
    known: KnownWords,
}

impl Spellings {
    pub(super) fn new(known: KnownWords) -> Self {
        Self { known }
    }

    /// The stem of the written word that `folded` is the closest slip of; the first in order where
    /// several are as close. A slip in an inflected form is found by its stem.
    pub(super) fn meant<'w>(&self, folded: &str, stem: &str, written: &'w [Written]) -> Option<&'w str> {
        if self.known.contains(folded) { None } else { Self::nearest(folded, stem, written) }
    }

    /// The same for a word of which nobody knows that it is one.
    pub(super) fn nearest<'w>(folded: &str, stem: &str, written: &'w [Written]) -> Option<&'w str> {
        let fits = (SHORTEST - 1..=LONGEST).contains(&folded.len());
        if !fits || !is_plain(folded) {
            return None;
        }
        let typed = (letters(folded), letters(stem));
        let candidates = written.iter().filter(|written| written.plain);
        let close = candidates.filter_map(|written| {
            let whole = slips(folded, typed.0, &written.word, written.letters.0);
            Some((whole.or_else(|| slips(stem, typed.1, &written.stem, written.letters.1))?, written))
        });
        close.min_by_key(|(slips, _)| *slips).map(|(_, written)| &*written.stem)
    }
}

pub(super) fn is_plain(word: &str) -> bool {
    word.bytes().all(|byte| byte.is_ascii_lowercase())
}

/// How many slips lead from `word` to `typed`; `None` where more than are allowed.
fn slips(typed: &str, typed_letters: u32, word: &str, word_letters: u32) -> Option<usize> {
    let allowed = match word.len() {
        ..SHORTEST => return None,
        SHORTEST..=ONE_SLIP => 1,
        _ => 2,
    };
    let far = typed.len().abs_diff(word.len()) > allowed
        || (typed_letters ^ word_letters).count_ones() as usize > 2 * allowed;
    if far {
        return None;
    }
    let slips = osa_distance(typed, word);
    let same_start = typed.as_bytes().first() == word.as_bytes().first();
    (slips <= allowed && (slips < 2 || same_start)).then_some(slips)
}

/// The letters of a word as a set.
pub(super) fn letters(word: &str) -> u32 {
    word.bytes().filter(u8::is_ascii_lowercase).fold(0, |set, byte| set | 1 << (byte - b'a'))
}
