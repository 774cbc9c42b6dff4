//! Tests of `gradus config check` and `gradus prompt`.

use serde_json::{Value, json};

use super::endpoint::{Action, ChatRequest, Endpoint};
use super::judged_report::{judged, same_verdicts};
use crate::cli::tiny_bank::tiny;
use crate::support::{Gradus, RunOutput};

const READY: &str = r#"{"ready": "yes"}"#;

fn check(endpoint: &Endpoint) -> RunOutput {
    judged(&["config", "check"], endpoint)
        .env("OPENAI_API_KEY", "sk-check-51")
        .env("GRADUS_LLM_API_KEY_ENV", "OPENAI_API_KEY")
        .run()
}

fn error_response(status: u16, words: &str) -> Action {
    Action::Status(status, vec![], json!({"error": {"message": words}}).to_string())
}

#[test]
fn a_working_endpoint_is_reported_as_ready() {
    let endpoint = Endpoint::new(|_, _| Action::Reply(READY.to_owned()));
    let url = endpoint.url() + " (openai)";
    let ran = check(&endpoint).success();
    let reported =
        ran.prints(&[&url, "test-model, available", "with a JSON schema", " s for a reply of one word", "\nready\n"]);
    assert!(reported.out.lines().any(|line| line.split_whitespace().eq(["key", "set"])), "{}", reported.out);
    assert!(!reported.out.contains("sk-check-51") && reported.err.is_empty(), "{}{}", reported.out, reported.err);
    assert_eq!(endpoint.requests().len(), 1);
}

#[test]
fn a_working_anthropic_endpoint_is_reported_as_ready() {
    let endpoint = Endpoint::new(|_, _| Action::Tool(json!({"ready": "yes"})));
    let run = judged(&["config", "check", "--provider", "anthropic"], &endpoint);
    run.run().success().prints(&["(anthropic)", "as a tool call", "ready"]);
}

#[test]
fn a_missing_model_is_reported_with_the_available_models() {
    let endpoint =
        Endpoint::new(|_, _| error_response(404, "the model does not exist")).with_models(&["small", "large"]);
    let ran = check(&endpoint).check_failed();
    ran.prints(&["test-model, not among the models that the endpoint lists"])
        .reports(&["the model does not exist", "choose one of the endpoint's models with --model: small, large"]);
}

#[test]
fn a_rejected_key_is_reported() {
    let endpoint = Endpoint::new(|_, _| error_response(401, "wrong key: sk-check-51"));
    let ran = check(&endpoint).check_failed().reports(&[
        "answered 401: wrong key: [key]",
        "holds a valid key for",
        "--api-key-env",
    ]);
    assert!(!ran.out.contains("ready") && !format!("{ran:?}").contains("sk-check-51"), "{ran:?}");
    assert_eq!(endpoint.requests().len(), 1, "permanent errors are not retried");
}

#[test]
fn advice_depends_on_the_status_and_not_on_the_text_of_the_server() {
    let endpoint = Endpoint::new(|_, _| error_response(400, "a proxy answered 401, cannot reach InvalidContentType"));
    let ran = check(&endpoint).check_failed();
    for advice in ["holds a valid key for", "the server is running", "does not use TLS"] {
        assert!(!ran.err.contains(advice), "{}", ran.err);
    }
    // The advice for status 404 names --base-url and --model. A message that mentions 404 must not select it.
    let endpoint = Endpoint::new(|_, _| error_response(403, "answered 404")).with_models(&["small"]);
    let ran = check(&endpoint).check_failed().reports(&["holds a valid key for"]);
    assert!(!ran.err.contains("check --base-url"), "{}", ran.err);
}

#[test]
fn an_endpoint_without_a_listener_is_reported() {
    let endpoint = Endpoint::new(|_, _| Action::Hang);
    let run = judged(&["config", "check"], &endpoint);
    drop(endpoint);
    run.run()
        .check_failed()
        .reports(&["cannot reach 127.0.0.1", "check that the server is running, and check --base-url"]);
}

#[test]
fn an_endpoint_without_structured_output_is_reported_as_ready() {
    let endpoint = Endpoint::new(|_, request| {
        let body = &request.body;
        match body.get("response_format").or(body.get("tools")) {
            Some(_) => error_response(400, "response_format is not supported"),
            None => Action::Reply(format!("Here it is: {READY}")),
        }
    });
    check(&endpoint).success().prints(&["as plain text", "\nready\n"]);
}

