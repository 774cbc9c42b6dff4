//! The contents of a report of a batch, which every format shows.

use serde::Serialize;

use crate::agreement::Overview;
use crate::agreement::overview::UngradedRow;

/// A batch of graded answers.
#[derive(Debug, Clone)]
pub struct BatchReport<'a> {
    /// Statistics over the answers.
    pub overview: &'a Overview,
    /// Name of the input.
    pub input: String,
    /// Whether the input is a folder, whose files are the ids of the answers.
    pub is_folder: bool,
    /// Name of the file with the grades; `None` for standard output.
    pub output: Option<String>,
    /// Name of the bank.
    pub bank: String,
    /// Name of the grader.
    pub grader: String,
    /// Whether the grader is a judge.
    pub is_judged: bool,
    /// Name of the calibration. `None` if none was applied.
    pub calibration: Option<String>,
    /// Number of answers graded in this run.
    pub fresh: u64,
    /// Number of results taken from an earlier run.
    pub reused: u64,
    /// Disagreement of judge and offline scorer. `None` if they were not compared.
    pub disputed: Option<DisputeCounts>,
    /// Answers below the requested score. `None` if none was requested.
    pub below: Option<AnswersBelow>,
    /// Questions that were found from a wording or from answers, because rows did not have their ids.
    pub found_questions: Vec<MatchedQuestion>,
}

impl BatchReport<'_> {
    /// The location of an answer, to be shown before its id; empty if the id names its file.
    pub(super) fn location_before_id(&self, row: &UngradedRow) -> String {
        if self.is_folder { String::new() } else { format!("line {}, ", row.line) }
    }
}

/// Numbers of verdicts in which judge and offline scorer differ by half of the credit or more.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct DisputeCounts {
    /// Number of answers with such a criterion.
    pub answers: u64,
    /// Number of such criteria, over all answers.
    pub criteria: u64,
}

/// Number of answers with a score below a threshold.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct AnswersBelow {
    /// The threshold in words, to be shown after "below": "60", "solid".
    pub threshold: String,
    /// Number of answers below it.
    pub answers: u64,
}

/// A question that was found from a wording or from answers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct MatchedQuestion {
    /// The wording in the rows. `None` if the question was found from the answers.
    pub wording: Option<String>,
    /// Id of the question.
    pub question: String,
    /// Number of answers that were graded with the question.
    pub answers: u64,
}
