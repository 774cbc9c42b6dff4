//! Why a phrase did or did not earn anything: for people who write rubrics.

use super::grade::{Standing, Workspace};
use super::rubric::{PhrasePlace, Scorer, phrases};
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
    /// It counts nothing: it stands in a negated clause.
    Negated,
    /// It counts nothing: its sentence only repeats the question.
    Echo,
}

impl Scorer {
    /// Every phrase of the rubric, and what became of it in `answer`.
    pub fn explain<'a>(&'a self, answer: &Answer<'_>, workspace: &mut Workspace) -> Vec<Trace<'a>> {
        workspace.find(self, answer);
        let mut traces = Vec::with_capacity(self.targets.len());
        for (penalty, criteria) in [(false, &self.question.criteria), (true, &self.question.penalties)] {
            for (criterion, concept, any) in phrases(criteria) {
                traces.extend(any.iter().enumerate().map(|(phrase, text)| Trace {
                    place: PhrasePlace { penalty, criterion, concept, phrase },
                    phrase: text,
                    finds: Vec::new(),
                }));
            }
        }
        for hit in &workspace.hits {
            let reason = match workspace.standing(hit) {
                _ if hit.negated => Reason::Negated,
                Standing::Echo => Reason::Echo,
                Standing::Half => Reason::BareListing,
                Standing::Full => Reason::Counts,
            };
            let span = workspace.document.span(hit.first, hit.last);
            traces[hit.phrase as usize].finds.push(Find { span, how: hit.how, reason });
        }
        traces
    }
}
