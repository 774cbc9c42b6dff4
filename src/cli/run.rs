//! From the arguments of the process to its exit code.

use std::process::ExitCode;

use clap::Parser;
use clap::error::ErrorKind;

use super::args::{Args, BankCommand, Command};
use super::exit_status::ExitStatus;
use super::found_bank::{UseOfBank, with_found_bank};
use super::hints;
use super::printer::{self, Printer};
use super::settings::{Settings, Surroundings};
use super::terminal::Interrupted;
use super::{bank, batch, calibrate, config, eval, grade, judge, meta, questions, search};
use crate::batch::caught;
use crate::report;

/// Runs the program on the arguments of the process.
///
/// Exit codes: 0 done; 1 done, but something is below a threshold, ungraded or found wrong; 2 could
/// not run; 130 stopped by Ctrl-C.
pub(crate) fn main() -> ExitCode {
    let args = match Args::try_parse() {
        Ok(args) => args,
        Err(error) => return help(&error),
    };
    let bare = Printer::for_errors(args.color);
    match args.command {
        Command::Completions { shell } => {
            return exit_code(meta::completions(shell, args.global.bank.as_deref(), &bare), &bare);
        }
        Command::Man(man) => return exit_code(meta::man(&man, &bare), &bare),
        _ => {}
    }
    let passes_over = matches!(&args.command, Command::Config(config) if config.passes_over_foreign_file());
    let resolved = Surroundings::of_process().and_then(|around| {
        let settings = Settings::resolve(&args.global, args.color, passes_over, &around)?;
        Ok((settings, around))
    });
    match resolved {
        Ok((settings, around)) => {
            let printer = Printer::new(&settings);
            for path in &settings.passed_over {
                // Even when quiet: the grade may rest on other settings than the user expects.
                let told = format!("{} belongs to another user and is not used", path.display());
                printer.warning(&format!("{told}\nhint: remove it, or make it yours with chown"));
            }
            let is_about_trust = matches!(&args.command, Command::Config(config) if config.is_about_trust());
            if let Some(untrusted) =
                settings.llm.untrusted.as_ref().filter(|file| !file.withheld.is_empty() && !is_about_trust)
            {
                // Even when quiet: who grades may be another, and the file itself may ask for quiet.
                printer.warning(&untrusted.told());
            }
            let found = with_found_bank(settings, around.folder(), use_of_bank(&args.command), &printer);
            let settings = match found {
                Ok(settings) => settings,
                Err(error) => return exit_code(Err(error), &printer),
            };
            let ended = caught(|| run(args.command, &settings, &printer)).unwrap_or_else(|panicked| {
                let hint = "report this fault with the command and its input";
                Err(hints::advised(format!("the program failed: {panicked}"), hint))
            });
            exit_code(ended, &printer)
        }
        Err(error) => exit_code(Err(error), &bare),
    }
}

/// What the command does with a bank that is found in a folder upward.
fn use_of_bank(command: &Command) -> UseOfBank {
    match command {
        Command::Config(_) => UseOfBank::Silent,
        Command::Cache(_) | Command::Completions { .. } | Command::Man(_) => UseOfBank::Unused,
        Command::Bank(bank) => match &bank.command {
            BankCommand::Learn(_) | BankCommand::Explain(_) => UseOfBank::Announced,
            BankCommand::Check { paths, .. } if paths.is_empty() => UseOfBank::Checked,
            BankCommand::Check { .. } | BankCommand::New { .. } | BankCommand::Schema { .. } => UseOfBank::Unused,
            BankCommand::Draft(_) => UseOfBank::Silent,
        },
        _ => UseOfBank::Announced,
    }
}

/// Prints what clap has to say: help or version that were asked for, or what is wrong.
fn help(error: &clap::Error) -> ExitCode {
    let asked_for = matches!(error.kind(), ErrorKind::DisplayHelp | ErrorKind::DisplayVersion);
    // clap quotes arguments as they are, and a shell's `*` puts the names of files among them.
    if !asked_for && std::env::args_os().any(|argument| !is_printable(&argument.to_string_lossy())) {
        Printer::for_errors(None).aside(&report::printable(&error.render().to_string()));
        return ExitCode::from(2);
    }
    match error.print() {
        Ok(()) if !asked_for => ExitCode::from(2),
        printed => exit_code(printed.map(|()| ExitStatus::Done).map_err(Into::into), &Printer::for_errors(None)),
    }
}

fn is_printable(text: &str) -> bool {
    !text.contains('\n') && report::printable(text) == text
}

fn exit_code(outcome: anyhow::Result<ExitStatus>, printer: &Printer) -> ExitCode {
    match outcome {
        Ok(status) => status.into(),
        Err(error) if printer::is_broken_pipe(&error) => ExitCode::SUCCESS,
        Err(error) if error.is::<Interrupted>() => ExitStatus::Interrupted.into(),
        Err(error) => {
            printer.error(&error);
            ExitCode::from(2)
        }
    }
}

fn run(command: Command, settings: &Settings, printer: &Printer) -> anyhow::Result<ExitStatus> {
    match command {
        Command::Grade(args) => grade::run(&args, settings, printer),
        Command::Batch(args) => batch::run(&args, settings, printer),
        Command::Questions(args) => questions::run(args, settings, printer),
        Command::Search(args) => search::run(&args, settings, printer),
        Command::Eval(args) => eval::run(&args, settings, printer),
        Command::Calibrate(args) => calibrate::run(&args, settings, printer),
        Command::Bank(args) => bank::run(args, settings, printer),
        Command::Config(args) => config::run(&args, settings, printer),
        Command::Prompt(args) => judge::prompt(&args, settings, printer),
        Command::Cache(args) => judge::cache(args.command, settings, printer),
        Command::Completions { shell } => meta::completions(shell, settings.bank.value.as_deref(), printer),
        Command::Man(args) => meta::man(&args, printer),
    }
}
