//! Opening for reading creates and changes no file.

use std::path::Path;

use super::fixtures::{cache, cache_path, count_stored, fill, key, names, reply};
use crate::reply_cache::{Cache, CacheError, PathOrigin};

#[test]
fn a_missing_file_is_not_created() {
    let (folder, path) = cache_path();
    assert!(Cache::open_to_read(&path, PathOrigin::Default).expect("an answer").is_none());
    assert!(
        Cache::open_to_read(&folder.path().join("no/folder.db"), PathOrigin::Default).expect("an answer").is_none()
    );
    assert_eq!(names(folder.path()), [""; 0]);
    std::fs::write(&path, "").expect("written");
    assert!(Cache::open_to_read(&path, PathOrigin::Default).expect("an answer").is_none());
}

fn protect(path: &Path, is_protected: bool) {
    let mut permissions = path.metadata().expect("a file").permissions();
    permissions.set_readonly(is_protected);
    std::fs::set_permissions(path, permissions).expect("protected");
}

#[test]
fn reading_does_not_change_the_file() {
    let (folder, path) = cache_path();
    fill(&cache(&path), 20);
    std::fs::remove_file(folder.path().join("cache.db.lock")).expect("no lock");
    let before = std::fs::read(&path).expect("bytes");
    protect(&path, true);
    protect(folder.path(), true);
    let reader = Cache::open_to_read(&path, PathOrigin::Default).expect("a cache").expect("a file");
    assert_eq!(count_stored(&reader, 30), 20);
    assert_eq!(reader.stats().expect("figures").replies, 20);
    let refused = [
        reader.put(&key(1), "model", 7, &reply(1, 9)).expect_err("no writing"),
        reader.remember_endpoint("one", "known").expect_err("no writing"),
        reader.clear().expect_err("no writing"),
    ];
    assert!(refused.iter().all(|error| matches!(error, CacheError::ReadOnly { .. })));
    let entries = std::fs::read_dir(folder.path()).expect("a folder").count();
    drop(reader);
    assert_eq!(entries, 1, "nothing was made beside it");
    protect(folder.path(), false);
    assert_eq!(std::fs::read(&path).expect("bytes"), before);
}

#[cfg(unix)]
#[test]
fn the_log_of_a_killed_process_is_read_too() {
    let (folder, path) = cache_path();
    let writer = cache(&path);
    fill(&writer, 20);
    for left in [&["cache.db", "cache.db-wal"][..], &["cache.db", "cache.db-shm", "cache.db-wal"]] {
        let (killed, copy) = cache_path();
        let at = |name: &&str| killed.path().join(name);
        for name in left {
            std::fs::copy(folder.path().join(name), at(name)).expect("copied");
            protect(&at(name), true);
        }
        protect(killed.path(), true);
        let before: Vec<_> = left.iter().map(|name| std::fs::read(at(name)).expect("bytes")).collect();
        let reader = Cache::open_to_read(&copy, PathOrigin::Default).expect("a cache").expect("a file");
        assert_eq!(count_stored(&reader, 30), 20, "{left:?}");
        drop(reader);
        assert_eq!(names(killed.path()), left);
        let is_index = |name: &str| name.ends_with("-shm");
        for (name, before) in left.iter().zip(before).filter(|(name, _)| !is_index(name)) {
            assert_eq!(std::fs::read(at(name)).expect("bytes"), before, "{name}");
        }
        protect(killed.path(), false);
        left.iter().for_each(|name| protect(&at(name), false));
        assert_eq!(count_stored(&cache(&copy), 30), 20, "and it is still there for who writes");
    }
}

#[test]
fn a_reader_sees_replies_that_others_store_meanwhile() {
    let (_folder, path) = cache_path();
    fill(&cache(&path), 1);
    let at_rest = Cache::open_to_read(&path, PathOrigin::Default).expect("a cache").expect("a file");
    assert_eq!(count_stored(&at_rest, 30), 1);
    let writer = cache(&path);
    fill(&writer, 10);
    let at_work = Cache::open_to_read(&path, PathOrigin::Default).expect("a cache").expect("a file");
    assert_eq!((count_stored(&at_rest, 30), count_stored(&at_work, 30)), (10, 10));
    fill(&writer, 20);
    assert_eq!((count_stored(&at_rest, 30), count_stored(&at_work, 30)), (20, 20));
}

#[test]
fn a_damaged_file_is_reported_and_not_changed() {
    let (folder, path) = cache_path();
    std::fs::write(&path, "not a database, but longer than a file that counts as empty").expect("written");
    let error = Cache::open_to_read(&path, PathOrigin::Default).expect_err("damaged");
    assert!(matches!(error, CacheError::Damaged { .. }), "{error}");
    assert_eq!(names(folder.path()), ["cache.db"]);
}

#[test]
fn a_damaged_row_is_a_cache_miss() {
    let (_folder, path) = cache_path();
    let writer = cache(&path);
    fill(&writer, 2);
    writer
        .with_connection(|connection| connection.execute_batch("UPDATE reply SET made = 8 WHERE rowid = 1"))
        .expect("changed");
    drop(writer);
    let reader = Cache::open_to_read(&path, PathOrigin::Default).expect("a cache").expect("a file");
    assert_eq!(count_stored(&reader, 2), 1);
    assert_eq!(reader.stats().expect("figures").replies, 2, "but it stays");
}
