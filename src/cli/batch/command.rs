//! `batch`: grades the rows of an input.
//!
//! It checks the flags, opens the engine and the input, makes the plan of the run, and connects the run with progress,
//! summary and warnings. The run itself is left to the library.

use std::path::Path;
use std::sync::Arc;

use super::batch_input::BatchInput;
use super::conclusion::conclude;
use super::destination::OutputKind;
use super::judges::{estimate, grader_name, judge_missing, required_by, uses, warn_of_fallback};
use super::merge;
use super::progress::Progress;
use super::request::BatchRequest;
use super::results::{Look, Results, has_criteria_columns};
use super::spool::spool;
use super::stop::Interrupts;
use super::tally::{BatchDescription, Tally};
use crate::bank::Bank;
use crate::batch::{self, BatchError, Columns, Input, InputError, Provenance, ResultSettings, RunPlan, RunSummary};
use crate::cli::args::{Batch, BatchCommand, BatchRun, ResultFormat};
use crate::cli::exit_status::ExitStatus;
use crate::cli::open;
use crate::cli::printer::Printer;
use crate::cli::question_meaning::{listed, shown};
use crate::cli::settings::Settings;
use crate::engine::{Engine, Judges, NamedCalibration};
use crate::report::shown_columns;

pub(in crate::cli) fn run(args: &Batch, settings: &Settings, printer: &Printer) -> anyhow::Result<ExitStatus> {
    match &args.command {
        Some(BatchCommand::Merge(args)) => merge::run(args, settings, printer),
        None => {
            let settings = settings.with_judge_flags(&args.run.judge, args.run.cross_check.is_some())?;
            match grade(&args.run, &settings, printer) {
                Err(error) if is_stopped(&error) => {
                    printer.warning("stopped before there was anything to save");
                    Ok(ExitStatus::Interrupted)
                }
                result => result,
            }
        }
    }
}

/// Whether the user interrupted the run while it waited for input.
fn is_stopped(error: &anyhow::Error) -> bool {
    let stopped = |error: &InputError| matches!(error, InputError::Stopped { .. });
    let of_batch = error
        .downcast_ref::<BatchError>()
        .is_some_and(|error| matches!(error, BatchError::Input(error) if stopped(error)));
    of_batch || error.downcast_ref::<InputError>().is_some_and(stopped)
}

fn grade(args: &BatchRun, settings: &Settings, printer: &Printer) -> anyhow::Result<ExitStatus> {
    let request = BatchRequest::check(args, settings, printer.is_terminal)?;
    if request.format == ResultFormat::Table && !args.columns.keep.is_empty() {
        printer.note("the table does not show the columns of --keep; --format csv and jsonl have them");
    }
    let interrupts = Interrupts::listen()?;
    let stop = Arc::clone(&interrupts.stop);
    let engine = open::offline(settings)?;
    let has_columns = has_criteria_columns(request.format);
    let spooled = spool(request.input, has_columns && !args.spend.dry_run, &interrupts, printer)?;
    let path = spooled.as_ref().map_or(request.input, |file| file.path());
    let mut input = BatchInput::new(args, path, request.input_name(), engine.questions(), &stop, printer)?;
    let engine = open::judged(engine, settings, uses(args, &stop), printer)?;
    if args.spend.dry_run {
        return estimate(&engine, &mut input, &stop, printer);
    }
    let criteria = if has_columns { input.criteria(engine.questions())? } else { Vec::new() };
    let engine = open::calibrated(engine, args.calibration.as_deref())?;
    grade_rows(args, settings, request, &engine, &mut input, criteria, printer)
}

