//! [`AnswerGrader`], through which a batch grades answers, and its offline implementation.
//!
//! A grader takes a prepared question and an answer, and gives a grade or the reason to stop the run. Which rows are
//! graded, and in which order, is left to the pipeline.

use gradus_core::judge::Halt;
use gradus_core::model::{Answer, Fingerprint, Grade, Grader};
use gradus_core::questions::PreparedQuestion;
use gradus_core::score::{VERSION, Workspace};

/// Grades the answers of a batch.
pub trait AnswerGrader: Sync {
    /// The fingerprint of a grade, computed from the fingerprint of the offline grade.
    fn fingerprint(&self, offline: Fingerprint) -> Fingerprint;

    /// The grader as results name it.
    fn grader(&self) -> Grader;

    /// Whether an answer takes seconds. Rows are then read one by one, and several blocks wait for each thread.
    fn is_slow(&self) -> bool;

    /// Grades an answer; `offline` is the fingerprint of its offline grade.
    ///
    /// # Errors
    /// The reason to stop the run: no further answer can be graded.
    fn grade<'a>(
        &'a self,
        question: &'a PreparedQuestion,
        answer: &Answer<'a>,
        offline: Fingerprint,
        workspace: &mut Workspace,
    ) -> Result<Grade<'a>, Halt>;
}

/// The offline scorer. It never fails.
#[derive(Debug, Clone, Copy)]
pub struct OfflineGrader;

impl AnswerGrader for OfflineGrader {
    fn fingerprint(&self, offline: Fingerprint) -> Fingerprint {
        offline
    }

    fn grader(&self) -> Grader {
        Grader::Offline { version: VERSION }
    }

    fn is_slow(&self) -> bool {
        false
    }

    fn grade<'a>(
        &'a self,
        question: &'a PreparedQuestion,
        answer: &Answer<'a>,
        offline: Fingerprint,
        workspace: &mut Workspace,
    ) -> Result<Grade<'a>, Halt> {
        Ok(question.scorer().grade_with_fingerprint(answer, offline, workspace))
    }
}
