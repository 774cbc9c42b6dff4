//! Starts a run that writes to a file: from the first row, or from what an earlier run left in the run folder.
//!
//! [`RunStarter`] compares the manifest, the rows and the journal of the earlier run with the new run. If they agree it
//! continues the results in place, if they differ it copies the leading results that agree, and looks up the others by
//! key. `run_folder` does the work on disk; grading the remaining rows is left to `pipeline`.

use std::path::Path;
use std::sync::atomic::Ordering;

use super::error::{BatchError, disk_error};
use super::in_flight_block::InFlightBlock;
use super::input::Input;
use super::ordered_output::OrderedOutput;
use super::row_processor::RowProcessor;
use super::run_folder::{
    Entry, ExistingOutput, JournalPosition, JournalReader, Manifest, OutputEncoding, RunFolder, RunState,
    RunningChecksum, SCHEMA, SavedResults, Sink, Windows,
};
use super::run_plan::RunPlan;

/// A started run.
pub(super) struct StartedRun {
    pub(super) manifest: Manifest,
    /// Where further results are appended; `None` if there are none, because the earlier run has all of them or the
    /// caller stopped the run.
    pub(super) sink: Option<Sink<'static>>,
    /// Whether the caller stopped the run before all earlier results were compared with the rows.
    pub(super) is_stopped: bool,
    /// Rows that were read and are not finished.
    pub(super) unfinished: Option<InFlightBlock>,
    /// The number of the next row to read, from 0.
    pub(super) next_row: u64,
    /// Results of earlier runs that are looked up by key.
    pub(super) windows: Windows,
    /// Whether results were lost because the journal is damaged.
    pub(super) has_lost_results: bool,
}

/// The file that a run writes.
pub(super) struct OutputFile<'o, 'c> {
    pub(super) path: &'o Path,
    pub(super) encoding: OutputEncoding<'c>,
    /// What may happen to a file that exists.
    pub(super) existing: ExistingOutput,
}

/// Locks the run folder of the output and starts a run in it; `first` is the first block of rows of `input`. A folder
/// without saved results is removed if the run cannot start.
///
/// # Errors
/// When the folder cannot be used, or existing results may not be replaced.
pub(super) fn start<'c, 'w>(
    plan: &RunPlan<'_>,
    processor: &'w RowProcessor<'w>,
    input: &mut Input,
    first: InFlightBlock,
    ordered: &mut OrderedOutput<'w, '_>,
    OutputFile { path, encoding, existing }: OutputFile<'_, 'c>,
) -> Result<(RunFolder<'c>, StartedRun), BatchError> {
    let folder = RunFolder::lock(path, encoding)?;
    let starter = RunStarter { folder: &folder, plan, processor, output: ordered, input, existing };
    match starter.start(first) {
        Ok(run) => Ok((folder, run)),
        Err(error) => {
            folder.remove_if_unused();
            Err(error)
        }
    }
}

/// Starts a run that writes to a file.
struct RunStarter<'b, 'w, 'o> {
    folder: &'b RunFolder<'b>,
    plan: &'b RunPlan<'b>,
    processor: &'w RowProcessor<'w>,
    output: &'b mut OrderedOutput<'w, 'o>,
    input: &'b mut Input,
    existing: ExistingOutput,
}

/// The leading rows whose results the earlier run wrote.
struct CommonRows {
    /// The first row with another result, and the rows after it in its block; `None` at the end of the input, and if
    /// `is_stopped`.
    unfinished: Option<InFlightBlock>,
    /// Whether the caller stopped the comparison.
    is_stopped: bool,
    /// The number of the next row to read, from 0.
    next_row: u64,
    /// The position after the results of these rows.
    end: JournalPosition,
    /// Length and checksum of the results up to `end`.
    checksum: RunningChecksum,
    /// The next entry of the earlier run, and whether its result has the recorded checksum.
    next_entry: Option<(Entry, bool)>,
}

