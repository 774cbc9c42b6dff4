//! Corrects unknown words: finds the word of a phrase that was misspelled.
//!
//! A misspelling differs by one or two insertions, deletions, replacements or swaps of neighbouring letters. Known
//! words are never corrected.

use strsim::osa_distance;

use crate::text::{KnownWords, inflection_key};

/// Smallest number of letters of a word that may be misspelled.
const MIN_LETTERS: usize = 5;
/// Greatest number of letters of a word with at most one typing error. Longer words may have two.
const MAX_LETTERS_ONE_ERROR: usize = 8;
/// Greatest number of letters of a misspelled word.
const MAX_LETTERS: usize = 32;

/// A word of a phrase, folded.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct PhraseWord {
    pub(super) word: Box<str>,
    /// What the forms of the word that match have in common: the key of its inflections, or its stem.
    pub(super) key: Box<str>,
    /// The set of letters in the word and in the key.
    letters: (u32, u32),
    /// Whether the word is long and plain enough to be recognised when misspelled.
    plain: bool,
}

impl PhraseWord {
    pub(super) fn new(word: &str, key: &str) -> Self {
        let plain = word.len() >= MIN_LETTERS && is_plain(word);
        let letters = (letters(word), letters(key));
        Self { word: word.into(), key: key.into(), letters, plain }
    }
}

/// The words that are never treated as misspellings.
pub(super) struct Misspellings {
    known: KnownWords,
}

impl Misspellings {
    pub(super) fn new(known: KnownWords) -> Self {
        Self { known }
    }

    /// The phrase word to which `folded` is closest; the first in order if several are equally close. An error in an
    /// inflected form is found by comparing the keys of inflections.
    pub(super) fn correction<'w>(&self, folded: &str, written: &'w [PhraseWord]) -> Option<&'w PhraseWord> {
        if self.known.contains(folded) { None } else { Self::nearest(folded, written) }
    }

    /// The result of [`Self::correction`] without regard to known words.
    pub(super) fn nearest<'w>(folded: &str, written: &'w [PhraseWord]) -> Option<&'w PhraseWord> {
        let fits = (MIN_LETTERS - 1..=MAX_LETTERS).contains(&folded.len());
        if !fits || !is_plain(folded) {
            return None;
        }
        let key = inflection_key(folded);
        let typed = (letters(folded), letters(&key));
        let candidates = written.iter().filter(|written| written.plain);
        let close = candidates.filter_map(|written| {
            let whole = errors(folded, typed.0, &written.word, written.letters.0);
            Some((whole.or_else(|| errors(&key, typed.1, &written.key, written.letters.1))?, written))
        });
        close.min_by_key(|(errors, _)| *errors).map(|(_, written)| written)
    }
}

fn is_plain(word: &str) -> bool {
    word.bytes().all(|byte| byte.is_ascii_lowercase())
}

/// Number of typing errors that lead from `word` to `typed`; `None` if there are more than allowed.
fn errors(typed: &str, typed_letters: u32, word: &str, word_letters: u32) -> Option<usize> {
    let allowed = match word.len() {
        ..MIN_LETTERS => return None,
        MIN_LETTERS..=MAX_LETTERS_ONE_ERROR => 1,
        _ => 2,
    };
    let far = typed.len().abs_diff(word.len()) > allowed
        || (typed_letters ^ word_letters).count_ones() as usize > 2 * allowed;
    if far {
        return None;
    }
    let errors = osa_distance(typed, word);
    let same_start = typed.as_bytes().first() == word.as_bytes().first();
    (errors <= allowed && (errors < 2 || same_start)).then_some(errors)
}

/// The set of letters in a word, one bit per letter.
fn letters(word: &str) -> u32 {
    word.bytes().filter(u8::is_ascii_lowercase).fold(0, |set, byte| set | 1 << (byte - b'a'))
}
