//! How much is held at a time.

/// Rows that go through together at first, so that a few rows are spread over the threads ...
pub(super) const FIRST_ROWS: usize = 64;
/// ... and in the end, so that there are many of each question.
pub(super) const BLOCK_ROWS: usize = 2048;
/// Bytes after which a block is full, however few rows it has.
pub(super) const BLOCK_BYTES: usize = 4 << 20;
/// The most that a row may hold. More is no answer, and is told instead of being held.
pub(super) const ROW_BYTES: usize = 16 << 20;
const _: () = assert!(ROW_BYTES <= gradus_core::model::Answer::LARGEST, "the answer of a row can be graded");
/// How much is kept of a line that is longer, so that its id can be told.
pub(super) const CUT_BYTES: usize = 64 << 10;

/// What is said of a row that is longer.
pub(super) fn too_long() -> String {
    format!("the row is longer than {} MiB", ROW_BYTES >> 20)
}
