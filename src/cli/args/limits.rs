//! The limits that decide about the exit code: of scores, of ungraded answers, and of metrics.

use std::fmt;

use crate::agreement::Metric;

/// A lower limit for scores, from 0 to 100.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(in crate::cli) enum ScoreLimit {
    /// For the score of every answer.
    Each(f64),
    /// For the mean score.
    Mean(f64),
}

impl fmt::Display for ScoreLimit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Each(score) => write!(f, "{score}"),
            Self::Mean(score) => write!(f, "mean={score}"),
        }
    }
}

/// An upper limit for the number of answers that are ungraded or fell back.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(in crate::cli) enum AnswerLimit {
    /// A number of answers.
    Answers(u64),
    /// A percentage of all answers, from 0 to 100.
    Percent(f64),
}

impl AnswerLimit {
    /// Whether `count` of `answers` exceed the limit.
    pub(in crate::cli) fn is_exceeded(self, count: u64, answers: u64) -> bool {
        match self {
            Self::Answers(most) => count > most,
            #[allow(clippy::cast_precision_loss, reason = "numbers of answers are far below 2^53")]
            Self::Percent(most) => count as f64 * 100.0 > most * answers as f64,
        }
    }
}

impl fmt::Display for AnswerLimit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Answers(most) => write!(f, "{most}"),
            Self::Percent(most) => write!(f, "{most}%"),
        }
    }
}

/// A metric with the worst value that is accepted.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::cli) struct Threshold {
    /// The split that is measured; `None` for all answers.
    pub(in crate::cli) split: Option<String>,
    pub(in crate::cli) metric: Metric,
    pub(in crate::cli) bound: f64,
}

impl fmt::Display for Threshold {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(split) = &self.split {
            write!(f, "{split}:")?;
        }
        write!(f, "{}={}", self.metric.name(), self.bound)
    }
}
