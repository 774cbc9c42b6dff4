//! [`BatchInput`]: the input of `batch`, opened again for each pass over its rows.
//!
//! It decides from flags and bank which columns are read. Passes that grade nothing list the columns of a table or
//! estimate costs; the last pass grades.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use super::question_flag::QuestionFlag;
use crate::bank::Bank;
use crate::batch::{self, Columns, Input, InputFormat};
use crate::cli::args::BatchRun;
use crate::cli::printer::Printer;
use crate::questions::Questions;

/// Opens the input of a run.
pub(super) struct BatchInput<'a> {
    args: &'a BatchRun,
    path: &'a Path,
    /// The input as messages name it.
    name: String,
    /// The ids of the bank's questions.
    ids: Vec<String>,
    /// The question of rows that name none, if `--question` is not a column.
    default_question: Option<&'a str>,
    /// The input that is already open, if it cannot be opened again.
    opened: Option<Input>,
    stop: &'a Arc<AtomicBool>,
}

impl<'a> BatchInput<'a> {
    /// The input at `path`, which messages call `name`, with the meaning of `--question` determined.
    ///
    /// # Errors
    /// When `--question` names neither a column nor a question, or the input cannot be read.
    pub(super) fn new(
        args: &'a BatchRun,
        path: &'a Path,
        name: String,
        questions: &Questions,
        stop: &'a Arc<AtomicBool>,
        printer: &Printer,
    ) -> anyhow::Result<Self> {
        args.columns.of_answers.refuse_answer_of_folder(path)?;
        let ids = questions.bank().entries().iter().map(|entry| entry.id.clone()).collect();
        let flag = args.columns.of_answers.question.as_deref();
        let input = Self { args, path, name, ids, default_question: flag, opened: None, stop };
        let QuestionFlag { default_question, opened } =
            QuestionFlag::settle(flag, path, questions, || input.open_again(), printer)?;
        Ok(Self { default_question, opened, ..input })
    }

    /// The question of rows that name none.
    pub(super) fn default_question(&self) -> Option<&'a str> {
        self.default_question
    }

    /// Set when the user interrupts the run.
    pub(super) fn stop(&self) -> &'a AtomicBool {
        self.stop
    }

    /// Opens the input at its first row.
    ///
    /// # Errors
    /// When the input cannot be read.
    pub(super) fn open(&mut self) -> anyhow::Result<Input> {
        self.opened.take().map_or_else(|| self.open_again(), Ok)
    }

    fn open_again(&self) -> anyhow::Result<Input> {
        let (default, flags) = (Columns::default(), &self.args.columns);
        let columns = Columns {
            requires_id: flags.id.is_some(),
            id: flags.id.clone().unwrap_or(default.id),
            // `--question` names a column or a question, not both.
            question: (flags.of_answers.question.clone())
                .filter(|_| self.default_question.is_none())
                .unwrap_or(default.question),
            answer: flags.of_answers.answer.clone().unwrap_or(default.answer),
            keep: flags.keep.iter().map(|name| name.trim().to_owned()).collect(),
        };
        let format = self.args.input_format.map(InputFormat::from);
        let is_named = self.default_question.is_some() || self.ids.len() == 1;
        let context = batch::InputContext { ids: self.ids.clone(), is_named, stop: Arc::clone(self.stop) };
        let opened = Input::open(self.path, format, &columns, &context);
        Ok(opened.map(|input| input.called(self.name.clone())).map_err(|error| error.called(self.name.clone()))?)
    }

    /// The columns of a table of criteria: the criteria of all questions of the rows, in the order of the bank.
    ///
    /// # Errors
    /// When the input cannot be read.
    pub(super) fn criteria(&mut self, questions: &Questions) -> anyhow::Result<Vec<String>> {
        let (default_question, stop) = (self.default_question, self.stop);
        let found = batch::questions_of_rows(&mut self.open()?, questions, default_question, stop);
        Ok(criteria(questions.bank(), &found))
    }
}

fn criteria(bank: &Bank, questions: &BTreeSet<usize>) -> Vec<String> {
    let mut criteria: Vec<String> = Vec::new();
    for entry in questions.iter().filter_map(|place| bank.entries().get(*place)) {
        // A rubric with faults has no columns; its answers are ungraded rows.
        let Ok(question) = bank.question(entry) else { continue };
        for criterion in question.criteria {
            if !criteria.contains(&criterion.id) {
                criteria.push(criterion.id);
            }
        }
    }
    criteria
}
