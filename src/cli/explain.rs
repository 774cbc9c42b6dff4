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
use crate::score::{MatchEffect, PhraseMatch, PhraseMatches, Workspace};
use crate::text::StanceWord;
use crate::wording::counted;

pub(super) fn run(args: &Args, settings: &Settings, printer: &Printer) -> anyhow::Result<ExitStatus> {
    let bank = super::open_bank::from_settings(settings)?;
    let entry = bank.entry(&args.id)?;
    let scorer = bank.scorer(entry, &bank.vocabulary()?)?;
    let question = scorer.question();
    if let Some(id) = &args.criterion {
        check_criterion(id, question)?;
    }
    let input = Input::read(Some(&args.file), printer)?;
    let answer = input.answer();
    let mut phrases = scorer.explain(&answer, &mut Workspace::new());
    phrases.retain(|phrase| {
        let is_selected = args.criterion.as_ref().is_none_or(|id| criterion(phrase, question).id == *id);
        is_selected && (!args.found || !phrase.matches.is_empty())
    });
    let shown = match args.format {
        ListFormat::Json => {
            report::json(&phrases.iter().map(|phrase| as_json(phrase, question, &answer)).collect::<Vec<_>>())?
        }
        ListFormat::Text if phrases.is_empty() => {
            printer.note("the answer contains none of the selected phrases");
            return Ok(ExitStatus::CheckFailed);
        }
        ListFormat::Text => as_text(&phrases, question, &answer, printer),
    };
    printer.result(&shown)?;
    Ok(if phrases.is_empty() { ExitStatus::CheckFailed } else { ExitStatus::Done })
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

fn criterion<'q>(phrase: &PhraseMatches<'_>, question: &'q Question) -> &'q Criterion {
    let all = if phrase.place.penalty { &question.penalties } else { &question.criteria };
    &all[phrase.place.criterion]
}

/// The effect of a match as text, for both output formats.
fn verdict(found: &PhraseMatch) -> &'static str {
    match found.effect {
        MatchEffect::Counts => "counts",
        MatchEffect::BareListing => "counts half: bare listing",
        MatchEffect::Denied => "counts fully if the reference denies it too, otherwise half",
        MatchEffect::Rejected if found.reasons.is_empty() => "does not count: negated",
        MatchEffect::Rejected => "does not count: the speaker rejects it",
        MatchEffect::NotRejected => "does not count: the speaker does not reject it",
        MatchEffect::Echo => "does not count: repeats the question",
    }
}

/// The words that speak most for a rejection, with their weights; `None` if there are none.
fn shown_reasons(reasons: &[StanceWord]) -> Option<String> {
    const SHOWN: usize = 4;
    let against = reasons.iter().filter(|reason| reason.weight > 0).take(SHOWN);
    let shown: Vec<String> =
        against.map(|reason| format!("\"{}\" (+{})", printable(&reason.words), reason.weight)).collect();
    (!shown.is_empty()).then(|| shown.join(", "))
}

fn as_json(phrase: &PhraseMatches<'_>, question: &Question, answer: &Answer<'_>) -> Value {
    let criterion = criterion(phrase, question);
    let match_as_json = |found: &PhraseMatch| {
        json!({
            "start": found.span.start,
            "end": found.span.end,
            "quote": found.span.of(answer.text),
            "how": found.how,
            "verdict": verdict(found),
            "ideas": found.ideas.iter().map(|idea| json!({
                "id": idea.id,
                "start": idea.span.start,
                "end": idea.span.end,
                "quote": idea.span.of(answer.text),
            })).collect::<Vec<_>>(),
            "reasons": found.reasons.iter().map(|reason| json!({
                "words": reason.words,
                "weight": reason.weight,
            })).collect::<Vec<_>>(),
        })
    };
    json!({
        "penalty": phrase.place.penalty,
        "criterion": criterion.id,
        "concept": criterion.concepts[phrase.place.concept].id,
        "phrase": phrase.phrase,
        "finds": phrase.matches.iter().map(match_as_json).collect::<Vec<_>>(),
    })
}

fn as_text(phrases: &[PhraseMatches<'_>], question: &Question, answer: &Answer<'_>, printer: &Printer) -> String {
    let paint =
        |color: AnsiColor| if printer.style.color { Paint::new().fg_color(Some(color.into())) } else { Paint::new() };
    let mut text = String::new();
    let mut last = None;
    for phrase in phrases {
        let criterion = criterion(phrase, question);
        let here = (phrase.place.penalty, phrase.place.criterion);
        if last.map(|(item, _)| item) != Some(here) {
            let kind = if phrase.place.penalty { "penalty" } else { "criterion" };
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
        if last != Some((here, phrase.place.concept)) {
            let _ = writeln!(text, "  {}", criterion.concepts[phrase.place.concept].id);
        }
        last = Some((here, phrase.place.concept));
        let (sign, color) = match phrase.matches.iter().map(|found| found.effect).min_by_key(|effect| *effect as u8) {
            Some(MatchEffect::Counts) => ('+', AnsiColor::Green),
            Some(MatchEffect::BareListing) => ('~', AnsiColor::Yellow),
            Some(_) => ('x', AnsiColor::Red),
            None => ('.', AnsiColor::BrightBlack),
        };
        let paint = paint(color);
        let _ = writeln!(text, "    {paint}{sign} {}{paint:#}", printable(phrase.phrase));
        for found in &phrase.matches {
            let quote = printable(found.span.of(answer.text)).into_owned();
            let (start, end) = (found.span.start, found.span.end);
            let verdict = verdict(found);
            let _ = writeln!(text, "        {start}..{end} \"{quote}\" by {}: {verdict}", found.how.name());
            for idea in &found.ideas {
                let _ = writeln!(text, "            <{}> \"{}\"", idea.id, printable(idea.span.of(answer.text)));
            }
            if let Some(reasons) = shown_reasons(&found.reasons) {
                let _ = writeln!(text, "            because of {reasons}");
            }
        }
    }
    text.push_str("\n+ counts   ~ counts half   x found, does not count   . not found\n");
    text
}
