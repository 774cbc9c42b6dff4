//! What a batch costs: told before, and never more than allowed.

use std::fs;

use serde_json::Value;

use super::endpoint::Endpoint;
use super::front::Front;
use super::many::{ROWS, RUN, at, batch, rows, unbroken, verdict};
use crate::cli::tiny::tiny;
use crate::support::Ran;

/// Each reply takes 100 tokens and 20: with these prices 0.12.
const PRICES: [&str; 4] = ["--price-prompt", "1000", "--price-completion", "1000"];
const COST: f64 = 0.12;

fn judge() -> Endpoint {
    Endpoint::new(|_, asked| verdict(asked))
}

/// The numbers in a line.
fn numbers(line: &str) -> Vec<f64> {
    line.split(|c: char| !c.is_ascii_digit() && c != '.')
        .filter_map(|word| word.trim_end_matches('.').parse().ok())
        .collect()
}

#[test]
fn the_cost_is_told_before_anything_is_asked() {
    let endpoint = judge();
    let front = Front::plain(&endpoint);
    let url = front.url("http", "127.0.0.1") + "/v1";
    let dry = |count: usize, more: &[&str]| {
        let run =
            tiny(["batch", "rows.jsonl", "--dry-run"].iter().chain(more).copied()).file("rows.jsonl", rows(count));
        run.env("GRADUS_LLM_BASE_URL", &url).env("GRADUS_LLM_MODEL", "gpt-4o")
    };
    let prices = ["--price-prompt", "2.5", "--price-completion", "10"];
    let out = dry(ROWS, &prices).run().done().prints(&["60 answers to judge; nothing was asked", "gpt-4o"]).out;
    let line = out.lines().nth(1).expect("a line of the judge").split_once(": ").expect("a name").1.to_owned();
    let [requests, prompt, completion, cost] = numbers(&line)[..] else { panic!("{line}") };
    assert!((requests - 60.0).abs() < 1e-9, "{line}");
    assert!((cost - (prompt * 2.5 + completion * 10.0) / 1e6).abs() < 1e-4, "{line}");
    // The prompt of a single row has the tokens that `prompt` tells.
    let one = dry(1, &prices).run().done().out;
    let printed = tiny(["prompt", "undo-release", "a.md", "--format", "json", "--model", "gpt-4o"])
        .file("a.md", "We rolled the release back within 0 minutes.")
        .run()
        .done()
        .json();
    let tokens: f64 = printed["tokens"].as_object().expect("parts").values().filter_map(Value::as_f64).sum();
    let told = numbers(one.lines().nth(1).expect("a line").split_once(": ").expect("a name").1)[1];
    assert!((told - tokens).abs() <= 4.0, "{told} and {tokens}: parts may meet in a token");
    dry(ROWS, &["--samples", "3"]).run().done().prints(&["180 requests", "no prices are configured"]);
    dry(ROWS, &[&prices[..], &["--max-cost", "0.001"]].concat())
        .run()
        .done()
        .prints(&["more than the 0.001 that --max-cost allows"]);
    dry(ROWS, &[&prices[..], &["--max-cost", "100"]].concat())
        .run()
        .done()
        .prints(&["within the 100 that --max-cost allows"]);
    let run = tiny(["batch", "rows.jsonl", "--dry-run", "--grader", "offline"]).file("rows.jsonl", rows(2));
    run.run().refused().tells(&["--dry-run tells what a judge would cost"]);
    assert_eq!((front.connections(), endpoint.asked().len()), (0, 0));
}

#[test]
fn a_dry_run_writes_nothing() {
    let endpoint = judge();
    let run = batch(3, &["rows.jsonl", "-o", "out.jsonl", "--dry-run"], &endpoint);
    let (out, folder, _desk) = (run.path("out.jsonl"), run.path("out.jsonl.gradus"), run.again([""]));
    run.run().done();
    assert!(!out.exists() && !folder.exists());
}

/// What all results of a file cost together.
fn cost_of(out: &str) -> f64 {
    let cost =
        |line: &str| serde_json::from_str::<Value>(line).expect("JSON")["usage"]["cost"].as_f64().expect("a cost");
    out.lines().map(cost).sum()
}

/// What so many requests cost.
fn spent(endpoint: &Endpoint) -> f64 {
    endpoint.asked().iter().map(|_| COST).sum()
}

const TOLD: [&str; 3] =
    ["of the 6 that --max-cost allows is spent", "hint: raise --max-cost", "the same command goes on"];

