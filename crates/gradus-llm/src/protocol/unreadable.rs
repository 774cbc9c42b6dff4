//! An answer with status 200 that holds no reply: what came instead, in words for people.

use std::fmt;

use serde_json::Value;

use super::words::{complaint, is_html, one_line, shortened, title};
use crate::retry::Trouble;

/// How much is shown of what came.
const SHOWN: usize = 80;

/// What came instead of a reply. Shown on one line of at most 200 characters, none of them a control character.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Unreadable {
    /// Nothing.
    Empty,
    /// A page for people, with its title.
    Page(Option<String>),
    /// The beginning of JSON; how it begins.
    Cut(String),
    /// Something else.
    NoJson {
        /// What the server calls it.
        kind: String,
        /// How it begins.
        start: String,
    },
    /// JSON that says nothing of a reply; how it begins.
    NoReply(String),
    /// An error.
    Error {
        /// In the server's words.
        words: String,
        /// The status that it would have had.
        code: Option<u16>,
    },
}

impl Unreadable {
    /// What kind of failure it is where the same request may get a reply later; `None` where what answered does not
    /// speak the protocol.
    pub(crate) fn trouble(&self) -> Option<Trouble> {
        match self {
            Self::Empty | Self::Cut(_) => Some(Trouble::Unreadable),
            Self::Error { code, .. } => code.map(|code| Trouble::Status { code, retry_after: None }),
            Self::Page(_) | Self::NoJson { .. } | Self::NoReply(_) => None,
        }
    }

    /// What JSON without a reply is.
    pub(super) fn without_reply(answer: &Value) -> Self {
        let in_choice = answer.pointer("/choices/0").filter(|choice| choice.get("error").is_some());
        let told = in_choice.unwrap_or(answer);
        match complaint(told) {
            Some(words) => {
                let code = told.pointer("/error/code").and_then(Value::as_u64);
                Self::Error { words: shown(words, 160), code: code.and_then(|code| code.try_into().ok()) }
            }
            None => Self::NoReply(shown(&answer.to_string(), SHOWN)),
        }
    }
}

/// The JSON in a body.
///
/// # Errors
/// There is none, or not all of it.
pub(super) fn json(content_type: Option<&str>, body: &[u8]) -> Result<Value, Unreadable> {
    let body = body.strip_prefix("\u{feff}".as_bytes()).unwrap_or(body);
    serde_json::from_slice(body).map_err(|error| {
        let text = String::from_utf8_lossy(body);
        let start = || shown(&text, SHOWN);
        if text.trim().is_empty() {
            Unreadable::Empty
        } else if is_html(content_type, &text) {
            Unreadable::Page(title(&text).map(|title| shortened(&title, SHOWN)))
        } else if error.is_eof() && text.trim_start().starts_with(['{', '[']) {
            Unreadable::Cut(start())
        } else {
            let kind = shown(content_type.unwrap_or_default().split(';').next().unwrap_or_default(), 40);
            Unreadable::NoJson { kind, start: start() }
        }
    })
}

/// The beginning of `text` on one line.
fn shown(text: &str, limit: usize) -> String {
    shortened(&one_line(text), limit)
}

impl fmt::Display for Unreadable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty => write!(f, "an empty body"),
            Self::Page(None) => write!(f, "an HTML page (is there a proxy in between?)"),
            Self::Page(Some(title)) => write!(f, "an HTML page, titled \"{title}\" (is there a proxy in between?)"),
            Self::Cut(start) => write!(f, "JSON that ends in the middle: \"{start}\""),
            Self::NoJson { kind, start } if kind.is_empty() => write!(f, "something that is no JSON: \"{start}\""),
            Self::NoJson { kind, start } => write!(f, "{kind} that is no JSON: \"{start}\""),
            Self::NoReply(start) => write!(f, "JSON without a reply: {start}"),
            Self::Error { words, .. } => write!(f, "an error in place of a reply: {words}"),
        }
    }
}

impl std::error::Error for Unreadable {}

#[cfg(test)]
mod tests {
    use super::super::Provider;
    use super::*;

    fn unreadable(provider: Provider, content_type: Option<&str>, body: &str) -> Unreadable {
        provider.reply(content_type, body.as_bytes()).expect_err("no reply")
    }

