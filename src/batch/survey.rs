//! A first look at all rows: which questions they are about.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicBool, Ordering};

use super::input::{Block, Input};
use super::questions::Questions;

/// The places in the bank of all questions that rows are about. Reads the input to its end, or as far as it can
/// be read: what is wrong with it is told when rows are graded.
pub fn survey(
    input: &mut Input,
    questions: &Questions<'_>,
    otherwise: Option<&str>,
    stop: &AtomicBool,
) -> BTreeSet<usize> {
    let (mut found, mut block) = (BTreeSet::new(), Block::default());
    let (columns, tells) = (input.columns().clone(), input.is_folder());
    while !stop.load(Ordering::Relaxed) && input.fill(&mut block).unwrap_or(false) {
        for place in 0..block.len() {
            let row = block.row(place, &columns);
            let Ok(answer) = &row.answer else { continue };
            let (name, told) =
                (row.question.as_deref().or(otherwise), tells.then(|| answer.get(row.body..).unwrap_or_default()));
            found.extend(questions.of_row(name, told, &columns.question).place());
        }
    }
    found
}
