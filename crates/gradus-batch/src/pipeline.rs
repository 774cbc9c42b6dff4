//! The threads of a run: one reads rows, several grade them, one writes results in the order of rows.
//!
//! A fixed number of blocks circulates between the threads. A thread that is ahead waits for an empty block, so memory
//! is bounded whatever the size of the input. What happens to a row is left to `in_flight_block` and `ordered_output`.

use std::cell::Cell;
use std::collections::BTreeMap;
use std::io;
use std::sync::atomic::AtomicBool;
use std::sync::{Mutex, PoisonError};
use std::thread;
use std::time::Duration;

use crossbeam_channel::{Receiver, Sender, bounded};

use super::catch_panic::{Panicked, catch_panic};
use super::error::{BatchError, PanicPlace};
use super::in_flight_block::{EarlyEnd, InFlightBlock};
use super::input::Input;
use super::ordered_output::OrderedOutput;
use super::row_processor::{RowError, RowProcessor};
use super::run_folder::{Sink, SyncToDisk, Windows};
use super::run_stop::RunStop;
use gradus_core::judge::Halt;
use gradus_core::score::Workspace;

/// Blocks for each thread that grades offline.
const BLOCKS: usize = 2;
/// Blocks for each thread that grades slowly. Answers then take very different times, and one that takes long must not
/// hold up the others.
const BLOCKS_IF_SLOW: usize = 8;
/// Time between two writes to stable storage.
const SYNC_INTERVAL: Duration = Duration::from_secs(1);

/// The rows that are not finished.
pub(super) struct RemainingRows<'i> {
    pub(super) input: &'i mut Input,
    /// Rows that were read already.
    pub(super) unfinished: Option<InFlightBlock>,
    /// The number of the next row to read, from 0.
    pub(super) next_row: u64,
    /// Results of earlier runs that are looked up by key.
    pub(super) windows: Windows,
}

/// Why the threads ended before the rows did.
pub(super) enum PipelineError {
    Read(BatchError),
    /// A result cannot be formatted.
    Render(io::Error),
    Write(io::Error),
    Halted(Halt),
    Panicked(PanicPlace, Panicked),
}

/// What a grading thread sends to the writing thread.
enum BlockOutcome {
    Graded(Box<InFlightBlock>),
    /// A result of the block cannot be formatted.
    RenderFailed(io::Error),
    /// The grader stopped the run, so this block and all later blocks have no results.
    Halted(Halt),
    /// The grading thread panicked outside of any row.
    Panicked(Panicked),
}

/// The rows that the reading thread has read.
struct ReadBlocks {
    /// Number of blocks.
    blocks: u64,
    /// Whether the input has no further rows.
    is_whole_input: bool,
}

