//! What a matcher finds: matches of phrases, and occurrences of ideas.

use crate::model::MatchKind;

/// A match of a phrase.
#[allow(clippy::struct_excessive_bools, reason = "the facts are independent of each other")]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Hit {
    /// Index of the phrase.
    pub phrase: u32,
    /// First token.
    pub first: u32,
    /// Last token.
    pub last: u32,
    /// Index of the sentence.
    pub sentence: u32,
    /// How the phrase was recognised.
    pub how: MatchKind,
    /// Whether the match is in the scope of a negation that is not part of the phrase.
    pub negated: bool,
    /// Whether the phrase contains a negation and the match has it, so that the match as a whole is an affirmation.
    pub denies: bool,
    /// Whether the phrase asks for a mention that the speaker rejects.
    pub asks_rejection: bool,
    /// Whether the phrase has only one part, so that the match is one stretch of tokens, including the words in its
    /// gaps.
    pub single_part: bool,
    /// First and last token of the longest part of the phrase; the first of several. Equal to `first` and `last` if the
    /// phrase has one part.
    pub core: (u32, u32),
    /// Number of words that the phrase consists of, which is greater for a more specific phrase.
    pub specificity: u8,
}

impl Hit {
    /// Number of words from the first to the last.
    pub fn words(&self) -> u32 {
        self.last - self.first + 1
    }
}

/// An occurrence of an idea that a phrase uses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct IdeaMatch {
    /// Index of the idea.
    pub idea: u32,
    /// First token.
    pub first: u32,
    /// Last token.
    pub last: u32,
}
