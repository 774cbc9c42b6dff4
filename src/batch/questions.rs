//! The questions of a batch: told from what rows say, each made ready once for all threads.

use std::borrow::Cow;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, OnceLock, PoisonError, RwLock};

use hashbrown::HashMap;

use super::row::short;
use crate::bank::{Bank, BankError};
use crate::score::{Scorer, Vocabulary};

/// Texts by which questions were named that are remembered; more are forgotten and told anew.
const REMEMBERED: usize = 1 << 16;

/// Longer texts are not remembered.
const LONGEST_NAME: usize = 1024;
/// Answers with fewer words do not tell which question they answer.
const FEWEST_WORDS: usize = 8;

const NOT_TOLD: &str = "no question is named, and it cannot be told from the answer";

/// What to look a question up by.
#[derive(Debug, Clone, Copy)]
pub enum Wanted<'a> {
    /// By its wording.
    Wording(&'a str),
    /// By an answer to it.
    Answer(&'a str),
}

/// Questions that were found, the best first, with the others that are nearly as good.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FoundQuestion {
    /// The id of the best.
    pub id: String,
    /// The ids of the others.
    pub close: Vec<String>,
}

/// Looks a question up by something that is no id; `None` where nothing is like it, or why that is impossible.
pub type Find<'f> = dyn Fn(Wanted<'_>) -> Result<Option<FoundQuestion>, String> + Send + Sync + 'f;

/// The questions of a bank.
pub struct Questions<'b> {
    bank: &'b Bank,
    vocabulary: Vocabulary,
    find: Box<Find<'b>>,
    /// By their place in the bank.
    ready: Vec<OnceLock<Result<Scorer, String>>>,
    named: RwLock<HashMap<String, Arc<Settled>>>,
    prepared: AtomicU64,
}

/// What a name of a question came to.
#[derive(Debug)]
pub struct Settled {
    /// Its place in the bank, or why there is none.
    place: Result<usize, String>,
    /// The wording by which it was found, nothing where that was the answer, and the id that was found by it.
    pub found: Option<(String, String)>,
}

impl<'b> Questions<'b> {
    /// Of a bank, none of them ready.
    ///
    /// # Errors
    /// When the bank's lists of words have faults.
    pub fn new(bank: &'b Bank, find: Box<Find<'b>>) -> Result<Self, BankError> {
        let ready = bank.entries().iter().map(|_| OnceLock::new()).collect();
        let (named, prepared) = (RwLock::default(), AtomicU64::new(0));
        Ok(Self { bank, vocabulary: bank.vocabulary()?, find, ready, named, prepared })
    }

    /// How many rubrics were made ready so far.
    pub fn prepared(&self) -> u64 {
        self.prepared.load(Ordering::Relaxed)
    }

    /// The question of a row: as `name` says, or else as its answer tells, where that is given; `column` is where
    /// rows name it.
    pub(super) fn of_row(&self, name: Option<&str>, answer: Option<&str>, column: &str) -> Arc<Settled> {
        match (name, answer) {
            (Some(name), _) => self.named(name),
            (None, Some(answer)) => Arc::new(self.answered_by(answer)),
            (None, None) => self.unnamed(column),
        }
    }

    /// The question that is named so: by its id, or by its wording.
    pub fn named(&self, name: &str) -> Arc<Settled> {
        let known = self.named.read().unwrap_or_else(PoisonError::into_inner).get(name).map(Arc::clone);
        if let Some(known) = known {
            return known;
        }
        let settled = Arc::new(self.settle(name));
        if name.len() > LONGEST_NAME {
            return settled;
        }
        let mut named = self.named.write().unwrap_or_else(PoisonError::into_inner);
        if named.len() >= REMEMBERED {
            named.clear();
        }
        Arc::clone(named.entry(name.to_owned()).or_insert(settled))
    }

    fn settle(&self, name: &str) -> Settled {
        match self.place(name.trim()) {
            Ok(place) => Settled::by_id(Ok(place)),
            // What has no spaces is meant as an id.
            Err(error) if !name.trim().contains(char::is_whitespace) => Settled::by_id(Err(error)),
            Err(_) => {
                let place = self.found(Wanted::Wording(name), "the question cannot be told from its wording");
                let found =
                    place.as_ref().ok().map(|place| (short(name).into_owned(), self.bank.entries()[*place].id.clone()));
                Settled { place, found }
            }
        }
    }

    /// The question of a row that names none: the only one there is.
    pub fn unnamed(&self, column: &str) -> Arc<Settled> {
        let place = match self.bank.entries() {
            [only] => self.place(&only.id),
            _ => Err(format!("no `{column}`: the row names no question")),
        };
        Arc::new(Settled::by_id(place))
    }

    /// The question that an answer is most likely an answer to. In doubt there is none.
    pub fn answered_by(&self, answer: &str) -> Settled {
        let only = if let [only] = self.bank.entries() { Some(only) } else { None };
        let place = match only {
            Some(only) => return Settled::by_id(self.place(&only.id)),
            None if answer.trim().is_empty() => Err("the answer has no words".to_owned()),
            None if answer.split_whitespace().nth(FEWEST_WORDS).is_none() => Err(NOT_TOLD.to_owned()),
            None => self.found(Wanted::Answer(answer), NOT_TOLD),
        };
        let found = place.as_ref().ok().map(|place| (String::new(), self.bank.entries()[*place].id.clone()));
        Settled { place, found }
    }

    /// The question that is looked for; in doubt there is none.
    fn found(&self, wanted: Wanted<'_>, none: &str) -> Result<usize, String> {
        match (self.find)(wanted)? {
            None => Err(none.to_owned()),
            Some(FoundQuestion { id, close }) if !close.is_empty() => {
                Err(format!("{none}: it could be {id} or {}", close.join(" or ")))
            }
            Some(found) => self.place(&found.id),
        }
    }

    fn place(&self, id: &str) -> Result<usize, String> {
        let entry = self.bank.entry(id).map_err(|error| match short(id) {
            Cow::Borrowed(_) => one_line(&error),
            Cow::Owned(short) => format!("no question `{short}`"),
        })?;
        let place = self.bank.entries().iter().position(|one| one == entry);
        place.ok_or_else(|| format!("no question `{id}`"))
    }

    /// What answers to the question are graded by; made ready when it is first asked for.
    ///
    /// # Errors
    /// Why there is no such question, or what is wrong with its rubric.
    pub fn scorer(&self, settled: &Settled) -> Result<&Scorer, String> {
        let place = settled.place.clone()?;
        let ready = self.ready[place].get_or_init(|| {
            self.prepared.fetch_add(1, Ordering::Relaxed);
            self.bank.scorer(&self.bank.entries()[place], &self.vocabulary).map_err(|error| one_line(&error))
        });
        ready.as_ref().map_err(String::clone)
    }
}

impl Settled {
    /// The question's place in the bank, where there is one.
    pub fn place(&self) -> Option<usize> {
        self.place.as_ref().ok().copied()
    }

    fn by_id(place: Result<usize, String>) -> Self {
        Self { place, found: None }
    }
}

fn one_line(error: &BankError) -> String {
    let text = error.to_string();
    let lines: Vec<&str> = text.lines().map(|line| line.strip_prefix("hint: ").unwrap_or(line)).collect();
    lines.join("; ")
}
