//! What servers and networks do in the place of a reply, and what comes of it.

use serde_json::json;

use super::endpoint::{Act, Asked, Endpoint};
use super::played::{GRADE, Played, Plays, completion, played, sound, with};
use super::whole::judged;
use crate::cli::tiny::ANSWER;

const KEY: &str = "sk-verysecret-0123456789abcdef";
const TWICE: (&str, &str) = ("GRADUS_LLM_ATTEMPTS", "2");

fn status(code: u16, words: &str) -> Act {
    Act::Status(code, Vec::new(), json!({"error": {"message": words}}).to_string())
}

fn page(code: u16) -> Act {
    let body = b"<html><head><title>Sign in to the proxy</title></head><body>{}</body></html>".to_vec();
    Act::Raw { status: code, content_type: "text/html; charset=utf-8", body }
}

fn raw(content_type: &'static str, text: &str) -> Act {
    Act::Raw { status: 200, content_type, body: completion(text).into_bytes() }
}

/// A reply in the protocol's words, with so many bytes before the verdicts.
fn large(asked: &Asked, bytes: usize) -> String {
    format!("{}{}", "so ".repeat(bytes / 3), sound(asked))
}

type Case = (&'static str, Plays, &'static str);

#[test]
fn trouble_that_passes_is_tried_again() {
    let cases: [Case; 10] = [
        ("500", |_| status(500, "oh"), "127.0.0.1 answered 500: oh, 2 times"),
        ("502 with a page", |_| page(502), "127.0.0.1 answered 502: Sign in to the proxy, 2 times"),
        ("503", |_| status(503, "down"), "answered 503: down, 2 times"),
        ("529", |_| status(529, "overloaded"), "answered 529: overloaded, 2 times"),
        ("408", |_| status(408, "slow"), "answered 408: slow, 2 times"),
        ("409", |_| status(409, "busy"), "answered 409: busy, 2 times"),
        ("429", |_| status(429, "too fast"), "answered 429: too fast, 2 times"),
        ("a reset", |_| Act::Reset, "cannot reach 127.0.0.1: "),
        ("a body cut in the middle", |asked| Act::CutBody(sound(asked)), "cannot reach 127.0.0.1: "),
        (
            "an empty body",
            |_| Act::Raw { status: 200, content_type: "application/json", body: vec![] },
            "an empty body",
        ),
    ];
    for (case, trouble, words) in cases {
        let once =
            played(&[TWICE], move |number, asked| if number == 0 { trouble(asked) } else { Act::Say(sound(asked)) });
        once.is_judged(case, 2);
        assert_eq!(once.asked[0].body, once.asked[1].body, "{case}");
        let always = played(&[TWICE], move |_, asked| trouble(asked));
        always.is_stood_in_for(case, 2, words);
        always.is_stood_in_for(case, 2, ", 2 times");
        assert!(always.grade["usage"].is_null(), "{case}: {}", always.grade["usage"]);
    }
}

#[test]
fn trouble_that_stays_is_not_tried_again() {
    let cases: [Case; 13] = [
        ("401", |_| status(401, "who are you"), "127.0.0.1 answered 401: who are you"),
        ("403", |_| status(403, "not you"), "127.0.0.1 answered 403: not you"),
        ("404", |_| status(404, "no model `test-model`"), "127.0.0.1 answered 404: no model `test-model`"),
        ("402", |_| status(402, "no money"), "127.0.0.1 answered 402: no money"),
        ("413", |_| status(413, "too much"), "127.0.0.1 answered 413: too much"),
        ("400 of another matter", |_| status(400, "maximum context length is 9 tokens"), "maximum context length is 9"),
        ("401 without words", |_| Act::Status(401, Vec::new(), String::new()), "401: the key was not accepted"),
        ("a page of a proxy", |_| page(200), "an HTML page, titled \"Sign in to the proxy\" (is there a proxy"),
        ("words", |_| Act::Status(200, Vec::new(), "it works!".to_owned()), "that is no JSON: \"it works!\""),
        ("other JSON", |_| Act::Status(200, Vec::new(), "{\"ok\":true}".to_owned()), "JSON without a reply"),
        ("a reply that is too large", |asked| Act::Say(large(asked, 20_000_000)), "more than is read"),
        ("gzip that is too large", |asked| Act::Gzip(large(asked, 20_000_000)), "more than is read"),
        (
            "a redirect of another method",
            |_| Act::Redirect(302, "/v1/models".to_owned()),
            "sends on to /v1/models (302)",
        ),
    ];
    for (case, trouble, words) in cases {
        let played = played(&[("GRADUS_LLM_ATTEMPTS", "5")], move |_, asked| trouble(asked));
        played.is_stood_in_for(case, 1, words);
    }
}

