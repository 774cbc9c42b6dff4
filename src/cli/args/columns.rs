//! The column flags that `batch` and the commands for graded answers share.

use clap::Args as ClapArgs;

/// Columns that every input with answers has.
#[derive(Debug, Clone, ClapArgs)]
pub(in crate::cli) struct AnswerColumns {
    /// Column with the id or the wording of the question [default: question]. If no column has this
    /// name, NAME itself is the id or the wording of the question, for all rows that do not name one
    #[arg(long, value_name = "NAME", help_heading = "Columns")]
    pub(in crate::cli) question: Option<String>,
    /// Column with the answer text [default: answer]
    #[arg(long, value_name = "NAME", help_heading = "Columns")]
    pub(in crate::cli) answer: Option<String>,
}
