//! [`RequestError`]: why an endpoint gave no reply, with the message, the hint and the retry rule of each cause.
//!
//! Servers explain a refusal in free text. That text is shown and, in `protocol::dialect`, searched for the refused
//! parameter; every other decision uses the variants here.

use std::borrow::Cow;
use std::fmt;
use std::time::Duration;

use super::protocol::{RefusedParameter, UnreadableBody};
use super::retry::Retry;

/// Largest response that is read, in MiB.
pub(super) const LARGEST_RESPONSE_MIB: usize = 2;

/// A request without a reply. The message is one line.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub struct RequestError {
    /// The host name of the endpoint.
    pub host: String,
    /// The cause of the failure.
    pub cause: RequestCause,
    /// Number of attempts. Requests in another dialect are not counted. The number is 1 even if no request was sent.
    pub attempts: u32,
}

/// The cause of a failed request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RequestCause {
    /// The server answered with a status other than 200, and not with a redirect.
    Status {
        /// The HTTP status.
        code: u16,
        /// The server's explanation on one line, without secrets; may be empty.
        message: String,
        /// The requested wait before the next attempt.
        retry_after: Option<Duration>,
        /// The parameter that the server does not support, if its explanation names one.
        refused: Option<RefusedParameter>,
    },
    /// The server answered with a redirect that was not followed, because it leads to another host or changes the
    /// method. The key is not sent to the target.
    Redirect {
        /// The HTTP status.
        code: u16,
        /// The target of the redirect, without secrets.
        target: String,
    },
    /// The connection failed or broke.
    Connect(String),
    /// The TLS handshake failed.
    Tls {
        /// The message of the TLS library.
        message: String,
        /// Whether the server answered the handshake without TLS.
        is_plain_http: bool,
    },
    /// No complete reply came within this time.
    Timeout(Duration),
    /// The response exceeds the size limit.
    TooLarge,
    /// The response has status 200 and contains no reply.
    Unreadable(UnreadableBody),
    /// The request cannot be serialized; contains the message of the JSON library.
    Unwritable(String),
    /// The circuit breaker is open after earlier failures, so no request was sent; contains the last failure, or the
    /// permanent one.
    Suspended(Box<RequestError>),
    /// Only stored replies are used, so no request was sent.
    ReplayOnly,
}

impl RequestCause {
    /// The HTTP status of a refusal; `None` for a response with status 200 and for failures without a response.
    pub fn status(&self) -> Option<u16> {
        match self {
            Self::Status { code, .. } | Self::Redirect { code, .. } => Some(*code),
            _ => None,
        }
    }

    /// The HTTP status of a refusal, also of a refusal that is reported in the body of a response with status 200.
    pub fn reported_status(&self) -> Option<u16> {
        match self {
            Self::Unreadable(UnreadableBody::Error { code, .. }) => *code,
            _ => self.status(),
        }
    }

    /// Whether the same request is sent again, and when.
    pub(super) fn retry(&self) -> Retry {
        match self {
            Self::Status { code, retry_after, .. } if is_temporary(*code) => Retry::After(*retry_after),
            Self::Unreadable(UnreadableBody::Error { code: Some(code), .. }) if is_temporary(*code) => {
                Retry::After(None)
            }
            Self::Unreadable(UnreadableBody::Empty | UnreadableBody::Truncated(_))
            | Self::Connect(_)
            | Self::Tls { .. }
            | Self::Timeout(_) => Retry::After(None),
            Self::Status { .. }
            | Self::Redirect { .. }
            | Self::TooLarge
            | Self::Unreadable(_)
            | Self::Unwritable(_)
            | Self::Suspended(_)
            | Self::ReplayOnly => Retry::Never,
        }
    }

    /// Whether no later request to the same endpoint can succeed either.
    pub(super) fn is_permanent(&self) -> bool {
        matches!(self.status(), Some(401 | 403 | 404))
    }

    /// Whether only this answer is affected, because its request is too large (status 413).
    pub(super) fn is_about_answer(&self) -> bool {
        self.status() == Some(413)
    }
}

fn is_temporary(code: u16) -> bool {
    matches!(code, 408 | 409 | 429 | 500 | 502..=599)
}

