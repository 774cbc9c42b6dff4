//! Criteria on which judge and offline scorer are far apart, collected for a person to look at.

use std::fs::File;
use std::io::{self, Seek as _};
use std::path::{Path, PathBuf};

use anyhow::Context as _;

use crate::batch::Through;
use crate::cli::files::write_from;
use crate::model::{Came, Question, Thousandths};

const HEADING: [&str; 6] = ["line", "id", "question", "criterion", "judge", "offline"];

/// The rows of a table, as they come.
pub(super) struct Disputes {
    path: PathBuf,
    rows: csv::Writer<File>,
}

impl Disputes {
    pub(super) fn new(path: &Path) -> anyhow::Result<Self> {
        let file = tempfile::tempfile().context("cannot keep what --cross-check collects aside")?;
        let mut rows = csv::Writer::from_writer(file);
        rows.write_record(HEADING).context("cannot keep what --cross-check collects aside")?;
        Ok(Self { path: path.to_owned(), rows })
    }

    /// Adds what is disputed of a result.
    pub(super) fn add(&mut self, row: &Through<'_>) -> io::Result<()> {
        let (Came::Graded { credits, penalties, .. }, Some(question)) = (&row.marks.outcome, row.question) else {
            return Ok(());
        };
        for (place, offline) in &row.marks.disputed {
            let Some(criterion) = criterion(question, *place as usize) else { continue };
            let judge = credits.iter().chain(penalties).nth(*place as usize).copied().flatten();
            let shown = |credit: Option<Thousandths>| credit.map(|credit| credit.to_string()).unwrap_or_default();
            self.rows.write_record([
                row.line.to_string().as_str(),
                &crate::report::cell(row.id),
                &question.id,
                criterion,
                &shown(judge),
                &shown(Some(*offline)),
            ])?;
        }
        Ok(())
    }

    /// Writes the table.
    pub(super) fn finish(self) -> anyhow::Result<PathBuf> {
        let aside = "cannot read what --cross-check collects again";
        let mut file = self.rows.into_inner().map_err(csv::IntoInnerError::into_error).context(aside)?;
        file.rewind().context(aside)?;
        write_from(&self.path, file)?;
        Ok(self.path)
    }
}

/// The id of a criterion, or behind the last one of a penalty.
fn criterion(question: &Question, place: usize) -> Option<&str> {
    question.criteria.iter().chain(&question.penalties).nth(place).map(|criterion| criterion.id.as_str())
}
