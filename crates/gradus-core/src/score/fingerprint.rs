//! Fingerprints of rubrics and grades, and the vocabulary of a bank, which is part of them.
//!
//! A change in the sequence of hashed values changes every fingerprint, and so invalidates stored results.

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::model::{
    Answer, Basis, Criterion, Fingerprint, FingerprintHasher, Ideas, Question, ReferenceAnswer, Sample, Thousandths,
};
use crate::text::{KnownWords, RelatedWords, Synonyms, simple_words};

/// Version of the scoring rules. It increases with every change that may change a grade.
pub const VERSION: u32 = 5;

/// The words of a bank: synonyms, ideas, related words, and words that are never corrected as misspellings.
pub struct Vocabulary {
    pub(super) synonyms: Arc<Synonyms>,
    pub(super) ideas: Arc<Ideas>,
    pub(super) known: KnownWords,
    pub(super) related: RelatedWords,
    /// Words added by [`Self::with_words`], sorted. A rubric's fingerprint depends only on those that are similar to
    /// its own words.
    pub(super) own: Vec<String>,
    /// Hash of the synonyms and known words.
    fingerprint: Fingerprint,
    /// Hash of the related words, which affect only rubrics with reference answers.
    related_fingerprint: Fingerprint,
}

impl Vocabulary {
    /// The synonyms and known words of a bank, without related words.
    pub fn new(synonyms: Arc<Synonyms>, known: KnownWords) -> Self {
        let mut hasher = FingerprintHasher::new();
        hasher.text(known.lines());
        for group in synonyms.groups() {
            hasher.number(group.len());
            group.iter().for_each(|words| hasher.text(&words.join(" ")));
        }
        let (related, related_fingerprint) = (RelatedWords::default(), FingerprintHasher::new().finish());
        let ideas = Arc::default();
        Self { fingerprint: hasher.finish(), synonyms, ideas, known, related, own: Vec::new(), related_fingerprint }
    }

    /// Sets the ideas that phrases may use. A rubric's fingerprint depends only on those that it uses.
    #[must_use]
    pub fn with_ideas(self, ideas: Arc<Ideas>) -> Self {
        Self { ideas, ..self }
    }

    /// Adds the words of `texts` to the known words.
    #[must_use]
    pub fn with_words<'t>(self, texts: impl IntoIterator<Item = &'t str>) -> Self {
        let words: BTreeSet<String> = texts.into_iter().flat_map(simple_words).collect();
        let own: Vec<String> = words.into_iter().filter(|word| !self.known.contains(word)).collect();
        let known = KnownWords::of(own.iter().map(String::as_str).chain([self.known.lines()]));
        Self { known, own, ..self }
    }

    /// Sets the related words. They affect only rubrics with reference answers.
    #[must_use]
    pub fn with_related(self, related: RelatedWords) -> Self {
        let mut hasher = FingerprintHasher::new();
        for (group, opposite) in related.groups() {
            hasher.number(group.len());
            hasher.number(opposite.map_or(0, |opposite| opposite + 1));
            group.iter().for_each(|words| hasher.text(&words.join(" ")));
        }
        Self { related, related_fingerprint: hasher.finish(), ..self }
    }
}

/// Hash of a rubric, its samples and the vocabulary: everything that a grade depends on, except for the answer.
///
/// `near` are the words of [`Vocabulary::own`] that would otherwise be treated as misspellings of the rubric's words, and
/// `ideas` are the ids of the ideas that the rubric uses, also by way of other ideas.
pub(super) fn rubric(
    question: &Question,
    samples: &[Sample],
    vocabulary: &Vocabulary,
    near: &[&str],
    ideas: &[String],
) -> Fingerprint {
    let mut hasher = FingerprintHasher::new();
    hasher.number(VERSION as usize);
    hasher.fingerprint(vocabulary.fingerprint);
    add_texts(&mut hasher, near);
    for text in [&question.id, &question.topic, &question.prompt] {
        hasher.text(text);
    }
    for bound in [question.bands.strong, question.bands.solid, question.bands.partial] {
        hasher.number(bound as usize);
    }
    hasher.number(question.possible().0 as usize);
    for criteria in [&question.criteria, &question.penalties] {
        hasher.number(criteria.len());
        criteria.iter().for_each(|criterion| add_criterion(&mut hasher, criterion));
        if criteria.iter().any(|criterion| matches!(criterion.basis, Basis::Coverage { .. })) {
            hasher.fingerprint(vocabulary.related_fingerprint);
        }
    }
    hasher.number(ideas.len());
    for id in ideas {
        hasher.text(id);
        add_texts(&mut hasher, vocabulary.ideas.get(id).and_then(|(_, idea)| idea).map_or(&[][..], |idea| &idea.any));
    }
    hasher.number(samples.len());
    for sample in samples {
        hasher.text(sample.level.name());
        hasher.text(&sample.text);
    }
    hasher.finish()
}

/// Hash of an answer and the rubric that grades it. Includes the start of the body, because evidence has offsets from
/// the start of the text.
pub(super) fn answer(rubric: Fingerprint, answer: &Answer<'_>) -> Fingerprint {
    let mut hasher = FingerprintHasher::keyed(rubric);
    hasher.number(answer.body);
    hasher.bytes(answer.text.get(answer.body..).unwrap_or_default().as_bytes());
    hasher.finish()
}

fn add_texts<S: AsRef<str>>(hasher: &mut FingerprintHasher, texts: &[S]) {
    hasher.number(texts.len());
    texts.iter().for_each(|text| hasher.text(text.as_ref()));
}

fn add_criterion(hasher: &mut FingerprintHasher, criterion: &Criterion) {
    hasher.text(&criterion.id);
    hasher.text(&criterion.asks);
    hasher.text(criterion.advice.as_deref().unwrap_or_default());
    hasher.number(criterion.points as usize);
    match &criterion.basis {
        Basis::Count { need } => hasher.number(*need as usize),
        Basis::Coverage { half, references } => add_references(hasher, *half, references),
    }
    hasher.number(criterion.concepts.len());
    for concept in &criterion.concepts {
        hasher.text(&concept.id);
        add_texts(hasher, &concept.any);
    }
}

fn add_references(hasher: &mut FingerprintHasher, half: Thousandths, references: &[ReferenceAnswer]) {
    hasher.number(half.0 as usize);
    hasher.number(references.len());
    for reference in references {
        hasher.text(&reference.text);
        hasher.number(reference.terms.len());
        for term in &reference.terms {
            hasher.number(term.concept);
            hasher.number(term.weight.0 as usize);
            hasher.number(term.stance as usize);
        }
    }
}
