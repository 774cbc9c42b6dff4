//! [`OrderedOutput`]: everything that happens to rows in the order of the input.
//!
//! It refuses rows that repeat an id with the same question, writes the results of blocks to a sink, and reports each
//! finished row to the caller. Blocks must be passed to it in order; `pipeline` sees to that.

use std::io::{self, IoSlice};

use super::finished_row::{FinishedRow, RowObserver};
use super::ids::Ids;
use super::in_flight_block::InFlightBlock;
use super::row_processor::{PreparedRow, RowError, RowProcessor};
use super::row_question::is_unknown;
use super::run_folder::{Entry, Sink, append_journal_line};
use gradus_core::questions::PreparedQuestion;
use gradus_core::score::Workspace;

/// A row that was refused because an earlier row has its id and question.
struct RefusedDuplicate {
    /// Index of the row in its block.
    place: usize,
    result: Vec<u8>,
    journal_line: Vec<u8>,
}

/// Takes rows in the order of the input.
pub(super) struct OrderedOutput<'w, 'o> {
    processor: &'w RowProcessor<'w>,
    observe: &'o mut RowObserver<'o>,
    ids: Ids,
    results: u64,
}

impl<'w, 'o> OrderedOutput<'w, 'o> {
    pub(super) fn new(processor: &'w RowProcessor<'w>, observe: &'o mut RowObserver<'o>) -> Self {
        Self { processor, observe, ids: Ids::default(), results: 0 }
    }

    /// Number of reported results, including those of earlier runs.
    pub(super) fn results(&self) -> u64 {
        self.results
    }

    /// Whether there were too many ids to compare all of them with each other.
    pub(super) fn has_unchecked_ids(&self) -> bool {
        self.ids.is_full()
    }

    /// The row, refused if an earlier row has its id and question.
    pub(super) fn refuse_if_duplicate<'a>(&self, row: PreparedRow<'a>) -> PreparedRow<'a> {
        match row.duplicate_key.and_then(|key| self.ids.first(key)) {
            Some(first) => self.processor.refuse_duplicate(row, first),
            None => row,
        }
    }

    /// Records the id of a row, to detect later duplicates.
    pub(super) fn record_id(&mut self, row: &PreparedRow<'_>) {
        row.duplicate_key.and_then(|key| self.ids.note(key, row.line));
    }

    /// Reports a row whose result an earlier run wrote.
    pub(super) fn report_earlier(&mut self, row: &PreparedRow<'_>, entry: &Entry) -> io::Result<()> {
        self.record_id(row);
        self.results += 1;
        (self.observe)(FinishedRow {
            line: row.line,
            id: &row.id,
            summary: &entry.summary,
            question: row.question(),
            found: row.found.as_deref().and_then(|found| found.as_ref().ok()),
            is_question_unknown: is_unknown(row.found.as_ref()),
            is_new: false,
        })
    }

    /// Writes the results of a block in the order of rows, then reports the rows.
    pub(super) fn write(&mut self, block: &mut InFlightBlock, sink: &mut Sink<'_>) -> io::Result<()> {
        let duplicates = self.refuse_duplicates(block)?;
        let mut next = duplicates.iter().peekable();
        let (mut results, mut journal_lines) = (Vec::with_capacity(block.finished.len()), Vec::new());
        for (place, row) in block.finished.iter().enumerate() {
            if let Some(duplicate) = next.next_if(|duplicate| duplicate.place == place) {
                results.push(IoSlice::new(&duplicate.result));
                journal_lines.extend_from_slice(&duplicate.journal_line);
            } else {
                results.push(IoSlice::new(&block.results[row.result.clone()]));
                if !duplicates.is_empty() {
                    journal_lines.extend_from_slice(&block.journal_lines[row.journal_line.clone()]);
                }
            }
        }
        // Without duplicates the lines of the block are already complete, so they are not copied.
        sink.append(&mut results, if duplicates.is_empty() { &block.journal_lines } else { &journal_lines })?;
        self.report(block)
    }

    /// Refuses the rows of a block that repeat an id with the same question.
    fn refuse_duplicates(&mut self, block: &mut InFlightBlock) -> io::Result<Vec<RefusedDuplicate>> {
        let mut duplicates = Vec::new();
        for (place, row) in block.finished.iter_mut().enumerate() {
            // Rows of other shards are recorded too, so that all shards refuse the same rows.
            let first = row.duplicate_key.and_then(|key| self.ids.note(key, row.line));
            let Some(first) = first.filter(|_| !self.processor.is_in_other_shard(row.number)) else { continue };
            let input = block.block.row(place, self.processor.columns);
            let refused = self.processor.refuse_duplicate(self.processor.prepare(row.number, input), first);
            let (mut result, mut line) = (Vec::new(), Vec::new());
            let entry = match self.processor.finish(&refused, &mut Workspace::new(), &mut result) {
                Ok(entry) => entry,
                Err(RowError::Render(error)) => return Err(error),
                Err(RowError::Halted(_)) => continue, // does not happen, because refused rows are not graded
            };
            append_journal_line(&entry, &mut line)?;
            row.summary = Some(entry.summary);
            duplicates.push(RefusedDuplicate { place, result, journal_line: line });
        }
        Ok(duplicates)
    }

    /// Reports the rows of a block.
    fn report(&mut self, block: &InFlightBlock) -> io::Result<()> {
        for row in &block.finished {
            let Some(summary) = &row.summary else { continue };
            self.results += 1;
            let found = row.found.as_deref().and_then(|found| found.as_ref().ok());
            let question = found.and_then(|found| self.processor.questions.prepare(found).ok());
            let question = question.map(PreparedQuestion::question);
            (self.observe)(FinishedRow {
                line: row.line,
                id: &row.id,
                summary,
                question,
                found,
                is_question_unknown: is_unknown(row.found.as_ref()),
                is_new: row.is_new,
            })?;
        }
        Ok(())
    }
}
