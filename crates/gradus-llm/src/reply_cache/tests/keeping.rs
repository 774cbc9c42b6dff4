//! Replies and endpoints are stored, found, counted and deleted.

use super::fixtures::{cache, cache_path, count_stored, fill, key, names, reply};
use crate::reply_cache::{Cache, CacheError, PathOrigin, StoredReply};

#[test]
fn a_stored_reply_is_found_after_the_cache_is_reopened() {
    let (_folder, path) = cache_path();
    let texts = [String::new(), "a\0b ✓".to_owned(), "long ".repeat(1_000_000)];
    let replies = texts.map(|text| StoredReply { text, is_cut: true, ..reply(3, 9) });
    let first = cache(&path);
    for (number, reply) in replies.iter().enumerate() {
        assert_eq!(first.get(&key(number)).expect("an answer"), None);
        first.put(&key(number), "old", 1, &super::fixtures::reply(1, 9)).expect("kept");
        first.put(&key(number), "model", 2, reply).expect("kept");
    }
    first.remember_endpoint("one", "old").expect("kept");
    first.remember_endpoint("one", "known").expect("kept");
    for opened in [first, cache(&path)] {
        for (number, reply) in replies.iter().enumerate() {
            assert_eq!(opened.get(&key(number)).expect("an answer").as_ref(), Some(reply));
        }
        assert_eq!(opened.endpoint("one").expect("an answer").as_deref(), Some("known"));
        assert_eq!(opened.endpoint("two").expect("an answer"), None);
    }
}

#[test]
fn numbers_beyond_the_range_are_stored_as_the_largest_number() {
    let (_folder, path) = cache_path();
    let cache = cache(&path);
    let huge = StoredReply { prompt_tokens: u64::MAX, ..reply(1, 9) };
    cache.put(&key(1), "model", u64::MAX, &huge).expect("kept");
    let stored = cache.get(&key(1)).expect("an answer").expect("a reply");
    assert_eq!(stored.prompt_tokens, u64::MAX / 2);
    let stats = cache.stats().expect("figures");
    assert_eq!((stats.prompt_tokens, stats.newest), (1_000_000_000_000, Some(u64::MAX / 2)));
}

#[test]
fn everything_is_counted_and_everything_is_deleted() {
    let (folder, path) = cache_path();
    let cache = cache(&path);
    assert_eq!(cache.stats().expect("figures").oldest, None);
    for (number, (model, now)) in [("b", 30), ("a", 20), ("b", 50)].into_iter().enumerate() {
        cache.put(&key(number), model, now, &reply(number, 2_000_000)).expect("kept");
    }
    cache.remember_endpoint("one", "known").expect("kept");
    let stats = cache.stats().expect("figures");
    assert_eq!((stats.replies, stats.prompt_tokens, stats.completion_tokens, stats.endpoints), (3, 300, 3, 1));
    assert_eq!(stats.models, [("a".to_owned(), 1), ("b".to_owned(), 2)]);
    assert_eq!((stats.oldest, stats.newest), (Some(20), Some(50)));
    assert!(stats.bytes > 6_000_000);
    assert_eq!(cache.clear().expect("cleared"), 3);
    let stats = cache.stats().expect("figures");
    assert_eq!((stats.replies, stats.endpoints, stats.newest), (0, 0, None));
    assert!(stats.bytes < 100_000, "{stats:?}");
    assert_eq!(cache.clear().expect("cleared"), 0);
    fill(&cache, 3);
    drop(cache);
    assert_eq!(count_stored(&super::fixtures::cache(&path), 3), 3);
    assert_eq!(names(folder.path()), ["cache.db"]);
}

#[test]
fn a_full_disk_is_reported_and_loses_nothing() {
    let (_folder, path) = cache_path();
    let cache = cache(&path);
    fill(&cache, 10);
    cache
        .with_connection(|connection| connection.pragma_update_and_check(None, "max_page_count", 1, |_| Ok(())))
        .expect("a limit");
    let error = cache.put(&key(11), "model", 7, &reply(11, 200_000)).expect_err("a full disk");
    assert!(error.to_string().contains("cannot write") && error.to_string().contains("cache.db"), "{error}");
    assert!(error.hint().is_some_and(|hint| hint.starts_with("free some space")), "{error}");
    assert_eq!(count_stored(&cache, 12), 10);
}

