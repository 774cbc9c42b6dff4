//! `config check`: whether the configured judges can be asked, and what to do where they cannot.

use std::fmt::Write as _;

use super::setup::{UNKNOWN, Uses, open};
use crate::cli::args::{EndpointArgs, GraderChoice, PanelArgs};
use crate::cli::exit_status::ExitStatus;
use crate::cli::printer::Printer;
use crate::cli::settings::Settings;
use crate::llm::{Context, Counting, Endpoint, Found, NoReply, NoReplyKind, Pool, probe, shown_url};

/// Models that are named where the wanted one is not there.
const NAMED: usize = 8;

pub(in crate::cli) fn run(args: &EndpointArgs, settings: &Settings, printer: &Printer) -> anyhow::Result<ExitStatus> {
    let mut settings = settings.clone();
    settings.llm = settings.llm.with_flags(args, &PanelArgs::default(), false)?;
    settings.grader.value = GraderChoice::Llm;
    // Without a model there is none to ask, but there are models to list.
    settings.llm.assume_model(UNKNOWN);
    // Whether the judge can be asked must not be told from what it said before.
    let uses = Uses::of_flags(false, true);
    let Some(judges) = open(&settings, uses, printer)? else { return Ok(ExitStatus::Done) };
    let pool = judges.pool();
    let mut outcome = ExitStatus::Done;
    for (judge, endpoint) in pool.endpoints().iter().enumerate() {
        let found = probe(pool, judge)?;
        let problem = problem(endpoint, &found);
        printer.result(&told(pool, judge, &found))?;
        match problem {
            Some(problem) => {
                printer.warning(&problem);
                outcome = ExitStatus::CheckFailed;
            }
            None => printer.result("ready")?,
        }
    }
    Ok(outcome)
}

fn told(pool: &Pool, judge: usize, found: &Found) -> String {
    let endpoint = &pool.endpoints()[judge];
    let mut text = String::new();
    let mut row = |name: &str, value: &str| {
        // Writing to a string does not fail.
        let _ = writeln!(text, "{name:<10}{}", crate::report::printable(value));
    };
    row("endpoint", &format!("{} ({})", shown_url(endpoint.base_url.as_str()), endpoint.provider.name()));
    row("key", if endpoint.key.is_some() { "set" } else { "none" });
    row(
        "model",
        &match &found.models {
            Ok(_) if endpoint.model == UNKNOWN => "none is named".to_owned(),
            Ok(models) if models.contains(&endpoint.model) => format!("{}, is there", endpoint.model),
            Ok(models) if models.is_empty() => format!("{}; the endpoint lists none", endpoint.model),
            Ok(_) => format!("{}, is not among those that are listed", endpoint.model),
            Err(why) => format!("{}; models are not listed: {why}", endpoint.model),
        },
    );
    let guessed = match pool.tokens().counting(judge) {
        Counting::Known => "",
        Counting::Guessed => "; tokens are counted by the usual table, and a fifth more",
    };
    row(
        "context",
        &match found.context {
            Context::Told(tokens) => format!("{tokens} tokens, {} are used{guessed}", endpoint.context),
            Context::Untold => format!("not told, {} tokens are assumed{guessed}", endpoint.context),
        },
    );
    match &found.reply {
        Ok((mode, took)) => {
            row("replies", mode);
            row("latency", &format!("{:.2} s for one word", took.as_secs_f64()));
        }
        Err(NoReply { why, .. }) => row("replies", &format!("none: {why}")),
    }
    text.truncate(text.trim_end().len());
    text
}

/// One sentence on what is wrong and what to do.
fn problem(endpoint: &Endpoint, found: &Found) -> Option<String> {
    let listed = found.models.as_ref().ok().filter(|models| !models.is_empty());
    let missing = listed.filter(|models| !models.contains(&endpoint.model));
    let some = |models: &Vec<String>| models.iter().take(NAMED).map(|id| one_line(id)).collect::<Vec<_>>().join(", ");
    match (&found.reply, missing) {
        (_, Some(models)) if endpoint.model == UNKNOWN => {
            Some(format!("name one of its models with --model: {}", some(models)))
        }
        (Err(NoReply { why, kind }), missing) => {
            let model = missing.filter(|_| !matches!(kind, NoReplyKind::Status(401 | 403)));
            let model = model.map(|models| format!("name one of its models with --model: {}", some(models)));
            let to_do = model.or_else(|| to_do(endpoint, *kind, why)).map(|to_do| format!("; {to_do}"));
            Some(format!("no reply came: {why}{}", to_do.unwrap_or_default()))
        }
        (Ok(_), _) if found.odd.is_some() => Some(format!(
            "{}: answers may fall back to the offline scorer; try a larger model",
            found.odd.as_deref().unwrap_or_default()
        )),
        (Ok(_), Some(models)) => Some(format!(
            "it replies, but lists no model `{}`: look whether you mean one of {}",
            one_line(&endpoint.model),
            some(models)
        )),
        (Ok(_), None) => match found.context {
            Context::Told(tokens) if tokens < endpoint.context => Some(format!(
                "the model takes {tokens} tokens, and {} are used; say --context {tokens}",
                endpoint.context
            )),
            _ => None,
        },
    }
}

/// What to do where no reply came, when that can be told.
fn to_do(endpoint: &Endpoint, kind: NoReplyKind, why: &str) -> Option<String> {
    let host = endpoint.base_url.host_str().unwrap_or_default();
    match kind {
        // The TLS library of this program has no other way to tell it; no server's words are in it.
        NoReplyKind::Unreachable if why.contains("InvalidContentType") => {
            Some("the server speaks no TLS: write http:// in --base-url".to_owned())
        }
        NoReplyKind::Unreachable => Some("look whether the server runs there, and at --base-url".to_owned()),
        NoReplyKind::Status(401 | 403) => {
            Some(format!("look at the key, which --api-key-env names, and whether it is one for {host}"))
        }
        NoReplyKind::Status(404) => Some("look at --base-url, which mostly ends in /v1, and at --model".to_owned()),
        NoReplyKind::Status(429 | 500..=599) => Some("try again later, and look at what the account allows".to_owned()),
        NoReplyKind::Status(_) | NoReplyKind::Other => None,
    }
}

/// A text of a server on one line.
fn one_line(text: &str) -> String {
    let words: Vec<&str> =
        text.split(|c: char| c.is_whitespace() || c.is_control()).filter(|word| !word.is_empty()).collect();
    words.join(" ")
}
