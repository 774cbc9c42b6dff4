//! `questions`: list, show and find them.

use std::fmt::Write as _;

use anstyle::Style as Paint;
use serde_json::{Value, json};

use super::Outcome;
use super::args::{ListFormat, Questions as Args, QuestionsCommand, QuestionsList};
use super::printer::Printer;
use super::search::whole_index;
use super::settings::Settings;
use crate::bank::Bank;
use crate::model::{Criterion, Question};
use crate::report::{self, paragraph};
use crate::retrieve::{Holds, Wanted};

pub(super) fn run(args: Args, settings: &Settings, printer: &Printer) -> anyhow::Result<Outcome> {
    let bank = super::bank::open(settings)?;
    match args.command.unwrap_or(QuestionsCommand::List(args.list)) {
        QuestionsCommand::List(list) => self::list(&list, &bank, printer),
        QuestionsCommand::Show { id, format } => show(&bank.question(bank.entry(&id)?)?, format, printer),
        QuestionsCommand::Find { text, limit, format } => {
            let found = whole_index(&bank, Holds::Questions, printer)?.questions(Wanted::Wording(&text), limit)?;
            let mut questions = Vec::with_capacity(found.len());
            for found in &found {
                questions.push(bank.question(bank.entry(&found.id)?)?);
            }
            if questions.is_empty() {
                printer.note("no question fits; try other words, or `gradus questions` for all");
            }
            write(&questions, format, printer)
        }
    }
}

fn list(list: &QuestionsList, bank: &Bank, printer: &Printer) -> anyhow::Result<Outcome> {
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
        printer.note(&format!("no question fits; topics there are: {}", topics.join(", ")));
    }
    write(&questions, list.format, printer)
}

fn write(questions: &[Question], format: ListFormat, printer: &Printer) -> anyhow::Result<Outcome> {
    match format {
        ListFormat::Json => printer.result(&report::json(&questions.iter().map(as_json).collect::<Vec<_>>())?)?,
        ListFormat::Text if questions.is_empty() => {}
        ListFormat::Text if printer.is_quiet() => {
            printer.result(&questions.iter().map(|question| question.id.as_str()).collect::<Vec<_>>().join("\n"))?;
        }
        ListFormat::Text => printer.result(&as_list(questions, printer))?,
    }
    Ok(if questions.is_empty() { Outcome::Found } else { Outcome::Done })
}

fn as_json(question: &Question) -> Value {
    let criteria = |all: &[Criterion]| {
        let one =
            |criterion: &Criterion| json!({ "id": criterion.id, "points": criterion.points, "asks": criterion.asks });
        all.iter().map(one).collect::<Vec<_>>()
    };
    json!({
        "id": question.id,
        "topic": question.topic,
        "kind": question.kind,
        "level": question.level,
        "prompt": question.prompt,
        "also_asked": question.also_asked,
        "criteria": criteria(&question.criteria),
        "penalties": criteria(&question.penalties),
    })
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

fn show(question: &Question, format: ListFormat, printer: &Printer) -> anyhow::Result<Outcome> {
    if format == ListFormat::Json {
        printer.result(&report::json(&as_json(question))?)?;
        return Ok(Outcome::Done);
    }
    let bold = bold(printer);
    let mut text = as_list(std::slice::from_ref(question), printer);
    if !question.also_asked.is_empty() {
        let _ = writeln!(text, "\n{bold}Also asked as{bold:#}");
        question.also_asked.iter().for_each(|wording| text.push_str(&paragraph(wording, 2, printer.style)));
    }
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
    printer.result(&text)?;
    Ok(Outcome::Done)
}
