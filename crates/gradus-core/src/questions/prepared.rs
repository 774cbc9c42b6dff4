//! Questions with everything that grading needs, prepared when they are first used.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, OnceLock, PoisonError};

use super::analyzer::Analyzer;
use super::concept_share::concept_share;
use super::name_cache::NameCache;
use super::question_index::QuestionIndex;
use crate::bank::{Bank, BankError, Entry};
use crate::judge::Brief;
use crate::model::{Question, Sample, Thousandths};
use crate::score::{Scorer, Vocabulary, Workspace};

/// A bank whose questions are prepared once for all threads.
pub struct Questions {
    bank: Bank,
    vocabulary: Vocabulary,
    /// The prepared questions, by place in the bank.
    prepared: Vec<OnceLock<Result<PreparedQuestion, BankError>>>,
    index: OnceLock<Result<QuestionIndex, BankError>>,
    pub(super) names: NameCache,
    /// Workspaces that no thread uses at the moment. Their buffers make the next answer several times faster.
    idle: Mutex<Vec<Workspace>>,
    count: AtomicU64,
}

/// A question with its compiled phrases.
pub struct PreparedQuestion {
    entry: Entry,
    scorer: Scorer,
    samples: OnceLock<Result<Vec<Sample>, BankError>>,
    brief: OnceLock<Result<Brief, BankError>>,
}

impl PreparedQuestion {
    /// The offline scorer.
    pub fn scorer(&self) -> &Scorer {
        &self.scorer
    }

    /// The question itself.
    pub fn question(&self) -> &Question {
        self.scorer.question()
    }

    /// The question's place among the bank's files.
    pub fn entry(&self) -> &Entry {
        &self.entry
    }
}

impl Questions {
    /// The questions of a bank, none of them prepared.
    ///
    /// # Errors
    /// When the bank's word lists have faults.
    pub fn new(bank: Bank) -> Result<Self, BankError> {
        Ok(Self {
            vocabulary: bank.vocabulary()?,
            prepared: bank.entries().iter().map(|_| OnceLock::new()).collect(),
            index: OnceLock::new(),
            names: NameCache::default(),
            idle: Mutex::default(),
            count: AtomicU64::new(0),
            bank,
        })
    }

    /// The bank as it was opened: it is not reloaded when its files change.
    pub fn bank(&self) -> &Bank {
        &self.bank
    }

    /// The word lists of the bank.
    pub fn vocabulary(&self) -> &Vocabulary {
        &self.vocabulary
    }

    /// The number of questions that have been prepared so far.
    pub fn prepared(&self) -> u64 {
        self.count.load(Ordering::Relaxed)
    }

    /// The question with an id, or with a name that its rubric lists.
    ///
    /// # Errors
    /// When there is no such question, its name is not unique, or its rubric or samples have faults.
    pub fn get(&self, id: &str) -> Result<&PreparedQuestion, BankError> {
        self.at(self.place(id)?)
    }

    /// The place in the bank of the question with an id.
    pub(super) fn place(&self, id: &str) -> Result<usize, BankError> {
        let entry = self.bank.entry(id)?;
        let place = self.bank.entries().iter().position(|one| std::ptr::eq(one, entry));
        place.ok_or_else(|| BankError::UnknownQuestion { id: id.to_owned(), similar: Vec::new() })
    }

    /// The question at a place in the bank's [`entries`](Bank::entries).
    ///
    /// # Errors
    /// When there is no such place, or its rubric or samples have faults.
    pub fn at(&self, place: usize) -> Result<&PreparedQuestion, BankError> {
        let (Some(slot), Some(entry)) = (self.prepared.get(place), self.bank.entries().get(place)) else {
            return Err(BankError::UnknownQuestion { id: place.to_string(), similar: Vec::new() });
        };
        let prepare = || {
            self.count.fetch_add(1, Ordering::Relaxed);
            let scorer = self.bank.scorer(entry, &self.vocabulary)?;
            Ok(PreparedQuestion { entry: entry.clone(), scorer, samples: OnceLock::new(), brief: OnceLock::new() })
        };
        slot.get_or_init(prepare).as_ref().map_err(Clone::clone)
    }

    /// The sample answers to a question.
    ///
    /// # Errors
    /// When the samples have faults.
    pub fn samples<'q>(&self, question: &'q PreparedQuestion) -> Result<&'q [Sample], BankError> {
        let samples = question.samples.get_or_init(|| self.bank.samples(&question.entry));
        samples.as_deref().map_err(Clone::clone)
    }

    /// What judges read about a question: its rubric and samples.
    ///
    /// # Errors
    /// When the samples have faults.
    pub fn brief<'q>(&self, question: &'q PreparedQuestion) -> Result<&'q Brief, BankError> {
        let brief = || Ok(Brief::new(question.question(), self.samples(question)?));
        question.brief.get_or_init(brief).as_ref().map_err(Clone::clone)
    }

    /// An index of all questions, built when it is first used. The questions of the built-in bank are the background
    /// for other banks.
    ///
    /// # Errors
    /// When a rubric, samples or the synonyms have faults.
    pub fn index(&self) -> Result<&QuestionIndex, BankError> {
        self.index.get_or_init(|| index(&self.bank)).as_ref().map_err(Clone::clone)
    }

    /// The share of a question's concepts that occur in an answer. Concepts of penalties count too.
    ///
    /// # Errors
    /// When there is no such question, or its rubric or samples have faults.
    pub fn concept_share(&self, answer: &str, id: &str) -> Result<Thousandths, BankError> {
        let question = self.get(id)?;
        Ok(self.with_workspace(|workspace| concept_share(question.scorer(), answer, workspace)))
    }

    /// Calls `work` with a workspace that no other thread uses at the same time.
    pub fn with_workspace<T>(&self, work: impl FnOnce(&mut Workspace) -> T) -> T {
        let idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let mut workspace = idle.unwrap_or_default();
        let done = work(&mut workspace);
        // A panic above loses the workspace, because it may be half changed.
        self.idle.lock().unwrap_or_else(PoisonError::into_inner).push(workspace);
        done
    }
}

fn index(bank: &Bank) -> Result<QuestionIndex, BankError> {
    let read = |bank: &Bank| -> Result<Vec<(Question, Vec<Sample>)>, BankError> {
        bank.entries().iter().map(|entry| Ok((bank.question(entry)?, bank.samples(entry)?))).collect()
    };
    let background = if bank.files().is_built_in() { Vec::new() } else { read(&bank.built_in())? };
    let analyzer = Analyzer::new(bank.synonyms().map_err(BankError::Faulty)?);
    Ok(QuestionIndex::new(&read(bank)?, &background, analyzer))
}
