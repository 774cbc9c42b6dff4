//! `grade`: one answer, one grade.

use anyhow::{Context as _, bail};
use std::borrow::Cow;

use super::Outcome;
use super::answer::Input;
use super::args::{Format, Grade as Args};
use super::calibration::Loaded;
use super::judge::{self, Judging, Uses};
use super::printer::Printer;
use super::search::whole_index;
use super::settings::Settings;
use crate::bank::{Bank, BankError, Entry};
use crate::model::{Grade, Question, Reference, Sample, SampleLevel, Status};
use crate::report::{self, DataLayout, Sheet};
use crate::retrieve::{Analyzer, Contents, Holds, Index, QuestionFound, Wanted};
use crate::score::Workspace;

/// Two questions are close when the second comes to this share of the first.
pub(super) const CLOSE: f32 = 0.8;
/// Questions that are named when the choice is close.
const NAMED: usize = 3;

pub(super) fn run(args: &Args, settings: &Settings, printer: &Printer) -> anyhow::Result<Outcome> {
    let settings = settings.with_grade_flags(args).with_judge_flags(&args.judge, args.cross_check)?;
    let bank = super::bank::open(&settings)?;
    let input = Input::read(args.file.as_deref(), printer)?;
    let (entry, note) = settle_question(args, &bank, &input, printer)?;
    let scorer = bank.scorer(entry, &bank.vocabulary()?)?;
    let answer = input.answer();
    let uses = Uses::of_flags(args.judge.replay, args.judge.refresh);
    let judging = judge::open(&settings, uses, printer)?.map(|setup| Judging::new(setup, &bank));
    let calibration = Loaded::wanted(args.calibration.as_deref(), judging.is_some())?;
    let mut grade = match &judging {
        Some(judging) => judging.grade_one(&scorer, &answer, &mut Workspace::new())?,
        None => scorer.grade(&answer, &mut Workspace::new()),
    };
    judging.iter().for_each(|judging| judging.tell(printer));
    if let Some(calibration) = &calibration {
        calibration.apply(&mut grade, scorer.question());
    }
    if shows_references(&settings) {
        grade.references = references(&grade, scorer.question(), &bank, entry)?;
    }
    let sheet = Sheet { grade: &grade, question: scorer.question(), answer: &answer, note: note.as_deref() };
    let shown = match settings.format.value {
        Format::Text if settings.quiet.value => report::brief(&sheet, printer.style),
        Format::Text => report::text(&sheet, printer.style),
        Format::Json => report::json(&grade)?,
        Format::Markdown => report::markdown(&sheet),
        Format::Csv => report::csv(std::slice::from_ref(&grade)).context("cannot write the row")?,
    };
    match settings.format.value {
        Format::Csv => printer.data(&shown, DataLayout::Rows)?,
        Format::Json => printer.data(&shown, DataLayout::Json)?,
        Format::Text | Format::Markdown => printer.result(&shown)?,
    }
    if scorer.question().drafted {
        printer.note(&format!(
            "the rubric of `{}` was drafted by a program, and nobody has said that they read it",
            entry.id
        ));
    }
    if let (Some(note), false) = (&note, settings.format.value == Format::Text) {
        printer.note(&format!("question `{}` {note}", entry.id));
    }
    if let Some(reason) = &grade.fallback
        && (settings.format.value != Format::Text || settings.quiet.value)
    {
        printer.warning(&format!("graded offline, at least in part: {reason}"));
    }
    Ok(outcome(&grade, settings.fail_under.value, printer))
}

/// Whether what is printed has a place for them; where it has none, they are not looked for.
fn shows_references(settings: &Settings) -> bool {
    match settings.format.value {
        Format::Text => !settings.quiet.value,
        Format::Json | Format::Markdown => true,
        Format::Csv => false,
    }
}

