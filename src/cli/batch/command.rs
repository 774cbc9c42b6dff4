//! The command itself: what is asked for, then the run, then what it came to.

use std::collections::BTreeSet;
use std::io;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use anyhow::{Context as _, bail};

use super::destination::{Device, Kind, closed, open_device};
use super::find::find;
use super::judged::{ByJudge, demand, disputes, estimate, grader_name, judge_missing, uses, warn_of_fallback};
use super::merge;
use super::progress::Progress;
use super::question_flag::QuestionFlag;
use super::results::{Look, Results, format_of, has_criteria_columns};
use super::spool::spool;
use super::stop::Interrupts;
use super::tally::{Tally, Told, Wishes};
use crate::bank::Bank;
use crate::batch::{
    self, BatchError, By, Columns, Ended, Existing, Input, InputError, InputFormat, Layout, Plan, Questions, Stored,
    Target,
};
use crate::cli::args::{Batch, BatchCommand, BatchRun, Least, ResultFormat, RowFormat};
use crate::cli::calibration::Loaded;
use crate::cli::exit_status::ExitStatus;
use crate::cli::files::is_stream;
use crate::cli::judge::{self, Judging};
use crate::cli::printer::Printer;
use crate::cli::settings::Settings;
use crate::report::shown_columns;

pub(in crate::cli) fn run(args: &Batch, settings: &Settings, printer: &Printer) -> anyhow::Result<ExitStatus> {
    match &args.command {
        Some(BatchCommand::Merge(args)) => merge::run(args, settings, printer),
        None => match grade(
            &args.run,
            &settings.with_judge_flags(&args.run.judge, args.run.cross_check.is_some())?,
            printer,
        ) {
            Err(error) if is_stopped(&error) => {
                printer.warning("stopped before there was anything to save");
                Ok(ExitStatus::Interrupted)
            }
            ended => ended,
        },
    }
}

/// Whether somebody asked to stop while the input was still waited for.
fn is_stopped(error: &anyhow::Error) -> bool {
    let stopped = |error: &InputError| matches!(error, InputError::Stopped { .. });
    let of_batch = error
        .downcast_ref::<BatchError>()
        .is_some_and(|error| matches!(error, BatchError::Input(error) if stopped(error)));
    of_batch || error.downcast_ref::<InputError>().is_some_and(stopped)
}

/// What is asked for, as far as flags alone tell.
struct Asked<'a> {
    input: &'a Path,
    /// `None` where results go to standard output.
    output: Option<&'a Path>,
    kind: Kind,
    format: ResultFormat,
    existing: Existing,
    wishes: Wishes,
}

impl<'a> Asked<'a> {
    /// Refuses what cannot be done before anything is read.
    fn check(args: &'a BatchRun, fail_under: Option<f64>, is_terminal: bool) -> anyhow::Result<Self> {
        let input = args.input.as_deref().context("no input")?;
        let output = args.output.as_deref().filter(|output| !is_stream(output));
        let format = format_of(args.format, output, is_terminal)?;
        let keep = &args.columns.keep;
        if let Some((_, name)) = keep.iter().enumerate().find(|(at, name)| keep[..*at].contains(name)) {
            bail!("--keep names `{name}` twice\nhint: name each column once");
        }
        let existing = Existing { restart: args.existing.restart, force: args.existing.force };
        let wishes = Wishes {
            summary: args.summary.clone(),
            junit: args.junit.clone(),
            disputes: disputes(args, output),
            fail_under: args.fail_under.or(fail_under.map(Least::Each)),
            max_ungraded: args.max_ungraded,
            max_fallback: args.max_fallback,
            verbose: args.verbose,
        };
        let known = match output.map(batch::reports_of).transpose() {
            Err(_) if existing.restart || existing.force => None, // what cannot be understood is about to go
            known => known?,
        };
        wishes.check(&known.unwrap_or_default(), &[input], output, existing.force)?;
        let kind = output.map_or(Ok(Kind::Stream), |output| Kind::of(output, input))?;
        Ok(Self { input, output, kind, format, existing, wishes })
    }

    fn input_name(&self) -> String {
        if is_stream(self.input) { "standard input".to_owned() } else { self.input.display().to_string() }
    }

    /// Where results go, and whether a terminal shows them.
    fn target(&self, printer: &Printer) -> anyhow::Result<(Target<'a>, bool)> {
        Ok(match (self.kind, self.output) {
            (Kind::File, Some(output)) => {
                let stored = Stored::of(output, super::results::conversion(self.format));
                (Target::File { output, stored, existing: self.existing, reports: self.wishes.reports() }, false)
            }
            (Kind::Device, Some(output)) => {
                let (device, is_terminal) = open_device(output)?;
                (Target::Stream { name: output, stream: Box::new(device) }, is_terminal)
            }
            _ => {
                let (name, stream) = (Path::new("standard output"), Box::new(Device(io::stdout())));
                (Target::Stream { name, stream }, printer.is_terminal)
            }
        })
    }
}

