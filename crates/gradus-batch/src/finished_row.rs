//! [`FinishedRow`]: a row with its result, as a run or a merge reports it to the caller.
//!
//! Finished rows are reported in the order of the input, including rows whose results an earlier run wrote.

use std::io;

use gradus_core::model::{GradeSummary, Question};
use gradus_core::questions::FoundQuestion;

/// A row whose result is written.
#[derive(Debug, Clone, Copy)]
pub struct FinishedRow<'a> {
    /// First line of the row in the input, from 1.
    pub line: u64,
    /// Id of the row, or `row-N` for a row without an id.
    pub id: &'a str,
    /// Score and flags of the grade.
    pub summary: &'a GradeSummary,
    /// The question of the row; `None` if it has none.
    pub question: Option<&'a Question>,
    /// How the question was found.
    pub found: Option<&'a FoundQuestion>,
    /// Whether the row names a question that the bank does not have. Always false in a merge.
    pub is_question_unknown: bool,
    /// Whether this run graded the row; otherwise an earlier run did. A merge reports all rows as new.
    pub is_new: bool,
}

/// Receives each finished row, in the order of the input. An error ends the run.
pub type RowObserver<'o> = dyn FnMut(FinishedRow<'_>) -> io::Result<()> + 'o;
