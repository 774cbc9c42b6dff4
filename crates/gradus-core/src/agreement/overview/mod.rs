//! What many answers come to, from their marks in one pass and in memory that does not grow with them.
//!
//! All sums are of integers, so the figures are the same in whatever order answers are noted; only what is read off
//! at the end is a float. [`Overview`] takes the marks and holds the rest.

mod items;
mod moments;
#[cfg(test)]
mod properties;
mod question;
mod reasons;
#[cfg(test)]
mod samples;
mod scores;
mod spent;
mod whole;

pub use items::{CriterionItem, Item};
pub use question::AnswersTo;
pub use reasons::{NotGraded, UngradedRow};
pub use scores::Scores;
pub use spent::Spent;
pub use whole::{Hard, Overview};
