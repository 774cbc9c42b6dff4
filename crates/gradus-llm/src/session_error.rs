//! Reasons why a session stops grading, with their messages and hints.

use std::borrow::Cow;
use std::io;
use std::sync::Arc;

use super::request_error::RequestError;
use gradus_core::judge::{Cause, Failure, Halt, JudgeId};

/// The reason why a session cannot continue, as the cause of a [`Halt`].
#[derive(Debug, Clone, thiserror::Error)]
pub enum SessionError {
    /// Only cached replies are used, and the cache has no reply for a request.
    #[error(
        "no reply is cached for {answer}, judge `{model}`, sample {sample}{}",
        if *.is_repeated { ", after an unusable reply" } else { "" }
    )]
    NotCached {
        /// The name of the answer.
        answer: String,
        /// The model of the judge.
        model: String,
        /// The number of the sample, from 1.
        sample: u32,
        /// Whether the request follows an unusable reply.
        is_repeated: bool,
    },
    /// A judge gave no reply, and the pool is set to stop grading if a reply is missing.
    #[error("{answer}: {cause}")]
    Unanswered {
        /// The name of the answer.
        answer: String,
        /// The failure of the request.
        cause: Cause,
    },
    /// The pool has no judge with this number.
    #[error("there is no judge {0}")]
    UnknownJudge(JudgeId),
    /// The system cannot start a thread for requests.
    #[error("cannot start the thread that sends requests: {0}")]
    Runtime(Arc<io::Error>),
}

impl SessionError {
    /// How to resolve the error, without names of flags or commands.
    pub fn hint(&self) -> Option<Cow<'static, str>> {
        match self {
            Self::NotCached { .. } => Some("grade once with the same settings and with requests allowed".into()),
            Self::Unanswered { cause, .. } => cause.error().downcast_ref().and_then(RequestError::hint),
            Self::UnknownJudge(_) | Self::Runtime(_) => None,
        }
    }
}

impl SessionError {
    pub(super) fn into_halt(self) -> Halt {
        Halt::Failed(Cause::new(self))
    }
}

impl From<SessionError> for Failure {
    fn from(error: SessionError) -> Self {
        error.into_halt().into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::request_error::RequestCause;

    #[test]
    fn every_error_has_a_message_of_one_line() {
        let not_cached = |is_repeated| SessionError::NotCached {
            answer: "answer `a`".to_owned(),
            model: "m".to_owned(),
            sample: 2,
            is_repeated,
        };
        let unreachable =
            RequestError { host: "h".to_owned(), cause: RequestCause::Connect("refused".to_owned()), attempts: 1 };
        let unanswered = SessionError::Unanswered { answer: "answer `a`".to_owned(), cause: Cause::new(unreachable) };
        let again = "grade once with the same settings and with requests allowed";
        for (error, message, hint) in [
            (not_cached(false), "no reply is cached for answer `a`, judge `m`, sample 2", Some(again)),
            (
                not_cached(true),
                "no reply is cached for answer `a`, judge `m`, sample 2, after an unusable reply",
                Some(again),
            ),
            (
                unanswered,
                "answer `a`: cannot reach h: refused",
                Some("check that the server is running and that the base URL is right"),
            ),
            (SessionError::UnknownJudge(JudgeId(2)), "there is no judge 3", None),
            (
                SessionError::Runtime(Arc::new(io::Error::other("no thread"))),
                "cannot start the thread that sends requests: no thread",
                None,
            ),
        ] {
            assert_eq!(error.to_string(), message);
            assert_eq!(error.hint().as_deref(), hint);
        }
    }
}
