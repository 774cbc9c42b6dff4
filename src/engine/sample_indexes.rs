//! The indexes of sample answers that an engine keeps: one of the whole bank, and one for each question.
//!
//! Decides when an index is built: at its first use, once for all threads. Building and searching it is left to
//! `retrieve`.

use std::path::Path;
use std::sync::{Arc, OnceLock};

use crate::bank::{Bank, BankError};
use crate::model::{Question, Sample, SampleLevel};
use crate::questions::{Analyzer, PreparedQuestion, Questions};
use crate::retrieve::{Contents, Index, IndexCacheError, IndexError};

/// Why samples cannot be searched.
#[derive(Debug, Clone, thiserror::Error)]
pub enum SearchError {
    /// The bank has faults.
    #[error(transparent)]
    Bank(#[from] BankError),
    /// The index cannot be built or searched.
    #[error(transparent)]
    Index(#[from] IndexError),
}

/// The index of the whole bank.
pub(super) struct BankIndex {
    pub(super) index: Index,
    /// Why the index is not cached in the folder. `None` if it is cached, if no folder was given, or if the bank is the
    /// built-in one.
    pub(super) cache_error: Option<Arc<IndexCacheError>>,
}

/// Indexes that are built at their first use.
pub(super) struct SampleIndexes {
    of_bank: OnceLock<Result<BankIndex, SearchError>>,
    /// One index for each question, in the order of the bank; `None` for a question without strong samples.
    of_questions: Vec<OnceLock<Result<Option<Index>, SearchError>>>,
}

impl SampleIndexes {
    /// The indexes of a bank, none of them built.
    pub(super) fn new(bank: &Bank) -> Self {
        let of_questions = bank.entries().iter().map(|_| OnceLock::new()).collect();
        Self { of_bank: OnceLock::new(), of_questions }
    }

    /// The index of all samples. The first call builds it, and caches it in `folder` unless the bank is the built-in
    /// one. Later calls ignore `folder`.
    pub(super) fn of_bank(&self, bank: &Bank, folder: Option<&Path>) -> Result<&BankIndex, SearchError> {
        self.of_bank.get_or_init(|| bank_index(bank, folder)).as_ref().map_err(Clone::clone)
    }

    /// The index of the strong samples of one question; `None` if it has none. This index does not depend on the rest
    /// of the bank.
    pub(super) fn of_question(
        &self,
        questions: &Questions,
        question: &PreparedQuestion,
    ) -> Result<Option<&Index>, SearchError> {
        let entry = question.entry();
        let place = questions.bank().entries().iter().position(|one| one == entry);
        let slot = place.and_then(|place| Some((place, self.of_questions.get(place)?)));
        let Some((place, slot)) = slot else {
            return Err(BankError::UnknownQuestion { id: entry.id.clone(), similar: Vec::new() }.into());
        };
        slot.get_or_init(|| question_index(questions, place)).as_ref().map(Option::as_ref).map_err(Clone::clone)
    }
}

fn bank_index(bank: &Bank, folder: Option<&Path>) -> Result<BankIndex, SearchError> {
    let mut all: Vec<(Question, Vec<Sample>)> = Vec::with_capacity(bank.entries().len());
    for entry in bank.entries() {
        all.push((bank.question(entry)?, bank.samples(entry)?));
    }
    let contents: Vec<Contents<'_>> = all.iter().map(|(question, samples)| Contents { question, samples }).collect();
    let analyzer = analyzer(bank)?;
    let mut cache_error = None;
    if let Some(folder) = folder.filter(|_| !bank.files().is_built_in()) {
        match Index::cached(folder, bank.files().fingerprint(), &contents, &analyzer) {
            Ok(index) => return Ok(BankIndex { index, cache_error: None }),
            Err(IndexCacheError::Index(error)) => return Err(error.into()),
            Err(error @ IndexCacheError::Folder(_)) => cache_error = Some(Arc::new(error)),
        }
    }
    Ok(BankIndex { index: Index::in_memory(&contents, &analyzer)?, cache_error })
}

/// The index of the question at a place in the bank.
fn question_index(questions: &Questions, place: usize) -> Result<Option<Index>, SearchError> {
    let question = questions.at(place)?;
    let samples = questions.samples(question)?.iter();
    let strong: Vec<Sample> = samples.filter(|sample| sample.level == SampleLevel::Strong).cloned().collect();
    if strong.is_empty() {
        return Ok(None);
    }
    let contents = Contents { question: question.question(), samples: &strong };
    Ok(Some(Index::in_memory(&[contents], &analyzer(questions.bank())?)?))
}

fn analyzer(bank: &Bank) -> Result<Analyzer, BankError> {
    Ok(Analyzer::new(bank.synonyms().map_err(BankError::Faulty)?))
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;
    use std::thread;

    use super::*;
    use crate::engine::shipped::{bank_from_texts, shipped_bank};

    /// The address of an index, to compare indexes by identity.
    fn address(index: &Index) -> usize {
        std::ptr::from_ref(index).addr()
    }

    #[test]
    fn threads_share_the_index_of_a_bank_and_the_index_of_each_question() {
        let questions = Questions::new(shipped_bank()).expect("no faults");
        let indexes = SampleIndexes::new(questions.bank());
        let (first, second) = (questions.at(0).expect("a question"), questions.at(1).expect("a question"));
        let addresses = || {
            let of_bank = indexes.of_bank(questions.bank(), None).expect("an index");
            let of_question = |question| indexes.of_question(&questions, question).expect("an index").map(address);
            [Some(address(&of_bank.index)), of_question(first), of_question(second)]
        };
        let found: Vec<_> = thread::scope(|scope| {
            let threads: Vec<_> = (0..4).map(|_| scope.spawn(addresses)).collect();
            threads.into_iter().map(|thread| thread.join().expect("no panic")).collect()
        });
        assert!(found.iter().all(|one| *one == addresses()), "{found:?}");
        let distinct: HashSet<_> = addresses().into_iter().flatten().collect();
        assert_eq!(distinct.len(), 3, "the bank and both questions have an index of their own");
    }

    #[test]
    fn a_question_of_another_bank_has_no_index() {
        let bank = bank_from_texts::<&str, &str>([]);
        let shipped = Questions::new(shipped_bank()).expect("no faults");
        let questions = Questions::new(bank).expect("no faults");
        let question = shipped.at(0).expect("a question");
        let indexes = SampleIndexes::new(questions.bank());
        let found = indexes.of_question(&questions, question);
        assert!(matches!(found, Err(SearchError::Bank(BankError::UnknownQuestion { .. }))));
    }
}
