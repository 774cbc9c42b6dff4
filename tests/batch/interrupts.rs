//! Tests of interrupted batches: after a kill or a signal, the same command continues.
#![cfg(unix)]

use std::fs;
use std::io::Write as _;
use std::process::{Command, Stdio};
use std::thread::sleep;
use std::time::Duration;

use super::rows::rows;
use crate::cli::tiny_bank::{bank_folder, tiny};

const ROWS: usize = 6000;

/// Starts `gradus batch` in `folder`, on `rows.jsonl` or on standard input, with the output `out.jsonl`.
fn start(folder: &std::path::Path, input: &str) -> std::process::Child {
    start_with(folder, &[input, "-o", "out.jsonl"])
}

/// Starts `gradus batch` in `folder` with `args`.
fn start_with(folder: &std::path::Path, args: &[&str]) -> std::process::Child {
    Command::new(env!("CARGO_BIN_EXE_gradus"))
        .args(["--bank", "bank", "batch"])
        .args(args)
        .current_dir(folder)
        .env_clear()
        .env("HOME", folder)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("starts")
}

/// The complete lines of the journal.
fn journal(folder: &std::path::Path) -> Vec<u8> {
    let mut journal = fs::read(folder.join("out.jsonl.gradus/journal.1")).unwrap_or_default();
    journal.truncate(memchr::memrchr(b'\n', &journal).map_or(0, |at| at + 1));
    journal
}

#[test]
fn a_run_killed_at_random_moments_writes_the_same_output_as_an_uninterrupted_run() {
    let work_dir = bank_folder(rows(ROWS));
    let whole = tiny(["batch", "rows.jsonl"]).file("rows.jsonl", rows(ROWS)).run().success().out;
    let (mut seed, mut kills, mut before) = (7_u64, 0, Vec::new());
    loop {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let mut child = start(work_dir.path(), "rows.jsonl");
        // Each attempt runs longer than the one before, so that a slow machine finishes as well.
        sleep(Duration::from_millis((seed >> 33) % (40 + 20 * kills)));
        if child.try_wait().expect("waits").is_some() {
            assert!(child.wait_with_output().expect("waits").status.success());
            break;
        }
        child.kill().expect("kills");
        child.wait().expect("waits");
        kills += 1;
        let after = journal(work_dir.path());
        assert!(after.starts_with(&before), "journalled rows are not graded again");
        before = after;
    }
    assert!(kills > 2, "{kills}");
    assert_eq!(fs::read_to_string(work_dir.path().join("out.jsonl")).expect("reads"), whole);
    assert!(journal(work_dir.path()).starts_with(&before), "journalled rows are not graded again");
}

#[test]
fn the_first_interrupt_saves_the_rows_in_progress() {
    let work_dir = bank_folder(rows(ROWS));
    let mut child = start(work_dir.path(), "-");
    let mut input = child.stdin.take().expect("piped");
    let all = rows(ROWS);
    let half = all[..all.len() / 2].rfind('\n').expect("a line") + 1;
    input.write_all(&all.as_bytes()[..half]).expect("writes");
    while journal(work_dir.path()).len() < 1000 {
        sleep(Duration::from_millis(5));
    }
    let interrupt = || Command::new("kill").args(["-INT", &child.id().to_string()]).status().expect("runs");
    assert!(interrupt().success());
    let output = child.wait_with_output().expect("ends");
    drop(input); // the pipe was still open when the program ended
    let reported = String::from_utf8(output.stderr).expect("UTF-8");
    assert_eq!(output.status.code(), Some(130), "{reported}");
    let saved = memchr::memchr_iter(b'\n', &journal(work_dir.path())).count() - 1;
    assert_eq!(
        reported,
        format!(
            "\nfinishing the answers in progress; press Ctrl-C again to stop immediately\nwarning: stopped; {saved} \
             results are saved, and the same command continues from there\n"
        )
    );
    assert!(!work_dir.path().join("out.jsonl").exists());

    let ended = start(work_dir.path(), "rows.jsonl").wait_with_output().expect("ends");
    let reported = String::from_utf8(ended.stdout).expect("UTF-8");
    assert!(
        reported.contains(&format!("{} graded in this run, {saved} reused from an earlier run", ROWS - saved)),
        "{reported}"
    );
    let whole = tiny(["batch", "rows.jsonl"]).file("rows.jsonl", rows(ROWS)).run().success().out;
    assert_eq!(fs::read_to_string(work_dir.path().join("out.jsonl")).expect("reads"), whole);
}

#[test]
fn the_second_interrupt_ends_the_program_immediately() {
    let work_dir = bank_folder(rows(ROWS));
    let mut child = start(work_dir.path(), "-");
    let mut input = child.stdin.take().expect("piped");
    input.write_all(rows(2000).as_bytes()).expect("writes");
    while journal(work_dir.path()).len() < 1000 {
        sleep(Duration::from_millis(5));
    }
    for _ in 0..2 {
        assert!(Command::new("kill").args(["-INT", &child.id().to_string()]).status().expect("runs").success());
        sleep(Duration::from_millis(100));
    }
    // Standard input is still open, so the program did not wait for its end.
    assert_eq!(child.wait().expect("ends").code(), Some(130));
    drop(input);
    assert!(start(work_dir.path(), "rows.jsonl").wait_with_output().expect("ends").status.success());
}

