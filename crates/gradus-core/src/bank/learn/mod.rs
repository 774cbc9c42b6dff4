//! What graded answers teach about a rubric: phrases that tell high answers from low ones and that no
//! concept covers, and the change of the rubric file that would take them in.
//!
//! Texts and numbers in, proposals and a patch out; whether they are taken is for the author.

#![allow(clippy::cast_precision_loss, reason = "counts of answers lie far below 2^53")]

mod aim;
mod candidates;
mod contrast;
mod edit;
mod excerpt;
mod holdout;
mod learner;
mod patch;
mod proposal;
mod relation;
mod seen;
mod separation;

pub use contrast::{GradedAnswer, Reason, Refusal};
pub use holdout::HeldOut;
pub use learner::{Dropped, LearnOptions, Learned, Learner};
pub use proposal::{Proposal, Suggestion, Target};
