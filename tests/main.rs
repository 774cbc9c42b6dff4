//! Everything that is tested from outside: one binary, so that there is one to link.

mod architecture;
mod batch;
mod ci;
mod cli;
mod determinism;
mod docs;
mod drafts;
mod evals;
mod finding;
mod judge;
mod lists;
mod odd;
mod properties;
mod support;
mod unseen;
