//! `gradus bank`: prints templates and schemas, and dispatches to the other commands of `bank`.

use super::args::{Bank as Args, BankCommand, SchemaOf};
use super::exit_status::ExitStatus;
use super::printer::Printer;
use super::settings::Settings;
use super::{check, draft, explain, hints, learn};
use crate::bank;
use crate::report;

pub(super) fn run(args: Args, settings: &Settings, printer: &Printer) -> anyhow::Result<ExitStatus> {
    match args.command {
        BankCommand::Check { paths, lint, format } => check::run(&paths, lint, format, settings, printer),
        BankCommand::New { id, topic } => new(&topic, &id, printer),
        BankCommand::Draft(args) => draft::run(&args, settings, printer),
        BankCommand::Learn(args) => learn::run(&args, settings, printer),
        BankCommand::Schema { of } => schema(of, printer),
        BankCommand::Explain(args) => explain::run(&args, settings, printer),
    }
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
        SchemaOf::Ideas => bank::ideas_schema(),
        SchemaOf::Result => bank::result_schema(),
        SchemaOf::Summary => report::summary_schema(),
        SchemaOf::Eval => report::evaluation_schema(),
        SchemaOf::Explain => report::explanation_schema(),
        SchemaOf::Questions => report::questions_schema(),
    };
    printer.result(&report::json(&schema)?)?;
    Ok(ExitStatus::Done)
}
