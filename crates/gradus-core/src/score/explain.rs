//! Explains why a phrase earned points or not, for authors of rubrics.
//!
//! Finds phrases as grading does, and reports every match with its reason instead of points.

use super::grade::{Standing, Workspace};
use super::rubric::{PhrasePlace, Scorer, Target, Weighing};
use crate::model::{Answer, MatchKind, Span};

/// A phrase and its matches in an answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trace<'a> {
    /// Place of the phrase in the rubric.
    pub place: PhrasePlace,
    /// Text of the phrase.
    pub phrase: &'a str,
    /// Matches in order; empty if the phrase was not found.
    pub finds: Vec<Find>,
}

/// A match of a phrase.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Find {
    /// Byte range in the answer.
    pub span: Span,
    /// How the phrase was recognised.
    pub how: MatchKind,
    /// How the match counts, and why.
    pub reason: Reason,
}

/// How a match counts, and why.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reason {
    /// Counts in full.
    Counts,
    /// Counts half, because it is in a bare list of terms.
    BareListing,
    /// Is in the scope of a negation: counts in full if the reference is negated too, otherwise half.
    Denied,
    /// Counts nothing, because it is in the scope of a negation.
    Negated,
    /// Counts nothing, because its sentence only repeats the question.
    Echo,
}

impl Scorer {
    /// The matches of every phrase of the rubric in `answer`. Phrases have no matches in an answer of more than
    /// [`Answer::LARGEST`] bytes.
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