#[test]
fn a_reply_is_a_reply_however_it_is_sent() {
    let cases: [(&str, Plays); 9] = [
        ("text/plain", |asked| raw("text/plain", &sound(asked))),
        ("text/html", |asked| raw("text/html", &sound(asked))),
        ("a stream of bytes", |asked| raw("application/octet-stream", &sound(asked))),
        ("no type", |asked| raw("", &sound(asked))),
        ("gzip", |asked| Act::Gzip(sound(asked))),
        ("drop by drop", |asked| Act::Drip(sound(asked), std::time::Duration::from_millis(1))),
        ("one megabyte", |asked| Act::Say(large(asked, 1_000_000))),
        ("as a tool call", |asked| Act::Tool(serde_json::from_str(&sound(asked)).expect("JSON"))),
        ("on the same host", |asked| {
            let is_first = !asked.path.contains("again");
            if is_first { Act::Redirect(307, format!("{}?again", asked.path)) } else { Act::Say(sound(asked)) }
        }),
    ];
    for (case, reply) in cases {
        let played = played(&[], move |_, asked| reply(asked));
        played.is_judged(case, if case == "on the same host" { 2 } else { 1 });
    }
}

const KEYED: [(&str, &str); 2] = [("OPENAI_API_KEY", KEY), ("GRADUS_LLM_API_KEY_ENV", "OPENAI_API_KEY")];

#[test]
fn a_key_goes_to_its_own_host_alone() {
    let other = Endpoint::new(|_, asked| Act::Say(sound(asked)));
    for code in [301, 302, 303, 307, 308] {
        let place = format!("{}/chat/completions", other.url());
        let played = played(&KEYED, move |_, _| Act::Redirect(code, place.clone()));
        played.is_stood_in_for("elsewhere", 1, "where no key is sent");
        assert_eq!(played.asked[0].header("authorization"), Some(format!("Bearer {KEY}").as_str()));
        assert_eq!(other.asked().len(), 0, "{code}");
    }
    let played = played(&KEYED, |number, asked| {
        if number == 0 { Act::Redirect(308, format!("{}?again", asked.path)) } else { Act::Say(sound(asked)) }
    });
    played.is_judged("the same host", 2);
    assert_eq!((played.asked[1].method.as_str(), &played.asked[1].body), ("POST", &played.asked[0].body));
    assert_eq!(played.asked[1].header("authorization"), Some(format!("Bearer {KEY}").as_str()));
}

/// What is printed and kept, of an endpoint that knows the key and does so.
fn given_away(act: Plays, reason: Option<&str>) -> String {
    let endpoint = Endpoint::new(move |_, asked| act(asked));
    let settings = [KEYED[0], KEYED[1], ("GRADUS_LLM_ATTEMPTS", "1")];
    let gradus = with(judged(&GRADE, &endpoint), &settings);
    let folder = gradus.path(".cache/gradus");
    // The folder stays while somebody runs in it.
    let home = gradus.again(["--version"]);
    let played = Played::of(gradus, ANSWER, &endpoint);
    match reason {
        Some(reason) => played.is_stood_in_for(reason, 1, reason),
        None => played.is_judged("a reply", 1),
    }
    assert_eq!(endpoint.asked()[0].header("authorization"), Some(format!("Bearer {KEY}").as_str()));
    let files: Vec<_> = std::fs::read_dir(&folder).expect("a folder of replies").collect();
    let kept: Vec<u8> =
        files.into_iter().flat_map(|file| std::fs::read(file.expect("a file").path()).expect("bytes")).collect();
    assert!(!kept.is_empty(), "nothing is kept in {}", folder.display());
    drop(home);
    format!("{}{}{}", played.ran.out, played.ran.err, String::from_utf8_lossy(&kept))
}

#[test]
fn a_key_that_a_server_repeats_is_told_to_nobody() {
    let cases: [(Plays, &str); 5] = [
        (|_| status(401, &format!("Incorrect API key provided: {KEY}.")), "401: Incorrect API key provided: [key]."),
        (|_| status(429, &format!("{KEY} is too fast")), "429: [key] is too fast"),
        (|_| Act::Status(403, Vec::new(), format!("<html><title>{KEY}</title>")), "403: [key]"),
        (|_| status(200, &format!("wrong: {KEY}")), "wrong: [key]"),
        (|_| Act::Redirect(307, format!("http://192.0.2.1/x?key={KEY}")), "http://192.0.2.1/x (307)"),
    ];
    for (act, reason) in cases {
        let told = given_away(act, Some(reason));
        assert!(!told.contains("verysecret"), "{reason}: {told}");
    }
}

#[test]
fn a_key_in_the_path_of_a_redirect_is_told_to_nobody() {
    let told = given_away(|_| Act::Redirect(307, format!("http://192.0.2.1/{KEY}/x")), Some("where no key is sent"));
    assert!(!told.contains("verysecret"), "{told}");
}

#[test]
fn a_key_that_stands_in_a_reply_is_told_to_nobody() {
    let told =
        given_away(|asked| Act::Say(sound(asked).replace("It took ten minutes.", &format!("It took {KEY}."))), None);
    assert!(!told.contains("verysecret"), "{told}");
}

#[test]
fn nothing_listens() {
    let gone = Endpoint::new(|_, asked| Act::Say(sound(asked)));
    let url = gone.url();
    drop(gone);
    let endpoint = Endpoint::new(|_, asked| Act::Say(sound(asked)));
    let gradus = judged(&GRADE, &endpoint).env("GRADUS_LLM_BASE_URL", &url);
    Played::of(gradus, ANSWER, &endpoint).is_stood_in_for("nobody", 0, "cannot reach 127.0.0.1: ");
}
