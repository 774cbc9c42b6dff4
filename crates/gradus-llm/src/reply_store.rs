//! Looks up and stores replies and protocol dialects in the cache, which may be absent or read-only.
//!
//! A failing cache never fails a grade: the first error is kept as a warning for the caller. `pool` decides the key
//! under which a reply is stored.

use std::borrow::Cow;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::SystemTime;

use super::endpoint::Endpoint;
use super::protocol::Dialect;
use crate::reply_cache::{Cache, CacheError, StoredReply};

/// Longer replies are not stored, because verdicts are shorter. In bytes.
const LONGEST_STORED: usize = 1 << 20;

/// A problem with the cache that does not affect grades.
#[derive(Debug, thiserror::Error)]
pub enum CacheWarning {
    /// The cache was damaged and continues in a new file.
    #[error("the cached replies were damaged and are now in {}; new replies are cached", .0.display())]
    SetAside(PathBuf),
    /// Replies cannot be stored.
    #[error("replies are not cached: {0}")]
    NotStored(CacheError),
}

impl CacheWarning {
    /// Advice for any caller.
    pub fn hint(&self) -> Option<Cow<'static, str>> {
        match self {
            Self::SetAside(_) => None,
            Self::NotStored(error) => error.hint(),
        }
    }
}

/// The cache of a pool.
pub(super) struct ReplyStore {
    cache: Option<Cache>,
    /// Whether stored replies are ignored.
    is_refreshing: AtomicBool,
    /// Held while a new reply is stored, so that the first of two equal replies counts.
    writing: Mutex<()>,
    error: Mutex<Option<CacheError>>,
}

impl ReplyStore {
    pub(super) fn new(cache: Option<Cache>, is_refreshing: bool) -> Self {
        Self {
            cache,
            is_refreshing: AtomicBool::new(is_refreshing),
            writing: Mutex::default(),
            error: Mutex::default(),
        }
    }

    /// Uses stored replies from now on.
    pub(super) fn stop_refreshing(&self) {
        self.is_refreshing.store(false, Ordering::Relaxed);
    }

    /// The first problem since the last call.
    pub(super) fn warning(&self) -> Option<CacheWarning> {
        let set_aside = self.cache.as_ref().and_then(Cache::was_set_aside).map(CacheWarning::SetAside);
        let error = || self.error.lock().unwrap_or_else(PoisonError::into_inner).take();
        set_aside.or_else(|| error().map(CacheWarning::NotStored))
    }

    /// The stored reply for a key.
    pub(super) fn find(&self, key: &[u8; 32]) -> Option<StoredReply> {
        let cache = self.cache.as_ref().filter(|_| !self.is_refreshing.load(Ordering::Relaxed))?;
        cache.get(key).unwrap_or_else(|error| {
            self.note(error);
            None
        })
    }

    /// Stores a reply. If another reply was stored for the key in the meantime, returns that one, which counts.
    pub(super) fn store(&self, key: &[u8; 32], endpoint: &Endpoint, reply: &StoredReply) -> Option<StoredReply> {
        let cache = self.cache.as_ref()?;
        let _writing = self.writing.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(first) = self.find(key) {
            return Some(first);
        }
        let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).map_or(0, |since| since.as_secs());
        if let Err(error) = cache.put(key, &endpoint.model, now, reply) {
            self.note(error);
        }
        None
    }

    /// The dialect that an endpoint understood in an earlier run.
    pub(super) fn dialect(&self, endpoint: &Endpoint) -> Option<Dialect> {
        let known = self.cache.as_ref()?.endpoint(&endpoint.name()).ok().flatten()?;
        serde_json::from_str(&known).ok()
    }

    /// Stores the dialect of an endpoint for later runs.
    pub(super) fn store_dialect(&self, endpoint: &Endpoint, dialect: &Dialect) {
        let Some(cache) = &self.cache else { return };
        if let Ok(text) = serde_json::to_string(dialect)
            && let Err(error) = cache.remember_endpoint(&endpoint.name(), &text)
        {
            self.note(error);
        }
    }

    /// Whether a reply with this text is stored.
    pub(super) fn accepts(&self, text: &str) -> bool {
        self.cache.is_some() && text.len() <= LONGEST_STORED
    }

    fn note(&self, error: CacheError) {
        // Not noted, because a read-only cache was reported when it was opened.
        if !matches!(error, CacheError::ReadOnly { .. }) {
            self.error.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert(error);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_warning_has_a_message_of_one_line() {
        let path = PathBuf::from("some/cache.db");
        for (warning, message, hint) in [
            (
                CacheWarning::SetAside(path.clone()),
                "the cached replies were damaged and are now in some/cache.db; new replies are cached",
                None,
            ),
            (
                CacheWarning::NotStored(CacheError::Damaged { path }),
                "replies are not cached: some/cache.db is damaged",
                Some("delete it, or replace it by a good copy"),
            ),
        ] {
            assert_eq!(warning.to_string(), message);
            assert_eq!(warning.hint().as_deref(), hint);
        }
    }
}
