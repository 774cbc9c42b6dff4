//! Messages about the replies of endpoints.

use gradus_testing::server::{Action, Endpoint, verdicts_by_id};
use serde_json::json;

use super::{assert_messages, assert_transcripts, run};

/// The transcript of `gradus config check` with a judge at `url`, without the time of a reply.
fn check(url: &str, model: &str) -> String {
    let run = run("config check").with_output().env("GRADUS_LLM_BASE_URL", url).env("GRADUS_LLM_ATTEMPTS", "1");
    let run = if model.is_empty() { run } else { run.env("GRADUS_LLM_MODEL", model) };
    let address = url.trim_start_matches("http://").trim_end_matches("/v1");
    let transcript = run.transcript().replace(address, "[address]");
    transcript.split_inclusive('\n').filter(|line| !line.starts_with("latency")).collect()
}

#[test]
fn problems_of_endpoints_are_reported_with_a_change_that_solves_them() {
    let reply = |text: &'static str| Endpoint::new(move |_, _| Action::Reply(text.to_owned()));
    let status = |code: u16| Endpoint::new(move |_, _| Action::Status(code, Vec::new(), String::new()));
    let without_schemas = |number: usize| match number {
        0 => Action::Status(400, Vec::new(), json!({"error": {"message": "unknown field json_schema"}}).to_string()),
        _ => Action::Reply("{\"ready\": \"yes\"}".to_owned()),
    };
    let ready = "{\"ready\": \"yes\"}";
    let endpoints = [
        (reply(ready), "test-model"),
        (reply(ready), ""),
        (reply(""), "test-model"),
        (reply("yes"), "test-model"),
        (reply(ready).with_models(&["other"]), "test-model"),
        (reply(ready).with_models(&[]), "test-model"),
        (Endpoint::new(move |number, _| without_schemas(number)), "test-model"),
        (status(500), "test-model"),
        (status(401), "test-model"),
    ];
    let mut transcripts: Vec<String> =
        endpoints.iter().map(|(endpoint, model)| check(&endpoint.url(), model)).collect();
    transcripts.push(check("http://127.0.0.1:9/v1", "test-model"));
    assert_transcripts("endpoints", &transcripts);
}

#[test]
fn a_cross_check_names_the_file_with_the_differences() {
    let endpoint = Endpoint::new(|_, request| {
        let ids = request.criteria();
        let verdicts: Vec<_> = ids.iter().map(|id| (id.as_str(), "none", "", "it is not there")).collect();
        Action::Reply(verdicts_by_id(&request.token(), &verdicts))
    });
    let row = "{\"question\": \"undo-release\", \"answer\": \"We rolled it back within a minute.\"}\n";
    let batch = run("batch --bank bank rows.jsonl --format csv --cross-check=differences.csv")
        .file("rows.jsonl", row)
        .env("GRADUS_LLM_BASE_URL", endpoint.url())
        .env("GRADUS_LLM_MODEL", "test-model");
    assert_messages("cross-check", &[batch]);
}