/// Changes the folder of a complete run into the folder of a run that was killed after its last row.
fn make_unfinished(folder: &std::path::Path) {
    let run = folder.join("out.jsonl.gradus");
    let manifest = fs::read_to_string(run.join("manifest.json")).expect("reads");
    let mut manifest: serde_json::Value = serde_json::from_str(&manifest).expect("JSON");
    manifest["state"] = "running".into();
    manifest.as_object_mut().expect("an object").remove("published");
    fs::rename(folder.join("out.jsonl"), run.join("results.1")).expect("moves");
    fs::write(run.join("manifest.json"), manifest.to_string()).expect("writes");
}

#[test]
fn an_interrupt_while_reading_saved_results_loses_no_result() {
    let work_dir = bank_folder(rows(ROWS));
    assert!(start(work_dir.path(), "rows.jsonl").wait_with_output().expect("ends").status.success());
    make_unfinished(work_dir.path());
    let before = journal(work_dir.path());
    // A pipe that stays open makes the program wait for more rows after the first ones.
    let mut child = start(work_dir.path(), "-");
    let mut input = child.stdin.take().expect("piped");
    input.write_all(rows(500).as_bytes()).expect("writes");
    sleep(Duration::from_millis(700));
    assert!(Command::new("kill").args(["-INT", &child.id().to_string()]).status().expect("runs").success());
    assert_eq!(child.wait().expect("ends").code(), Some(130));
    drop(input);
    assert_eq!(journal(work_dir.path()), before);
    let reported = start(work_dir.path(), "rows.jsonl").wait_with_output().expect("ends").stdout;
    let reported = String::from_utf8(reported).expect("UTF-8");
    assert!(reported.contains(&format!("0 graded in this run, {ROWS} reused from an earlier run")), "{reported}");
}

#[test]
fn interrupts_without_saved_results_are_reported() {
    let stopping = "\nfinishing the answers in progress; press Ctrl-C again to stop immediately\n";
    for (format, warning) in
        [("csv", "stopped before there was anything to save"), ("jsonl", "stopped after 2 results")]
    {
        let work_dir = bank_folder("");
        let mut child = start_with(work_dir.path(), &["-", "--format", format]);
        let mut input = child.stdin.take().expect("piped");
        input.write_all(rows(2).as_bytes()).expect("writes");
        sleep(Duration::from_millis(700));
        assert!(Command::new("kill").args(["-INT", &child.id().to_string()]).status().expect("runs").success());
        let output = child.wait_with_output().expect("ends");
        drop(input);
        assert_eq!(output.status.code(), Some(130));
        assert_eq!(String::from_utf8_lossy(&output.stderr), format!("{stopping}warning: {warning}\n"));
    }
}

#[test]
fn a_damaged_journal_is_reported_and_its_rows_are_graded_again() {
    let work_dir = bank_folder(rows(100));
    assert!(start(work_dir.path(), "rows.jsonl").wait_with_output().expect("ends").status.success());
    make_unfinished(work_dir.path());
    let path = work_dir.path().join("out.jsonl.gradus/journal.1");
    let mut journal = fs::read(&path).expect("reads");
    let middle = journal.len() / 2;
    journal[middle..middle + 20].iter_mut().filter(|byte| **byte != b'\n').for_each(|byte| *byte = b'x');
    fs::write(path, journal).expect("writes");
    let ended = start(work_dir.path(), "rows.jsonl").wait_with_output().expect("ends");
    let warning = "warning: the journal of the earlier run was damaged; results after the damage were graded again\n";
    assert_eq!((ended.status.code(), String::from_utf8_lossy(&ended.stderr).as_ref()), (Some(0), warning));
}

#[test]
fn reading_an_endless_line_stops_on_ctrl_c_and_sigterm() {
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
            let work_dir = bank_folder("");
            let mut child = start_with(work_dir.path(), &[&["-", "-o", output], format].concat());
            let mut input = child.stdin.take().expect("piped");
            let (begin, filler) = (begin.as_bytes().to_vec(), filler.as_bytes().repeat(1 << 16));
            let feeder = std::thread::spawn(move || {
                // Write until the program closes its input.
                let _ = input.write_all(&begin);
                while input.write_all(&filler).is_ok() {}
            });
            sleep(Duration::from_millis(300));
            assert!(child.try_wait().expect("waits").is_none(), "the program reads its input");
            assert!(Command::new("kill").args([signal, &child.id().to_string()]).status().expect("runs").success());
            let asked = std::time::Instant::now();
            while child.try_wait().expect("waits").is_none() {
                if asked.elapsed() > Duration::from_secs(20) {
                    child.kill().expect("kills");
                    panic!("{signal} {output} {format:?}: the program does not end");
                }
                sleep(Duration::from_millis(10));
            }
            let code = child.wait_with_output().expect("ends").status.code();
            assert_eq!(code, Some(130), "{signal} {output} {format:?}");
            feeder.join().expect("ends");
        }
    }
}
