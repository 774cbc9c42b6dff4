//! Fingerprints of what a grade rests on.

use std::collections::BTreeSet;
use std::sync::Arc;

use blake3::Hasher;

use super::VERSION;
use crate::model::{Answer, Basis, Criterion, Fingerprint, Question, ReferenceAnswer, Sample, Thousandths};
use crate::text::{KnownWords, Related, Synonyms, simple_words};

/// The words of a bank: which mean the same, and which are no slips.
pub struct Vocabulary {
    pub(super) synonyms: Arc<Synonyms>,
    pub(super) known: KnownWords,
    pub(super) related: Related,
    /// Known words that not every bank has, sorted: a rubric rests on those that are like its own.
    pub(super) own: Vec<String>,
    print: Fingerprint,
    /// Of the related words, which not every rubric rests on.
    related_print: Fingerprint,
}

impl Vocabulary {
    /// Of a bank's synonyms and words; no words are related.
    pub fn new(synonyms: Arc<Synonyms>, known: KnownWords) -> Self {
        let mut print = Print::new();
        print.text(known.lines());
        for group in synonyms.groups() {
            print.number(group.len());
            group.iter().for_each(|words| print.text(&words.join(" ")));
        }
        let (related, related_print) = (Related::default(), Print::new().finish());
        Self { print: print.finish(), synonyms, known, related, own: Vec::new(), related_print }
    }

    /// With the words of these texts besides, which are no slips either.
    #[must_use]
    pub fn with_words<'t>(self, texts: impl IntoIterator<Item = &'t str>) -> Self {
        let words: BTreeSet<String> = texts.into_iter().flat_map(simple_words).collect();
        let own: Vec<String> = words.into_iter().filter(|word| !self.known.contains(word)).collect();
        let known = KnownWords::of(own.iter().map(String::as_str).chain([self.known.lines()]));
        Self { known, own, ..self }
    }

    /// With words that tell nearly the same: rubrics that are graded by reference answers rest on them.
    #[must_use]
    pub fn with_related(self, related: Related) -> Self {
        let mut print = Print::new();
        for (group, opposite) in related.groups() {
            print.number(group.len());
            print.number(opposite.map_or(0, |opposite| opposite + 1));
            group.iter().for_each(|words| print.text(&words.join(" ")));
        }
        Self { related, related_print: print.finish(), ..self }
    }
}

/// Of a rubric, its samples and the bank's vocabulary: all that a grade rests on but the answer.
/// `near` are the words of the vocabulary's own that would else be taken for slips.
pub(super) fn rubric(question: &Question, samples: &[Sample], vocabulary: &Vocabulary, near: &[&str]) -> Fingerprint {
    let mut print = Print::new();
    print.number(VERSION as usize);
    print.0.update(&vocabulary.print.0);
    print.number(near.len());
    near.iter().for_each(|word| print.text(word));
    for text in [&question.id, &question.topic, &question.prompt] {
        print.text(text);
    }
    for bound in [question.bands.strong, question.bands.solid, question.bands.partial] {
        print.number(bound as usize);
    }
    for criteria in [&question.criteria, &question.penalties] {
        print.number(criteria.len());
        criteria.iter().for_each(|criterion| print.criterion(criterion));
        if criteria.iter().any(|criterion| matches!(criterion.basis, Basis::Coverage { .. })) {
            print.0.update(&vocabulary.related_print.0);
        }
    }
    print.number(samples.len());
    for sample in samples {
        print.text(sample.level.name());
        print.text(&sample.text);
    }
    print.finish()
}

/// Of an answer under a rubric. Where its body begins counts, because offsets do.
pub(super) fn answer(rubric: Fingerprint, answer: &Answer<'_>) -> Fingerprint {
    let mut hasher = Hasher::new_keyed(&rubric.0);
    hasher.update(&(answer.body as u64).to_le_bytes());
    hasher.update(answer.text.get(answer.body..).unwrap_or_default().as_bytes());
    Fingerprint(*hasher.finalize().as_bytes())
}

/// Hashes texts so that no two sequences of texts are fed alike.
struct Print(Hasher);

impl Print {
    fn new() -> Self {
        Self(Hasher::new())
    }

    fn number(&mut self, number: usize) {
        self.0.update(&(number as u64).to_le_bytes());
    }

    fn text(&mut self, text: &str) {
        self.number(text.len());
        self.0.update(text.as_bytes());
    }

    fn texts(&mut self, texts: &[String]) {
        self.number(texts.len());
        texts.iter().for_each(|text| self.text(text));
    }

    fn criterion(&mut self, criterion: &Criterion) {
        self.text(&criterion.id);
        self.text(&criterion.asks);
        self.text(criterion.advice.as_deref().unwrap_or_default());
        self.number(criterion.points as usize);
        match &criterion.basis {
            Basis::Count { need } => self.number(*need as usize),
            Basis::Coverage { half, references } => self.references(*half, references),
        }
        self.number(criterion.concepts.len());
        for concept in &criterion.concepts {
            self.text(&concept.id);
            self.texts(&concept.any);
        }
    }

    fn references(&mut self, half: Thousandths, references: &[ReferenceAnswer]) {
        self.number(half.0 as usize);
        self.number(references.len());
        for reference in references {
            self.text(&reference.text);
            self.number(reference.terms.len());
            for term in &reference.terms {
                self.number(term.concept);
                self.number(term.weight.0 as usize);
                self.number(term.stance as usize);
            }
        }
    }

    fn finish(self) -> Fingerprint {
        Fingerprint(*self.0.finalize().as_bytes())
    }
}
