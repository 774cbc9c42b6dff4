//! Statistics over the answers of a batch, summed in one pass and in memory that does not grow with the answers.
//!
//! All sums are of integers, so the figures do not depend on the order in which answers are added; only the values that
//! are read at the end are floats. [`Overview`] takes the grade of each answer and stores the rest.

mod criterion_stats;
#[cfg(test)]
mod fixtures;
mod integer_sums;
mod judge_usage;
#[cfg(test)]
mod properties;
mod question_stats;
mod score_stats;
mod totals;
mod ungraded;

pub use criterion_stats::{CriterionStats, ItemStats};
pub use judge_usage::JudgeUsage;
pub use question_stats::QuestionStats;
pub use score_stats::ScoreStats;
pub use totals::{HardCriterion, Overview};
pub use ungraded::{UngradedAnswers, UngradedRow};
