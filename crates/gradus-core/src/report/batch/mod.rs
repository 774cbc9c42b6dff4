//! What grading many answers came to: for people, on one line, as a page, and for programs.

mod data;
mod figures;
#[cfg(test)]
mod fixture;
mod json;
mod markdown;
mod questions;
mod short;
mod text;

pub use data::{BatchReport, Below, Disputed, FoundQuestion};
pub use markdown::markdown as batch_markdown;
pub use short::short as batch_short;
pub use text::{brief as batch_brief, text as batch_text};
