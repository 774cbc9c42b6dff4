//! Decides whether the speaker rejects something that a sentence mentions.
//!
//! A mention is rejected if the speaker refuses, dismisses or denies it, calls it unnecessary, only proposes it, speaks of
//! an ended past, of other people, of a hypothetical case or of theory. The decision is a sum of integer weights of the
//! words around the mention, learned from labelled sentences (see `evals/stance`), so that it can be explained by its
//! words.

mod features;
mod model;

pub use features::{Place, visit_features};
pub use model::{StanceWord, Stances};
