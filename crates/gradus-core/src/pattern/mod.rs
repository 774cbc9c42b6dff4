//! The phrase language, in which rubrics describe what an answer should contain.
//!
//! Phrases are parsed one by one and compiled into one [`Matcher`], which finds all of them in one pass over a
//! document, in linear time. `score` decides what a match earns.

mod compile;
mod edges;
mod matching;
mod misspelling;
mod parse;
mod scratch;
mod word_edges;

pub use compile::{CompileError, Compiler};
pub use matching::Hit;
pub use parse::{PhraseError, Reader};
pub use scratch::Scratch;
pub use word_edges::Matcher;

#[cfg(test)]
mod tests;
