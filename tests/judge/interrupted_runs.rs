//! Tests of interrupted judged batches: replies are kept, and the same command continues.
#![cfg(unix)]

use std::fs;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::sleep;
use std::time::{Duration, Instant};

use super::endpoint::{Action, Endpoint};
use super::judged_batches::{
    ROWS, RUN, batch, counts_line, requests_by_answer, rows, uninterrupted_output, verdict, with_endpoint,
};
use crate::cli::tiny_bank::bank_folder;

/// Starts `gradus batch` in `folder` with the judge at `url`.
pub(super) fn start(folder: &Path, url: &str, arguments: &[&str]) -> Child {
    Command::new(env!("CARGO_BIN_EXE_gradus"))
        .args(["--bank", "bank", "batch", "rows.jsonl"])
        .args(arguments)
        .current_dir(folder)
        .env_clear()
        .env("HOME", folder)
        .env("GRADUS_LLM_BASE_URL", url)
        .env("GRADUS_LLM_MODEL", "test-model")
        .env("GRADUS_LLM_ATTEMPTS", "1")
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("starts")
}

const ARGUMENTS: [&str; 4] = ["-o", "out.jsonl", "--concurrency", "4"];

/// An endpoint that delays each reply.
fn slow_endpoint() -> Endpoint {
    Endpoint::new(|_, request| Action::After(Duration::from_millis(30), Box::new(verdict(request))))
}

fn interrupt(child: &Child) {
    assert!(Command::new("kill").args(["-INT", &child.id().to_string()]).status().expect("runs").success());
}

#[test]
fn a_killed_run_repeats_only_requests_that_were_in_progress() {
    let endpoint = slow_endpoint();
    let (work_dir, mut seed, mut kills) = (bank_folder(rows(ROWS)), 11_u64, 0);
    loop {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let mut child = start(work_dir.path(), &endpoint.url(), &ARGUMENTS);
        // The longest possible delay grows with each kill, so that the run also finishes on a slow machine.
        sleep(Duration::from_millis(60 + (seed >> 33) % (150 + 40 * kills)));
        if child.try_wait().expect("waits").is_some() {
            assert!(child.wait_with_output().expect("waits").status.success());
            break;
        }
        child.kill().expect("kills");
        child.wait().expect("waits");
        kills += 1;
    }
    assert!(kills > 1, "{kills}");
    let times = requests_by_answer(&endpoint);
    let repeated: usize = times.values().map(|count| count - 1).sum();
    assert_eq!(times.len(), ROWS);
    assert!(repeated <= 4 * usize::try_from(kills).expect("few"), "{repeated} requests repeated after {kills} kills");
    let whole = uninterrupted_output(ROWS, &endpoint);
    assert_eq!(fs::read_to_string(work_dir.path().join("out.jsonl")).expect("reads"), whole);
}

#[test]
fn an_interrupt_waits_for_requests_in_progress_and_keeps_their_replies() {
    let endpoint = slow_endpoint();
    let work_dir = bank_folder(rows(ROWS));
    let child = start(work_dir.path(), &endpoint.url(), &ARGUMENTS);
    while endpoint.requests().len() < 10 {
        sleep(Duration::from_millis(5));
    }
    interrupt(&child);
    let started = Instant::now();
    let output = child.wait_with_output().expect("ends");
    let reported = String::from_utf8(output.stderr).expect("UTF-8");
    assert_eq!(output.status.code(), Some(130), "{reported}");
    assert!(reported.contains("results are saved, and the same command continues from there"), "{reported}");
    assert!(started.elapsed() < Duration::from_secs(5));
    assert!((10..ROWS).contains(&endpoint.requests().len()) && !work_dir.path().join("out.jsonl").exists());
    let ended = start(work_dir.path(), &endpoint.url(), &ARGUMENTS).wait_with_output().expect("ends");
    assert!(ended.status.success(), "{ended:?}");
    assert!(requests_by_answer(&endpoint).values().all(|count| *count == 1), "{:?}", requests_by_answer(&endpoint));
    assert_eq!(requests_by_answer(&endpoint).len(), ROWS);
    let whole = uninterrupted_output(ROWS, &endpoint);
    assert_eq!(fs::read_to_string(work_dir.path().join("out.jsonl")).expect("reads"), whole);
}

