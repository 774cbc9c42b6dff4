//! How the question of an answer was determined, and the result of a search for a question.
//!
//! The search itself is in `questions`.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::borrow::Cow;

use super::Thousandths;

/// How the question was determined. The variant's name is the value of `by` in JSON.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "by", rename_all = "kebab-case")]
pub enum QuestionMatch<'a> {
    /// By its id, or by another name that its rubric lists in `known_as`.
    Id,
    /// The bank has only this question.
    Only,
    /// The given wording equals one of the question's wordings, apart from case, accents, punctuation and spacing.
    Wording {
        /// The given wording; at most 200 characters, then `…`.
        #[serde(borrow)]
        wording: Cow<'a, str>,
    },
    /// The given wording is similar to the question's wordings.
    Similar {
        /// The given wording; at most 200 characters, then `…`.
        #[serde(borrow)]
        wording: Cow<'a, str>,
        /// Similarity from 0 (no word in common) to 1.
        similarity: Thousandths,
    },
    /// The answer is similar to the texts of the question's rubric.
    Answer {
        /// Similarity from 0 (no word in common) to 1.
        similarity: Thousandths,
    },
}

impl QuestionMatch<'_> {
    /// Greatest length of a stored wording, in characters.
    const MAX_CHARACTERS: usize = 200;

    /// Shortens a wording for results: keeps the first 200 characters and writes `…` instead of the rest.
    pub fn shortened_wording(wording: &str) -> String {
        match wording.char_indices().nth(Self::MAX_CHARACTERS) {
            None => wording.to_owned(),
            Some((end, _)) => format!("{}…", &wording[..end]),
        }
    }
}

/// A question and its similarity to the text that was searched for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SimilarQuestion {
    /// The question's id.
    pub id: String,
    /// Similarity from 0 (no word in common) to 1.
    pub similarity: Thousandths,
}

/// The result of a search for one question.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum QuestionChoice {
    /// No question is similar enough.
    None {
        /// The most similar question; `None` if no question has any similarity to the text.
        nearest: Option<SimilarQuestion>,
    },
    /// One question is clearly the most similar.
    One(SimilarQuestion),
    /// Several questions are about equally similar.
    Close {
        /// The most similar question.
        best: SimilarQuestion,
        /// The other questions, the most similar first.
        others: Vec<SimilarQuestion>,
    },
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_wording_is_cut_between_characters() {
        assert_eq!(QuestionMatch::shortened_wording("é?"), "é?");
        let shortened = QuestionMatch::shortened_wording(&"é".repeat(5000));
        assert_eq!((shortened.chars().count(), shortened.ends_with("é…")), (201, true));
    }

    #[test]
    fn json_names_how_the_question_was_determined() {
        let similar = QuestionMatch::Similar { wording: "why?".into(), similarity: Thousandths(715) };
        let json = serde_json::json!({ "by": "similar", "wording": "why?", "similarity": 0.715 });
        assert_eq!(serde_json::to_value(&similar).expect("JSON"), json);
        assert_eq!(serde_json::to_value(QuestionMatch::Id).expect("JSON"), serde_json::json!({ "by": "id" }));
    }
}
