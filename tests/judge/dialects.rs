//! How an endpoint is spoken to: what it refuses is given up, and remembered; and the other protocol.

use serde_json::{Value, json};

use super::endpoint::{Act, Asked, Endpoint};
use super::played::{GRADE, Played, Plays, last_words, played, sound, with};
use super::whole::judged;
use crate::cli::tiny::ANSWER;

const KEY: &str = "sk-ant-0123456789abcdef";
const ANTHROPIC: [(&str, &str); 3] =
    [("GRADUS_LLM_PROVIDER", "anthropic"), ("ANTHROPIC_API_KEY", KEY), ("GRADUS_LLM_API_KEY_ENV", "ANTHROPIC_API_KEY")];

fn refused(words: &str) -> Act {
    Act::Status(400, Vec::new(), json!({"error": {"message": words, "type": "invalid_request_error"}}).to_string())
}

fn format_of(asked: &Asked) -> &str {
    asked.body["response_format"]["type"].as_str().unwrap_or("text")
}

/// An endpoint that knows no structured output but these.
fn knows(formats: &'static [&'static str]) -> impl Fn(usize, &Asked) -> Act + Send + Sync + 'static {
    move |_, asked| {
        let format = format_of(asked);
        let is_known = formats.contains(&format);
        if is_known { Act::Say(sound(asked)) } else { refused(&format!("response_format {format} is unknown here")) }
    }
}

#[test]
fn a_refused_schema_leads_to_json_and_that_to_text() {
    let cases: [(&'static [&'static str], &[&str]); 3] = [
        (&["json_schema"], &["json_schema"]),
        (&["json_object", "text"], &["json_schema", "json_object"]),
        (&["text"], &["json_schema", "json_object", "text"]),
    ];
    for (known, tried) in cases {
        let played = played(&[("GRADUS_LLM_ATTEMPTS", "1")], knows(known));
        played.is_judged(&format!("{known:?}"), tried.len());
        assert_eq!(played.asked.iter().map(format_of).collect::<Vec<_>>(), tried);
    }
}

#[test]
fn the_next_run_remembers_what_was_understood() {
    let endpoint = Endpoint::new(knows(&["text"]));
    let first = judged(&GRADE, &endpoint);
    let second = first.again(["--bank", "bank"].into_iter().chain(GRADE));
    let second = second.env("GRADUS_LLM_BASE_URL", &endpoint.url()).env("GRADUS_LLM_MODEL", "test-model");
    let third = first.again(["cache", "path"]);
    Played::of(first, ANSWER, &endpoint).is_judged("first", 3);
    // Another answer, so that no kept reply is used.
    let other = format!("{ANSWER}That was all.\n");
    Played::of(second.file("answer.md", &other), &other, &endpoint).is_judged("second", 4);
    let formats: Vec<String> = endpoint.asked().iter().map(|asked| format_of(asked).to_owned()).collect();
    assert_eq!(formats, ["json_schema", "json_object", "text", "text"]);
    third.run().done().prints(&[".cache/gradus/replies.sqlite"]);
}

#[test]
fn parameters_that_are_refused_are_left_out() {
    let played = played(&[("GRADUS_LLM_SEED", "7"), ("GRADUS_LLM_ATTEMPTS", "1")], |_, asked| {
        let has = |name: &str| asked.body.get(name).is_some();
        if has("max_tokens") {
            refused("Unsupported parameter: 'max_tokens'. Use 'max_completion_tokens' instead.")
        } else if has("temperature") {
            refused("Unsupported value: 'temperature' does not support 0 with this model.")
        } else if has("seed") {
            refused("Extra inputs are not permitted: seed")
        } else {
            Act::Say(sound(asked))
        }
    });
    played.is_judged("parameters", 4);
    assert_eq!(format_of(&played.asked[3]), "json_schema");
    assert!(played.asked[3].body.get("max_completion_tokens").is_some());
}

#[test]
fn whoever_refuses_everything_is_told_in_its_first_words() {
    let played = played(&[], |number, _| refused(&format!("schema? no, for the reason {number}")));
    played.is_stood_in_for("all refused", 3, "127.0.0.1 answered 400: schema? no, for the reason 0");
}

