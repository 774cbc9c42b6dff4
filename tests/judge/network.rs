//! Tests of certificates, proxies and addresses: the hosts that the program connects to.

use std::net::Ipv4Addr;
use std::time::{Duration, Instant};

use super::endpoint::{Action, Endpoint};
use super::judged_report::{judged, same_verdicts};
use super::tls_and_proxy::{AUTHORITY, Front, KEY};
use crate::cli::tiny_bank::tiny;
use crate::support::{Gradus, RunOutput};

pub(super) const GRADE: [&str; 6] = ["grade", "answer.md", "--question", "undo-release", "--format", "json"];

/// An endpoint whose model gives full credit.
fn approving_endpoint() -> Endpoint {
    Endpoint::new(|_, request| Action::Reply(same_verdicts(request, "full", "rolled the release back")))
}

/// The command `gradus grade` with a judge at `url` and a single attempt.
pub(super) fn grade_at(url: &str, arguments: &[&str]) -> Gradus {
    tiny(GRADE.iter().chain(arguments).copied())
        .env("GRADUS_LLM_BASE_URL", url)
        .env("GRADUS_LLM_MODEL", "test-model")
        .env("GRADUS_LLM_ATTEMPTS", "1")
        .env("GRADUS_LLM_TIMEOUT", "5")
}

/// The reason why the offline scorer decided every criterion. Empty if the judge decided all of them.
#[track_caller]
pub(super) fn fallback_reason(ran: &RunOutput) -> String {
    let grade = ran.json();
    let source = if grade["fallback"].is_null() { "llm" } else { "fallback" };
    for criterion in grade["criteria"].as_array().expect("criteria") {
        assert_eq!(criterion["source"], source, "{grade}");
    }
    grade["fallback"].as_str().unwrap_or_default().to_owned()
}

#[test]
fn a_certificate_of_an_unknown_authority_is_rejected() {
    let endpoint = approving_endpoint();
    let server = Front::encrypted(&endpoint);
    let ran = grade_at(&(server.url("https", "127.0.0.1") + "/v1"), &[]).run().success();
    let why = fallback_reason(&ran);
    assert!(why.contains("certificate") && why.contains("127.0.0.1"), "{why}");
    assert!(server.connections() > 0 && server.heads().is_empty(), "{:?}", server.heads());
}

#[test]
fn a_certificate_of_an_authority_in_ca_file_is_accepted() {
    let endpoint = approving_endpoint();
    let server = Front::encrypted(&endpoint);
    for host in ["127.0.0.1", "localhost"] {
        let url = server.url("https", host) + "/v1";
        let ran = grade_at(&url, &["--ca-file", "ca.pem"]).file("ca.pem", AUTHORITY).run().success();
        assert_eq!(fallback_reason(&ran), "", "{host}");
    }
    assert_eq!(endpoint.requests().len(), 2);
    // A relative path in a settings file starts at the folder of the file.
    let url = server.url("https", "localhost") + "/v1";
    let settings = format!("[llm]\nbase_url = \"{url}\"\nmodel = \"m\"\nca_file = \"ca.pem\"\n");
    let ran = tiny(GRADE).trusted_file(settings).file("ca.pem", AUTHORITY).run().success();
    assert_eq!(fallback_reason(&ran), "");
}

#[test]
#[cfg(target_os = "linux")] // all of 127.0.0.0/8 is there
fn a_certificate_for_another_host_is_rejected() {
    let endpoint = approving_endpoint();
    let server = Front::encrypted_at(Ipv4Addr::new(127, 0, 0, 2), &endpoint);
    let url = server.url("https", "127.0.0.2") + "/v1";
    let ran = grade_at(&url, &["--ca-file", "ca.pem"]).file("ca.pem", AUTHORITY).run().success();
    let why = fallback_reason(&ran);
    assert!(why.contains("certificate"), "{why}");
    assert_eq!((server.connections() > 0, endpoint.requests().len()), (true, 0));
}

#[test]
fn an_invalid_certificate_file_is_an_error() {
    let endpoint = approving_endpoint();
    let damaged = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
    for (content, words) in [
        (None, "cannot read the certificates of ca.pem: "),
        (Some(""), "ca.pem contains no certificate"),
        (Some("# nothing\n"), "ca.pem contains no certificate"),
        (Some(KEY), "ca.pem contains no certificate"),
        (Some(damaged), "certificate"),
    ] {
        let run = judged(&GRADE, &endpoint).env("GRADUS_LLM_CA_FILE", "ca.pem");
        let run = content.into_iter().fold(run, |run, content| run.file("ca.pem", content));
        run.run().failure().reports(&[words]);
    }
    assert_eq!(endpoint.requests().len(), 0);
}

