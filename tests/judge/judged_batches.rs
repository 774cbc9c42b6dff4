//! Tests of judged batches: order, concurrency, rate limits, shards and several processes.

use std::collections::HashMap;
use std::fmt::Write as _;
use std::fs;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use super::endpoint::{Action, ChatRequest, Endpoint};
#[cfg(unix)]
use super::interrupted_runs::start;
use super::judged_report::same_verdicts;
use crate::cli::tiny_bank::tiny;
use crate::support::{Gradus, RunOutput};

pub(super) const ROWS: usize = 60;
/// The arguments of the usual run with the tiny bank.
pub(super) const RUN: [&str; 6] = ["--bank", "bank", "batch", "rows.jsonl", "-o", "out.jsonl"];

/// `count` rows as JSON Lines. Each answer contains its row number.
pub(super) fn rows(count: usize) -> String {
    let mut rows = String::new();
    for at in 0..count {
        let question = ["undo-release", "stage-release"][at % 2];
        let answer = format!("We rolled the release back within {at} minutes.");
        let _ = writeln!(rows, "{{\"id\":\"r{at}\",\"question\":\"{question}\",\"answer\":\"{answer}\"}}");
    }
    rows
}

/// A verdict that depends only on the answer.
pub(super) fn verdict(request: &ChatRequest) -> Action {
    let credit = ["full", "partial", "none"][request.answer().bytes().map(usize::from).sum::<usize>() % 3];
    Action::Reply(same_verdicts(request, credit, if credit == "none" { "" } else { "rolled the release back" }))
}

/// The number of requests for each answer.
pub(super) fn requests_by_answer(endpoint: &Endpoint) -> HashMap<String, usize> {
    let mut times = HashMap::new();
    for request in endpoint.requests() {
        *times.entry(request.answer()).or_default() += 1;
    }
    times
}

/// The command `gradus batch` in a folder with the tiny bank and `count` rows, with the judge at `endpoint`.
pub(super) fn batch(count: usize, arguments: &[&str], endpoint: &Endpoint) -> Gradus {
    with_endpoint(tiny(["batch"].iter().chain(arguments).copied()).file("rows.jsonl", rows(count)), endpoint)
}

/// Configures the judge at `endpoint`.
pub(super) fn with_endpoint(run: Gradus, endpoint: &Endpoint) -> Gradus {
    run.env("GRADUS_LLM_BASE_URL", &endpoint.url())
        .env("GRADUS_LLM_MODEL", "test-model")
        .env("GRADUS_LLM_ATTEMPTS", "1")
}

/// The output of a run in an empty folder without failures.
pub(super) fn uninterrupted_output(count: usize, endpoint: &Endpoint) -> String {
    let ran = batch(count, &["rows.jsonl"], endpoint).run().success();
    assert!(!ran.out.contains("\"fallback\""), "{}", ran.out);
    ran.out
}

/// The line of the summary with the number of answers that were graded in this run.
pub(super) fn counts_line(ran: &RunOutput) -> &str {
    ran.out.lines().nth(1).unwrap_or_default()
}

