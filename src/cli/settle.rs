//! Determines the question of an answer that `grade` or another command is given.

use std::borrow::Cow;
use std::cell::OnceCell;
use std::fmt::Write as _;

use anyhow::{Context as _, bail};

use super::answer::Input;
use crate::bank::{Bank, BankError, Entry, Ideas};
use crate::model::{Question, QuestionChoice, QuestionMatch, Sample, SimilarQuestion, Thousandths};
use crate::retrieve::{Analyzer, LEAST_FOR_ANSWER, LEAST_FOR_WORDING, QuestionIndex};

/// Questions that are named when several are close.
const NAMED: usize = 3;

/// A question, and how it was determined.
pub(super) struct SettledQuestion<'b> {
    pub(super) entry: &'b Entry,
    pub(super) matched: QuestionMatch<'static>,
    /// For people, when the question was not named by its id.
    pub(super) note: Option<String>,
}

/// Determines the questions of answers to one bank. The index of its questions is built when it is first needed.
pub(super) struct QuestionFinder<'b> {
    bank: &'b Bank,
    index: OnceCell<QuestionIndex>,
    ideas: OnceCell<Ideas<'b>>,
}

impl<'b> QuestionFinder<'b> {
    pub(super) fn new(bank: &'b Bank) -> Self {
        Self { bank, index: OnceCell::new(), ideas: OnceCell::new() }
    }

    /// The question that is named `id`, or asked with the wording `ask`, or that the front matter of the
    /// answer names, or that the answer is about.
    ///
    /// # Errors
    /// When there is no such question, or none is similar enough.
    pub(super) fn settle(
        &self,
        id: Option<&str>,
        ask: Option<&str>,
        input: &Input,
    ) -> anyhow::Result<SettledQuestion<'b>> {
        let by_id = |entry| SettledQuestion { entry, matched: QuestionMatch::Id, note: None };
        if let Some(id) = id {
            return Ok(by_id(self.bank.entry(id)?));
        }
        if let Some(wording) = ask {
            return self.asked(wording);
        }
        if let Some(id) = input.question() {
            return match self.bank.entry(id) {
                Ok(entry) => Ok(by_id(entry)),
                // An id has no spaces.
                Err(_) if id.contains(char::is_whitespace) => self.asked(id),
                Err(error) => Err(error).context("the answer's front matter names a question that is not in the bank"),
            };
        }
        if let [only] = self.bank.entries() {
            let note = Some("is the only one in the bank".to_owned());
            return Ok(SettledQuestion { entry: only, matched: QuestionMatch::Only, note });
        }
        if input.body().trim().is_empty() {
            bail!("the answer is empty, and no question is named");
        }
        let ideas = self.ideas()?;
        let choice = self.index()?.answered_by(input.body(), |id| ideas.share_in(input.body(), id))?;
        let missing = ("the question cannot be told from the answer", LEAST_FOR_ANSWER);
        self.chosen(choice, "found from the answer", missing, |similarity| QuestionMatch::Answer { similarity })
    }

    fn asked(&self, wording: &str) -> anyhow::Result<SettledQuestion<'b>> {
        let kept = QuestionMatch::kept_wording(wording.trim());
        let how = format!("found by its wording “{kept}”");
        let asked = self.bank.asked_as(wording);
        for entry in &asked {
            self.bank.entry(&entry.id)?; // the id must be unique
        }
        match *asked {
            [entry] => {
                let matched = QuestionMatch::Wording { wording: Cow::Owned(kept) };
                return Ok(SettledQuestion { entry, matched, note: Some(how) });
            }
            [] => {}
            ref several => {
                let ids: Vec<&str> = several.iter().map(|entry| entry.id.as_str()).collect();
                bail!("this is a wording of {}\nhint: name one with --question", ids.join(" and of "));
            }
        }
        let choice = self.index()?.asked_by(wording);
        let missing = ("no similar question in this bank", LEAST_FOR_WORDING);
        let matched = |similarity| QuestionMatch::Similar { wording: Cow::Owned(kept), similarity };
        self.chosen(choice, &how, missing, matched)
    }

    fn chosen(
        &self,
        choice: QuestionChoice,
        how: &str,
        (missing, least): (&str, Thousandths),
        matched: impl FnOnce(Thousandths) -> QuestionMatch<'static>,
    ) -> anyhow::Result<SettledQuestion<'b>> {
        let (best, others) = match choice {
            QuestionChoice::None { nearest } => {
                let nearest = nearest.map(|nearest| format!("{}; ", nearest_question(&nearest, least)));
                bail!(
                    "{missing}\nhint: {}name the question with --question ID; `gradus questions` lists them",
                    nearest.unwrap_or_default()
                );
            }
            QuestionChoice::One(best) => (best, Vec::new()),
            QuestionChoice::Close { best, others } => (best, others),
        };
        let mut note = format!("{how}, similarity {}", best.similarity);
        if !others.is_empty() {
            let close: Vec<&str> = others.iter().take(NAMED - 1).map(|other| other.id.as_str()).collect();
            let _ = write!(note, "; it was close with {}: use --question to choose", close.join(" and "));
        }
        Ok(SettledQuestion { entry: self.bank.entry(&best.id)?, matched: matched(best.similarity), note: Some(note) })
    }

    fn index(&self) -> anyhow::Result<&QuestionIndex> {
        if let Some(index) = self.index.get() {
            return Ok(index);
        }
        let index = question_index(self.bank)?;
        Ok(self.index.get_or_init(|| index))
    }

    fn ideas(&self) -> anyhow::Result<&Ideas<'b>> {
        if let Some(ideas) = self.ideas.get() {
            return Ok(ideas);
        }
        let ideas = Ideas::new(self.bank)?;
        Ok(self.ideas.get_or_init(|| ideas))
    }
}

/// Says which question was the most similar one, though not similar enough.
pub(super) fn nearest_question(nearest: &SimilarQuestion, least: Thousandths) -> String {
    let SimilarQuestion { id, similarity } = nearest;
    format!("the nearest is {id} (similarity {similarity}, {least} is needed)")
}

/// The words of all questions of a bank. The shipped questions are the background for other banks.
pub(super) fn question_index(bank: &Bank) -> anyhow::Result<QuestionIndex> {
    let questions = |bank: &Bank| -> Result<Vec<(Question, Vec<Sample>)>, BankError> {
        bank.entries().iter().map(|entry| Ok((bank.question(entry)?, bank.samples(entry)?))).collect()
    };
    let background = if bank.files().is_built_in() { Vec::new() } else { questions(&crate::engine::shipped_bank())? };
    let analyzer = Analyzer::new(bank.synonyms().map_err(BankError::Faulty)?);
    Ok(QuestionIndex::new(&questions(bank)?, &background, analyzer))
}
