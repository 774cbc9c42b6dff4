//! `gradus bank`: prints templates and schemas, and dispatches to the other commands of `bank`. Opens banks for all commands.

use std::path::Path;

use anyhow::Context as _;

use super::args::{Bank as Args, BankCommand, SchemaOf};
use super::exit_status::ExitStatus;
use super::printer::Printer;
use super::settings::Settings;
use super::{check, explain, hints};
use crate::bank::{self, Bank, Files};
use crate::report;

pub(super) fn run(args: Args, settings: &Settings, printer: &Printer) -> anyhow::Result<ExitStatus> {
    match args.command {
        BankCommand::Check { paths, format } => check::run(&paths, format, settings, printer),
        BankCommand::New { id, topic } => new(&topic, &id, printer),
        BankCommand::Draft(args) => super::draft::run(&args, settings, printer),
        BankCommand::Learn(args) => super::learn::run(&args, settings, printer),
        BankCommand::Schema { of } => schema(of, printer),
        BankCommand::Explain(args) => explain::run(&args, settings, printer),
    }
}

/// The bank that the settings name.
pub(super) fn open(settings: &Settings) -> anyhow::Result<Bank> {
    load(settings.bank.value.as_deref())
}

/// The bank whose word lists a draft uses: the bank of the folder if it has rubrics, otherwise the shipped bank.
pub(super) fn of_words(folder: &Path) -> anyhow::Result<Bank> {
    let files = if folder.join("rubrics").is_dir() {
        crate::engine::load_files(folder)?
    } else {
        Files::of_built_in(crate::engine::SHIPPED)
    };
    Ok(Bank::new(files))
}

/// The bank of a folder, or the shipped bank. Fails if it has no questions.
pub(super) fn load(folder: Option<&Path>) -> anyhow::Result<Bank> {
    let files = match folder {
        Some(folder) => crate::engine::load_files(folder)?,
        None => Files::of_built_in(crate::engine::SHIPPED),
    };
    let bank = Bank::new(files);
    if bank.entries().is_empty() {
        let folder = folder.unwrap_or(Path::new("the shipped bank")).display();
        let hint = "write rubrics/<topic>/<id>.toml; `gradus bank new <id>` prints a template";
        return Err(hints::advised(format!("no rubric in {folder}"), hint));
    }
    Ok(bank)
}

fn new(topic: &str, id: &str, printer: &Printer) -> anyhow::Result<ExitStatus> {
    for name in [topic, id] {
        let fits = !name.is_empty()
            && name.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-');
        if !fits {
            let hint = "use lower-case letters, digits and hyphens, such as `my-question`";
            return Err(hints::advised(format!("`{name}` is not a valid id"), hint));
        }
    }
    if topic == "shared" {
        let message = "`shared` is not a topic: that folder contains criteria for several questions";
        return Err(hints::advised(message, "use another name with --topic"));
    }
    printer.result(&bank::rubric_template(topic, id))?;
    printer.note(&format!("save the rubric as rubrics/{topic}/{id}.toml, then run `gradus bank check`"));
    Ok(ExitStatus::Done)
}

fn schema(of: SchemaOf, printer: &Printer) -> anyhow::Result<ExitStatus> {
    let schema = match of {
        SchemaOf::Rubric => bank::rubric_schema(),
        SchemaOf::Result => bank::result_schema(),
        SchemaOf::Summary => report::summary_schema(),
        SchemaOf::Eval => report::evaluation_schema(),
        SchemaOf::Explain => report::explanation_schema(),
        SchemaOf::Questions => report::questions_schema(),
    };
    printer.result(&report::json(&schema).context("cannot write the schema")?)?;
    Ok(ExitStatus::Done)
}
