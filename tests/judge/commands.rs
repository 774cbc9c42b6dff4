//! `config check` says what is wrong with an endpoint, and `prompt` what it would be told.

use serde_json::{Value, json};

use super::endpoint::{Act, Asked, Endpoint};
use super::whole::{all, judged};
use crate::cli::tiny::tiny;
use crate::support::{Gradus, Ran};

const READY: &str = r#"{"ready": "yes"}"#;

fn check(endpoint: &Endpoint) -> Ran {
    judged(&["config", "check"], endpoint)
        .env("OPENAI_API_KEY", "sk-check-51")
        .env("GRADUS_LLM_API_KEY_ENV", "OPENAI_API_KEY")
        .run()
}

fn complaint(status: u16, words: &str) -> Act {
    Act::Status(status, vec![], json!({"error": {"message": words}}).to_string())
}

#[test]
fn an_endpoint_that_works_is_ready() {
    let endpoint = Endpoint::new(|_, _| Act::Say(READY.to_owned()));
    let url = endpoint.url() + " (openai)";
    let ran = check(&endpoint).done();
    let told = ran.prints(&[&url, "test-model, is there", "held to a JSON schema", " s for one word", "\nready\n"]);
    assert!(told.out.lines().any(|line| line.split_whitespace().eq(["key", "set"])), "{}", told.out);
    assert!(!told.out.contains("sk-check-51") && told.err.is_empty(), "{}{}", told.out, told.err);
    assert_eq!(endpoint.asked().len(), 1);
}

#[test]
fn an_endpoint_of_messages_is_ready() {
    let endpoint = Endpoint::new(|_, _| Act::Tool(json!({"ready": "yes"})));
    let run = judged(&["config", "check", "--provider", "anthropic"], &endpoint);
    run.run().done().prints(&["(anthropic)", "as a tool call", "ready"]);
}

#[test]
fn a_model_that_is_not_there_is_told_with_those_that_are() {
    let endpoint = Endpoint::new(|_, _| complaint(404, "the model does not exist")).with_models(&["small", "large"]);
    let ran = check(&endpoint).found();
    ran.prints(&["test-model, is not among those that are listed"])
        .tells(&["the model does not exist", "name one of its models with --model: small, large"]);
}

#[test]
fn a_key_that_is_not_taken_is_told() {
    let endpoint = Endpoint::new(|_, _| complaint(401, "wrong key: sk-check-51"));
    let ran = check(&endpoint).found().tells(&["answered 401: wrong key: [key]", "look at the key", "--api-key-env"]);
    assert!(!ran.out.contains("ready") && !format!("{ran:?}").contains("sk-check-51"), "{ran:?}");
    assert_eq!(endpoint.asked().len(), 1, "what fails for good is not tried again");
}

#[test]
fn advice_goes_by_the_status_and_not_by_the_words_of_the_server() {
    let endpoint = Endpoint::new(|_, _| complaint(400, "a proxy answered 401, cannot reach InvalidContentType"));
    let ran = check(&endpoint).found();
    for advice in ["look at the key", "whether the server runs", "speaks no TLS"] {
        assert!(!ran.err.contains(advice), "{}", ran.err);
    }
    // A refused key is no reason to name another model, whatever the words are.
    let endpoint = Endpoint::new(|_, _| complaint(403, "answered 404")).with_models(&["small"]);
    let ran = check(&endpoint).found().tells(&["look at the key"]);
    assert!(!ran.err.contains("look at --base-url"), "{}", ran.err);
}

#[test]
fn an_endpoint_where_nobody_listens_is_told() {
    let endpoint = Endpoint::new(|_, _| Act::Hang);
    let run = judged(&["config", "check"], &endpoint);
    drop(endpoint);
    run.run().found().tells(&["cannot reach 127.0.0.1", "look whether the server runs there, and at --base-url"]);
}

#[test]
fn an_endpoint_that_knows_nothing_but_text_is_ready() {
    let endpoint = Endpoint::new(|_, asked| {
        let body = &asked.body;
        match body.get("response_format").or(body.get("tools")) {
            Some(_) => complaint(400, "response_format is not supported"),
            None => Act::Say(format!("Here it is: {READY}")),
        }
    });
    check(&endpoint).done().prints(&["as plain text", "\nready\n"]);
}

