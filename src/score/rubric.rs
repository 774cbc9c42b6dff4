//! A question made ready for grading: its phrases as one matcher, its texts as runs of words.

use super::print::{self, Vocabulary};
use super::runs::Runs;
use crate::model::{Criterion, Fingerprint, Question, Sample};
use crate::pattern::{CompileError, Compiler, Matcher, PhraseError, Reader};

/// A question that answers can be graded against. Made once, used from any number of threads.
pub struct Scorer {
    pub(super) question: Question,
    pub(super) matcher: Matcher,
    pub(super) targets: Vec<Target>,
    pub(super) concepts: usize,
    pub(super) runs: Runs,
    pub(super) print: Fingerprint,
}

/// What a phrase is a phrase of; concepts are numbered over all criteria, then all penalties.
#[derive(Debug, Clone, Copy)]
pub(super) struct Target {
    pub(super) concept: u32,
}

/// Where a phrase stands in its rubric.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PhrasePlace {
    /// Whether it is a penalty's.
    pub penalty: bool,
    /// Which criterion or penalty, from 0.
    pub criterion: usize,
    /// Which concept, from 0.
    pub concept: usize,
    /// Which phrase, from 0.
    pub phrase: usize,
}

/// A phrase that cannot be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PhraseFault {
    /// Which phrase.
    pub place: PhrasePlace,
    /// What is wrong with it.
    pub error: PhraseError,
}

/// Why a question cannot be made ready.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ScorerError {
    /// Phrases that cannot be read: all of them.
    #[error("{} of its phrases cannot be read, the first because of {}", .0.len(), .0[0].error)]
    Phrases(Vec<PhraseFault>),
    /// The phrases do not fit one matcher.
    #[error(transparent)]
    Compile(#[from] CompileError),
}

/// Makes questions ready, one after the other, and keeps what it learns about words.
pub struct Scorers<'v> {
    vocabulary: &'v Vocabulary,
    reader: Reader,
}

impl<'v> Scorers<'v> {
    /// With the words of a bank.
    pub fn new(vocabulary: &'v Vocabulary) -> Self {
        Self { vocabulary, reader: Reader::default() }
    }

    /// Makes `question` ready; `samples` are the sample answers to it.
    ///
    /// # Errors
    /// When phrases cannot be read, or are too many.
    pub fn prepare(&mut self, question: Question, samples: &[Sample]) -> Result<Scorer, ScorerError> {
        let Self { vocabulary, reader } = self;
        reader.lexicon.trim();
        let runs = Runs::new(&question, samples, reader);
        let mut compiler = Compiler::new(&vocabulary.synonyms, reader);
        let (mut targets, mut faults, mut concepts) = (Vec::new(), Vec::new(), 0);
        for (penalty, criteria) in [(false, &question.criteria), (true, &question.penalties)] {
            for (criterion, concept, any) in phrases(criteria) {
                for (phrase, text) in any.iter().enumerate() {
                    let place = PhrasePlace { penalty, criterion, concept, phrase };
                    match compiler.add(text) {
                        Ok(()) => targets.push(Target { concept: concepts }),
                        Err(error) => faults.push(PhraseFault { place, error }),
                    }
                }
                concepts += 1;
            }
        }
        if !faults.is_empty() {
            return Err(ScorerError::Phrases(faults));
        }
        Ok(Scorer {
            matcher: compiler.finish(&vocabulary.known)?,
            targets,
            concepts: concepts as usize,
            runs,
            print: print::rubric(&question, samples, vocabulary),
            question,
        })
    }
}

impl Scorer {
    /// The question.
    pub fn question(&self) -> &Question {
        &self.question
    }

    /// The fingerprint of all that a grade rests on but the answer.
    pub fn fingerprint(&self) -> Fingerprint {
        self.print
    }
}

/// Every concept's phrases, with the numbers of the criterion and of the concept in it.
pub(super) fn phrases(criteria: &[Criterion]) -> impl Iterator<Item = (usize, usize, &[String])> {
    criteria.iter().enumerate().flat_map(|(number, criterion)| {
        let concepts = criterion.concepts.iter().enumerate();
        concepts.map(move |(concept, of)| (number, concept, of.any.as_slice()))
    })
}
