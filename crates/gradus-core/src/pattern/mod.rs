//! The phrase language, in which rubrics describe what an answer should contain.
//!
//! Phrases are parsed one by one and compiled into one [`Matcher`], which finds all of them in one pass over a
//! document, in linear time. Phrases may name ideas, whose wordings are phrases too. `score` decides what a match earns.

mod compile;
mod compiled_idea;
mod edges;
mod hit;
mod idea_error;
mod ideas;
mod matching;
mod misspelling;
mod parse;
mod scratch;
mod word_edges;
mod word_forms;

pub use compile::{CompileError, Compiler};
pub use hit::{Hit, IdeaMatch};
pub use parse::{PhraseError, Reader};
pub use scratch::Scratch;
pub use word_edges::Matcher;

#[cfg(test)]
mod tests;
