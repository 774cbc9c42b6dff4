//! Killed, interrupted, left alone by the endpoint: what came is kept, and the same command goes on.
#![cfg(unix)]

use std::fs;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::sleep;
use std::time::{Duration, Instant};

use super::endpoint::{Act, Endpoint};
use super::many::{ROWS, RUN, at, batch, rows, times, told, unbroken, verdict};
use crate::cli::tiny::desk;

/// A process of `batch` in `folder` by the judge at `url`.
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

const OUT: [&str; 4] = ["-o", "out.jsonl", "--concurrency", "4"];

/// An endpoint that takes a moment for each reply.
fn slow() -> Endpoint {
    Endpoint::new(|_, asked| Act::After(Duration::from_millis(30), Box::new(verdict(asked))))
}

fn interrupt(child: &Child) {
    assert!(Command::new("kill").args(["-INT", &child.id().to_string()]).status().expect("runs").success());
}

#[test]
fn killed_at_random_moments_no_row_is_asked_twice_but_those_under_way() {
    let endpoint = slow();
    let (desk, mut seed, mut kills) = (desk(rows(ROWS)), 11_u64, 0);
    loop {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let mut child = start(desk.path(), &endpoint.url(), &OUT);
        // Later and later, so that it comes to its end whatever the machine.
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
    let times = times(&endpoint);
    let repeated: usize = times.values().map(|count| count - 1).sum();
    assert_eq!(times.len(), ROWS);
    assert!(repeated <= 4 * usize::try_from(kills).expect("few"), "{repeated} asked again in {kills} kills");
    let whole = unbroken(ROWS, &endpoint);
    assert_eq!(fs::read_to_string(desk.path().join("out.jsonl")).expect("reads"), whole);
}

#[test]
fn an_interrupt_waits_for_what_is_under_way_and_keeps_it() {
    let endpoint = slow();
    let desk = desk(rows(ROWS));
    let child = start(desk.path(), &endpoint.url(), &OUT);
    while endpoint.asked().len() < 10 {
        sleep(Duration::from_millis(5));
    }
    interrupt(&child);
    let begun = Instant::now();
    let output = child.wait_with_output().expect("ends");
    let told = String::from_utf8(output.stderr).expect("UTF-8");
    assert_eq!(output.status.code(), Some(130), "{told}");
    assert!(told.contains("results are saved, and the same command goes on from there"), "{told}");
    assert!(begun.elapsed() < Duration::from_secs(5));
    assert!((10..ROWS).contains(&endpoint.asked().len()) && !desk.path().join("out.jsonl").exists());
    let ended = start(desk.path(), &endpoint.url(), &OUT).wait_with_output().expect("ends");
    assert!(ended.status.success(), "{ended:?}");
    assert!(times(&endpoint).values().all(|count| *count == 1), "{:?}", times(&endpoint));
    assert_eq!(times(&endpoint).len(), ROWS);
    let whole = unbroken(ROWS, &endpoint);
    assert_eq!(fs::read_to_string(desk.path().join("out.jsonl")).expect("reads"), whole);
}

#[test]
fn a_second_interrupt_does_not_wait_for_an_endpoint_that_hangs() {
    let endpoint = Endpoint::new(|number, asked| if number < 8 { verdict(asked) } else { Act::Hang });
    let desk = desk(rows(ROWS));
    let child = start(desk.path(), &endpoint.url(), &OUT);
    while endpoint.asked().len() < 12 {
        sleep(Duration::from_millis(5));
    }
    interrupt(&child);
    sleep(Duration::from_millis(200));
    interrupt(&child);
    let begun = Instant::now();
    assert_eq!(child.wait_with_output().expect("ends").status.code(), Some(130));
    assert!(begun.elapsed() < Duration::from_secs(5));
}

/// How an endpoint fails.
type How = fn() -> Act;

/// An endpoint that fails in some way from its twentieth request until it is mended.
fn failing(how: How) -> (Endpoint, Arc<AtomicBool>) {
    let is_mended = Arc::new(AtomicBool::new(false));
    let endpoint = Endpoint::new({
        let is_mended = Arc::clone(&is_mended);
        move |number, asked| if number < 20 || is_mended.load(Ordering::SeqCst) { verdict(asked) } else { how() }
    });
    (endpoint, is_mended)
}

#[test]
fn when_the_endpoint_dies_the_rest_falls_back_and_is_judged_later() {
    let ways: [(How, usize, &str); 4] = [
        (|| Act::Reset, 5, "cannot reach"),
        (|| Act::Status(500, vec![], "down".to_owned()), 5, "answered 500"),
        (|| Act::Status(429, vec![("retry-after", "1".to_owned())], "slow".to_owned()), 5, "answered 429"),
        (|| Act::Status(401, vec![], "expired".to_owned()), 1, "answered 401"),
    ];
    for (how, most, words) in ways {
        let (endpoint, is_mended) = failing(how);
        let first = batch(ROWS, &["rows.jsonl", "-o", "out.jsonl", "--concurrency", "1"], &endpoint);
        let next = |more: &[&str]| at(first.again(RUN.iter().chain(more)), &endpoint);
        let (second, retried, path) = (next(&[]), next(&["--retry-fallback"]), first.path("out.jsonl"));
        let _desk = first.again([""]);
        let begun = Instant::now();
        first.run().done().prints(&["60 answers: 60 graded, 40 of them offline, at least in part"]);
        assert!(begun.elapsed() < Duration::from_secs(10), "{words}");
        assert_eq!(endpoint.asked().len(), 20 + most, "{words}: then it is left alone");
        let out = fs::read_to_string(&path).expect("reads");
        let fell = out.lines().filter(|line| line.contains("\"source\":\"fallback\"") && line.contains(words)).count();
        assert_eq!(fell, 40, "{words}: {out}");
        is_mended.store(true, Ordering::SeqCst);
        assert_eq!(self::told(&second.run().done()), "0 graded now, 60 taken from the run before", "{words}");
        assert_eq!(told(&retried.run().done()), "40 graded now, 20 taken from the run before", "{words}");
        assert_eq!(endpoint.asked().len(), 20 + most + 40, "{words}");
        let whole = unbroken(ROWS, &endpoint);
        assert_eq!(fs::read_to_string(&path).expect("reads"), whole, "{words}");
    }
}

#[test]
fn with_many_under_way_a_dead_endpoint_is_left_alone_as_well() {
    let (endpoint, _) = failing(|| Act::Reset);
    let arguments = ["rows.jsonl", "--concurrency", "16", "-o", "out.jsonl"];
    batch(ROWS, &arguments, &endpoint).run().done().prints(&["60 answers: 60 graded, 40 of them"]);
    // What came late of the first twenty begins the count of failures anew.
    assert!(endpoint.asked().len() <= 20 + 5 + 2 * 16, "{}", endpoint.asked().len());
}

#[test]
fn asked_to_stop_on_failure_it_stops_and_goes_on_later() {
    let (endpoint, is_mended) = failing(|| Act::Status(500, vec![], "down".to_owned()));
    let stop = ["--on-failure", "stop", "--concurrency", "1"];
    let first = batch(ROWS, &[&["rows.jsonl", "-o", "out.jsonl"][..], &stop].concat(), &endpoint);
    let next = at(first.again(RUN.iter().chain(&stop)), &endpoint);
    let (path, _desk) = (first.path("out.jsonl"), first.again([""]));
    let ran = first.run();
    assert_eq!(ran.code, Some(2), "{ran:?}");
    ran.tells(&["error: answer `r20` to `undo-release`: ", "answered 500: down", "20 results are saved"]);
    assert!(!path.exists());
    is_mended.store(true, Ordering::SeqCst);
    assert_eq!(told(&next.run().done()), "40 graded now, 20 taken from the run before");
    assert_eq!(endpoint.asked().len(), ROWS + 1, "no reply that came is asked for again");
    let whole = unbroken(ROWS, &endpoint);
    assert_eq!(fs::read_to_string(path).expect("reads"), whole);
}

#[test]
fn with_many_under_way_it_is_told_why_all_stopped() {
    for _ in 0..5 {
        let (endpoint, _) = failing(|| Act::Status(500, vec![], "down".to_owned()));
        let arguments = ["rows.jsonl", "-o", "out.jsonl", "--on-failure", "stop", "--concurrency", "8"];
        let ran = batch(ROWS, &arguments, &endpoint).env("GRADUS_LLM_ATTEMPTS", "2").run();
        assert_eq!(ran.code, Some(2), "{ran:?}");
        ran.tells(&["error: ", "answered 500: down"]);
    }
}
