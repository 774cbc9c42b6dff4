//! Reports of an evaluation, which compares a grader's scores with those of people.

mod earlier;
mod json;
mod markdown;
mod phrases;
mod text;
mod types;

pub use earlier::{EarlierEvaluation, EarlierEvaluationError, parse_earlier_evaluation};
pub use markdown::markdown as evaluation_markdown;
pub use text::{line as evaluation_line, text as evaluation_text};
pub use types::{AnswerScore, Disagreement, Evaluation, EvaluationChange, MetricChange, UngradedAnswer};
