//! Finds passages of strong sample answers about the criteria that an answer did not meet.

use std::borrow::Cow;

use super::sample_indexes::SearchError;
use super::service::Engine;
use crate::bank::BankError;
use crate::model::{Grade, Reference, SampleLevel, Status};
use crate::questions::PreparedQuestion;
use crate::retrieve::IndexError;

/// Why references cannot be fetched.
#[derive(Debug, thiserror::Error)]
pub enum ReferenceError {
    /// The bank has faults.
    #[error(transparent)]
    Bank(#[from] BankError),
    /// The samples cannot be searched.
    #[error(transparent)]
    Index(#[from] IndexError),
}

impl From<SearchError> for ReferenceError {
    fn from(error: SearchError) -> Self {
        match error {
            SearchError::Bank(error) => Self::Bank(error),
            SearchError::Index(error) => Self::Index(error),
        }
    }
}

impl Engine {
    /// A passage of a strong sample for each criterion that is not met, where the question has strong samples.
    ///
    /// # Errors
    /// When the question is not in the bank, its samples or the synonyms of the bank have faults, or the samples cannot
    /// be searched.
    pub fn references<'a>(
        &self,
        question: &'a PreparedQuestion,
        grade: &Grade<'a>,
    ) -> Result<Vec<Reference<'a>>, ReferenceError> {
        let rubric = question.question();
        let criteria = rubric.criteria.iter().zip(&grade.criteria);
        let open: Vec<_> = criteria.filter(|(_, graded)| graded.status != Status::Met).collect();
        if open.is_empty() {
            return Ok(Vec::new());
        }
        let Some(index) = self.indexes.of_question(self.questions(), question)? else { return Ok(Vec::new()) };
        let mut references = Vec::new();
        for (criterion, graded) in open {
            let missing = criterion.concepts.iter().filter(|concept| graded.missing.iter().any(|id| *id == concept.id));
            let phrases = missing.flat_map(|concept| &concept.any).map(String::as_str);
            let wanted: Vec<&str> = phrases.chain([criterion.asks.as_str()]).collect();
            let found = index.passages(&wanted.join(" . "), Some((&rubric.id, SampleLevel::Strong)), 1)?;
            references.extend(found.into_iter().map(|found| Reference {
                question: Cow::Borrowed(rubric.id.as_str()),
                level: found.level,
                excerpt: Cow::Owned(found.text),
                criterion: Cow::Borrowed(criterion.id.as_str()),
            }));
        }
        Ok(references)
    }
}
