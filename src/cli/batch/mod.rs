//! `batch`: many answers, graded and written one after the other.

mod command;
mod find;
mod junit;
mod merge;
mod progress;
mod results;
mod stop;
mod tally;

pub(super) use command::run;
