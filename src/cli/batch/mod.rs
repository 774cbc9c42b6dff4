//! `batch` and `batch merge`: grade the rows of an input, or merge the results of parts.

mod batch_input;
mod command;
mod conclusion;
mod destination;
mod disputes;
mod judges;
mod junit;
mod merge;
mod progress;
mod question_flag;
mod request;
mod results;
mod spool;
mod stop;
mod tally;

pub(super) use command::run;