fn grade(args: &BatchRun, settings: &Settings, printer: &Printer) -> anyhow::Result<ExitStatus> {
    let asked = Asked::check(args, settings.fail_under.value, printer.is_terminal)?;
    if asked.format == ResultFormat::Table && !args.columns.keep.is_empty() {
        printer.note("the table does not show the columns of --keep; --format csv and jsonl have them");
    }
    let interrupts = Interrupts::listen()?;
    let stop = Arc::clone(&interrupts.stop);
    let bank = crate::cli::bank::open(settings)?;
    let questions = Questions::new(&bank, find(&bank))?;
    let has_columns = has_criteria_columns(asked.format);
    let spooled = spool(asked.input, has_columns && !args.spend.dry_run, &interrupts, printer)?;
    let from = spooled.as_ref().map_or(asked.input, |file| file.path());
    let flag = args.columns.question.as_deref();
    let first = || open(args, (from, &asked.input_name()), &bank, flag, &stop);
    let QuestionFlag { otherwise, mut opened } = QuestionFlag::settle(flag, from, &bank, &questions, first, printer)?;
    let mut open = || match opened.take() {
        Some(input) => Ok(input),
        None => open(args, (from, &asked.input_name()), &bank, otherwise, &stop),
    };
    let judging = judge::open(settings, uses(args, &stop), printer)?.map(|setup| Judging::new(setup, &bank));
    if args.spend.dry_run {
        let mut rows = open()?;
        return estimate(judging.as_ref(), &mut rows, &questions, otherwise, &stop, printer);
    }
    let criteria = if has_columns {
        criteria(&bank, &batch::survey(&mut open()?, &questions, otherwise, &stop))
    } else {
        Vec::new()
    };
    let calibration = Loaded::wanted(args.calibration.as_deref(), judging.is_some())?;
    let (target, is_terminal) = asked.target(printer)?;
    let look = Look {
        format: asked.format,
        evidence: args.evidence,
        keep: &args.columns.keep,
        is_judged: judging.is_some(),
        is_terminal,
        style: printer.style,
        longest_question: longest_question(&bank),
    };
    let results = Results::new(&look, calibration, criteria);
    let layout = results.layout(args.shard, &grader_name(judging.as_ref()))?;
    let mut rows = open()?;
    let mut told = told(&asked, settings, judging.as_ref(), &layout, &results);
    let by = by(&told, &bank, rows.columns(), judging.as_ref());
    let by_judge = judging.as_ref().map(ByJudge);
    let judged = by_judge.as_ref().map(|by| by as &dyn batch::Judged);
    let plan = Plan {
        questions: &questions,
        otherwise,
        layout: &layout,
        by: &by,
        render: &|grade, question, kept, out| results.write(grade, question, kept, out),
        judged,
        retries_fallback: args.spend.retry_fallback,
        jobs: judging.as_ref().map_or_else(|| threads(args), |judging| judging.setup.concurrency),
        stop: &stop,
    };
    let is_saved = matches!(asked.kind, Kind::File);
    // On a terminal the rows themselves show how far the run is.
    let progress = Progress::new(rows.read(), rows.size(), printer.is_quiet() || is_terminal);
    let mut tally = Tally::new(asked.wishes, progress)?;
    let ended = batch::run(&plan, &mut rows, target, &mut |row| {
        if let (Some(judging), false) = (&judging, row.fresh) {
            judging.note_spent(row.marks.usage);
        }
        tally.note(&row)
    });
    tally.clear();
    if let Some(judging) = &judging {
        judging.tell(printer);
        told.judge_missing = tell_of_fallback(judging, settings, (&tally, &ended), is_saved, printer);
    }
    conclude(ended, tally, (told, is_saved), printer)
}

/// By what answers are graded, as the manifest of a run records it.
fn by(told: &Told, bank: &Bank, columns: &Columns, judging: Option<&Judging<'_>>) -> By {
    By {
        bank: told.bank.clone(),
        fingerprint: bank.files().fingerprint().to_string(),
        columns: [&columns.id, &columns.question, &columns.answer].map(String::clone).to_vec(),
        judge: judging.map(Judging::fingerprint),
    }
}

/// Threads for the offline scorer.
fn threads(args: &BatchRun) -> usize {
    args.jobs.unwrap_or_else(|| std::thread::available_parallelism().map_or(1, usize::from))
}

