//! Tests that a key is sent only to its endpoint and appears nowhere else.

use std::fs;
use std::path::Path;

use super::endpoint::{Action, ChatRequest, Endpoint};
use super::judged_report::same_verdicts;
use super::network::{GRADE, fallback_reason, grade_at};
use crate::cli::tiny_bank::tiny;
use crate::support::{Gradus, RunOutput};

const SECRET: &str = "sk-live-7Qm4x9ZrT2vKp8Wd";
/// The key in base64: alone, after a colon, and after `user:`.
const ENCODED: [&str; 3] = [
    "c2stbGl2ZS03UW00eDlaclQydktwOFdk",
    "OnNrLWxpdmUtN1FtNHg5WnJUMnZLcDhXZA==",
    "dXNlcjpzay1saXZlLTdRbTR4OVpyVDJ2S3A4V2Q=",
];

/// The key in hexadecimal digits.
const HEX: &str = "736b2d6c6976652d37516d3478395a725432764b70385764";
/// The key with the escapes of HTML.
const IN_HTML: &str = "sk&#45;live&#x2d;7Qm4x9ZrT2vKp8Wd";

/// The key with the escapes of JSON.
fn in_json() -> String {
    SECRET.bytes().fold(String::new(), |text, byte| text + &format!("\\u{byte:04x}"))
}

/// For each protocol: its name, the variable of its key, the header that carries the key, and the path.
const PROVIDERS: [(&str, &str, &str, &str); 2] = [
    ("openai", "OPENAI_API_KEY", "authorization", "/chat/completions"),
    ("anthropic", "ANTHROPIC_API_KEY", "x-api-key", "/messages"),
];

/// The command `gradus grade` with an endpoint that receives the key.
fn grade_with_key(provider: usize, url: &str, arguments: &[&str]) -> Gradus {
    let (name, variable, ..) = PROVIDERS[provider];
    grade_at(url, arguments)
        .env("GRADUS_LLM_PROVIDER", name)
        .env("GRADUS_LLM_API_KEY_ENV", variable)
        .env(variable, SECRET)
}

#[test]
fn a_redirect_to_another_host_is_reported_and_not_followed() {
    for (provider, (name, _, header, path)) in PROVIDERS.into_iter().enumerate() {
        for status in [301, 302, 303, 307, 308] {
            let elsewhere =
                Endpoint::new(|_, request| Action::Reply(same_verdicts(request, "full", "rolled the release back")));
            let place = elsewhere.url() + path;
            let first = Endpoint::new({
                let place = place.clone();
                move |_, _| Action::Redirect(status, place.clone() + "?token=1")
            });
            let why = fallback_reason(&grade_with_key(provider, &first.url(), &[]).run().success());
            assert!(why.contains(&place) && why.contains(&status.to_string()), "{why}");
            assert!(elsewhere.requests().is_empty(), "{name} {status}: {:?}", elsewhere.requests());
            assert!(first.requests()[0].header(header).is_some_and(|value| value.contains(SECRET)), "{name} {status}");
        }
    }
}

#[test]
fn a_redirect_to_another_name_of_the_same_machine_is_not_followed() {
    for (provider, (_, _, _, path)) in PROVIDERS.into_iter().enumerate() {
        let endpoint = Endpoint::new(move |_, request| {
            let port = request.header("host").and_then(|host| host.rsplit(':').next()).unwrap_or_default();
            Action::Redirect(307, format!("http://localhost:{port}/v1{path}?again"))
        });
        let why = fallback_reason(&grade_with_key(provider, &endpoint.url(), &[]).run().success());
        assert!(why.contains("http://localhost:"), "{why}");
        assert_eq!(endpoint.requests().len(), 1);
    }
}

