//! Places of phrases in a rubric, and the phrases there that are not valid.
//!
//! A place has indices into the rubric's criteria or penalties; the place in a file is up to the caller.

use crate::pattern::PhraseError;

/// The place of a phrase in its rubric.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PhrasePlace {
    /// Whether the phrase belongs to a penalty.
    pub penalty: bool,
    /// Index of the criterion or penalty.
    pub criterion: usize,
    /// Index of the concept.
    pub concept: usize,
    /// Index of the phrase.
    pub phrase: usize,
}

/// The place of a phrase, and its concept. Concepts are numbered over all criteria, then all penalties.
#[derive(Debug, Clone, Copy)]
pub(super) struct Target {
    pub(super) concept: u32,
    pub(super) place: PhrasePlace,
}

/// A phrase that is not valid.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PhraseFault {
    /// Place of the phrase.
    pub place: PhrasePlace,
    /// The fault of the phrase.
    pub error: PhraseError,
}
