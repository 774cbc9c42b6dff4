//! A key goes to its endpoint, and appears nowhere else.

use std::fs;
use std::path::Path;

use super::endpoint::{Act, Asked, Endpoint};
use super::network::{GRADE, asked_at, fallback};
use super::whole::all;
use crate::cli::tiny::tiny;
use crate::support::{Gradus, Ran};

const SECRET: &str = "sk-live-7Qm4x9ZrT2vKp8Wd";

/// Protocols, the variable of their key and the header that it is sent in.
const PROVIDERS: [(&str, &str, &str, &str); 2] = [
    ("openai", "OPENAI_API_KEY", "authorization", "/chat/completions"),
    ("anthropic", "ANTHROPIC_API_KEY", "x-api-key", "/messages"),
];

/// A grade by an endpoint that is sent the key.
fn keyed(provider: usize, url: &str, arguments: &[&str]) -> Gradus {
    let (name, variable, ..) = PROVIDERS[provider];
    asked_at(url, arguments)
        .env("GRADUS_LLM_PROVIDER", name)
        .env("GRADUS_LLM_API_KEY_ENV", variable)
        .env(variable, SECRET)
}

#[test]
fn a_redirect_to_elsewhere_is_not_followed_and_told() {
    for (provider, (name, _, header, path)) in PROVIDERS.into_iter().enumerate() {
        for status in [301, 302, 303, 307, 308] {
            let elsewhere = Endpoint::new(|_, asked| Act::Say(all(asked, "full", "rolled the release back")));
            let place = elsewhere.url() + path;
            let first = Endpoint::new({
                let place = place.clone();
                move |_, _| Act::Redirect(status, place.clone() + "?token=1")
            });
            let why = fallback(&keyed(provider, &first.url(), &[]).run().done());
            assert!(why.contains(&place) && why.contains(&status.to_string()), "{why}");
            assert!(elsewhere.asked().is_empty(), "{name} {status}: {:?}", elsewhere.asked());
            assert!(first.asked()[0].header(header).is_some_and(|value| value.contains(SECRET)), "{name} {status}");
        }
    }
}

#[test]
fn another_name_for_the_same_machine_is_elsewhere() {
    for (provider, (_, _, _, path)) in PROVIDERS.into_iter().enumerate() {
        let endpoint = Endpoint::new(move |_, asked| {
            let port = asked.header("host").and_then(|host| host.rsplit(':').next()).unwrap_or_default();
            Act::Redirect(307, format!("http://localhost:{port}/v1{path}?again"))
        });
        let why = fallback(&keyed(provider, &endpoint.url(), &[]).run().done());
        assert!(why.contains("http://localhost:"), "{why}");
        assert_eq!(endpoint.asked().len(), 1);
    }
}

#[test]
fn a_redirect_on_the_same_origin_is_followed_with_the_key() {
    for (provider, (name, _, header, path)) in PROVIDERS.into_iter().enumerate() {
        for status in [307, 308] {
            let endpoint = Endpoint::new(move |number, asked| match number {
                0 => Act::Redirect(status, format!("/v1{path}?moved")),
                _ => Act::Say(all(asked, "full", "rolled the release back")),
            });
            assert_eq!(fallback(&keyed(provider, &endpoint.url(), &[]).run().done()), "", "{name} {status}");
            let asked = endpoint.asked();
            assert_eq!((asked.len(), asked[1].method.as_str(), &asked[1].body), (2, "POST", &asked[0].body));
            assert!(asked[1].header(header).is_some_and(|value| value.contains(SECRET)), "{name} {status}");
        }
    }
}

#[test]
fn redirects_in_a_circle_come_to_an_end() {
    let endpoint = Endpoint::new(|_, _| Act::Redirect(307, "/v1/chat/completions".to_owned()));
    assert_ne!(fallback(&keyed(0, &endpoint.url(), &[]).run().done()), "");
    assert!(endpoint.asked().len() <= 5, "{}", endpoint.asked().len());
}

#[test]
fn an_address_with_a_password_is_refused_without_showing_it() {
    for url in ["https://me:hunter2@example.test/v1", "http://me:hunter2@127.0.0.1:9/v1", "ftp://me:hunter2@a.test/"] {
        for run in [
            asked_at(url, &[]),
            tiny(GRADE.into_iter().chain(["--base-url", url, "--model", "m"])),
            tiny(["config", "check"]).env("GRADUS_LLM_BASE_URL", url),
            tiny(GRADE).trusted_file(format!("[llm]\nmodel = \"m\"\nbase_url = \"{url}\"\n")),
        ] {
            let ran = run.run().refused().tells(&["holds a user name or a password"]);
            assert!(!ran.err.contains("hunter2"), "{}", ran.err);
        }
    }
}