impl RequestError {
    /// The failure itself, or for a suspended endpoint the earlier failure that it contains.
    pub fn root(&self) -> &Self {
        match &self.cause {
            RequestCause::Suspended(before) => before.root(),
            _ => self,
        }
    }

    /// How to resolve the error, without names of flags or commands.
    pub fn hint(&self) -> Option<Cow<'static, str>> {
        let Self { host, cause, .. } = self.root();
        Some(match cause {
            RequestCause::Tls { is_plain_http: true, .. } => {
                "the server does not use TLS: write http:// in the base URL".into()
            }
            RequestCause::Connect(_) | RequestCause::Tls { .. } => {
                "check that the server is running and that the base URL is right".into()
            }
            RequestCause::Redirect { .. } => "use the new address as the base URL if you trust it".into(),
            RequestCause::ReplayOnly => "allow requests to the endpoint".into(),
            RequestCause::Status { code, .. }
            | RequestCause::Unreadable(UnreadableBody::Error { code: Some(code), .. }) => match code {
                401 | 403 => format!("check that the key is valid and meant for {host}").into(),
                404 => "check the base URL, which usually ends in /v1, and the name of the model".into(),
                429 | 500..=599 => "try again later, and check the limits of the account".into(),
                _ => return None,
            },
            RequestCause::Timeout(_)
            | RequestCause::TooLarge
            | RequestCause::Unreadable(_)
            | RequestCause::Unwritable(_)
            | RequestCause::Suspended(_) => return None,
        })
    }
}

