//! `batch`: many answers, graded and written one after the other.

mod command;
mod conclusion;
mod destination;
mod disputes;
mod judged;
mod junit;
mod merge;
mod progress;
mod question_flag;
mod request;
mod results;
mod source;
mod spool;
mod stop;
mod tally;

pub(super) use command::run;
