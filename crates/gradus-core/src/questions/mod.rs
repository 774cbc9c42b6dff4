//! The questions of a bank, ready for grading: each is prepared once, and found by id, wording or answer.
//!
//! [`Questions`] owns the bank and is shared by any number of threads.

mod analyzer;
mod answer_index;
mod concept_share;
mod find;
mod found_question;
mod name_cache;
mod prepared;
mod question_index;

pub use analyzer::{Analyzer, Term};
pub use found_question::{FindError, FoundQuestion, SearchText};
pub use prepared::{PreparedQuestion, Questions};
pub use question_index::{LEAST_FOR_ANSWER, LEAST_FOR_WORDING, QuestionIndex};
