//! Messages about judges and their endpoints.

use super::{Run, assert_messages, run};

const ENDPOINT: &str = "--base-url http://127.0.0.1:9/v1 --model test-model";

/// The command `gradus grade` with a judge that does not reply.
fn judged(arguments: &str) -> Run {
    let command = format!("grade --bank bank answer.md --question undo-release --format csv {arguments}");
    run(command.trim()).env("GRADUS_LLM_ATTEMPTS", "1")
}

#[test]
fn judges_that_cannot_be_asked_are_reported() {
    let required = format!("--grader llm {ENDPOINT}");
    assert_messages(
        "judge-settings",
        &[
            judged("--grader llm"),
            judged("--replay"),
            judged(&format!("{required} --replay")),
            judged(&format!("{required} --api-key-env TEST_API_KEY")),
            judged(&format!("{ENDPOINT} --api-key-env TEST_API_KEY")),
            judged(&format!("{required} --escalate")),
            judged(&format!("{required} --context 1000 --max-tokens 900")),
            judged(&required).env("HTTP_PROXY", "::"),
            judged("--grader llm --base-url http://llm.test/v1 --model m --allow-http --api-key-env none")
                .env("ALL_PROXY", "ftp://h:1"),
            judged(&format!("{required} --on-failure stop")),
            judged(&format!("{required} --api-key-env TEST_API_KEY")).env("TEST_API_KEY", "a\nb"),
            judged(&format!("{required} --ca-file none.pem")),
            judged(&format!("{required} --ca-file answer.md")),
        ],
    );
}

#[test]
fn two_judges_that_cannot_differ_are_reported() {
    let judge = |model: &str| format!("[[judge]]\nmodel = \"{model}\"\nbase_url = \"http://127.0.0.1:9/v1\"\n");
    let settings = format!("grader = \"llm\"\n[llm]\nescalate = true\n{}{}", judge("a"), judge("b"));
    assert_messages("two-judges", &[judged("").file("gradus.toml", settings).after("config trust")]);
}

#[test]
fn estimates_name_the_answers_that_no_judge_can_read() {
    let prices = "price_prompt = 1\nprice_completion = 1\ncontext = 3000\nmax_tokens = 300\n";
    let judge = |model: &str| format!("[[judge]]\nmodel = \"{model}\"\nbase_url = \"http://127.0.0.1:9/v1\"\n{prices}");
    let rows = format!("{{\"question\": \"undo-release\", \"answer\": \"{}\"}}\n", "We told support. ".repeat(5000));
    let estimate = run("batch --bank bank rows.jsonl --dry-run --grader llm --max-cost 5")
        .file("rows.jsonl", rows)
        .file("gradus.toml", format!("{}{}", judge("a"), judge("b")))
        .after("config trust")
        .with_output();
    assert_messages("estimates", &[estimate]);
}

#[test]
fn an_answer_that_is_too_long_for_a_judge_is_graded_offline() {
    let long = judged(&format!("{ENDPOINT} --context 2000 --max-tokens 300"));
    assert_messages("long-answers", &[long.file("answer.md", "We told support. ".repeat(5000))]);
}

#[test]
fn batches_without_a_judge_are_reported() {
    let rows = "{\"question\": \"undo-release\", \"answer\": \"We told support within a minute.\"}\n";
    let batch = |arguments: &str| {
        let command = format!("batch --bank bank rows.jsonl --quiet --output out.csv {arguments}");
        run(&command).file("rows.jsonl", rows).env("GRADUS_LLM_ATTEMPTS", "1")
    };
    assert_messages(
        "judged-batches",
        &[
            batch("--dry-run"),
            batch(&format!("{ENDPOINT} --max-cost 1")),
            batch(ENDPOINT),
            batch(&format!("{ENDPOINT} --grader llm")),
            batch(&format!("{ENDPOINT} --max-fallback 0")),
            batch(ENDPOINT).after(&format!("batch --bank bank rows.jsonl --output out.csv {ENDPOINT}")),
            batch(&format!("{ENDPOINT} --on-failure stop")),
            batch(&format!("{ENDPOINT} --dry-run")).with_output(),
        ],
    );
}
