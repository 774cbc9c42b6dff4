//! Which sentences are bare lists of keywords.
//!
//! People who know a thing say it in sentences, and those have function words. What is found in a
//! sentence with too few of them, or in one that is hardly more than what is looked for, counts half.

use hashbrown::HashSet;

use super::rubric::Scorer;
use crate::pattern::Hit;
use crate::text::{Class, Document, Sentence};

/// Shorter sentences need one function word; longer ones a share.
const SHORT: u32 = 6;
/// Percent of function words below which a sentence is a list.
const FEW: u32 = 12;
/// Percent of function words from which on a sentence is no list, however much is found in it.
const FLUENT: u32 = 33;
/// Different concepts from which on a sentence may be too dense.
const DENSE_CONCEPTS: usize = 5;
/// Percent of content words that are looked for, from which on such a sentence is a list.
const DENSE_SHARE: usize = 75;

/// Tells bare sentences from others.
#[derive(Default)]
pub(super) struct Listing {
    concepts: HashSet<u32>,
    covered: Vec<bool>,
}

impl Listing {
    /// Whether `sentence`, in which exactly `hits` were found, is bare listing.
    pub(super) fn is_bare(&mut self, scorer: &Scorer, document: &Document, sentence: Sentence, hits: &[Hit]) -> bool {
        has_few_function_words(sentence) || self.is_dense(scorer, document, sentence, hits)
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
