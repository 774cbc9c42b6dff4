//! At a path that the user chose, only a file with the program's application id may be replaced.

use std::path::Path;

use proptest::prelude::*;

use super::fixtures::{cache, cache_path, count_stored, execute_sql, fill, names};
use crate::reply_cache::{Cache, CacheError, PathOrigin};

/// Asserts that every way to open a cache refuses the file, and that neither the file nor its folder changes.
#[track_caller]
fn assert_left_alone(folder: &Path, path: &Path, is_expected: impl Fn(&CacheError) -> bool) {
    let everything = || std::fs::read_dir(folder).expect("a folder").count();
    let (before, entries) = (std::fs::read(path).expect("bytes"), everything());
    let error = Cache::open(path, PathOrigin::Chosen).expect_err("refused");
    assert!(is_expected(&error), "{error}");
    let read_error = Cache::open_to_read(path, PathOrigin::Chosen).expect_err("refused");
    assert_eq!(read_error.to_string(), error.to_string());
    let shown = error.to_string();
    assert!(shown.contains("cache.db") && error.hint().is_some(), "{shown}");
    assert_eq!(std::fs::read(path).expect("bytes"), before);
    assert_eq!(everything(), entries, "nothing is made beside it, not even a lock: {:?}", names(folder));
}

fn is_not_a_cache(error: &CacheError) -> bool {
    matches!(error, CacheError::NotACache { .. })
}

#[test]
fn a_file_of_another_kind_is_refused_and_not_changed() {
    let notes = "These are my notes, not a database.\n".repeat(100);
    let magic_alone = b"SQLite format 3\0".to_vec();
    let id_alone = [&[b' '; 68][..], b"Grds"].concat();
    for bytes in [b"x".to_vec(), notes.into_bytes(), magic_alone, id_alone, vec![0; 10_000]] {
        let (folder, path) = cache_path();
        std::fs::write(&path, bytes).expect("written");
        assert_left_alone(folder.path(), &path, is_not_a_cache);
    }
}

proptest! {
    #[test]
    fn a_file_without_our_header_is_never_replaced(
        bytes in prop_oneof![
            prop::collection::vec(any::<u8>(), 1..100), prop::collection::vec(any::<u8>(), 100..6000),
        ], has_magic in any::<bool>(),
    ) {
        let bytes = if has_magic { [&b"SQLite format 3\0"[..], &bytes].concat() } else { bytes };
        prop_assume!(bytes.get(68..72) != Some(&b"Grds"[..]));
        let (folder, path) = cache_path();
        std::fs::write(&path, bytes).expect("written");
        assert_left_alone(folder.path(), &path, |_| true);
    }
}

#[test]
fn a_database_of_another_application_is_refused_and_not_changed() {
    for statements in ["CREATE TABLE note (text TEXT)", "PRAGMA application_id = 7; CREATE TABLE note (text TEXT)"] {
        let (folder, path) = cache_path();
        execute_sql(&path, statements);
        assert_left_alone(folder.path(), &path, |error| matches!(error, CacheError::Foreign { .. }));
        // The first half of the file is damaged, but it still belongs to the other application.
        let whole = std::fs::read(&path).expect("bytes");
        std::fs::write(&path, &whole[..whole.len() / 2]).expect("written");
        assert_left_alone(folder.path(), &path, |_| true);
    }
}

#[test]
fn the_write_ahead_log_of_another_application_is_not_changed() {
    let (folder, path) = cache_path();
    let other = rusqlite::Connection::open(&path).expect("a database");
    other.execute_batch("PRAGMA journal_mode = WAL; CREATE TABLE note (text TEXT)").expect("statements");
    other.execute_batch("PRAGMA wal_checkpoint; INSERT INTO note VALUES ('kept')").expect("statements");
    // A copy of the database and its write-ahead log, as a killed process leaves them.
    let (killed, copy) = cache_path();
    for name in ["cache.db", "cache.db-wal"] {
        std::fs::copy(folder.path().join(name), killed.path().join(name)).expect("copied");
    }
    let log = std::fs::read(killed.path().join("cache.db-wal")).expect("bytes");
    assert_left_alone(killed.path(), &copy, |error| matches!(error, CacheError::Foreign { .. }));
    assert_eq!(std::fs::read(killed.path().join("cache.db-wal")).expect("bytes"), log);
}

#[test]
fn a_reply_cache_is_used_and_a_damaged_one_is_renamed() {
    let (folder, path) = cache_path();
    fill(&cache(&path), 30);
    let opened = Cache::open(&path, PathOrigin::Chosen).expect("a cache");
    assert_eq!((opened.set_aside, count_stored(&opened.cache, 30)), (None, 30));
    drop(opened.cache);
    let whole = std::fs::read(&path).expect("bytes");
    std::fs::write(&path, &whole[..whole.len() / 2]).expect("written");
    let opened = Cache::open(&path, PathOrigin::Chosen).expect("a cache");
    assert!(opened.set_aside.is_some_and(|aside| aside.ends_with("cache.db.damaged-1")));
    assert_eq!(std::fs::read(folder.path().join("cache.db.damaged-1")).expect("bytes"), whole[..whole.len() / 2]);
}

#[test]
fn several_threads_can_create_a_chosen_file_at_once() {
    for _ in 0..10 {
        let (folder, path) = cache_path();
        std::thread::scope(|scope| {
            for _ in 0..8 {
                scope.spawn(|| fill(&Cache::open(&path, PathOrigin::Chosen).expect("a cache").cache, 5));
            }
        });
        assert_eq!(count_stored(&cache(&path), 5), 5);
        assert_eq!(names(folder.path()), ["cache.db"]);
    }
}

#[test]
fn an_empty_file_becomes_a_cache() {
    let (_folder, path) = cache_path();
    std::fs::write(&path, "").expect("written");
    assert_eq!(Cache::open(&path, PathOrigin::Chosen).expect("a cache").set_aside, None);
}

#[test]
fn a_folder_is_refused() {
    let (_folder, path) = cache_path();
    std::fs::create_dir(&path).expect("a folder");
    for error in [Cache::open(&path, PathOrigin::Default).err(), Cache::open_to_read(&path, PathOrigin::Default).err()]
    {
        let error = error.expect("refused");
        assert!(error.to_string().contains("is a folder, not a reply cache"), "{error}");
    }
}

#[cfg(unix)]
#[test]
fn a_pipe_or_a_device_is_refused_without_blocking() {
    let (folder, path) = cache_path();
    let made = std::process::Command::new("mkfifo").arg(&path).status().expect("mkfifo runs");
    assert!(made.success());
    let link = folder.path().join("link.db");
    std::os::unix::fs::symlink("/dev/zero", &link).expect("a link");
    for path in [&path, &link, Path::new("/dev/zero")] {
        for origin in [PathOrigin::Default, PathOrigin::Chosen] {
            let error = Cache::open(path, origin).expect_err("refused");
            assert!(matches!(error, CacheError::NotAFile { .. }), "{error}");
        }
        assert!(matches!(Cache::open_to_read(path, PathOrigin::Default), Err(CacheError::NotAFile { .. })));
    }
}

#[cfg(unix)]
#[test]
fn a_link_to_a_foreign_file_is_refused_and_neither_is_changed() {
    let (folder, path) = cache_path();
    std::fs::write(&path, "my notes").expect("written");
    let link = folder.path().join("cache.db-link");
    std::os::unix::fs::symlink(&path, &link).expect("a link");
    assert_left_alone(folder.path(), &link, is_not_a_cache);
    assert!(link.is_symlink());
}
