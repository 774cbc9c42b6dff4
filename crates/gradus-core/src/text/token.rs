//! Words, sentences and spelled-out words at their places in a text.
//!
//! Plain data: [`super::scan`] makes the tokens and sentences, and [`super::document`] owns them.

use super::{Class, WordId};

/// A word at its place in the text.
#[derive(Debug, Clone, Copy)]
pub struct Token {
    /// First byte in the text.
    pub start: u32,
    /// One past the last byte.
    pub end: u32,
    /// Id of the word.
    pub word: WordId,
    pub(super) class: Class,
    pub(super) separator: Separator,
    /// Whether the word is in the scope of a negation.
    pub negated: bool,
}

impl Token {
    /// Properties of the word.
    pub fn class(&self) -> Class {
        self.class
    }

    /// Whether only white space or a hyphen separates the word from the previous one.
    pub fn follows_closely(&self) -> bool {
        self.separator <= Separator::Hyphen
    }
}

/// The separator between a word and the previous one, from weak to strong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub(super) enum Separator {
    /// White space, or other characters without meaning for the sentence.
    #[default]
    Space,
    /// One hyphen.
    Hyphen,
    /// Comma.
    Comma,
    /// Colon, semicolon, dash, bracket, or East Asian comma.
    Break,
}

/// A sentence, or part of a long one, as a range of token numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sentence {
    /// First token.
    pub first: u32,
    /// One past the last token.
    pub end: u32,
    /// Number of function words other than "and" and "or".
    pub function_words: u32,
    /// Number of figures, and of signs that relate words: colons, arrows, "=", "<" and ">".
    pub relations: u32,
    /// Whether any of the words is in the scope of a negation.
    pub negated: bool,
}

impl Sentence {
    /// Greatest number of tokens in a sentence; a longer one is split.
    pub const LONGEST: u32 = 80;

    /// The token numbers.
    pub fn range(self) -> std::ops::Range<usize> {
        self.first as usize..self.end as usize
    }

    /// Number of tokens.
    pub fn len(self) -> u32 {
        self.end - self.first
    }

    /// Whether there are no tokens. A sentence of a document has at least one.
    pub fn is_empty(self) -> bool {
        self.first == self.end
    }
}

/// Consecutive tokens that spell one word: "p ninety five" for p95.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Join {
    /// First token.
    pub first: u32,
    /// Last token.
    pub last: u32,
    /// The word that the tokens spell.
    pub word: WordId,
}
