//! An answer as it was given, byte ranges of its text, and input columns that are copied to the output.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::borrow::Cow;

/// The text of an answer and the part of it that is graded.
///
/// A byte order mark and front matter come before `body`. Offsets in a grade count from the start of `text`, so that
/// they are valid in the file that holds the answer.
#[derive(Debug, Clone, Copy)]
pub struct Answer<'a> {
    /// Name of the answer in results: a file name or the id of a row.
    pub id: &'a str,
    /// The whole text, unchanged.
    pub text: &'a str,
    /// Byte at which the graded part starts.
    pub body: usize,
}

/// An answer is longer than [`Answer::LARGEST`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the answer has {bytes} bytes, and at most {limit} can be graded")]
pub struct AnswerTooLong {
    /// Length of the text in bytes.
    pub bytes: usize,
    /// Greatest length that can be graded, in bytes.
    pub limit: usize,
}

impl AnswerTooLong {
    /// What the caller can do about the error.
    pub fn hint(&self) -> &'static str {
        "grade its parts one by one"
    }
}

impl<'a> Answer<'a> {
    /// Greatest length of a text that can be graded: 16 MiB. Grading needs up to 50 bytes of memory per byte of text if
    /// the words are short and all different, and about 12 for prose; the longest text fits into 1 GiB.
    pub const LARGEST: usize = 16 << 20;

    /// Checks that the text can be graded.
    ///
    /// # Errors
    /// When the text has more than [`Self::LARGEST`] bytes.
    pub fn check_length(&self) -> Result<(), AnswerTooLong> {
        self.check_length_within(Self::LARGEST)
    }

    /// Checks that the text has at most `limit` bytes.
    pub(crate) fn check_length_within(&self, limit: usize) -> Result<(), AnswerTooLong> {
        let bytes = self.text.len();
        if bytes > limit { Err(AnswerTooLong { bytes, limit }) } else { Ok(()) }
    }

    /// An answer whose whole text is graded.
    pub fn new(id: &'a str, text: &'a str) -> Self {
        Self { id, text, body: 0 }
    }
}

/// A half-open range of bytes that starts and ends at character boundaries of its text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
pub struct Span {
    /// First byte.
    pub start: usize,
    /// One past the last byte.
    pub end: usize,
}

impl Span {
    /// The part of `text` in this span; empty if the span is not valid in `text`.
    pub fn of(self, text: &str) -> &str {
        text.get(self.start..self.end).unwrap_or_default()
    }
}

/// Value of an input column that is copied to the output without being interpreted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CarriedValue<'a> {
    /// The row has no value in this column.
    Absent,
    /// Plain text.
    Text(Cow<'a, str>),
    /// Any JSON value, as JSON text.
    Json(Cow<'a, str>),
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_that_is_too_long_has_a_message_and_a_hint() {
        let answer = Answer::new("a", "four");
        assert_eq!(answer.check_length_within(4), Ok(()));
        let error = answer.check_length_within(3).expect_err("a byte too many");
        assert_eq!(error.to_string(), "the answer has 4 bytes, and at most 3 can be graded");
        assert_eq!(error.hint(), "grade its parts one by one");
    }
}