/// Grades the rows of the input.
fn grade_rows(
    args: &BatchRun,
    settings: &Settings,
    request: BatchRequest<'_>,
    engine: &Engine,
    input: &mut BatchInput<'_>,
    criteria: Vec<String>,
    printer: &Printer,
) -> anyhow::Result<ExitStatus> {
    let (target, is_terminal) = request.target(printer)?;
    let look = Look {
        format: request.format,
        evidence: args.evidence,
        keep: &args.columns.keep,
        is_judged: engine.judges().is_some(),
        is_terminal,
        style: printer.style,
        longest_question: longest_question(engine.bank()),
    };
    let calibration = engine.calibration().map(|calibration| calibration.calibration().fingerprint());
    let results = Results::new(&look, calibration, criteria);
    let layout = results.layout(args.shard, &grader_name(engine))?;
    let mut rows = input.open()?;
    warn_of_missing_field(&mut rows, printer);
    let mut description = description(&request, settings, engine, &layout);
    let provenance = provenance(&description, engine, rows.columns());
    let plan = RunPlan {
        questions: engine.questions(),
        default_question: input.default_question(),
        layout: &layout,
        provenance: &provenance,
        render: &|grade, kept, out| results.write(grade, kept, out),
        grader: engine,
        retries_fallback: args.spend.retry_fallback,
        jobs: engine.judges().map_or_else(|| threads(args), Judges::concurrency),
        stop: input.stop(),
    };
    let is_saved = matches!(request.kind, OutputKind::File);
    // On a terminal the rows themselves show the progress.
    let progress = Progress::new(rows.read(), rows.size(), printer.is_quiet() || is_terminal);
    let mut tally = Tally::new(request.tally_options, progress)?;
    let result = batch::run(&plan, &mut rows, target, &mut |row| {
        // What an interrupted run spent counts towards the limit of the run that continues it.
        if let (Some(judges), false) = (engine.judges(), row.is_new) {
            judges.count_spent(row.summary.usage);
        }
        tally.add(&row)
    });
    tally.clear_progress();
    if let Some(judges) = engine.judges() {
        open::warn_of_trouble(engine, printer);
        description.judge_missing = warn_of_fallbacks(judges, settings, &tally, &result, is_saved, printer);
    }
    conclude(result, tally, description, is_saved, printer)
}

/// Warns if the first rows of a pipe do not have a requested column. A pipe is not read ahead, so a later row may have it.
fn warn_of_missing_field(rows: &mut Input, printer: &Printer) {
    if let Some((field, present)) = rows.missing_in_first_rows() {
        let present = if present.is_empty() { String::new() } else { format!(", only {}", listed(&present)) };
        let field = shown(&field);
        printer.warning(&format!("the first rows of {} do not have {field}{present}", rows.name()));
    }
}

/// Bank, columns and judges, as the manifest of a run records them.
fn provenance(description: &BatchDescription, engine: &Engine, columns: &Columns) -> Provenance {
    Provenance {
        bank: description.bank.clone(),
        fingerprint: engine.bank().files().fingerprint().to_string(),
        columns: [&columns.id, &columns.question, &columns.answer].map(String::clone).to_vec(),
        judge: engine.judges().map(|judges| judges.fingerprint().to_string()),
    }
}

/// Number of threads for the offline scorer; by default one for each processor.
fn threads(args: &BatchRun) -> usize {
    args.jobs.unwrap_or_else(|| std::thread::available_parallelism().map_or(1, usize::from))
}

/// The facts about the run that the summary names.
fn description(
    request: &BatchRequest<'_>,
    settings: &Settings,
    engine: &Engine,
    layout: &ResultSettings,
) -> BatchDescription {
    let judges = engine.judges();
    BatchDescription {
        input: request.input_name(),
        output: request.output.map(Path::to_owned),
        bank: settings.bank.value.as_ref().map_or("the shipped bank".to_owned(), |path| path.display().to_string()),
        grader: judges.map_or(layout.grader.clone(), |judges| judges.panel().description()),
        calibration: engine.calibration().map(NamedCalibration::name).map(str::to_owned),
        is_judged: judges.is_some(),
        is_cross_checked: judges.is_some_and(|judges| judges.panel().cross_checks),
        judge_missing: None,
    }
}

/// Warns of answers that fell back to the offline scorer. If these are all answers and a judge is required, it returns
/// the warning for the end of the summary instead.
fn warn_of_fallbacks(
    judges: &Judges,
    settings: &Settings,
    tally: &Tally,
    result: &Result<RunSummary, BatchError>,
    is_saved: bool,
    printer: &Printer,
) -> Option<String> {
    let (fallbacks, why) = (tally.fallbacks(), judges.first_fallback());
    let is_complete = result.as_ref().is_ok_and(|summary| summary.is_complete);
    let required_by = required_by(settings).filter(|_| is_complete && tally.judge_is_missing());
    if required_by.is_none() {
        warn_of_fallback(fallbacks, why, is_saved, printer);
    }
    required_by.map(|origin| judge_missing(origin, fallbacks, why))
}

/// Width of the longest question id in the bank, in columns.
fn longest_question(bank: &Bank) -> usize {
    bank.entries().iter().map(|entry| shown_columns(&entry.id)).max().unwrap_or(0)
}
