//! Explains why a phrase earned points or not, for authors of rubrics.
//!
//! Finds phrases as grading does, and reports every match with its effect instead of points.

use super::grade::{HitWeight, Workspace};
use super::phrase_place::{PhrasePlace, Target};
use super::rubric::{Scorer, Weighing};
use crate::model::{Answer, MatchKind, Span};
use crate::pattern::{IdeaMatch, Scratch};
use crate::text::StanceWord;

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
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PhraseMatch {
    /// Byte range in the answer.
    pub span: Span,
    /// How the phrase was recognised.
    pub how: MatchKind,
    /// How the match counts, and why.
    pub effect: MatchEffect,
    /// The ideas that occur in the match.
    pub ideas: Vec<IdeaSpan>,
    /// The words that decide the stance towards the match, those with the greatest weights first. Empty unless the
    /// speaker rejects it.
    pub reasons: Vec<StanceWord>,
}

/// An idea at its place in an answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IdeaSpan {
    /// Id of the idea.
    pub id: String,
    /// Byte range in the answer.
    pub span: Span,
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
    /// Does not count, because the speaker rejects it.
    Rejected,
    /// Does not count, because the phrase asks for a rejection, and the speaker does not reject it.
    NotRejected,
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
        let idea_matches = self.idea_matches(workspace);
        for number in 0..workspace.hits.len() {
            let hit = workspace.hits[number];
            let target = &self.targets[hit.phrase as usize];
            let weighing = self.weighing[target.concept as usize];
            let is_rejected = weighing == Weighing::Counted && workspace.is_rejected(&hit, target.place.penalty);
            let effect = match workspace.hit_weight(&hit, weighing) {
                _ if is_rejected && !hit.asks_rejection => MatchEffect::Rejected,
                _ if !is_rejected && hit.asks_rejection => MatchEffect::NotRejected,
                HitWeight::Full if hit.negated && weighing != Weighing::Counted => MatchEffect::Denied,
                HitWeight::Echo => MatchEffect::Echo,
                HitWeight::Half => MatchEffect::BareListing,
                HitWeight::Full => MatchEffect::Counts,
            };
            let span = workspace.document.span(hit.first, hit.last);
            let within = idea_matches.iter().filter(|idea| idea.first >= hit.first && idea.last <= hit.last);
            let ideas = within.map(|idea| IdeaSpan {
                id: self.matcher.idea_id(idea.idea).to_owned(),
                span: workspace.document.span(idea.first, idea.last),
            });
            let ideas = ideas.collect();
            let reasons = if is_rejected && !hit.negated { workspace.reasons(&hit) } else { Vec::new() };
            let found = PhraseMatch { span, how: hit.how, effect, ideas, reasons };
            phrases[hit.phrase as usize].matches.push(found);
        }
        phrases.sort_by_key(|phrase| phrase.place);
        phrases
    }

    /// The occurrences of the ideas that the phrases use, each once.
    fn idea_matches(&self, workspace: &mut Workspace) -> Vec<IdeaMatch> {
        let Workspace { document, lexicon, hits, .. } = workspace;
        if hits.is_empty() {
            return Vec::new();
        }
        let mut scratch = Scratch::new();
        let mut ideas = self.matcher.find_hits_and_ideas(document, lexicon, &mut scratch, &mut Vec::new());
        ideas.sort_unstable_by_key(|idea| (idea.first, idea.last, idea.idea));
        ideas.dedup();
        ideas
    }
}
