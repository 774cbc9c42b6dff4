//! A look at all rows before any is graded.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicBool, Ordering};

use super::input::{Block, Input};
use super::questions::{Questions, Settled};
use super::row::Row;
use gradus_core::model::Answer;
use gradus_core::score::Scorer;

/// The places in the bank of all questions that rows are about. Reads the input to its end, or as far as it can
/// be read: what is wrong with it is told when rows are graded.
pub fn survey(
    input: &mut Input,
    questions: &Questions<'_>,
    otherwise: Option<&str>,
    stop: &AtomicBool,
) -> BTreeSet<usize> {
    let mut found = BTreeSet::new();
    walk(input, questions, otherwise, stop, &mut |_, _, settled| found.extend(settled.place()));
    found
}

/// Shows each answer that can be graded, with what grades it; reads as far as [`survey`].
pub fn each_answer(
    input: &mut Input,
    questions: &Questions<'_>,
    otherwise: Option<&str>,
    stop: &AtomicBool,
    take: &mut dyn FnMut(u64, &Scorer, &Answer<'_>),
) {
    walk(input, questions, otherwise, stop, &mut |number, row, settled| {
        if let (Ok(scorer), Ok(text)) = (questions.scorer(settled), &row.answer) {
            let id = row.id.as_deref().unwrap_or_default();
            take(number, scorer, &Answer { id, text, body: row.body });
        }
    });
}

fn walk(
    input: &mut Input,
    questions: &Questions<'_>,
    otherwise: Option<&str>,
    stop: &AtomicBool,
    take: &mut dyn FnMut(u64, &Row<'_>, &Settled),
) {
    let (mut block, mut number) = (Block::default(), 0);
    let (columns, tells) = (input.columns().clone(), input.is_folder());
    while !stop.load(Ordering::Relaxed) && input.fill(&mut block).unwrap_or(false) {
        for place in 0..block.len() {
            let row = block.row(place, &columns);
            number += 1;
            let Ok(answer) = &row.answer else { continue };
            let (name, told) =
                (row.question.as_deref().or(otherwise), tells.then(|| answer.get(row.body..).unwrap_or_default()));
            take(number - 1, &row, &questions.of_row(name, told, &columns.question));
        }
    }
}
