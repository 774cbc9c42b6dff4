//! The explanation of a response with a status other than 200, for people: the server's own words without secrets.

use gradus_core::wording::{one_line, shortened};
use serde_json::Value;

use super::server_text::{complaint, is_html, title};

/// Largest number of characters of the result.
const LONGEST: usize = 300;

/// Number of characters that are searched for keys before the text is shortened.
const SEARCHED: usize = 4000;

/// The explanation on one line of at most 300 characters: the message of a JSON error, the title of an HTML page, or the
/// start of any other body; for an empty body the meaning of `status`. `redacted` removes keys.
pub(crate) fn refusal_text(
    status: u16,
    content_type: Option<&str>,
    body: &[u8],
    redacted: impl Fn(&str) -> String,
) -> String {
    let text = String::from_utf8_lossy(body);
    let words: String = one_line(&said(content_type, &text)).chars().take(SEARCHED).collect();
    let words = if words.is_empty() { meaning(status).to_owned() } else { words };
    shortened(&redacted(&words), LONGEST).into_owned()
}

fn said(content_type: Option<&str>, text: &str) -> String {
    let answer: Option<Value> = serde_json::from_str(text.trim_start_matches('\u{feff}')).ok();
    match answer {
        Some(Value::String(words)) => words,
        Some(answer) => complaint(&answer).map_or_else(|| text.to_owned(), str::to_owned),
        None if is_html(content_type, text) => title(text).unwrap_or_else(|| "an HTML page without a title".to_owned()),
        None => text.to_owned(),
    }
}

fn meaning(status: u16) -> &'static str {
    match status {
        400 | 422 => "the request was not understood",
        401 => "the key was not accepted",
        402 => "payment is required",
        403 => "access was denied",
        404 => "there is nothing at this address",
        408 | 504 => "the server timed out",
        413 => "the request is too large",
        429 => "too many requests",
        500 => "the server failed",
        502 => "a proxy received no response",
        503 | 529 => "the server is overloaded or down",
        _ => "no explanation was given",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::masking::masked;

    #[test]
    fn the_servers_own_words_are_found() {
        let cases = [
            (400, None, r#"{"error":{"message":"bad\nkey","type":"t"}}"#, "bad key"),
            (400, None, r#"{"error":"bad"}"#, "bad"),
            (400, None, r#"{"message":"bad"}"#, "bad"),
            (422, None, r#"{"detail":[{"loc":["body","seed"],"msg":"Extra inputs"}]}"#, "Extra inputs"),
            (400, None, r#""bad""#, "bad"),
            (400, None, r#"{"code":7}"#, r#"{"code":7}"#),
            (502, Some("text/html"), "<html><title>502 Bad\nGateway</title>", "502 Bad Gateway"),
            (502, Some("text/html"), "<p>\u{1b}", "an HTML page without a title"),
            (404, Some("text/plain"), "404 page\tnot found\u{7}\n", "404 page not found"),
            (503, None, "", "the server is overloaded or down"),
            (418, None, "\u{1b}", "no explanation was given"),
        ];
        for (status, content_type, body, expected) in cases {
            assert_eq!(refusal_text(status, content_type, body.as_bytes(), str::to_owned), expected, "{body}");
        }
    }

    #[test]
    fn an_empty_response_is_explained_by_its_status() {
        for (status, meaning) in [
            (400, "the request was not understood"),
            (401, "the key was not accepted"),
            (402, "payment is required"),
            (403, "access was denied"),
            (404, "there is nothing at this address"),
            (408, "the server timed out"),
            (413, "the request is too large"),
            (422, "the request was not understood"),
            (429, "too many requests"),
            (500, "the server failed"),
            (502, "a proxy received no response"),
            (503, "the server is overloaded or down"),
            (504, "the server timed out"),
            (529, "the server is overloaded or down"),
            (418, "no explanation was given"),
        ] {
            assert_eq!(refusal_text(status, None, b"", str::to_owned), meaning, "{status}");
        }
    }

    #[test]
    fn a_repeated_key_is_masked_anywhere_in_a_response() {
        let secret = "sk-abcdefgh-12345678";
        let cases = [
            (r#"{"error":{"message":"wrong key: sk-abcdefgh-12345678."}}"#.to_owned(), "wrong key: [key]."),
            (r#"{"error":"wrong key: sk\u002dabcde*****5678"}"#.to_owned(), "wrong key: [key]*****5678"),
            (r#"{"error":"wrong: Basic OnNrLWFiY2RlZmdoLTEyMzQ1Njc4"}"#.to_owned(), "wrong: Basic O[key]"),
            ("c2stYWJjZGVmZ2gt\nMTIzNDU2Nzg=".to_owned(), "[key]"),
            ("<html><title>sk-abcdefgh-12345678</title>".to_owned(), "[key]"),
            ("Bearer sk-abc\u{7}defgh-12345678".to_owned(), "Bearer [key]"),
        ];
        for (body, expected) in cases {
            assert_eq!(refusal_text(401, None, body.as_bytes(), |words| masked(words, secret)), expected, "{body}");
        }
        for before in 270..310 {
            let body = format!("{}{secret}", ".".repeat(before));
            let words = refusal_text(401, None, body.as_bytes(), |words| masked(words, secret));
            assert!(!words.contains("sk"), "{words}");
        }
    }

    #[test]
    fn explanations_of_any_response_are_short() {
        for body in ["ü".repeat(9000), format!("{{\"error\":\"{}\"}}", "ü ".repeat(9000)), "[".repeat(9000)] {
            let words = refusal_text(500, None, body.as_bytes(), |words| masked(words, "ü"));
            assert!(words.chars().count() <= LONGEST, "{words}");
            assert_eq!(refusal_text(500, None, body.as_bytes(), str::to_owned).chars().count(), LONGEST);
        }
        assert_eq!(refusal_text(500, None, b"\xff\x00", str::to_owned), "\u{fffd}");
    }
}
