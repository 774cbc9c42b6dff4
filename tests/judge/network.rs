//! Certificates, proxies and addresses: whom the program talks to, and whom never.

use std::net::Ipv4Addr;
use std::time::{Duration, Instant};

use super::endpoint::{Act, Endpoint};
use super::front::{AUTHORITY, Front, KEY};
use super::whole::{all, judged};
use crate::cli::tiny::tiny;
use crate::support::{Gradus, Ran};

pub(super) const GRADE: [&str; 6] = ["grade", "answer.md", "--question", "undo-release", "--format", "json"];

/// An endpoint whose model is content with everything.
fn content() -> Endpoint {
    Endpoint::new(|_, asked| Act::Say(all(asked, "full", "rolled the release back")))
}

/// A grade by a judge that is asked at `url`, once.
pub(super) fn asked_at(url: &str, arguments: &[&str]) -> Gradus {
    tiny(GRADE.iter().chain(arguments).copied())
        .env("GRADUS_LLM_BASE_URL", url)
        .env("GRADUS_LLM_MODEL", "test-model")
        .env("GRADUS_LLM_ATTEMPTS", "1")
        .env("GRADUS_LLM_TIMEOUT", "5")
}

/// Why the offline scorer stood in for every criterion; empty where the judge decided all.
#[track_caller]
pub(super) fn fallback(ran: &Ran) -> String {
    let grade = ran.json();
    let source = if grade["fallback"].is_null() { "llm" } else { "fallback" };
    for criterion in grade["criteria"].as_array().expect("criteria") {
        assert_eq!(criterion["source"], source, "{grade}");
    }
    grade["fallback"].as_str().unwrap_or_default().to_owned()
}

#[test]
fn a_certificate_that_nobody_vouches_for_is_refused() {
    let endpoint = content();
    let server = Front::encrypted(&endpoint);
    let ran = asked_at(&(server.url("https", "127.0.0.1") + "/v1"), &[]).run().done();
    let why = fallback(&ran);
    assert!(why.contains("certificate") && why.contains("127.0.0.1"), "{why}");
    assert!(server.connections() > 0 && server.heads().is_empty(), "{:?}", server.heads());
}

#[test]
fn a_certificate_that_the_named_file_vouches_for_is_accepted() {
    let endpoint = content();
    let server = Front::encrypted(&endpoint);
    for host in ["127.0.0.1", "localhost"] {
        let url = server.url("https", host) + "/v1";
        let ran = asked_at(&url, &["--ca-file", "ca.pem"]).file("ca.pem", AUTHORITY).run().done();
        assert_eq!(fallback(&ran), "", "{host}");
    }
    assert_eq!(endpoint.asked().len(), 2);
    // In a file of settings, the path is one beside that file.
    let url = server.url("https", "localhost") + "/v1";
    let settings = format!("[llm]\nbase_url = \"{url}\"\nmodel = \"m\"\nca_file = \"ca.pem\"\n");
    let ran = tiny(GRADE).trusted_file(settings).file("ca.pem", AUTHORITY).run().done();
    assert_eq!(fallback(&ran), "");
}

#[test]
#[cfg(target_os = "linux")] // all of 127.0.0.0/8 is there
fn a_certificate_for_another_host_is_refused() {
    let endpoint = content();
    let server = Front::encrypted_at(Ipv4Addr::new(127, 0, 0, 2), &endpoint);
    let url = server.url("https", "127.0.0.2") + "/v1";
    let ran = asked_at(&url, &["--ca-file", "ca.pem"]).file("ca.pem", AUTHORITY).run().done();
    let why = fallback(&ran);
    assert!(why.contains("certificate"), "{why}");
    assert_eq!((server.connections() > 0, endpoint.asked().len()), (true, 0));
}

#[test]
fn a_file_of_certificates_that_is_none_is_an_error() {
    let endpoint = content();
    let damaged = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
    for (content, words) in [
        (None, "cannot read the certificates of ca.pem: "),
        (Some(""), "ca.pem holds no certificate"),
        (Some("# nothing\n"), "ca.pem holds no certificate"),
        (Some(KEY), "ca.pem holds no certificate"),
        (Some(damaged), "certificate"),
    ] {
        let run = judged(&GRADE, &endpoint).env("GRADUS_LLM_CA_FILE", "ca.pem");
        let run = content.into_iter().fold(run, |run, content| run.file("ca.pem", content));
        run.run().refused().tells(&[words]);
    }
    assert_eq!(endpoint.asked().len(), 0);
}

