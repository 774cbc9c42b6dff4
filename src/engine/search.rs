//! Searches the sample answers of the whole bank.
//!
//! Decides whether the index is kept on disk; building and searching it is left to `retrieve`.

use std::path::Path;

use super::service::Engine;
use crate::bank::BankError;
use crate::model::{Question, Sample};
use crate::questions::Analyzer;
use crate::retrieve::{Contents, Index, IndexCacheError, IndexError, PassageFound};

/// Passages that were found.
#[derive(Debug)]
pub struct Passages {
    /// The passages, best first.
    pub found: Vec<PassageFound>,
    /// Why the index was not kept in the folder; `None` if it was, or if no folder is given.
    pub not_kept: Option<IndexCacheError>,
}

/// Why samples cannot be searched.
#[derive(Debug, thiserror::Error)]
pub enum SearchError {
    /// The bank has faults.
    #[error(transparent)]
    Bank(#[from] BankError),
    /// The index cannot be built or searched.
    #[error(transparent)]
    Index(#[from] IndexError),
}

impl Engine {
    /// The passages of sample answers that fit `text` best, at most `limit`. The index of a bank that is not shipped
    /// is kept below `folder`, if one is given.
    ///
    /// # Errors
    /// When the bank has faults, or the index cannot be built or searched.
    pub fn search(&self, text: &str, limit: usize, folder: Option<&Path>) -> Result<Passages, SearchError> {
        let (index, not_kept) = self.passage_index(folder)?;
        Ok(Passages { found: index.passages(text, None, limit)?, not_kept })
    }

    fn passage_index(&self, folder: Option<&Path>) -> Result<(Index, Option<IndexCacheError>), SearchError> {
        let bank = self.bank();
        let mut all: Vec<(Question, Vec<Sample>)> = Vec::with_capacity(bank.entries().len());
        for entry in bank.entries() {
            all.push((bank.question(entry)?, bank.samples(entry)?));
        }
        let contents: Vec<Contents<'_>> =
            all.iter().map(|(question, samples)| Contents { question, samples }).collect();
        let analyzer = Analyzer::new(bank.synonyms().map_err(BankError::Faulty)?);
        let mut not_kept = None;
        if let Some(folder) = folder.filter(|_| !bank.files().is_built_in()) {
            match Index::cached(folder, bank.files().fingerprint(), &contents, &analyzer) {
                Ok(index) => return Ok((index, None)),
                Err(IndexCacheError::Index(error)) => return Err(error.into()),
                Err(error @ IndexCacheError::Folder(_)) => not_kept = Some(error),
            }
        }
        Ok((Index::in_memory(&contents, &analyzer)?, not_kept))
    }
}
