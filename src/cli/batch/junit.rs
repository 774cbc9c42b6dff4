//! Writes results as `JUnit` test cases for continuous integration.
//!
//! Cases are collected in a temporary file, because the head of the document contains counts that are known only at the
//! end.

use std::io::{self, BufWriter, Seek as _, Write as _};
use std::path::{Path, PathBuf};

use anyhow::Context as _;

use crate::batch::FinishedRow;
use crate::cli::files::write_from;
use crate::model::RowOutcome;
use crate::report::{JunitCase, JunitOutcome, junit_case, junit_head, junit_tail};

/// The `JUnit` file, and its cases so far.
pub(super) struct Junit {
    path: PathBuf,
    /// Whether the input is a folder, whose files are the ids of the answers.
    is_folder: bool,
    cases: BufWriter<std::fs::File>,
    tests: u64,
    failures: u64,
    errors: u64,
}

impl Junit {
    pub(super) fn new(path: &Path, is_folder: bool) -> anyhow::Result<Self> {
        let cases = tempfile::tempfile().context("cannot store the tests of --junit in a temporary file")?;
        Ok(Self { path: path.to_owned(), is_folder, cases: BufWriter::new(cases), tests: 0, failures: 0, errors: 0 })
    }

    /// Adds a result as a test case. A score below `least` is a failure.
    pub(super) fn add(&mut self, row: &FinishedRow<'_>, least: Option<f64>) -> io::Result<()> {
        let outcome = match (&row.summary.outcome, least) {
            (RowOutcome::Ungraded(reason), _) if self.is_folder => JunitOutcome::Errored(reason.clone()),
            (RowOutcome::Ungraded(reason), _) => JunitOutcome::Errored(format!("line {}: {reason}", row.line)),
            (RowOutcome::Graded { score, .. }, Some(least)) if score.as_f64() < least => {
                JunitOutcome::Failed(format!("{score} is below {least}"))
            }
            _ => JunitOutcome::Passed,
        };
        self.tests += 1;
        self.failures += u64::from(matches!(outcome, JunitOutcome::Failed(_)));
        self.errors += u64::from(matches!(outcome, JunitOutcome::Errored(_)));
        let case = JunitCase { id: row.id.to_owned(), question: row.summary.question.clone(), outcome };
        self.cases.write_all(junit_case(&case).as_bytes())
    }

    /// Adds a test case for the mean score of all answers.
    pub(super) fn add_mean(&mut self, fault: Option<String>) -> io::Result<()> {
        self.tests += 1;
        self.failures += u64::from(fault.is_some());
        let outcome = fault.map_or(JunitOutcome::Passed, JunitOutcome::Failed);
        let case = JunitCase { id: "mean".to_owned(), question: "all".to_owned(), outcome };
        self.cases.write_all(junit_case(&case).as_bytes())
    }

    /// Writes the file.
    pub(super) fn finish(self) -> anyhow::Result<()> {
        let mut cases = self.cases.into_inner().context("cannot store the tests of --junit in a temporary file")?;
        cases.rewind().context("cannot read the tests of --junit back")?;
        let head = junit_head("gradus batch", self.tests, self.failures, self.errors);
        let whole = io::Read::chain(io::Read::chain(head.as_bytes(), cases), junit_tail().as_bytes());
        write_from(&self.path, whole)
    }
}
