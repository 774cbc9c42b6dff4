//! Turns one row into one result: finds its question, computes its key, then grades it or records why it has no grade.
//!
//! Rows are processed independently, so any thread may take any row. Rows with the id and question of an earlier row are
//! detected by `ordered_output`, which knows the order of rows.

use std::borrow::Cow;
use std::io;

use super::answer_grader::AnswerGrader;
use super::input::Input;
use super::key::{self, Key};
use super::row::{Columns, Row, first_characters};
use super::row_question::{self, NoQuestion, RowQuestion};
use super::run_folder::{Entry, Shard};
use super::run_plan::{RenderGrade, RunPlan};
use gradus_core::judge::Halt;
use gradus_core::model::{Answer, CarriedValue, Fingerprint, Grade, Question, RowOutcome, non_text};
use gradus_core::questions::{PreparedQuestion, Questions};
use gradus_core::score::Workspace;

/// Why a row has no result.
pub(super) enum RowError {
    /// The result cannot be formatted.
    Render(io::Error),
    /// The grader stops the run.
    Halted(Halt),
}

impl From<io::Error> for RowError {
    fn from(error: io::Error) -> Self {
        Self::Render(error)
    }
}

impl From<serde_json::Error> for RowError {
    fn from(error: serde_json::Error) -> Self {
        Self::Render(error.into())
    }
}

/// Processes the rows of one input.
pub(super) struct RowProcessor<'w> {
    pub(super) questions: &'w Questions,
    /// The question of rows that name none.
    pub(super) default_question: Option<&'w str>,
    /// Whether the answer determines the question if no question is named.
    pub(super) finds_by_answer: bool,
    pub(super) columns: &'w Columns,
    /// Fingerprint of the settings that all results share.
    pub(super) layout: Fingerprint,
    pub(super) shard: Option<Shard>,
    pub(super) render: &'w RenderGrade<'w>,
    pub(super) grader: &'w dyn AnswerGrader,
    /// Whether results that fell back to the offline scorer count as missing.
    pub(super) retries_fallback: bool,
}

/// A row that is ready to be graded or refused.
pub(super) struct PreparedRow<'a> {
    pub(super) line: u64,
    pub(super) id: Cow<'a, str>,
    /// Hash of id and question, to detect duplicates. `None` for rows without an id and for refused rows.
    pub(super) duplicate_key: Option<u64>,
    pub(super) key: Key,
    pub(super) found: Option<RowQuestion>,
    pub(super) task: RowTask<'a>,
    kept: Vec<CarriedValue<'a>>,
}

/// The remaining work for a prepared row.
pub(super) enum RowTask<'a> {
    Grade {
        question: &'a PreparedQuestion,
        text: Cow<'a, str>,
        /// Byte of `text` at which the answer proper starts, after front matter.
        body: usize,
        /// Fingerprint of the offline grade.
        fingerprint: Fingerprint,
    },
    Refuse {
        /// The question as the row names it; empty if it names none.
        question: String,
        reason: String,
        fingerprint: Fingerprint,
    },
}

impl RowTask<'_> {
    /// Id of the question, or the name that a refused row gives it.
    fn question_id(&self) -> &str {
        match self {
            Self::Grade { question, .. } => &question.question().id,
            Self::Refuse { question, .. } => question,
        }
    }

    fn refuse(question: String, reason: String) -> Self {
        let fingerprint = key::fingerprint_of_reason(&question, &reason);
        Self::Refuse { question, reason, fingerprint }
    }
}

impl<'w> RowProcessor<'w> {
    /// A processor for the rows of `input`.
    pub(super) fn new(plan: &'w RunPlan<'w>, input: &Input, columns: &'w Columns) -> Self {
        Self {
            questions: plan.questions,
            default_question: plan.default_question,
            finds_by_answer: input.is_folder(),
            columns,
            layout: plan.layout.fingerprint(),
            shard: plan.layout.shard,
            render: plan.render,
            grader: plan.grader,
            retries_fallback: plan.retries_fallback,
        }
    }

    /// Whether an earlier result counts as missing, so that its row is graded again.
    pub(super) fn must_regrade(&self, entry: &Entry) -> bool {
        self.retries_fallback && matches!(entry.summary.outcome, RowOutcome::Graded { fallback: true, .. })
    }

    /// Whether the row with this number belongs to another shard. Rows are numbered from 0.
    pub(super) fn is_in_other_shard(&self, number: u64) -> bool {
        self.shard.is_some_and(|shard| !shard.has(number))
    }

    /// The number of a row among the rows of this shard, from 0.
    pub(super) fn number_in_shard(&self, number: u64) -> u64 {
        self.shard.map_or(number, |shard| number / u64::from(shard.of))
    }