#[test]
fn a_redirect_on_the_same_origin_is_followed_with_the_key() {
    for (provider, (name, _, header, path)) in PROVIDERS.into_iter().enumerate() {
        for status in [307, 308] {
            let endpoint = Endpoint::new(move |number, request| match number {
                0 => Action::Redirect(status, format!("/v1{path}?moved")),
                _ => Action::Reply(same_verdicts(request, "full", "rolled the release back")),
            });
            assert_eq!(
                fallback_reason(&grade_with_key(provider, &endpoint.url(), &[]).run().success()),
                "",
                "{name} {status}"
            );
            let requests = endpoint.requests();
            assert_eq!(
                (requests.len(), requests[1].method.as_str(), &requests[1].body),
                (2, "POST", &requests[0].body)
            );
            assert!(requests[1].header(header).is_some_and(|value| value.contains(SECRET)), "{name} {status}");
        }
    }
}

#[test]
fn circular_redirects_stop_after_at_most_five_requests() {
    let endpoint = Endpoint::new(|_, _| Action::Redirect(307, "/v1/chat/completions".to_owned()));
    assert_ne!(fallback_reason(&grade_with_key(0, &endpoint.url(), &[]).run().success()), "");
    assert!(endpoint.requests().len() <= 5, "{}", endpoint.requests().len());
}

#[test]
fn an_address_with_a_password_is_rejected_without_showing_it() {
    for url in ["https://me:hunter2@example.test/v1", "http://me:hunter2@127.0.0.1:9/v1", "ftp://me:hunter2@a.test/"] {
        for run in [
            grade_at(url, &[]),
            tiny(GRADE.into_iter().chain(["--base-url", url, "--model", "m"])),
            tiny(["config", "check"]).env("GRADUS_LLM_BASE_URL", url),
            tiny(GRADE).trusted_file(format!("[llm]\nmodel = \"m\"\nbase_url = \"{url}\"\n")),
        ] {
            let ran = run.run().failure().reports(&["contains a user name or a password"]);
            assert!(!ran.err.contains("hunter2"), "{}", ran.err);
        }
    }
}

#[test]
fn an_invalid_address_does_not_show_its_password() {
    for url in ["https://me:hunter2@example.test:99999/v1", "https://me:hunter2@exa mple/v1"] {
        let ran = grade_at(url, &[]).run().failure();
        assert!(!ran.err.contains("hunter2"), "{}", ran.err);
    }
}

#[test]
fn settings_are_shown_without_a_password() {
    let run = tiny(["config", "show"]).env("GRADUS_LLM_BASE_URL", "https://me:hunter2@example.test/v1");
    let ran = run.run();
    assert!(!ran.out.contains("hunter2") && !ran.err.contains("hunter2"), "{}{}", ran.out, ran.err);
}

/// Texts that reveal the key: the key, and eight characters from the middle of each of its encodings.
fn revealing_texts() -> Vec<String> {
    let mut texts = vec![SECRET.to_owned(), HEX.to_uppercase()[16..24].to_owned()];
    texts.extend(ENCODED.into_iter().chain([HEX, IN_HTML]).map(|encoded| encoded[16..24].to_owned()));
    texts.push(in_json()[16..24].to_owned());
    texts
}

/// Panics if the key is in the output or in any file below the folder, or if an expected file is missing.
#[track_caller]
fn assert_key_is_absent(ran: &RunOutput, folder: &Path, expected: &[&str]) {
    for text in revealing_texts() {
        assert!(!ran.out.contains(&text) && !ran.err.contains(&text), "{text}: {}{}", ran.out, ran.err);
    }
    let (mut open, mut seen) = (vec![folder.to_owned()], String::new());
    while let Some(folder) = open.pop() {
        for entry in fs::read_dir(folder).expect("reads") {
            let path = entry.expect("reads").path();
            if path.is_dir() {
                open.push(path);
                continue;
            }
            let bytes = fs::read(&path).expect("reads");
            for text in revealing_texts() {
                let found = memchr::memmem::find(&bytes, text.as_bytes());
                assert!(found.is_none(), "{text}: {}: {}", path.display(), String::from_utf8_lossy(&bytes));
            }
            seen.push_str(&path.display().to_string());
        }
    }
    for name in expected {
        assert!(seen.contains(name), "{name} in {seen}");
    }
}

