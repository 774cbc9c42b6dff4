//! The integration tests, in one binary, so that only one has to be linked.

mod architecture;
mod batch;
mod ci;
mod cli;
mod determinism;
mod docs;
mod drafts;
mod evals;
mod finding;
mod invisible_characters;
mod judge;
mod list_forms;
mod messages;
mod packages;
mod properties;
mod source_files;
mod support;
mod unusual_texts;
mod words;