fn outcome(grade: &Grade<'_>, fail_under: Option<f64>, printer: &Printer) -> Outcome {
    match (grade.final_score(), fail_under) {
        (None, _) => Outcome::Found,
        (Some(score), Some(least)) if score.as_f64() < least => {
            printer.note(&format!("{score} is below the {least} that --fail-under asks for"));
            Outcome::Found
        }
        _ => Outcome::Done,
    }
}

/// The question that is graded against, and how it was settled where nobody named it.
fn settle_question<'b>(
    args: &Args,
    bank: &'b Bank,
    input: &Input,
    printer: &Printer,
) -> anyhow::Result<(&'b Entry, Option<String>)> {
    if let Some(id) = args.question.as_deref() {
        return Ok((bank.entry(id)?, None));
    }
    if let Some(text) = &args.ask {
        let found = whole_index(bank, Holds::Questions, printer)?.questions(Wanted::Wording(text), NAMED)?;
        return choose(bank, &found, "found by its wording", &format!("no question is about `{text}`"));
    }
    if let Some(id) = input.question() {
        let entry = bank
            .entry(id)
            .with_context(|| "the answer's front matter names a question that is not in the bank".to_owned())?;
        return Ok((entry, None));
    }
    if let [only] = bank.entries() {
        return Ok((only, Some("is the only one in the bank".to_owned())));
    }
    if input.body().trim().is_empty() {
        bail!("the answer is empty, and no question is named");
    }
    let found = whole_index(bank, Holds::Questions, printer)?.questions(Wanted::Answer(input.body()), NAMED)?;
    choose(bank, &found, "found from the answer", "the question cannot be told from the answer")
}

fn choose<'b>(
    bank: &'b Bank,
    found: &[QuestionFound],
    how: &str,
    otherwise: &str,
) -> anyhow::Result<(&'b Entry, Option<String>)> {
    let Some((best, others)) = found.split_first() else {
        bail!("{otherwise}\nhint: name it with --question ID; `gradus questions` lists them");
    };
    let close: Vec<&str> =
        others.iter().filter(|other| other.score >= best.score * CLOSE).map(|other| other.id.as_str()).collect();
    let note = match close.as_slice() {
        [] => how.to_owned(),
        close => format!("{how}; it was close with {}: use --question to choose", close.join(" and ")),
    };
    Ok((bank.entry(&best.id)?, Some(note)))
}

/// What strong samples say to every criterion that was not met.
fn references<'a>(
    grade: &Grade<'a>,
    question: &'a Question,
    bank: &Bank,
    entry: &Entry,
) -> anyhow::Result<Vec<Reference<'a>>> {
    let open: Vec<_> =
        question.criteria.iter().zip(&grade.criteria).filter(|(_, graded)| graded.status != Status::Met).collect();
    let mut samples: Vec<Sample> = bank.samples(entry)?;
    samples.retain(|sample| sample.level == SampleLevel::Strong);
    if open.is_empty() || samples.is_empty() {
        return Ok(Vec::new());
    }
    let analyzer = Analyzer::new(bank.synonyms().map_err(BankError::Faulty)?);
    let index = Index::in_memory(&[Contents { question, samples: &samples }], Holds::Passages, &analyzer)?;
    let mut references = Vec::new();
    for (criterion, graded) in open {
        let missing = criterion.concepts.iter().filter(|concept| graded.missing.iter().any(|id| *id == concept.id));
        let phrases = missing.flat_map(|concept| &concept.any).map(String::as_str);
        let wanted: Vec<&str> = phrases.chain([criterion.asks.as_str()]).collect();
        let found = index.passages(&wanted.join(" . "), Some((&question.id, SampleLevel::Strong)), 1)?;
        references.extend(found.into_iter().map(|found| Reference {
            question: Cow::Borrowed(question.id.as_str()),
            level: found.level,
            excerpt: Cow::Owned(found.text),
            criterion: Cow::Borrowed(criterion.id.as_str()),
        }));
    }
    Ok(references)
}
