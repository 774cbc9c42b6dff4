//! Reports of a batch: one line, a short text, the whole text, Markdown and JSON.

#[cfg(test)]
mod fixture;
mod json;
mod markdown;
mod phrases;
mod question_tables;
mod short_text;
mod text;
mod types;

pub use markdown::markdown as batch_markdown;
pub use short_text::short_text as batch_short_text;
pub use text::{line as batch_line, text as batch_text};
pub use types::{AnswersBelow, BatchReport, DisputeCounts, MatchedQuestion};