const ROW: &str = r#"{"id":"1","question":"undo-release","answer":"We rolled the release back."}"#;

#[test]
fn the_key_is_not_in_any_output_or_file() {
    let endpoint = Endpoint::new(|_, request| Action::Reply(same_verdicts(request, "full", "rolled the release back")));
    let cache = &[".cache/gradus/replies.sqlite"][..];
    let journal = &["out.jsonl.gradus/manifest.json", "out.jsonl.gradus/journal.1", "out.jsonl"][..];
    for (arguments, files) in [
        (&["grade", "answer.md", "--question", "undo-release", "--format", "text"][..], cache),
        (&GRADE, cache),
        (&["grade", "answer.md", "--question", "undo-release", "--format", "markdown"], cache),
        (&["grade", "answer.md", "--question", "undo-release", "--format", "csv"], cache),
        (&["batch", "rows.jsonl", "-o", "out.jsonl", "--summary", "s.json", "--junit", "j.xml"], journal),
        (&["prompt", "undo-release", "answer.md", "--format", "json"], &[]),
        (&["config", "show"], &[]),
        (&["config", "check"], &[]),
        (&["cache", "stats"], &[]),
    ] {
        let run = tiny(arguments.iter().copied()).file("rows.jsonl", ROW).env("OPENAI_API_KEY", SECRET);
        let run = run.env("GRADUS_LLM_BASE_URL", &endpoint.url()).env("GRADUS_LLM_MODEL", "test-model");
        let run = run.env("GRADUS_LLM_API_KEY_ENV", "OPENAI_API_KEY");
        let folder = run.again([""]);
        assert_key_is_absent(&run.run(), &folder.path(""), files);
    }
    let sent = endpoint.requests().iter().filter(|request| request.header("authorization").is_some()).count();
    assert!(sent >= 6, "only {sent} requests contained the key");
}

