//! The command line: arguments and settings to calls, results to output and an exit code.
//!
//! One file a command. This is the only module that prints, and the only one that reads the
//! environment.

mod answer;
mod args;
mod bank;
mod config;
mod diagnostics;
mod explain;
mod grade;
mod meta;
mod printer;
mod questions;
mod search;
mod settings;

use std::process::ExitCode;

use clap::Parser;
use clap::error::ErrorKind;

use args::{Args, Command};
use printer::Printer;
use settings::Settings;

/// How a command ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// All went well.
    Done,
    /// It ran, and something is below a threshold, ungraded or found wrong.
    Found,
}

/// Runs the program on the arguments of the process.
///
/// Exit codes: 0 done; 1 done, but something is below a threshold, ungraded or found wrong; 2 could
/// not run.
pub fn main() -> ExitCode {
    let args = match Args::try_parse() {
        Ok(args) => args,
        Err(error) => {
            let asked_for = matches!(error.kind(), ErrorKind::DisplayHelp | ErrorKind::DisplayVersion);
            return if error.print().is_ok() && asked_for { ExitCode::SUCCESS } else { ExitCode::from(2) };
        }
    };
    let color = args.color;
    match run(args) {
        Ok(Outcome::Done) => ExitCode::SUCCESS,
        Ok(Outcome::Found) => ExitCode::from(1),
        Err(error) if printer::is_broken_pipe(&error) => ExitCode::SUCCESS,
        Err(error) => {
            Printer::for_errors(color).error(&error);
            ExitCode::from(2)
        }
    }
}

fn run(args: Args) -> anyhow::Result<Outcome> {
    match args.command {
        Command::Completions { shell } => meta::completions(shell),
        Command::Man => meta::man(),
        command => {
            let settings = Settings::resolve(&args.global, args.color, &settings::Surroundings::of_process()?)?;
            let printer = Printer::new(&settings);
            match command {
                Command::Grade(args) => grade::run(&args, &settings, &printer),
                Command::Questions(args) => questions::run(args, &settings, &printer),
                Command::Search(args) => search::run(&args, &settings, &printer),
                Command::Bank(args) => bank::run(args, &settings, &printer),
                Command::Config(args) => config::run(&args, &settings, &printer),
                Command::Completions { .. } | Command::Man => Ok(Outcome::Done),
            }
        }
    }
}
