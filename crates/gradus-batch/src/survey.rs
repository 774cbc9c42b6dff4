//! A look at all rows before any is graded.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicBool, Ordering};

use super::input::{Block, Input};
use super::row::Row;
use super::row_question::{self, RowQuestion};
use gradus_core::model::Answer;
use gradus_core::questions::{PreparedQuestion, Questions};

/// The places in the bank of all questions that rows are about. Reads the input to its end, or as far as it can
/// be read: what is wrong with it is told when rows are graded.
pub fn survey(input: &mut Input, questions: &Questions, otherwise: Option<&str>, stop: &AtomicBool) -> BTreeSet<usize> {
    let mut found = BTreeSet::new();
    walk(input, questions, otherwise, stop, &mut |_, row| {
        found.extend(row.as_ref().as_ref().ok().map(|found| found.place));
    });
    found
}

/// Shows each answer that can be graded, with what grades it; reads as far as [`survey`].
pub fn each_answer(
    input: &mut Input,
    questions: &Questions,
    otherwise: Option<&str>,
    stop: &AtomicBool,
    take: &mut dyn FnMut(&PreparedQuestion, &Answer<'_>),
) {
    walk(input, questions, otherwise, stop, &mut |row, found| {
        let question = found.as_ref().as_ref().ok().and_then(|found| questions.prepare(found).ok());
        if let (Some(question), Ok(text)) = (question, &row.answer) {
            let id = row.id.as_deref().unwrap_or_default();
            take(question, &Answer { id, text, body: row.body });
        }
    });
}

fn walk(
    input: &mut Input,
    questions: &Questions,
    otherwise: Option<&str>,
    stop: &AtomicBool,
    take: &mut dyn FnMut(&Row<'_>, &RowQuestion),
) {
    let mut block = Block::default();
    let (columns, tells) = (input.columns().clone(), input.is_folder());
    while !stop.load(Ordering::Relaxed) && input.fill(&mut block).unwrap_or(false) {
        for place in 0..block.len() {
            let row = block.row(place, &columns);
            let Ok(answer) = &row.answer else { continue };
            let (name, told) =
                (row.question.as_deref().or(otherwise), tells.then(|| answer.get(row.body..).unwrap_or_default()));
            take(&row, &row_question::of_row(questions, name, told));
        }
    }
}