/// The name of a response that contains the key, and the action that sends it.
type LeakingResponse = (&'static str, fn() -> Action);

/// Responses of servers that repeat the key.
fn leaking_servers() -> Vec<LeakingResponse> {
    vec![
        ("401", || {
            Action::Status(401, vec![], format!("{{\"error\":{{\"message\":\"Incorrect API key: {SECRET}.\"}}}}"))
        }),
        ("403 as text", || Action::Status(403, vec![], format!("Bearer {SECRET} may not do that"))),
        ("404 behind a long text", || Action::Status(404, vec![], format!("{} {SECRET} x", "so ".repeat(60)))),
        ("500 as a page", || {
            let page = format!("<html><title>Bad {SECRET}</title><body>{SECRET}</body></html>");
            Action::Raw { status: 500, content_type: "text/html", body: page.into_bytes() }
        }),
        ("200 as a page", || {
            let page = format!("<html><title>Log in as {SECRET}</title></html>");
            Action::Raw { status: 200, content_type: "text/html", body: page.into_bytes() }
        }),
        ("401 in base64", || {
            let message = format!("not accepted: {} {}", ENCODED[0], ENCODED[1]);
            Action::Status(401, vec![], format!("{{\"error\":{{\"message\":\"{message}\"}}}}"))
        }),
        ("403 as a header in base64", || {
            let encoded = ENCODED[2].trim_end_matches('=');
            Action::Status(403, vec![], format!("Authorization: Basic {encoded}"))
        }),
        ("400 with escapes in an unknown form", || {
            Action::Status(400, vec![], format!("{{\"reason\":\"bad key {}\"}}", in_json()))
        }),
        ("400 with escapes in JSON within JSON", || {
            let inner = serde_json::json!(format!("{{\"reason\":\"bad key {}\"}}", in_json()));
            Action::Status(400, vec![], format!("{{\"error\":{{\"message\":{inner}}}}}"))
        }),
        ("400 with escapes in JSON within JSON of an unknown form", || {
            let inner = serde_json::json!(format!("{{\"reason\":\"bad key {}\"}}", in_json()));
            Action::Status(400, vec![], format!("{{\"detail\":{{\"said\":{inner}}}}}"))
        }),
        ("400 with escapes in truncated JSON", || {
            Action::Status(400, vec![], format!("{{\"reason\":\"bad key {}", in_json()))
        }),
        ("200 with escapes in truncated JSON", || {
            Action::Status(200, vec![], format!("{{\"reason\":\"bad key {}", in_json()))
        }),
        ("401 with escapes of HTML", || {
            let page = format!("<html><title>Bad key {IN_HTML}</title></html>");
            Action::Raw { status: 401, content_type: "text/html", body: page.into_bytes() }
        }),
        ("401 in hexadecimal digits", || {
            Action::Status(401, vec![], format!("{{\"error\":\"bad {HEX} or {}\"}}", HEX.to_uppercase()))
        }),
        ("200 with an error", || Action::Status(200, vec![], format!("{{\"error\":{{\"message\":\"no {SECRET}\"}}}}"))),
    ]
}

#[test]
fn a_key_in_a_server_error_is_not_repeated() {
    for (what, act) in leaking_servers() {
        for arguments in [&GRADE[..], &["batch", "rows.jsonl", "-o", "out.jsonl"], &["config", "check"]] {
            let endpoint = Endpoint::new(move |_, _| act());
            let run = tiny(arguments.iter().copied()).file("rows.jsonl", ROW).env("OPENAI_API_KEY", SECRET);
            let run = run.env("GRADUS_LLM_BASE_URL", &endpoint.url()).env("GRADUS_LLM_MODEL", "test-model");
            let run = run.env("GRADUS_LLM_ATTEMPTS", "1").env("GRADUS_LLM_API_KEY_ENV", "OPENAI_API_KEY");
            let folder = run.again([""]);
            let ran = run.run();
            assert!(!endpoint.requests().is_empty(), "{what}");
            assert!(!ran.out.contains(SECRET) && !ran.err.contains(SECRET), "{what}: {}{}", ran.out, ran.err);
            assert_key_is_absent(&ran, &folder.path(""), &[]);
        }
    }
}

#[test]
fn a_key_in_a_redirect_is_not_repeated() {
    let endpoint = Endpoint::new(|_, _| Action::Redirect(302, format!("http://127.0.0.1:9/login/{SECRET}/v1")));
    let run = grade_with_key(0, &endpoint.url(), &[]);
    let folder = run.again([""]);
    assert_key_is_absent(&run.run().success(), &folder.path(""), &[]);
}

/// Panics if the key appears in the output or in a file after the model repeated the key in its reply.
#[track_caller]
fn assert_key_in_reply_is_masked(act: impl Fn(&ChatRequest) -> Action + Send + Sync + 'static) {
    let endpoint = Endpoint::new(move |_, request| act(request));
    let run = grade_with_key(0, &endpoint.url(), &[]);
    let folder = run.again([""]);
    assert_key_is_absent(&run.run().success(), &folder.path(""), &[]);
}

#[test]
fn a_key_in_a_refusal_is_not_repeated() {
    assert_key_in_reply_is_masked(|_| Action::Refuse(format!("I cannot do that for {SECRET}")));
}

#[test]
fn a_key_in_a_prose_reply_is_not_repeated() {
    assert_key_in_reply_is_masked(|_| Action::Reply(format!("Your key is {SECRET}, and I like it.")));
}

#[test]
fn a_key_in_a_verdict_is_not_repeated() {
    let escaped = in_json();
    let deeply_escaped = escaped.replace('\\', r"\\");
    for key in ENCODED.into_iter().chain([SECRET, HEX, IN_HTML, &escaped, &deeply_escaped]) {
        // The text is inserted into the JSON as it is, so that its escapes are those of this JSON.
        let why = format!("the key is {key}");
        assert_key_in_reply_is_masked(move |request| {
            Action::Reply(same_verdicts(request, "full", "rolled the release back").replace("it says so", &why))
        });
    }
}

#[test]
fn a_key_with_escaped_slashes_in_a_verdict_is_not_repeated() {
    const KEY: &str = "org/7Qm4x9/ZrT2vKp8Wd";
    let written = KEY.replace('/', "\\/");
    for key in [written.clone(), written.replace('\\', r"\\")] {
        let endpoint = Endpoint::new(move |_, request| {
            let verdicts = same_verdicts(request, "full", "rolled the release back");
            Action::Reply(verdicts.replace("it says so", &format!("the key is {key}")))
        });
        let ran = grade_with_key(0, &endpoint.url(), &[]).env("OPENAI_API_KEY", KEY).run().success();
        assert!(!ran.out.contains("ZrT2vKp8Wd") && ran.out.contains("the key is [key]"), "{}", ran.out);
    }
}

#[test]
fn the_key_of_one_protocol_is_not_sent_by_the_other() {
    let endpoint = Endpoint::new(|_, request| Action::Reply(same_verdicts(request, "full", "rolled the release back")));
    for (name, _, _, _) in PROVIDERS {
        let (_, other, _, _) = PROVIDERS.into_iter().find(|(other, ..)| *other != name).expect("there are two");
        let run = grade_at(&endpoint.url(), &[]).env("GRADUS_LLM_PROVIDER", name).env(other, SECRET);
        assert_eq!(fallback_reason(&run.run().success()), "");
    }
    assert_eq!(endpoint.requests().len(), 2);
    for request in endpoint.requests() {
        assert!(request.headers.iter().all(|(_, value)| !value.contains(SECRET)), "{:?}", request.headers);
    }
}

#[test]
fn a_local_server_gets_no_default_key() {
    let endpoint = Endpoint::new(|_, request| Action::Reply(same_verdicts(request, "full", "rolled the release back")));
    let settings = format!("[llm]\npreset = \"llamacpp\"\nbase_url = \"{}\"\n", endpoint.url());
    let own = settings.clone() + "api_key_env = \"HOME_KEY\"\n";
    for (settings, header) in [(settings, None), (own, Some("Bearer of-home"))] {
        let run = tiny(GRADE).trusted_file(settings).env("OPENAI_API_KEY", SECRET).env("HOME_KEY", "of-home");
        assert_eq!(fallback_reason(&run.run().success()), "");
        assert_eq!(endpoint.requests().last().expect("asked").header("authorization"), header);
    }
}

#[test]
fn a_key_in_the_query_of_the_base_url_is_not_in_any_output_or_file() {
    let verdict: LeakingResponse =
        ("a verdict", || Action::Reply(format!("{{\"ready\": \"yes\", \"said\": \"{SECRET}\"}}")));
    for (what, act) in leaking_servers().into_iter().chain([verdict]) {
        for arguments in [&GRADE[..], &["batch", "rows.jsonl", "-o", "out.jsonl"], &["config", "check"]] {
            let endpoint = Endpoint::new(move |_, _| act());
            let run = tiny(arguments.iter().copied()).file("rows.jsonl", ROW);
            let run = run.env("GRADUS_LLM_BASE_URL", &format!("{}?api-version=1&key={SECRET}", endpoint.url()));
            let run = run.env("GRADUS_LLM_MODEL", "test-model").env("GRADUS_LLM_ATTEMPTS", "1");
            let folder = run.again([""]);
            let ran = run.run();
            assert!(!endpoint.requests().is_empty(), "{what}");
            assert_key_is_absent(&ran, &folder.path(""), &[]);
        }
    }
}
