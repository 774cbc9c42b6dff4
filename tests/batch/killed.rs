//! Killed at any moment, or asked to stop: the same command goes on.
#![cfg(unix)]

use std::fs;
use std::io::Write as _;
use std::process::{Command, Stdio};
use std::thread::sleep;
use std::time::Duration;

use super::rows::rows;
use crate::cli::tiny::{desk, tiny};

const ROWS: usize = 6000;

/// A process of `batch` in `folder`, on rows that it holds or that come through a pipe.
fn start(folder: &std::path::Path, input: &str) -> std::process::Child {
    Command::new(env!("CARGO_BIN_EXE_gradus"))
        .args(["--bank", "bank", "batch", input, "-o", "out.jsonl"])
        .current_dir(folder)
        .env_clear()
        .env("HOME", folder)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("starts")
}

/// The journal as far as its lines are whole.
fn journal(folder: &std::path::Path) -> Vec<u8> {
    let mut journal = fs::read(folder.join("out.jsonl.gradus/journal.1")).unwrap_or_default();
    journal.truncate(memchr::memrchr(b'\n', &journal).map_or(0, |at| at + 1));
    journal
}

#[test]
fn killed_at_random_moments_it_writes_what_an_unbroken_run_writes() {
    let desk = desk(rows(ROWS));
    let whole = tiny(["batch", "rows.jsonl"]).file("rows.jsonl", rows(ROWS)).run().done().out;
    let (mut seed, mut kills, mut before) = (7_u64, 0, Vec::new());
    loop {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let mut child = start(desk.path(), "rows.jsonl");
        // Later and later, so that it comes to its end whatever the machine.
        sleep(Duration::from_millis((seed >> 33) % (40 + 20 * kills)));
        if child.try_wait().expect("waits").is_some() {
            assert!(child.wait_with_output().expect("waits").status.success());
            break;
        }
        child.kill().expect("kills");
        child.wait().expect("waits");
        kills += 1;
        let after = journal(desk.path());
        assert!(after.starts_with(&before), "what was journalled is not graded again");
        before = after;
    }
    assert!(kills > 2, "{kills}");
    assert_eq!(fs::read_to_string(desk.path().join("out.jsonl")).expect("reads"), whole);
    assert!(journal(desk.path()).starts_with(&before), "what was journalled is not graded again");
}

#[test]
fn the_first_interrupt_saves_what_has_begun() {
    let desk = desk(rows(ROWS));
    let mut child = start(desk.path(), "-");
    let mut input = child.stdin.take().expect("piped");
    let all = rows(ROWS);
    let half = all[..all.len() / 2].rfind('\n').expect("a line") + 1;
    input.write_all(&all.as_bytes()[..half]).expect("writes");
    while journal(desk.path()).len() < 1000 {
        sleep(Duration::from_millis(5));
    }
    let interrupt = || Command::new("kill").args(["-INT", &child.id().to_string()]).status().expect("runs");
    assert!(interrupt().success());
    let output = child.wait_with_output().expect("ends");
    drop(input); // nobody had to end the pipe
    let told = String::from_utf8(output.stderr).expect("UTF-8");
    assert_eq!(output.status.code(), Some(130), "{told}");
    assert!(told.contains("results are saved, and the same command goes on from there"), "{told}");
    assert!(!desk.path().join("out.jsonl").exists());

    let saved = memchr::memchr_iter(b'\n', &journal(desk.path())).count() - 1;
    let ended = start(desk.path(), "rows.jsonl").wait_with_output().expect("ends");
    let told = String::from_utf8(ended.stdout).expect("UTF-8");
    assert!(told.contains(&format!("{} graded now, {saved} taken from the run before", ROWS - saved)), "{told}");
    let whole = tiny(["batch", "rows.jsonl"]).file("rows.jsonl", rows(ROWS)).run().done().out;
    assert_eq!(fs::read_to_string(desk.path().join("out.jsonl")).expect("reads"), whole);
}

