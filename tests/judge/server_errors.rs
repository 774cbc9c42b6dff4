//! Tests of server and network errors instead of a reply.

use serde_json::json;

use super::endpoint::{Action, ChatRequest, Endpoint};
use super::judged_report::judged;
use super::scripted_judge::{GRADE, JudgedRun, Respond, completion, judge_with, valid_verdicts, with_environment};
use crate::cli::tiny_bank::ANSWER;

const KEY: &str = "sk-verysecret-0123456789abcdef";
const TWICE: (&str, &str) = ("GRADUS_LLM_ATTEMPTS", "2");

fn error_status(code: u16, words: &str) -> Action {
    Action::Status(code, Vec::new(), json!({"error": {"message": words}}).to_string())
}

fn page(code: u16) -> Action {
    let body = b"<html><head><title>Sign in to the proxy</title></head><body>{}</body></html>".to_vec();
    Action::Raw { status: code, content_type: "text/html; charset=utf-8", body }
}

fn raw(content_type: &'static str, text: &str) -> Action {
    Action::Raw { status: 200, content_type, body: completion(text).into_bytes() }
}

/// A valid reply with `bytes` bytes of text before the verdicts.
fn large_reply(request: &ChatRequest, bytes: usize) -> String {
    format!("{}{}", "so ".repeat(bytes / 3), valid_verdicts(request))
}

type Case = (&'static str, Respond, &'static str);

#[test]
fn temporary_errors_are_retried() {
    let cases: [Case; 10] = [
        ("500", |_| error_status(500, "oh"), "127.0.0.1 answered 500: oh (after 2 attempts)"),
        ("502 with a page", |_| page(502), "127.0.0.1 answered 502: Sign in to the proxy (after 2 attempts)"),
        ("503", |_| error_status(503, "down"), "answered 503: down (after 2 attempts)"),
        ("529", |_| error_status(529, "overloaded"), "answered 529: overloaded (after 2 attempts)"),
        ("408", |_| error_status(408, "slow"), "answered 408: slow (after 2 attempts)"),
        ("409", |_| error_status(409, "busy"), "answered 409: busy (after 2 attempts)"),
        ("429", |_| error_status(429, "too fast"), "answered 429: too fast (after 2 attempts)"),
        ("a reset", |_| Action::Reset, "cannot reach 127.0.0.1: "),
        ("a body cut in the middle", |request| Action::CutBody(valid_verdicts(request)), "cannot reach 127.0.0.1: "),
        (
            "an empty body",
            |_| Action::Raw { status: 200, content_type: "application/json", body: vec![] },
            "an empty body",
        ),
    ];
    for (case, trouble, words) in cases {
        let once =
            judge_with(
                &[TWICE],
                move |number, request| {
                    if number == 0 { trouble(request) } else { Action::Reply(valid_verdicts(request)) }
                },
            );
        once.assert_judged(case, 2);
        assert_eq!(once.requests[0].body, once.requests[1].body, "{case}");
        let always = judge_with(&[TWICE], move |_, request| trouble(request));
        always.assert_fell_back(case, 2, words);
        always.assert_fell_back(case, 2, " (after 2 attempts)");
        assert!(always.grade["usage"].is_null(), "{case}: {}", always.grade["usage"]);
    }
}

#[test]
fn permanent_errors_are_not_retried() {
    let cases: [Case; 13] = [
        ("401", |_| error_status(401, "who are you"), "127.0.0.1 answered 401: who are you"),
        ("403", |_| error_status(403, "not you"), "127.0.0.1 answered 403: not you"),
        ("404", |_| error_status(404, "no model `test-model`"), "127.0.0.1 answered 404: no model `test-model`"),
        ("402", |_| error_status(402, "no money"), "127.0.0.1 answered 402: no money"),
        ("413", |_| error_status(413, "too much"), "127.0.0.1 answered 413: too much"),
        (
            "400 of another matter",
            |_| error_status(400, "maximum context length is 9 tokens"),
            "maximum context length is 9",
        ),
        ("401 without words", |_| Action::Status(401, Vec::new(), String::new()), "401: the key was not accepted"),
        ("a page of a proxy", |_| page(200), "an HTML page, titled \"Sign in to the proxy\" (is there a proxy"),
        ("words", |_| Action::Status(200, Vec::new(), "it works!".to_owned()), "that is not valid JSON: \"it works!\""),
        ("other JSON", |_| Action::Status(200, Vec::new(), "{\"ok\":true}".to_owned()), "JSON without a reply"),
        ("a reply that is too large", |request| Action::Reply(large_reply(request, 20_000_000)), "more than 2 MiB"),
        ("gzip that is too large", |request| Action::Gzip(large_reply(request, 20_000_000)), "more than 2 MiB"),
        (
            "a redirect of another method",
            |_| Action::Redirect(302, "/v1/models".to_owned()),
            "redirects to /v1/models (302)",
        ),
    ];
    for (case, trouble, words) in cases {
        let run = judge_with(&[("GRADUS_LLM_ATTEMPTS", "5")], move |_, request| trouble(request));
        run.assert_fell_back(case, 1, words);
    }
}