    #[test]
    fn what_came_instead_is_said() {
        let cases = [
            (None, "", "an empty body"),
            (None, " \n", "an empty body"),
            (Some("text/html"), "<p>Hello", "an HTML page (is there a proxy in between?)"),
            (
                None,
                "<!doctype html><title>Log\nin</title>",
                "an HTML page, titled \"Log in\" (is there a proxy in between?)",
            ),
            (Some("text/plain; charset=utf-8"), "up\u{1b}\nand", "text/plain that is no JSON: \"up and\""),
            (None, "data: {}", "something that is no JSON: \"data: {}\""),
            (None, "{\"choices\": [", "JSON that ends in the middle: \"{\"choices\": [\""),
            (None, "{\"choices\":[]}", "JSON without a reply: {\"choices\":[]}"),
            (
                None,
                "{\"choices\":[{\"message\":\"hi\"}]}",
                "JSON without a reply: {\"choices\":[{\"message\":\"hi\"}]}",
            ),
            (None, "[]", "JSON without a reply: []"),
            (None, "null", "JSON without a reply: null"),
            (None, "{\"error\":{\"message\":\"over\\nloaded\"}}", "an error in place of a reply: over loaded"),
            (None, "{\"error\":\"busy\"}", "an error in place of a reply: busy"),
        ];
        for (content_type, body, expected) in cases {
            assert_eq!(unreadable(Provider::OpenAi, content_type, body).to_string(), expected, "{body}");
        }
    }

    #[test]
    fn each_protocol_wants_its_own() {
        let openai = "{\"choices\":[{\"message\":{\"content\":\"yes\"}}],\"error\":null}";
        let anthropic = "\u{feff}{\"content\":[{\"type\":\"text\",\"text\":\"yes\"}]}";
        for (provider, own, other) in [(Provider::OpenAi, openai, anthropic), (Provider::Anthropic, anthropic, openai)]
        {
            let reply = provider.reply(Some("text/html"), own.as_bytes());
            assert_eq!(reply.map(|reply| reply.text).as_deref(), Ok("yes"), "{own}");
            assert!(matches!(unreadable(provider, None, other), Unreadable::NoReply(_)), "{other}");
        }
    }

    #[test]
    fn an_error_in_a_choice_is_no_reply() {
        let body = r#"{"choices":[{"message":{"content":"ye"},"error":{"code":502,"message":"gone"}}]}"#;
        let expected = Unreadable::Error { words: "gone".to_owned(), code: Some(502) };
        assert_eq!(unreadable(Provider::OpenAi, None, body), expected);
    }

    #[test]
    fn only_what_may_pass_is_trouble() {
        let cases = [
            ("", Some(Trouble::Unreadable)),
            ("{\"choices\":[{\"mess", Some(Trouble::Unreadable)),
            ("{\"error\":{\"message\":\"m\",\"code\":429}}", Some(Trouble::Status { code: 429, retry_after: None })),
            ("{\"error\":{\"message\":\"m\",\"code\":99999999}}", None),
            ("{\"error\":{\"message\":\"m\",\"code\":\"busy\"}}", None),
            ("<html>", None),
            ("{}", None),
            ("hello", None),
        ];
        for (body, expected) in cases {
            assert_eq!(unreadable(Provider::OpenAi, None, body).trouble(), expected, "{body}");
        }
    }

    #[test]
    fn however_much_came_two_hundred_characters_are_shown() {
        let much = "ü\u{1b}\u{7} ".repeat(2000);
        let bodies = [
            much.clone(),
            format!("<html><title>{much}</title>"),
            format!("[\"{}", "ü".repeat(3000)),
            format!("{{\"a\":\"{}\"}}", "ü".repeat(3000)),
            format!("{{\"error\":\"{}\"}}", "ü".repeat(3000)),
            "[".repeat(100_000),
        ];
        for body in bodies {
            let said = unreadable(Provider::Anthropic, Some(&much), &body).to_string();
            assert!(said.chars().count() <= 200, "{said}");
            assert!(!said.contains(char::is_control), "{said}");
        }
        assert!(Provider::OpenAi.reply(None, b"\xff\xfe{").is_err());
    }
}
