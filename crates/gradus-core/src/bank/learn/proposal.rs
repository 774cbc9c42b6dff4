//! The phrases of one question that are tried, strongest first, and what is proposed of them.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use serde::Serialize;

use super::aim::{Aim, At, Placed, Relation, Support, aim};
use super::candidates::{Candidate, candidates};
use super::contrast::{Contrast, GradedAnswer};
use super::excerpt::excerpt;
use super::holdout::HeldOut;
use super::relation::{Words, content, is_related};
use super::seen::Seen;
use super::separation::Counts;
use crate::bank::places::CriterionPlaces;
use crate::bank::written::{free, hyphenated};
use crate::model::Criterion;
use crate::pattern::Reader;

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
    /// High answers with it, of those that are not held out.
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
    /// By how much it raises agreement on the answers that were held out.
    pub held_out: HeldOut,
}

/// A phrase that high answers have and low ones lack, and that is about what no concept of the rubric is about. It is
/// not proposed and was not tried on the answers that were held out.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Suggestion {
    /// The criterion that most of its answers do not meet.
    pub criterion: String,
    /// The phrase, in the phrase language.
    pub phrase: String,
    /// High answers with it, of those that are not held out.
    pub high_with: usize,
    /// High answers in all.
    pub high: usize,
    /// Low answers with it.
    pub low_with: usize,
    /// Low answers in all.
    pub low: usize,
    /// A sentence of a high answer with it.
    pub example: String,
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

/// A phrase and where it goes, before it is tried.
pub(super) struct Aimed {
    pub(super) aim: Aim,
    /// Which contrast it comes from, from 0.
    pub(super) contrast: usize,
    pub(super) criterion: String,
    pub(super) target: Target,
    pub(super) phrase: String,
    pub(super) counts: Counts,
    strength: f64,
    examples: Vec<String>,
    /// One example, short enough for a comment.
    excerpt: String,
}

impl Aimed {
    /// What the file says about the phrase; `held_out` is what trying it gave.
    pub(super) fn comment(&self, held_out: &HeldOut) -> String {
        let Counts { high_with, high, low_with, low } = self.counts;
        let HeldOut { metric, answers, before, after } = held_out;
        format!(
            "learned `{}`: {high_with} of {high} high answers, {low_with} of {low} low; {metric} {before:.3} to {after:.3} \
             on {answers} others: \"{}\"",
            self.phrase, self.excerpt
        )
    }

    pub(super) fn proposal(&self, held_out: HeldOut) -> Proposal {
        let Counts { high_with, high, low_with, low } = self.counts;
        Proposal {
            criterion: self.criterion.clone(),
            target: self.target.clone(),
            phrase: self.phrase.clone(),
            high_with,
            high,
            low_with,
            low,
            strength: self.strength,
            examples: self.examples.clone(),
            held_out,
        }
    }
}

/// What phrases are looked for in.
pub(super) struct Evidence<'e> {
    /// The criteria of the rubric file itself, and their words.
    pub(super) own: &'e [(&'e Criterion, &'e CriterionPlaces)],
    pub(super) words: &'e [Words],
    /// Without the answers that are held out.
    pub(super) contrasts: &'e [Contrast],
    pub(super) answers: &'e [GradedAnswer<'e>],
    pub(super) seen: &'e [Seen],
}

/// The phrases to try, strongest first and at most `limit`, and at most as many that have no place.
pub(super) fn phrases(evidence: &Evidence<'_>, limit: usize, reader: &mut Reader) -> (Vec<Aimed>, Vec<Suggestion>) {
    let Evidence { own, words, contrasts, answers, seen } = *evidence;
    let found = contrasts.iter().enumerate().flat_map(|(number, contrast)| candidates(number, contrast, seen));
    let mut found: Vec<Candidate> = found.collect();
    found.sort_by(Candidate::order);
    let mut taken: Vec<Candidate> = Vec::new();
    let (mut placed, mut suggestions) = (Vec::new(), Vec::new());
    let mut ids = ids(own);
    for candidate in found {
        if placed.len() == limit {
            break;
        }
        if taken.iter().any(|known| candidate.repeats(known)) {
            continue;
        }
        let Some(contrast) = contrasts.get(candidate.contrast) else { continue };
        let Some(shown) = Shown::new(&candidate, answers, seen) else { continue };
        let support = Support { seen, holders: &candidate.holders, high: &contrast.high };
        let stems = content(&shown.phrase, reader);
        match aim(own, contrast.criterion, &support, |number| relation(words.get(number), &stems)) {
            Placed::At(aim) => placed.extend(aimed(own, &candidate, aim, shown, &mut ids)),
            Placed::Unrelated(number) if suggestions.len() < limit => {
                suggestions.extend(own.get(number).map(|(criterion, _)| shown.suggestion(criterion, candidate.counts)));
            }
            Placed::Unrelated(_) | Placed::Met => continue,
        }
        taken.push(candidate);
    }
    (placed, suggestions)
}

/// What a phrase with these stems is related to.
fn relation(words: Option<&Words>, stems: &BTreeSet<String>) -> Relation {
    let Some(words) = words else { return Relation::default() };
    let shares = |of: &BTreeSet<String>| is_related(stems, of);
    let concepts = words.concepts.iter().enumerate().filter(|(_, of)| shares(of)).map(|(number, _)| number).collect();
    Relation { concepts, any: shares(&words.all) }
}

/// By criterion: the ids of its concepts.
fn ids(own: &[(&Criterion, &CriterionPlaces)]) -> Vec<BTreeSet<String>> {
    let of = |criterion: &Criterion| criterion.concepts.iter().map(|concept| concept.id.clone()).collect();
    own.iter().map(|(criterion, _)| of(criterion)).collect()
}

/// A candidate as it is shown.
struct Shown {
    phrase: String,
    examples: Vec<String>,
    excerpt: String,
}

impl Shown {
    fn new(candidate: &Candidate, answers: &[GradedAnswer<'_>], seen: &[Seen]) -> Option<Self> {
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
        let (text, first) = places.first()?;
        let excerpt = excerpt(text, &first.sentence, &first.words);
        Some(Self { phrase, examples, excerpt })
    }

    fn suggestion(self, criterion: &Criterion, counts: Counts) -> Suggestion {
        let Counts { high_with, high, low_with, low } = counts;
        let (criterion, example) = (criterion.id.clone(), self.excerpt);
        Suggestion { criterion, phrase: self.phrase, high_with, high, low_with, low, example }
    }
}

fn aimed(
    own: &[(&Criterion, &CriterionPlaces)],
    candidate: &Candidate,
    aim: Aim,
    shown: Shown,
    ids: &mut [BTreeSet<String>],
) -> Option<Aimed> {
    let (criterion, _) = own.get(aim.criterion)?;
    let Shown { phrase, examples, excerpt } = shown;
    let target = match aim.at {
        At::Concept(number) => Target::Alternative { concept: criterion.concepts.get(number)?.id.clone() },
        At::NewConcept => Target::NewConcept { concept: id_of(&phrase, ids.get_mut(aim.criterion)?) },
        At::Reference { number, weight } => {
            Target::Term { reference: number + 1, weight: f64::from(weight.0) / 1000.0 }
        }
    };
    let strength = candidate.strength as f64 / 1000.0;
    let (contrast, counts, criterion) = (candidate.contrast, candidate.counts, criterion.id.clone());
    Some(Aimed { aim, contrast, criterion, target, phrase, counts, strength, examples, excerpt })
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
