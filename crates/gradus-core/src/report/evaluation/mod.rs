//! An evaluation to people and to programs: how far a grader agrees with people.

mod data;
mod figures;
mod markdown;
mod text;

pub use data::{Before, Changed, Disagreement, Evaluation, Moved, Scored, Ungraded, evaluation_before};
pub use markdown::markdown as evaluation_markdown;
pub use text::{brief as evaluation_brief, text as evaluation_text};
