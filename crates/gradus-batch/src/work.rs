//! What is done with a row: settle its question, tell whether its result is known, grade it.
//!
//! Rows do not know of each other here, so any thread may take any of them.

use std::borrow::Cow;
use std::io;

use super::input::Input;
use super::key::{self, Key};
use super::row::{Columns, Row, short};
use super::row_question::{self, NoQuestion, RowQuestion};
use super::run::Plan;
use super::run_folder::{Entry, Shard};
use gradus_core::judge::Halt;
use gradus_core::model::{
    Answer, CarriedValue, Fingerprint, Grade, GradeSummary, Grader, Outcome, Question, RowOutcome, SCHEMA, non_text,
};
use gradus_core::questions::{PreparedQuestion, Questions};
use gradus_core::score::{VERSION, Workspace};

/// Appends the result of a row, with its kept columns, and returns its summary.
pub type Render<'r> = dyn Fn(&Grade<'_>, &[CarriedValue<'_>], &mut Vec<u8>) -> io::Result<GradeSummary> + Sync + 'r;

/// Grades the answers of a batch.
pub trait AnswerGrader: Sync {
    /// The fingerprint of a grade, from that of the offline grade.
    fn fingerprint(&self, offline: Fingerprint) -> Fingerprint;

    /// The grader as results name it.
    fn grader(&self) -> Grader;

    /// Whether each answer takes long, so that rows are read one by one and several wait for each thread.
    fn is_slow(&self) -> bool;

    /// Grades an answer; `offline` is the fingerprint of its offline grade.
    ///
    /// # Errors
    /// When no more answers can be graded.
    fn grade<'a>(
        &'a self,
        question: &'a PreparedQuestion,
        answer: &Answer<'a>,
        offline: Fingerprint,
        workspace: &mut Workspace,
    ) -> Result<Grade<'a>, Halt>;
}

/// The offline scorer.
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

/// Why a row has no result.
pub(super) enum Unfinished {
    Writing(io::Error),
    Halted(Halt),
}

impl From<io::Error> for Unfinished {
    fn from(error: io::Error) -> Self {
        Self::Writing(error)
    }
}

impl From<serde_json::Error> for Unfinished {
    fn from(error: serde_json::Error) -> Self {
        Self::Writing(error.into())
    }
}

/// How rows become results.
pub(super) struct Work<'w> {
    pub(super) questions: &'w Questions,
    /// The question of rows that name none.
    pub(super) otherwise: Option<&'w str>,
    /// Whether it is told from the answer where there is none of these.
    pub(super) tells: bool,
    pub(super) columns: &'w Columns,
    pub(super) layout: Fingerprint,
    pub(super) shard: Option<Shard>,
    pub(super) render: &'w Render<'w>,
    pub(super) grader: &'w dyn AnswerGrader,
    /// Whether results for which the offline scorer stood in count as missing.
    pub(super) retries_fallback: bool,
}

/// A row of which everything is settled but its grade.
pub(super) struct Ready<'a> {
    pub(super) line: u64,
    pub(super) id: Cow<'a, str>,
    /// By what a second row of the same id and question is told; `None` for rows without an id or that are refused.
    pub(super) same: Option<u64>,
    pub(super) key: Key,
    pub(super) found: Option<RowQuestion>,
    pub(super) task: Task<'a>,
    kept: Vec<CarriedValue<'a>>,
}

/// What is left to do.
pub(super) enum Task<'a> {
    /// `print` is that of the offline grade.
    Grade {
        question: &'a PreparedQuestion,
        text: Cow<'a, str>,
        body: usize,
        print: Fingerprint,
    },
    Refuse {
        question: String,
        reason: String,
        print: Fingerprint,
    },
}

impl<'w> Work<'w> {
    /// As planned, for rows of that input.
    pub(super) fn new(plan: &'w Plan<'w>, input: &Input, columns: &'w Columns) -> Self {
        Self {
            questions: plan.questions,
            otherwise: plan.otherwise,
            tells: input.is_folder(),
            columns,
            layout: plan.layout.fingerprint(),
            shard: plan.layout.shard,
            render: plan.render,
            grader: plan.grader,
            retries_fallback: plan.retries_fallback,
        }
    }

    /// Whether a result of before counts as missing.
    pub(super) fn is_open(&self, entry: &Entry) -> bool {
        self.retries_fallback && matches!(entry.marks.outcome, RowOutcome::Graded { fallback: true, .. })
    }

    /// Whether the row of that number is not of this part.
    pub(super) fn is_foreign(&self, number: u64) -> bool {
        self.shard.is_some_and(|shard| !shard.has(number))
    }

    /// The place of a row among those of this part.
    pub(super) fn number_in_part(&self, number: u64) -> u64 {
        self.shard.map_or(number, |shard| number / u64::from(shard.of))
    }

