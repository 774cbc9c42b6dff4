//! `batch`: many answers, graded and written one after the other.

mod command;
mod destination;
mod disputes;
mod find;
mod judged;
mod junit;
mod merge;
mod progress;
mod question_flag;
mod results;
mod spool;
mod stop;
mod tally;

pub(super) use command::run;
