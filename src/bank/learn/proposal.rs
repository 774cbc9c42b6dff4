//! The proposals of one question, strongest first.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use serde::Serialize;

use super::aim::{Aim, At, Support, aim};
use super::candidates::{Candidate, candidates};
use super::contrast::{Contrast, GradedAnswer};
use super::excerpt::excerpt;
use super::seen::Seen;
use super::separation::Counts;
use crate::bank::places::CriterionPlaces;
use crate::bank::written::{free, hyphenated};
use crate::model::Criterion;

/// Examples of one proposal.
const EXAMPLES: usize = 3;

/// A phrase that high answers have and low ones lack, and that the rubric does not cover.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Proposal {
    /// The criterion that would take it in.
    pub criterion: String,
    /// As what.
    pub target: Target,
    /// The phrase, in the phrase language.
    pub phrase: String,
    /// High answers with it.
    pub high_with: usize,
    /// High answers in all.
    pub high: usize,
    /// Low answers with it.
    pub low_with: usize,
    /// Low answers in all.
    pub low: usize,
    /// Lower bound of the logarithm of the odds ratio, rounded to thousandths.
    pub strength: f64,
    /// Sentences of high answers with it, as they stand there; the first few.
    pub examples: Vec<String>,
}

/// As what a criterion takes a phrase in.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case", tag = "kind")]
pub enum Target {
    /// A further phrase of a concept.
    Alternative {
        /// Which concept.
        concept: String,
    },
    /// A concept of its own.
    NewConcept {
        /// Its id.
        concept: String,
    },
    /// What else an answer may say that is held against a reference answer.
    Term {
        /// Which reference, from 1.
        reference: usize,
        /// What it is to weigh.
        weight: f64,
    },
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Alternative { concept } => write!(f, "a further phrase of `{concept}`"),
            Self::NewConcept { concept } => write!(f, "a new concept `{concept}`"),
            Self::Term { reference, weight } => {
                write!(f, "more that an answer like reference {reference} may say, weighing {weight}")
            }
        }
    }
}

/// A proposal and where it goes.
pub(super) struct Aimed {
    pub(super) proposal: Proposal,
    pub(super) aim: Aim,
    /// One example, short enough for a comment.
    pub(super) excerpt: String,
}

impl Aimed {
    /// What the file says about the phrase.
    pub(super) fn comment(&self) -> String {
        let Proposal { high_with, high, low_with, low, ref phrase, .. } = self.proposal;
        let excerpt = &self.excerpt;
        format!("learned `{phrase}`: {high_with} of {high} high answers, {low_with} of {low} low: \"{excerpt}\"")
    }
}

/// The proposals that the contrasts of a question give, at most `limit`. `own` are the criteria of the
/// rubric file itself.
pub(super) fn proposals(
    own: &[(&Criterion, &CriterionPlaces)],
    contrasts: &[Contrast],
    answers: &[GradedAnswer<'_>],
    seen: &[Seen],
    limit: usize,
) -> Vec<Aimed> {
    let found = contrasts.iter().enumerate().flat_map(|(number, contrast)| candidates(number, contrast, seen));
    let mut found: Vec<Candidate> = found.collect();
    found.sort_by(Candidate::order);
    let mut taken: Vec<Candidate> = Vec::new();
    let mut proposals = Vec::new();
    let mut ids = ids(own);
    for candidate in found {
        if proposals.len() == limit {
            break;
        }
        if taken.iter().any(|known| candidate.repeats(known)) {
            continue;
        }
        let Some(contrast) = contrasts.get(candidate.contrast) else { continue };
        let support = Support { seen, holders: &candidate.holders, high: &contrast.high };
        if let Some(aim) = aim(own, contrast.criterion, &support) {
            proposals.extend(proposal(own, &candidate, aim, answers, seen, &mut ids));
            taken.push(candidate);
        }
    }
    proposals
}

/// By criterion: the ids of its concepts.
fn ids(own: &[(&Criterion, &CriterionPlaces)]) -> Vec<BTreeSet<String>> {
    let of = |criterion: &Criterion| criterion.concepts.iter().map(|concept| concept.id.clone()).collect();
    own.iter().map(|(criterion, _)| of(criterion)).collect()
}

fn proposal(
    own: &[(&Criterion, &CriterionPlaces)],
    candidate: &Candidate,
    aim: Aim,
    answers: &[GradedAnswer<'_>],
    seen: &[Seen],
    ids: &mut [BTreeSet<String>],
) -> Option<Aimed> {
    let (criterion, _) = own.get(aim.criterion)?;
    let places = candidate.holders.iter().filter_map(|&answer| {
        let text = answers.get(answer)?.text;
        Some((text, seen.get(answer)?.phrases.get(&candidate.stems)?))
    });
    let places: Vec<_> = places.collect();
    let phrase = most_frequent(places.iter().map(|(_, occurrence)| occurrence.written.as_str()))?;
    let mut examples: Vec<String> = Vec::new();
    for example in places.iter().filter_map(|(text, occurrence)| text.get(occurrence.sentence.clone())) {
        if examples.len() < EXAMPLES && !examples.iter().any(|known| known == example) {
            examples.push(example.to_owned());
        }
    }
    let target = match aim.at {
        At::Concept(number) => Target::Alternative { concept: criterion.concepts.get(number)?.id.clone() },
        At::NewConcept => Target::NewConcept { concept: id_of(&phrase, ids.get_mut(aim.criterion)?) },
        At::Reference { number, weight } => {
            Target::Term { reference: number + 1, weight: f64::from(weight.0) / 1000.0 }
        }
    };
    let Counts { high_with, high, low_with, low } = candidate.counts;
    let strength = candidate.strength as f64 / 1000.0;
    let (text, first) = places.first()?;
    let excerpt = excerpt(text, &first.sentence, &first.words);
    let criterion = criterion.id.clone();
    let proposal = Proposal { criterion, target, phrase, high_with, high, low_with, low, strength, examples };
    Some(Aimed { proposal, aim, excerpt })
}

/// The one there are most of; of several the first in alphabetical order.
fn most_frequent<'t>(texts: impl Iterator<Item = &'t str>) -> Option<String> {
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for text in texts {
        *counts.entry(text).or_default() += 1;
    }
    let best = counts.into_iter().rev().max_by_key(|(_, count)| *count);
    best.map(|(text, _)| text.to_owned())
}

/// An id from a phrase, with a number where it is taken.
fn id_of(phrase: &str, taken: &mut BTreeSet<String>) -> String {
    match hyphenated(phrase).as_str() {
        "" => free("learned", taken),
        id => free(id, taken),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_most_frequent_way_to_write_it_is_shown() {
        assert_eq!(most_frequent(["b", "a", "b", "a", "c"].into_iter()).as_deref(), Some("a"));
        assert_eq!(most_frequent(["b", "a", "b"].into_iter()).as_deref(), Some("b"));
        assert_eq!(most_frequent([].into_iter()), None);
    }

    #[test]
    fn a_new_concept_gets_an_id_of_its_own() {
        let mut taken = BTreeSet::from(["a-b".to_owned()]);
        assert_eq!(id_of("a b", &mut taken), "a-b-2");
        assert_eq!(id_of("a b", &mut taken), "a-b-3");
        assert_eq!(id_of("é", &mut taken), "learned");
    }
}