#[test]
fn sixteen_concurrent_requests_give_the_same_output_as_sequential_ones() {
    let (under_way, most) = (AtomicUsize::new(0), Arc::new(AtomicUsize::new(0)));
    let endpoint = Endpoint::new({
        let most = Arc::clone(&most);
        move |number, request| {
            most.fetch_max(under_way.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
            std::thread::sleep(Duration::from_millis(5 + number as u64 * 7 % 40));
            under_way.fetch_sub(1, Ordering::SeqCst);
            verdict(request)
        }
    });
    let one = batch(ROWS, &["rows.jsonl", "--concurrency", "1"], &endpoint).run().success().out;
    assert_eq!((most.load(Ordering::SeqCst), endpoint.requests().len()), (1, ROWS));
    let many = batch(ROWS, &["rows.jsonl", "--concurrency", "16"], &endpoint).run().success().out;
    let most = most.load(Ordering::SeqCst);
    assert!((9..=16).contains(&most), "{most} concurrent requests");
    assert_eq!(many, one);
    let ids: Vec<String> = many
        .lines()
        .map(|line| {
            serde_json::from_str::<serde_json::Value>(line).expect("JSON")["id"].as_str().expect("an id").to_owned()
        })
        .collect();
    assert_eq!(ids, (0..ROWS).map(|at| format!("r{at}")).collect::<Vec<_>>());
    assert!(["\"met\"", "\"partial\"", "\"missed\""].iter().all(|status| many.contains(status)), "{many}");
}

#[test]
fn a_second_run_sends_no_requests() {
    let endpoint = Endpoint::new(|_, request| verdict(request));
    let first = batch(ROWS, &["rows.jsonl", "-o", "out.jsonl"], &endpoint);
    let next = |more: &[&str]| with_endpoint(first.again(RUN.iter().chain(more)), &endpoint);
    let (second, restarted, refreshed) = (next(&[]), next(&["--restart"]), next(&["--restart", "--refresh"]));
    let (path, _work_dir) = (first.path("out.jsonl"), first.again([""]));
    first.run().success();
    let out = fs::read_to_string(&path).expect("reads");
    assert_eq!(counts_line(&second.run().success()), "0 graded in this run, 60 reused from an earlier run");
    restarted.run().success();
    assert_eq!(endpoint.requests().len(), ROWS, "restarted rows use cached replies");
    assert_eq!(fs::read_to_string(&path).expect("reads"), out);
    refreshed.run().success();
    assert_eq!(endpoint.requests().len(), 2 * ROWS);
}

#[test]
fn a_rerun_sends_requests_only_for_changed_rows() {
    let endpoint = Endpoint::new(|_, request| verdict(request));
    let first = batch(ROWS, &["rows.jsonl", "-o", "out.jsonl"], &endpoint);
    let edited = with_endpoint(first.again(RUN), &endpoint);
    let other = with_endpoint(first.again(RUN.iter().chain(&["--model", "other"])), &endpoint);
    first.run().success();
    let edited = edited.file("rows.jsonl", rows(ROWS).replacen("within 7 minutes", "within 700 minutes", 1));
    assert_eq!(counts_line(&edited.run().success()), "1 graded in this run, 59 reused from an earlier run");
    assert_eq!(endpoint.requests().len(), ROWS + 1);
    assert_eq!(endpoint.requests()[ROWS].answer(), "We rolled the release back within 700 minutes.");
    other.run().success();
    assert_eq!(endpoint.requests().len(), 2 * ROWS + 1, "another model grades all rows again");
}

#[test]
fn requests_per_minute_are_not_exceeded() {
    let times = Arc::new(Mutex::new(Vec::new()));
    let endpoint = Endpoint::new({
        let times = Arc::clone(&times);
        move |_, request| {
            times.lock().expect("sound").push(Instant::now());
            verdict(request)
        }
    });
    let limits = ["--requests-per-minute", "600", "--concurrency", "16"];
    batch(75, &[&["rows.jsonl"][..], &limits].concat(), &endpoint).run().success();
    let times = times.lock().expect("sound");
    assert_eq!(times.len(), 75);
    // A tenth of the limit (60 requests) is sent immediately, then one every 60/540 s: 15 requests take 1.7 s.
    let (burst, rest) = (times[59] - times[0], times[74] - times[0]);
    assert!(rest >= Duration::from_millis(1500), "all after {rest:?}");
    assert!(rest < Duration::from_secs(8) && burst < rest, "sixty after {burst:?}, all after {rest:?}");
}

#[test]
#[cfg(unix)]
fn two_processes_share_the_reply_cache() {
    let endpoint = Endpoint::new(|_, request| Action::After(Duration::from_millis(10), Box::new(verdict(request))));
    let expected = uninterrupted_output(ROWS, &endpoint);
    let one = batch(ROWS, &["rows.jsonl", "-o", "out.jsonl"], &endpoint);
    let paths = [one.path("out.jsonl"), one.path("other.jsonl")];
    let stats = one.again(["cache", "stats"]);
    let other = start(&one.path(""), &endpoint.url(), &["-o", "other.jsonl"]);
    one.run().success();
    let other = other.wait_with_output().expect("ends");
    assert!(other.status.success() && !String::from_utf8_lossy(&other.stderr).contains("warning"), "{other:?}");
    for path in paths {
        assert_eq!(fs::read_to_string(path).expect("reads"), expected);
    }
    stats.run().success().prints(&["60 replies cached"]);
    assert!(endpoint.requests().len() <= 3 * ROWS);
}

#[test]
fn merged_judged_shards_equal_one_run() {
    let endpoint = Endpoint::new(|_, request| verdict(request));
    let expected = uninterrupted_output(ROWS, &endpoint);
    let first = batch(ROWS, &["rows.jsonl", "-o", "part-1.jsonl", "--shard", "1/3"], &endpoint);
    let part = |shard, out| {
        with_endpoint(first.again(["--bank", "bank", "batch", "rows.jsonl", "-o", out, "--shard", shard]), &endpoint)
    };
    let parts = [part("2/3", "part-2.jsonl"), part("3/3", "part-3.jsonl")];
    let merge = first.again(["batch", "merge", "part-3.jsonl", "part-1.jsonl", "part-2.jsonl", "-o", "all.jsonl"]);
    let path = first.path("all.jsonl");
    first.run().success();
    parts.into_iter().for_each(|part| drop(part.run().success()));
    let _work_dir = merge.again([""]);
    merge.run().success().prints(&["60 answers: 60 graded"]);
    assert_eq!(fs::read_to_string(path).expect("reads"), expected);
    assert_eq!(endpoint.requests().len(), 2 * ROWS, "each row is requested once in its shard");
}