#[test]
fn the_other_protocol_is_spoken_as_well() {
    let replies: [(&str, Plays); 3] = [
        ("tool", |asked| Act::Tool(serde_json::from_str(&sound(asked)).expect("JSON"))),
        ("text", |asked| Act::Say(format!("Well:\n{}", sound(asked)))),
        ("gzip", |asked| Act::Gzip(sound(asked))),
    ];
    for (case, reply) in replies {
        let played = played(&ANTHROPIC, move |_, asked| reply(asked));
        played.is_judged(case, 1);
        let asked = &played.asked[0];
        assert_eq!((asked.path.as_str(), asked.header("x-api-key")), ("/v1/messages", Some(KEY)), "{case}");
        assert!(asked.header("anthropic-version").is_some() && asked.header("authorization").is_none(), "{case}");
        assert_eq!(asked.body["tool_choice"]["type"], "tool", "{case}");
        assert_eq!(asked.body["tools"][0]["input_schema"]["type"], "object", "{case}");
        assert_eq!(played.grade["grader"]["provider"], "anthropic", "{case}");
        assert_eq!(played.grade["usage"], json!({"prompt_tokens": 100, "completion_tokens": 20}), "{case}");
    }
}

#[test]
fn troubles_of_the_other_protocol_are_told() {
    let cases: [(&str, Plays, usize, &str); 5] = [
        ("a refusal", |_| Act::Refuse("I will not.".to_owned()), 3, "it refused: I will not."),
        ("too long", |_| Act::Cut("{\"for\": ".to_owned()), 3, "was cut off"),
        ("an empty tool call", |_| Act::Tool(json!({})), 3, "there is no JSON object"),
        (
            "a wrong key",
            |_| Act::Status(401, vec![], error("authentication_error", "invalid x-api-key")),
            1,
            "127.0.0.1 answered 401: invalid x-api-key",
        ),
        ("overloaded", |_| Act::Status(529, vec![], error("overloaded_error", "Overloaded")), 2, "529: Overloaded"),
    ];
    for (case, act, requests, words) in cases {
        let always = played(&ANTHROPIC, move |_, asked| act(asked));
        always.is_stood_in_for(case, requests, words);
        if requests > 1 {
            let once = move |number, asked: &Asked| if number == 0 { act(asked) } else { Act::Say(sound(asked)) };
            played(&ANTHROPIC, once).is_judged(case, 2);
        }
    }
}

fn error(kind: &str, words: &str) -> String {
    json!({"type": "error", "error": {"type": kind, "message": words}}).to_string()
}

#[test]
fn a_refused_tool_leads_to_text_and_is_remembered() {
    let endpoint = Endpoint::new(|_, asked| {
        if asked.body.get("tools").is_some() { refused("tools: not supported") } else { Act::Say(sound(asked)) }
    });
    let gradus = with(judged(&GRADE, &endpoint), &ANTHROPIC);
    let arguments = ["--bank", "bank"].into_iter().chain(GRADE).chain(["--refresh"]);
    let again = gradus.again(arguments).env("GRADUS_LLM_BASE_URL", &endpoint.url());
    let again = with(again.env("GRADUS_LLM_MODEL", "test-model"), &ANTHROPIC);
    Played::of(gradus, ANSWER, &endpoint).is_judged("first", 2);
    Played::of(again, ANSWER, &endpoint).is_judged("again", 3);
    let tools: Vec<bool> = endpoint.asked().iter().map(|asked| asked.body.get("tools").is_some()).collect();
    assert_eq!(tools, [true, false, false]);
}

#[test]
fn what_the_other_protocol_asks_again_takes_turns() {
    let played = played(
        &ANTHROPIC,
        |number, asked| {
            if number == 0 { Act::Say("8 of 10".to_owned()) } else { Act::Say(sound(asked)) }
        },
    );
    played.is_judged("turns", 2);
    let roles = played.asked[1].body["messages"].as_array().expect("messages");
    assert_eq!(roles.iter().map(|said| &said["role"]).collect::<Vec<&Value>>(), ["user", "assistant", "user"]);
    assert!(last_words(&played.asked[1]).contains("there is no JSON object"));
}
