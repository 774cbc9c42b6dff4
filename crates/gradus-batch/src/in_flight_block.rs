//! [`InFlightBlock`]: a block of rows on its way through the threads of a run, with the results of these rows.
//!
//! The reading thread fills it and adds results of earlier runs, a grading thread grades the remaining rows, and the
//! writing thread takes the results. Reading, order and writing are left to `pipeline` and `ordered_output`.

use std::borrow::Cow;
use std::io;
use std::ops::Range;

use super::catch_panic::{Panicked, catch_panic};
use super::error::PanicPlace;
use super::input::Block;
use super::row_processor::{PreparedRow, RowError, RowProcessor};
use super::row_question::RowQuestion;
use super::run_folder::{Entry, Windows, append_journal_line};
use gradus_core::model::GradeSummary;
use gradus_core::score::Workspace;

/// The journal entry of a row, and the place of its result in [`InFlightBlock::results`].
type EntryWithResult = (Entry, Range<usize>);

/// A panic and the place in the input where it happened.
type PanickedAt = (PanicPlace, Panicked);

/// Why the rows of a block after the finished ones have no result.
pub(super) enum EarlyEnd {
    /// The run was stopped before these rows were graded.
    Stopped,
    /// The first of these rows panicked.
    Panicked(PanicPlace, Panicked),
}

/// A block of rows and the results of these rows. Its buffers are reused.
#[derive(Default)]
pub(super) struct InFlightBlock {
    /// The number of the block among all blocks of the run, from 0.
    pub(super) sequence: u64,
    /// The number of its first row among all rows, from 0.
    pub(super) first_row: u64,
    pub(super) block: Block,
    /// Results of earlier runs, by the index of the row in the block; empty if no earlier run is searched.
    known: Vec<Option<EntryWithResult>>,
    /// The results, in any order.
    pub(super) results: Vec<u8>,
    /// The journal lines of the results, in the order of rows.
    pub(super) journal_lines: Vec<u8>,
    /// The finished rows, in order: all rows of the block, or the rows before `early_end`.
    pub(super) finished: Vec<RowResult>,
    /// `None` if all rows are finished.
    pub(super) early_end: Option<EarlyEnd>,
}

/// The result of a row, or the fact that another shard has it.
pub(super) struct RowResult {
    /// The number of the row among all rows, from 0.
    pub(super) number: u64,
    pub(super) line: u64,
    pub(super) id: String,
    pub(super) duplicate_key: Option<u64>,
    pub(super) found: Option<RowQuestion>,
    /// `None` for rows of other shards.
    pub(super) summary: Option<GradeSummary>,
    /// Whether this run graded the row.
    pub(super) is_new: bool,
    /// Range of the result in [`InFlightBlock::results`].
    pub(super) result: Range<usize>,
    /// Range of the journal line in [`InFlightBlock::journal_lines`].
    pub(super) journal_line: Range<usize>,
}

impl RowResult {
    /// The result of a row; its journal line is appended to `journal_lines`.
    fn new(
        number: u64,
        row: PreparedRow<'_>,
        known: Option<EntryWithResult>,
        is_new: bool,
        journal_lines: &mut Vec<u8>,
    ) -> io::Result<Self> {
        let start = journal_lines.len();
        let (summary, result) = match known {
            Some((entry, result)) => {
                // An earlier run may have seen the row in another line.
                let entry = Entry { line: row.line, ..entry };
                append_journal_line(&entry, journal_lines)?;
                (Some(entry.summary), result)
            }
            None => (None, 0..0),
        };
        let PreparedRow { line, id, duplicate_key, found, .. } = row;
        let journal_line = start..journal_lines.len();
        Ok(Self { number, line, id: id.into_owned(), duplicate_key, found, summary, is_new, result, journal_line })
    }
}

impl InFlightBlock {
    /// Copies results of earlier runs for these rows.
    pub(super) fn look_up(&mut self, processor: &RowProcessor<'_>, windows: &mut Windows) -> io::Result<()> {
        self.known.clear();
        self.results.clear();
        if windows.is_empty() {
            return Ok(());
        }
        self.known.resize_with(self.block.len(), || None);
        for (place, known) in self.known.iter_mut().enumerate() {
            let number = self.first_row + place as u64;
            if processor.is_in_other_shard(number) {
                continue;
            }
            // A panic here is ignored, because grading panics at the same row and reports it.
            let Ok(row) = prepare(processor, number, &self.block, place) else { break };
            let start = self.results.len();
            let found = windows.find(processor.number_in_shard(number), row.key, &mut self.results)?;
            let usable = found.filter(|entry| !processor.must_regrade(entry));
            *known = usable.map(|entry| (entry, start..self.results.len()));
        }
        Ok(())
    }