    /// Prepares a row; `number` is its number among all rows, from 0.
    pub(super) fn prepare<'a>(&self, number: u64, row: Row<'a>) -> PreparedRow<'a>
    where
        'w: 'a,
    {
        let Row { line, id, question: name, answer, body, kept } = row;
        let has_id = id.is_some();
        let id = id.unwrap_or_else(|| Cow::Owned(format!("row-{}", number + 1)));
        let answer = answer.and_then(|text| match non_text(text.as_bytes()) {
            Some(kind) => Err(kind.reason()),
            None => Ok(text),
        });
        let (found, task) = self.task(&id, name.as_deref(), answer, body);
        let fingerprint = match &task {
            RowTask::Grade { fingerprint, .. } => {
                let matched = found.as_deref().and_then(|found| found.as_ref().ok()).map(|found| &found.matched);
                key::fingerprint_with_match(&self.grader.fingerprint(*fingerprint), matched)
            }
            RowTask::Refuse { fingerprint, .. } => *fingerprint,
        };
        // A refused row claims no id, because a corrected row with the same id may follow.
        let claims_id = has_id && matches!(task, RowTask::Grade { .. });
        let duplicate_key = claims_id.then(|| key::short_fingerprint_of_id(&id, task.question_id()));
        let key = Key::new(&self.layout, &fingerprint, &id, &kept);
        PreparedRow { line, id, duplicate_key, key, found, task, kept }
    }

    /// The question of a row and the work for it. A row without a usable answer or question is refused.
    fn task<'a>(
        &self,
        id: &str,
        name: Option<&str>,
        answer: Result<Cow<'a, str>, String>,
        body: usize,
    ) -> (Option<RowQuestion>, RowTask<'a>)
    where
        'w: 'a,
    {
        let name = name.or(self.default_question);
        let refuse = |reason| RowTask::refuse(name.unwrap_or_default().to_owned(), reason);
        let text = match answer {
            Ok(text) => text,
            Err(reason) => return (None, refuse(reason)),
        };
        let searched = self.finds_by_answer.then(|| text.get(body..).unwrap_or_default());
        let found = row_question::find(self.questions, name, searched);
        let task = match row_question::prepared(self.questions, &found, name, &self.columns.question) {
            Ok(question) => {
                let fingerprint = question.scorer().fingerprint_of(&Answer { id, text: &text, body });
                RowTask::Grade { question, text, body, fingerprint }
            }
            Err(NoQuestion(reason)) => refuse(reason),
        };
        (Some(found), task)
    }

    /// The same row, refused because the row in line `first` has its id and question.
    pub(super) fn refuse_duplicate<'a>(&self, row: PreparedRow<'a>, first: u64) -> PreparedRow<'a> {
        let reason = format!("line {first} already has the id `{}` for the same question", first_characters(&row.id));
        let task = RowTask::refuse(row.task.question_id().to_owned(), reason);
        let RowTask::Refuse { fingerprint, .. } = &task else { return row };
        let key = Key::new(&self.layout, fingerprint, &row.id, &row.kept);
        PreparedRow { key, task, ..row }
    }

    /// Grades or refuses a row: appends its result to `results`, and returns its journal entry.
    pub(super) fn finish(
        &self,
        row: &PreparedRow<'_>,
        workspace: &mut Workspace,
        results: &mut Vec<u8>,
    ) -> Result<Entry, RowError> {
        let start = results.len();
        let grade = match &row.task {
            RowTask::Grade { question, text, body, fingerprint } => {
                let answer = Answer { id: &row.id, text, body: *body };
                let grade = self.grader.grade(question, &answer, *fingerprint, workspace).map_err(RowError::Halted)?;
                let found = row.found.as_deref().and_then(|found| found.as_ref().ok());
                Grade { question_match: found.map(|found| found.matched.clone()), ..grade }
            }
            RowTask::Refuse { question, reason, fingerprint } => {
                let grader = self.grader.grader();
                Grade::ungraded(&row.id, question, Cow::Borrowed(reason), grader, *fingerprint)
            }
        };
        let summary = (self.render)(&grade, &row.kept, results)?;
        let written = &results[start..];
        let (length, checksum) = (written.len() as u32, crc32fast::hash(written));
        Ok(Entry { key: row.key, length, checksum, line: row.line, id: row.id.to_string(), summary })
    }
}

impl<'a> PreparedRow<'a> {
    /// The question that grades the row; `None` for refused rows.
    pub(super) fn question(&self) -> Option<&'a Question> {
        match &self.task {
            RowTask::Grade { question, .. } => Some(question.question()),
            RowTask::Refuse { .. } => None,
        }
    }
}