#[test]
fn an_address_that_is_none_does_not_show_its_password() {
    for url in ["https://me:hunter2@example.test:99999/v1", "https://me:hunter2@exa mple/v1"] {
        let ran = asked_at(url, &[]).run().refused();
        assert!(!ran.err.contains("hunter2"), "{}", ran.err);
    }
}

#[test]
fn settings_are_shown_without_a_password() {
    let run = tiny(["config", "show"]).env("GRADUS_LLM_BASE_URL", "https://me:hunter2@example.test/v1");
    let ran = run.run();
    assert!(!ran.out.contains("hunter2") && !ran.err.contains("hunter2"), "{}{}", ran.out, ran.err);
}

/// The key is nowhere in the output, nor in any file below the folder. A file that is expected must be there.
#[track_caller]
fn assert_secret_is_kept(ran: &Ran, folder: &Path, expected: &[&str]) {
    assert!(!ran.out.contains(SECRET) && !ran.err.contains(SECRET), "{}{}", ran.out, ran.err);
    let (mut open, mut seen) = (vec![folder.to_owned()], String::new());
    while let Some(folder) = open.pop() {
        for entry in fs::read_dir(folder).expect("reads") {
            let path = entry.expect("reads").path();
            if path.is_dir() {
                open.push(path);
                continue;
            }
            let bytes = fs::read(&path).expect("reads");
            let found = memchr::memmem::find(&bytes, SECRET.as_bytes());
            assert!(found.is_none(), "{}: {}", path.display(), String::from_utf8_lossy(&bytes));
            seen.push_str(&path.display().to_string());
        }
    }
    for name in expected {
        assert!(seen.contains(name), "{name} in {seen}");
    }
}

const ROW: &str = r#"{"id":"1","question":"undo-release","answer":"We rolled the release back."}"#;

#[test]
fn the_key_is_in_no_output_and_no_file() {
    let endpoint = Endpoint::new(|_, asked| Act::Say(all(asked, "full", "rolled the release back")));
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
        assert_secret_is_kept(&run.run(), &folder.path(""), files);
    }
    let sent = endpoint.asked().iter().filter(|asked| asked.header("authorization").is_some()).count();
    assert!(sent >= 6, "{sent}: the key was sent where it belongs");
}

