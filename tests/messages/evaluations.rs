//! Messages of `gradus eval`, `gradus calibrate` and `gradus bank learn`.

use std::fmt::Write as _;

use super::{Run, assert_messages, run};

/// Two graded answers. The first is in the split `test`.
const GRADED: &str = "{\"question\": \"undo-release\", \"answer\": \"We rolled it back within a minute.\", \"score\": 1, \
                      \"split\": \"test\", \"criteria\": {\"tea\": 1}}\n\
                      {\"question\": \"restore-test\", \"answer\": \"We waited.\", \"score\": 0}\n";

fn row(question: &str, answer: &str, score: &str) -> String {
    format!("{{\"question\": \"{question}\", \"answer\": \"{answer}\", \"score\": {score}}}\n")
}

/// The command with the tiny bank and graded answers.
fn with_rows(command: &str, rows: &str) -> Run {
    run(command).file("graded.jsonl", rows)
}

fn eval(arguments: &str) -> Run {
    with_rows(&format!("eval --bank bank --resamples 0 graded.jsonl{arguments}"), GRADED)
}

#[test]
fn evaluations_that_cannot_be_made_are_reported() {
    let none = |rows: &str| with_rows("eval --bank bank graded.jsonl", rows);
    assert_messages(
        "evaluations",
        &[
            none(""),
            none(&row("undo-release", "We waited.", "null")),
            none(&row("tea", "We waited.", "1")),
            none("{\"question\": \"undo-release\", \"score\": 1}\n"),
            none("x\n"),
            run("eval --bank bank graded.csv").file("graded.csv", "question,answer\na,b\n"),
            run("eval --bank bank graded.csv").file("graded.csv", "question,answer,score,score\na,b,1,1\n"),
            eval(" --cut fit:train"),
            with_rows("eval --bank bank graded.jsonl --cut fit:train", &row("undo-release", "We waited.", "1")),
            eval(" --cut fit:test"),
            eval(" --compare none.json"),
            eval(" --compare e.json").file("e.json", "{}"),
            eval(" --compare e.json").file("e.json", "{\"schema\": 1, \"cut\": {\"score\": 50}, \"scores\": []}"),
            eval(" --fail-under train:mae=0.1"),
        ],
    );
}

#[test]
fn warnings_of_an_evaluation_name_rows_and_criteria() {
    let more = format!("{GRADED}{}{}", row("tea", "We waited.", "1"), row("undo-release", "", "1"));
    let bad = format!("{GRADED}x\n{}", "{\"question\": \"undo-release\"}\n".repeat(4));
    assert_messages(
        "evaluation-warnings",
        &[
            eval(""),
            with_rows("eval --bank bank --resamples 0 graded.jsonl", &more),
            with_rows("eval --bank bank --resamples 0 graded.jsonl", &bad),
            eval(" --fail-under mae=0.1 --fail-under bias=0.01 --fail-under accuracy=0.9 --fail-under pearson=2"),
            with_rows(
                "eval --bank bank --resamples 0 graded.jsonl --fail-under pearson=0.5",
                &row("undo-release", "We waited.", "1"),
            ),
        ],
    );
}

#[test]
fn calibrations_that_cannot_be_fitted_are_reported() {
    let questions = ["undo-release", "restore-test", "stage-release"];
    let good = ["We rolled it back within a minute.", "We compare rows every month.", "We use a canary."];
    let mut rows = String::new();
    for round in 0..6 {
        for (question, good) in questions.iter().zip(good) {
            let _ = write!(
                rows,
                "{}{}",
                row(question, &format!("{good} {round}"), "0"),
                row(question, &format!("No {round}."), "1")
            );
        }
    }
    let points = rows.replace("\"score\": 1}", "\"score\": 4, \"max_score\": 4}");
    let calibrate = |more: &str| with_rows(&format!("calibrate --bank bank graded.jsonl{more}"), &rows);
    assert_messages(
        "fits",
        &[
            with_rows("calibrate --bank bank graded.jsonl --output c.toml", GRADED),
            with_rows("calibrate --bank bank graded.jsonl --output c.toml", &row("tea", "We waited.", "1")),
            calibrate(" --output c.toml"),
            calibrate(" --output c.toml --even-if-worse").with_output(),
            with_rows("calibrate --bank bank graded.jsonl --output c.toml --even-if-worse", &points).with_output(),
            calibrate(" --output graded.jsonl"),
            calibrate(" --output -"),
        ],
    );
}

#[test]
fn messages_of_learning_name_questions_and_files() {
    let learn = |more: &str| with_rows(&format!("bank learn --bank bank graded.jsonl{more}"), GRADED);
    assert_messages(
        "learning",
        &[
            learn(""),
            learn(" --format patch"),
            learn(" --output patch.diff"),
            learn(" --only stage-release"),
            learn(" --only tea"),
            with_rows("bank learn --bank bank graded.jsonl", &row("tea", "We waited.", "1")),
            with_rows("bank learn --bank bank graded.jsonl", &format!("{GRADED}{}", row("tea", "We waited.", "1"))),
        ],
    );
}
