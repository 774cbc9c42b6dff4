//! How the question of an answer was determined.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::borrow::Cow;

use super::Thousandths;

/// How the question of an answer was determined.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "by", rename_all = "kebab-case")]
pub enum QuestionMatch<'a> {
    /// By its id, or by another name that its rubric lists in `known_as`.
    Id,
    /// The bank has no other question.
    Only,
    /// The wording given is one of the question's wordings, apart from case, punctuation and spacing.
    Wording {
        /// The wording as given; at most 200 characters, then `…`.
        #[serde(borrow)]
        wording: Cow<'a, str>,
    },
    /// The wording given is similar to the question's wordings.
    Similar {
        /// The wording as given; at most 200 characters, then `…`.
        #[serde(borrow)]
        wording: Cow<'a, str>,
        /// From 0 (no word in common) to 1.
        similarity: Thousandths,
    },
    /// The answer is similar to what the question's rubric expects.
    Answer {
        /// From 0 (no word in common) to 1.
        similarity: Thousandths,
    },
}

impl QuestionMatch<'_> {
    /// The longest wording that is kept, in characters.
    const LONGEST: usize = 200;

    /// A wording as it is kept: cut after 200 characters.
    pub fn kept_wording(wording: &str) -> String {
        match wording.char_indices().nth(Self::LONGEST) {
            None => wording.to_owned(),
            Some((end, _)) => format!("{}…", &wording[..end]),
        }
    }
}

/// A question and how similar it is to what was searched for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SimilarQuestion {
    /// The question's id.
    pub id: String,
    /// From 0 (no word in common) to 1.
    pub similarity: Thousandths,
}

/// What a search for one question gave.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum QuestionChoice {
    /// No question is similar enough.
    None {
        /// The most similar one, if any question has a word in common.
        nearest: Option<SimilarQuestion>,
    },
    /// One question is clearly the most similar.
    One(SimilarQuestion),
    /// Several questions are about equally similar.
    Close {
        /// The most similar one.
        best: SimilarQuestion,
        /// The others, the most similar first.
        others: Vec<SimilarQuestion>,
    },
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_wording_is_cut_between_characters() {
        assert_eq!(QuestionMatch::kept_wording("é?"), "é?");
        let kept = QuestionMatch::kept_wording(&"é".repeat(5000));
        assert_eq!((kept.chars().count(), kept.ends_with("é…")), (201, true));
    }

    #[test]
    fn the_kind_of_match_is_named_in_json() {
        let similar = QuestionMatch::Similar { wording: "why?".into(), similarity: Thousandths(715) };
        let json = serde_json::json!({ "by": "similar", "wording": "why?", "similarity": 0.715 });
        assert_eq!(serde_json::to_value(&similar).expect("JSON"), json);
        assert_eq!(serde_json::to_value(QuestionMatch::Id).expect("JSON"), serde_json::json!({ "by": "id" }));
    }
}
