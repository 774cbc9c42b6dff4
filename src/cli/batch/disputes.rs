//! Writes a CSV file of the criteria on which the judge and the offline scorer disagree, for a person to review.
//!
//! Rows are collected in a temporary file during the run, so that a run that fails leaves no partial file.

use std::fs::File;
use std::io::{self, Seek as _};
use std::path::{Path, PathBuf};

use anyhow::Context as _;

use crate::batch::FinishedRow;
use crate::cli::files::write_from;
use crate::model::{Question, RowOutcome, Thousandths};

const HEADING: [&str; 6] = ["line", "id", "question", "criterion", "judge", "offline"];

/// The path of the CSV file of disagreements, and the rows that were collected for it.
pub(super) struct Disputes {
    path: PathBuf,
    rows: csv::Writer<File>,
}

impl Disputes {
    pub(super) fn new(path: &Path) -> anyhow::Result<Self> {
        let file =
            tempfile::tempfile().context("cannot write the disagreements of --cross-check to a temporary file")?;
        let mut rows = csv::Writer::from_writer(file);
        rows.write_record(HEADING).context("cannot write the disagreements of --cross-check to a temporary file")?;
        Ok(Self { path: path.to_owned(), rows })
    }

    /// Adds a row for each disputed criterion of a result.
    pub(super) fn add(&mut self, row: &FinishedRow<'_>) -> io::Result<()> {
        let (RowOutcome::Graded { credits, penalties, .. }, Some(question)) = (&row.summary.outcome, row.question)
        else {
            return Ok(());
        };
        for (index, offline) in &row.summary.disputed {
            let Some(criterion) = criterion_id(question, *index as usize) else { continue };
            let judge = credits.iter().chain(penalties).nth(*index as usize).copied().flatten();
            let shown = |credit: Option<Thousandths>| credit.map(|credit| credit.to_string()).unwrap_or_default();
            self.rows.write_record([
                row.line.to_string().as_str(),
                &crate::report::spreadsheet_cell(row.id),
                &question.id,
                criterion,
                &shown(judge),
                &shown(Some(*offline)),
            ])?;
        }
        Ok(())
    }

    /// Writes the file, and returns its path.
    pub(super) fn finish(self) -> anyhow::Result<PathBuf> {
        let reading = "cannot read the disagreements of --cross-check from their temporary file";
        let mut file = self.rows.into_inner().map_err(csv::IntoInnerError::into_error).context(reading)?;
        file.rewind().context(reading)?;
        write_from(&self.path, file)?;
        Ok(self.path)
    }
}

/// The id of a criterion by its index; the indexes of penalties follow those of criteria.
fn criterion_id(question: &Question, index: usize) -> Option<&str> {
    question.criteria.iter().chain(&question.penalties).nth(index).map(|criterion| criterion.id.as_str())
}
