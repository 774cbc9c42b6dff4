//! A damaged file loses its contents and causes no error.

use std::path::Path;

use super::fixtures::{cache, cache_path, count_stored, execute_sql, fill, key, names, reply};
use crate::reply_cache::{Cache, CacheError, PathOrigin};

const COUNT: usize = 60;
const PAGE: usize = 4096;

/// The bytes of a filled and closed cache.
fn filled() -> Vec<u8> {
    let (_folder, path) = cache_path();
    let cache = cache(&path);
    fill(&cache, COUNT);
    cache.remember_endpoint("one", "known").expect("kept");
    drop(cache);
    std::fs::read(path).expect("bytes")
}

/// Asserts that no operation fails; returns whether the file was renamed at once, and later.
fn used(folder: &Path, path: &Path) -> (bool, bool) {
    let opened = Cache::open(path, PathOrigin::Default).expect("a cache");
    let cache = opened.cache;
    count_stored(&cache, COUNT);
    cache.endpoint("one").expect("an answer");
    cache.stats().expect("figures");
    fill(&cache, COUNT);
    assert_eq!(count_stored(&cache, COUNT), COUNT);
    cache.clear().expect("cleared");
    let later = cache.set_aside_path();
    for aside in opened.set_aside.iter().chain(&later) {
        assert!(aside.is_file(), "{}", aside.display());
    }
    let damaged = names(folder).iter().filter(|name| name.ends_with(char::is_numeric)).count();
    assert_eq!(damaged, usize::from(opened.set_aside.is_some()) + usize::from(later.is_some()));
    (opened.set_aside.is_some(), later.is_some())
}

#[test]
fn a_file_that_is_not_a_database_is_renamed_at_once() {
    let whole = filled();
    let headless = [&[0; 100], &whole[100..]].concat();
    let first_page = [&[0x5A; PAGE], &whole[PAGE..]].concat();
    let notes = "These are my notes, not a database.\n".repeat(100);
    let cases: [(&str, &[u8], bool); 6] = [
        ("an empty file", b"", false),
        ("the whole file", &whole, false),
        ("half of the file", &whole[..whole.len() / 2], true),
        ("no header", &headless, true),
        ("another first page", &first_page, true),
        ("text", notes.as_bytes(), true),
    ];
    for (name, bytes, is_set_aside) in cases {
        let (folder, path) = cache_path();
        std::fs::write(&path, bytes).expect("written");
        assert_eq!(used(folder.path(), &path).0, is_set_aside, "{name}");
        if is_set_aside {
            assert_eq!(std::fs::read(folder.path().join("cache.db.damaged-1")).expect("bytes"), bytes, "{name}");
        }
    }
}

#[test]
fn damage_of_any_page_is_survived() {
    let whole = filled();
    let mut later = 0;
    for page in 0..whole.len() / PAGE {
        for filler in [0, 0xFF, b'a'] {
            let (folder, path) = cache_path();
            let mut bytes = whole.clone();
            bytes[page * PAGE..(page + 1) * PAGE].fill(filler);
            std::fs::write(&path, bytes).expect("written");
            later += usize::from(used(folder.path(), &path).1);
        }
    }
    assert!(later > 0, "some damage shows only when the page is read");
}

#[test]
fn a_change_of_any_byte_of_the_header_is_survived() {
    let whole = filled();
    // Without the application id and the layout version, because a change there names another owner.
    for at in (0..100).filter(|at| !(60..64).contains(at) && !(68..72).contains(at)) {
        let (folder, path) = cache_path();
        let mut bytes = whole.clone();
        bytes[at] ^= 0x55;
        std::fs::write(&path, bytes).expect("written");
        used(folder.path(), &path);
    }
}

#[test]
fn two_caches_that_find_the_same_damage_agree_on_the_new_file() {
    let whole = filled();
    let (folder, path) = cache_path();
    std::fs::write(&path, &whole).expect("written");
    // The root page of the index of replies, as the database reports it.
    let root = cache(&path).with_connection(|connection| {
        connection.query_row(
            "SELECT rootpage FROM sqlite_schema WHERE tbl_name = 'reply' AND type = 'index'",
            [],
            |row| row.get::<_, i64>(0),
        )
    });
    let from = (usize::try_from(root.expect("a page")).expect("a number") - 1) * PAGE;
    let mut bytes = whole;
    bytes[from..from + PAGE].fill(0);
    std::fs::write(&path, bytes).expect("written");
    let caches = [cache(&path), cache(&path)];
    std::thread::scope(|scope| {
        for cache in &caches {
            scope.spawn(|| assert_eq!(count_stored(cache, COUNT), 0));
        }
    });
    assert!(caches.iter().any(|cache| cache.set_aside_path().is_some()));
    caches[0].put(&key(1), "model", 7, &reply(1, 2000)).expect("kept");
    assert_eq!(count_stored(&caches[1], COUNT), 1);
    drop(caches);
    let names = names(folder.path());
    assert!(names.contains(&"cache.db.damaged-1".to_owned()) && !names.contains(&"cache.db.damaged-2".to_owned()));
}

