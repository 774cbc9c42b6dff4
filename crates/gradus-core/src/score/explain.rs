//! Why a phrase did or did not earn anything: for people who write rubrics.

use super::grade::{Standing, Workspace};
use super::rubric::{PhrasePlace, Scorer, Target, Weighing};
use crate::model::{Answer, How, Span};

/// What became of one phrase.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trace<'a> {
    /// Where it stands in the rubric.
    pub place: PhrasePlace,
    /// The phrase.
    pub phrase: &'a str,
    /// Every place it was found at, in order; none where it was not found.
    pub finds: Vec<Find>,
}

/// One place that a phrase was found at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Find {
    /// Where.
    pub span: Span,
    /// How.
    pub how: How,
    /// What it counts for.
    pub reason: Reason,
}

/// What a find counts for, and why.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reason {
    /// It counts.
    Counts,
    /// It counts half: its sentence is bare listing.
    BareListing,
    /// It stands in a negated clause, and counts fully where the reference denies it too, else half.
    Denied,
    /// It counts nothing: it stands in a negated clause.
    Negated,
    /// It counts nothing: its sentence only repeats the question.
    Echo,
}

impl Scorer {
    /// Every phrase of the rubric, and what became of it in `answer`. In an answer of more than [`Answer::LARGEST`] bytes
    /// nothing is found.
    pub fn explain<'a>(&'a self, answer: &Answer<'_>, workspace: &mut Workspace) -> Vec<Trace<'a>> {
        if answer.check_length().is_ok() {
            workspace.find(self, answer);
        } else {
            workspace.hits.clear();
        }
        let criteria =
            |place: &PhrasePlace| if place.penalty { &self.question.penalties } else { &self.question.criteria };
        let trace = |target: &Target| {
            let place = target.place;
            let phrase = &criteria(&place)[place.criterion].concepts[place.concept].any[place.phrase];
            Trace { place, phrase, finds: Vec::new() }
        };
        let mut traces: Vec<Trace<'a>> = self.targets.iter().map(trace).collect();
        for hit in &workspace.hits {
            let weighing = self.weighing[self.targets[hit.phrase as usize].concept as usize];
            let reason = match workspace.standing(hit, weighing) {
                _ if hit.negated && weighing == Weighing::Counted => Reason::Negated,
                Standing::Full if hit.negated => Reason::Denied,
                Standing::Echo => Reason::Echo,
                Standing::Half => Reason::BareListing,
                Standing::Full => Reason::Counts,
            };
            let span = workspace.document.span(hit.first, hit.last);
            traces[hit.phrase as usize].finds.push(Find { span, how: hit.how, reason });
        }
        traces.sort_by_key(|trace| trace.place);
        traces
    }
}
