//! `gradus questions`: lists, shows and finds questions.

use std::fmt::Write as _;

use anstyle::Style as Paint;
use serde_json::{Value, json};

use super::args::{ListFormat, Questions as Args, QuestionsCommand, QuestionsList};
use super::exit_status::ExitStatus;
use super::find_question::nearest_question;
use super::open;
use super::printer::Printer;
use super::settings::Settings;
use crate::bank::{Bank, Entry};
use crate::engine::Engine;
use crate::model::{Criterion, Question, QuestionKind, Sample, SimilarQuestion, Thousandths};
use crate::questions::LEAST_FOR_WORDING;
use crate::report::{self, paragraph};

pub(super) fn run(args: Args, settings: &Settings, printer: &Printer) -> anyhow::Result<ExitStatus> {
    let bank = super::open_bank::from_settings(settings)?;
    match args.command.unwrap_or(QuestionsCommand::List(args.list)) {
        QuestionsCommand::List(list) => self::list(&list, &bank, printer),
        QuestionsCommand::Show { id, key, samples, format } => {
            let shown = ShownParts { key, samples: samples.then(|| bank.samples(bank.entry(&id)?)).transpose()? };
            show(&bank.question(bank.entry(&id)?)?, &shown, format, printer)
        }
        QuestionsCommand::Find { text, limit, format } => {
            find(&text, limit, format, &open::offline(settings)?, printer)
        }
    }
}

/// The parts of a question that `show` prints in addition to those that a candidate may see.
struct ShownParts {
    /// Whether to print criteria and penalties.
    key: bool,
    /// The sample answers to print. `None` if they were not requested.
    samples: Option<Vec<Sample>>,
}

/// Finds questions with exactly this wording, then similar ones.
fn find(
    text: &str,
    limit: usize,
    format: ListFormat,
    engine: &Engine,
    printer: &Printer,
) -> anyhow::Result<ExitStatus> {
    let bank = engine.bank();
    let exact = |entry: &&Entry| SimilarQuestion { id: entry.id.clone(), similarity: Thousandths::ONE };
    let mut found: Vec<SimilarQuestion> = bank.entries_with_wording(text).iter().map(exact).collect();
    let mut nearest = None;
    if found.len() < limit {
        let similar = engine.questions().index()?.by_wording(text);
        nearest = similar.first().map(|nearest| format!("; {}", nearest_question(nearest, LEAST_FOR_WORDING)));
        let exact = found.len();
        let is_new = |one: &SimilarQuestion| !found[..exact].iter().any(|other| other.id == one.id);
        let passing: Vec<_> =
            similar.into_iter().filter(|one| one.similarity >= LEAST_FOR_WORDING && is_new(one)).collect();
        found.extend(passing);
    }
    found.truncate(limit);
    let mut questions = Vec::with_capacity(found.len());
    for one in &found {
        questions.push(bank.question(bank.entry(&one.id)?)?);
    }
    if questions.is_empty() {
        printer.note(&format!(
            "no similar question in this bank; try other words, or list all with `gradus questions`{}",
            nearest.unwrap_or_default()
        ));
    }
    if format == ListFormat::Json {
        let with_similarity = |(question, found): (&Question, &SimilarQuestion)| {
            let mut json = as_json(question);
            json["similarity"] = json!(found.similarity);
            json
        };
        printer.result(&report::json(&questions.iter().zip(&found).map(with_similarity).collect::<Vec<_>>())?)?;
        return Ok(if questions.is_empty() { ExitStatus::CheckFailed } else { ExitStatus::Done });
    }
    write(&questions, format, printer)
}

fn list(list: &QuestionsList, bank: &Bank, printer: &Printer) -> anyhow::Result<ExitStatus> {
    let mut questions = Vec::new();
    for entry in bank.entries().iter().filter(|entry| list.topic.as_ref().is_none_or(|topic| *topic == entry.topic)) {
        let question = bank.question(entry)?;
        let fits = list.kind.is_none_or(|kind| kind == question.kind)
            && list.level.is_none_or(|level| level == question.level);
        if fits {
            questions.push(question);
        }
    }
    if questions.is_empty() {
        let mut topics: Vec<&str> = bank.entries().iter().map(|entry| entry.topic.as_str()).collect();
        topics.dedup();
        printer.note(&format!("no question matches; the topics are: {}", topics.join(", ")));
    }
    write(&questions, list.format, printer)
}

