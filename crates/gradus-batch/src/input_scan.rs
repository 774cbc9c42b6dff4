//! Scans the rows of an input without grading them: to list the questions of rows, or to estimate costs.
//!
//! A pass ends at the end of the input, at an error, or when the caller stops it. Errors of the input and of rows are
//! ignored here, because the run that grades the rows reports them.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicBool, Ordering};

use super::input::{Block, Input};
use super::row::Row;
use super::row_question::{self, RowQuestion};
use gradus_core::model::Answer;
use gradus_core::questions::{PreparedQuestion, Questions};

/// The questions of all rows, as indexes into the entries of the bank. `default_question` is the question of rows that
/// name none.
pub fn questions_of_rows(
    input: &mut Input,
    questions: &Questions,
    default_question: Option<&str>,
    stop: &AtomicBool,
) -> BTreeSet<usize> {
    let mut found = BTreeSet::new();
    scan(input, questions, default_question, stop, |_, question| {
        found.extend(question.as_ref().as_ref().ok().map(|question| question.place));
    });
    found
}

/// Passes each answer that can be graded to `take`, with its question. `default_question` is the question of rows that
/// name none.
pub fn each_answer(
    input: &mut Input,
    questions: &Questions,
    default_question: Option<&str>,
    stop: &AtomicBool,
    mut take: impl FnMut(&PreparedQuestion, &Answer<'_>),
) {
    scan(input, questions, default_question, stop, |row, found| {
        let question = found.as_ref().as_ref().ok().and_then(|found| questions.prepare(found).ok());
        if let (Some(question), Ok(text)) = (question, &row.answer) {
            let id = row.id.as_deref().unwrap_or_default();
            take(question, &Answer { id, text, body: row.body });
        }
    });
}

/// Passes each row with an answer to `take`, with the question that was found for it.
fn scan(
    input: &mut Input,
    questions: &Questions,
    default_question: Option<&str>,
    stop: &AtomicBool,
    mut take: impl FnMut(&Row<'_>, &RowQuestion),
) {
    let mut block = Block::default();
    let (columns, finds_by_answer) = (input.columns().clone(), input.is_folder());
    while !stop.load(Ordering::Relaxed) && input.fill(&mut block).unwrap_or(false) {
        for place in 0..block.len() {
            let row = block.row(place, &columns);
            let Ok(answer) = &row.answer else { continue };
            let name = row.question.as_deref().or(default_question);
            let searched = finds_by_answer.then(|| answer.get(row.body..).unwrap_or_default());
            take(&row, &row_question::find(questions, name, searched));
        }
    }
}
