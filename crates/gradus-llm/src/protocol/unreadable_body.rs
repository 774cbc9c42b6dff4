//! Bodies of responses with status 200 that contain no reply, classified and described for people.

use std::fmt;

use gradus_core::wording::{one_line, shortened};
use serde_json::Value;

use super::server_text::{complaint, is_html, title};

/// Largest number of characters that are shown of a body.
const SHOWN: usize = 80;
/// Largest number of characters that are shown of a server's error.
const SHOWN_ERROR: usize = 160;

/// The body of a response that contains no reply. The message is one line of at most 200 characters without control
/// characters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum UnreadableBody {
    /// The body is empty.
    Empty,
    /// The body is an HTML page; contains its title.
    HtmlPage(Option<String>),
    /// The body is JSON that ends too early; contains its start.
    Truncated(String),
    /// The body is not JSON.
    NotJson {
        /// The content type that the server reports; may be empty.
        content_type: String,
        /// The start of the body.
        start: String,
    },
    /// The body is JSON without a reply; contains its start.
    NoReply(String),
    /// The body reports an error.
    Error {
        /// The server's explanation.
        message: String,
        /// The HTTP status that the server names in the body.
        code: Option<u16>,
    },
}

impl UnreadableBody {
    /// Classifies JSON without a reply.
    pub(super) fn without_reply(answer: &Value) -> Self {
        let in_choice = answer.pointer("/choices/0").filter(|choice| choice.get("error").is_some());
        let reported = in_choice.unwrap_or(answer);
        match complaint(reported) {
            Some(message) => {
                let code = reported.pointer("/error/code").and_then(Value::as_u64);
                Self::Error { message: shown(message, SHOWN_ERROR), code: code.and_then(|code| code.try_into().ok()) }
            }
            None => Self::NoReply(shown(&answer.to_string(), SHOWN)),
        }
    }

    /// The same body with all texts changed by `redact`, which removes keys.
    pub(crate) fn redacted(self, redact: impl Fn(&str) -> String) -> Self {
        match self {
            Self::Empty => Self::Empty,
            Self::HtmlPage(title) => Self::HtmlPage(title.map(|title| redact(&title))),
            Self::Truncated(start) => Self::Truncated(redact(&start)),
            Self::NotJson { content_type, start } => {
                Self::NotJson { content_type: redact(&content_type), start: redact(&start) }
            }
            Self::NoReply(start) => Self::NoReply(redact(&start)),
            Self::Error { message, code } => Self::Error { message: redact(&message), code },
        }
    }
}

/// Parses the JSON of a body.
///
/// # Errors
/// The body is not JSON, or not complete.
pub(super) fn json(content_type: Option<&str>, body: &[u8]) -> Result<Value, UnreadableBody> {
    let body = body.strip_prefix("\u{feff}".as_bytes()).unwrap_or(body);
    serde_json::from_slice(body).map_err(|error| {
        let text = String::from_utf8_lossy(body);
        let start = || shown(&text, SHOWN);
        if text.trim().is_empty() {
            UnreadableBody::Empty
        } else if is_html(content_type, &text) {
            UnreadableBody::HtmlPage(title(&text).map(|title| shortened(&title, SHOWN).into_owned()))
        } else if error.is_eof() && text.trim_start().starts_with(['{', '[']) {
            UnreadableBody::Truncated(start())
        } else {
            let content_type = shown(content_type.unwrap_or_default().split(';').next().unwrap_or_default(), 40);
            UnreadableBody::NotJson { content_type, start: start() }
        }
    })
}

/// The start of `text` on one line.
fn shown(text: &str, limit: usize) -> String {
    shortened(&one_line(text), limit).into_owned()
}

