//! The command line.

use std::process::ExitCode;

use gradus::{agreement, bank, batch, engine, judge, llm, model, questions, report, retrieve, score, text, wording};

mod cli;

fn main() -> ExitCode {
    cli::main()
}
