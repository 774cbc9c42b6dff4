//! Which word an unknown word is a slip of.

use strsim::osa_distance;

use super::lookup::Atoms;
use crate::text::KnownWords;

/// Shorter words must be written as they are.
const SHORTEST: usize = 5;
/// Words up to this length may have one slip, longer ones two.
const ONE_SLIP: usize = 8;

/// The words that slips are looked for in, and the words that are none.
pub(super) struct Spellings {
    candidates: Vec<Candidate>,
    longest: usize,
    known: KnownWords,
}

struct Candidate {
    letters: u32,
    word: String,
    stem: String,
}

impl Spellings {
    pub(super) fn new(atoms: &Atoms, known: KnownWords) -> Self {
        let plain = |word: &&String| word.len() >= SHORTEST && word.bytes().all(|byte| byte.is_ascii_lowercase());
        let candidates: Vec<Candidate> = atoms
            .written()
            .filter(|(word, _)| plain(word))
            .map(|(word, stem)| Candidate { letters: letters(word), word: word.clone(), stem: stem.clone() })
            .collect();
        let longest = candidates.iter().map(|candidate| candidate.word.len()).max().unwrap_or(0);
        Self { candidates, longest, known }
    }

    /// The stem of the word that `folded` is the closest slip of; the first by spelling where
    /// several are as close. A slip in an inflected form is found by its stem.
    pub(super) fn meant(&self, folded: &str, stem: &str) -> Option<&str> {
        let plain = folded.len() + 2 > SHORTEST
            && folded.len() <= self.longest + 5
            && folded.bytes().all(|byte| byte.is_ascii_lowercase());
        if !plain || self.known.contains(folded) {
            return None;
        }
        let typed = (letters(folded), letters(stem));
        let closest = self.candidates.iter().filter_map(|candidate| {
            let whole = slips(folded, typed.0, &candidate.word, candidate.letters);
            let by_stem = || slips(stem, typed.1, &candidate.stem, letters(&candidate.stem));
            Some((whole.or_else(by_stem)?, candidate))
        });
        closest.min_by_key(|(slips, _)| *slips).map(|(_, candidate)| candidate.stem.as_str())
    }
}

/// How many slips lead from `word` to `typed`; `None` where more than are allowed.
fn slips(typed: &str, typed_letters: u32, word: &str, word_letters: u32) -> Option<usize> {
    if word.len() < SHORTEST {
        return None;
    }
    let allowed = if word.len() <= ONE_SLIP { 1 } else { 2 };
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
fn letters(word: &str) -> u32 {
    word.bytes().filter(u8::is_ascii_lowercase).fold(0, |set, byte| set | 1 << (byte - b'a'))
}