impl fmt::Display for UnreadableBody {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty => write!(f, "an empty body"),
            Self::HtmlPage(None) => write!(f, "an HTML page (is there a proxy in between?)"),
            Self::HtmlPage(Some(title)) => write!(f, "an HTML page, titled \"{title}\" (is there a proxy in between?)"),
            Self::Truncated(start) => write!(f, "JSON that ends in the middle: \"{start}\""),
            Self::NotJson { content_type, start } if content_type.is_empty() => {
                write!(f, "a body that is not valid JSON: \"{start}\"")
            }
            Self::NotJson { content_type, start } => write!(f, "{content_type} that is not valid JSON: \"{start}\""),
            Self::NoReply(start) => write!(f, "JSON without a reply: {start}"),
            Self::Error { message, .. } => write!(f, "an error instead of a reply: {message}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::Provider;
    use super::*;

    fn unreadable(provider: Provider, content_type: Option<&str>, body: &str) -> UnreadableBody {
        provider.reply(content_type, body.as_bytes()).expect_err("no reply")
    }

    #[test]
    fn every_unreadable_body_has_a_message() {
        let cases = [
            (None, "", "an empty body"),
            (None, " \n", "an empty body"),
            (Some("text/html"), "<p>Hello", "an HTML page (is there a proxy in between?)"),
            (
                None,
                "<!doctype html><title>Log\nin</title>",
                "an HTML page, titled \"Log in\" (is there a proxy in between?)",
            ),
            (Some("text/plain; charset=utf-8"), "up\u{1b}\nand", "text/plain that is not valid JSON: \"up and\""),
            (None, "data: {}", "a body that is not valid JSON: \"data: {}\""),
            (None, "{\"choices\": [", "JSON that ends in the middle: \"{\"choices\": [\""),
            (None, "{\"choices\":[]}", "JSON without a reply: {\"choices\":[]}"),
            (
                None,
                "{\"choices\":[{\"message\":\"hi\"}]}",
                "JSON without a reply: {\"choices\":[{\"message\":\"hi\"}]}",
            ),
            (None, "[]", "JSON without a reply: []"),
            (None, "null", "JSON without a reply: null"),
            (None, "{\"error\":{\"message\":\"over\\nloaded\"}}", "an error instead of a reply: over loaded"),
            (None, "{\"error\":\"busy\"}", "an error instead of a reply: busy"),
        ];
        for (content_type, body, expected) in cases {
            assert_eq!(unreadable(Provider::OpenAi, content_type, body).to_string(), expected, "{body}");
        }
    }

    #[test]
    fn a_reply_of_the_other_protocol_is_not_accepted() {
        let openai = "{\"choices\":[{\"message\":{\"content\":\"yes\"}}],\"error\":null}";
        let anthropic = "\u{feff}{\"content\":[{\"type\":\"text\",\"text\":\"yes\"}]}";
        for (provider, own, other) in [(Provider::OpenAi, openai, anthropic), (Provider::Anthropic, anthropic, openai)]
        {
            let reply = provider.reply(Some("text/html"), own.as_bytes());
            assert_eq!(reply.map(|reply| reply.text).as_deref(), Ok("yes"), "{own}");
            assert!(matches!(unreadable(provider, None, other), UnreadableBody::NoReply(_)), "{other}");
        }
    }

    #[test]
    fn an_error_in_a_choice_is_not_a_reply() {
        let body = r#"{"choices":[{"message":{"content":"ye"},"error":{"code":502,"message":"gone"}}]}"#;
        let expected = UnreadableBody::Error { message: "gone".to_owned(), code: Some(502) };
        assert_eq!(unreadable(Provider::OpenAi, None, body), expected);
    }

    #[test]
    fn a_body_that_is_not_a_reply_has_a_reason_that_fits_its_content() {
        let message = || "m".to_owned();
        let cases = [
            ("", UnreadableBody::Empty),
            ("{\"choices\":[{\"mess", UnreadableBody::Truncated("{\"choices\":[{\"mess".to_owned())),
            (
                "{\"error\":{\"message\":\"m\",\"code\":429}}",
                UnreadableBody::Error { message: message(), code: Some(429) },
            ),
            (
                "{\"error\":{\"message\":\"m\",\"code\":99999999}}",
                UnreadableBody::Error { message: message(), code: None },
            ),
            (
                "{\"error\":{\"message\":\"m\",\"code\":\"busy\"}}",
                UnreadableBody::Error { message: message(), code: None },
            ),
            ("<html>", UnreadableBody::HtmlPage(None)),
            ("{}", UnreadableBody::NoReply("{}".to_owned())),
            ("hello", UnreadableBody::NotJson { content_type: String::new(), start: "hello".to_owned() }),
        ];
        for (body, expected) in cases {
            assert_eq!(unreadable(Provider::OpenAi, None, body), expected, "{body}");
        }
    }

    #[test]
    fn every_text_of_a_body_is_redacted() {
        let page = "<title>sk-secret</title>";
        for (content_type, body) in [
            (None, page),
            (None, "{\"choices\": \"sk-secret"),
            (Some("sk-secret"), "sk-secret"),
            (None, "{\"a\":\"sk-secret\"}"),
            (None, "{\"error\":\"sk-secret\"}"),
        ] {
            let redacted =
                unreadable(Provider::OpenAi, content_type, body).redacted(|text| text.replace("secret", "x"));
            assert!(redacted.to_string().contains("sk-x") && !redacted.to_string().contains("secret"), "{redacted}");
        }
    }

    #[test]
    fn messages_about_any_body_have_at_most_two_hundred_characters() {
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
