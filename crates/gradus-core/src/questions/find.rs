//! Finds the question that a name, a wording or an answer refers to.

use std::borrow::Cow;
use std::sync::Arc;

use super::found_question::{FindError, FoundQuestion, SearchText};
use super::prepared::{PreparedQuestion, Questions};
use crate::bank::{BankError, Entry};
use crate::model::{QuestionChoice, QuestionMatch, Thousandths};

impl FoundQuestion {
    /// Returns the question, or an error if others are about as similar.
    ///
    /// # Errors
    /// [`FindError::Ambiguous`] when other questions are about as similar.
    pub fn unless_ambiguous(self, questions: &Questions) -> Result<Self, FindError> {
        if self.also_similar.is_empty() {
            return Ok(self);
        }
        let own = questions.bank().entries().get(self.place).map(|entry| entry.id.clone());
        Err(FindError::Ambiguous {
            ids: own.into_iter().chain(self.also_similar.into_iter().map(|one| one.id)).collect(),
        })
    }
}

impl Questions {
    /// Prepares the question that was found.
    ///
    /// # Errors
    /// When the question's rubric or samples have faults.
    pub fn prepare(&self, found: &FoundQuestion) -> Result<&PreparedQuestion, BankError> {
        self.at(found.place)
    }

    /// The question with an id, or with a name that its rubric lists.
    ///
    /// # Errors
    /// [`FindError::Bank`] when the id is unknown or not unique.
    pub fn by_id(&self, id: &str) -> Result<FoundQuestion, FindError> {
        Ok(FoundQuestion::new(self.place(id)?, QuestionMatch::Id))
    }

    /// The question that a row or a file names: by its id, or else by a wording. A name without white space is taken as
    /// a wording only if it is one of the bank's wordings. Results are remembered.
    pub fn by_name(&self, name: &str) -> Arc<Result<FoundQuestion, FindError>> {
        match self.names.get(name) {
            Some(known) => known,
            None => self.names.keep(name, Arc::new(self.look_up(name))),
        }
    }

    fn look_up(&self, name: &str) -> Result<FoundQuestion, FindError> {
        let id = name.trim();
        let unknown = match self.by_id(id) {
            Ok(found) => return Ok(found),
            Err(unknown) => unknown,
        };
        let is_wording = id.contains(char::is_whitespace) || !self.bank().entries_with_wording(name).is_empty();
        if is_wording { self.by_wording(name)?.unless_ambiguous(self) } else { Err(unknown) }
    }

    /// The question that has this wording, or else the one whose wordings are most similar.
    ///
    /// # Errors
    /// When no question is similar enough, or several have the wording.
    pub fn by_wording(&self, wording: &str) -> Result<FoundQuestion, FindError> {
        let kept = || Cow::Owned(QuestionMatch::shortened_wording(wording.trim()));
        match *self.bank().entries_with_wording(wording) {
            [entry] => Ok(FoundQuestion::new(self.place(&entry.id)?, QuestionMatch::Wording { wording: kept() })),
            [] => {
                let matched = |similarity| QuestionMatch::Similar { wording: kept(), similarity };
                self.chosen(self.index()?.asked_by(wording), SearchText::Wording, matched)
            }
            ref several => Err(self.shared_wording(several)),
        }
    }

    /// The only question of the bank, or else the one that an answer is most likely about.
    ///
    /// # Errors
    /// When the answer has no words, or no question is similar enough.
    pub fn by_answer(&self, answer: &str) -> Result<FoundQuestion, FindError> {
        if let [only] = self.bank().entries() {
            return Ok(FoundQuestion::new(self.place(&only.id)?, QuestionMatch::Only));
        }
        if answer.trim().is_empty() {
            return Err(FindError::NoWords);
        }
        let choice = self.index()?.answered_by(answer, |id| self.concept_share(answer, id))?;
        self.chosen(choice, SearchText::Answer, |similarity| QuestionMatch::Answer { similarity })
    }

    fn chosen(
        &self,
        choice: QuestionChoice,
        text: SearchText,
        matched: impl FnOnce(Thousandths) -> QuestionMatch<'static>,
    ) -> Result<FoundQuestion, FindError> {
        let (best, also_similar) = match choice {
            QuestionChoice::None { nearest } => return Err(FindError::NotSimilar { text, nearest }),
            QuestionChoice::One(best) => (best, Vec::new()),
            QuestionChoice::Close { best, others } => (best, others),
        };
        // `place` fails if several questions have this id, because the id does not show which of them is meant.
        Ok(FoundQuestion { place: self.place(&best.id)?, matched: matched(best.similarity), also_similar })
    }

    /// The error for several questions with the same wording, or for an id among them that is not unique.
    fn shared_wording(&self, entries: &[&Entry]) -> FindError {
        if let Some(error) = entries.iter().find_map(|entry| self.place(&entry.id).err()) {
            return error.into();
        }
        FindError::SharedWording { ids: entries.iter().map(|entry| entry.id.clone()).collect() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::SimilarQuestion;

    #[test]
    fn every_error_has_a_message_for_any_caller_and_a_hint_if_an_id_helps() {
        let nearest = || Some(SimilarQuestion { id: "a".to_owned(), similarity: Thousandths(120) });
        let not_similar = |text, nearest| FindError::NotSimilar { text, nearest };
        let ids = || vec!["a".to_owned(), "b".to_owned()];
        let none = "no question is named, and no question of this bank is similar to the answer";
        let with_nearest = format!("{none} (the nearest is a, similarity 0.12)");
        for (error, message, is_named_by_id) in [
            (not_similar(SearchText::Wording, None), "no similar question in this bank", true),
            (not_similar(SearchText::Answer, None), none, true),
            (not_similar(SearchText::Answer, nearest()), &with_nearest, true),
            (FindError::SharedWording { ids: ids() }, "this is a wording of a and of b", true),
            (FindError::Ambiguous { ids: ids() }, "it could be a or b", true),
            (FindError::NoWords, "the answer has no words", false),
            (FindError::TooFewWords, "no question is named, and the answer has too few words to find it", false),
            (FindError::Unnamed, "no question is named", false),
        ] {
            assert_eq!(error.to_string(), message);
            assert_eq!(error.hint(), is_named_by_id.then_some("name the question by its id"), "{error}");
        }
    }
}
