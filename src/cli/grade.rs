//! `grade`: a grade for each answer that is named.

use anyhow::bail;
use std::borrow::Cow;
use std::path::{Path, PathBuf};

use super::answer::Input;
use super::args::{Format, Grade as Args};
use super::calibration::Loaded;
use super::exit_status::ExitStatus;
use super::files::{check_output, is_stream, name};
use super::grade_results::Results;
use super::judge::{self, Judging, Uses};
use super::printer::Printer;
use super::settings::Settings;
use super::settle::{QuestionFinder, SettledQuestion};
use super::terminal::Interrupted;
use crate::bank::{Bank, BankError, Entry};
use crate::model::{Grade, Question, QuestionMatch, Reference, Sample, SampleLevel, Status};
use crate::report::Sheet;
use crate::retrieve::{Analyzer, Contents, Index};
use crate::score::{Scorer, Workspace};

/// An answer that was read, with all that grading it takes.
struct Ready<'b> {
    input: Input,
    entry: &'b Entry,
    matched: QuestionMatch<'static>,
    note: Option<String>,
    scorer: Scorer,
}

pub(super) fn run(args: &Args, settings: &Settings, printer: &Printer) -> anyhow::Result<ExitStatus> {
    let settings = settings.with_grade_flags(args).with_judge_flags(&args.judge, args.cross_check)?;
    check_files(args)?;
    let bank = super::bank::open(&settings)?;
    let (ready, failed) = read(args, &bank, printer)?;
    let uses = Uses::of_flags(args.judge.replay, args.judge.refresh);
    let judging = judge::open(&settings, uses, printer)?.map(|setup| Judging::new(setup, &bank));
    let calibration = Loaded::wanted(args.calibration.as_deref(), judging.is_some())?;
    let mut results = Results::new(args, &settings, printer);
    let mut all_good = true;
    let mut workspace = Workspace::new();
    for ready in &ready {
        let answer = ready.input.answer();
        let mut grade = match &judging {
            Some(judging) => judging.grade_one(&ready.scorer, &answer, &mut workspace)?,
            None => ready.scorer.grade(&answer, &mut workspace),
        };
        grade.question_match = Some(ready.matched.clone());
        if let Some(calibration) = &calibration {
            calibration.apply(&mut grade, ready.scorer.question());
        }
        if shows_references(&settings) {
            grade.references = references(&grade, ready.scorer.question(), &bank, ready.entry)?;
        }
        let note = ready.note.as_deref();
        results.add(&Sheet { grade: &grade, question: ready.scorer.question(), answer: &answer, note })?;
        all_good &= tell(ready, &grade, &settings, args.files.len() > 1, printer);
        results.keep(grade);
    }
    judging.iter().for_each(|judging| judging.tell(printer));
    results.finish()?;
    if failed > 0 {
        bail!("{failed} of {} answers could not be graded", args.files.len());
    }
    Ok(if all_good { ExitStatus::Done } else { ExitStatus::CheckFailed })
}

/// Refuses what cannot be read or written before anything is read.
fn check_files(args: &Args) -> anyhow::Result<()> {
    if args.files.iter().filter(|file| is_stream(file)).count() > 1 {
        bail!("standard input can be read only once\nhint: name `-` once");
    }
    let Some(output) = &args.output else { return Ok(()) };
    let inputs: Vec<&Path> = args.files.iter().chain(&args.calibration).map(PathBuf::as_path).collect();
    check_output(output, &inputs, args.force)
}

/// Reads the answers and settles their questions. Of several answers, those that cannot be graded are
/// reported and counted, and the others are graded.
fn read<'b>(args: &Args, bank: &'b Bank, printer: &Printer) -> anyhow::Result<(Vec<Ready<'b>>, usize)> {
    let vocabulary = bank.vocabulary()?;
    let finder = QuestionFinder::new(bank);
    let one = |file: Option<&Path>| -> anyhow::Result<Ready<'b>> {
        let input = Input::read(file, printer)?;
        let settled = finder.settle(args.question.as_deref(), args.ask.as_deref(), &input)?;
        let SettledQuestion { entry, matched, note } = settled;
        Ok(Ready { input, entry, matched, note, scorer: bank.scorer(entry, &vocabulary)? })
    };
    if args.files.len() <= 1 {
        return Ok((vec![one(args.files.first().map(PathBuf::as_path))?], 0));
    }
    let (mut ready, mut failed) = (Vec::with_capacity(args.files.len()), 0);
    for file in &args.files {
        match one(Some(file)) {
            Ok(answer) => ready.push(answer),
            Err(error) if error.is::<Interrupted>() => return Err(error),
            Err(error) => {
                failed += 1;
                printer.error(&error.context(name(file)));
            }
        }
    }
    Ok((ready, failed))
}

/// Tells the user about a grade what the result does not say, and returns whether the answer has a score
/// that is high enough.
fn tell(ready: &Ready<'_>, grade: &Grade<'_>, settings: &Settings, is_one_of_many: bool, printer: &Printer) -> bool {
    let prefix = if is_one_of_many { format!("{}: ", grade.id) } else { String::new() };
    if ready.scorer.question().drafted {
        printer.note(&format!(
            "{prefix}the rubric of `{}` was drafted by a program, and nobody has said that they read it",
            grade.question
        ));
    }
    if let (Some(note), false) = (&ready.note, settings.format.value == Format::Text) {
        printer.note(&format!("{prefix}question `{}` {note}", grade.question));
    }
    if let Some(reason) = &grade.fallback
        && (settings.format.value != Format::Text || settings.quiet.value)
    {
        printer.warning(&format!("{prefix}graded offline, at least in part: {reason}"));
    }
    match (grade.final_score(), settings.fail_under.value) {
        (None, _) => false,
        (Some(score), Some(least)) if score.as_f64() < least => {
            printer.note(&format!("{prefix}{score} is below the {least} that --fail-under asks for"));
            false
        }
        _ => true,
    }
}

/// Whether what is printed has a place for them; where it has none, they are not looked for.
fn shows_references(settings: &Settings) -> bool {
    match settings.format.value {
        Format::Text => !settings.quiet.value,
        Format::Json | Format::Markdown => true,
        Format::Csv => false,
    }
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
    let index = Index::in_memory(&[Contents { question, samples: &samples }], &analyzer)?;
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