#[test]
fn no_more_is_spent_than_allowed_and_more_goes_on() {
    let endpoint = judge();
    let spend = |most: &'static str| [&PRICES[..], &["--concurrency", "1", "--max-cost", most]].concat();
    let first = batch(ROWS, &[&["rows.jsonl", "-o", "out.jsonl"][..], &spend("6")].concat(), &endpoint);
    let next = |most: &'static str| at(first.again(RUN.iter().chain(&spend(most))), &endpoint);
    let (again, more, path, _desk) = (next("6"), next("100"), first.path("out.jsonl"), first.again([""]));
    let ran = first.run();
    assert_eq!(ran.code, Some(2), "{ran:?}");
    ran.tells(&TOLD);
    assert!(!path.exists());
    let asked = endpoint.asked().len();
    assert!((1.0..=6.0).contains(&spent(&endpoint)), "{asked} requests");
    let ran = again.run();
    assert_eq!((ran.code, endpoint.asked().len()), (Some(2), asked), "what was spent before counts: {ran:?}");
    let ran = more.run().done();
    assert!(!ran.out.contains("offline, at least in part"), "{}", ran.out);
    assert_eq!(endpoint.asked().len(), ROWS, "each row is paid for once");
    let out = fs::read_to_string(&path).expect("reads");
    assert!((cost_of(&out) - 60.0 * COST).abs() < 1e-6, "{}", cost_of(&out));
}

/// One run after the other with eight requests at once, until one is through.
fn spend_at_once(most: &str, runs: usize, mut look: impl FnMut(&Ran, &Endpoint)) {
    let endpoint = judge();
    let limits = [&PRICES[..], &["--concurrency", "8", "--max-cost", most]].concat();
    let first = batch(ROWS, &[&["rows.jsonl", "-o", "out.jsonl"][..], &limits].concat(), &endpoint);
    let again: Vec<_> = (1..runs).map(|_| at(first.again(RUN.iter().chain(&limits)), &endpoint)).collect();
    for run in std::iter::once(first).chain(again) {
        look(&run.run(), &endpoint);
    }
}

#[test]
fn with_many_under_way_the_limit_is_told() {
    for _ in 0..20 {
        spend_at_once("6", 1, |ran, _| {
            assert_eq!(ran.code, Some(2), "{ran:?}");
            assert!(TOLD.iter().all(|part| ran.err.contains(part)), "{ran:?}");
        });
    }
}

#[test]
fn with_many_under_way_no_more_is_spent_in_all_runs() {
    spend_at_once("6", 4, |ran, endpoint| {
        assert!(spent(endpoint) <= 6.0, "{} spent: {ran:?}", spent(endpoint));
    });
}

#[test]
fn what_is_enough_is_no_hindrance() {
    let endpoint = judge();
    let out = batch(ROWS, &[&["rows.jsonl"][..], &PRICES, &["--max-cost", "20"]].concat(), &endpoint).run().done().out;
    let whole = batch(ROWS, &[&["rows.jsonl"][..], &PRICES].concat(), &endpoint).run().done().out;
    assert_eq!(out, whole);
    assert_ne!(out, unbroken(ROWS, &endpoint), "without prices no cost is told");
}

#[test]
fn a_limit_without_prices_is_refused() {
    let endpoint = judge();
    for (prices, words) in [
        (&[][..], "--max-cost needs to know what tokens cost"),
        (&["--price-prompt", "1"], "price_prompt and price_completion belong together"),
        (&["--price-completion", "1"], "price_prompt and price_completion belong together"),
    ] {
        let run = batch(2, &[&["rows.jsonl", "--max-cost", "1"][..], prices].concat(), &endpoint);
        run.run().refused().tells(&[words, "hint: "]);
    }
    for wrong in ["-1", "NaN", "much"] {
        let run = batch(2, &[&["rows.jsonl"][..], &PRICES, &["--max-cost", wrong]].concat(), &endpoint);
        assert_eq!(run.run().code, Some(2), "{wrong}");
    }
    assert_eq!(endpoint.asked().len(), 0);
}

#[test]
fn the_summary_tells_what_was_spent() {
    let endpoint = judge();
    let run = batch(10, &[&["rows.jsonl", "-o", "out.jsonl", "--summary", "s.json"][..], &PRICES].concat(), &endpoint);
    let (path, _desk) = (run.path("s.json"), run.again([""]));
    run.run().done().prints(&["1000 tokens sent, 200 received, cost 1.20"]);
    let summary: Value = serde_json::from_str(&fs::read_to_string(path).expect("reads")).expect("JSON");
    assert_eq!((&summary["usage"]["prompt_tokens"], &summary["fallback"]), (&1000.into(), &0.into()));
}
