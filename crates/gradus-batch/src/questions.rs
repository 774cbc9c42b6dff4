//! The questions of a batch: told from what rows say, each made ready once for all threads.

use std::borrow::Cow;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, OnceLock, PoisonError, RwLock};

use hashbrown::HashMap;

use super::row::short;
use gradus_core::bank::{Bank, BankError, Entry};
use gradus_core::model::{QuestionChoice, QuestionMatch, SimilarQuestion, Thousandths};
use gradus_core::score::{Scorer, Vocabulary};

/// Texts by which questions were named that are remembered; more are forgotten and told anew.
const REMEMBERED: usize = 1 << 16;

/// Longer texts are not remembered.
const LONGEST_NAME: usize = 1024;
/// Answers with fewer words do not tell which question they answer.
const FEWEST_WORDS: usize = 8;

const NOT_TOLD: &str = "no question is named, and no question of this bank is similar to the answer";
const TOO_FEW_WORDS: &str = "no question is named, and the answer has too few words to find it";

/// What to look a question up by.
#[derive(Debug, Clone, Copy)]
pub enum Wanted<'a> {
    /// By its wording.
    Wording(&'a str),
    /// By an answer to it.
    Answer(&'a str),
}

/// Looks a question up by something that is not an id, or says why that is impossible.
pub type Find<'f> = dyn Fn(Wanted<'_>) -> Result<QuestionChoice, String> + Send + Sync + 'f;

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
    /// How it was determined, where it was.
    matched: Option<QuestionMatch<'static>>,
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
        let unknown = match self.place(name.trim()) {
            Ok(place) => return Settled::by_id(Ok(place)),
            Err(unknown) => unknown,
        };
        let wording = || Cow::Owned(QuestionMatch::kept_wording(name.trim()));
        let matched = match *self.bank.asked_as(name) {
            [entry] => self.place(&entry.id).map(|place| (place, QuestionMatch::Wording { wording: wording() })),
            // A name without spaces is meant as an id.
            [] if !name.trim().contains(char::is_whitespace) => Err(unknown),
            [] => self
                .similar(Wanted::Wording(name))
                .map(|(place, similarity)| (place, QuestionMatch::Similar { wording: wording(), similarity })),
            ref several => Err(self.shared_wording(several)),
        };
        self.settled(matched, &short(name))
    }

    /// The question of a row that names none: the only one there is.
    pub fn unnamed(&self, column: &str) -> Arc<Settled> {
        Arc::new(match self.bank.entries() {
            [only] => self.only(only),
            _ => Settled::by_id(Err(format!("no `{column}`: the row names no question"))),
        })
    }

    /// The question that an answer is most likely an answer to. In doubt there is none.
    pub fn answered_by(&self, answer: &str) -> Settled {
        if let [only] = self.bank.entries() {
            return self.only(only);
        }
        let matched = if answer.trim().is_empty() {
            Err("the answer has no words".to_owned())
        } else if answer.split_whitespace().nth(FEWEST_WORDS).is_none() {
            Err(TOO_FEW_WORDS.to_owned())
        } else {
            let similar = self.similar(Wanted::Answer(answer));
            similar.map(|(place, similarity)| (place, QuestionMatch::Answer { similarity }))
        };
        self.settled(matched, "")
    }

    fn only(&self, only: &Entry) -> Settled {
        let place = self.place(&only.id);
        Settled { matched: place.is_ok().then_some(QuestionMatch::Only), ..Settled::by_id(place) }
    }

    /// A question that was found by `wording`, or by the answer where that is empty.
    fn settled(&self, matched: Result<(usize, QuestionMatch<'static>), String>, wording: &str) -> Settled {
        match matched {
            Err(reason) => Settled::by_id(Err(reason)),
            Ok((place, matched)) => {
                let id = self.bank.entries().get(place).map(|entry| entry.id.clone()).unwrap_or_default();
                Settled { place: Ok(place), found: Some((wording.to_owned(), id)), matched: Some(matched) }
            }
        }
    }

    /// The place of the one question that is similar, and how similar it is; in doubt there is none.
    fn similar(&self, wanted: Wanted<'_>) -> Result<(usize, Thousandths), String> {
        let none = match wanted {
            Wanted::Wording(_) => "no similar question in this bank",
            Wanted::Answer(_) => NOT_TOLD,
        };
        match (self.find)(wanted)? {
            QuestionChoice::None { nearest: None } => Err(none.to_owned()),
            QuestionChoice::None { nearest: Some(SimilarQuestion { id, similarity }) } => {
                Err(format!("{none} (the nearest is {id}, similarity {similarity})"))
            }
            QuestionChoice::One(SimilarQuestion { id, similarity }) => Ok((self.place(&id)?, similarity)),
            QuestionChoice::Close { best, others } => {
                self.place(&best.id)?; // two questions of one id cannot be told apart by it
                let ids: Vec<&str> = others.iter().map(|other| other.id.as_str()).collect();
                Err(format!("it could be {} or {}: name the question by its id", best.id, ids.join(" or ")))
            }
        }
    }

    /// Says that several questions have the wording that was given, or that their id is not unique.
    fn shared_wording(&self, entries: &[&Entry]) -> String {
        if let Some(reason) = entries.iter().find_map(|entry| self.place(&entry.id).err()) {
            return reason;
        }
        let ids: Vec<&str> = entries.iter().map(|entry| entry.id.as_str()).collect();
        format!("this is a wording of {}: name the question by its id", ids.join(" and of "))
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

    /// How the question was determined, where it was.
    pub fn question_match(&self) -> Option<&QuestionMatch<'static>> {
        self.matched.as_ref()
    }

    fn by_id(place: Result<usize, String>) -> Self {
        let matched = place.is_ok().then_some(QuestionMatch::Id);
        Self { place, found: None, matched }
    }
}

fn one_line(error: &BankError) -> String {
    let text = error.to_string();
    let lines: Vec<&str> = text.lines().map(|line| line.strip_prefix("hint: ").unwrap_or(line)).collect();
    lines.join("; ")
}