impl fmt::Display for RequestError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let host = &self.host;
        match &self.cause {
            RequestCause::Status { code, message, .. } if message.is_empty() => write!(f, "{host} answered {code}"),
            RequestCause::Status { code, message, .. } => write!(f, "{host} answered {code}: {message}"),
            RequestCause::Redirect { code, target } => {
                write!(
                    f,
                    "{host} redirects to {target} ({code}); the redirect was not followed, so that no key is sent there"
                )
            }
            RequestCause::Connect(message) | RequestCause::Tls { message, .. } => {
                write!(f, "cannot reach {host}: {message}")
            }
            RequestCause::Timeout(limit) => write!(f, "{host} did not answer within {:.1} s", limit.as_secs_f64()),
            RequestCause::TooLarge => write!(f, "{host} answered with more than {LARGEST_RESPONSE_MIB} MiB"),
            RequestCause::Unreadable(body) => write!(f, "{host} answered with {body}"),
            RequestCause::Unwritable(message) => write!(f, "the request cannot be serialized: {message}"),
            RequestCause::Suspended(before) => {
                write!(f, "no request was sent, because an earlier one failed: {before}")
            }
            RequestCause::ReplayOnly => write!(f, "no request was sent, because only stored replies are used"),
        }?;
        if self.attempts > 1 { write!(f, " (after {} attempts)", self.attempts) } else { Ok(()) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn error(cause: RequestCause, attempts: u32) -> RequestError {
        RequestError { host: "llm.test".to_owned(), cause, attempts }
    }

    fn status(code: u16, message: &str) -> RequestCause {
        RequestCause::Status { code, message: message.to_owned(), retry_after: None, refused: None }
    }

    fn tls(is_plain_http: bool) -> RequestCause {
        RequestCause::Tls { message: "bad record".to_owned(), is_plain_http }
    }

    const SERVER: &str = "check that the server is running and that the base URL is right";
    const LATER: &str = "try again later, and check the limits of the account";
    const KEY: &str = "check that the key is valid and meant for llm.test";

    /// Checks the message and the hint of causes, each with a number of attempts.
    fn check(cases: Vec<(RequestCause, u32, &str, Option<&str>)>) {
        for (cause, attempts, message, hint) in cases {
            let error = error(cause, attempts);
            assert_eq!(error.to_string(), message);
            assert_eq!(error.hint().as_deref(), hint, "{message}");
            assert!(!message.contains('\n') && !message.contains("--"));
        }
    }

    #[test]
    fn every_cause_before_a_reply_has_a_message_and_most_have_a_hint() {
        check(vec![
            (status(400, ""), 1, "llm.test answered 400", None),
            (status(401, "no such key"), 1, "llm.test answered 401: no such key", Some(KEY)),
            (
                status(404, "no model"),
                1,
                "llm.test answered 404: no model",
                Some("check the base URL, which usually ends in /v1, and the name of the model"),
            ),
            (status(429, "slow down"), 3, "llm.test answered 429: slow down (after 3 attempts)", Some(LATER)),
            (
                RequestCause::Redirect { code: 302, target: "/v2".to_owned() },
                1,
                "llm.test redirects to /v2 (302); the redirect was not followed, so that no key is sent there",
                Some("use the new address as the base URL if you trust it"),
            ),
            (
                RequestCause::Connect("refused".to_owned()),
                2,
                "cannot reach llm.test: refused (after 2 attempts)",
                Some(SERVER),
            ),
            (tls(false), 1, "cannot reach llm.test: bad record", Some(SERVER)),
            (
                tls(true),
                1,
                "cannot reach llm.test: bad record",
                Some("the server does not use TLS: write http:// in the base URL"),
            ),
        ]);
    }

    #[test]
    fn every_cause_without_a_usable_reply_has_a_message_and_some_have_a_hint() {
        let suspended = RequestCause::Suspended(Box::new(error(status(401, "no such key"), 1)));
        let busy = UnreadableBody::Error { message: "busy".to_owned(), code: Some(503) };
        check(vec![
            (RequestCause::Timeout(Duration::from_millis(1500)), 1, "llm.test did not answer within 1.5 s", None),
            (RequestCause::TooLarge, 1, "llm.test answered with more than 2 MiB", None),
            (RequestCause::Unreadable(UnreadableBody::Empty), 1, "llm.test answered with an empty body", None),
            (
                RequestCause::Unreadable(busy),
                1,
                "llm.test answered with an error instead of a reply: busy",
                Some(LATER),
            ),
            (RequestCause::Unwritable("EOF".to_owned()), 1, "the request cannot be serialized: EOF", None),
            (
                suspended,
                1,
                "no request was sent, because an earlier one failed: llm.test answered 401: no such key",
                Some(KEY),
            ),
            (
                RequestCause::ReplayOnly,
                1,
                "no request was sent, because only stored replies are used",
                Some("allow requests to the endpoint"),
            ),
        ]);
    }

    #[test]
    fn only_temporary_failures_are_retried() {
        for code in [408, 409, 429, 500, 502, 503, 504, 520, 529, 599] {
            assert_eq!(status(code, "").retry(), Retry::After(None), "{code}");
        }
        for code in [200, 301, 400, 401, 402, 403, 404, 413, 422, 501, 600] {
            assert_eq!(status(code, "").retry(), Retry::Never, "{code}");
        }
        let failure = |code| RequestCause::Unreadable(UnreadableBody::Error { message: "m".to_owned(), code });
        let temporary = [
            RequestCause::Connect(String::new()),
            tls(false),
            RequestCause::Timeout(Duration::ZERO),
            RequestCause::Unreadable(UnreadableBody::Empty),
            RequestCause::Unreadable(UnreadableBody::Truncated(String::new())),
            failure(Some(429)),
        ];
        assert!(temporary.iter().all(|cause| cause.retry() == Retry::After(None)));
        let permanent = [
            RequestCause::TooLarge,
            RequestCause::Unreadable(UnreadableBody::HtmlPage(None)),
            RequestCause::Unreadable(UnreadableBody::NoReply(String::new())),
            failure(Some(400)),
            failure(None),
            RequestCause::ReplayOnly,
        ];
        assert!(permanent.iter().all(|cause| cause.retry() == Retry::Never));
        let wait = Some(Duration::from_secs(2));
        let asked = RequestCause::Status { code: 429, message: String::new(), retry_after: wait, refused: None };
        assert_eq!(asked.retry(), Retry::After(wait));
    }

    #[test]
    fn a_status_says_whether_the_endpoint_or_only_the_answer_is_at_fault() {
        for (cause, is_permanent, is_about_answer) in [
            (status(401, ""), true, false),
            (status(403, ""), true, false),
            (status(404, ""), true, false),
            (status(413, ""), false, true),
            (status(500, ""), false, false),
            (RequestCause::TooLarge, false, false),
        ] {
            assert_eq!((cause.is_permanent(), cause.is_about_answer()), (is_permanent, is_about_answer), "{cause:?}");
        }
    }
}
