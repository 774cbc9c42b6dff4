//! Many answers by the judge: in order, once each, as fast as allowed, in parts and by several processes.

use std::collections::HashMap;
use std::fmt::Write as _;
use std::fs;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

#[cfg(unix)]
use super::broken_off::start;
use super::endpoint::{Act, Asked, Endpoint};
use super::whole::all;
use crate::cli::tiny::tiny;
use crate::support::{Gradus, Ran};

pub(super) const ROWS: usize = 60;
/// The usual command, beside the tiny bank.
pub(super) const RUN: [&str; 6] = ["--bank", "bank", "batch", "rows.jsonl", "-o", "out.jsonl"];

/// Rows that each say their number.
pub(super) fn rows(count: usize) -> String {
    let mut rows = String::new();
    for at in 0..count {
        let question = ["undo-release", "stage-release"][at % 2];
        let answer = format!("We rolled the release back within {at} minutes.");
        let _ = writeln!(rows, "{{\"id\":\"r{at}\",\"question\":\"{question}\",\"answer\":\"{answer}\"}}");
    }
    rows
}

/// A verdict that depends on the answer alone.
pub(super) fn verdict(asked: &Asked) -> Act {
    let credit = ["full", "partial", "none"][asked.answer().bytes().map(usize::from).sum::<usize>() % 3];
    Act::Say(all(asked, credit, if credit == "none" { "" } else { "rolled the release back" }))
}

/// How often each answer was asked about.
pub(super) fn times(endpoint: &Endpoint) -> HashMap<String, usize> {
    let mut times = HashMap::new();
    for asked in endpoint.asked() {
        *times.entry(asked.answer()).or_default() += 1;
    }
    times
}

/// `arguments` beside the tiny bank and so many rows, by the judge at that endpoint.
pub(super) fn batch(count: usize, arguments: &[&str], endpoint: &Endpoint) -> Gradus {
    at(tiny(["batch"].iter().chain(arguments).copied()).file("rows.jsonl", rows(count)), endpoint)
}

/// A run with the judge at that endpoint.
pub(super) fn at(run: Gradus, endpoint: &Endpoint) -> Gradus {
    run.env("GRADUS_LLM_BASE_URL", &endpoint.url())
        .env("GRADUS_LLM_MODEL", "test-model")
        .env("GRADUS_LLM_ATTEMPTS", "1")
}

/// What a run from nothing prints when everything goes well.
pub(super) fn unbroken(count: usize, endpoint: &Endpoint) -> String {
    let ran = batch(count, &["rows.jsonl"], endpoint).run().done();
    assert!(!ran.out.contains("\"fallback\""), "{}", ran.out);
    ran.out
}

/// Of the summary, the line that says how many were graded now.
pub(super) fn told(ran: &Ran) -> &str {
    ran.out.lines().nth(1).unwrap_or_default()
}