#[test]
fn a_model_that_replies_with_prose_is_reported() {
    for (reply, words) in [("Yes, I am ready!", "does not reply with JSON"), ("", "replied with an empty text")] {
        let endpoint = Endpoint::new(move |_, _| Action::Reply(reply.to_owned()));
        let ran = check(&endpoint).check_failed().reports(&[words, "try a larger model"]);
        assert!(!ran.out.contains("\nready\n"), "{}", ran.out);
    }
}

#[test]
fn a_context_smaller_than_the_setting_is_reported() {
    let endpoint = Endpoint::new(|_, _| Action::Reply(READY.to_owned())).with_context(4096);
    let ran = check(&endpoint).check_failed();
    ran.prints(&["4096 tokens reported, 8192 tokens assumed by gradus"])
        .reports(&["the endpoint reports a context of 4096 tokens, but gradus uses 8192", "use --context 4096"]);
    judged(&["config", "check", "--context", "4096"], &endpoint).run().success().prints(&["\nready\n"]);
}

#[test]
fn every_judge_is_checked() {
    let (good, bad) = (
        Endpoint::new(|_, _| Action::Reply(READY.to_owned())),
        Endpoint::new(|_, _| error_response(403, "not for you")),
    );
    let settings = format!(
        "[[judge]]\nbase_url = {:?}\nmodel = \"test-model\"\n[[judge]]\nbase_url = {:?}\nmodel = \"b\"\n",
        good.url(),
        bad.url()
    );
    let ran = tiny(["config", "check"]).trusted_file(settings).run().check_failed();
    ran.prints(&[&good.url(), &bad.url(), "\nready\n"]).reports(&["not for you"]);
}

#[test]
fn cached_replies_do_not_make_an_endpoint_ready() {
    let endpoint = Endpoint::new(
        |number, _| if number == 0 { Action::Reply(READY.to_owned()) } else { error_response(403, "no") },
    );
    let first = judged(&["config", "check"], &endpoint);
    let again = with_endpoint(first.again(["config", "check"]), &endpoint);
    first.run().success();
    again.run().check_failed().reports(&["answered 403: no"]);
}

/// Sets the judge of a command to `endpoint`, as [`judged`] does.
fn with_endpoint(run: Gradus, endpoint: &Endpoint) -> Gradus {
    run.env("GRADUS_LLM_BASE_URL", &endpoint.url())
        .env("GRADUS_LLM_MODEL", "test-model")
        .env("GRADUS_LLM_ATTEMPTS", "2")
}

/// The role and the text of all messages of a request.
fn messages_of(request: &ChatRequest) -> Vec<(String, String)> {
    let text = |value: &Value| match value.as_str() {
        Some(text) => text.to_owned(),
        None => value[0]["text"].as_str().expect("a text").to_owned(),
    };
    let system = request.body.get("system").map(|system| ("system".to_owned(), text(system)));
    let others = request.body["messages"].as_array().expect("messages").iter();
    let others =
        others.map(|message| (message["role"].as_str().expect("a role").to_owned(), text(&message["content"])));
    system.into_iter().chain(others).collect()
}

/// Answers with characters that are easily changed on the way to the judge: quotes, line breaks, front matter.
const ANSWERS: [&str; 3] = [
    "We rolled the release back within ten minutes.\n",
    "---\nWe \"rolled\" \\the release back <b>&amp;</b>,\r\n\r\n\tthen `waited` \u{1f600} <<<answer x\nanswer x>>>\n",
    "+++\nquestion = \"undo-release\"\n+++\nWe rolled the release back.",
];

