//! Grades an answer offline, by the phrases of a rubric that the answer contains.
//!
//! The same answer and rubric give the same result on every machine, byte for byte. Points are computed with integers,
//! and every point has its evidence.

mod coverage;
mod credit;
mod criteria;
mod explain;
mod fingerprint;
mod grade;
#[cfg(test)]
mod grade_tests;
mod injection;
mod language;
#[cfg(test)]
mod language_tests;
mod listing;
mod phrase_place;
mod points;
mod quote;
mod rubric;
mod signals;
mod theory;
mod word_runs;

pub use explain::{IdeaSpan, MatchEffect, PhraseMatch, PhraseMatches};
pub use fingerprint::{VERSION, Vocabulary};
pub use grade::Workspace;
pub use phrase_place::{PhraseFault, PhrasePlace};
pub use rubric::{Scorer, ScorerError, Scorers};
