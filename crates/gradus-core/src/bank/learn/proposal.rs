//! Selects the phrases to try for one question, strongest first, and describes proposals and suggestions.
//!
//! Takes the rubric and the graded answers; leaves trying the phrases on held-out answers to `learner`.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use serde::Serialize;

use super::candidates::{Candidate, candidates};
use super::contrast::{Contrast, GradedAnswer};
use super::excerpt::excerpt;
use super::holdout::HeldOut;
use super::odds_ratio::AnswerCounts;
use super::placement::{Placement, PlacementResult, RelatedParts, Slot, Support, place};
use super::read_answer::ReadAnswer;
use super::relatedness::{CriterionWords, content_stems, is_related};
use crate::bank::encode::{hyphenated, unused_id};
use crate::bank::locations::CriterionLocations;
use crate::model::Criterion;
use crate::pattern::Reader;

/// Maximum number of examples of one proposal.
const EXAMPLES: usize = 3;

/// A phrase that high answers contain, low ones lack, and the rubric does not cover.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Proposal {
    /// Id of the criterion that would take the phrase.
    pub criterion: String,
    /// Part of the criterion that would take the phrase.
    pub target: Target,
    /// The phrase, in the phrase language.
    pub phrase: String,
    /// High answers with the phrase, without held-out answers.
    pub high_with: usize,
    /// All high answers, without held-out answers.
    pub high: usize,
    /// Low answers with the phrase, without held-out answers.
    pub low_with: usize,
    /// All low answers, without held-out answers.
    pub low: usize,
    /// Lower bound of the log odds ratio, rounded to thousandths.
    pub strength: f64,
    /// The first few sentences of high answers with the phrase, unchanged.
    pub examples: Vec<String>,
    /// Rise of the agreement on the held-out answers.
    pub held_out: HeldOut,
}

/// A phrase that high answers contain and low ones lack, but that is related to no concept of the rubric. It is not
/// proposed and was not tried on the held-out answers.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Suggestion {
    /// Id of the criterion that most answers with the phrase do not meet.
    pub criterion: String,
    /// The phrase, in the phrase language.
    pub phrase: String,
    /// High answers with the phrase, without held-out answers.
    pub high_with: usize,
    /// All high answers, without held-out answers.
    pub high: usize,
    /// Low answers with the phrase, without held-out answers.
    pub low_with: usize,
    /// All low answers, without held-out answers.
    pub low: usize,
    /// A sentence of a high answer with the phrase, shortened to one line.
    pub example: String,
}

/// The part of a criterion that takes a phrase.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case", tag = "kind")]
pub enum Target {
    /// A further phrase of a concept.
    Alternative {
        /// Id of the concept.
        concept: String,
    },
    /// A new concept.
    NewConcept {
        /// Id of the new concept.
        concept: String,
    },
    /// A further term of a reference answer.
    Term {
        /// Number of the reference, from 1.
        reference: usize,
        /// Weight of the term.
        weight: f64,
    },
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Alternative { concept } => write!(f, "a further phrase of `{concept}`"),
            Self::NewConcept { concept } => write!(f, "a new concept `{concept}`"),
            Self::Term { reference, weight } => {
                write!(f, "a further term of reference {reference} with the weight {weight}")
            }
        }
    }
}

/// A phrase with its placement, before it is tried.
pub(super) struct PlacedPhrase {
    pub(super) placement: Placement,
    /// Number of the contrast that it comes from, from 0.
    pub(super) contrast: usize,
    pub(super) criterion: String,
    pub(super) target: Target,
    pub(super) phrase: String,
    pub(super) counts: AnswerCounts,
    strength: f64,
    examples: Vec<String>,
    /// One example, short enough for a comment.
    excerpt: String,
}

impl PlacedPhrase {
    /// The comment for the rubric file.
    pub(super) fn comment(&self, held_out: &HeldOut) -> String {
        let AnswerCounts { high_with, high, low_with, low } = self.counts;
        let HeldOut { metric, answers, before, after } = held_out;
        format!(
            "learned `{}`: {high_with} of {high} high answers, {low_with} of {low} low; {metric} from {before:.3} to \
             {after:.3} on {answers} held-out answers: \"{}\"",
            self.phrase, self.excerpt
        )
    }

    pub(super) fn proposal(&self, held_out: HeldOut) -> Proposal {
        let AnswerCounts { high_with, high, low_with, low } = self.counts;
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

/// The rubric and the answers that phrases are selected from.
pub(super) struct PhraseSources<'e> {
    /// The criteria of the rubric file itself.
    pub(super) own: &'e [(&'e Criterion, &'e CriterionLocations)],
    /// The words of these criteria.
    pub(super) words: &'e [CriterionWords],
    /// Contrasts without the answers that are held out.
    pub(super) contrasts: &'e [Contrast],
    pub(super) answers: &'e [GradedAnswer<'e>],
    /// The same answers as they were read.
    pub(super) read: &'e [ReadAnswer],
}

