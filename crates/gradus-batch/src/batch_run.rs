//! [`run`]: grades all rows of an input and writes the results to a stream or a file.
//!
//! [`run`] connects the parts: `resume` starts a run that writes to a file, `pipeline` grades, `run_folder` publishes
//! the output. A run that was interrupted continues when it is called again with the same plan, input and file.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::Ordering;

use super::catch_panic::catch_panic;
use super::error::{BatchError, PanicPlace};
use super::finished_row::RowObserver;
use super::in_flight_block::InFlightBlock;
use super::input::{Input, InputDigest};
use super::ordered_output::OrderedOutput;
use super::pipeline::{self, PipelineError, RemainingRows};
use super::resume::{OutputFile, StartedRun, start};
use super::row_processor::RowProcessor;
use super::run_folder::{Durable, ExistingOutput, Manifest, OutputEncoding, RunFolder, RunningChecksum, Sink, Windows};
use super::run_plan::RunPlan;

/// Where results are written.
pub enum RunTarget<'t> {
    /// A stream. A run to a stream cannot be continued.
    Stream {
        /// Name of the stream in errors.
        name: &'t Path,
        /// Receives the results.
        stream: Box<dyn Durable + 't>,
    },
    /// A file, with a run folder next to it from which an interrupted run continues.
    File {
        /// The file.
        output: &'t Path,
        /// Compression and conversion of the results in the file.
        encoding: OutputEncoding<'t>,
        /// What may happen to existing results.
        existing: ExistingOutput,
        /// Other files that the run writes. A later run may overwrite them.
        reports: Vec<PathBuf>,
    },
}

/// The end of a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RunSummary {
    /// Whether all rows are finished; otherwise the run was stopped before that.
    pub is_complete: bool,
    /// Number and checksum of the rows that were read.
    pub input: InputDigest,
    /// Number of results, including those of earlier runs.
    pub results: u64,
    /// Whether there were too many ids to compare all of them with each other.
    pub has_unchecked_ids: bool,
    /// Whether results of the earlier run were lost because its journal is damaged.
    pub has_lost_results: bool,
}

/// Grades all rows of `input`, or continues an interrupted run. `observe` receives each finished row, in order.
///
/// # Errors
/// When rows cannot be read, results cannot be written, the grader stops the run, or a part of the program panics.
/// Finished results are saved.
pub fn run(
    plan: &RunPlan<'_>,
    input: &mut Input,
    target: RunTarget<'_>,
    observe: &mut RowObserver<'_>,
) -> Result<RunSummary, BatchError> {
    catch_panic(|| run_uncaught(plan, input, target, observe))
        .unwrap_or_else(|panicked| Err(BatchError::Panicked { at: PanicPlace::Run, panicked }))
}

fn run_uncaught(
    plan: &RunPlan<'_>,
    input: &mut Input,
    target: RunTarget<'_>,
    observe: &mut RowObserver<'_>,
) -> Result<RunSummary, BatchError> {
    let columns = input.columns().clone();
    let processor = RowProcessor::new(plan, input, &columns);
    if plan.grader.is_slow() {
        input.go_row_by_row();
    }
    let mut first = InFlightBlock::default();
    let filled = input.fill(&mut first.block);
    let mut ordered = OrderedOutput::new(&processor, observe);
    if plan.stop.load(Ordering::Relaxed) {
        // An error of the input is ignored, because a stop closes the input.
        return Ok(summary(false, input, &ordered));
    }
    if !filled? {
        return Err(BatchError::Empty { input: input.name().to_owned() });
    }
    match target {
        RunTarget::Stream { name, stream } => to_stream(plan, &processor, input, first, &mut ordered, name, stream),
        RunTarget::File { output, encoding, existing, reports } => {
            let file = OutputFile { path: output, encoding, existing };
            let (folder, run) = start(plan, &processor, input, first, &mut ordered, file)?;
            to_file(plan, &processor, input, &folder, run, &mut ordered, reports)
        }
    }
}