#[test]
fn an_interrupt_finishes_an_answer_whose_first_of_several_requests_is_in_progress() {
    let endpoint = Endpoint::new(|_, request| Action::After(Duration::from_millis(300), Box::new(verdict(request))));
    let work_dir = bank_folder(rows(ROWS));
    // The requests about one answer are sent one after the other.
    let arguments = ["-o", "out.jsonl", "--concurrency", "1", "--samples", "3"];
    let child = start(work_dir.path(), &endpoint.url(), &arguments);
    while endpoint.requests().is_empty() {
        sleep(Duration::from_millis(5));
    }
    interrupt(&child);
    let output = child.wait_with_output().expect("ends");
    let reported = String::from_utf8(output.stderr).expect("UTF-8");
    assert_eq!(output.status.code(), Some(130), "{reported}");
    assert!(reported.contains("stopped; 1 result is saved, and the same command continues from there"), "{reported}");
    assert_eq!(endpoint.requests().len(), 3);
    assert_eq!(requests_by_answer(&endpoint).len(), 1);
}

#[test]
fn a_run_that_is_interrupted_while_its_last_answer_is_judged_is_complete() {
    let endpoint = Endpoint::new(|_, request| Action::After(Duration::from_millis(500), Box::new(verdict(request))));
    let work_dir = bank_folder(rows(4));
    let child = start(work_dir.path(), &endpoint.url(), &ARGUMENTS);
    while endpoint.requests().len() < 4 {
        sleep(Duration::from_millis(5));
    }
    interrupt(&child);
    let output = child.wait_with_output().expect("ends");
    let reported = String::from_utf8(output.stdout).expect("UTF-8");
    assert_eq!(output.status.code(), Some(0), "{reported}");
    assert!(reported.contains("4 answers: 4 graded"), "{reported}");
    let whole = uninterrupted_output(4, &endpoint);
    assert_eq!(fs::read_to_string(work_dir.path().join("out.jsonl")).expect("reads"), whole);
}

#[test]
fn a_second_interrupt_does_not_wait_for_an_endpoint_that_hangs() {
    let endpoint = Endpoint::new(|number, request| if number < 8 { verdict(request) } else { Action::Hang });
    let work_dir = bank_folder(rows(ROWS));
    let child = start(work_dir.path(), &endpoint.url(), &ARGUMENTS);
    while endpoint.requests().len() < 12 {
        sleep(Duration::from_millis(5));
    }
    interrupt(&child);
    sleep(Duration::from_millis(200));
    interrupt(&child);
    let started = Instant::now();
    assert_eq!(child.wait_with_output().expect("ends").status.code(), Some(130));
    assert!(started.elapsed() < Duration::from_secs(5));
}

/// The action of a failing endpoint.
type Failure = fn() -> Action;

/// An endpoint that answers its first twenty requests and then fails until the returned flag is set.
fn failing_endpoint(how: Failure) -> (Endpoint, Arc<AtomicBool>) {
    let is_repaired = Arc::new(AtomicBool::new(false));
    let endpoint = Endpoint::new({
        let is_repaired = Arc::clone(&is_repaired);
        move |number, request| if number < 20 || is_repaired.load(Ordering::SeqCst) { verdict(request) } else { how() }
    });
    (endpoint, is_repaired)
}

