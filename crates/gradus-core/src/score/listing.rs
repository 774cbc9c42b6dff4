//! What stands in a bare list of keywords.
//!
//! People who know a thing say it in sentences, and those have function words. What is found in a
//! sentence with too few of them, in a long stretch without any, in one sentence of many that are
//! made alike, or in a sentence that is hardly more than what is looked for, counts half.

use hashbrown::{HashMap, HashSet};

use super::rubric::Scorer;
use crate::pattern::Hit;
use crate::text::{Class, Document, Lexicon, Sentence};

/// Shorter sentences need one function word; longer ones a share.
const SHORT: u32 = 6;
/// Percent of function words below which a sentence is a list.
const FEW: u32 = 12;
/// Words in a row without a function word from which on they are a list.
const STRETCH: u32 = 10;
/// Function words that the shape of a sentence must have to be compared with others ...
const SHAPED: u32 = 3;
/// ... and sentences of one shape from which on they are a list.
const ALIKE: u32 = 4;
/// Percent of function words from which on a sentence is no list, however much is found in it.
const FLUENT: u32 = 33;
/// Different concepts from which on a sentence may be too dense.
const DENSE_CONCEPTS: usize = 5;
/// Percent of content words that are looked for, from which on such a sentence is a list.
const DENSE_SHARE: usize = 75;

/// Tells what stands in lists from what does not.
#[derive(Default)]
pub(super) struct Listing {
    concepts: HashSet<u32>,
    covered: Vec<bool>,
    /// For every token, how many words without a function word it stands in.
    stretches: Vec<u32>,
    /// How many sentences have a shape.
    shapes: HashMap<u64, u32>,
}

impl Listing {
    /// Takes a new document.
    pub(super) fn read(&mut self, document: &Document, lexicon: &Lexicon) {
        self.stretches.clear();
        self.stretches.resize(document.tokens().len(), 0);
        self.shapes.clear();
        let mut like = [0_u32; Sentence::LONGEST as usize + 1];
        for sentence in document.sentences() {
            if sentence.len() - sentence.function_words >= STRETCH {
                self.measure(document, *sentence);
            }
            like[sentence.function_words as usize] += 1;
        }
        let may_be_alike =
            |sentence: &&Sentence| sentence.function_words >= SHAPED && like[sentence.function_words as usize] >= ALIKE;
        for sentence in document.sentences().iter().filter(may_be_alike) {
            *self.shapes.entry(shape(document, *sentence, lexicon)).or_insert(0) += 1;
        }
    }

    fn measure(&mut self, document: &Document, sentence: Sentence) {
        let tokens = &document.tokens()[sentence.range()];
        let stretches = &mut self.stretches[sentence.range()];
        let mut start = 0;
        for end in 0..=tokens.len() {
            let ends = tokens.get(end).is_none_or(|token| is_grammar(token.class()));
            if ends {
                stretches[start..end].fill((end - start) as u32);
                start = end + 1;
            }
        }
    }

    /// Whether `sentence`, in which exactly `hits` were found, is bare listing.
    pub(super) fn is_bare(
        &mut self,
        scorer: &Scorer,
        (document, lexicon): (&Document, &Lexicon),
        sentence: Sentence,
        hits: &[Hit],
    ) -> bool {
        has_few_function_words(sentence)
            || (!self.shapes.is_empty()
                && self.shapes.get(&shape(document, sentence, lexicon)).is_some_and(|count| *count >= ALIKE))
            || self.is_dense(scorer, document, sentence, hits)
    }

    /// Whether anything of the document stands in a stretch that is a list.
    pub(super) fn has_stretches(&self) -> bool {
        self.stretches.iter().any(|length| *length >= STRETCH)
    }

    /// Whether the hit stands in a stretch that is a list, whatever the rest of its sentence is.
    pub(super) fn is_in_stretch(&self, hit: &Hit) -> bool {
        self.stretches[hit.first as usize] >= STRETCH || self.stretches[hit.last as usize] >= STRETCH
    }

    fn is_dense(&mut self, scorer: &Scorer, document: &Document, sentence: Sentence, hits: &[Hit]) -> bool {
        let fluent = sentence.function_words * 100 >= sentence.len() * FLUENT;
        if fluent || hits.len() < DENSE_CONCEPTS {
            return false;
        }
        self.concepts.clear();
        self.concepts.extend(hits.iter().map(|hit| scorer.targets[hit.phrase as usize].concept));
        if self.concepts.len() < DENSE_CONCEPTS {
            return false;
        }
        self.covered.clear();
        self.covered.resize(sentence.len() as usize, false);
        for hit in hits.iter().filter(|hit| hit.whole) {
            let (first, last) = ((hit.first - sentence.first) as usize, (hit.last - sentence.first) as usize);
            self.covered[first..=last].fill(true);
        }
        let tokens = document.tokens()[sentence.range()].iter();
        let content = tokens.zip(&self.covered).filter(|(token, _)| !token.class().has(Class::FUNCTION));
        let (mut words, mut looked_for) = (0, 0);
        for (_, covered) in content {
            words += 1;
            looked_for += usize::from(*covered);
        }
        looked_for * 100 >= words * DENSE_SHARE
    }
}

fn has_few_function_words(sentence: Sentence) -> bool {
    if sentence.len() < SHORT {
        sentence.function_words == 0
    } else {
        sentence.function_words * 100 < sentence.len() * FEW
    }
}

/// Whether a word holds a sentence together; "and" and "or" only hold a list together.
fn is_grammar(class: Class) -> bool {
    class.has(Class::FUNCTION) && !class.has(Class::COORDINATOR)
}

/// The function words of a sentence and where content stands between them.
fn shape(document: &Document, sentence: Sentence, lexicon: &Lexicon) -> u64 {
    let mut shape = 0_u64;
    let mut content = false;
    for token in &document.tokens()[sentence.range()] {
        let grammar = token.class().has(Class::FUNCTION);
        if grammar || !content {
            let mark = if grammar { u64::from(lexicon.mark(token.word)) + 2 } else { 1 };
            shape = shape.wrapping_mul(0x9e37_79b9_7f4a_7c15).wrapping_add(mark);
        }
        content = !grammar;
    }
    shape
}
