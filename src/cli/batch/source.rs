//! The input of a run, which is opened once for each pass over its rows.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use super::question_flag::QuestionFlag;
use crate::bank::Bank;
use crate::batch::{self, Columns, Input, InputFormat};
use crate::cli::args::{BatchRun, RowFormat};
use crate::cli::printer::Printer;
use crate::questions::Questions;

/// Opens the input.
pub(super) struct Source<'a> {
    args: &'a BatchRun,
    path: &'a Path,
    /// The input as messages name it.
    name: String,
    /// The ids of the bank's questions.
    ids: Vec<String>,
    /// The question of rows that name none.
    otherwise: Option<&'a str>,
    /// The input that is open already, where it cannot be opened a second time.
    opened: Option<Input>,
    stop: &'a Arc<AtomicBool>,
}

impl<'a> Source<'a> {
    /// The input at `path`, with the meaning of `--question` determined.
    ///
    /// # Errors
    /// When `--question` names neither a column nor a question, or the input cannot be read.
    pub(super) fn new(
        args: &'a BatchRun,
        (path, name): (&'a Path, String),
        questions: &Questions,
        stop: &'a Arc<AtomicBool>,
        printer: &Printer,
    ) -> anyhow::Result<Self> {
        let ids = questions.bank().entries().iter().map(|entry| entry.id.clone()).collect();
        let flag = args.columns.question.as_deref();
        let source = Self { args, path, name, ids, otherwise: flag, opened: None, stop };
        let QuestionFlag { otherwise, opened } =
            QuestionFlag::settle(flag, path, questions, || source.open_anew(), printer)?;
        Ok(Self { otherwise, opened, ..source })
    }

    /// The question of rows that name none.
    pub(super) fn otherwise(&self) -> Option<&'a str> {
        self.otherwise
    }

    /// Set when the user interrupts the run.
    pub(super) fn stop(&self) -> &'a AtomicBool {
        self.stop
    }

    /// The rows from the first one on.
    pub(super) fn open(&mut self) -> anyhow::Result<Input> {
        self.opened.take().map_or_else(|| self.open_anew(), Ok)
    }

    fn open_anew(&self) -> anyhow::Result<Input> {
        let (usual, given) = (Columns::default(), &self.args.columns);
        let columns = Columns {
            is_id_needed: given.id.is_some(),
            id: given.id.clone().unwrap_or(usual.id),
            // A name that is a question is not a column.
            question: given.question.clone().filter(|_| self.otherwise.is_none()).unwrap_or(usual.question),
            answer: given.answer.clone(),
            keep: given.keep.iter().map(|name| name.trim().to_owned()).collect(),
        };
        let format = self.args.input_format.map(|format| match format {
            RowFormat::Jsonl => InputFormat::Jsonl,
            RowFormat::Csv => InputFormat::Csv,
            RowFormat::Tsv => InputFormat::Tsv,
            RowFormat::Parquet => InputFormat::Parquet,
        });
        let is_named = self.otherwise.is_some() || self.ids.len() == 1;
        let asked = batch::Asked { ids: self.ids.clone(), is_named, stop: Arc::clone(self.stop) };
        let opened = Input::open(self.path, format, &columns, &asked);
        Ok(opened.map(|input| input.called(self.name.clone())).map_err(|error| error.called(self.name.clone()))?)
    }

    /// The columns of a table: the criteria of all questions of the rows, in the bank's order.
    pub(super) fn criteria(&mut self, questions: &Questions) -> anyhow::Result<Vec<String>> {
        let (otherwise, stop) = (self.otherwise, self.stop);
        Ok(criteria(questions.bank(), &batch::survey(&mut self.open()?, questions, otherwise, stop)))
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
