//! Reasons for a missing reply, and reasons to stop grading.
//!
//! The transport's own error is kept as a [`Cause`], so that a caller can downcast it and decide by its type.

use std::error::Error;
use std::fmt;
use std::sync::Arc;

/// An error of the transport, shared by all requests that it affects.
#[derive(Debug, Clone)]
pub struct Cause(Arc<dyn Error + Send + Sync>);

impl Cause {
    /// Wraps an error, or a plain message.
    pub fn new(error: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self(error.into().into())
    }

    /// The error itself, to downcast.
    pub fn error(&self) -> &(dyn Error + 'static) {
        &*self.0
    }
}

impl fmt::Display for Cause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// The reason why a request has no reply.
#[derive(Debug, Clone, thiserror::Error)]
pub enum Failure {
    /// The judge did not reply; the offline scorer decides in its place. The message is one line.
    #[error("{0}")]
    Unanswered(Cause),
    /// Grading must stop.
    #[error(transparent)]
    Halted(#[from] Halt),
}

/// The reason to stop grading. The current answer receives no grade, not even from the offline scorer.
#[derive(Debug, Clone, thiserror::Error)]
pub enum Halt {
    /// The caller requested the stop.
    #[error("stopped")]
    Requested,
    /// The next request could exceed the spending limit. All amounts are in the currency of the configured prices.
    #[error("{spent:.4} of the spending limit of {limit} is used, and the next request may cost {next:.4}")]
    Spent {
        /// Cost of all replies so far.
        spent: f64,
        /// The spending limit.
        limit: f64,
        /// Highest possible cost of the next request.
        next: f64,
    },
    /// The transport, or the caller, cannot continue.
    #[error("{0}")]
    Failed(Cause),
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_halt_has_a_message_of_one_line() {
        let spent = Halt::Spent { spent: 5.5, limit: 6.0, next: 1.25 };
        let failed = Halt::Failed(Cause::new("no thread"));
        for (halt, expected) in [
            (Halt::Requested, "stopped"),
            (spent, "5.5000 of the spending limit of 6 is used, and the next request may cost 1.2500"),
            (failed, "no thread"),
        ] {
            assert_eq!(halt.to_string(), expected);
            assert_eq!(Failure::from(halt).to_string(), expected);
        }
        assert_eq!(Failure::Unanswered(Cause::new("no reply")).to_string(), "no reply");
    }

    #[test]
    fn a_cause_can_be_downcast_to_its_error() {
        let cause = Cause::new(fmt::Error);
        assert!(cause.error().is::<fmt::Error>());
    }
}