/// The reports that earlier runs wrote besides `output`, according to the run folder. They may be overwritten. Empty if
/// there is no run folder.
///
/// # Errors
/// When the manifest of the run folder cannot be read.
pub fn reports_of(output: &Path) -> Result<Vec<PathBuf>, BatchError> {
    Ok(RunFolder::read_manifest_of(output)?.map(|manifest| manifest.reports).unwrap_or_default())
}

fn to_stream(
    plan: &RunPlan<'_>,
    processor: &RowProcessor<'_>,
    input: &mut Input,
    first: InFlightBlock,
    ordered: &mut OrderedOutput<'_, '_>,
    name: &Path,
    stream: Box<dyn Durable + '_>,
) -> Result<RunSummary, BatchError> {
    let mut sink = Sink::new(stream, None);
    sink.write_head(plan.layout.head.as_bytes()).map_err(writing(name))?;
    let next_row = first.block.len() as u64;
    let rows = RemainingRows { input, unfinished: Some(first), next_row, windows: Windows::none() };
    let finished = pipeline::run(processor, rows, ordered, &mut sink, plan.jobs, plan.stop);
    let is_complete = finished.map_err(|error| batch_error(error, name))?;
    Ok(summary(is_complete, input, ordered))
}

fn to_file(
    plan: &RunPlan<'_>,
    processor: &RowProcessor<'_>,
    input: &mut Input,
    folder: &RunFolder<'_>,
    started: StartedRun,
    ordered: &mut OrderedOutput<'_, '_>,
    reports: Vec<PathBuf>,
) -> Result<RunSummary, BatchError> {
    let StartedRun { mut manifest, sink, is_stopped, unfinished, next_row, windows, has_lost_results } = started;
    let output = folder.output();
    let Some(mut sink) = sink else {
        let summary = RunSummary { has_lost_results, ..summary(!is_stopped, input, ordered) };
        if summary.is_complete {
            add_reports(&mut manifest, reports);
            folder.complete(&mut manifest, summary.input, summary.results, &RunningChecksum::default())?;
        }
        return Ok(summary);
    };
    let rows = RemainingRows { input, unfinished, next_row, windows };
    let finished = pipeline::run(processor, rows, ordered, &mut sink, plan.jobs, plan.stop);
    // Results are saved even if the pipeline failed; its error is the one that is reported.
    let saved = sink.sync().map_err(writing(output));
    let is_complete = finished.map_err(|error| batch_error(error, output))?;
    saved?;
    let summary = RunSummary { has_lost_results, ..summary(is_complete, input, ordered) };
    if summary.is_complete {
        add_reports(&mut manifest, reports);
        let checksum = sink.checksum().clone();
        drop(sink);
        folder.complete(&mut manifest, summary.input, summary.results, &checksum)?;
    }
    Ok(summary)
}

fn add_reports(manifest: &mut Manifest, reports: Vec<PathBuf>) {
    manifest.reports.extend(reports);
    manifest.reports.sort_unstable();
    manifest.reports.dedup();
}

fn summary(is_complete: bool, input: &Input, ordered: &OrderedOutput<'_, '_>) -> RunSummary {
    RunSummary {
        is_complete,
        input: input.digest(),
        results: ordered.results(),
        has_unchecked_ids: ordered.has_unchecked_ids(),
        has_lost_results: false,
    }
}

fn writing(path: &Path) -> impl FnOnce(io::Error) -> BatchError {
    super::error::disk_error("write", path)
}

fn batch_error(error: PipelineError, path: &Path) -> BatchError {
    match error {
        PipelineError::Read(error) => error,
        PipelineError::Halted(halt) => BatchError::Halted(halt),
        PipelineError::Panicked(at, panicked) => BatchError::Panicked { at, panicked },
        PipelineError::Render(error) | PipelineError::Write(error) => writing(path)(error),
    }
}
