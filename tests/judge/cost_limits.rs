//! Tests of the cost of a batch: the estimate, the limit and the summary.

use std::fs;

use serde_json::Value;

use super::endpoint::Endpoint;
use super::judged_batches::{ROWS, RUN, batch, rows, uninterrupted_output, verdict, with_endpoint};
use super::tls_and_proxy::Front;
use crate::cli::tiny_bank::tiny;
use crate::support::RunOutput;

/// Each request takes 100 prompt tokens and 20 reply tokens, which cost 0.12 with these prices.
const PRICES: [&str; 4] = ["--price-prompt", "1000", "--price-completion", "1000"];
const COST: f64 = 0.12;

fn judging_endpoint() -> Endpoint {
    Endpoint::new(|_, request| verdict(request))
}

/// All numbers in a line.
fn numbers(line: &str) -> Vec<f64> {
    line.split(|c: char| !c.is_ascii_digit() && c != '.')
        .filter_map(|word| word.trim_end_matches('.').parse().ok())
        .collect()
}

#[test]
fn a_dry_run_reports_the_cost_without_sending_requests() {
    let endpoint = judging_endpoint();
    let front = Front::plain(&endpoint);
    let url = front.url("http", "127.0.0.1") + "/v1";
    let dry = |count: usize, more: &[&str]| {
        let run =
            tiny(["batch", "rows.jsonl", "--dry-run"].iter().chain(more).copied()).file("rows.jsonl", rows(count));
        run.env("GRADUS_LLM_BASE_URL", &url).env("GRADUS_LLM_MODEL", "gpt-4o")
    };
    let prices = ["--price-prompt", "2.5", "--price-completion", "10"];
    let out = dry(ROWS, &prices).run().success().prints(&["60 answers to judge; no request was sent", "gpt-4o"]).out;
    let line = out.lines().nth(1).expect("a line of the judge").split_once(": ").expect("a name").1.to_owned();
    let [requests, prompt, completion, cost] = numbers(&line)[..] else { panic!("{line}") };
    assert!((requests - 60.0).abs() < 1e-9, "{line}");
    assert!((cost - (prompt * 2.5 + completion * 10.0) / 1e6).abs() < 1e-4, "{line}");
    // The estimate for a single row equals the number of tokens that `gradus prompt` prints.
    let one = dry(1, &prices).run().success().out;
    let printed = tiny(["prompt", "undo-release", "a.md", "--format", "json", "--model", "gpt-4o"])
        .file("a.md", "We rolled the release back within 0 minutes.")
        .run()
        .success()
        .json();
    let tokens: f64 = printed["tokens"].as_object().expect("parts").values().filter_map(Value::as_f64).sum();
    let reported = numbers(one.lines().nth(1).expect("a line").split_once(": ").expect("a name").1)[1];
    assert!((reported - tokens).abs() <= 4.0, "{reported} and {tokens}: a token may span two parts");
    dry(ROWS, &["--samples", "3"]).run().success().prints(&["180 requests", "no prices are configured"]);
    dry(ROWS, &[&prices[..], &["--max-cost", "0.001"]].concat())
        .run()
        .success()
        .prints(&["more than the 0.001 that --max-cost allows"]);
    dry(ROWS, &[&prices[..], &["--max-cost", "100"]].concat())
        .run()
        .success()
        .prints(&["within the 100 that --max-cost allows"]);
    let run = tiny(["batch", "rows.jsonl", "--dry-run", "--grader", "offline"]).file("rows.jsonl", rows(2));
    run.run().failure().reports(&["--dry-run estimates what a judge would cost"]);
    assert_eq!((front.connections(), endpoint.requests().len()), (0, 0));
}

#[test]
fn a_dry_run_with_two_judges_reports_the_total_cost_and_prompts_that_are_too_long() {
    let judge = |model: &str, more: &str| {
        format!(
            "[[judge]]\nmodel = \"{model}\"\nbase_url = \"http://127.0.0.1:9\"\nprice_prompt = 1\nprice_completion = 1\n{more}"
        )
    };
    let long = format!("{{\"question\":\"undo-release\",\"answer\":\"{}\"}}\n", "We rolled it back. ".repeat(500));
    let dry = |more: &str| {
        let settings = judge("one", "") + &judge("two", more);
        let run = tiny(["batch", "rows.jsonl", "--dry-run"]).trusted_file(settings);
        run.file("rows.jsonl", rows(2) + &long).run().success()
    };
    let out = dry("").prints(&["  total: about "]).out;
    assert!(!out.contains("too long"), "{out}");
    dry("context = 2048\nmax_tokens = 100\n")
        .prints(&["  1 answer with a prompt that is too long for at least one judge\n"]);
}

#[test]
fn a_dry_run_writes_nothing() {
    let endpoint = judging_endpoint();
    let run = batch(3, &["rows.jsonl", "-o", "out.jsonl", "--dry-run"], &endpoint);
    // The second handle keeps the folder until the end of the test, because `run` deletes it with the last handle.
    let (out, folder, _work_dir) = (run.path("out.jsonl"), run.path("out.jsonl.gradus"), run.again([""]));
    run.run().success();
    assert!(!out.exists() && !folder.exists());
}

/// The total cost of all results in a file.
fn cost_of(out: &str) -> f64 {
    let cost =
        |line: &str| serde_json::from_str::<Value>(line).expect("JSON")["usage"]["cost"].as_f64().expect("a cost");
    out.lines().map(cost).sum()
}

