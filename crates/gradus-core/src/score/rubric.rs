//! A question made ready for grading: its phrases as one matcher, its texts as runs of words.

use super::listing::Listing;
use super::print::{self, Vocabulary};
use super::runs::Runs;
use crate::model::{Answer, Basis, Fingerprint, Question, Sample};
use crate::pattern::{CompileError, Compiler, Matcher, PhraseError, Reader};

/// A question that answers can be graded against. Made once, used from any number of threads.
pub struct Scorer {
    pub(super) question: Question,
    pub(super) matcher: Matcher,
    pub(super) targets: Vec<Target>,
    pub(super) concepts: usize,
    /// By concept: whether it is counted or weighed.
    pub(super) weighing: Vec<Weighing>,
    /// Answers with fewer words are too short.
    pub(super) few_words: usize,
    pub(super) runs: Runs,
    pub(super) print: Fingerprint,
}

/// What a phrase is a phrase of; concepts are numbered over all criteria, then all penalties.
#[derive(Debug, Clone, Copy)]
pub(super) struct Target {
    pub(super) concept: u32,
    pub(super) place: PhrasePlace,
}

/// What is made of a find.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Weighing {
    /// It counts as one of so many concepts.
    Counted,
    /// It weighs what it weighs in a reference answer ...
    Weighed,
    /// ... that is a bare listing itself, so that lists are answers.
    WeighedInLists,
}

/// Where a phrase stands in its rubric.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
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
        let weighing = weighing(&question, reader);
        let mut compiler = Compiler::new(&vocabulary.synonyms, reader);
        let (mut targets, mut faults) = (Vec::new(), Vec::new());
        for soft in [false, true] {
            if soft && weighing.iter().any(|of| *of != Weighing::Counted) {
                compiler.soften(&vocabulary.related);
            }
            for (number, (place, any)) in
                phrases(&question).enumerate().filter(|(number, _)| (weighing[*number] != Weighing::Counted) == soft)
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
            matcher.is_like_a_slip(&reader.lexicon, word)
        };
        let near: Vec<&str> = vocabulary.own.iter().map(String::as_str).filter(is_near).collect();
        Ok(Scorer {
            matcher,
            targets,
            concepts: weighing.len(),
            weighing,
            few_words: few_words(&question),
            runs,
            print: print::rubric(&question, samples, vocabulary, &near),
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

    /// The fingerprint that a grade of `answer` has, without grading it.
    pub fn print_of(&self, answer: &Answer<'_>) -> Fingerprint {
        print::answer(self.print, answer)
    }
}

/// Every concept's phrases, with the place of the first: those of all criteria, then of all penalties.
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

/// Words below which an answer is too short: for references, a quarter of the shortest one.
fn few_words(question: &Question) -> usize {
    const USUAL: usize = 25;
    let references = question.criteria.iter().filter_map(|criterion| match &criterion.basis {
        Basis::Count { .. } => None,
        Basis::Coverage { references, .. } => references.iter().map(|one| one.text.split_whitespace().count()).min(),
    });
    references.min().map_or(USUAL, |shortest| (shortest / 4).min(USUAL))
}

/// By concept: what is made of finds.
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
