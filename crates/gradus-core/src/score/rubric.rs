//! Prepares a question for grading: compiles its phrases and collects the word runs of its texts.
//!
//! Takes a parsed question, its sample answers and the vocabulary of the bank. Reports every phrase that is not valid
//! with its place in the rubric; the place in a file is up to the caller.

use super::fingerprint::{self, Vocabulary};
use super::listing::Listing;
use super::phrase_place::{PhraseFault, PhrasePlace, Target};
use super::word_runs::WordRuns;
use crate::model::{Answer, Basis, Fingerprint, Question, Sample};
use crate::pattern::{CompileError, Compiler, Matcher, Reader};

/// A question against which answers can be graded. Prepared once, used by any number of threads.
pub struct Scorer {
    pub(super) question: Question,
    pub(super) matcher: Matcher,
    pub(super) targets: Vec<Target>,
    pub(super) concepts: usize,
    /// For each concept, how its hits count.
    pub(super) weighing: Vec<Weighing>,
    /// Smallest number of words of an answer that is not too short.
    pub(super) few_words: usize,
    pub(super) runs: WordRuns,
    pub(super) fingerprint: Fingerprint,
}

/// How the hits of a concept count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Weighing {
    /// The concept counts as one of the concepts that are needed.
    Counted,
    /// The concept has a weight in a reference answer that consists of sentences.
    Weighed,
    /// The concept has a weight in a reference answer that is a list, so that answers may be lists too.
    WeighedInLists,
}

/// A question cannot be prepared for grading.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ScorerError {
    /// All phrases that are not valid; at least one.
    #[error("phrases of the rubric are not valid ({}), the first because of {}", .0.len(), first_error(.0))]
    Phrases(Vec<PhraseFault>),
    /// The phrases do not fit into one automaton.
    #[error(transparent)]
    Compile(#[from] CompileError),
}

impl ScorerError {
    /// What the author of the rubric can do about the error, or about the first phrase that is not valid.
    pub fn hint(&self) -> Option<&str> {
        match self {
            Self::Phrases(faults) => faults.first().map(|fault| &*fault.error.hint),
            Self::Compile(error) => Some(error.hint()),
        }
    }
}

fn first_error(faults: &[PhraseFault]) -> &str {
    faults.first().map_or("an unknown error", |fault| &fault.error.message)
}

/// Prepares questions one after the other, and keeps what it learns about words.
pub struct Scorers<'v> {
    vocabulary: &'v Vocabulary,
    reader: Reader,
}

impl<'v> Scorers<'v> {
    /// Uses the vocabulary of a bank.
    pub fn new(vocabulary: &'v Vocabulary) -> Self {
        Self { vocabulary, reader: Reader::default() }
    }

    /// Prepares `question`; `samples` are the sample answers to it.
    ///
    /// # Errors
    /// When phrases are not valid, or are too many.
    pub fn prepare(&mut self, question: Question, samples: &[Sample]) -> Result<Scorer, ScorerError> {
        let Self { vocabulary, reader } = self;
        reader.lexicon.trim();
        let runs = WordRuns::new(&question, samples, reader);
        let weighing = weighing(&question, reader);
        let mut compiler = Compiler::new(&vocabulary.synonyms, &vocabulary.ideas, reader);
        let (mut targets, mut faults) = (Vec::new(), Vec::new());
        for with_related in [false, true] {
            // because the compiler cannot be switched back, the phrases without related words come first
            if with_related && weighing.iter().any(|of| *of != Weighing::Counted) {
                compiler.use_related(&vocabulary.related);
            }
            for (number, (place, any)) in phrases(&question)
                .enumerate()
                .filter(|(number, _)| (weighing[*number] != Weighing::Counted) == with_related)
            {
                for (phrase, text) in any.iter().enumerate() {
                    let place = PhrasePlace { phrase, ..place };
                    match compiler.add(text) {
                        Ok(()) => targets.push(Target { concept: number as u32, place }),
                        Err(error) => faults.push(PhraseFault { place, error }),
                    }
                }
            }
        }
        if !faults.is_empty() {
            return Err(ScorerError::Phrases(faults));
        }
        let matcher = compiler.finish(&vocabulary.known)?;
        let is_near = |word: &&str| {
            let word = reader.lexicon.intern(word);
            matcher.looks_misspelled(&reader.lexicon, word)
        };
        let near: Vec<&str> = vocabulary.own.iter().map(String::as_str).filter(is_near).collect();
        let fingerprint = fingerprint::rubric(&question, samples, vocabulary, &near, matcher.idea_ids());
        Ok(Scorer {
            matcher,
            targets,
            concepts: weighing.len(),
            weighing,
            few_words: few_words(&question),
            runs,
            fingerprint,
            question,
        })
    }
}

