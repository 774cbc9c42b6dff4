//! `bank`: open a bank, begin a rubric, print the schemas.

use std::path::Path;

use anyhow::{Context as _, bail};

use super::args::{Bank as Args, BankCommand, SchemaOf};
use super::exit_status::ExitStatus;
use super::printer::Printer;
use super::settings::Settings;
use super::{check, explain};
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

/// A bank for its words alone: the folder's where it is one, else the shipped ones.
pub(super) fn of_words(folder: &Path) -> anyhow::Result<Bank> {
    let files = if folder.join("rubrics").is_dir() {
        crate::engine::load_files(folder)?
    } else {
        Files::of_built_in(crate::engine::SHIPPED)
    };
    Ok(Bank::new(files))
}

/// The bank of a folder, or the shipped one.
pub(super) fn load(folder: Option<&Path>) -> anyhow::Result<Bank> {
    let files = match folder {
        Some(folder) => crate::engine::load_files(folder)?,
        None => Files::of_built_in(crate::engine::SHIPPED),
    };
    let bank = Bank::new(files);
    if bank.entries().is_empty() {
        let folder = folder.unwrap_or(Path::new("the shipped bank")).display();
        bail!(
            "no rubric in {folder}\nhint: they stand in rubrics/<topic>/<id>.toml; `gradus bank new <id>` prints one to begin with"
        );
    }
    Ok(bank)
}

fn new(topic: &str, id: &str, printer: &Printer) -> anyhow::Result<ExitStatus> {
    for name in [topic, id] {
        let fits = !name.is_empty()
            && name.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-');
        if !fits {
            bail!("`{name}` is no id\nhint: use lower-case letters, digits and hyphens, such as `my-question`");
        }
    }
    if topic == "shared" {
        bail!("`shared` is no topic: criteria for many questions stand there\nhint: use another name with --topic");
    }
    printer.result(&bank::rubric_template(topic, id))?;
    printer.note(&format!("save it as rubrics/{topic}/{id}.toml, then run `gradus bank check`"));
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
