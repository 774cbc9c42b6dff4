//! Hints for errors, which name flags and commands of this program.
//!
//! Libraries give typed errors, and hints that suit every caller. Here the errors that a flag or a command of this
//! program can resolve get a hint that names it. [`hint_for`] is called once, where an error is printed.

mod advised;
mod bank;
mod batch;
mod engine;
mod hint_for;
mod llm;

pub(super) use advised::advised;
pub(super) use bank::finding_hint;
pub(super) use hint_for::{hint_for, with_hint};