#[test]
fn after_an_endpoint_failure_the_rest_falls_back_and_can_be_judged_later() {
    let ways: [(Failure, usize, &str); 4] = [
        (|| Action::Reset, 5, "cannot reach"),
        (|| Action::Status(500, vec![], "down".to_owned()), 5, "answered 500"),
        (|| Action::Status(429, vec![("retry-after", "1".to_owned())], "slow".to_owned()), 5, "answered 429"),
        (|| Action::Status(401, vec![], "expired".to_owned()), 1, "answered 401"),
    ];
    for (how, failures, words) in ways {
        let (endpoint, is_repaired) = failing_endpoint(how);
        let first = batch(ROWS, &["rows.jsonl", "-o", "out.jsonl", "--concurrency", "1"], &endpoint);
        let next = |more: &[&str]| with_endpoint(first.again(RUN.iter().chain(more)), &endpoint);
        let (second, retried, path) = (next(&[]), next(&["--retry-fallback"]), first.path("out.jsonl"));
        let _work_dir = first.again([""]);
        let started = Instant::now();
        first.run().success().prints(&["60 answers: 60 graded, 40 of them at least partly by the offline scorer"]);
        assert!(started.elapsed() < Duration::from_secs(10), "{words}");
        assert_eq!(endpoint.requests().len(), 20 + failures, "{words}: the open circuit breaker sends no request");
        let out = fs::read_to_string(&path).expect("reads");
        let fallbacks =
            out.lines().filter(|line| line.contains("\"source\":\"fallback\"") && line.contains(words)).count();
        assert_eq!(fallbacks, 40, "{words}: {out}");
        is_repaired.store(true, Ordering::SeqCst);
        assert_eq!(
            self::counts_line(&second.run().success()),
            "0 graded in this run, 60 reused from an earlier run",
            "{words}"
        );
        assert_eq!(
            counts_line(&retried.run().success()),
            "40 graded in this run, 20 reused from an earlier run",
            "{words}"
        );
        assert_eq!(endpoint.requests().len(), 20 + failures + 40, "{words}");
        let whole = uninterrupted_output(ROWS, &endpoint);
        assert_eq!(fs::read_to_string(&path).expect("reads"), whole, "{words}");
    }
}

#[test]
fn a_dead_endpoint_is_not_asked_again_with_many_concurrent_requests() {
    let (endpoint, _) = failing_endpoint(|| Action::Reset);
    let arguments = ["rows.jsonl", "--concurrency", "16", "-o", "out.jsonl"];
    batch(ROWS, &arguments, &endpoint).run().success().prints(&["60 answers: 60 graded, 40 of them"]);
    // A late success among the first twenty requests resets the count of failures in a row.
    assert!(endpoint.requests().len() <= 20 + 5 + 2 * 16, "{}", endpoint.requests().len());
}

#[test]
fn on_failure_stop_ends_the_run_and_a_rerun_continues_it() {
    let (endpoint, is_repaired) = failing_endpoint(|| Action::Status(500, vec![], "down".to_owned()));
    let stop = ["--on-failure", "stop", "--concurrency", "1"];
    let first = batch(ROWS, &[&["rows.jsonl", "-o", "out.jsonl"][..], &stop].concat(), &endpoint);
    let next = with_endpoint(first.again(RUN.iter().chain(&stop)), &endpoint);
    let (path, _work_dir) = (first.path("out.jsonl"), first.again([""]));
    let ran = first.run();
    assert_eq!(ran.code, Some(2), "{ran:?}");
    ran.reports(&["error: answer `r20` to `undo-release`: ", "answered 500: down", "20 results are saved"]);
    assert!(!path.exists());
    is_repaired.store(true, Ordering::SeqCst);
    assert_eq!(counts_line(&next.run().success()), "40 graded in this run, 20 reused from an earlier run");
    assert_eq!(endpoint.requests().len(), ROWS + 1, "no received reply is requested again");
    let whole = uninterrupted_output(ROWS, &endpoint);
    assert_eq!(fs::read_to_string(path).expect("reads"), whole);
}

#[test]
fn on_failure_stop_reports_the_reason_with_many_concurrent_requests() {
    for _ in 0..5 {
        let (endpoint, _) = failing_endpoint(|| Action::Status(500, vec![], "down".to_owned()));
        let arguments = ["rows.jsonl", "-o", "out.jsonl", "--on-failure", "stop", "--concurrency", "8"];
        let ran = batch(ROWS, &arguments, &endpoint).env("GRADUS_LLM_ATTEMPTS", "2").run();
        assert_eq!(ran.code, Some(2), "{ran:?}");
        ran.reports(&["error: ", "answered 500: down"]);
    }
}
