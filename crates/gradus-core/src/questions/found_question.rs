//! The result of searching for a question: which one was found and how, or why none was.

use crate::bank::BankError;
use crate::model::{QuestionMatch, SimilarQuestion};

/// A question and how it was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FoundQuestion {
    /// Index of the question in the bank.
    pub place: usize,
    /// How the question was found.
    pub matched: QuestionMatch<'static>,
    /// Other questions that are about as similar to the text that was searched for, most similar first.
    pub also_similar: Vec<SimilarQuestion>,
}

impl FoundQuestion {
    pub(super) fn new(place: usize, matched: QuestionMatch<'static>) -> Self {
        Self { place, matched, also_similar: Vec::new() }
    }
}

/// The kind of text with which a question was searched for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SearchText {
    /// A wording of the question.
    Wording,
    /// An answer to the question.
    Answer,
}

/// Why no question was found.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FindError {
    /// The bank has no such question, or has faults.
    #[error(transparent)]
    Bank(#[from] BankError),
    /// No question is similar enough.
    #[error("{}", not_similar(*text, nearest.as_ref()))]
    NotSimilar {
        /// The kind of text with which the question was searched for.
        text: SearchText,
        /// The most similar question; `None` if no question has a word in common with the text.
        nearest: Option<SimilarQuestion>,
    },
    /// Several questions have the wording.
    #[error("this is a wording of {}", ids.join(" and of "))]
    SharedWording {
        /// Ids of the questions.
        ids: Vec<String>,
    },
    /// Several questions are about equally similar.
    #[error("it could be {}", ids.join(" or "))]
    Ambiguous {
        /// Ids of the questions, most similar first.
        ids: Vec<String>,
    },
    /// The answer has no words, and the bank has more than one question.
    #[error("the answer has no words")]
    NoWords,
    /// No question is named, and the answer has too few words to find the question from it.
    #[error("no question is named, and the answer has too few words to find it")]
    TooFewWords,
    /// No question is named, and the caller does not search for the question with the answer.
    #[error("no question is named")]
    Unnamed,
}

fn not_similar(text: SearchText, nearest: Option<&SimilarQuestion>) -> String {
    let what = match text {
        SearchText::Wording => "no similar question in this bank",
        SearchText::Answer => "no question is named, and no question of this bank is similar to the answer",
    };
    match nearest {
        None => what.to_owned(),
        Some(SimilarQuestion { id, similarity }) => format!("{what} (the nearest is {id}, similarity {similarity})"),
    }
}

impl FindError {
    /// What the user can do about the error.
    pub fn hint(&self) -> Option<&'static str> {
        match self {
            Self::Bank(_) | Self::NoWords | Self::TooFewWords | Self::Unnamed => None,
            Self::NotSimilar { .. } | Self::SharedWording { .. } | Self::Ambiguous { .. } => {
                Some("name the question by its id")
            }
        }
    }
}
