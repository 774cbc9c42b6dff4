//! Measures how well a grader agrees with people, and calibrates it.
//!
//! Takes numbers from 0 to 1 and gives metrics, intervals, cut scores and curves; reads and prints nothing. A metric
//! with too little data has no value but a reason ([`Absent`]); it is never 0 instead.

#![allow(
    clippy::cast_precision_loss,
    clippy::cast_sign_loss,
    reason = "counts of answers lie far below 2^53, levels and indexes below 2^32"
)]

mod absent;
mod best_cut;
mod bootstrap;
mod compare;
pub mod fit;
#[cfg(test)]
mod fixtures;
mod formulas;
mod generator;
mod group_value;
mod metric;
mod outcomes;
pub mod overview;
mod pairs;
mod rows;
mod scale;
mod study;
mod tally;

pub use absent::Absent;
pub use best_cut::best_cut;
pub use bootstrap::{Interval, intervals};
pub use compare::{Comparison, compare};
pub use group_value::GroupValue;
pub use metric::{BestValue, Metric};
pub use overview::Overview;
pub use pairs::Pairs;
pub use rows::{PointsRow, ScoreFault, ScoredRow, shares_of};
pub use scale::Scale;
pub use study::{
    Cut, Figure, GraderResult, Group, MeanScores, Measured, Study, StudyOptions, Subset, study, unit, unit_of,
};
