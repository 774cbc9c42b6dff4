//! Applies `--question NAME` of `batch`: opens the input to see its columns, and keeps an input that cannot be opened again.
//!
//! `cli::question_meaning` decides whether the name is a column or a question.

use std::fs;
use std::path::Path;

use crate::batch::Input;
use crate::cli::files::is_stream;
use crate::cli::printer::Printer;
use crate::cli::question_meaning::{InputColumns, QuestionMeaning};
use crate::questions::Questions;

/// The result of the decision.
pub(super) struct QuestionFlag<'a> {
    /// The question of rows without a question, as given by the flag.
    pub(super) default_question: Option<&'a str>,
    /// The opened input, if it cannot be opened a second time.
    pub(super) opened: Option<Input>,
}

impl<'a> QuestionFlag<'a> {
    /// Decides about `name` for the input at `path`. `open` opens it with the usual columns; rows need not name their
    /// question.
    ///
    /// # Errors
    /// When `name` is neither a column nor the id or wording of a question, or the input cannot be read.
    pub(super) fn settle(
        name: Option<&'a str>,
        path: &Path,
        questions: &Questions,
        open: impl FnOnce() -> anyhow::Result<Input>,
        printer: &Printer,
    ) -> anyhow::Result<Self> {
        let Some(name) = name else { return Ok(Self { default_question: None, opened: None }) };
        if path.is_dir() {
            QuestionMeaning::of(name, None, questions, printer)?;
            return Ok(Self { default_question: Some(name), opened: None });
        }
        let mut input = open()?;
        let names = input.column_names();
        let columns = InputColumns { input: input.name(), names: &names, is_table: input.is_table() };
        let meaning = QuestionMeaning::of(name, Some(&columns), questions, printer)?;
        let is_reopened = !is_stream(path) && fs::metadata(path).is_ok_and(|about| about.is_file());
        let default_question = match meaning {
            QuestionMeaning::Column if is_reopened => None,
            QuestionMeaning::Column => {
                input.take_question_from(name)?;
                None
            }
            QuestionMeaning::Question(_) => Some(name),
        };
        Ok(Self { default_question, opened: (!is_reopened).then_some(input) })
    }
}
