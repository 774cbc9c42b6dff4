//! The command line: turns arguments and settings into calls of the library, and results into output and an exit code.
//!
//! Each command has its own file. No other module prints or reads the environment.

mod answer;
mod args;
mod bank;
mod batch;
mod calibrate;
mod check;
mod completions_and_manual;
mod config;
mod diagnostics;
mod draft;
mod eval;
mod exit_status;
mod explain;
mod files;
mod find_question;
mod found_bank;
mod grade;
mod grade_results;
mod hints;
mod ideas;
mod judge;
mod learn;
mod learn_report;
mod open;
mod open_bank;
mod owner;
mod printer;
mod project;
mod prompt;
mod question_meaning;
mod questions;
mod read_rows;
mod run;
mod scored_rows;
mod search;
mod settings;
mod terminal;
mod trust;

pub(crate) use run::main;