    /// Grades the rows without a known result. `may_start` is asked before each answer except the first; if it returns
    /// false, no further answer is graded. A stop or a panic ends the block: only the rows before it are finished.
    ///
    /// The first answer is always graded, so that a thread that took a block of one row finishes that row.
    pub(super) fn grade(
        &mut self,
        processor: &RowProcessor<'_>,
        workspace: &mut Workspace,
        may_start: impl Fn() -> bool,
    ) -> Result<(), RowError> {
        let Self { first_row, block, known, results, journal_lines, finished, early_end, .. } = self;
        *early_end = None;
        let number = |place: usize| *first_row + place as u64;
        let mut rows = Vec::with_capacity(block.len());
        for place in 0..block.len() {
            match prepare(processor, number(place), block, place) {
                Ok(row) => rows.push(row),
                Err((at, panic)) => {
                    *early_end = Some(EarlyEnd::Panicked(at, panic));
                    break;
                }
            }
        }
        known.resize_with(rows.len(), || None);
        let mut is_new = vec![false; rows.len()];
        let is_mine = |place: usize| !processor.is_in_other_shard(number(place));
        let buffers = Buffers { workspace, results };
        let end = grade_unknown(processor, &rows, is_mine, known, &mut is_new, buffers, may_start)?;
        if let Some((place, end)) = end {
            rows.truncate(place);
            *early_end = Some(end);
        }
        journal_lines.clear();
        finished.clear();
        for (place, ((row, known), is_new)) in rows.into_iter().zip(known.drain(..)).zip(is_new).enumerate() {
            finished.push(RowResult::new(number(place), row, known, is_new, journal_lines)?);
        }
        Ok(())
    }
}

/// What grading a row changes.
struct Buffers<'b> {
    workspace: &'b mut Workspace,
    /// The results of the block.
    results: &'b mut Vec<u8>,
}

/// Grades the rows of this shard without a known result. Returns the first row without a result and the reason, if the
/// grading ended early; every row before it is graded then.
fn grade_unknown(
    processor: &RowProcessor<'_>,
    rows: &[PreparedRow<'_>],
    is_mine: impl Fn(usize) -> bool,
    known: &mut [Option<EntryWithResult>],
    is_new: &mut [bool],
    Buffers { workspace, results }: Buffers<'_>,
    may_start: impl Fn() -> bool,
) -> Result<Option<(usize, EarlyEnd)>, RowError> {
    let mut end: Option<(usize, EarlyEnd)> = None;
    let slots = rows.iter().zip(known).zip(is_new).enumerate();
    let mut open: Vec<_> = slots.filter(|(place, ((_, known), _))| is_mine(*place) && known.is_none()).collect();
    // Rows of one question are graded together, because the data of a question then stays in the processor's cache.
    open.sort_by_key(|(_, ((row, _), _))| row.question().map(std::ptr::from_ref));
    for (nth, (place, ((row, known), is_new))) in open.into_iter().enumerate() {
        if end.as_ref().is_some_and(|(first, _)| *first < place) {
            continue; // because only rows before the first row without a result are written
        }
        if nth > 0 && !may_start() {
            end = Some((place, EarlyEnd::Stopped));
            continue;
        }
        let start = results.len();
        match catch_panic(|| processor.finish(row, workspace, results)) {
            Ok(entry) => {
                *known = Some((entry?, start..results.len()));
                *is_new = true;
            }
            Err(panic) => {
                *workspace = Workspace::new(); // because the panic may have left it inconsistent
                let at = PanicPlace::Row { line: row.line, id: Some(row.id.clone().into_owned()) };
                end = Some((place, EarlyEnd::Panicked(at, panic)));
            }
        }
    }
    Ok(end)
}

/// Prepares a row of the block.
fn prepare<'a, 'w: 'a>(
    processor: &RowProcessor<'w>,
    number: u64,
    block: &'a Block,
    place: usize,
) -> Result<PreparedRow<'a>, PanickedAt> {
    catch_panic(|| processor.prepare(number, block.row(place, processor.columns))).map_err(|panicked| {
        let row = catch_panic(|| {
            let row = block.row(place, processor.columns);
            (row.line, row.id.map(Cow::into_owned))
        });
        let at = match row {
            Ok((line, id)) => PanicPlace::Row { line, id },
            Err(_) => PanicPlace::Reading { rows: number },
        };
        (at, panicked)
    })
}