#[test]
fn plain_http_to_another_machine_is_rejected_unless_allowed() {
    for url in ["http://example.test/v1", "http://localhost.example.test/v1"] {
        let hint = ["is not encrypted and not on this machine", "--allow-http", url];
        grade_at(url, &[]).run().failure().reports(&hint);
        grade_at(url, &["--grader", "llm"]).run().failure().reports(&hint);
    }
    let ran = grade_at("http://example.test/v1", &["--allow-http", "--api-key-env", "none"]).run().success();
    let why = fallback_reason(&ran);
    assert!(why.contains("cannot reach example.test") || why.contains("did not answer"), "{why}");
}

#[test]
fn a_proxy_is_used_for_other_machines() {
    let endpoint = approving_endpoint();
    let proxy = Front::plain(&endpoint);
    for variable in ["HTTP_PROXY", "http_proxy", "ALL_PROXY"] {
        let before = proxy.heads().len();
        let run = grade_at("http://example.test/v1", &["--allow-http", "--api-key-env", "none"]);
        let ran = run.env(variable, &proxy.url("http", "127.0.0.1")).run().success();
        assert_eq!(fallback_reason(&ran), "", "{variable}");
        let heads = proxy.heads();
        assert_eq!(heads.len(), before + 1, "{variable}");
        assert!(heads[before].starts_with("POST http://example.test/v1/chat/completions HTTP/1.1\r\n"), "{heads:?}");
    }
    let run =
        grade_at("http://example.test/v1", &["--allow-http", "--api-key-env", "none"]).env("NO_PROXY", "example.test");
    let ran = run.env("HTTP_PROXY", &proxy.url("http", "127.0.0.1")).run().success();
    assert_ne!(fallback_reason(&ran), "");
    assert_eq!(proxy.heads().len(), 3);
}

/// Sets every proxy variable to this proxy.
fn behind_proxy(run: Gradus, proxy: &Front) -> Gradus {
    let url = proxy.url("http", "127.0.0.1");
    ["HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"]
        .iter()
        .fold(run, |run, name| run.env(name, &url))
}

#[test]
fn connections_to_this_machine_bypass_the_proxy() {
    let (endpoint, other) = (approving_endpoint(), approving_endpoint());
    let proxy = Front::plain(&other);
    for url in [endpoint.url(), endpoint.url().replace("127.0.0.1", "localhost")] {
        assert_eq!(fallback_reason(&behind_proxy(grade_at(&url, &[]), &proxy).run().success()), "", "{url}");
    }
    assert_eq!((proxy.connections(), endpoint.requests().len()), (0, 2));
}

#[test]
fn commands_without_a_judge_open_no_connection() {
    let endpoint = approving_endpoint();
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
        behind_proxy(run, &proxy).run().success();
        assert_eq!((server.connections(), proxy.connections()), (0, 0), "{arguments:?}");
    }
    // A key alone does not configure a judge.
    for arguments in [&GRADE[..], &["batch", "rows.jsonl"]] {
        let run = tiny(arguments.iter().copied()).file("rows.jsonl", row);
        let run = run.env("OPENAI_API_KEY", "sk-1").env("ANTHROPIC_API_KEY", "sk-1");
        behind_proxy(run, &proxy).run().success();
        assert_eq!(proxy.connections(), 0, "{arguments:?}");
    }
    // Check that the proxy does record a request:
    behind_proxy(grade_at("http://example.test/v1", &["--allow-http", "--api-key-env", "none"]), &proxy)
        .run()
        .success();
    assert_eq!(proxy.connections(), 1);
}

#[test]
fn an_unreachable_endpoint_is_given_up_within_the_deadline() {
    let url = approving_endpoint().url(); // the endpoint is dropped, so its port is closed
    let started = Instant::now();
    let why = fallback_reason(&grade_at(&url, &[]).run().success());
    assert!(why.contains("cannot reach 127.0.0.1"), "{why}");
    assert!(started.elapsed() < Duration::from_secs(10));
}
