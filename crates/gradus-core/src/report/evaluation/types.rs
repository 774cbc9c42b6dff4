//! The contents of an evaluation, which every format of its report shows.

use serde::{Deserialize, Serialize};

use crate::agreement::{Absent, Comparison, Metric, Study};
use crate::model::RowLocation;

/// A grader compared with people's scores of the same answers.
#[derive(Debug, Clone)]
pub struct Evaluation {
    /// Name of the file with the answers.
    pub answers_from: String,
    /// Name of the bank that the answers were graded with.
    pub bank: String,
    /// Name of the grader.
    pub grader: String,
    /// Name of the calibration. `None` if none was applied.
    pub calibration: Option<String>,
    /// The split that the cut score was fitted on. `None` if the cut score was given.
    pub cut_from: Option<String>,
    /// The column that answers are grouped by. `None` if they are not grouped.
    pub by: Option<String>,
    /// Number of answers.
    pub answers: usize,
    /// Number of answers that people gave no score.
    pub unscored: usize,
    /// Answers that could not be graded.
    pub ungraded: Vec<UngradedAnswer>,
    /// The metrics, over all answers and by group.
    pub study: Study,
    /// The answers with the greatest differences between grader and people, the greatest first.
    pub worst: Vec<Disagreement>,
    /// The comparison with an earlier evaluation. `None` if none was requested.
    pub change: Option<EvaluationChange>,
    /// The score of every answer, which a later evaluation can be compared with.
    pub scores: Vec<AnswerScore>,
}

/// An answer that could not be graded.
#[derive(Debug, Clone, Serialize)]
pub struct UngradedAnswer {
    /// Id of the answer.
    pub id: String,
    /// Location of the answer in the input. Results contain its number.
    #[serde(rename = "line", serialize_with = "RowLocation::serialize_number")]
    pub at: RowLocation,
    /// Reason why the answer has no score.
    pub reason: String,
    /// Whether the reason is that the question is not in the bank. Reports for people only count these answers.
    #[serde(skip)]
    pub is_of_unknown_question: bool,
}

impl UngradedAnswer {
    /// The location, to be shown before the id; `None` for a file whose id is its name.
    pub(super) fn location_before_id(&self) -> Option<&RowLocation> {
        (self.at.file() != Some(&self.id)).then_some(&self.at)
    }
}

/// An answer that people and grader score differently.
#[derive(Debug, Clone, Serialize)]
pub struct Disagreement {
    /// Id of the answer.
    pub id: String,
    /// Id of the question.
    pub question: String,
    /// People's score, 0 to 1.
    pub human: f64,
    /// The grader's score, 0 to 1.
    pub given: f64,
    /// Text of the answer.
    pub answer: String,
    /// Evidence in the answer: concept and quote.
    pub evidence: Vec<(String, String)>,
    /// Concepts that the grader did not find.
    pub missing: Vec<String>,
}

/// The grader's score of an answer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct AnswerScore {
    /// Id of the answer.
    pub id: String,
    /// Id of the question.
    pub question: String,
    /// Hash of the answer's text, which identifies the answer whatever its id is.
    pub answer: String,
    /// The score, 0 to 1. `None` if the answer could not be graded.
    pub given: Option<f64>,
}

/// The changes of the metrics since an earlier evaluation.
#[derive(Debug, Clone)]
pub struct EvaluationChange {
    /// Name of the file with the earlier evaluation.
    pub from: String,
    /// Number of answers that both evaluations and people scored.
    pub answers: usize,
    /// Number of those answers whose score differs.
    pub changed: usize,
    /// The metrics, in the order of [`Metric::ALL`].
    pub figures: Vec<MetricChange>,
}

/// A metric in both evaluations.
#[derive(Debug, Clone)]
pub struct MetricChange {
    /// The metric.
    pub metric: Metric,
    /// Both values and the significance of their difference, in the units of the study.
    pub comparison: Result<Comparison, Absent>,
}
