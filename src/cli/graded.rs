//! Answers that people graded, graded once more: what `eval` and `calibrate` begin with.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread;

use anyhow::{Context as _, bail};

use super::args::RowColumns;
use super::files::{is_stream, name, read_text};
use super::judge::Judging;
use super::printer::Printer;
use crate::agreement::{Columns, Given, Row, rows_from_csv, rows_from_jsonl};
use crate::bank::{Bank, BankError};
use crate::model::{Answer, Grade, Outcome};
use crate::score::{Scorer, Workspace};

/// Names that are told when there are more.
const NAMED: usize = 3;

/// Reads the rows of a file: CSV by its ending, else one JSON object a line; of a stream by how it begins.
pub(super) fn read_rows(path: &Path, columns: &RowColumns) -> anyhow::Result<Vec<Row>> {
    let columns = Columns {
        id: columns.id.clone(),
        question: columns.question.clone(),
        answer: columns.answer.clone(),
        score: columns.score.clone(),
    };
    let text = read_text(path)?;
    let is_table = if is_stream(path) {
        !text.trim_start_matches(['\u{feff}', ' ', '\n', '\r']).starts_with('{')
    } else {
        path.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("csv"))
    };
    let rows = if is_table { rows_from_csv(&text, &columns) } else { rows_from_jsonl(&text, &columns) };
    let rows = rows.with_context(|| name(path))?;
    if rows.is_empty() {
        bail!(
            "{} holds no answer\nhint: write one JSON object a line, with `question`, `answer` and `score`",
            name(path)
        );
    }
    if rows.iter().all(|row| row.score.is_none()) {
        bail!(
            "{} holds no score that people gave\nhint: put it into `{}`, or name another column with --score",
            name(path),
            columns.score
        );
    }
    Ok(rows)
}

/// The scorers of all questions that rows name, each made ready once.
pub(super) struct Graders {
    scorers: BTreeMap<String, Option<Scorer>>,
}

impl Graders {
    /// For the questions of `rows`; those that are not in the bank are told of.
    pub(super) fn new(bank: &Bank, rows: &[Row], printer: &Printer) -> anyhow::Result<Self> {
        let vocabulary = bank.vocabulary()?;
        let mut scorers = BTreeMap::new();
        let mut unknown = Vec::new();
        for row in rows {
            if scorers.contains_key(&row.question) {
                continue;
            }
            let scorer = match bank.entry(&row.question) {
                Ok(entry) => Some(bank.scorer(entry, &vocabulary)?),
                Err(BankError::UnknownQuestion { .. }) => {
                    unknown.push(row.question.as_str());
                    None
                }
                Err(error) => return Err(error.into()),
            };
            scorers.insert(row.question.clone(), scorer);
        }
        if unknown.len() == scorers.len() {
            let known: Vec<&str> = bank.entries().iter().take(NAMED).map(|entry| entry.id.as_str()).collect();
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
        Ok(Self { scorers })
    }

    /// Grades each row and hands it with its grade to `take`; `None` where its question is not in the bank. Judges
    /// grade all rows first, and may not come to an end.
    pub(super) fn grade_by<'a>(
        &'a self,
        judging: Option<&Judging<'_>>,
        rows: impl IntoIterator<Item = &'a Row>,
        mut take: impl FnMut(&'a Row, Option<Grade<'a>>),
    ) -> anyhow::Result<()> {
        let Some(judging) = judging else {
            self.grade(rows, take);
            return Ok(());
        };
        let rows: Vec<&Row> = rows.into_iter().collect();
        let grades = judged(&self.scorers, &rows, judging)?;
        rows.into_iter().zip(grades).for_each(|(row, grade)| take(row, grade));
        Ok(())
    }

    /// The same by the offline scorer.
    pub(super) fn grade<'a>(
        &'a self,
        rows: impl IntoIterator<Item = &'a Row>,
        mut take: impl FnMut(&'a Row, Option<Grade<'a>>),
    ) {
        let mut workspace = Workspace::new();
        for row in rows {
            let scorer = self.scorers.get(&row.question).and_then(Option::as_ref);
            let answer = Answer::new(&row.id, &row.answer);
            take(row, scorer.map(|scorer| scorer.grade(&answer, &mut workspace)));
        }
    }
}

/// Grades rows by judges, several at a time; `None` where a row's question is not in the bank. In the order of rows.
fn judged<'a>(
    scorers: &'a BTreeMap<String, Option<Scorer>>,
    rows: &[&'a Row],
    judging: &Judging<'_>,
) -> anyhow::Result<Vec<Option<Grade<'a>>>> {
    let (next, failed) = (AtomicUsize::new(0), AtomicBool::new(false));
    let work = || -> anyhow::Result<Vec<(usize, Option<Grade<'a>>)>> {
        let (mut workspace, mut done) = (Workspace::new(), Vec::new());
        while let (place, false) = (next.fetch_add(1, Ordering::Relaxed), failed.load(Ordering::Relaxed)) {
            let Some(row) = rows.get(place) else { break };
            let scorer = scorers.get(&row.question).and_then(Option::as_ref);
            let answer = Answer::new(&row.id, &row.answer);
            let grade = scorer.map(|scorer| judging.grade_one(scorer, &answer, &mut workspace)).transpose();
            done.push((place, grade.inspect_err(|_| failed.store(true, Ordering::Relaxed))?));
        }
        Ok(done)
    };
    let mut grades: Vec<Option<Grade<'a>>> = rows.iter().map(|_| None).collect();
    thread::scope(|scope| {
        let threads: Vec<_> = (0..judging.setup.concurrency).map(|_| scope.spawn(work)).collect();
        for thread in threads {
            let done = thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic));
            for (place, grade) in done? {
                grades[place] = grade;
            }
        }
        Ok(grades)
    })
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
