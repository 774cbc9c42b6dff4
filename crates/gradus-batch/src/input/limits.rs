//! Limits on how much of an input is held in memory.

use super::fault::RowFault;
use gradus_core::model::Answer;

/// Rows in the first block: few, so that a short input is spread over the threads.
pub(super) const FIRST_ROWS: usize = 64;
/// Rows in later blocks: many, so that a block has several rows of each question.
pub(super) const BLOCK_ROWS: usize = 2048;
/// Bytes after which a block is full, however few rows it has.
pub(super) const BLOCK_BYTES: usize = 4 << 20;
/// Bytes that a row may have: as many as an answer that is graded alone. A longer row is reported and not held.
pub(super) const ROW_BYTES: usize = Answer::LARGEST;
/// Bytes kept of a line that is too long, so that its id can be reported.
pub(super) const CUT_BYTES: usize = 64 << 10;

/// The fault of a row that is too long.
pub(super) fn too_long() -> RowFault {
    RowFault::TooLong { mebibytes: ROW_BYTES >> 20 }
}
