//! Tests of both protocols, and of features that an endpoint rejects: the client remembers them and leaves them out.

use serde_json::{Value, json};

use super::endpoint::{Action, ChatRequest, Endpoint};
use super::judged_report::judged;
use super::scripted_judge::{GRADE, JudgedRun, Respond, judge_with, last_message, valid_verdicts, with_environment};
use crate::cli::tiny_bank::ANSWER;

const KEY: &str = "sk-ant-0123456789abcdef";
const ANTHROPIC: [(&str, &str); 3] =
    [("GRADUS_LLM_PROVIDER", "anthropic"), ("ANTHROPIC_API_KEY", KEY), ("GRADUS_LLM_API_KEY_ENV", "ANTHROPIC_API_KEY")];

fn rejection(words: &str) -> Action {
    Action::Status(400, Vec::new(), json!({"error": {"message": words, "type": "invalid_request_error"}}).to_string())
}

fn requested_format(request: &ChatRequest) -> &str {
    request.body["response_format"]["type"].as_str().unwrap_or("text")
}

/// An endpoint that supports only these output modes.
fn endpoint_supporting(
    formats: &'static [&'static str],
) -> impl Fn(usize, &ChatRequest) -> Action + Send + Sync + 'static {
    move |_, request| {
        let format = requested_format(request);
        let is_known = formats.contains(&format);
        if is_known {
            Action::Reply(valid_verdicts(request))
        } else {
            rejection(&format!("response_format {format} is unknown here"))
        }
    }
}

#[test]
fn structured_output_falls_back_from_schema_to_json_to_text() {
    let cases: [(&'static [&'static str], &[&str]); 3] = [
        (&["json_schema"], &["json_schema"]),
        (&["json_object", "text"], &["json_schema", "json_object"]),
        (&["text"], &["json_schema", "json_object", "text"]),
    ];
    for (known, tried) in cases {
        let run = judge_with(&[("GRADUS_LLM_ATTEMPTS", "1")], endpoint_supporting(known));
        run.assert_judged(&format!("{known:?}"), tried.len());
        assert_eq!(run.requests.iter().map(requested_format).collect::<Vec<_>>(), tried);
    }
}

#[test]
fn the_next_run_remembers_the_supported_output_mode() {
    let endpoint = Endpoint::new(endpoint_supporting(&["text"]));
    let first = judged(&GRADE, &endpoint);
    let second = first.again(["--bank", "bank"].into_iter().chain(GRADE));
    let second = second.env("GRADUS_LLM_BASE_URL", &endpoint.url()).env("GRADUS_LLM_MODEL", "test-model");
    let third = first.again(["cache", "path"]);
    JudgedRun::of(first, ANSWER, &endpoint).assert_judged("first", 3);
    // Another answer, so that the cached reply is not used.
    let other = format!("{ANSWER}That was all.\n");
    JudgedRun::of(second.file("answer.md", &other), &other, &endpoint).assert_judged("second", 4);
    let formats: Vec<String> = endpoint.requests().iter().map(|request| requested_format(request).to_owned()).collect();
    assert_eq!(formats, ["json_schema", "json_object", "text", "text"]);
    third.run().success().prints(&[".cache/gradus/replies.sqlite"]);
}

#[test]
fn rejected_parameters_are_left_out() {
    let run = judge_with(&[("GRADUS_LLM_SEED", "7"), ("GRADUS_LLM_ATTEMPTS", "1")], |_, request| {
        let has = |name: &str| request.body.get(name).is_some();
        if has("max_tokens") {
            rejection("Unsupported parameter: 'max_tokens'. Use 'max_completion_tokens' instead.")
        } else if has("temperature") {
            rejection("Unsupported value: 'temperature' does not support 0 with this model.")
        } else if has("seed") {
            rejection("Extra inputs are not permitted: seed")
        } else {
            Action::Reply(valid_verdicts(request))
        }
    });
    run.assert_judged("parameters", 4);
    assert_eq!(requested_format(&run.requests[3]), "json_schema");
    assert!(run.requests[3].body.get("max_completion_tokens").is_some());
}

#[test]
fn an_endpoint_that_rejects_everything_is_reported_with_its_first_message() {
    let run = judge_with(&[], |number, _| rejection(&format!("schema? no, for the reason {number}")));
    run.assert_fell_back("all refused", 3, "127.0.0.1 answered 400: schema? no, for the reason 0");
}

