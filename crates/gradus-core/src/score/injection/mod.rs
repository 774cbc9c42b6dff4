//! Detects instructions to the grader that the signal phrases alone do not find in the answer.
//!
//! Takes the text of an answer and a function that looks for the signal phrases in another text. Hidden, encoded and
//! disguised words are decoded and passed to that function. The phrases in English and other languages are defined here
//! too.

mod chat_markup;
mod detect;
mod disguised;
mod encoded;
mod forged_verdicts;
mod hidden;
mod languages;
mod oddities;
mod orders;
#[cfg(test)]
mod tests;
mod unspaced_scripts;

pub(super) use detect::addresses_grader;
pub(super) use languages::FOREIGN_ORDERS;
pub(super) use orders::{GRADING_TALK, GRADING_WORDS, OBSCURED_WORDS, ORDERS};
