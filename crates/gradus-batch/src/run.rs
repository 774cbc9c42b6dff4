//! A whole run: from an input to an output, or as far as it comes.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};

use super::begin::{Beginner, Begun};
use super::caught::caught;
use super::error::{BatchError, PanicPlace};
use super::input::{Input, SummedUp};
use super::load::Load;
use super::order::{Observe, Order};
use super::pipeline::{self, Rest, Stopped};
use super::run_folder::{By, Durable, Existing, Layout, Manifest, RunFolder, Sink, Stored, Windows, Written};
use super::work::{AnswerGrader, Render, Work};
use gradus_core::questions::Questions;

/// How answers are graded and written.
pub struct Plan<'p> {
    /// What they answer.
    pub questions: &'p Questions,
    /// The question of rows that name none.
    pub otherwise: Option<&'p str>,
    /// What results look like.
    pub layout: &'p Layout,
    /// By what answers are graded, and where they are read.
    pub by: &'p By,
    /// Writes a result.
    pub render: &'p Render<'p>,
    /// Grades the answers.
    pub grader: &'p dyn AnswerGrader,
    /// Whether answers are graded again for which the offline scorer stood in.
    pub retries_fallback: bool,
    /// How many threads grade.
    pub jobs: usize,
    /// Set from outside: finish what is on its way and come back.
    pub stop: &'p AtomicBool,
}

/// Where results go.
pub enum Target<'t> {
    /// To something that takes them one after the other, and cannot be gone on with.
    Stream {
        /// What it is called.
        name: &'t Path,
        /// What takes them.
        stream: Box<dyn Durable + 't>,
    },
    /// To a file, with a folder beside it that lets the same run go on.
    File {
        /// The file.
        output: &'t Path,
        /// How it is stored.
        stored: Stored<'t>,
        /// What may be done with what stands there.
        existing: Existing,
        /// Other files that the run writes: they may be written again.
        reports: Vec<PathBuf>,
    },
}

/// How a run ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ended {
    /// Whether all rows are through; else it was stopped.
    pub complete: bool,
    /// All rows that were read.
    pub input: SummedUp,
    /// How many results there are.
    pub results: u64,
    /// Whether there were too many ids to hold each against all others.
    pub forgot_ids: bool,
    /// Whether results of a run before were lost because its journal is damaged.
    pub lost_lines: bool,
}

/// Grades all rows of `input`, or goes on with a run that did not come to its end.
///
/// # Errors
/// When rows cannot be read, results cannot be written, or a part of the program panics. What was finished before is
/// saved.
pub fn run(
    plan: &Plan<'_>,
    input: &mut Input,
    target: Target<'_>,
    observe: &mut Observe<'_>,
) -> Result<Ended, BatchError> {
    caught(|| run_uncaught(plan, input, target, observe))
        .unwrap_or_else(|panicked| Err(BatchError::Panicked { at: PanicPlace::Run, panicked }))
}

fn run_uncaught(
    plan: &Plan<'_>,
    input: &mut Input,
    target: Target<'_>,
    observe: &mut Observe<'_>,
) -> Result<Ended, BatchError> {
    let columns = input.columns().clone();
    let work = Work::new(plan, input, &columns);
    if plan.grader.is_slow() {
        input.go_row_by_row();
    }
    let mut first = Load::default();
    let filled = input.fill(&mut first.block);
    let mut order = Order::new(&work, observe);
    if plan.stop.load(Ordering::Relaxed) {
        return Ok(ended(plan, input, &order));
    }
    if !filled? {
        return Err(BatchError::Empty { input: input.name().to_owned() });
    }
    match target {
        Target::Stream { name, stream } => to_stream(plan, &work, input, first, &mut order, (name, stream)),
        Target::File { output, stored, existing, reports } => {
            let folder = RunFolder::hold(output, stored)?;
            let beginner = Beginner {
                folder: &folder,
                work: &work,
                order: &mut order,
                input,
                layout: plan.layout,
                by: plan.by,
                existing,
                stop: plan.stop,
            };
            match beginner.begin(first) {
                Ok(begun) => to_file(plan, &work, input, &folder, begun, &mut order, reports),
                Err(error) => {
                    folder.leave();
                    Err(error)
                }
            }
        }
    }
}

/// Files besides `output` that a run before wrote: they may be written again.
///
/// # Errors
/// When its manifest cannot be understood.
pub fn reports_of(output: &Path) -> Result<Vec<PathBuf>, BatchError> {
    Ok(RunFolder::peek(output)?.map(|manifest| manifest.reports).unwrap_or_default())
}

fn to_stream(
    plan: &Plan<'_>,
    work: &Work<'_>,
    input: &mut Input,
    first: Load,
    order: &mut Order<'_, '_>,
    (name, stream): (&Path, Box<dyn Durable + '_>),
) -> Result<Ended, BatchError> {
    let mut sink = Sink::new(stream, None);
    sink.begin(plan.layout.head.as_bytes()).map_err(writing(name))?;
    let rest = Rest { next: first.block.len() as u64, begun: Some(first), windows: Windows::none(), input };
    pipeline::run(work, rest, order, &mut sink, (plan.jobs, plan.stop)).map_err(|stopped| told(stopped, name))?;
    Ok(ended(plan, input, order))
}

fn to_file(
    plan: &Plan<'_>,
    work: &Work<'_>,
    input: &mut Input,
    folder: &RunFolder<'_>,
    begun: Begun,
    order: &mut Order<'_, '_>,
    reports: Vec<PathBuf>,
) -> Result<Ended, BatchError> {
    let Begun { mut manifest, sink, load, next, windows, lost_lines } = begun;
    let output = folder.output();
    let Some(mut sink) = sink else {
        let ended = Ended { lost_lines, ..ended(plan, input, order) };
        if ended.complete {
            add_reports(&mut manifest, reports);
            folder.finish(&mut manifest, (ended.input, ended.results), &Written::default())?;
        }
        return Ok(ended);
    };
    let rest = Rest { begun: load, next, windows, input };
    let through = pipeline::run(work, rest, order, &mut sink, (plan.jobs, plan.stop));
    let kept = sink.keep().map_err(writing(output));
    through.map_err(|stopped| told(stopped, output))?;
    kept?;
    let ended = Ended { lost_lines, ..ended(plan, input, order) };
    if ended.complete {
        add_reports(&mut manifest, reports);
        let written = sink.written().clone();
        drop(sink);
        folder.finish(&mut manifest, (ended.input, ended.results), &written)?;
    }
    Ok(ended)
}

fn add_reports(manifest: &mut Manifest, reports: Vec<PathBuf>) {
    manifest.reports.extend(reports);
    manifest.reports.sort_unstable();
    manifest.reports.dedup();
}

fn ended(plan: &Plan<'_>, input: &Input, order: &Order<'_, '_>) -> Ended {
    Ended {
        complete: !plan.stop.load(Ordering::Relaxed),
        input: input.summed_up(),
        results: order.results(),
        forgot_ids: order.forgot_ids(),
        lost_lines: false,
    }
}

fn writing(path: &Path) -> impl FnOnce(io::Error) -> BatchError {
    super::error::at("write", path)
}

fn told(stopped: Stopped, path: &Path) -> BatchError {
    match stopped {
        Stopped::Reading(error) => error,
        Stopped::Halted(halt) => BatchError::Halted(halt),
        Stopped::Panicked(at, panicked) => BatchError::Panicked { at, panicked },
        Stopped::Working(error) | Stopped::Writing(error) => writing(path)(error),
    }
}
