//! Caches, keys and replies for the tests.

use std::path::{Path, PathBuf};

use tempfile::TempDir;

use crate::reply_cache::{Cache, PathOrigin, StoredReply};

/// A folder and the path of a cache in it.
pub(super) fn cache_path() -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("cache.db");
    (folder, path)
}

/// Opens a good or missing cache.
pub(super) fn cache(path: &Path) -> Cache {
    let opened = Cache::open(path, PathOrigin::Default).expect("a cache");
    assert_eq!(opened.set_aside, None);
    opened.cache
}

pub(super) fn key(number: usize) -> [u8; 32] {
    *blake3::hash(&number.to_le_bytes()).as_bytes()
}

/// A reply of about `length` bytes that contains its number.
pub(super) fn reply(number: usize, length: usize) -> StoredReply {
    let text = format!("{number:08} ").repeat(length / 9);
    let tokens = number as u64;
    StoredReply { text, is_cut: false, is_refusal: number % 2 == 1, prompt_tokens: 100, completion_tokens: tokens }
}

/// Stores replies of 2 KB with the numbers below `count`.
pub(super) fn fill(cache: &Cache, count: usize) {
    for number in 0..count {
        cache.put(&key(number), "model", 7, &reply(number, 2000)).expect("stored");
    }
}

/// The number of stored replies of [`fill`]; panics if one of them was changed.
pub(super) fn count_stored(cache: &Cache, count: usize) -> usize {
    let is_found = |number: &usize| {
        let stored = cache.get(&key(*number)).expect("an answer");
        assert!(stored.is_none() || stored == Some(reply(*number, 2000)), "reply {number} is another");
        stored.is_some()
    };
    (0..count).filter(is_found).count()
}

/// The names of the files in a folder except the lock, in order.
pub(super) fn names(folder: &Path) -> Vec<String> {
    let names = std::fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").file_name());
    let mut names: Vec<_> = names.map(|name| name.to_string_lossy().into_owned()).collect();
    names.retain(|name| name != "cache.db.lock");
    names.sort();
    names
}

/// Executes SQL statements in a database, which is created if it is missing.
pub(super) fn execute_sql(path: &Path, statements: &str) {
    let connection = rusqlite::Connection::open(path).expect("a database");
    connection.execute_batch(statements).expect("statements");
}