impl RunStarter<'_, '_, '_> {
    /// Starts the run; `first` is the first block of rows.
    fn start(mut self, first: InFlightBlock) -> Result<StartedRun, BatchError> {
        let ExistingOutput { restart, force } = self.existing;
        let earlier = match self.folder.manifest() {
            // The caller allows results to be replaced, so a missing or damaged manifest is replaced too.
            Err(BatchError::ManifestMissing { .. } | BatchError::ManifestDamaged { .. }) if restart || force => None,
            earlier => earlier?,
        };
        let Some(earlier) = earlier else { return self.start_empty(self.first_manifest()?, first) };
        let differences = earlier.layout.differences(self.plan.layout);
        if !differences.is_empty() && !restart && !force {
            return Err(self.different(differences));
        }
        if restart || earlier.layout != *self.plan.layout {
            return self
                .start_empty(Manifest { earlier_generations: Vec::new(), ..self.next_manifest(&earlier)? }, first);
        }
        self.start_after(earlier, first)
    }

    fn different(&self, differences: Vec<String>) -> BatchError {
        BatchError::OtherSettings { output: self.folder.output().to_owned(), differences }
    }

    /// The manifest of a run without an earlier run.
    fn first_manifest(&self) -> Result<Manifest, BatchError> {
        Ok(Manifest {
            schema: SCHEMA,
            gradus: env!("CARGO_PKG_VERSION").to_owned(),
            input: self.input.name().to_owned(),
            layout: self.plan.layout.clone(),
            provenance: self.plan.provenance.clone(),
            state: RunState::Running,
            generation: 1,
            earlier_generations: Vec::new(),
            published: None,
            publishing: None,
            replaces: if self.existing.force { self.folder.existing_output()? } else { None },
            reports: Vec::new(),
        })
    }

    /// The manifest of a run that may reuse results of the earlier run.
    fn next_manifest(&self, earlier: &Manifest) -> Result<Manifest, BatchError> {
        let first = self.first_manifest()?;
        let Manifest { published, publishing, reports, .. } = earlier.clone();
        Ok(Manifest {
            generation: earlier.generation + 1,
            earlier_generations: [vec![earlier.generation], earlier.earlier_generations.clone()].concat(),
            published,
            publishing,
            replaces: first.replaces.or(earlier.replaces),
            reports,
            ..first
        })
    }

    /// Starts with no leading results. The generations in `manifest.earlier_generations` are looked up by key.
    fn start_empty(&self, manifest: Manifest, first: InFlightBlock) -> Result<StartedRun, BatchError> {
        self.folder.check_output(&manifest)?;
        let sink = self.folder.start_generation(&manifest)?;
        let windows = self.windows(&manifest)?;
        let next_row = first.block.len() as u64;
        Ok(StartedRun {
            manifest,
            sink: Some(sink),
            is_stopped: false,
            next_row,
            unfinished: Some(first),
            windows,
            has_lost_results: false,
        })
    }

    fn windows(&self, manifest: &Manifest) -> Result<Windows, BatchError> {
        let sources = manifest
            .earlier_generations
            .iter()
            .map(|generation| self.folder.saved_results(*generation))
            .collect::<Result<Vec<_>, _>>()?;
        Windows::open(&sources, self.plan.layout.head.as_bytes()).map_err(disk_error("read", self.folder.output()))
    }

    /// Starts after an earlier run with the same settings: continues its results, leaves them as they are, or starts a
    /// new generation with the leading results that agree.
    fn start_after(&mut self, earlier: Manifest, first: InFlightBlock) -> Result<StartedRun, BatchError> {
        let saved = self.folder.saved_results(earlier.generation)?;
        let reader = JournalReader::open(&saved, self.plan.layout.head.as_bytes())
            .map_err(disk_error("read", &saved.journal))?;
        let Some(mut reader) = reader else {
            let manifest =
                Manifest { earlier_generations: earlier.earlier_generations.clone(), ..self.next_manifest(&earlier)? };
            let has_lost_results = saved.has_entries().map_err(disk_error("read", &saved.journal))?;
            return Ok(StartedRun { has_lost_results, ..self.start_empty(manifest, first)? });
        };
        let common = self.common_rows(&mut reader, first, &saved)?;
        let has_lost_results = reader.has_lost_lines().map_err(disk_error("read", &saved.journal))?;
        let CommonRows { unfinished, is_stopped, next_row, end, checksum, next_entry } = common;
        let unchanged = |manifest, is_stopped| {
            let windows = Windows::none();
            Ok(StartedRun { manifest, sink: None, is_stopped, unfinished: None, next_row, windows, has_lost_results })
        };
        if is_stopped {
            return unchanged(earlier, true);
        }
        let replaces = if self.existing.force { self.folder.existing_output()? } else { earlier.replaces };
        let earlier = Manifest { replaces, provenance: self.plan.provenance.clone(), ..earlier };
        self.folder.check_output(&earlier)?;
        if self.folder.has_unfinished_results(&earlier) && next_entry.is_none() {
            self.folder.save(&earlier)?;
            let sink = Some(RunFolder::continue_generation(&saved, end, checksum)?);
            let windows = self.windows(&earlier)?;
            let manifest = earlier;
            return Ok(StartedRun { manifest, sink, is_stopped, unfinished, next_row, windows, has_lost_results });
        }
        let is_same = unfinished.is_none() && next_entry.is_none() && !reader.is_damaged();
        if is_same && self.folder.is_output_unchanged(&earlier)? {
            return unchanged(earlier, false);
        }
        // An input with another name and no common row is probably a mistake in the name of the output.
        let is_unrelated = end == reader.first_entry() && earlier.input != self.input.name();
        if is_unrelated && !self.existing.force && !self.has_result_of_any(&saved, unfinished.as_ref())? {
            let difference = format!("input: {} before, {} now", earlier.input, self.input.name());
            return Err(self.different(vec![difference]));
        }
        let manifest = self.next_manifest(&earlier)?;
        let sink = Some(self.folder.copy_generation(&manifest, &saved, end, checksum)?);
        let windows = self.windows(&manifest)?;
        Ok(StartedRun { manifest, sink, is_stopped, unfinished, next_row, windows, has_lost_results })
    }

    /// Whether the earlier run has a result of any of these rows, wherever it is.
    fn has_result_of_any(&self, saved: &SavedResults, rows: Option<&InFlightBlock>) -> Result<bool, BatchError> {
        let reading = || disk_error("read", &saved.journal);
        let mut windows =
            Windows::open(std::slice::from_ref(saved), self.plan.layout.head.as_bytes()).map_err(reading())?;
        let Some(rows) = rows else { return Ok(false) };
        for place in 0..rows.block.len() {
            let number = rows.first_row + place as u64;
            let row = self.processor.prepare(number, rows.block.row(place, self.processor.columns));
            let number = self.processor.number_in_shard(number);
            if windows.find(number, row.key, &mut Vec::new()).map_err(reading())?.is_some() {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Reads rows and earlier results as long as they agree, and reports these rows.
    fn common_rows(
        &mut self,
        reader: &mut JournalReader,
        mut rows: InFlightBlock,
        saved: &SavedResults,
    ) -> Result<CommonRows, BatchError> {
        let (mut end, mut checksum) = (reader.position(), reader.checksum().clone());
        let mut next_row = rows.block.len() as u64;
        let stop = self.plan.stop;
        let is_stopped = || stop.load(Ordering::Relaxed);
        loop {
            for place in 0..rows.block.len() {
                let number = rows.first_row + place as u64;
                let input = rows.block.row(place, self.processor.columns);
                let row = self.output.refuse_if_duplicate(self.processor.prepare(number, input));
                if self.processor.is_in_other_shard(number) {
                    self.output.record_id(&row);
                    continue;
                }
                let entry = reader.next_entry().map_err(disk_error("read", &saved.results))?;
                match entry {
                    Some((entry, true)) if entry.key == row.key && !self.processor.must_regrade(&entry) => {
                        let reported = self.output.report_earlier(&row, &entry);
                        reported.map_err(disk_error("report the results of", &saved.results))?;
                        end = reader.position();
                        checksum.clone_from(reader.checksum());
                    }
                    next_entry => {
                        drop(row);
                        rows.block.skip(place);
                        rows.first_row = number;
                        let (unfinished, is_stopped) = (Some(rows), is_stopped());
                        return Ok(CommonRows { unfinished, is_stopped, next_row, end, checksum, next_entry });
                    }
                }
            }
            rows.first_row = next_row;
            let filled = match self.input.fill(&mut rows.block) {
                // An error is ignored, because a stop closes the input.
                Ok(true) | Err(_) if is_stopped() => {
                    let (unfinished, next_entry) = (None, None);
                    return Ok(CommonRows { unfinished, is_stopped: true, next_row, end, checksum, next_entry });
                }
                filled => filled?,
            };
            if !filled {
                let (unfinished, is_stopped) = (None, false);
                let next_entry = reader.next_entry().map_err(disk_error("read", &saved.results))?;
                return Ok(CommonRows { unfinished, is_stopped, next_row, end, checksum, next_entry });
            }
            next_row += rows.block.len() as u64;
        }
    }
}
