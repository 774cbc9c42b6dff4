//! Learns from graded answers: phrases that separate high from low answers and that no concept covers, and the change of
//! the rubric file that adds them.
//!
//! Takes texts and grades; gives proposals and a patch. The author decides whether to apply it.

#![allow(clippy::cast_precision_loss, reason = "counts of answers are far below 2^53")]

mod candidates;
mod contrast;
mod edit;
mod excerpt;
mod holdout;
mod learner;
mod odds_ratio;
mod patch;
mod placement;
mod proposal;
mod read_answer;
mod relatedness;

pub use contrast::{GradedAnswer, Refusal, RefusalReason};
pub use holdout::HeldOut;
pub use learner::{LearnOptions, Learned, Learner, UnplacedPhrase};
pub use proposal::{Proposal, Suggestion, Target};