#[test]
fn a_model_that_chats_is_told_of() {
    for (reply, words) in [("Yes, I am ready!", "does not reply with JSON"), ("", "replied with nothing")] {
        let endpoint = Endpoint::new(move |_, _| Act::Say(reply.to_owned()));
        let ran = check(&endpoint).found().tells(&[words, "try a larger model"]);
        assert!(!ran.out.contains("\nready\n"), "{}", ran.out);
    }
}

#[test]
fn a_context_that_is_smaller_than_used_is_told() {
    let endpoint = Endpoint::new(|_, _| Act::Say(READY.to_owned())).with_context(4096);
    let ran = check(&endpoint).found();
    ran.prints(&["4096 tokens, 8192 are used"]).tells(&["the model takes 4096 tokens", "say --context 4096"]);
    judged(&["config", "check", "--context", "4096"], &endpoint).run().done().prints(&["\nready\n"]);
}

#[test]
fn every_judge_is_checked() {
    let (good, bad) =
        (Endpoint::new(|_, _| Act::Say(READY.to_owned())), Endpoint::new(|_, _| complaint(403, "not for you")));
    let settings = format!(
        "[[judge]]\nbase_url = {:?}\nmodel = \"test-model\"\n[[judge]]\nbase_url = {:?}\nmodel = \"b\"\n",
        good.url(),
        bad.url()
    );
    let ran = tiny(["config", "check"]).trusted_file(settings).run().found();
    ran.prints(&[&good.url(), &bad.url(), "\nready\n"]).tells(&["not for you"]);
}

#[test]
fn what_is_kept_does_not_make_an_endpoint_ready() {
    let endpoint =
        Endpoint::new(|number, _| if number == 0 { Act::Say(READY.to_owned()) } else { complaint(403, "no") });
    let first = judged(&["config", "check"], &endpoint);
    let again = at(first.again(["config", "check"]), &endpoint);
    first.run().done();
    again.run().found().tells(&["answered 403: no"]);
}

/// A run in the same folder with the same judge.
fn at(run: Gradus, endpoint: &Endpoint) -> Gradus {
    run.env("GRADUS_LLM_BASE_URL", &endpoint.url())
        .env("GRADUS_LLM_MODEL", "test-model")
        .env("GRADUS_LLM_ATTEMPTS", "2")
}

/// (Role, text) of all messages that were sent.
fn sent(asked: &Asked) -> Vec<(String, String)> {
    let text = |value: &Value| match value.as_str() {
        Some(text) => text.to_owned(),
        None => value[0]["text"].as_str().expect("a text").to_owned(),
    };
    let system = asked.body.get("system").map(|system| ("system".to_owned(), text(system)));
    let said = asked.body["messages"].as_array().expect("messages").iter();
    let said = said.map(|message| (message["role"].as_str().expect("a role").to_owned(), text(&message["content"])));
    system.into_iter().chain(said).collect()
}

/// Answers that show whether anything is changed on the way.
const ANSWERS: [&str; 3] = [
    "We rolled the release back within ten minutes.\n",
    "---\nWe \"rolled\" \\the release back <b>&amp;</b>,\r\n\r\n\tthen `waited` \u{1f600} <<<answer x\nanswer x>>>\n",
    "+++\nquestion = \"undo-release\"\n+++\nWe rolled the release back.",
];

