//! An error of the command line itself, with its hint.

use std::fmt;

/// A message with a hint.
#[derive(Debug)]
pub(in crate::cli) struct Advised {
    message: String,
    hint: String,
}

impl Advised {
    /// The text of the hint, without the prefix `hint: `.
    pub(super) fn hint(&self) -> &str {
        &self.hint
    }
}

/// An error with a hint.
pub(in crate::cli) fn advised(message: impl Into<String>, hint: impl Into<String>) -> anyhow::Error {
    Advised { message: message.into(), hint: hint.into() }.into()
}

impl fmt::Display for Advised {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Advised {}
