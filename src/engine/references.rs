//! Finds passages of strong sample answers about the criteria that an answer did not meet.

use std::borrow::Cow;

use super::service::Engine;
use crate::bank::BankError;
use crate::model::{Grade, Reference, Sample, SampleLevel, Status};
use crate::questions::{Analyzer, PreparedQuestion};
use crate::retrieve::{Contents, Index, IndexError};

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

impl Engine {
    /// A passage of a strong sample for each criterion that is not met, where the question has strong samples.
    ///
    /// # Errors
    /// When samples or synonyms of the bank have faults, or the samples cannot be searched.
    pub fn references<'a>(
        &self,
        question: &'a PreparedQuestion,
        grade: &Grade<'a>,
    ) -> Result<Vec<Reference<'a>>, ReferenceError> {
        let rubric = question.question();
        let criteria = rubric.criteria.iter().zip(&grade.criteria);
        let open: Vec<_> = criteria.filter(|(_, graded)| graded.status != Status::Met).collect();
        let samples = self.questions().samples(question)?.iter();
        let strong: Vec<Sample> = samples.filter(|sample| sample.level == SampleLevel::Strong).cloned().collect();
        if open.is_empty() || strong.is_empty() {
            return Ok(Vec::new());
        }
        let analyzer = Analyzer::new(self.bank().synonyms().map_err(BankError::Faulty)?);
        // An index of this question alone: references do not depend on the rest of the bank.
        let index = Index::in_memory(&[Contents { question: rubric, samples: &strong }], &analyzer)?;
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
