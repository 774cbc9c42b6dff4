//! Fingerprints of what a grade rests on.

use std::sync::Arc;

use blake3::Hasher;

use super::VERSION;
use crate::model::{Answer, Criterion, Fingerprint, Question, Sample};
use crate::text::{KnownWords, Synonyms};

/// The words of a bank: which mean the same, and which are no slips.
pub struct Vocabulary {
    pub(super) synonyms: Arc<Synonyms>,
    pub(super) known: KnownWords,
    print: Fingerprint,
}

impl Vocabulary {
    /// Of a bank's synonyms and words.
    pub fn new(synonyms: Arc<Synonyms>, known: KnownWords) -> Self {
        let mut print = Print::new();
        print.text(known.lines());
        for group in synonyms.groups() {
            print.number(group.len());
            group.iter().for_each(|words| print.text(&words.join(" ")));
        }
        Self { print: print.finish(), synonyms, known }
    }
}

/// Of a rubric, its samples and the bank's vocabulary: all that a grade rests on but the answer.
pub(super) fn rubric(question: &Question, samples: &[Sample], vocabulary: &Vocabulary) -> Fingerprint {
    let mut print = Print::new();
    print.number(VERSION as usize);
    print.0.update(&vocabulary.print.0);
    for text in [&question.id, &question.topic, &question.prompt] {
        print.text(text);
    }
    for bound in [question.bands.strong, question.bands.solid, question.bands.partial] {
        print.number(bound as usize);
    }
    for criteria in [&question.criteria, &question.penalties] {
        print.number(criteria.len());
        criteria.iter().for_each(|criterion| print.criterion(criterion));
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
        self.number(criterion.need as usize);
        self.number(criterion.concepts.len());
        for concept in &criterion.concepts {
            self.text(&concept.id);
            self.texts(&concept.any);
        }
    }

    fn finish(self) -> Fingerprint {
        Fingerprint(*self.0.finalize().as_bytes())
    }
}
