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

/// Maximum length of a stored reply, in bytes. Replies with verdicts are shorter.
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
    /// How to resolve the error, without names of flags or commands.
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
    /// Held while a new reply is stored, so that the first of two replies to the same request counts.
    writing: Mutex<()>,
    error: Mutex<Option<CacheError>>,
    is_set_aside_reported: AtomicBool,
}

impl ReplyStore {
    pub(super) fn new(cache: Option<Cache>, is_refreshing: bool) -> Self {
        Self {
            cache,
            is_refreshing: AtomicBool::new(is_refreshing),
            writing: Mutex::default(),
            error: Mutex::default(),
            is_set_aside_reported: AtomicBool::new(false),
        }
    }

    /// Uses stored replies from now on.
    pub(super) fn stop_refreshing(&self) {
        self.is_refreshing.store(false, Ordering::Relaxed);
    }

    /// The next problem that was not reported yet: first a damaged database that was set aside, then the first error
    /// since the last reported error.
    pub(super) fn warning(&self) -> Option<CacheWarning> {
        let set_aside = self.cache.as_ref().and_then(Cache::set_aside_path);
        let set_aside = set_aside.filter(|_| !self.is_set_aside_reported.swap(true, Ordering::Relaxed));
        let error = || self.error.lock().unwrap_or_else(PoisonError::into_inner).take();
        set_aside.map(CacheWarning::SetAside).or_else(|| error().map(CacheWarning::NotStored))
    }

    /// The stored reply for a key.
    pub(super) fn find(&self, key: &[u8; 32]) -> Option<StoredReply> {
        let cache = self.cache.as_ref().filter(|_| !self.is_refreshing.load(Ordering::Relaxed))?;
        cache.get(key).unwrap_or_else(|error| {
            self.note(error);
            None
        })
    }

    /// Stores a reply. If another reply was stored for the key in the meantime, keeps and returns the other reply.
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

    /// Whether a reply with this text can be stored: there is a cache, and the text is not too long.
    pub(super) fn can_store(&self, text: &str) -> bool {
        self.cache.is_some() && text.len() <= LONGEST_STORED
    }

    fn note(&self, error: CacheError) {
        // A read-only cache was reported when it was opened.
        if !matches!(error, CacheError::ReadOnly { .. }) {
            self.error.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert(error);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::reply_cache::PathOrigin;

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

    #[test]
    fn a_set_aside_database_and_each_later_error_are_reported_once() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("cache.db");
        let cache = Cache::open(&path, PathOrigin::Default).expect("a cache").cache;
        let reply = StoredReply {
            text: "a ".repeat(50_000),
            is_cut: false,
            is_refusal: false,
            prompt_tokens: 1,
            completion_tokens: 1,
        };
        (0..4).for_each(|number| cache.put(&[number; 32], "model", 7, &reply).expect("stored"));
        drop(cache);
        let cache = Cache::open(&path, PathOrigin::Default).expect("a cache").cache;
        let mut bytes = std::fs::read(&path).expect("bytes");
        bytes[4096..].fill(0xff);
        std::fs::write(&path, &bytes).expect("written");
        let store = ReplyStore::new(Some(cache), false);
        assert!(store.find(&[1; 32]).is_none());
        let error = || CacheError::Damaged { path: path.clone() };
        store.note(error());
        assert!(matches!(store.warning(), Some(CacheWarning::SetAside(_))));
        assert!(matches!(store.warning(), Some(CacheWarning::NotStored(_))));
        assert!(store.warning().is_none());
        store.note(error());
        assert!(matches!(store.warning(), Some(CacheWarning::NotStored(_))));
        assert!(store.warning().is_none());
    }
}
