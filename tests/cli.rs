//! Tests that run every command as a process, mostly with a tiny bank of three questions.

mod agreement;
mod answers;
mod banks;
mod checking;
mod choosing_questions;
mod configuration;
mod drafting;
mod edge_cases;
mod formats;
mod grouped_agreement;
mod help_and_manual;
pub(crate) mod learning;
mod negative_numbers;
mod output_snapshots;
mod points;
mod questions;
mod results;
mod row_formats;
mod schemas;
mod searching;
mod several_answers;
mod streams;
pub(crate) mod tiny_bank;
#[cfg(unix)]
mod typed_input;
