//! Questions and grade summaries for tests.

use crate::model::{
    Band, Bands, Basis, Criterion, GradeSummary, Level, Question, QuestionKind, RowOutcome, Tenths, Thousandths,
};

/// A question with criteria `c1`, `c2` and so on, and penalties `p1` and so on, with the given points.
pub(super) fn question(id: &str, criteria: &[u32], penalties: &[u32]) -> Question {
    let named = |prefix: char, points: &[u32]| {
        points.iter().zip(1..).map(|(&points, number)| criterion(format!("{prefix}{number}"), points)).collect()
    };
    Question {
        id: id.into(),
        topic: "topic".into(),
        kind: QuestionKind::Concept,
        level: Level::Core,
        prompt: "What is it?".into(),
        also_asked: Vec::new(),
        index_only: Vec::new(),
        known_as: Vec::new(),
        drafted: false,
        bands: Bands::default(),
        enough: None,
        criteria: named('c', criteria),
        penalties: named('p', penalties),
        goldens: Vec::new(),
    }
}

fn criterion(id: String, points: u32) -> Criterion {
    let basis = Basis::Count { need: 1 };
    Criterion { id, points, asks: String::new(), advice: None, basis, concepts: Vec::new() }
}

/// Credits from thousandths; a negative number is an undecided credit.
pub(super) fn credits(thousandths: &[i32]) -> Vec<Option<Thousandths>> {
    thousandths.iter().map(|&one| u32::try_from(one).ok().map(Thousandths)).collect()
}

/// An answer with a score in tenths.
pub(super) fn graded(question: &str, tenths: u32, criteria: &[i32], penalties: &[i32]) -> GradeSummary {
    let band = if tenths < 500 { Band::Weak } else { Band::Strong };
    let (credits, penalties) = (credits(criteria), credits(penalties));
    let outcome = RowOutcome::Graded { score: Tenths(tenths), band, credits, penalties, fallback: false };
    GradeSummary { question: question.into(), outcome, flags: Vec::new(), disputed: Vec::new(), usage: None }
}