#[test]
fn a_reply_is_accepted_in_every_transfer_form() {
    let cases: [(&str, Respond); 9] = [
        ("text/plain", |request| raw("text/plain", &valid_verdicts(request))),
        ("text/html", |request| raw("text/html", &valid_verdicts(request))),
        ("a stream of bytes", |request| raw("application/octet-stream", &valid_verdicts(request))),
        ("no type", |request| raw("", &valid_verdicts(request))),
        ("gzip", |request| Action::Gzip(valid_verdicts(request))),
        ("drop by drop", |request| Action::Drip(valid_verdicts(request), std::time::Duration::from_millis(1))),
        ("one megabyte", |request| Action::Reply(large_reply(request, 1_000_000))),
        ("as a tool call", |request| Action::Tool(serde_json::from_str(&valid_verdicts(request)).expect("JSON"))),
        ("on the same host", |request| {
            let is_first = !request.path.contains("again");
            if is_first {
                Action::Redirect(307, format!("{}?again", request.path))
            } else {
                Action::Reply(valid_verdicts(request))
            }
        }),
    ];
    for (case, reply) in cases {
        let run = judge_with(&[], move |_, request| reply(request));
        run.assert_judged(case, if case == "on the same host" { 2 } else { 1 });
    }
}

const KEYED: [(&str, &str); 2] = [("OPENAI_API_KEY", KEY), ("GRADUS_LLM_API_KEY_ENV", "OPENAI_API_KEY")];

#[test]
fn a_key_is_sent_only_to_its_own_host() {
    let other = Endpoint::new(|_, request| Action::Reply(valid_verdicts(request)));
    for code in [301, 302, 303, 307, 308] {
        let place = format!("{}/chat/completions", other.url());
        let run = judge_with(&KEYED, move |_, _| Action::Redirect(code, place.clone()));
        run.assert_fell_back("elsewhere", 1, "so that no key is sent there");
        assert_eq!(run.requests[0].header("authorization"), Some(format!("Bearer {KEY}").as_str()));
        assert_eq!(other.requests().len(), 0, "{code}");
    }
    let run = judge_with(&KEYED, |number, request| {
        if number == 0 {
            Action::Redirect(308, format!("{}?again", request.path))
        } else {
            Action::Reply(valid_verdicts(request))
        }
    });
    run.assert_judged("the same host", 2);
    assert_eq!((run.requests[1].method.as_str(), &run.requests[1].body), ("POST", &run.requests[0].body));
    assert_eq!(run.requests[1].header("authorization"), Some(format!("Bearer {KEY}").as_str()));
}

/// The output and the reply cache after a grade by an endpoint that receives the key and responds like this.
fn output_and_cache(act: Respond, reason: Option<&str>) -> String {
    let endpoint = Endpoint::new(move |_, request| act(request));
    let settings = [KEYED[0], KEYED[1], ("GRADUS_LLM_ATTEMPTS", "1")];
    let gradus = with_environment(judged(&GRADE, &endpoint), &settings);
    let folder = gradus.path(".cache/gradus");
    // Keep the folder until the run has ended.
    let home = gradus.again(["--version"]);
    let run = JudgedRun::of(gradus, ANSWER, &endpoint);
    match reason {
        Some(reason) => run.assert_fell_back(reason, 1, reason),
        None => run.assert_judged("a reply", 1),
    }
    assert_eq!(endpoint.requests()[0].header("authorization"), Some(format!("Bearer {KEY}").as_str()));
    let files: Vec<_> = std::fs::read_dir(&folder).expect("a folder of replies").collect();
    let kept: Vec<u8> =
        files.into_iter().flat_map(|file| std::fs::read(file.expect("a file").path()).expect("bytes")).collect();
    assert!(!kept.is_empty(), "no reply is cached in {}", folder.display());
    drop(home);
    format!("{}{}{}", run.ran.out, run.ran.err, String::from_utf8_lossy(&kept))
}

#[test]
fn a_key_that_a_server_repeats_is_not_printed_or_stored() {
    let cases: [(Respond, &str); 5] = [
        (
            |_| error_status(401, &format!("Incorrect API key provided: {KEY}.")),
            "401: Incorrect API key provided: [key].",
        ),
        (|_| error_status(429, &format!("{KEY} is too fast")), "429: [key] is too fast"),
        (|_| Action::Status(403, Vec::new(), format!("<html><title>{KEY}</title>")), "403: [key]"),
        (|_| error_status(200, &format!("wrong: {KEY}")), "wrong: [key]"),
        (|_| Action::Redirect(307, format!("http://192.0.2.1/x?key={KEY}")), "http://192.0.2.1/x (307)"),
    ];
    for (act, reason) in cases {
        let reported = output_and_cache(act, Some(reason));
        assert!(!reported.contains("verysecret"), "{reason}: {reported}");
    }
}

#[test]
fn a_key_in_the_path_of_a_redirect_is_not_printed_or_stored() {
    let reported =
        output_and_cache(|_| Action::Redirect(307, format!("http://192.0.2.1/{KEY}/x")), Some("no key is sent there"));
    assert!(!reported.contains("verysecret"), "{reported}");
}

#[test]
fn a_key_in_a_reply_is_not_printed_or_stored() {
    let reported = output_and_cache(
        |request| Action::Reply(valid_verdicts(request).replace("It took ten minutes.", &format!("It took {KEY}."))),
        None,
    );
    assert!(!reported.contains("verysecret"), "{reported}");
}

#[test]
fn an_address_without_a_listener_falls_back() {
    let gone = Endpoint::new(|_, request| Action::Reply(valid_verdicts(request)));
    let url = gone.url();
    drop(gone);
    let endpoint = Endpoint::new(|_, request| Action::Reply(valid_verdicts(request)));
    let gradus = judged(&GRADE, &endpoint).env("GRADUS_LLM_BASE_URL", &url);
    JudgedRun::of(gradus, ANSWER, &endpoint).assert_fell_back("no listener", 0, "cannot reach 127.0.0.1: ");
}
