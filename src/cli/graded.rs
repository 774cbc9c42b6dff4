//! Answers that people graded, graded once more: what `eval` and `calibrate` begin with.

use std::collections::BTreeMap;

use anyhow::bail;

use super::printer::Printer;
use crate::agreement::{Given, Row};
use crate::bank::BankError;
use crate::engine::Engine;
use crate::model::{Answer, Grade, Outcome};
use crate::questions::PreparedQuestion;

/// Names that are told when there are more.
const NAMED: usize = 3;

/// The questions of graded rows, each prepared once.
pub(super) struct RowQuestions<'e> {
    engine: &'e Engine,
    questions: BTreeMap<String, Option<&'e PreparedQuestion>>,
}

impl<'e> RowQuestions<'e> {
    /// Finds the questions of `rows`; those that are not in the bank are reported.
    pub(super) fn new(engine: &'e Engine, rows: &[Row], printer: &Printer) -> anyhow::Result<Self> {
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
            bail!(
                "none of the questions is in the bank: {}\nhint: name the bank with --bank; its questions are {} ...",
                few(&unknown),
                known.join(", ")
            );
        }
        if !unknown.is_empty() {
            let (count, verb) = (unknown.len(), if unknown.len() == 1 { "question is" } else { "questions are" });
            printer
                .warning(&format!("{count} {verb} not in the bank: {}; their answers are not graded", few(&unknown)));
        }
        Ok(Self { engine, questions })
    }

    /// Grades rows and passes each with its grade to `take`, in order; there is no grade where the question is not in
    /// the bank.
    pub(super) fn grade<'r>(
        &self,
        rows: impl IntoIterator<Item = &'r Row>,
        mut take: impl FnMut(&'r Row, Option<Grade<'r>>),
    ) -> anyhow::Result<()>
    where
        'e: 'r,
    {
        let rows: Vec<&'r Row> = rows.into_iter().collect();
        let answer = |row: &&'r Row| {
            let question = self.questions.get(&row.question).copied().flatten();
            (question, Answer::new(&row.id, &row.answer))
        };
        let answers: Vec<_> = rows.iter().map(answer).collect();
        self.engine.grade_all(&answers, |place, grade| {
            if let Some(row) = rows.get(place) {
                take(row, grade);
            }
        })?;
        Ok(())
    }
}

/// The first names of a list, and how many more there are.
pub(super) fn few(names: &[&str]) -> String {
    let quoted: Vec<String> = names.iter().take(NAMED).map(|name| format!("`{name}`")).collect();
    let more = match names.len().saturating_sub(NAMED) {
        0 => String::new(),
        others => format!(" and {others} more"),
    };
    quoted.join(", ") + &more
}

/// What a grade gives to be measured: its score as `score` says, and the credits of its criteria.
pub(super) fn given(grade: &Grade<'_>, score: Option<f64>) -> Given {
    let credits = grade.criteria.iter().map(|criterion| (criterion.id.to_string(), criterion.credit.as_f64()));
    Given { score, criteria: credits.collect(), words: grade.delivery.words }
}

/// The share of points earned; `None` where the answer could not be graded.
pub(super) fn share(grade: &Grade<'_>) -> Option<f64> {
    match grade.outcome {
        Outcome::Graded { earned, possible, .. } if possible.0 > 0 => Some(earned.as_f64() / possible.as_f64()),
        _ => None,
    }
}

/// Why there is no score.
pub(super) fn reason(grade: Option<&Grade<'_>>) -> String {
    match grade.map(|grade| &grade.outcome) {
        None => "its question is not in the bank".to_owned(),
        Some(Outcome::Ungraded { reason }) => reason.to_string(),
        Some(Outcome::Graded { .. }) => "the rubric has no points".to_owned(),
    }
}
