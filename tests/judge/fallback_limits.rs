//! How many answers may fall back to the offline scorer before the exit code says so.

use super::endpoint::{Act, Endpoint};
use super::many::{at, batch, verdict};
use crate::support::Ran;

/// An endpoint that judges the first answers and then rejects the key.
fn judging(answers: usize) -> Endpoint {
    Endpoint::new(
        move |number, asked| {
            if number < answers { verdict(asked) } else { Act::Status(401, vec![], "expired".to_owned()) }
        },
    )
}

/// Ten rows of which the first `answers` are judged.
fn run(answers: usize, arguments: &[&str]) -> Ran {
    let arguments = [&["rows.jsonl", "-o", "out.jsonl", "--concurrency", "1"], arguments].concat();
    batch(10, &arguments, &judging(answers)).run()
}

#[test]
fn more_fallbacks_than_allowed_are_an_exit_code_of_1() {
    for (most, code) in [("5", 1), ("6", 0), ("59%", 1), ("60%", 0)] {
        let ran = run(4, &["--max-fallback", most]);
        assert_eq!(ran.code, Some(code), "{most}: {}", ran.err);
        let told = format!("6 of 10 answers fell back to the offline scorer; --max-fallback allows {most}");
        assert_eq!(ran.err.contains(&told), code == 1, "{most}: {}", ran.err);
    }
    run(4, &[]).done();
}

#[test]
fn no_judged_answer_is_an_exit_code_of_1_where_the_judge_was_requested() {
    let told = [
        "all 10 graded answers fell back",
        "although grader = llm is set by --grader",
        "answered 401",
        "gradus config check",
    ];
    let ran = run(0, &["--grader", "llm"]).found().tells(&told);
    assert_eq!(ran.err.matches("answered 401").count(), 1, "the reason is given once: {}", ran.err);
    run(1, &["--grader", "llm"]).done().tells(&["9 answers were graded offline"]);
    // Whoever lets the program choose, or says how many may fall back, gets offline grades and a warning.
    run(0, &["--grader", "auto"]).done().tells(&["10 answers were graded offline", "answered 401"]);
    run(0, &["--grader", "llm", "--max-fallback", "100%"]).done().tells(&["10 answers were graded offline"]);
}

#[test]
fn the_request_may_be_in_the_environment_or_in_a_file() {
    let rows = ["rows.jsonl", "--concurrency", "1"];
    let endpoint = judging(0);
    let ran = batch(3, &rows, &endpoint).env("GRADUS_GRADER", "llm").run().found();
    ran.tells(&["although grader = llm is set by environment GRADUS_GRADER"]);
    let ran = batch(3, &rows, &endpoint).file("gradus.toml", "grader = \"llm\"\n").run().found();
    ran.tells(&["although grader = llm is set by ", "gradus.toml: "]);
}

#[test]
fn a_merge_counts_the_fallbacks_of_its_parts() {
    let endpoint = judging(2);
    let arguments = ["rows.jsonl", "-o", "part.jsonl", "--concurrency", "1", "--shard", "1/1"];
    let part = batch(6, &arguments, &endpoint);
    let merge = |most| {
        at(
            part.again(["--bank", "bank", "batch", "merge", "part.jsonl", "-o", "all.jsonl", "--max-fallback", most]),
            &endpoint,
        )
    };
    let (allowed, exceeded) = (merge("4"), merge("3"));
    part.run().done();
    allowed.run().done();
    exceeded.run().found().tells(&["4 of 6 answers fell back to the offline scorer; --max-fallback allows 3"]);
}
