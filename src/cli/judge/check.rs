//! `config check`: tests whether the configured judges reply, and reports what to change.

use std::fmt::Write as _;

use super::setup::{COMMON_TOKENIZER, JudgeUse, UNKNOWN_MODEL, open};
use crate::cli::args::{EndpointArgs, GraderChoice, PanelArgs};
use crate::cli::exit_status::ExitStatus;
use crate::cli::hints;
use crate::cli::printer::Printer;
use crate::cli::settings::Settings;
use crate::llm::{Endpoint, ProbeReport, ReplyFault, ReplyFormat, RequestError, TokenizerKind, probe, shown_url};

/// Maximum number of the endpoint's models that a message names.
const MAX_LISTED_MODELS: usize = 8;

pub(in crate::cli) fn run(args: &EndpointArgs, settings: &Settings, printer: &Printer) -> anyhow::Result<ExitStatus> {
    let mut settings = settings.clone();
    settings.llm = settings.llm.with_flags(args, &PanelArgs::default(), false)?;
    settings.grader.value = GraderChoice::Llm;
    // The placeholder makes it possible to list the models of the endpoint when no model is configured.
    settings.llm.assume_model(UNKNOWN_MODEL);
    // Cached replies are ignored, because they do not show whether the endpoint replies at present.
    let uses = JudgeUse::from_flags(false, true);
    let Some(judges) = open(&settings, uses, printer)? else { return Ok(ExitStatus::Done) };
    let pool = judges.pool();
    let mut outcome = ExitStatus::Done;
    for judge in pool.judges() {
        let Some(endpoint) = pool.endpoint(judge) else { continue };
        let report = probe(pool, judge)?;
        printer.result(&table(endpoint, pool.tokens().tokenizer(judge), &report))?;
        match problem(endpoint, &report) {
            Some(Problem { message, hint }) => {
                match hint {
                    Some(hint) => printer.warning_with_hint(&message, &hint),
                    None => printer.warning(&message),
                }
                outcome = ExitStatus::CheckFailed;
            }
            None => printer.result("ready")?,
        }
    }
    Ok(outcome)
}

/// The properties of an endpoint, one per line.
fn table(endpoint: &Endpoint, tokenizer: TokenizerKind, report: &ProbeReport) -> String {
    let mut text = String::new();
    let mut row = |name: &str, value: &str| {
        // Writing to a string does not fail.
        let _ = writeln!(text, "{name:<10}{}", crate::report::printable(value));
    };
    row("endpoint", &format!("{} ({})", shown_url(endpoint.base_url.as_str()), endpoint.provider.name()));
    row("key", if endpoint.key.is_some() { "set" } else { "none" });
    row("model", &model(endpoint, report));
    let counting_note = match tokenizer {
        TokenizerKind::Known => String::new(),
        TokenizerKind::Guessed => format!("; {COMMON_TOKENIZER}"),
    };
    row(
        "context",
        &match report.context {
            Some(tokens) => {
                format!("{tokens} tokens reported, {} tokens assumed by gradus{counting_note}", endpoint.context)
            }
            None => format!("not reported, {} tokens assumed by gradus{counting_note}", endpoint.context),
        },
    );
    match &report.reply {
        Ok(reply) => {
            row("replies", format(reply.format));
            row("latency", &format!("{:.2} s for a reply of one word", reply.latency.as_secs_f64()));
        }
        Err(error) => row("replies", &format!("none: {error}")),
    }
    text.truncate(text.trim_end().len());
    text
}

fn model(endpoint: &Endpoint, report: &ProbeReport) -> String {
    let model = &endpoint.model;
    match &report.models {
        Ok(_) if model == UNKNOWN_MODEL => "none is configured".to_owned(),
        Ok(models) if models.contains(model) => format!("{model}, available"),
        Ok(models) if models.is_empty() => format!("{model}; the endpoint lists no models"),
        Ok(_) => format!("{model}, not among the models that the endpoint lists"),
        Err(error) => format!("{model}; the endpoint's list of models is not available: {error}"),
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

/// A problem of an endpoint and how to solve it.
struct Problem {
    message: String,
    hint: Option<String>,
}

impl Problem {
    fn new(message: impl Into<String>, hint: impl Into<String>) -> Self {
        Self { message: message.into(), hint: Some(hint.into()) }
    }
}

/// The problem of an endpoint. `None` if the endpoint has no problem.
fn problem(endpoint: &Endpoint, report: &ProbeReport) -> Option<Problem> {
    let listed = report.models.as_ref().ok().filter(|models| !models.is_empty());
    let alternatives = listed.filter(|models| !models.contains(&endpoint.model)).map(|models| listing(models));
    match (&report.reply, alternatives) {
        (_, Some(models)) if endpoint.model == UNKNOWN_MODEL => {
            Some(Problem::new("no model is configured", choose_model(&models)))
        }
        (Err(error), alternatives) => Some(no_reply(error, alternatives.as_deref())),
        (Ok(reply), alternatives) => match (reply.fault, alternatives) {
            (Some(fault), _) => {
                let fault = match fault {
                    ReplyFault::Empty => "the model replied with an empty text",
                    ReplyFault::NotJson => "the model does not reply with JSON when asked to",
                };
                let message = format!("{fault}: answers may fall back to the offline scorer");
                Some(Problem::new(message, "try a larger model"))
            }
            (None, Some(models)) => {
                let model = one_line(&endpoint.model);
                let message = format!("the endpoint replies, but does not list the model `{model}`");
                Some(Problem::new(message, format!("check whether you mean one of {models}")))
            }
            (None, None) => report.context.filter(|tokens| *tokens < endpoint.context).map(|tokens| {
                let assumed = endpoint.context;
                let message = format!("the endpoint reports a context of {tokens} tokens, but gradus uses {assumed}");
                Problem::new(message, format!("use --context {tokens}"))
            }),
        },
    }
}

/// The problem of an endpoint that did not reply. `alternatives` lists the models of the endpoint if the configured
/// model is not among them.
fn no_reply(error: &RequestError, alternatives: Option<&str>) -> Problem {
    let status = error.root().cause.reported_status();
    // A refused key explains the failure better than a missing model.
    let model = alternatives.filter(|_| !matches!(status, Some(401 | 403)));
    let hint = model.map(choose_model).or_else(|| hints::hint_for(&error.clone().into()));
    Problem { message: format!("the endpoint gave no reply: {error}"), hint }
}

fn choose_model(models: &str) -> String {
    format!("choose one of the endpoint's models with --model: {models}")
}

fn listing(models: &[String]) -> String {
    models.iter().take(MAX_LISTED_MODELS).map(|id| one_line(id)).collect::<Vec<_>>().join(", ")
}

/// Puts a text from a server on one line: white space and control characters become single spaces.
fn one_line(text: &str) -> String {
    let words: Vec<&str> =
        text.split(|c: char| c.is_whitespace() || c.is_control()).filter(|word| !word.is_empty()).collect();
    words.join(" ")
}