fn write(questions: &[Question], format: ListFormat, printer: &Printer) -> anyhow::Result<ExitStatus> {
    match format {
        ListFormat::Json => printer.result(&report::json(&questions.iter().map(as_json).collect::<Vec<_>>())?)?,
        ListFormat::Text if questions.is_empty() => {}
        ListFormat::Text if printer.is_quiet() => {
            printer.result(&questions.iter().map(|question| question.id.as_str()).collect::<Vec<_>>().join("\n"))?;
        }
        ListFormat::Text => printer.result(&as_list(questions, printer))?,
    }
    Ok(if questions.is_empty() { ExitStatus::CheckFailed } else { ExitStatus::Done })
}

/// The parts of a question that a candidate may see.
fn as_json(question: &Question) -> Value {
    json!({
        "id": question.id,
        "topic": question.topic,
        "kind": question.kind,
        "level": question.level,
        "prompt": question.prompt,
        "also_asked": question.also_asked,
    })
}

/// A question with the other parts that were requested.
fn as_whole_json(question: &Question, shown: &ShownParts) -> Value {
    let criteria = |all: &[Criterion]| {
        let one =
            |criterion: &Criterion| json!({ "id": criterion.id, "points": criterion.points, "asks": criterion.asks });
        all.iter().map(one).collect::<Vec<_>>()
    };
    let mut json = as_json(question);
    if shown.key {
        json["criteria"] = json!(criteria(&question.criteria));
        json["penalties"] = json!(criteria(&question.penalties));
    }
    if let Some(samples) = &shown.samples {
        let sample = |sample: &Sample| json!({ "level": sample.level, "text": sample.text });
        json["samples"] = samples.iter().map(sample).collect();
    }
    json
}

fn bold(printer: &Printer) -> Paint {
    if printer.style.color { Paint::new().bold() } else { Paint::new() }
}

fn as_list(questions: &[Question], printer: &Printer) -> String {
    let bold = bold(printer);
    let entry = |question: &Question| {
        let Question { id, topic, kind, level, prompt, .. } = question;
        format!(
            "{bold}{id}{bold:#}  {topic}, {}, {}\n{}",
            kind.name(),
            level.name(),
            paragraph(prompt, 2, printer.style)
        )
    };
    questions.iter().map(entry).collect::<Vec<_>>().join("\n")
}

/// The kind of answer that is expected for a question.
fn expected(kind: QuestionKind) -> &'static str {
    match kind {
        QuestionKind::Design => "a design: what you would build, why that way, and what you give up for it",
        QuestionKind::Process => "a way of working: what you do, in which order, and how you know that it works",
        QuestionKind::Behavioural => "a story of your own: the situation, what you did yourself, and the result",
        QuestionKind::Concept => "an explanation: what it is, how it works, and when it matters",
        QuestionKind::Motivation => "your reasons, tied to what you have done and to what is offered",
    }
}

fn show(question: &Question, shown: &ShownParts, format: ListFormat, printer: &Printer) -> anyhow::Result<ExitStatus> {
    if format == ListFormat::Json {
        printer.result(&report::json(&as_whole_json(question, shown))?)?;
        return Ok(ExitStatus::Done);
    }
    let bold = bold(printer);
    let mut text = as_list(std::slice::from_ref(question), printer);
    if !question.also_asked.is_empty() {
        let _ = writeln!(text, "\n{bold}Also asked as{bold:#}");
        question.also_asked.iter().for_each(|wording| text.push_str(&paragraph(wording, 2, printer.style)));
    }
    let _ =
        writeln!(text, "\n{bold}Expected{bold:#}\n{}", paragraph(expected(question.kind), 2, printer.style).trim_end());
    if shown.key {
        write_key(question, &mut text, printer);
    }
    for sample in shown.samples.iter().flatten() {
        let _ = writeln!(text, "\n{bold}Sample answer, {}{bold:#}", sample.level.name());
        let paragraphs: Vec<String> =
            sample.text.trim().split("\n\n").map(|part| paragraph(part, 2, printer.style)).collect();
        text.push_str(&paragraphs.join("\n"));
    }
    printer.result(&text)?;
    if !shown.key {
        let samples = if shown.samples.is_none() { ", and --samples shows sample answers" } else { "" };
        printer.note(&format!("criteria are hidden; --key shows them{samples}"));
    }
    Ok(ExitStatus::Done)
}

/// Writes the criteria and penalties.
fn write_key(question: &Question, text: &mut String, printer: &Printer) {
    let bold = bold(printer);
    for (heading, sign, criteria) in
        [("Earns points", "", &question.criteria), ("Loses points", "-", &question.penalties)]
    {
        if !criteria.is_empty() {
            let _ = writeln!(text, "\n{bold}{heading}{bold:#}");
        }
        for criterion in criteria {
            let line = format!("{sign}{} {}: {}", criterion.points, criterion.id, criterion.asks);
            text.push_str(&paragraph(&line, 2, printer.style));
        }
    }
}
