//! Tests of `--max-fallback` and of its exit code.

use super::endpoint::{Action, Endpoint};
use super::judged_batches::{batch, verdict, with_endpoint};
use crate::support::RunOutput;

/// An endpoint that judges the first `answers` answers and then rejects the key.
fn endpoint_judging_first(answers: usize) -> Endpoint {
    Endpoint::new(
        move |number, request| {
            if number < answers { verdict(request) } else { Action::Status(401, vec![], "expired".to_owned()) }
        },
    )
}

/// Runs a batch of ten rows, where the first `answers` are judged.
fn run_batch(answers: usize, arguments: &[&str]) -> RunOutput {
    let arguments = [&["rows.jsonl", "-o", "out.jsonl", "--concurrency", "1"], arguments].concat();
    batch(10, &arguments, &endpoint_judging_first(answers)).run()
}

#[test]
fn more_fallbacks_than_allowed_exit_with_1() {
    for (most, code) in [("5", 1), ("6", 0), ("59%", 1), ("60%", 0)] {
        let ran = run_batch(4, &["--max-fallback", most]);
        assert_eq!(ran.code, Some(code), "{most}: {}", ran.err);
        let reported = format!("6 of 10 answers fell back to the offline scorer; --max-fallback allows {most}");
        assert_eq!(ran.err.contains(&reported), code == 1, "{most}: {}", ran.err);
    }
    run_batch(4, &[]).success();
}

#[test]
fn grader_llm_without_a_judged_answer_exits_with_1() {
    let reported = [
        "all 10 graded answers fell back",
        "although grader = llm is set by --grader",
        "answered 401",
        "gradus config check",
    ];
    let ran = run_batch(0, &["--grader", "llm"]).check_failed().reports(&reported);
    assert_eq!(ran.err.matches("answered 401").count(), 1, "the reason is given once: {}", ran.err);
    run_batch(1, &["--grader", "llm"]).success().reports(&["9 answers were graded offline"]);
    // With --grader auto or --max-fallback, fallback grades cause only a warning.
    run_batch(0, &["--grader", "auto"]).success().reports(&["10 answers were graded offline", "answered 401"]);
    run_batch(0, &["--grader", "llm", "--max-fallback", "100%"]).success().reports(&["10 answers were graded offline"]);
}

#[test]
fn grader_llm_may_be_set_in_the_environment_or_in_a_file() {
    let rows = ["rows.jsonl", "--concurrency", "1"];
    let endpoint = endpoint_judging_first(0);
    let ran = batch(3, &rows, &endpoint).env("GRADUS_GRADER", "llm").run().check_failed();
    ran.reports(&["although grader = llm is set by environment GRADUS_GRADER"]);
    let ran = batch(3, &rows, &endpoint).file("gradus.toml", "grader = \"llm\"\n").run().check_failed();
    ran.reports(&["although grader = llm is set by ", "gradus.toml: "]);
}

#[test]
fn a_merge_counts_the_fallbacks_of_its_parts() {
    let endpoint = endpoint_judging_first(2);
    let arguments = ["rows.jsonl", "-o", "part.jsonl", "--concurrency", "1", "--shard", "1/1"];
    let part = batch(6, &arguments, &endpoint);
    let merge = |most| {
        with_endpoint(
            part.again(["--bank", "bank", "batch", "merge", "part.jsonl", "-o", "all.jsonl", "--max-fallback", most]),
            &endpoint,
        )
    };
    let (allowed, exceeded) = (merge("4"), merge("3"));
    part.run().success();
    allowed.run().success();
    exceeded.run().check_failed().reports(&["4 of 6 answers fell back to the offline scorer; --max-fallback allows 3"]);
}
