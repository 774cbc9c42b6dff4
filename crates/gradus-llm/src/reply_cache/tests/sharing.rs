//! One cache file shared by threads and processes.

use std::path::Path;

use super::fixtures::{cache, cache_path, count_stored, fill, key, names, reply};
use crate::reply_cache::{Cache, PathOrigin};

const CHILD: &str = "GRADUS_TEST_OF_STORE";

#[test]
fn a_cache_can_be_shared_by_threads() {
    fn shared<T: Send + Sync>() {}
    shared::<Cache>();
    let (_folder, path) = cache_path();
    let cache = cache(&path);
    std::thread::scope(|scope| {
        for thread in 0..16 {
            let cache = &cache;
            scope.spawn(move || {
                for number in (thread * 125)..(thread * 125 + 125) {
                    cache.put(&key(number), "model", 7, &reply(number, 2000)).expect("kept");
                }
            });
        }
    });
    assert_eq!(count_stored(&cache, 2000), 2000);
}

#[test]
fn several_threads_can_create_and_write_the_file_at_once() {
    for _ in 0..5 {
        let (folder, path) = cache_path();
        std::thread::scope(|scope| {
            for _ in 0..8 {
                scope.spawn(|| fill(&cache(&path), 25));
            }
        });
        let cache = cache(&path);
        assert_eq!(count_stored(&cache, 25), 25);
        assert_eq!(cache.stats().expect("figures").replies, 25);
        drop(cache);
        assert_eq!(names(folder.path()), ["cache.db"]);
    }
}

#[test]
fn several_threads_can_find_the_same_damage_at_once() {
    let (folder, path) = cache_path();
    std::fs::write(&path, "not a database, but longer than a file that counts as empty").expect("written");
    let opened: Vec<_> = std::thread::scope(|scope| {
        let threads: Vec<_> =
            (0..8).map(|_| scope.spawn(|| Cache::open(&path, PathOrigin::Default).expect("a cache"))).collect();
        threads.into_iter().map(|thread| thread.join().expect("no panic")).collect()
    });
    assert_eq!(opened.iter().filter(|opened| opened.set_aside.is_some()).count(), 1);
    fill(&opened[0].cache, 5);
    assert!(opened.iter().all(|opened| count_stored(&opened.cache, 5) == 5));
    drop(opened);
    assert_eq!(names(folder.path()), ["cache.db", "cache.db.damaged-1"]);
}

#[test]
fn several_processes_can_create_and_write_the_file_at_once() {
    let program = std::env::current_exe().expect("this program");
    let name = format!("{}::one_process_of_several", module_path!().split_once("::").expect("a crate").1);
    for damage in [None, Some("not a database, but longer than a file that counts as empty")] {
        let (folder, path) = cache_path();
        damage.iter().for_each(|text| std::fs::write(&path, text).expect("written"));
        let start = || {
            let mut child = std::process::Command::new(&program);
            child.args(["--ignored", "--exact", "--quiet", &name]).env(CHILD, &path);
            child.stdout(std::process::Stdio::null()).spawn().expect("a process")
        };
        let children: Vec<_> = (0..4).map(|_| start()).collect();
        for mut child in children {
            assert!(child.wait().expect("an end").success());
        }
        assert_eq!(count_stored(&cache(&path), 101), 100);
        assert_eq!(names(folder.path()).len(), 1 + damage.iter().count());
    }
}

#[test]
#[ignore = "is started by another test"]
fn one_process_of_several() {
    let Some(path) = std::env::var_os(CHILD) else { return };
    fill(&Cache::open(Path::new(&path), PathOrigin::Default).expect("a cache").cache, 100);
}