#[test]
fn an_impossible_path_is_reported() {
    let (folder, path) = cache_path();
    std::fs::create_dir(&path).expect("a folder");
    std::fs::write(folder.path().join("file"), "").expect("a file");
    for path in [path, folder.path().join("file/cache.db"), "".into()] {
        let error = Cache::open(&path, PathOrigin::Default).expect_err("no file");
        assert!(error.hint().is_some(), "{error}");
    }
    assert_eq!(names(folder.path()), ["cache.db", "file"]);
}

#[test]
fn a_write_protected_database_is_reported() {
    let (_folder, path) = cache_path();
    let cache = cache(&path);
    cache.with_connection(|connection| connection.pragma_update(None, "query_only", true)).expect("protected");
    let error = cache.put(&key(1), "model", 7, &reply(1, 9)).expect_err("protected");
    assert!(matches!(error, CacheError::Database { .. }) && is_about_protection(&error), "{error}");
}

#[test]
fn a_write_protected_file_is_reported_and_not_changed() {
    let (folder, path) = cache_path();
    fill(&cache(&path), 1);
    let mut permissions = path.metadata().expect("a file").permissions();
    permissions.set_readonly(true);
    std::fs::set_permissions(&path, permissions).expect("protected");
    // Some users may write protected files.
    let is_protected = std::fs::OpenOptions::new().append(true).open(&path).is_err();
    match Cache::open(&path, PathOrigin::Default) {
        Ok(opened) => assert!(!is_protected && count_stored(&opened.cache, 1) == 1),
        Err(error) => assert!(is_protected && is_about_protection(&error), "{error}"),
    }
    assert_eq!(names(folder.path()), ["cache.db"]);
}

#[test]
fn the_file_contains_nothing_but_stored_values() {
    let (folder, path) = cache_path();
    let cache = cache(&path);
    cache.put(&[0xA7; 32], "model-7", 7, &StoredReply { text: "SECRET".into(), ..reply(1, 9) }).expect("kept");
    let holds = |what: &str| {
        let whole: Vec<u8> =
            ["", "-wal"].iter().flat_map(|end| std::fs::read(format!("{}{end}", path.display()))).flatten().collect();
        whole.windows(what.len()).any(|window| window == what.as_bytes())
    };
    assert!(holds("SECRET") && holds("model-7"));
    assert!(!holds("cache.db") && !holds(&folder.path().display().to_string()));
    cache.clear().expect("cleared");
    assert!(!holds("SECRET") && !holds("model-7"), "deleted values are not in the file");
}

#[cfg(unix)]
#[test]
fn a_new_file_and_folder_are_private() {
    use std::os::unix::fs::PermissionsExt as _;
    let (folder, _) = cache_path();
    let path = folder.path().join("new/newer/cache.db");
    let cache = cache(&path);
    fill(&cache, 1);
    let mode =
        |end: &str| std::fs::metadata(format!("{}{end}", path.display())).expect("a file").permissions().mode() & 0o777;
    assert_eq!(["", "-wal", "-shm", ".lock"].map(mode), [0o600; 4]);
    for made in ["new", "new/newer"] {
        let known = folder.path().join(made).metadata().expect("a folder");
        assert_eq!(known.permissions().mode() & 0o777, 0o700, "{made}");
    }
}

#[cfg(unix)]
#[test]
fn a_link_to_a_cache_is_followed() {
    let (folder, path) = cache_path();
    fill(&cache(&path), 3);
    let link = folder.path().join("link.db");
    std::os::unix::fs::symlink(&path, &link).expect("a link");
    let linked = cache(&link);
    assert_eq!(count_stored(&linked, 3), 3);
    assert!(names(folder.path()).iter().all(|name| !name.starts_with("link.db-")));
}

fn is_about_protection(error: &CacheError) -> bool {
    error.hint().is_some_and(|hint| hint.starts_with("make the file and its folder writable"))
}