/// Grades the remaining rows, and returns whether all of them are finished. After `stop` is set no further answer is
/// started. A failure sets `stop` too, so that no thread waits for rows that do not come.
pub(super) fn run(
    processor: &RowProcessor<'_>,
    rows: RemainingRows<'_>,
    output: &mut OrderedOutput<'_, '_>,
    sink: &mut Sink<'_>,
    jobs: usize,
    stop: &AtomicBool,
) -> Result<bool, PipelineError> {
    let count = jobs * if processor.grader.is_slow() { BLOCKS_IF_SLOW } else { BLOCKS } + 2;
    let (empty_in, empty) = bounded(count);
    // Sending a block that was read never waits, because the channel has room for all blocks.
    let (read_in, read) = bounded::<InFlightBlock>(count);
    let (graded_in, graded) = bounded(count);
    for _ in 0..count {
        // Sending does not fail or wait, because the channel has room for all blocks.
        let _ = empty_in.send(InFlightBlock::default());
    }
    let sync = sink.syncer().map_err(PipelineError::Write)?;
    let (read, stop) = (&Mutex::new(read), &RunStop::new(stop));
    thread::scope(|scope| {
        let reader = scope.spawn(move || {
            let row_count = Cell::new(rows.next_row);
            let read = catch_panic(|| read_all(processor, rows, &empty, &read_in, &row_count, stop));
            let failed = |panic| PipelineError::Panicked(PanicPlace::Reading { rows: row_count.get() }, panic);
            read.map_err(failed)?.map_err(PipelineError::Read)
        });
        for _ in 0..jobs {
            let graded = graded_in.clone();
            scope.spawn(move || {
                let block = Cell::new(0);
                if let Err(panic) = catch_panic(|| grade_all(processor, read, &graded, &block, stop)) {
                    stop.fail(block.get());
                    // If the receiver is gone, the run has already ended with another error.
                    let _ = graded.send(BlockOutcome::Panicked(panic));
                }
            });
        }
        // Only the grading threads hold this end now, so the channel closes when they end.
        drop(graded_in);
        let (end_in, end) = bounded::<()>(0);
        let syncer =
            scope.spawn(move || catch_panic(|| sync_until_end(&sync, &end, stop)).unwrap_or_else(while_writing));
        // It owns its ends of both channels, so that no thread waits for it after an error.
        let written = catch_panic(|| write_all(output, sink, graded, empty_in)).unwrap_or_else(while_writing);
        if written.is_err() {
            stop.fail(0);
        }
        drop(end_in);
        let sync_result = syncer.join().unwrap_or_else(|_| while_writing(uncaught()));
        let read = reader.join().unwrap_or_else(|_| while_writing(uncaught()));
        let written = written?;
        sync_result?;
        let read = read?;
        Ok(read.is_whole_input && written == read.blocks)
    })
}

/// A panic of the writing thread.
fn while_writing<T>(panic: Panicked) -> Result<T, PipelineError> {
    Err(PipelineError::Panicked(PanicPlace::Writing, panic))
}

/// A panic that no `catch_panic` caught.
fn uncaught() -> Panicked {
    Panicked { message: "a thread panicked".to_owned(), location: None }
}

/// Takes the next block; `None` if there are no more blocks, or if the run was stopped.
///
/// Only one thread at a time waits for a block and looks whether the run was stopped. The blocks that are taken are
/// therefore the first ones of the run, and the results of all of them are written.
fn take_block(read: &Mutex<Receiver<InFlightBlock>>, stop: &RunStop<'_>) -> Option<InFlightBlock> {
    let read = read.lock().unwrap_or_else(PoisonError::into_inner);
    let block = read.recv().ok()?;
    stop.may_start(block.sequence).then_some(block)
}

/// Grades blocks until there are no more, or the run is stopped. `current` is the number of the block in progress.
fn grade_all(
    processor: &RowProcessor<'_>,
    read: &Mutex<Receiver<InFlightBlock>>,
    graded: &Sender<BlockOutcome>,
    current: &Cell<u64>,
    stop: &RunStop<'_>,
) {
    let mut workspace = Workspace::new();
    while let Some(mut block) = take_block(read, stop) {
        let sequence = block.sequence;
        current.set(sequence);
        let outcome = match block.grade(processor, &mut workspace, || stop.may_start(sequence)) {
            Ok(()) => {
                if matches!(block.early_end, Some(EarlyEnd::Panicked(..))) {
                    stop.fail(sequence);
                }
                BlockOutcome::Graded(Box::new(block))
            }
            Err(RowError::Render(error)) => BlockOutcome::RenderFailed(error),
            // The run is stopped already, because the grader returns this only after a stop.
            Err(RowError::Halted(Halt::Requested)) => BlockOutcome::Halted(Halt::Requested),
            Err(RowError::Halted(halt)) => {
                stop.fail(sequence);
                BlockOutcome::Halted(halt)
            }
        };
        if graded.send(outcome).is_err() {
            break;
        }
    }
}

/// Writes results to stable storage at intervals, until `end` is closed.
fn sync_until_end(sync: &SyncToDisk, end: &Receiver<()>, stop: &RunStop<'_>) -> Result<(), PipelineError> {
    while end.recv_timeout(SYNC_INTERVAL).is_err_and(|error| error.is_timeout()) {
        if let Err(error) = sync() {
            stop.fail(0);
            return Err(PipelineError::Write(error));
        }
    }
    Ok(())
}

