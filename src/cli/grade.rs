//! `grade`: grades answers from files, standard input or the terminal.
//!
//! It reads the answers, finds their questions, and passes each grade to `grade_results`. Of several answers, one that
//! cannot be graded is reported, and the others are graded.

use std::path::{Path, PathBuf};

use anyhow::bail;

use super::answer::Input;
use super::args::{Format, Grade as Args};
use super::exit_status::ExitStatus;
use super::files::{check_output, display_name, is_stream};
use super::find_question::{QuestionOfAnswer, find_question, named_question};
use super::grade_results::Results;
use super::hints::advised;
use super::judge::JudgeUse;
use super::open;
use super::printer::Printer;
use super::settings::Settings;
use super::terminal::Interrupted;
use crate::engine::Engine;
use crate::judge::Halt;
use crate::model::{Grade, Question};
use crate::report::Sheet;

/// An answer that was read, with its question.
struct AnswerToGrade {
    input: Input,
    question: QuestionOfAnswer,
}

pub(super) fn run(args: &Args, settings: &Settings, printer: &Printer) -> anyhow::Result<ExitStatus> {
    let settings = settings.with_grade_flags(args).with_judge_flags(&args.judge, args.cross_check)?;
    check_files(args)?;
    let engine = open::offline(&settings)?;
    let (answers, failed) = read(args, &engine, printer)?;
    let uses = JudgeUse::from_flags(args.judge.replay, args.judge.refresh);
    let engine = open::judged(engine, &settings, uses, printer)?;
    let engine = open::calibrated(engine, args.calibration.as_deref())?;
    let mut results = Results::new(args, &settings, printer);
    let mut all_good = true;
    let (grades, outcome) = grade_all(&engine, &answers)?;
    let has_grades = !grades.is_empty();
    for (AnswerToGrade { input, question: QuestionOfAnswer { found, note } }, mut grade) in grades {
        let (question, answer) = (engine.questions().prepare(found)?, input.answer());
        grade.question_match = Some(found.matched.clone());
        if shows_references(&settings) {
            grade.references = engine.references(question, &grade)?;
        }
        let note = note.as_deref();
        results.add(&Sheet { grade: &grade, question: question.question(), answer: &answer, note })?;
        let prefix = if args.files.len() > 1 { format!("{}: ", grade.id) } else { String::new() };
        report_notes(&grade, question.question(), note, &prefix, &settings, printer);
        all_good &= passes_threshold(&grade, &prefix, &settings, printer);
        results.keep(grade);
    }
    open::warn_of_trouble(&engine, printer);
    if outcome.is_ok() || has_grades {
        results.finish()?;
    }
    outcome?;
    if failed > 0 {
        bail!("{failed} of {} answers could not be graded", args.files.len());
    }
    Ok(if all_good { ExitStatus::Done } else { ExitStatus::CheckFailed })
}

/// The answers that could be graded, with their grades.
type GradedAnswers<'a> = Vec<(&'a AnswerToGrade, Grade<'a>)>;

/// Grades the answers, several at a time if judges grade them. The answers that were finished before grading had to stop
/// are returned with the reason for the stop.
fn grade_all<'a>(
    engine: &'a Engine,
    answers: &'a [AnswerToGrade],
) -> anyhow::Result<(GradedAnswers<'a>, Result<(), Halt>)> {
    let prepared = |answer: &'a AnswerToGrade| -> anyhow::Result<_> {
        Ok((Some(engine.questions().prepare(&answer.question.found)?), answer.input.answer()))
    };
    let prepared = answers.iter().map(prepared).collect::<anyhow::Result<Vec<_>>>()?;
    let mut grades = Vec::with_capacity(answers.len());
    let outcome = engine.grade_all(&prepared, |place, grade| grades.extend(answers.get(place).zip(grade)));
    Ok((grades, outcome))
}

/// Checks the files that the flags name, before any is read.
fn check_files(args: &Args) -> anyhow::Result<()> {
    if args.files.iter().filter(|file| is_stream(file)).count() > 1 {
        return Err(advised("standard input can be read only once", "name `-` once"));
    }
    let Some(output) = &args.output else { return Ok(()) };
    let mut inputs: Vec<&Path> = args.files.iter().chain(&args.calibration).map(PathBuf::as_path).collect();
    if args.files.is_empty() {
        inputs.push(Path::new("-"));
    }
    check_output(output, &inputs, args.force)
}

/// Reads the answers and finds their questions. Of several answers, those that cannot be graded are reported and
/// counted, and the others are graded.
fn read(args: &Args, engine: &Engine, printer: &Printer) -> anyhow::Result<(Vec<AnswerToGrade>, usize)> {
    // Before any answer is read, because its error is the same for all.
    let named = named_question(engine, args.question.as_deref(), args.ask.as_deref())?;
    let one = |file: Option<&Path>| -> anyhow::Result<AnswerToGrade> {
        let input = Input::read(file, printer)?;
        let question = named.clone().map_or_else(|| find_question(engine, &input), Ok)?;
        Ok(AnswerToGrade { input, question })
    };
    if args.files.len() <= 1 {
        return Ok((vec![one(args.files.first().map(PathBuf::as_path))?], 0));
    }
    let (mut answers, mut failed) = (Vec::with_capacity(args.files.len()), 0);
    for file in &args.files {
        match one(Some(file)) {
            Ok(answer) => answers.push(answer),
            Err(error) if error.is::<Interrupted>() => return Err(error),
            Err(error) => {
                failed += 1;
                printer.error(&error.context(display_name(file)));
            }
        }
    }
    Ok((answers, failed))
}

/// Prints notes on facts that the result does not show: a drafted rubric, how the question was found (`note`), a
/// fallback.
fn report_notes(
    grade: &Grade<'_>,
    question: &Question,
    note: Option<&str>,
    prefix: &str,
    settings: &Settings,
    printer: &Printer,
) {
    if question.drafted {
        printer.note(&format!(
            "{prefix}the rubric of `{}` was drafted by a program, and it is not marked as reviewed",
            grade.question
        ));
    }
    if let (Some(note), false) = (note, settings.format.value == Format::Text) {
        printer.note(&format!("{prefix}question `{}` {note}", grade.question));
    }
    if let Some(reason) = &grade.fallback
        && (settings.format.value != Format::Text || settings.quiet.value)
    {
        printer.warning(&format!("{prefix}graded offline, at least in part: {reason}"));
    }
}

/// Whether the answer has a score that reaches the threshold.
fn passes_threshold(grade: &Grade<'_>, prefix: &str, settings: &Settings, printer: &Printer) -> bool {
    match (grade.final_score(), settings.fail_under.value) {
        (None, _) => false,
        (Some(score), Some(least)) if score.as_f64() < least => {
            let source = settings.fail_under_source();
            printer.note(&format!("{prefix}{score} is below the {least} that {source} requires"));
            false
        }
        _ => true,
    }
}

/// Whether the output shows references; otherwise they are not searched for.
fn shows_references(settings: &Settings) -> bool {
    match settings.format.value {
        Format::Text => !settings.quiet.value,
        Format::Json | Format::Markdown => true,
        Format::Csv => false,
    }
}