#[test]
fn the_second_interrupt_leaves_at_once() {
    let desk = desk(rows(ROWS));
    let mut child = start(desk.path(), "-");
    let mut input = child.stdin.take().expect("piped");
    input.write_all(rows(2000).as_bytes()).expect("writes");
    while journal(desk.path()).len() < 1000 {
        sleep(Duration::from_millis(5));
    }
    for _ in 0..2 {
        assert!(Command::new("kill").args(["-INT", &child.id().to_string()]).status().expect("runs").success());
        sleep(Duration::from_millis(100));
    }
    // Its standard input is still open: it has not waited for it.
    assert_eq!(child.wait().expect("ends").code(), Some(130));
    drop(input);
    assert!(start(desk.path(), "rows.jsonl").wait_with_output().expect("ends").status.success());
}

#[test]
fn an_interrupt_while_it_reads_what_it_has_loses_nothing() {
    let desk = desk(rows(ROWS));
    assert!(start(desk.path(), "rows.jsonl").wait_with_output().expect("ends").status.success());
    let run = desk.path().join("out.jsonl.gradus");
    let manifest = fs::read_to_string(run.join("manifest.json")).expect("reads");
    let mut manifest: serde_json::Value = serde_json::from_str(&manifest).expect("JSON");
    manifest["state"] = "running".into();
    manifest.as_object_mut().expect("an object").remove("published");
    fs::rename(desk.path().join("out.jsonl"), run.join("results.1")).expect("moves");
    fs::write(run.join("manifest.json"), manifest.to_string()).expect("writes");
    let before = journal(desk.path());
    // Rows come through a pipe, so that it has some of them and waits for more.
    let mut child = start(desk.path(), "-");
    let mut input = child.stdin.take().expect("piped");
    input.write_all(rows(500).as_bytes()).expect("writes");
    sleep(Duration::from_millis(700));
    assert!(Command::new("kill").args(["-INT", &child.id().to_string()]).status().expect("runs").success());
    assert_eq!(child.wait().expect("ends").code(), Some(130));
    drop(input);
    assert_eq!(journal(desk.path()), before);
    let told = start(desk.path(), "rows.jsonl").wait_with_output().expect("ends").stdout;
    let told = String::from_utf8(told).expect("UTF-8");
    assert!(told.contains(&format!("0 graded now, {ROWS} taken from the run before")), "{told}");
}

#[test]
fn a_line_without_end_ends_when_the_program_is_asked_to_stop() {
    let (jsonl, csv) = (&["--input-format", "jsonl"][..], &["--input-format", "csv"][..]);
    for (begin, filler, format) in [
        ("", "x", jsonl),
        ("", "\n", jsonl),
        ("", "\r", csv),
        ("id,question,answer\n1,undo-release,", "x", csv),
        ("id,question,answer\n1,undo-release,\"", "\n", csv),
        ("id,question,answer\n", "\n", csv),
        ("id,question,answer\n", ",", csv),
    ] {
        for (signal, output) in [("-TERM", "out.jsonl"), ("-INT", "out.csv")] {
            let desk = desk("");
            let mut child = Command::new(env!("CARGO_BIN_EXE_gradus"))
                .args(["--bank", "bank", "batch", "-", "-o", output])
                .args(format)
                .current_dir(desk.path())
                .env_clear()
                .env("HOME", desk.path())
                .stdin(Stdio::piped())
                .stdout(Stdio::piped())
                .stderr(Stdio::piped())
                .spawn()
                .expect("starts");
            let mut input = child.stdin.take().expect("piped");
            let (begin, filler) = (begin.as_bytes().to_vec(), filler.as_bytes().repeat(1 << 16));
            let feeder = std::thread::spawn(move || {
                // Until the program is gone.
                let _ = input.write_all(&begin);
                while input.write_all(&filler).is_ok() {}
            });
            sleep(Duration::from_millis(300));
            assert!(child.try_wait().expect("waits").is_none(), "it reads");
            assert!(Command::new("kill").args([signal, &child.id().to_string()]).status().expect("runs").success());
            let asked = std::time::Instant::now();
            while child.try_wait().expect("waits").is_none() {
                if asked.elapsed() > Duration::from_secs(20) {
                    child.kill().expect("kills");
                    panic!("{signal} {output} {format:?}: it does not end");
                }
                sleep(Duration::from_millis(10));
            }
            let code = child.wait_with_output().expect("ends").status.code();
            assert_eq!(code, Some(130), "{signal} {output} {format:?}");
            feeder.join().expect("ends");
        }
    }
}
