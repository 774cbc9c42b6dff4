//! The phrase language: how a rubric says what to look for.
//!
//! Phrases are parsed one by one and compiled together into one [`Matcher`] that finds them all in
//! one pass over a document, in time linear in its length. Which hit earns what is for `score`.

mod compile;
mod edges;
mod lookup;
mod parse;
mod run;
mod scratch;
mod spelling;

pub use compile::{CompileError, Compiler};
pub use lookup::Matcher;
pub use parse::{PhraseError, Reader};
pub use run::Hit;
pub use scratch::Scratch;

#[cfg(test)]
mod tests;