/// Reads rows into empty blocks, and adds results of earlier runs. `row_count` counts the rows that were read.
fn read_all(
    processor: &RowProcessor<'_>,
    rows: RemainingRows<'_>,
    empty: &Receiver<InFlightBlock>,
    read: &Sender<InFlightBlock>,
    row_count: &Cell<u64>,
    stop: &RunStop<'_>,
) -> Result<ReadBlocks, BatchError> {
    let RemainingRows { input, mut unfinished, mut next_row, mut windows } = rows;
    let mut blocks = 0;
    while !stop.ends_reading() {
        let Ok(mut block) = empty.recv() else { break };
        if stop.ends_reading() {
            break; // because this thread may have waited for long
        }
        match unfinished.take() {
            Some(unfinished) => block = unfinished,
            None => match input.fill(&mut block.block) {
                Ok(true) => block.first_row = next_row,
                Ok(false) => return Ok(ReadBlocks { blocks, is_whole_input: true }),
                // Stopping closes the input. A part of a row may be lost, so this is not the end of the rows.
                Err(_) if stop.ends_reading() => return Ok(ReadBlocks { blocks, is_whole_input: false }),
                Err(error) => return Err(error.into()),
            },
        }
        block.sequence = blocks;
        (blocks, next_row) = (blocks + 1, block.first_row + block.block.len() as u64);
        row_count.set(next_row);
        let look_up = block.look_up(processor, &mut windows);
        look_up.map_err(|error| BatchError::Disk { doing: "read", path: "results of an earlier run".into(), error })?;
        if read.send(block).is_err() {
            break;
        }
    }
    // The run may be stopped while this thread waits for an empty block and the last rows are graded.
    Ok(ReadBlocks { blocks, is_whole_input: unfinished.is_none() && input.is_at_end() })
}

/// Writes graded blocks in order, and returns them to the reading thread. Gives the number of blocks that were written
/// and whose rows are all finished.
fn write_all(
    output: &mut OrderedOutput<'_, '_>,
    sink: &mut Sink<'_>,
    graded: Receiver<BlockOutcome>,
    empty: Sender<InFlightBlock>,
) -> Result<u64, PipelineError> {
    let (mut waiting, mut next, mut halted, mut panicked) = (BTreeMap::new(), 0, None, None);
    let mut empty = Some(empty);
    for outcome in graded {
        if matches!(outcome, BlockOutcome::Halted(_) | BlockOutcome::Panicked(_)) {
            // The block does not come back. Closing the channel wakes the reading thread if it waits for a block.
            empty = None;
        }
        match outcome {
            BlockOutcome::Graded(block) => drop(waiting.insert(block.sequence, block)),
            BlockOutcome::RenderFailed(error) => return Err(PipelineError::Render(error)),
            // This thread was asked to stop and knows no reason; the thread that caused it reports the reason.
            BlockOutcome::Halted(Halt::Requested) => {}
            BlockOutcome::Halted(halt) => drop(halted.get_or_insert(halt)),
            BlockOutcome::Panicked(panic) => drop(panicked.get_or_insert(panic)),
        }
        // Blocks after one without results wait in vain and are dropped. Replies of judges are kept in their cache.
        while let Some(mut block) = waiting.remove(&next) {
            output.write(&mut block, sink).map_err(PipelineError::Write)?;
            match block.early_end.take() {
                None => {}
                Some(EarlyEnd::Panicked(at, panic)) => return Err(PipelineError::Panicked(at, panic)),
                Some(EarlyEnd::Stopped) => return Ok(next),
            }
            next += 1;
            if let Some(empty) = &empty {
                // Sending fails when the reading thread has ended, and then no block is needed.
                let _ = empty.send(*block);
            }
        }
    }
    if let Some(panic) = panicked {
        return Err(PipelineError::Panicked(PanicPlace::Run, panic));
    }
    halted.map_or(Ok(next), |why| Err(PipelineError::Halted(why)))
}