    /// Settles a row; `number` is its place among all rows, from 0.
    pub(super) fn ready<'a>(&self, number: u64, row: Row<'a>) -> Ready<'a>
    where
        'w: 'a,
    {
        let Row { line, id, question, answer, body, kept } = row;
        let name = question.as_deref().or(self.otherwise);
        let is_named = id.is_some();
        let id = id.unwrap_or_else(|| Cow::Owned(format!("row-{}", number + 1)));
        let mut row_question = None;
        let answer = answer.and_then(|text| match non_text(text.as_bytes()) {
            Some(kind) => Err(kind.reason()),
            None => Ok(text),
        });
        let task = match answer {
            Err(reason) => Err((name.unwrap_or_default().to_owned(), reason)),
            Ok(text) => {
                let told = self.tells.then(|| text.get(body..).unwrap_or_default());
                let found = row_question::of_row(self.questions, name, told);
                let prepared = row_question::prepared(self.questions, &found, name, &self.columns.question);
                row_question = Some(found);
                prepared
                    .map(|question| (question, text))
                    .map_err(|NoQuestion(reason)| (name.unwrap_or_default().to_owned(), reason))
            }
        };
        let (task, print) = match task {
            Ok((question, text)) => {
                let print = question.scorer().fingerprint_of(&Answer { id: &id, text: &text, body });
                let matched = row_question.as_deref().and_then(|found| found.as_ref().ok()).map(|found| &found.matched);
                let rests_on = key::print_with_match(&self.grader.fingerprint(print), matched);
                (Task::Grade { question, text, body, print }, rests_on)
            }
            Err((question, reason)) => {
                let print = key::print_of_reason(&question, &reason);
                (Task::Refuse { question, reason, print }, print)
            }
        };
        let asked = match &task {
            Task::Grade { question, .. } => &question.question().id,
            Task::Refuse { question, .. } => question,
        };
        // A row that cannot be graded claims no id: the row that was meant may still come.
        let same = (is_named && matches!(task, Task::Grade { .. })).then(|| key::same(&id, asked));
        let key = Key::new(&self.layout, &print, &id, &kept);
        Ready { line, id, same, key, found: row_question, task, kept }
    }

    /// The same row, refused because its id and question stood further above already.
    pub(super) fn duplicate<'a>(&self, ready: Ready<'a>, first: u64) -> Ready<'a> {
        let question = match &ready.task {
            Task::Grade { question, .. } => question.question().id.clone(),
            Task::Refuse { question, .. } => question.clone(),
        };
        let reason = format!("the id `{}` stands in line {first} already, with the same question", short(&ready.id));
        let print = key::print_of_reason(&question, &reason);
        let key = Key::new(&self.layout, &print, &ready.id, &ready.kept);
        Ready { key, task: Task::Refuse { question, reason, print }, ..ready }
    }

    /// Grades a row: its result goes to `data`, and what the journal says of it is returned.
    pub(super) fn finish(
        &self,
        ready: &Ready<'_>,
        workspace: &mut Workspace,
        data: &mut Vec<u8>,
    ) -> Result<Entry, Unfinished> {
        let start = data.len();
        let (mut grade, question) = match &ready.task {
            Task::Grade { question, text, body, print } => {
                let answer = Answer { id: &ready.id, text, body: *body };
                let grade = self.grader.grade(question, &answer, *print, workspace).map_err(Unfinished::Halted)?;
                (grade, Some(question.question()))
            }
            Task::Refuse { question, reason, print } => {
                let grader = self.grader.grader();
                (Grade { grader, ..ungraded(&ready.id, question, reason, *print) }, None)
            }
        };
        if question.is_some() {
            let found = ready.found.as_deref().and_then(|found| found.as_ref().ok());
            grade.question_match = found.map(|found| found.matched.clone());
        }
        let marks = (self.render)(&grade, &ready.kept, data)?;
        let written = &data[start..];
        let (length, checksum) = (written.len() as u32, crc32fast::hash(written));
        Ok(Entry { key: ready.key, length, checksum, line: ready.line, id: ready.id.to_string(), marks })
    }
}

impl<'a> Ready<'a> {
    /// The question it is graded against.
    pub(super) fn question(&self) -> Option<&'a Question> {
        match &self.task {
            Task::Grade { question, .. } => Some(question.question()),
            Task::Refuse { .. } => None,
        }
    }
}

fn ungraded<'a>(id: &'a str, question: &'a str, reason: &'a str, print: Fingerprint) -> Grade<'a> {
    Grade {
        schema: SCHEMA,
        id: Cow::Borrowed(id),
        question: Cow::Borrowed(question),
        question_match: None,
        outcome: Outcome::Ungraded { reason: Cow::Borrowed(reason) },
        calibrated: None,
        grader: Grader::Offline { version: VERSION },
        criteria: Vec::new(),
        penalties: Vec::new(),
        flags: Vec::new(),
        delivery: gradus_core::model::Delivery::default(),
        references: Vec::new(),
        advice: Vec::new(),
        fallback: None,
        unheard: Vec::new(),
        usage: None,
        fingerprint: print,
    }
}
