//! Overviews for tests of reports.

use super::types::BatchReport;
use crate::agreement::Overview;
use crate::model::{Bands, Criterion, Flag, GradeSummary, Question, RowOutcome, Tenths, Thousandths};
use crate::report::grade::fixture;

/// A question with three criteria and a penalty.
pub(super) fn question(id: &str) -> Question {
    Question { id: id.into(), ..fixture::incident().question }
}

/// Adds `answers` graded answers to the question, with rising scores.
pub(super) fn add_answers(overview: &mut Overview, question: &Question, answers: u64) {
    for at in 0..answers {
        let grade = at * 1000 / answers.max(2) + 1000 / answers.max(2) / 2;
        let credit = |criterion: &Criterion, shift: u64| {
            let odd = (at * 7 + shift * 3 + u64::from(criterion.points)) % 5;
            Some(Thousandths(if grade * 5 / 1000 + odd > 3 + shift { 1000 } else { (odd as u32) * 100 }))
        };
        let credits = question.criteria.iter().zip(0..).map(|(criterion, shift)| credit(criterion, shift)).collect();
        let penalties = vec![Some(Thousandths(if at % 9 == 0 { 1000 } else { 0 }))];
        let score = Tenths(grade as u32);
        let band = question.bands.of(score);
        let outcome = RowOutcome::Graded { score, band, credits, penalties, fallback: false };
        let flags = if at % 11 == 0 { vec![Flag::TooShort] } else { Vec::new() };
        let marks = GradeSummary { question: question.id.clone(), outcome, flags, disputed: Vec::new(), usage: None };
        overview.add(at + 1, &format!("{}-{at}", question.id), &marks, Some(question));
    }
}

/// Adds `answers` answers that could not be graded.
pub(super) fn add_ungraded(overview: &mut Overview, answers: u64) {
    for at in 0..answers {
        let reason = if at % 3 == 0 { "the answer is empty" } else { "no question is called `x`" };
        overview.add(1000 + at, &format!("lost-{at}"), &GradeSummary::ungraded("x", reason), None);
    }
}

/// Adds an answer with a score and no credits.
pub(super) fn add_score(overview: &mut Overview, question: &str, tenths: u32) {
    let (score, band) = (Tenths(tenths), Bands::default().of(Tenths(tenths)));
    let outcome = RowOutcome::Graded { score, band, credits: Vec::new(), penalties: Vec::new(), fallback: false };
    let marks =
        GradeSummary { question: question.into(), outcome, flags: Vec::new(), disputed: Vec::new(), usage: None };
    overview.add(1, "x", &marks, None);
}

/// A report of `overview` without optional contents.
pub(super) fn report(overview: &Overview) -> BatchReport<'_> {
    BatchReport {
        overview,
        input: "answers.jsonl".into(),
        is_folder: false,
        output: None,
        bank: "the shipped bank".into(),
        grader: "offline scorer 1".into(),
        is_judged: false,
        disputed: None,
        calibration: None,
        fresh: overview.answers,
        reused: 0,
        below: None,
        found_questions: Vec::new(),
    }
}
