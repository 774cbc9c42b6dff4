//! How many of a question's ideas an answer contains, for finding the question that the answer is about.

use std::sync::{Arc, Mutex, PoisonError};

use hashbrown::HashMap;

use super::{Bank, BankError};
use crate::model::{Answer, Thousandths};
use crate::score::{Scorer, Vocabulary, Workspace};

/// Finds ideas of a bank's questions in answers. A question's phrases are compiled when they are first needed.
pub struct Ideas<'b> {
    bank: &'b Bank,
    vocabulary: Vocabulary,
    scorers: Mutex<HashMap<String, Arc<Scorer>>>,
    /// Workspaces that no thread uses at the moment. Their buffers make the next answer several times faster.
    workspaces: Mutex<Vec<Workspace>>,
}

impl<'b> Ideas<'b> {
    /// The ideas of all questions of a bank.
    ///
    /// # Errors
    /// When the bank's word lists have faults.
    pub fn new(bank: &'b Bank) -> Result<Self, BankError> {
        Ok(Self { bank, vocabulary: bank.vocabulary()?, scorers: Mutex::default(), workspaces: Mutex::default() })
    }

    /// The share of the ideas of a question, those of its penalties included, that occur in an answer.
    ///
    /// # Errors
    /// When the bank has no such question, or its rubric or samples have faults.
    pub fn share_in(&self, answer: &str, id: &str) -> Result<Thousandths, BankError> {
        let scorer = self.scorer(id)?;
        let idle = self.workspaces.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let mut workspace = idle.unwrap_or_default();
        let grade = scorer.grade(&Answer::new("", answer), &mut workspace);
        self.workspaces.lock().unwrap_or_else(PoisonError::into_inner).push(workspace);
        let (mut found, mut all) = (0, 0);
        for criterion in grade.criteria.iter().chain(&grade.penalties) {
            let mut ids: Vec<&str> = criterion.evidence.iter().map(|evidence| &*evidence.concept).collect();
            ids.sort_unstable();
            ids.dedup();
            found += ids.len();
            all += ids.len() + criterion.missing.len();
        }
        let share = (found * 1000).checked_div(all).unwrap_or_default();
        Ok(Thousandths(u32::try_from(share).unwrap_or_default()))
    }

    fn scorer(&self, id: &str) -> Result<Arc<Scorer>, BankError> {
        let known = self.scorers.lock().unwrap_or_else(PoisonError::into_inner).get(id).map(Arc::clone);
        if let Some(known) = known {
            return Ok(known);
        }
        let scorer = Arc::new(self.bank.scorer(self.bank.entry(id)?, &self.vocabulary)?);
        let mut scorers = self.scorers.lock().unwrap_or_else(PoisonError::into_inner);
        Ok(Arc::clone(scorers.entry_ref(id).or_insert(scorer)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::SampleLevel;
    use crate::test_bank::shipped_bank;

    #[test]
    fn strong_samples_contain_more_ideas_of_their_own_question_than_of_others() {
        let bank = shipped_bank();
        let ideas = Ideas::new(&bank).expect("sound");
        for entry in bank.entries() {
            let samples = bank.samples(entry).expect("sound");
            for sample in samples.iter().filter(|sample| sample.level == SampleLevel::Strong) {
                let share = |id: &str| ideas.share_in(&sample.text, id).expect("sound");
                let own = share(&entry.id);
                assert!((1..=1000).contains(&own.0), "{}: {own}", entry.id);
                let best_other =
                    bank.entries().iter().filter(|other| other.id != entry.id).map(|one| share(&one.id)).max();
                assert!(Some(own) > best_other, "{}: {own} {best_other:?}", entry.id);
            }
        }
    }

    #[test]
    fn a_share_counts_each_idea_once_and_an_unknown_question_is_an_error() {
        let bank = shipped_bank();
        let ideas = Ideas::new(&bank).expect("sound");
        let share = |text: &str| ideas.share_in(text, "alert-fatigue").expect("sound");
        let once = "We page somebody only when users are hurt.";
        assert!(share(once) > Thousandths(0));
        assert_eq!(share(&[once; 5].join(" ")), share(once));
        assert_eq!(share(""), Thousandths(0));
        assert_eq!(share("The recipe needs two eggs."), Thousandths(0));
        assert!(ideas.share_in(once, "no-such-question").is_err());
    }
}
