//! Which forms of a word a phrase matches.

use std::borrow::Cow;

use crate::text::{Lexicon, Member, WordId, inflection_key};

/// Which forms of a word a phrase matches.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum WordForms {
    /// The inflections of the word. For phrases that people write.
    Inflections,
    /// All words with the same stem. For words of reference answers, whose derivations mean nearly the same.
    Stems,
}

impl WordForms {
    /// The key that forms of one word have in common.
    pub(super) fn key(self, lexicon: &Lexicon, word: WordId) -> Cow<'_, str> {
        match self {
            Self::Inflections => inflection_key(lexicon.folded(word)),
            Self::Stems => Cow::Borrowed(lexicon.stem(word)),
        }
    }

    /// Whether `word` is a form of the word at `place` of a member of a group of synonyms.
    pub(super) fn is_same(self, lexicon: &Lexicon, word: WordId, member: &Member, place: usize) -> bool {
        match self {
            Self::Stems => member.stems.get(place).is_some_and(|stem| stem == lexicon.stem(word)),
            Self::Inflections => {
                member.words.get(place).is_some_and(|of| inflection_key(of) == inflection_key(lexicon.folded(word)))
            }
        }
    }
}