#[test]
fn the_anthropic_protocol_works() {
    let replies: [(&str, Respond); 3] = [
        ("tool", |request| Action::Tool(serde_json::from_str(&valid_verdicts(request)).expect("JSON"))),
        ("text", |request| Action::Reply(format!("Well:\n{}", valid_verdicts(request)))),
        ("gzip", |request| Action::Gzip(valid_verdicts(request))),
    ];
    for (case, reply) in replies {
        let run = judge_with(&ANTHROPIC, move |_, request| reply(request));
        run.assert_judged(case, 1);
        let request = &run.requests[0];
        assert_eq!((request.path.as_str(), request.header("x-api-key")), ("/v1/messages", Some(KEY)), "{case}");
        assert!(request.header("anthropic-version").is_some() && request.header("authorization").is_none(), "{case}");
        assert_eq!(request.body["tool_choice"]["type"], "tool", "{case}");
        assert_eq!(request.body["tools"][0]["input_schema"]["type"], "object", "{case}");
        assert_eq!(run.grade["grader"]["provider"], "anthropic", "{case}");
        assert_eq!(run.grade["usage"], json!({"prompt_tokens": 100, "completion_tokens": 20}), "{case}");
    }
}

#[test]
fn errors_of_the_anthropic_protocol_are_reported() {
    let cases: [(&str, Respond, usize, &str); 5] = [
        ("a refusal", |_| Action::Refuse("I will not.".to_owned()), 3, "it refused: I will not."),
        ("too long", |_| Action::CutOff("{\"for\": ".to_owned()), 3, "was cut off"),
        ("an empty tool call", |_| Action::Tool(json!({})), 3, "there is no JSON object"),
        (
            "a wrong key",
            |_| Action::Status(401, vec![], error("authentication_error", "invalid x-api-key")),
            1,
            "127.0.0.1 answered 401: invalid x-api-key",
        ),
        ("overloaded", |_| Action::Status(529, vec![], error("overloaded_error", "Overloaded")), 2, "529: Overloaded"),
    ];
    for (case, act, requests, words) in cases {
        let always = judge_with(&ANTHROPIC, move |_, request| act(request));
        always.assert_fell_back(case, requests, words);
        if requests > 1 {
            let once = move |number, request: &ChatRequest| {
                if number == 0 { act(request) } else { Action::Reply(valid_verdicts(request)) }
            };
            judge_with(&ANTHROPIC, once).assert_judged(case, 2);
        }
    }
}

fn error(kind: &str, words: &str) -> String {
    json!({"type": "error", "error": {"type": kind, "message": words}}).to_string()
}

#[test]
fn a_rejected_tool_falls_back_to_text_and_is_remembered() {
    let endpoint = Endpoint::new(|_, request| {
        if request.body.get("tools").is_some() {
            rejection("tools: not supported")
        } else {
            Action::Reply(valid_verdicts(request))
        }
    });
    let gradus = with_environment(judged(&GRADE, &endpoint), &ANTHROPIC);
    let arguments = ["--bank", "bank"].into_iter().chain(GRADE).chain(["--refresh"]);
    let again = gradus.again(arguments).env("GRADUS_LLM_BASE_URL", &endpoint.url());
    let again = with_environment(again.env("GRADUS_LLM_MODEL", "test-model"), &ANTHROPIC);
    JudgedRun::of(gradus, ANSWER, &endpoint).assert_judged("first", 2);
    JudgedRun::of(again, ANSWER, &endpoint).assert_judged("again", 3);
    let tools: Vec<bool> = endpoint.requests().iter().map(|request| request.body.get("tools").is_some()).collect();
    assert_eq!(tools, [true, false, false]);
}

#[test]
fn asking_the_judge_again_alternates_roles_in_the_anthropic_protocol() {
    let run = judge_with(&ANTHROPIC, |number, request| {
        if number == 0 { Action::Reply("8 of 10".to_owned()) } else { Action::Reply(valid_verdicts(request)) }
    });
    run.assert_judged("turns", 2);
    let roles = run.requests[1].body["messages"].as_array().expect("messages");
    assert_eq!(roles.iter().map(|said| &said["role"]).collect::<Vec<&Value>>(), ["user", "assistant", "user"]);
    assert!(last_message(&run.requests[1]).contains("there is no JSON object"));
}
