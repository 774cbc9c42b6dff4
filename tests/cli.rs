//! Every command, run as a person runs it, mostly on a tiny bank of the tests' own.

mod agreement;
mod answers;
mod banks;
mod checking;
mod configuration;
mod drafting;
mod edges;
mod formats;
mod learning;
mod meta;
mod points;
mod questions;
mod results;
mod schemas;
mod searching;
mod settling;
mod several;
mod streams;
pub(crate) mod tiny;
#[cfg(unix)]
mod typing;
mod whole;
