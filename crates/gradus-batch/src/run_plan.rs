//! [`RunPlan`]: everything about a run that is fixed before its first row is read.
//!
//! The caller decides the grader, the form of results and the number of threads. Input and output are arguments of
//! [`run`](crate::run).

use std::io;
use std::sync::atomic::AtomicBool;

use super::answer_grader::AnswerGrader;
use super::run_folder::{Provenance, ResultSettings};
use gradus_core::model::{CarriedValue, Grade, GradeSummary};
use gradus_core::questions::Questions;

/// Appends the result of a row with its kept columns to a buffer, and returns the summary of the grade.
pub type RenderGrade<'r> =
    dyn Fn(&Grade<'_>, &[CarriedValue<'_>], &mut Vec<u8>) -> io::Result<GradeSummary> + Sync + 'r;

/// How the rows of a run are graded and written.
pub struct RunPlan<'p> {
    /// The questions that rows may name.
    pub questions: &'p Questions,
    /// The question of rows that name none: an id or a wording.
    pub default_question: Option<&'p str>,
    /// The settings that all results share. Results of an earlier run are reused only if their settings are equal.
    pub layout: &'p ResultSettings,
    /// Bank, columns and judges, as the manifest records them.
    pub provenance: &'p Provenance,
    /// Formats a result.
    pub render: &'p RenderGrade<'p>,
    /// Grades the answers.
    pub grader: &'p dyn AnswerGrader,
    /// Whether answers that fell back to the offline scorer in an earlier run are graded again.
    pub retries_fallback: bool,
    /// Number of threads that grade, at least 1.
    pub jobs: usize,
    /// Set by the caller to stop the run. Answers that are being graded are finished, and no further answer is started.
    pub stop: &'p AtomicBool,
}