/// What the summary says about the run itself.
fn told(
    asked: &Asked<'_>,
    settings: &Settings,
    judging: Option<&Judging<'_>>,
    layout: &Layout,
    results: &Results,
) -> Told {
    Told {
        input: asked.input_name(),
        output: asked.output.map(Path::to_owned),
        bank: settings.bank.value.as_ref().map_or("the shipped bank".to_owned(), |path| path.display().to_string()),
        grader: judging.map_or(layout.grader.clone(), |judging| judging.setup.panel.name()),
        calibration: results.calibration_name(),
        is_judged: judging.is_some(),
        is_cross_checked: judging.is_some_and(|judging| judging.setup.panel.cross_checks),
        judge_missing: None,
    }
}

/// Warns of answers that fell back; where these are all and a judge was requested, returns what to say instead.
fn tell_of_fallback(
    judging: &Judging<'_>,
    settings: &Settings,
    (tally, ended): (&Tally, &Result<Ended, BatchError>),
    is_saved: bool,
    printer: &Printer,
) -> Option<String> {
    let (fallbacks, why) = (tally.fallbacks(), judging.stood_in());
    let is_complete = ended.as_ref().is_ok_and(|ended| ended.complete);
    let demand = demand(settings).filter(|_| is_complete && tally.judge_is_missing());
    if demand.is_none() {
        warn_of_fallback(fallbacks, why, is_saved, printer);
    }
    demand.map(|by| judge_missing(by, fallbacks, why))
}

/// Columns of the longest question id in the bank.
fn longest_question(bank: &Bank) -> usize {
    bank.entries().iter().map(|entry| shown_columns(&entry.id)).max().unwrap_or(0)
}

fn counted(results: u64) -> String {
    if results == 1 { "1 result is".to_owned() } else { format!("{results} results are") }
}

/// Says what came of a run, and what is saved of one that did not come to its end.
fn conclude(
    ended: Result<Ended, BatchError>,
    tally: Tally,
    (told, is_saved): (Told, bool),
    printer: &Printer,
) -> anyhow::Result<ExitStatus> {
    let results = tally.results();
    match ended {
        Err(error) => {
            if let Some(closed) = closed(&error) {
                return Err(closed);
            }
            if error.came_midway() && is_saved && results > 0 {
                printer.warning(&format!("{} saved; the same command goes on from there", counted(results)));
            }
            Err(error.into())
        }
        Ok(ended) if !ended.complete => {
            printer.warning(&if is_saved && results > 0 {
                format!("stopped; {} saved, and the same command goes on from there", counted(results))
            } else {
                format!("stopped after {results} results")
            });
            Ok(ExitStatus::Interrupted)
        }
        Ok(ended) => {
            if ended.lost_lines {
                let told = "the journal of the run before was damaged; results behind the damage were graded again";
                printer.warning(told);
            }
            if ended.forgot_ids {
                printer.warning("there are too many ids to hold all of them against each other; only the first were");
            }
            tally.finish(told, printer)
        }
    }
}

/// Opens the input at `from`, which messages call `name`.
fn open(
    args: &BatchRun,
    (from, name): (&Path, &str),
    bank: &Bank,
    otherwise: Option<&str>,
    stop: &Arc<AtomicBool>,
) -> anyhow::Result<Input> {
    let (usual, given) = (Columns::default(), &args.columns);
    let columns = Columns {
        is_id_needed: given.id.is_some(),
        id: given.id.clone().unwrap_or(usual.id),
        // What names a question names no column.
        question: given.question.clone().filter(|_| otherwise.is_none()).unwrap_or(usual.question),
        answer: given.answer.clone(),
        keep: given.keep.iter().map(|name| name.trim().to_owned()).collect(),
    };
    let format = args.input_format.map(|format| match format {
        RowFormat::Jsonl => InputFormat::Jsonl,
        RowFormat::Csv => InputFormat::Csv,
        RowFormat::Tsv => InputFormat::Tsv,
        RowFormat::Parquet => InputFormat::Parquet,
    });
    let ids = bank.entries().iter().map(|entry| entry.id.clone()).collect();
    let is_named = otherwise.is_some() || bank.entries().len() == 1;
    let opened = Input::open(from, format, &columns, &batch::Asked { ids, is_named, stop: Arc::clone(stop) });
    Ok(opened.map(|input| input.called(name.to_owned())).map_err(|error| error.called(name.to_owned()))?)
}

/// The columns of a table: the criteria of all questions that rows are about, in the bank's order.
fn criteria(bank: &Bank, questions: &BTreeSet<usize>) -> Vec<String> {
    let mut criteria: Vec<String> = Vec::new();
    for entry in questions.iter().filter_map(|place| bank.entries().get(*place)) {
        // A rubric with faults has no columns; its answers say so in their rows.
        let Ok(question) = bank.question(entry) else { continue };
        for criterion in question.criteria {
            if !criteria.contains(&criterion.id) {
                criteria.push(criterion.id);
            }
        }
    }
    criteria
}