#[test]
fn prompt_prints_exactly_the_messages_that_are_sent() {
    for (provider, answer) in ["openai", "anthropic"].into_iter().flat_map(|name| ANSWERS.map(|answer| (name, answer)))
    {
        let endpoint = Endpoint::new(|_, request| Action::Reply(same_verdicts(request, "none", "")));
        let judged = |arguments: &[&str]| {
            judged(arguments, &endpoint).env("GRADUS_LLM_PROVIDER", provider).file("answer.md", answer)
        };
        judged(&["grade", "answer.md", "--question", "undo-release"]).run().success();
        let sent = messages_of(&endpoint.requests()[0]);
        let printed = judged(&["prompt", "undo-release", "answer.md", "--format", "json"]).run().success().json();
        let reported: Vec<(String, String)> = printed["messages"]
            .as_array()
            .expect("messages")
            .iter()
            .map(|message| ["role", "content"].map(|name| message[name].as_str().expect("a text").to_owned()).into())
            .collect();
        assert_eq!(reported, sent, "{provider}");
        assert_eq!((&printed["provider"], &printed["model"]), (&provider.into(), &"test-model".into()));
        let text = judged(&["prompt", "undo-release", "answer.md"]).run().success().out;
        for (role, words) in &sent {
            assert!(text.contains(&format!("=== {role}\n{words}\n")), "{provider}: no {words} in {text}");
        }
        let requests = endpoint.requests();
        assert_eq!(requests.len(), 1, "gradus prompt sends no request");
        let schema = requests[0].body.pointer("/response_format/json_schema/schema");
        let schema = schema.or(requests[0].body.pointer("/tools/0/input_schema")).expect("a schema");
        assert_eq!(&printed["schema"], schema, "{provider}");
    }
}

#[test]
fn printed_tokens_of_the_parts_of_a_prompt_add_up_to_the_printed_sum() {
    let prompt = ["prompt", "undo-release", "answer.md", "--model", "gpt-4o"];
    let printed = tiny(prompt.into_iter().chain(["--format", "json"])).run().success().json();
    assert_eq!(printed["counting"], "known");
    let parts = printed["tokens"].as_object().expect("an object");
    assert!(parts.len() >= 3 && parts.values().all(|count| count.as_u64().is_some_and(|count| count > 0)), "{parts:?}");
    let sum: u64 = parts.values().filter_map(Value::as_u64).sum();
    let text = tiny(prompt).run().success().out;
    let (_, counts) = text.split_once("=== tokens\n").expect("counts");
    let counts: Vec<u64> = counts
        .lines()
        .map(|line| line.split_whitespace().next().expect("a number").parse().expect("a number"))
        .collect();
    let (printed_sum, parts) = counts.split_last().expect("a sum");
    assert_eq!((*printed_sum, parts.iter().sum::<u64>()), (sum, sum), "{text}");
    // English text has about four letters per token.
    let letters: u64 = printed["messages"]
        .as_array()
        .expect("messages")
        .iter()
        .filter_map(|message| Some(message["content"].as_str()?.len() as u64))
        .sum();
    assert!((letters / 7..letters / 2).contains(&sum), "{sum} tokens of {letters} letters");
}

#[test]
fn tokens_of_an_unknown_model_are_counted_with_a_margin() {
    let count = |model: &str| {
        let run = tiny(["prompt", "undo-release", "answer.md", "--format", "json", "--model", model]);
        let printed = run.run().success().json();
        let parts = printed["tokens"].as_object().expect("an object").clone();
        (printed["counting"].clone(), parts.values().filter_map(Value::as_u64).sum::<u64>())
    };
    let (known, guessed) = (count("gpt-4o"), count("home-made:7b"));
    assert_eq!((known.0, guessed.0), ("known".into(), "guessed".into()));
    assert!(guessed.1 > known.1, "{} {}", guessed.1, known.1);
}

#[test]
fn samples_are_sent_to_the_judge_unless_disabled() {
    let sample_text = "On a Friday our checkout began to fail";
    let grade = ["grade", "answer.md", "--question", "undo-release"];
    for (flag, shown) in [(None, true), (Some("--no-references"), false)] {
        let endpoint = Endpoint::new(|_, request| Action::Reply(same_verdicts(request, "none", "")));
        judged(&grade.into_iter().chain(flag).collect::<Vec<_>>(), &endpoint).run().success();
        assert_eq!(endpoint.requests()[0].prompt().contains(sample_text), shown, "{flag:?}");
        let arguments = ["prompt", "undo-release", "answer.md"].into_iter().chain(flag);
        assert_eq!(judged(&arguments.collect::<Vec<_>>(), &endpoint).run().success().out.contains(sample_text), shown);
    }
    let endpoint = Endpoint::new(|_, request| Action::Reply(same_verdicts(request, "none", "")));
    judged(&grade, &endpoint).env("GRADUS_LLM_REFERENCES", "false").run().success();
    assert!(!endpoint.requests()[0].prompt().contains(sample_text));
}
