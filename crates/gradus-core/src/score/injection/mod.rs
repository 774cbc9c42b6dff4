//! Whether an answer speaks to whoever grades it in a way that the phrases of signals cannot see.
//!
//! Takes the answer's text and a way to look for those phrases in another text; hidden, encoded and
//! disguised words are made plain and looked at with it. The phrases themselves, of English and of
//! other languages, stand here too.

mod disguised;
mod encoded;
mod hidden;
mod ideographs;
mod languages;
mod orders;
mod plain;
mod protocol;
mod survey;
#[cfg(test)]
mod tests;
mod verdicts;

pub(super) use languages::FOREIGN_ORDERS;
pub(super) use orders::{GRADING_TALK, GRADING_WORDS, ORDERS, TURNED_WORDS};
pub(super) use plain::speaks;
