//! Searches the sample answers of the whole bank.

use std::path::Path;
use std::sync::Arc;

use super::sample_indexes::{BankIndex, SearchError};
use super::service::Engine;
use crate::retrieve::{IndexCacheError, PassageFound};

/// Passages that were found.
#[derive(Debug)]
pub struct Passages {
    /// The passages, best first.
    pub found: Vec<PassageFound>,
    /// Why the index was not cached in the folder. `None` if it was cached, if no folder was given, or if the bank is
    /// the built-in one.
    pub cache_error: Option<Arc<IndexCacheError>>,
}

impl Engine {
    /// The passages of sample answers that fit `text` best, at most `limit`.
    ///
    /// The first search builds the index, and later searches use it. The index of a bank that is not built in is
    /// cached below the `folder` of the first search, if a folder is given.
    ///
    /// # Errors
    /// When the bank has faults, or the index cannot be built or searched.
    pub fn search(&self, text: &str, limit: usize, folder: Option<&Path>) -> Result<Passages, SearchError> {
        let BankIndex { index, cache_error } = self.indexes.of_bank(self.bank(), folder)?;
        Ok(Passages { found: index.passages(text, None, limit)?, cache_error: cache_error.clone() })
    }
}