/// What it is called, and what it does.
type Telltale = (&'static str, fn() -> Act);

/// What a server may do that knows the key and does not keep it to itself.
fn telltales() -> Vec<Telltale> {
    vec![
        ("401", || Act::Status(401, vec![], format!("{{\"error\":{{\"message\":\"Incorrect API key: {SECRET}.\"}}}}"))),
        ("403 as text", || Act::Status(403, vec![], format!("Bearer {SECRET} may not do that"))),
        ("404 behind a long text", || Act::Status(404, vec![], format!("{} {SECRET} x", "so ".repeat(60)))),
        ("500 as a page", || {
            let page = format!("<html><title>Bad {SECRET}</title><body>{SECRET}</body></html>");
            Act::Raw { status: 500, content_type: "text/html", body: page.into_bytes() }
        }),
        ("200 as a page", || {
            let page = format!("<html><title>Log in as {SECRET}</title></html>");
            Act::Raw { status: 200, content_type: "text/html", body: page.into_bytes() }
        }),
        ("200 with an error", || Act::Status(200, vec![], format!("{{\"error\":{{\"message\":\"no {SECRET}\"}}}}"))),
    ]
}

#[test]
fn a_server_that_repeats_the_key_is_not_repeated() {
    for (what, act) in telltales() {
        for arguments in [&GRADE[..], &["batch", "rows.jsonl", "-o", "out.jsonl"], &["config", "check"]] {
            let endpoint = Endpoint::new(move |_, _| act());
            let run = tiny(arguments.iter().copied()).file("rows.jsonl", ROW).env("OPENAI_API_KEY", SECRET);
            let run = run.env("GRADUS_LLM_BASE_URL", &endpoint.url()).env("GRADUS_LLM_MODEL", "test-model");
            let run = run.env("GRADUS_LLM_ATTEMPTS", "1").env("GRADUS_LLM_API_KEY_ENV", "OPENAI_API_KEY");
            let folder = run.again([""]);
            let ran = run.run();
            assert!(!endpoint.asked().is_empty(), "{what}");
            assert!(!ran.out.contains(SECRET) && !ran.err.contains(SECRET), "{what}: {}{}", ran.out, ran.err);
            assert_secret_is_kept(&ran, &folder.path(""), &[]);
        }
    }
}

#[test]
fn a_redirect_that_repeats_the_key_is_not_repeated() {
    let endpoint = Endpoint::new(|_, _| Act::Redirect(302, format!("http://127.0.0.1:9/login/{SECRET}/v1")));
    let run = keyed(0, &endpoint.url(), &[]);
    let folder = run.again([""]);
    assert_secret_is_kept(&run.run().done(), &folder.path(""), &[]);
}

/// An endpoint that puts the key into the words of its model.
#[track_caller]
fn assert_words_are_masked(act: impl Fn(&Asked) -> Act + Send + Sync + 'static) {
    let endpoint = Endpoint::new(move |_, asked| act(asked));
    let run = keyed(0, &endpoint.url(), &[]);
    let folder = run.again([""]);
    assert_secret_is_kept(&run.run().done(), &folder.path(""), &[]);
}

#[test]
fn a_refusal_that_repeats_the_key_is_not_repeated() {
    assert_words_are_masked(|_| Act::Refuse(format!("I cannot do that for {SECRET}")));
}

#[test]
fn prose_that_repeats_the_key_is_not_repeated() {
    assert_words_are_masked(|_| Act::Say(format!("Your key is {SECRET}, and I like it.")));
}

#[test]
fn a_verdict_that_repeats_the_key_is_not_repeated() {
    let why = format!("the key is {SECRET}");
    assert_words_are_masked(move |asked| {
        Act::Say(all(asked, "full", "rolled the release back").replace("it says so", &why))
    });
}

#[test]
fn the_key_of_one_protocol_is_not_sent_by_the_other() {
    let endpoint = Endpoint::new(|_, asked| Act::Say(all(asked, "full", "rolled the release back")));
    for (name, _, _, _) in PROVIDERS {
        let (_, other, _, _) = PROVIDERS.into_iter().find(|(other, ..)| *other != name).expect("there are two");
        let run = asked_at(&endpoint.url(), &[]).env("GRADUS_LLM_PROVIDER", name).env(other, SECRET);
        assert_eq!(fallback(&run.run().done()), "");
    }
    assert_eq!(endpoint.asked().len(), 2);
    for asked in endpoint.asked() {
        assert!(asked.headers.iter().all(|(_, value)| !value.contains(SECRET)), "{:?}", asked.headers);
    }
}

#[test]
fn a_server_at_home_gets_no_key_that_is_meant_for_elsewhere() {
    let endpoint = Endpoint::new(|_, asked| Act::Say(all(asked, "full", "rolled the release back")));
    let settings = format!("[llm]\npreset = \"llamacpp\"\nbase_url = \"{}\"\n", endpoint.url());
    let own = settings.clone() + "api_key_env = \"HOME_KEY\"\n";
    for (settings, header) in [(settings, None), (own, Some("Bearer of-home"))] {
        let run = tiny(GRADE).trusted_file(settings).env("OPENAI_API_KEY", SECRET).env("HOME_KEY", "of-home");
        assert_eq!(fallback(&run.run().done()), "");
        assert_eq!(endpoint.asked().last().expect("asked").header("authorization"), header);
    }
}

#[test]
fn a_key_in_the_query_of_the_base_url_is_in_no_output_and_no_file() {
    let verdict: Telltale = ("a verdict", || Act::Say(format!("{{\"ready\": \"yes\", \"said\": \"{SECRET}\"}}")));
    for (what, act) in telltales().into_iter().chain([verdict]) {
        for arguments in [&GRADE[..], &["batch", "rows.jsonl", "-o", "out.jsonl"], &["config", "check"]] {
            let endpoint = Endpoint::new(move |_, _| act());
            let run = tiny(arguments.iter().copied()).file("rows.jsonl", ROW);
            let run = run.env("GRADUS_LLM_BASE_URL", &format!("{}?api-version=1&key={SECRET}", endpoint.url()));
            let run = run.env("GRADUS_LLM_MODEL", "test-model").env("GRADUS_LLM_ATTEMPTS", "1");
            let folder = run.again([""]);
            let ran = run.run();
            assert!(!endpoint.asked().is_empty(), "{what}");
            assert_secret_is_kept(&ran, &folder.path(""), &[]);
        }
    }
}
