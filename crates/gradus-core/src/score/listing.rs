//! Detects bare lists of keywords.
//!
//! People who understand a subject write sentences, which have function words. A hit counts half if its sentence has
//! too few function words, if it is in a long stretch without function words, if several sentences have the same shape
//! as its sentence, or if its sentence contains little else than concepts of the rubric.

use hashbrown::{HashMap, HashSet};

use super::phrase_place::Target;
use crate::pattern::Hit;
use crate::text::{Class, Document, Lexicon, Sentence};

/// A sentence with at least this many words needs a percentage of function words. A shorter sentence needs one function
/// word.
const SHORT_SENTENCE: u32 = 6;
/// Percentage of function words below which a sentence is a list.
const MIN_FUNCTION_PERCENT: u32 = 12;
/// Smallest number of consecutive words without a function word that are a list.
const LONG_STRETCH: u32 = 10;
/// Smallest number of function words in a sentence whose shape is compared with others.
const MIN_SHAPE_WORDS: u32 = 3;
/// Smallest number of sentences with the same shape that are a list.
const MIN_ALIKE: u32 = 4;
/// Percentage of function words at or above which a sentence is not too dense, however many concepts it contains.
const FLUENT_PERCENT: u32 = 33;
/// Smallest number of different concepts in a sentence that may be too dense.
const DENSE_CONCEPTS: usize = 5;
/// Percentage of content words in matches of concepts at or above which a sentence is too dense.
const DENSE_PERCENT: usize = 75;

/// Finds the parts of a document that are lists.
#[derive(Default)]
pub(super) struct Listing {
    concepts: HashSet<u32>,
    covered: Vec<bool>,
    /// For each token, the length of the stretch without function words that it belongs to; 0 for function words, and
    /// in sentences that cannot contain a long stretch.
    stretches: Vec<u32>,
    /// Number of sentences of each shape.
    shapes: HashMap<u64, u32>,
}

impl Listing {
    /// Reads a new document.
    pub(super) fn read(&mut self, document: &Document, lexicon: &Lexicon) {
        self.stretches.clear();
        self.stretches.resize(document.tokens().len(), 0);
        self.shapes.clear();
        let mut sentences_by_function_words = [0_u32; Sentence::LONGEST as usize + 1];
        for sentence in document.sentences() {
            if sentence.len() - sentence.function_words >= LONG_STRETCH {
                self.measure_stretches(document, *sentence);
            }
            sentences_by_function_words[sentence.function_words as usize] += 1;
        }
        let may_be_alike = |sentence: &&Sentence| {
            sentence.function_words >= MIN_SHAPE_WORDS
                && sentences_by_function_words[sentence.function_words as usize] >= MIN_ALIKE
        };
        for sentence in document.sentences().iter().filter(may_be_alike) {
            *self.shapes.entry(shape(document, *sentence, lexicon)).or_insert(0) += 1;
        }
    }

    fn measure_stretches(&mut self, document: &Document, sentence: Sentence) {
        let tokens = &document.tokens()[sentence.range()];
        let stretches = &mut self.stretches[sentence.range()];
        let mut start = 0;
        for end in 0..=tokens.len() {
            let ends =
                tokens.get(end).is_none_or(|token| connects_words(token.class()) || token.class().has(Class::NUMERIC));
            if ends {
                stretches[start..end].fill((end - start) as u32);
                start = end + 1;
            }
        }
    }

    /// Whether `sentence`, in which exactly `hits` were found, is a bare list. `targets` are those of all
    /// phrases.
    pub(super) fn is_bare(
        &mut self,
        targets: &[Target],
        document: &Document,
        lexicon: &Lexicon,
        sentence: Sentence,
        hits: &[Hit],
    ) -> bool {
        has_few_function_words(sentence)
            || (!self.shapes.is_empty()
                && self.shapes.get(&shape(document, sentence, lexicon)).is_some_and(|count| *count >= MIN_ALIKE))
            || self.is_dense(targets, document, sentence, hits)
    }

    /// Whether any part of the document is in a stretch that is a list.
    pub(super) fn has_stretches(&self) -> bool {
        self.stretches.iter().any(|length| *length >= LONG_STRETCH)
    }

    /// Whether the hit is in a stretch that is a list, whatever the rest of the sentence contains.
    pub(super) fn is_in_stretch(&self, hit: &Hit) -> bool {
        self.stretches[hit.first as usize] >= LONG_STRETCH || self.stretches[hit.last as usize] >= LONG_STRETCH
    }

    fn is_dense(&mut self, targets: &[Target], document: &Document, sentence: Sentence, hits: &[Hit]) -> bool {
        let fluent = sentence.function_words * 100 >= sentence.len() * FLUENT_PERCENT;
        if fluent || hits.len() < DENSE_CONCEPTS {
            return false;
        }
        self.concepts.clear();
        self.concepts.extend(hits.iter().map(|hit| targets[hit.phrase as usize].concept));
        if self.concepts.len() < DENSE_CONCEPTS {
            return false;
        }
        self.covered.clear();
        self.covered.resize(sentence.len() as usize, false);
        for hit in hits.iter().filter(|hit| hit.single_part) {
            let (first, last) = ((hit.first - sentence.first) as usize, (hit.last - sentence.first) as usize);
            self.covered[first..=last].fill(true);
        }
        let tokens = document.tokens()[sentence.range()].iter();
        let content = tokens.zip(&self.covered).filter(|(token, _)| !token.class().has(Class::FUNCTION));
        let (mut words, mut in_concepts) = (0, 0);
        for (_, covered) in content {
            words += 1;
            in_concepts += usize::from(*covered);
        }
        in_concepts * 100 >= words * DENSE_PERCENT
    }
}

/// Whether a sentence has few words that connect others. In terse notes, figures and signs connect words too.
fn has_few_function_words(sentence: Sentence) -> bool {
    let connections = sentence.function_words + sentence.relations;
    if sentence.len() < SHORT_SENTENCE {
        connections == 0
    } else {
        connections * 100 < sentence.len() * MIN_FUNCTION_PERCENT
    }
}

/// Whether a word connects the words of a sentence. "And" and "or" do not count, because they can also connect the
/// items of a list.
fn connects_words(class: Class) -> bool {
    class.has(Class::FUNCTION) && !class.has(Class::COORDINATOR)
}

/// Hash of the function words of a sentence and of the places with content words between them.
fn shape(document: &Document, sentence: Sentence, lexicon: &Lexicon) -> u64 {
    let mut shape = 0_u64;
    let mut content = false;
    for token in &document.tokens()[sentence.range()] {
        let is_function_word = token.class().has(Class::FUNCTION);
        if is_function_word || !content {
            let value = if is_function_word { u64::from(lexicon.stem_hash(token.word)) + 2 } else { 1 };
            shape = shape.wrapping_mul(0x9e37_79b9_7f4a_7c15).wrapping_add(value);
        }
        content = !is_function_word;
    }
    shape
}