/// The cost of all requests that the endpoint received.
fn total_cost(endpoint: &Endpoint) -> f64 {
    endpoint.requests().iter().map(|_| COST).sum()
}

const LIMIT_MESSAGES: [&str; 3] =
    ["of the spending limit of 6 is used", "hint: raise --max-cost", "run the same command again to continue"];

#[test]
fn max_cost_is_never_exceeded_and_a_higher_limit_continues_the_run() {
    let endpoint = judging_endpoint();
    let limits = |max_cost: &'static str| [&PRICES[..], &["--concurrency", "1", "--max-cost", max_cost]].concat();
    let first = batch(ROWS, &[&["rows.jsonl", "-o", "out.jsonl"][..], &limits("6")].concat(), &endpoint);
    let next = |max_cost: &'static str| with_endpoint(first.again(RUN.iter().chain(&limits(max_cost))), &endpoint);
    let (again, more, path, _work_dir) = (next("6"), next("100"), first.path("out.jsonl"), first.again([""]));
    let ran = first.run();
    assert_eq!(ran.code, Some(2), "{ran:?}");
    ran.reports(&LIMIT_MESSAGES);
    assert!(!path.exists());
    let sent = endpoint.requests().len();
    assert!((1.0..=6.0).contains(&total_cost(&endpoint)), "{sent} requests");
    let ran = again.run();
    assert_eq!((ran.code, endpoint.requests().len()), (Some(2), sent), "earlier spending counts: {ran:?}");
    let ran = more.run().success();
    assert!(!ran.out.contains("by the offline scorer"), "{}", ran.out);
    assert_eq!(endpoint.requests().len(), ROWS, "each row is requested once");
    let out = fs::read_to_string(&path).expect("reads");
    assert!((cost_of(&out) - 60.0 * COST).abs() < 1e-6, "{}", cost_of(&out));
}

/// Runs the same batch `runs` times, one run after the other, with up to eight concurrent requests, and passes each
/// result to `check`.
fn run_repeatedly(max_cost: &str, runs: usize, mut check: impl FnMut(&RunOutput, &Endpoint)) {
    let endpoint = judging_endpoint();
    let limits = [&PRICES[..], &["--concurrency", "8", "--max-cost", max_cost]].concat();
    let first = batch(ROWS, &[&["rows.jsonl", "-o", "out.jsonl"][..], &limits].concat(), &endpoint);
    let again: Vec<_> = (1..runs).map(|_| with_endpoint(first.again(RUN.iter().chain(&limits)), &endpoint)).collect();
    for run in std::iter::once(first).chain(again) {
        check(&run.run(), &endpoint);
    }
}

#[test]
fn reaching_max_cost_is_reported_with_many_concurrent_requests() {
    for _ in 0..20 {
        run_repeatedly("6", 1, |ran, _| {
            assert_eq!(ran.code, Some(2), "{ran:?}");
            assert!(LIMIT_MESSAGES.iter().all(|part| ran.err.contains(part)), "{ran:?}");
        });
    }
}

#[test]
fn max_cost_holds_over_all_runs_with_many_concurrent_requests() {
    run_repeatedly("6", 4, |ran, endpoint| {
        assert!(total_cost(endpoint) <= 6.0, "{} spent: {ran:?}", total_cost(endpoint));
    });
}

#[test]
fn a_sufficient_max_cost_does_not_change_the_run() {
    let endpoint = judging_endpoint();
    let out =
        batch(ROWS, &[&["rows.jsonl"][..], &PRICES, &["--max-cost", "20"]].concat(), &endpoint).run().success().out;
    let whole = batch(ROWS, &[&["rows.jsonl"][..], &PRICES].concat(), &endpoint).run().success().out;
    assert_eq!(out, whole);
    assert_ne!(out, uninterrupted_output(ROWS, &endpoint), "without prices no cost is reported");
}

#[test]
fn max_cost_without_prices_or_with_an_invalid_amount_is_an_error() {
    let endpoint = judging_endpoint();
    for (prices, words) in [
        (&[][..], "the cost is limited, and the prices of test-model are not known"),
        (&["--price-prompt", "1"], "price_prompt and price_completion must be set together"),
        (&["--price-completion", "1"], "price_prompt and price_completion must be set together"),
    ] {
        let run = batch(2, &[&["rows.jsonl", "--max-cost", "1"][..], prices].concat(), &endpoint);
        run.run().failure().reports(&[words, "hint: "]);
    }
    for wrong in ["-1", "NaN", "much"] {
        let run = batch(2, &[&["rows.jsonl"][..], &PRICES, &["--max-cost", wrong]].concat(), &endpoint);
        assert_eq!(run.run().code, Some(2), "{wrong}");
    }
    assert_eq!(endpoint.requests().len(), 0);
}

#[test]
fn the_summary_reports_tokens_and_cost() {
    let endpoint = judging_endpoint();
    let run = batch(10, &[&["rows.jsonl", "-o", "out.jsonl", "--summary", "s.json"][..], &PRICES].concat(), &endpoint);
    let (path, _work_dir) = (run.path("s.json"), run.again([""]));
    run.run().success().prints(&["1000 tokens sent, 200 received, cost 1.20"]);
    let summary: Value = serde_json::from_str(&fs::read_to_string(path).expect("reads")).expect("JSON");
    assert_eq!((&summary["usage"]["prompt_tokens"], &summary["fallback"]), (&1000.into(), &0.into()));
}