#[test]
fn sixteen_at_once_give_the_bytes_of_one_after_the_other() {
    let (under_way, most) = (AtomicUsize::new(0), Arc::new(AtomicUsize::new(0)));
    let endpoint = Endpoint::new({
        let most = Arc::clone(&most);
        move |number, asked| {
            most.fetch_max(under_way.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
            std::thread::sleep(Duration::from_millis(5 + number as u64 * 7 % 40));
            under_way.fetch_sub(1, Ordering::SeqCst);
            verdict(asked)
        }
    });
    let one = batch(ROWS, &["rows.jsonl", "--concurrency", "1"], &endpoint).run().done().out;
    assert_eq!((most.load(Ordering::SeqCst), endpoint.asked().len()), (1, ROWS));
    let many = batch(ROWS, &["rows.jsonl", "--concurrency", "16"], &endpoint).run().done().out;
    let most = most.load(Ordering::SeqCst);
    assert!((9..=16).contains(&most), "{most} at once");
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
fn the_second_run_asks_nothing() {
    let endpoint = Endpoint::new(|_, asked| verdict(asked));
    let first = batch(ROWS, &["rows.jsonl", "-o", "out.jsonl"], &endpoint);
    let next = |more: &[&str]| at(first.again(RUN.iter().chain(more)), &endpoint);
    let (second, anew, refreshed) = (next(&[]), next(&["--restart"]), next(&["--restart", "--refresh"]));
    let (path, _desk) = (first.path("out.jsonl"), first.again([""]));
    first.run().done();
    let out = fs::read_to_string(&path).expect("reads");
    assert_eq!(told(&second.run().done()), "0 graded now, 60 taken from the run before");
    anew.run().done();
    assert_eq!(endpoint.asked().len(), ROWS, "what is graded anew is taken from what is kept");
    assert_eq!(fs::read_to_string(&path).expect("reads"), out);
    refreshed.run().done();
    assert_eq!(endpoint.asked().len(), 2 * ROWS);
}

#[test]
fn what_changed_is_asked_and_nothing_else() {
    let endpoint = Endpoint::new(|_, asked| verdict(asked));
    let first = batch(ROWS, &["rows.jsonl", "-o", "out.jsonl"], &endpoint);
    let edited = at(first.again(RUN), &endpoint);
    let other = at(first.again(RUN.iter().chain(&["--model", "other"])), &endpoint);
    first.run().done();
    let edited = edited.file("rows.jsonl", rows(ROWS).replacen("within 7 minutes", "within 700 minutes", 1));
    assert_eq!(told(&edited.run().done()), "1 graded now, 59 taken from the run before");
    assert_eq!(endpoint.asked().len(), ROWS + 1);
    assert_eq!(endpoint.asked()[ROWS].answer(), "We rolled the release back within 700 minutes.");
    other.run().done();
    assert_eq!(endpoint.asked().len(), 2 * ROWS + 1, "another model grades all of them anew");
}

#[test]
fn requests_a_minute_are_kept() {
    let times = Arc::new(Mutex::new(Vec::new()));
    let endpoint = Endpoint::new({
        let times = Arc::clone(&times);
        move |_, asked| {
            times.lock().expect("sound").push(Instant::now());
            verdict(asked)
        }
    });
    let limits = ["--requests-per-minute", "600", "--concurrency", "16"];
    batch(75, &[&["rows.jsonl"][..], &limits].concat(), &endpoint).run().done();
    let times = times.lock().expect("sound");
    assert_eq!(times.len(), 75);
    // A tenth at once, then one every 60/540 s: 15 of them take 1.7 s.
    let (burst, rest) = (times[59] - times[0], times[74] - times[0]);
    assert!(rest >= Duration::from_millis(1500), "all after {rest:?}");
    assert!(rest < Duration::from_secs(8) && burst < rest, "sixty after {burst:?}, all after {rest:?}");
}

#[test]
#[cfg(unix)]
fn two_processes_share_what_is_kept() {
    let endpoint = Endpoint::new(|_, asked| Act::After(Duration::from_millis(10), Box::new(verdict(asked))));
    let expected = unbroken(ROWS, &endpoint);
    let one = batch(ROWS, &["rows.jsonl", "-o", "out.jsonl"], &endpoint);
    let paths = [one.path("out.jsonl"), one.path("other.jsonl")];
    let stats = one.again(["cache", "stats"]);
    let other = start(&one.path(""), &endpoint.url(), &["-o", "other.jsonl"]);
    one.run().done();
    let other = other.wait_with_output().expect("ends");
    assert!(other.status.success() && !String::from_utf8_lossy(&other.stderr).contains("warning"), "{other:?}");
    for path in paths {
        assert_eq!(fs::read_to_string(path).expect("reads"), expected);
    }
    stats.run().done().prints(&["60 replies kept"]);
    assert!(endpoint.asked().len() <= 3 * ROWS);
}

#[test]
fn parts_come_together_as_the_whole() {
    let endpoint = Endpoint::new(|_, asked| verdict(asked));
    let expected = unbroken(ROWS, &endpoint);
    let first = batch(ROWS, &["rows.jsonl", "-o", "part-1.jsonl", "--shard", "1/3"], &endpoint);
    let part =
        |shard, out| at(first.again(["--bank", "bank", "batch", "rows.jsonl", "-o", out, "--shard", shard]), &endpoint);
    let parts = [part("2/3", "part-2.jsonl"), part("3/3", "part-3.jsonl")];
    let merge = first.again(["batch", "merge", "part-3.jsonl", "part-1.jsonl", "part-2.jsonl", "-o", "all.jsonl"]);
    let path = first.path("all.jsonl");
    first.run().done();
    parts.into_iter().for_each(|part| drop(part.run().done()));
    let _desk = merge.again([""]);
    merge.run().done().prints(&["60 answers: 60 graded"]);
    assert_eq!(fs::read_to_string(path).expect("reads"), expected);
    assert_eq!(endpoint.asked().len(), 2 * ROWS, "each row once in its part");
}