#[test]
fn a_row_with_a_wrong_checksum_is_a_cache_miss_and_is_deleted() {
    let changes = [
        "UPDATE reply SET text = CAST('another' AS BLOB)",
        "UPDATE reply SET flags = 3",
        "UPDATE reply SET completion_tokens = -1",
        "UPDATE reply SET model = 'another'",
        "UPDATE reply SET checksum = x'00'",
        "UPDATE reply SET text = x'FF'",
    ];
    for change in changes {
        let (_folder, path) = cache_path();
        let cache = cache(&path);
        fill(&cache, 1);
        cache.remember_endpoint("one", "known").expect("kept");
        cache.with_connection(|connection| connection.execute_batch(change)).expect("changed");
        cache
            .with_connection(|connection| connection.execute_batch("UPDATE endpoint SET known = 'more'"))
            .expect("changed");
        assert_eq!(cache.get(&key(0)).expect("an answer"), None, "{change}");
        assert_eq!(cache.endpoint("one").expect("an answer"), None);
        let stats = cache.stats().expect("figures");
        assert_eq!((stats.replies, stats.endpoints), (0, 0), "{change}");
        assert_eq!(cache.set_aside_path(), None);
    }
}

#[test]
fn files_of_other_applications_are_not_changed() {
    let ours = |change: &str| {
        let (_folder, path) = cache_path();
        drop(cache(&path));
        execute_sql(&path, change);
        std::fs::read(path).expect("bytes")
    };
    let others = |statements: &str| {
        let (_folder, path) = cache_path();
        execute_sql(&path, statements);
        std::fs::read(path).expect("bytes")
    };
    let cases = [
        (others("CREATE TABLE note (text TEXT)"), "another application (id 0x00000000)"),
        (others("PRAGMA application_id = 7; CREATE TABLE note (text TEXT)"), "another application (id 0x00000007)"),
        (others("PRAGMA user_version = 3"), "another application"),
        (ours("PRAGMA user_version = 2"), "newer version (layout 2)"),
    ];
    for (bytes, reason) in cases {
        let (folder, path) = cache_path();
        std::fs::write(&path, &bytes).expect("written");
        for error in
            [Cache::open(&path, PathOrigin::Default).err(), Cache::open_to_read(&path, PathOrigin::Default).err()]
        {
            let error = error.expect("refused");
            let shown = error.to_string();
            assert!(shown.contains(reason) && shown.contains("cache.db") && error.hint().is_some(), "{shown}");
        }
        assert_eq!(std::fs::read(&path).expect("bytes"), bytes, "{reason}");
        assert_eq!(names(folder.path()), ["cache.db"]);
    }
}

#[test]
fn a_database_with_an_old_or_incomplete_layout_is_renamed() {
    for change in ["PRAGMA user_version = 0", "DROP TABLE endpoint", "DELETE FROM about"] {
        let (_folder, path) = cache_path();
        drop(cache(&path));
        execute_sql(&path, change);
        let error = Cache::open_to_read(&path, PathOrigin::Default).expect_err("not to be understood");
        assert!(matches!(error, CacheError::Older { .. } | CacheError::Damaged { .. }), "{error}");
        let opened = Cache::open(&path, PathOrigin::Default).expect("a cache");
        assert!(opened.set_aside.is_some_and(|aside| aside.ends_with("cache.db.damaged-1")), "{change}");
        fill(&opened.cache, 2);
        assert_eq!(count_stored(&opened.cache, 2), 2);
    }
}

#[test]
fn every_renamed_database_has_a_name_of_its_own() {
    let (folder, path) = cache_path();
    for number in 1..=3 {
        std::fs::write(&path, "not a database, but longer than a file that counts as empty").expect("written");
        std::fs::write(folder.path().join("cache.db-wal"), "no log").expect("written");
        let aside = Cache::open(&path, PathOrigin::Default).expect("a cache").set_aside.expect("set aside");
        assert!(aside.ends_with(format!("cache.db.damaged-{number}")));
    }
}
