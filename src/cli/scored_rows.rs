//! Grades answers that people graded, for `gradus eval` and `gradus calibrate`.
//!
//! Finds the question of each row, and gives the grade, the score and the credits of each row to the caller.

use std::collections::BTreeMap;

use super::hints::advised;
use super::printer::Printer;
use crate::agreement::{GraderResult, ScoredRow};
use crate::bank::BankError;
use crate::engine::Engine;
use crate::model::{Answer, Grade, Outcome};
use crate::questions::PreparedQuestion;
use crate::wording::{agreeing, counted};

/// Maximum number of names that a message lists.
const NAMED: usize = 3;

/// The questions of graded rows, each prepared once.
pub(super) struct RowQuestions<'e> {
    engine: &'e Engine,
    questions: BTreeMap<String, Option<&'e PreparedQuestion>>,
}

impl<'e> RowQuestions<'e> {
    /// Finds the questions of `rows`. Warns of questions that are not in the bank.
    ///
    /// # Errors
    /// When none of the questions is in the bank, or the rubric of one has faults.
    pub(super) fn new(engine: &'e Engine, rows: &[ScoredRow], printer: &Printer) -> anyhow::Result<Self> {
        let mut questions = BTreeMap::new();
        let mut unknown = Vec::new();
        for row in rows {
            if questions.contains_key(&row.question) {
                continue;
            }
            let question = match engine.question(&row.question) {
                Ok(question) => Some(question),
                Err(BankError::UnknownQuestion { .. }) => {
                    unknown.push(row.question.as_str());
                    None
                }
                Err(error) => return Err(error.into()),
            };
            questions.insert(row.question.clone(), question);
        }
        if unknown.len() == questions.len() {
            let known: Vec<&str> = engine.bank().entries().iter().take(NAMED).map(|entry| entry.id.as_str()).collect();
            return Err(advised(
                format!("none of the questions is in the bank: {}", first_names(&unknown)),
                format!("name another bank with --bank; the questions of this bank include {}", known.join(", ")),
            ));
        }
        if !unknown.is_empty() {
            let (is, their) = (agreeing(unknown.len(), "is", "are"), agreeing(unknown.len(), "its", "their"));
            let count = counted(unknown.len(), "question");
            printer.warning(&format!(
                "{count} {is} not in the bank: {}; {their} answers are not graded",
                first_names(&unknown)
            ));
        }
        Ok(Self { engine, questions })
    }

    /// Grades rows and passes each row with its grade to `take`, in order. A row whose question is not in the bank has no
    /// grade.
    pub(super) fn grade<'r>(
        &self,
        rows: impl IntoIterator<Item = &'r ScoredRow>,
        mut take: impl FnMut(&'r ScoredRow, Option<Grade<'r>>),
    ) -> anyhow::Result<()>
    where
        'e: 'r,
    {
        let rows: Vec<&'r ScoredRow> = rows.into_iter().collect();
        let answer = |row: &&'r ScoredRow| {
            let question = self.questions.get(&row.question).copied().flatten();
            (question, Answer::new(&row.id, &row.answer))
        };
        let answers: Vec<_> = rows.iter().map(answer).collect();
        self.engine.grade_all(&answers, |index, grade| {
            if let Some(row) = rows.get(index) {
                take(row, grade);
            }
        })?;
        Ok(())
    }
}

/// The first names of a list in quotation marks, and the number of the other names.
pub(super) fn first_names(names: &[&str]) -> String {
    let quoted: Vec<String> = names.iter().take(NAMED).map(|name| format!("`{name}`")).collect();
    let more = match names.len().saturating_sub(NAMED) {
        0 => String::new(),
        others => format!(" and {others} more"),
    };
    quoted.join(", ") + &more
}

/// The result of a grader that is compared with people: `score`, and the credits of the criteria in `grade`.
pub(super) fn grader_result(grade: &Grade<'_>, score: Option<f64>) -> GraderResult {
    let credits = grade.criteria.iter().map(|criterion| (criterion.id.to_string(), criterion.credit.as_f64()));
    GraderResult { score, criteria: credits.collect(), words: grade.delivery.words }
}

/// The share of points earned. `None` if the answer could not be graded or the rubric has no points.
pub(super) fn share(grade: &Grade<'_>) -> Option<f64> {
    match grade.outcome {
        Outcome::Graded { earned, possible, .. } if possible.0 > 0 => Some(earned.as_f64() / possible.as_f64()),
        _ => None,
    }
}

/// The reason why a row has no score.
pub(super) fn reason(grade: Option<&Grade<'_>>) -> String {
    match grade.map(|grade| &grade.outcome) {
        None => "its question is not in the bank".to_owned(),
        Some(Outcome::Ungraded { reason }) => reason.to_string(),
        Some(Outcome::Graded { .. }) => "the rubric has no points".to_owned(),
    }
}
