//! The offline grader: an answer and a rubric to a grade, by the phrases that the answer contains.
//!
//! The same answer and rubric give the same bytes on every machine. Points come from integers
//! only, and every point has its evidence.

mod coverage;
mod credit;
mod explain;
mod grade;
#[cfg(test)]
mod grade_tests;
mod injection;
mod language;
#[cfg(test)]
mod language_tests;
mod listing;
mod points;
mod print;
mod rubric;
mod runs;
mod signals;

pub use explain::{Find, Reason, Trace};
pub use grade::{VERSION, Workspace};
pub use print::Vocabulary;
pub use rubric::{PhraseFault, PhrasePlace, Scorer, ScorerError, Scorers};
