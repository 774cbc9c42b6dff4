//! Remembers which question each name refers to.
//!
//! Names of a batch repeat in many rows. Long names are not remembered, and the number of remembered names is limited.

use std::sync::{Arc, PoisonError, RwLock};

use hashbrown::HashMap;

use super::found_question::{FindError, FoundQuestion};

/// Greatest number of remembered names. When it is reached, all names are forgotten before the next one is added.
const MAX_REMEMBERED_NAMES: usize = 1 << 16;
/// Greatest length of a remembered name, in bytes.
const MAX_REMEMBERED_BYTES: usize = 1024;

/// Names and the results of looking them up.
#[derive(Default)]
pub(super) struct NameCache(RwLock<HashMap<String, Arc<Result<FoundQuestion, FindError>>>>);

impl NameCache {
    pub(super) fn get(&self, name: &str) -> Option<Arc<Result<FoundQuestion, FindError>>> {
        self.0.read().unwrap_or_else(PoisonError::into_inner).get(name).map(Arc::clone)
    }

    pub(super) fn keep(
        &self,
        name: &str,
        found: Arc<Result<FoundQuestion, FindError>>,
    ) -> Arc<Result<FoundQuestion, FindError>> {
        if name.len() > MAX_REMEMBERED_BYTES {
            return found;
        }
        let mut names = self.0.write().unwrap_or_else(PoisonError::into_inner);
        if names.len() >= MAX_REMEMBERED_NAMES {
            names.clear();
        }
        Arc::clone(names.entry_ref(name).or_insert(found))
    }
}
