//! `gradus bank explain`: shows for each phrase of a rubric where an answer contains it and whether that counts.

use std::fmt::Write as _;

use anstyle::{AnsiColor, Style as Paint};
use serde_json::{Value, json};

use super::answer::Input;
use super::args::{Explain as Args, ListFormat};
use super::exit_status::ExitStatus;
use super::hints;
use super::printer::Printer;
use super::settings::Settings;
use crate::model::{Answer, Basis, Criterion, Question};
use crate::report::{self, printable};
use crate::score::{Find, Reason, Trace, Workspace};
use crate::wording::counted;

pub(super) fn run(args: &Args, settings: &Settings, printer: &Printer) -> anyhow::Result<ExitStatus> {
    let bank = super::bank::open(settings)?;
    let entry = bank.entry(&args.id)?;
    let scorer = bank.scorer(entry, &bank.vocabulary()?)?;
    let question = scorer.question();
    if let Some(id) = &args.criterion {
        check_criterion(id, question)?;
    }
    let input = Input::read(Some(&args.file), printer)?;
    let answer = input.answer();
    let mut traces = scorer.explain(&answer, &mut Workspace::new());
    traces.retain(|trace| {
        let is_selected = args.criterion.as_ref().is_none_or(|id| criterion(trace, question).id == *id);
        is_selected && (!args.found || !trace.finds.is_empty())
    });
    let shown = match args.format {
        ListFormat::Json => {
            report::json(&traces.iter().map(|trace| as_json(trace, question, &answer)).collect::<Vec<_>>())?
        }
        ListFormat::Text if traces.is_empty() => {
            printer.note("the answer contains none of these phrases");
            return Ok(ExitStatus::CheckFailed);
        }
        ListFormat::Text => as_text(&traces, question, &answer, printer),
    };
    printer.result(&shown)?;
    Ok(if traces.is_empty() { ExitStatus::CheckFailed } else { ExitStatus::Done })
}

fn check_criterion(id: &str, question: &Question) -> anyhow::Result<()> {
    let all: Vec<&str> =
        question.criteria.iter().chain(&question.penalties).map(|criterion| criterion.id.as_str()).collect();
    if all.contains(&id) {
        return Ok(());
    }
    let message = format!("`{}` has no criterion `{id}`", question.id);
    Err(hints::advised(message, format!("its criteria and penalties are {}", all.join(", "))))
}

fn criterion<'q>(trace: &Trace<'_>, question: &'q Question) -> &'q Criterion {
    let all = if trace.place.penalty { &question.penalties } else { &question.criteria };
    &all[trace.place.criterion]
}

/// The verdict on a find, also in JSON.
fn verdict(reason: Reason) -> &'static str {
    match reason {
        Reason::Counts => "counts",
        Reason::BareListing => "counts half: bare listing",
        Reason::Denied => "counts fully where the reference denies it, else half",
        Reason::Negated => "does not count: negated",
        Reason::Echo => "does not count: repeats the question",
    }
}

fn as_json(trace: &Trace<'_>, question: &Question, answer: &Answer<'_>) -> Value {
    let criterion = criterion(trace, question);
    let find = |find: &Find| {
        json!({
            "start": find.span.start,
            "end": find.span.end,
            "quote": find.span.of(answer.text),
            "how": find.how,
            "verdict": verdict(find.reason),
        })
    };
    json!({
        "penalty": trace.place.penalty,
        "criterion": criterion.id,
        "concept": criterion.concepts[trace.place.concept].id,
        "phrase": trace.phrase,
        "finds": trace.finds.iter().map(find).collect::<Vec<_>>(),
    })
}

fn as_text(traces: &[Trace<'_>], question: &Question, answer: &Answer<'_>, printer: &Printer) -> String {
    let paint =
        |color: AnsiColor| if printer.style.color { Paint::new().fg_color(Some(color.into())) } else { Paint::new() };
    let mut text = String::new();
    let mut last = None;
    for trace in traces {
        let criterion = criterion(trace, question);
        let here = (trace.place.penalty, trace.place.criterion);
        if last.map(|(of, _)| of) != Some(here) {
            let kind = if trace.place.penalty { "penalty" } else { "criterion" };
            let _ = writeln!(
                text,
                "{kind} {} ({}, {})",
                criterion.id,
                counted(criterion.points, "point"),
                match &criterion.basis {
                    Basis::Count { need } =>
                        format!("needs {need} of {}", counted(criterion.concepts.len(), "concept")),
                    Basis::Coverage { .. } => "credit by the share of a reference that the answer contains".to_owned(),
                }
            );
        }
        if last != Some((here, trace.place.concept)) {
            let _ = writeln!(text, "  {}", criterion.concepts[trace.place.concept].id);
        }
        last = Some((here, trace.place.concept));
        let (sign, color) = match trace.finds.iter().map(|find| find.reason).min_by_key(|reason| *reason as u8) {
            Some(Reason::Counts) => ('+', AnsiColor::Green),
            Some(Reason::BareListing) => ('~', AnsiColor::Yellow),
            Some(_) => ('x', AnsiColor::Red),
            None => ('.', AnsiColor::BrightBlack),
        };
        let paint = paint(color);
        let _ = writeln!(text, "    {paint}{sign} {}{paint:#}", printable(trace.phrase));
        for find in &trace.finds {
            let quote = printable(find.span.of(answer.text)).into_owned();
            let (start, end) = (find.span.start, find.span.end);
            let _ =
                writeln!(text, "        {start}..{end} \"{quote}\" by {}: {}", find.how.name(), verdict(find.reason));
        }
    }
    text.push_str("\n+ counts   ~ counts half   x found, does not count   . not found\n");
    text
}
