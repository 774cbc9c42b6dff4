//! How far a grader agrees with people, and how to bring it nearer.
//!
//! Takes plain numbers from 0 to 1 and gives figures, intervals, cuts and curves; reads and prints
//! nothing. Where there is too little to tell, a figure is absent with its reason, never 0.

#![allow(
    clippy::cast_precision_loss,
    clippy::cast_sign_loss,
    reason = "counts of answers lie far below 2^53, levels and places below 2^32"
)]

mod absent;
mod bootstrap;
mod figures;
pub mod fit;
mod generator;
mod metric;
mod outcomes;
pub mod overview;
mod paired;
mod pairs;
mod rows;
#[cfg(test)]
mod samples;
mod scale;
mod study;
mod tally;
mod threshold;

pub use absent::Absent;
pub use bootstrap::{Interval, intervals};
pub use metric::{Best, Metric};
pub use overview::Overview;
pub use paired::{Comparison, compare};
pub use pairs::Pairs;
pub use rows::{Columns, Row, RowError, rows_from_csv, rows_from_jsonl};
pub use scale::Scale;
pub use study::{Cut, Figure, Given, Group, Measured, Of, Options, Study, study, unit, unit_of};
pub use threshold::best_cut;