#[test]
fn what_prompt_prints_is_what_is_sent_to_the_letter() {
    for (provider, answer) in ["openai", "anthropic"].into_iter().flat_map(|name| ANSWERS.map(|answer| (name, answer)))
    {
        let endpoint = Endpoint::new(|_, asked| Act::Say(all(asked, "none", "")));
        let judged = |arguments: &[&str]| {
            judged(arguments, &endpoint).env("GRADUS_LLM_PROVIDER", provider).file("answer.md", answer)
        };
        judged(&["grade", "answer.md", "--question", "undo-release"]).run().done();
        let sent = sent(&endpoint.asked()[0]);
        let printed = judged(&["prompt", "undo-release", "answer.md", "--format", "json"]).run().done().json();
        let told: Vec<(String, String)> = printed["messages"]
            .as_array()
            .expect("messages")
            .iter()
            .map(|message| ["role", "content"].map(|name| message[name].as_str().expect("a text").to_owned()).into())
            .collect();
        assert_eq!(told, sent, "{provider}");
        assert_eq!((&printed["provider"], &printed["model"]), (&provider.into(), &"test-model".into()));
        let text = judged(&["prompt", "undo-release", "answer.md"]).run().done().out;
        for (role, words) in &sent {
            assert!(text.contains(&format!("=== {role}\n{words}\n")), "{provider}: no {words} in {text}");
        }
        let asked = endpoint.asked();
        assert_eq!(asked.len(), 1, "prompt asks nothing");
        let schema = asked[0].body.pointer("/response_format/json_schema/schema");
        let schema = schema.or(asked[0].body.pointer("/tools/0/input_schema")).expect("a schema");
        assert_eq!(&printed["schema"], schema, "{provider}");
    }
}

#[test]
fn the_tokens_of_the_parts_add_up() {
    let prompt = ["prompt", "undo-release", "answer.md", "--model", "gpt-4o"];
    let printed = tiny(prompt.into_iter().chain(["--format", "json"])).run().done().json();
    assert_eq!(printed["counting"], "known");
    let parts = printed["tokens"].as_object().expect("an object");
    assert!(parts.len() >= 3 && parts.values().all(|count| count.as_u64().is_some_and(|count| count > 0)), "{parts:?}");
    let sum: u64 = parts.values().filter_map(Value::as_u64).sum();
    let text = tiny(prompt).run().done().out;
    let (_, counts) = text.split_once("=== tokens\n").expect("counts");
    let counts: Vec<u64> = counts
        .lines()
        .map(|line| line.split_whitespace().next().expect("a number").parse().expect("a number"))
        .collect();
    let (whole, parts) = counts.split_last().expect("a sum");
    assert_eq!((*whole, parts.iter().sum::<u64>()), (sum, sum), "{text}");
    // English has about four letters a token.
    let letters: u64 = printed["messages"]
        .as_array()
        .expect("messages")
        .iter()
        .filter_map(|m| Some(m["content"].as_str()?.len() as u64))
        .sum();
    assert!((letters / 7..letters / 2).contains(&sum), "{sum} tokens of {letters} letters");
}

#[test]
fn a_model_that_nobody_knows_is_counted_with_a_margin() {
    let count = |model: &str| {
        let run = tiny(["prompt", "undo-release", "answer.md", "--format", "json", "--model", model]);
        let printed = run.run().done().json();
        let parts = printed["tokens"].as_object().expect("an object").clone();
        (printed["counting"].clone(), parts.values().filter_map(Value::as_u64).sum::<u64>())
    };
    let (known, guessed) = (count("gpt-4o"), count("home-made:7b"));
    assert_eq!((known.0, guessed.0), ("known".into(), "guessed".into()));
    assert!(guessed.1 > known.1, "{} {}", guessed.1, known.1);
}

#[test]
fn samples_are_shown_to_the_judge_unless_left_out() {
    let of_sample = "On a Friday our checkout began to fail";
    let grade = ["grade", "answer.md", "--question", "undo-release"];
    for (flag, shown) in [(None, true), (Some("--no-references"), false)] {
        let endpoint = Endpoint::new(|_, asked| Act::Say(all(asked, "none", "")));
        judged(&grade.into_iter().chain(flag).collect::<Vec<_>>(), &endpoint).run().done();
        assert_eq!(endpoint.asked()[0].prompt().contains(of_sample), shown, "{flag:?}");
        let arguments = ["prompt", "undo-release", "answer.md"].into_iter().chain(flag);
        assert_eq!(judged(&arguments.collect::<Vec<_>>(), &endpoint).run().done().out.contains(of_sample), shown);
    }
    let endpoint = Endpoint::new(|_, asked| Act::Say(all(asked, "none", "")));
    judged(&grade, &endpoint).env("GRADUS_LLM_REFERENCES", "false").run().done();
    assert!(!endpoint.asked()[0].prompt().contains(of_sample));
}