#[test]
fn plain_http_to_elsewhere_is_refused_unless_allowed() {
    for url in ["http://example.test/v1", "http://localhost.example.test/v1"] {
        let hint = ["is not encrypted and not on this machine", "--allow-http", url];
        asked_at(url, &[]).run().refused().tells(&hint);
        asked_at(url, &["--grader", "llm"]).run().refused().tells(&hint);
    }
    let ran = asked_at("http://example.test/v1", &["--allow-http", "--api-key-env", "none"]).run().done();
    let why = fallback(&ran);
    assert!(why.contains("cannot reach example.test") || why.contains("did not answer"), "{why}");
}

#[test]
fn a_proxy_is_used_for_elsewhere() {
    let endpoint = content();
    let proxy = Front::plain(&endpoint);
    for variable in ["HTTP_PROXY", "http_proxy", "ALL_PROXY"] {
        let before = proxy.heads().len();
        let run = asked_at("http://example.test/v1", &["--allow-http", "--api-key-env", "none"]);
        let ran = run.env(variable, &proxy.url("http", "127.0.0.1")).run().done();
        assert_eq!(fallback(&ran), "", "{variable}");
        let heads = proxy.heads();
        assert_eq!(heads.len(), before + 1, "{variable}");
        assert!(heads[before].starts_with("POST http://example.test/v1/chat/completions HTTP/1.1\r\n"), "{heads:?}");
    }
    let run =
        asked_at("http://example.test/v1", &["--allow-http", "--api-key-env", "none"]).env("NO_PROXY", "example.test");
    let ran = run.env("HTTP_PROXY", &proxy.url("http", "127.0.0.1")).run().done();
    assert_ne!(fallback(&ran), "");
    assert_eq!(proxy.heads().len(), 3);
}

/// The same with every variable that names a proxy.
fn behind(run: Gradus, proxy: &Front) -> Gradus {
    let url = proxy.url("http", "127.0.0.1");
    ["HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"]
        .iter()
        .fold(run, |run, name| run.env(name, &url))
}

#[test]
fn no_proxy_is_used_for_this_machine() {
    let (endpoint, other) = (content(), content());
    let proxy = Front::plain(&other);
    for url in [endpoint.url(), endpoint.url().replace("127.0.0.1", "localhost")] {
        assert_eq!(fallback(&behind(asked_at(&url, &[]), &proxy).run().done()), "", "{url}");
    }
    assert_eq!((proxy.connections(), endpoint.asked().len()), (0, 2));
}

#[test]
fn what_asks_no_judge_opens_no_socket() {
    let endpoint = content();
    let (server, proxy) = (Front::plain(&endpoint), Front::plain(&endpoint));
    let url = server.url("http", "127.0.0.1") + "/v1";
    let row = r#"{"id":"1","question":"undo-release","answer":"We rolled the release back."}"#;
    for arguments in [
        &["grade", "answer.md", "--question", "undo-release", "--grader", "offline"][..],
        &["batch", "rows.jsonl", "--grader", "offline"],
        &["prompt", "undo-release", "answer.md"],
        &["batch", "rows.jsonl", "--dry-run"],
        &["config", "show"],
        &["cache", "stats"],
        &["questions"],
    ] {
        let run = tiny(arguments.iter().copied()).file("rows.jsonl", row).env("GRADUS_LLM_BASE_URL", &url);
        let run = run.env("GRADUS_LLM_MODEL", "test-model").env("OPENAI_API_KEY", "sk-1");
        behind(run, &proxy).run().done();
        assert_eq!((server.connections(), proxy.connections()), (0, 0), "{arguments:?}");
    }
    // A key alone is no wish to have answers sent anywhere.
    for arguments in [&GRADE[..], &["batch", "rows.jsonl"]] {
        let run = tiny(arguments.iter().copied()).file("rows.jsonl", row);
        let run = run.env("OPENAI_API_KEY", "sk-1").env("ANTHROPIC_API_KEY", "sk-1");
        behind(run, &proxy).run().done();
        assert_eq!(proxy.connections(), 0, "{arguments:?}");
    }
    // That the proxy would have seen it:
    behind(asked_at("http://example.test/v1", &["--allow-http", "--api-key-env", "none"]), &proxy).run().done();
    assert_eq!(proxy.connections(), 1);
}

#[test]
fn an_endpoint_that_is_not_there_is_given_up_in_time() {
    let url = content().url(); // dropped at once, its port closed
    let begun = Instant::now();
    let why = fallback(&asked_at(&url, &[]).run().done());
    assert!(why.contains("cannot reach 127.0.0.1"), "{why}");
    assert!(begun.elapsed() < Duration::from_secs(10));
}