impl Scorer {
    /// The question whose answers are graded.
    pub fn question(&self) -> &Question {
        &self.question
    }

    /// The fingerprint of everything that a grade depends on, except for the answer.
    pub fn fingerprint(&self) -> Fingerprint {
        self.fingerprint
    }

    /// The fingerprint of the grade of `answer`, without grading it.
    pub fn fingerprint_of(&self, answer: &Answer<'_>) -> Fingerprint {
        fingerprint::answer(self.fingerprint, answer)
    }
}

/// The phrases of each concept, with the place of the first phrase: those of all criteria, then of all penalties.
fn phrases(question: &Question) -> impl Iterator<Item = (PhrasePlace, &[String])> {
    let all = [(&question.criteria, false), (&question.penalties, true)];
    let criteria = all.into_iter().flat_map(|(criteria, penalty)| {
        criteria.iter().enumerate().map(move |(number, criterion)| (number, criterion, penalty))
    });
    criteria.flat_map(|(criterion, of, penalty)| {
        let concepts = of.concepts.iter().enumerate();
        concepts.map(move |(concept, of)| (PhrasePlace { penalty, criterion, concept, phrase: 0 }, of.any.as_slice()))
    })
}

/// Smallest number of words of an answer that is not too short: at most 25, and at most a quarter of the shortest
/// reference.
fn few_words(question: &Question) -> usize {
    const DEFAULT: usize = 25;
    let references = question.criteria.iter().filter_map(|criterion| match &criterion.basis {
        Basis::Count { .. } => None,
        Basis::Coverage { references, .. } => references.iter().map(|one| one.text.split_whitespace().count()).min(),
    });
    references.min().map_or(DEFAULT, |shortest| (shortest / 4).min(DEFAULT))
}

/// For each concept, how its hits count.
fn weighing(question: &Question, reader: &mut Reader) -> Vec<Weighing> {
    let mut listing = Listing::default();
    let mut of = |basis: &Basis| {
        let Basis::Coverage { references, .. } = basis else { return Weighing::Counted };
        let Reader { document, lexicon } = &mut *reader;
        let is_list = references.iter().any(|reference| {
            document.read(&reference.text, 0, lexicon);
            listing.read(document, lexicon);
            listing.has_stretches()
        });
        if is_list { Weighing::WeighedInLists } else { Weighing::Weighed }
    };
    let mut weighing = Vec::new();
    for criterion in question.criteria.iter().chain(&question.penalties) {
        weighing.extend(std::iter::repeat_n(of(&criterion.basis), criterion.concepts.len()));
    }
    weighing
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Ideas;

    #[test]
    fn every_error_has_a_message_and_a_hint() {
        let mut reader = Reader::default();
        let synonyms = crate::text::Synonyms::default();
        let ideas = Ideas::default();
        let error = Compiler::new(&synonyms, &ideas, &mut reader).add("a &").expect_err("nothing after `&`");
        let place = PhrasePlace { penalty: false, criterion: 0, concept: 0, phrase: 0 };
        let phrases = ScorerError::Phrases(vec![PhraseFault { place, error }]);
        for (error, message, hint) in [
            (
                phrases,
                "phrases of the rubric are not valid (1), the first because of nothing after `&`",
                Some("write words on both sides of it"),
            ),
            (
                ScorerError::Phrases(Vec::new()),
                "phrases of the rubric are not valid (0), the first because of an unknown error",
                None,
            ),
            (
                CompileError::TooMany.into(),
                "the phrases of one rubric and their ideas need more than 65534 nodes",
                Some("split the rubric, or use fewer or shorter phrases"),
            ),
        ] {
            assert_eq!((error.to_string().as_str(), error.hint()), (message, hint));
        }
    }
}
