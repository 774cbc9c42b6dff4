//! The pure part of gradus: text, phrases, rubrics, grades, judge prompts, agreement and reports.
//!
//! [`bank`] turns the texts of rubric files into questions, [`questions`] prepares and finds them, [`score`] grades an
//! answer to one of them offline, [`judge`] grades with a language model that the caller asks, [`agreement`] compares
//! grades with those of people, and [`report`] formats results. Nothing here reads files, the clock or the environment,
//! starts threads, prints, or opens connections.

#![deny(clippy::disallowed_methods)]

pub mod agreement;
pub mod bank;
pub mod judge;
pub mod model;
pub mod pattern;
pub mod questions;
pub mod report;
pub mod score;
#[cfg(test)]
mod test_bank;
pub mod text;
pub mod wording;
