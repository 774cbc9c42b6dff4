//! Runs the program: parses the arguments, resolves the settings, runs the command, and turns its outcome into an exit
//! code.

use std::process::ExitCode;

use anyhow::Context as _;
use clap::Parser;
use clap::error::ErrorKind;

use super::args::{Args, BankCommand, Command};
use super::exit_status::ExitStatus;
use super::found_bank::{BankUse, with_found_bank};
use super::hints;
use super::printer::{self, Printer};
use super::settings::{Environment, Settings};
use super::terminal::Interrupted;
use super::{
    bank, batch, calibrate, completions_and_manual, config, eval, grade, ideas, judge, prompt, questions, search,
};
use crate::batch::{catch_panic, note_panic};
use crate::report;

/// Runs the program on the arguments of the process.
///
/// Exit codes: 0 for success; 1 if an answer is below a threshold or ungraded, or a check failed; 2 if the command
/// could not run; 130 after Ctrl-C.
pub(crate) fn main() -> ExitCode {
    keep_caught_panics_silent();
    block_file_size_signal();
    let args = match Args::try_parse() {
        Ok(args) => args,
        Err(error) => return print_clap_output(&error),
    };
    let bare = Printer::for_errors(args.color);
    match args.command {
        // Scripts and pages must be printed even if a settings file has a fault.
        Command::Completions { shell } => {
            return exit_code(completions_and_manual::completions(shell, args.global.bank.as_deref(), &bare), &bare);
        }
        Command::Man(man) => return exit_code(completions_and_manual::man(&man, &bare), &bare),
        _ => {}
    }
    let skips_file_of_other_user =
        matches!(&args.command, Command::Config(config) if config.skips_file_of_other_user());
    let resolved = Environment::of_process().and_then(|environment| {
        let settings = Settings::resolve(&args.global, args.color, skips_file_of_other_user, &environment)?;
        Ok((settings, environment))
    });
    let (settings, environment) = match resolved {
        Ok(resolved) => resolved,
        Err(error) => return exit_code(Err(error), &bare),
    };
    let printer = Printer::new(settings.color.value, settings.quiet.value);
    warn_of_ignored_files(&settings, &args.command, &printer);
    warn_of_ignored_variables(&environment, &settings, &args.command, &printer);
    let outcome = with_found_bank(settings, environment.folder(), bank_use(&args.command), &printer)
        .and_then(|settings| run_caught(args.command, &settings, &printer));
    exit_code(outcome, &printer)
}

/// Blocks the signal that ends a program when a file reaches the limit of `ulimit -f`, so that writing fails with an
/// error instead. Threads that are started later inherit this.
fn block_file_size_signal() {
    #[cfg(unix)]
    {
        use nix::sys::signal::{SigSet, Signal};
        let mut signals = SigSet::empty();
        signals.add(Signal::SIGXFSZ);
        // If the signal cannot be blocked, the program ends as other programs do.
        let _ = signals.thread_block();
    }
}

/// Prints only panics that no thread of a batch catches: a caught panic becomes an error with its place.
fn keep_caught_panics_silent() {
    let print = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        if !note_panic(panic) {
            print(panic);
        }
    }));
}

/// Warns of files and settings that do not apply, even when quiet: the result may differ from what the user expects,
/// and the file itself may set `quiet`.
fn warn_of_ignored_files(settings: &Settings, command: &Command, printer: &Printer) {
    for path in &settings.ignored_files {
        let warning = format!("{} belongs to another user and is not used", path.display());
        printer.warning_with_hint(&warning, "remove it, or take ownership with chown");
    }
    let is_about_trust = matches!(command, Command::Config(config) if config.is_about_trust());
    let untrusted = settings.llm.untrusted.as_ref().filter(|file| !file.withheld.is_empty() && !is_about_trust);
    if let Some(file) = untrusted {
        printer.warning_with_hint(&file.warning(), &file.hint());
    }
}

/// Warns of variables that look like misspelled settings, even when quiet: the result may differ from what the user
/// expects.
fn warn_of_ignored_variables(environment: &Environment, settings: &Settings, command: &Command, printer: &Printer) {
    let api_key_flag = command.endpoint().and_then(|endpoint| endpoint.api_key_env.as_deref());
    for ignored in settings.ignored_variables(environment, api_key_flag) {
        printer.warning_with_hint(&ignored.warning, &ignored.hint);
    }
}

/// Runs a command; a panic becomes an error.
fn run_caught(command: Command, settings: &Settings, printer: &Printer) -> anyhow::Result<ExitStatus> {
    catch_panic(|| run(command, settings, printer)).unwrap_or_else(|panic| {
        let hint = "report this fault with the command and its input";
        Err(hints::advised(format!("the program failed: {panic}"), hint))
    })
}

/// How the command uses a bank that is found in the current folder or above it.
fn bank_use(command: &Command) -> BankUse {
    match command {
        Command::Config(_) => BankUse::Silent,
        Command::Cache(_) | Command::Completions { .. } | Command::Man(_) => BankUse::Unused,
        Command::Bank(bank) => match &bank.command {
            BankCommand::Learn(_) | BankCommand::Explain(_) => BankUse::Announced,
            BankCommand::Check { paths, .. } if paths.is_empty() => BankUse::Checked,
            BankCommand::Check { .. } | BankCommand::New { .. } | BankCommand::Schema { .. } => BankUse::Unused,
            BankCommand::Draft(_) => BankUse::Silent,
        },
        _ => BankUse::Announced,
    }
}

/// Prints the output of clap: help or the version on request, or a usage error.
fn print_clap_output(error: &clap::Error) -> ExitCode {
    let is_requested = matches!(error.kind(), ErrorKind::DisplayHelp | ErrorKind::DisplayVersion);
    // because clap repeats arguments unchanged, and the names of files that a shell's `*` matches are arguments.
    if !is_requested && std::env::args_os().any(|argument| !is_printable(&argument.to_string_lossy())) {
        Printer::for_errors(None).write_to_stderr(&report::printable(&error.render().to_string()));
        return ExitCode::from(2);
    }
    match error.print() {
        Ok(()) if !is_requested => ExitCode::from(2),
        printed => {
            let printed = printed.map(|()| ExitStatus::Done).context("cannot write to standard output");
            exit_code(printed, &Printer::for_errors(None))
        }
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
        Command::Ideas(args) => ideas::run(&args, settings, printer),
        Command::Search(args) => search::run(&args, settings, printer),
        Command::Eval(args) => eval::run(&args, settings, printer),
        Command::Calibrate(args) => calibrate::run(&args, settings, printer),
        Command::Bank(args) => bank::run(args, settings, printer),
        Command::Config(args) => config::run(&args, settings, printer),
        Command::Prompt(args) => prompt::run(&args, settings, printer),
        Command::Cache(args) => judge::cache(args.command, settings, printer),
        Command::Completions { shell } => {
            completions_and_manual::completions(shell, settings.bank.value.as_deref(), printer)
        }
        Command::Man(args) => completions_and_manual::man(&args, printer),
    }
}
