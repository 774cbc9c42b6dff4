//! Errors of drafting: faults of a question, or of the sample files.

use std::borrow::Cow;
use std::fmt;

use crate::bank::bank_error::write_first;
use crate::bank::finding::Finding;

/// An error while questions are read or drafted.
#[derive(Debug, Clone, PartialEq)]
pub enum DraftError {
    /// There are no questions.
    Empty,
    /// A question for which no rubric can be drafted.
    Question {
        /// The id of the question as given.
        question: String,
        /// The fault.
        fault: QuestionFault,
    },
    /// Sample files have faults. The list contains all of them.
    Corpus(Vec<Finding>),
}

/// A fault of a question for which no rubric can be drafted.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[allow(missing_docs, reason = "the fields are the values in the message")]
pub enum QuestionFault {
    /// A reference without words that can be searched for. Its number is from 1.
    #[error("reference {number} has no words that can be searched for")]
    EmptyReference { number: usize },
    /// A criterion without words that can be searched for. Its number is from 1.
    #[error("criterion {number} has no words that can be searched for")]
    EmptyCriterion { number: usize },
    /// The drafted rubric has a fault. Holds the message of the finding.
    #[error("{0}")]
    Rubric(String),
    /// The phrases are too long together. Holds the message of the compiler.
    #[error("{0}")]
    TooLong(String),
    /// A text does not earn full credit under its own rubric.
    #[error("one of its texts earns less than full credit")]
    PartialCredit,
    /// A person cannot tell its id from another one.
    #[error("its id differs from `{other}` only in spaces or in the Unicode normal form")]
    SimilarId { other: String },
    /// The id of the question equals the prompt of another question.
    #[error("its id is the prompt of `{other}`")]
    IdIsPrompt { other: String },
}

const FORMAT_HINT: &str = "write one JSON object per line, with `id`, `prompt` and `references`";

impl DraftError {
    /// How to resolve the error.
    pub fn hint(&self) -> Option<Cow<'static, str>> {
        match self {
            Self::Empty => Some(FORMAT_HINT.into()),
            Self::Question { fault, .. } => Some(fault.hint().into()),
            Self::Corpus(findings) => findings.first().map(|finding| finding.hint.clone().into()),
        }
    }
}

impl QuestionFault {
    fn hint(&self) -> &'static str {
        match self {
            Self::EmptyReference { .. } | Self::EmptyCriterion { .. } => "write it in words, or remove it",
            Self::Rubric(_) => "correct the question",
            Self::TooLong(_) => "give the question fewer or shorter references or criteria",
            Self::PartialCredit => "remove unusual characters from its texts",
            Self::SimilarId { .. } => "give each question an id that a person can tell from the others",
            Self::IdIsPrompt { .. } => {
                "give the question another id: its rubric would grade the answers to that prompt"
            }
        }
    }
}

impl fmt::Display for DraftError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty => f.write_str("no questions"),
            Self::Question { question, fault } => write!(f, "question `{question}`: {fault}"),
            Self::Corpus(findings) => write_first(f, findings),
        }
    }
}

impl std::error::Error for DraftError {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_fault_of_a_question_has_a_message_and_a_hint() {
        let other = || "b".to_owned();
        let message = || "a phrase of 70 letters".to_owned();
        let words = "write it in words, or remove it";
        for (fault, expected, hint) in [
            (QuestionFault::EmptyReference { number: 2 }, "reference 2 has no words that can be searched for", words),
            (QuestionFault::EmptyCriterion { number: 1 }, "criterion 1 has no words that can be searched for", words),
            (QuestionFault::Rubric(message()), "a phrase of 70 letters", "correct the question"),
            (
                QuestionFault::TooLong(message()),
                "a phrase of 70 letters",
                "give the question fewer or shorter references or criteria",
            ),
            (
                QuestionFault::PartialCredit,
                "one of its texts earns less than full credit",
                "remove unusual characters from its texts",
            ),
            (
                QuestionFault::SimilarId { other: other() },
                "its id differs from `b` only in spaces or in the Unicode normal form",
                "give each question an id that a person can tell from the others",
            ),
            (
                QuestionFault::IdIsPrompt { other: other() },
                "its id is the prompt of `b`",
                "give the question another id: its rubric would grade the answers to that prompt",
            ),
        ] {
            let error = DraftError::Question { question: "a".to_owned(), fault };
            assert_eq!(error.to_string(), format!("question `a`: {expected}"));
            assert_eq!(error.hint().as_deref(), Some(hint), "{error}");
        }
    }

    #[test]
    fn faults_of_sample_files_are_reported_with_the_first_one_and_its_hint() {
        let finding = Finding::new("corpus/t/q.md", "", 0..0, "no front matter", "start the file with it");
        let error = DraftError::Corpus(vec![finding.clone(), finding]);
        assert_eq!(error.to_string(), "corpus/t/q.md:1:1: no front matter, and 1 more fault");
        assert_eq!(error.hint().as_deref(), Some("start the file with it"));
        assert_eq!(DraftError::Empty.to_string(), "no questions");
        let format = "write one JSON object per line, with `id`, `prompt` and `references`";
        assert_eq!(DraftError::Empty.hint().as_deref(), Some(format));
    }
}
