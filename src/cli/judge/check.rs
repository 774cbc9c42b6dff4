//! `config check`: tests whether the configured judges can be asked, and reports what to change.

use std::fmt::Write as _;

use super::setup::{UNKNOWN, Uses, open};
use crate::cli::args::{EndpointArgs, GraderChoice, PanelArgs};
use crate::cli::exit_status::ExitStatus;
use crate::cli::hints;
use crate::cli::printer::Printer;
use crate::cli::settings::Settings;
use crate::llm::{Counting, Endpoint, ProbeReport, ReplyFault, ReplyFormat, RequestError, probe, shown_url};

/// Number of models that are listed if the configured one is missing.
const LISTED: usize = 8;

pub(in crate::cli) fn run(args: &EndpointArgs, settings: &Settings, printer: &Printer) -> anyhow::Result<ExitStatus> {
    let mut settings = settings.clone();
    settings.llm = settings.llm.with_flags(args, &PanelArgs::default(), false)?;
    settings.grader.value = GraderChoice::Llm;
    // A placeholder, because the models can be listed although none is configured.
    settings.llm.assume_model(UNKNOWN);
    // Cached replies are ignored, because they say nothing about the endpoint now.
    let uses = Uses::of_flags(false, true);
    let Some(judges) = open(&settings, uses, printer)? else { return Ok(ExitStatus::Done) };
    let pool = judges.pool();
    let mut outcome = ExitStatus::Done;
    for judge in pool.judges() {
        let Some(endpoint) = pool.endpoint(judge) else { continue };
        let report = probe(pool, judge)?;
        printer.result(&table(endpoint, pool.tokens().counting(judge), &report))?;
        match problem(endpoint, &report) {
            Some(problem) => {
                printer.warning(&problem);
                outcome = ExitStatus::CheckFailed;
            }
            None => printer.result("ready")?,
        }
    }
    Ok(outcome)
}

/// The properties of an endpoint, one per line.
fn table(endpoint: &Endpoint, counting: Counting, report: &ProbeReport) -> String {
    let mut text = String::new();
    let mut row = |name: &str, value: &str| {
        // Writing to a string does not fail.
        let _ = writeln!(text, "{name:<10}{}", crate::report::printable(value));
    };
    row("endpoint", &format!("{} ({})", shown_url(endpoint.base_url.as_str()), endpoint.provider.name()));
    row("key", if endpoint.key.is_some() { "set" } else { "none" });
    row("model", &model(endpoint, report));
    let counted = match counting {
        Counting::Known => "",
        Counting::Guessed => "; tokens are counted with a common tokenizer, plus one fifth",
    };
    row(
        "context",
        &match report.context {
            Some(tokens) => format!("{tokens} tokens, {} are used{counted}", endpoint.context),
            None => format!("not reported, {} tokens are assumed{counted}", endpoint.context),
        },
    );
    match &report.reply {
        Ok(reply) => {
            row("replies", format(reply.format));
            row("latency", &format!("{:.2} s for one word", reply.latency.as_secs_f64()));
        }
        Err(error) => row("replies", &format!("none: {error}")),
    }
    text.truncate(text.trim_end().len());
    text
}

fn model(endpoint: &Endpoint, report: &ProbeReport) -> String {
    let model = &endpoint.model;
    match &report.models {
        Ok(_) if model == UNKNOWN => "none is configured".to_owned(),
        Ok(models) if models.contains(model) => format!("{model}, is available"),
        Ok(models) if models.is_empty() => format!("{model}; the endpoint lists no models"),
        Ok(_) => format!("{model}, is not among the listed models"),
        Err(error) => format!("{model}; models are not listed: {error}"),
    }
}

fn format(format: ReplyFormat) -> &'static str {
    match format {
        ReplyFormat::Schema => "with a JSON schema",
        ReplyFormat::Json => "as JSON, without a schema",
        ReplyFormat::ToolCall => "as a tool call",
        ReplyFormat::PlainText => "as plain text",
    }
}

/// One sentence with the problem of an endpoint and the change that solves it.
fn problem(endpoint: &Endpoint, report: &ProbeReport) -> Option<String> {
    let listed = report.models.as_ref().ok().filter(|models| !models.is_empty());
    let missing = listed.filter(|models| !models.contains(&endpoint.model)).map(|models| listing(models));
    match (&report.reply, missing) {
        (_, Some(models)) if endpoint.model == UNKNOWN => {
            Some(format!("choose one of its models with --model: {models}"))
        }
        (Err(error), missing) => Some(no_reply(error, missing.as_deref())),
        (Ok(reply), missing) => match (reply.fault, missing) {
            (Some(fault), _) => Some(format!(
                "{}: answers may fall back to the offline scorer; try a larger model",
                match fault {
                    ReplyFault::Empty => "it replied with an empty text",
                    ReplyFault::NotJson => "it does not reply with JSON when asked to",
                }
            )),
            (None, Some(models)) => Some(format!(
                "it replies, but does not list the model `{}`: check whether you mean one of {models}",
                one_line(&endpoint.model),
            )),
            (None, None) => report.context.filter(|tokens| *tokens < endpoint.context).map(|tokens| {
                format!("the model takes {tokens} tokens, and {} are used; use --context {tokens}", endpoint.context)
            }),
        },
    }
}

/// The problem of an endpoint without a reply; `missing` lists its models if the configured one is not among them.
fn no_reply(error: &RequestError, missing: Option<&str>) -> String {
    let status = error.root().cause.reported_status();
    // A refused key explains the failure better than a missing model.
    let model = missing.filter(|_| !matches!(status, Some(401 | 403)));
    let model = model.map(|models| format!("choose one of its models with --model: {models}"));
    let hint = model.or_else(|| hints::of(&error.clone().into())).map(|hint| format!("; {hint}"));
    format!("no reply came: {error}{}", hint.unwrap_or_default())
}

fn listing(models: &[String]) -> String {
    models.iter().take(LISTED).map(|id| one_line(id)).collect::<Vec<_>>().join(", ")
}

/// A text of a server on one line.
fn one_line(text: &str) -> String {
    let words: Vec<&str> =
        text.split(|c: char| c.is_whitespace() || c.is_control()).filter(|word| !word.is_empty()).collect();
    words.join(" ")
}