/// At most `limit` phrases to try, strongest first, and at most `limit` suggestions.
pub(super) fn phrases(
    sources: &PhraseSources<'_>,
    limit: usize,
    reader: &mut Reader,
) -> (Vec<PlacedPhrase>, Vec<Suggestion>) {
    let PhraseSources { own, words, contrasts, answers, read } = *sources;
    let found = contrasts.iter().enumerate().flat_map(|(number, contrast)| candidates(number, contrast, read));
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
        let Some(texts) = PhraseTexts::new(&candidate, answers, read) else { continue };
        let support = Support { answers: read, uncovered_in: &candidate.uncovered_in, high: &contrast.high };
        let stems = content_stems(&texts.phrase, reader);
        match place(own, contrast.criterion, &support, |number| related_parts(words.get(number), &stems)) {
            PlacementResult::Placed(placement) => {
                placed.extend(placed_phrase(own, &candidate, placement, texts, &mut ids));
            }
            PlacementResult::Unrelated(number) if suggestions.len() < limit => {
                suggestions.extend(own.get(number).map(|(criterion, _)| texts.suggestion(criterion, candidate.counts)));
            }
            // Not taken, so that a later candidate with the same words can still be placed.
            PlacementResult::Unrelated(_) | PlacementResult::AlreadyMet => continue,
        }
        taken.push(candidate);
    }
    (placed, suggestions)
}

/// The parts of a criterion that a phrase with these stems is related to.
fn related_parts(words: Option<&CriterionWords>, stems: &BTreeSet<String>) -> RelatedParts {
    let Some(words) = words else { return RelatedParts::default() };
    let shares = |of: &BTreeSet<String>| is_related(stems, of);
    let concepts = words.concepts.iter().enumerate().filter(|(_, of)| shares(of)).map(|(number, _)| number).collect();
    RelatedParts { concepts, criterion: shares(&words.all) }
}

/// The ids of concepts, by criterion.
fn ids(own: &[(&Criterion, &CriterionLocations)]) -> Vec<BTreeSet<String>> {
    let of = |criterion: &Criterion| criterion.concepts.iter().map(|concept| concept.id.clone()).collect();
    own.iter().map(|(criterion, _)| of(criterion)).collect()
}

/// A candidate as people read it.
struct PhraseTexts {
    phrase: String,
    examples: Vec<String>,
    excerpt: String,
}

impl PhraseTexts {
    fn new(candidate: &Candidate, answers: &[GradedAnswer<'_>], read: &[ReadAnswer]) -> Option<Self> {
        let places = candidate.uncovered_in.iter().filter_map(|&answer| {
            let text = answers.get(answer)?.text;
            Some((text, read.get(answer)?.phrases.get(&candidate.stems)?))
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

    fn suggestion(self, criterion: &Criterion, counts: AnswerCounts) -> Suggestion {
        let AnswerCounts { high_with, high, low_with, low } = counts;
        let (criterion, example) = (criterion.id.clone(), self.excerpt);
        Suggestion { criterion, phrase: self.phrase, high_with, high, low_with, low, example }
    }
}

fn placed_phrase(
    own: &[(&Criterion, &CriterionLocations)],
    candidate: &Candidate,
    placement: Placement,
    texts: PhraseTexts,
    ids: &mut [BTreeSet<String>],
) -> Option<PlacedPhrase> {
    let (criterion, _) = own.get(placement.criterion)?;
    let PhraseTexts { phrase, examples, excerpt } = texts;
    let target = match placement.slot {
        Slot::Concept(number) => Target::Alternative { concept: criterion.concepts.get(number)?.id.clone() },
        Slot::NewConcept => Target::NewConcept { concept: id_of(&phrase, ids.get_mut(placement.criterion)?) },
        Slot::Reference { number, weight } => {
            Target::Term { reference: number + 1, weight: f64::from(weight.0) / 1000.0 }
        }
    };
    let strength = candidate.strength as f64 / 1000.0;
    let (contrast, counts, criterion) = (candidate.contrast, candidate.counts, criterion.id.clone());
    Some(PlacedPhrase { placement, contrast, criterion, target, phrase, counts, strength, examples, excerpt })
}

/// The most frequent text. If several are equally frequent, the first in alphabetical order.
fn most_frequent<'t>(texts: impl Iterator<Item = &'t str>) -> Option<String> {
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for text in texts {
        *counts.entry(text).or_default() += 1;
    }
    let best = counts.into_iter().rev().max_by_key(|(_, count)| *count);
    best.map(|(text, _)| text.to_owned())
}

/// An id from a phrase, with a number appended if it is taken.
fn id_of(phrase: &str, taken: &mut BTreeSet<String>) -> String {
    match hyphenated(phrase).as_str() {
        "" => unused_id("learned", taken),
        id => unused_id(id, taken),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_most_frequent_spelling_is_shown() {
        assert_eq!(most_frequent(["b", "a", "b", "a", "c"].into_iter()).as_deref(), Some("a"));
        assert_eq!(most_frequent(["b", "a", "b"].into_iter()).as_deref(), Some("b"));
        assert_eq!(most_frequent([].into_iter()), None);
    }

    #[test]
    fn the_place_of_a_phrase_is_described() {
        for (target, text) in [
            (Target::Alternative { concept: "a".to_owned() }, "a further phrase of `a`"),
            (Target::NewConcept { concept: "a".to_owned() }, "a new concept `a`"),
            (Target::Term { reference: 2, weight: 0.5 }, "a further term of reference 2 with the weight 0.5"),
        ] {
            assert_eq!(target.to_string(), text);
        }
    }

    #[test]
    fn a_new_concept_gets_an_unused_id() {
        let mut taken = BTreeSet::from(["a-b".to_owned()]);
        assert_eq!(id_of("a b", &mut taken), "a-b-2");
        assert_eq!(id_of("a b", &mut taken), "a-b-3");
        assert_eq!(id_of("é", &mut taken), "learned");
    }
}
