//! Explains why a phrase earned points or not, for authors of rubrics.
//!
//! Finds phrases as grading does, and reports every match with its effect instead of points.

use super::grade::{HitWeight, Workspace};
use super::phrase_place::{PhrasePlace, Target};
use super::rubric::{Scorer, Weighing};
use crate::model::{Answer, MatchKind, Span};

/// A phrase and its matches in an answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PhraseMatches<'a> {
    /// Place of the phrase in the rubric.
    pub place: PhrasePlace,
    /// Text of the phrase.
    pub phrase: &'a str,
    /// Matches in order; empty if the phrase was not found.
    pub matches: Vec<PhraseMatch>,
}

/// A match of a phrase.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PhraseMatch {
    /// Byte range in the answer.
    pub span: Span,
    /// How the phrase was recognised.
    pub how: MatchKind,
    /// How the match counts, and why.
    pub effect: MatchEffect,
}

/// How a match counts, and why.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MatchEffect {
    /// Counts in full.
    Counts,
    /// Counts half, because it is in a bare list of terms.
    BareListing,
    /// Is in the scope of a negation: counts in full if the reference is negated too, otherwise half.
    Denied,
    /// Does not count, because it is in the scope of a negation.
    Negated,
    /// Does not count, because its sentence mostly repeats the question.
    Echo,
}

impl Scorer {
    /// The matches of every phrase of the rubric in `answer`. Phrases have no matches in an answer of more than
    /// [`Answer::LARGEST`] bytes.
    pub fn explain<'a>(&'a self, answer: &Answer<'_>, workspace: &mut Workspace) -> Vec<PhraseMatches<'a>> {
        if answer.check_length().is_ok() {
            workspace.find(self, answer);
        } else {
            workspace.hits.clear();
        }
        let criteria =
            |place: &PhrasePlace| if place.penalty { &self.question.penalties } else { &self.question.criteria };
        let phrase_of = |target: &Target| {
            let place = target.place;
            let phrase = &criteria(&place)[place.criterion].concepts[place.concept].any[place.phrase];
            PhraseMatches { place, phrase, matches: Vec::new() }
        };
        let mut phrases: Vec<PhraseMatches<'a>> = self.targets.iter().map(phrase_of).collect();
        for number in 0..workspace.hits.len() {
            let hit = &workspace.hits[number].clone();
            let weighing = self.weighing[self.targets[hit.phrase as usize].concept as usize];
            let is_counted = weighing == Weighing::Counted;
            let effect = match workspace.hit_weight(hit, weighing) {
                _ if is_counted && workspace.is_rejected(hit) != hit.asks_rejection => MatchEffect::Negated,
                HitWeight::Full if hit.negated => MatchEffect::Denied,
                HitWeight::Echo => MatchEffect::Echo,
                HitWeight::Half => MatchEffect::BareListing,
                HitWeight::Full => MatchEffect::Counts,
            };
            let span = workspace.document.span(hit.first, hit.last);
            phrases[hit.phrase as usize].matches.push(PhraseMatch { span, how: hit.how, effect });
        }
        phrases.sort_by_key(|phrase| phrase.place);
        phrases
    }
}
