//! An answer as it was given.

/// An answer: the whole text as given, and where in it the person's own words are.
///
/// Front matter and a byte order mark stand before `body`; offsets in a grade count from the start
/// of `text`, so that they hold for the file the answer came from.
#[derive(Debug, Clone, Copy)]
pub struct Answer<'a> {
    /// What the answer is called in results: a file name, a row's id.
    pub id: &'a str,
    /// The text as given.
    pub text: &'a str,
    /// Byte at which the graded part begins.
    pub body: usize,
}

/// An answer that holds more bytes than can be graded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the answer has {bytes} bytes, and at most {limit} can be graded: grade its parts one by one")]
pub struct AnswerTooLong {
    /// Bytes of the text.
    pub bytes: usize,
    /// The most that it may have.
    pub limit: usize,
}

impl<'a> Answer<'a> {
    /// The most bytes that a text may have to be graded: 256 MiB. Grading takes up to 50 bytes of memory for each byte
    /// of a text of short words that are all different, and about 12 for prose, so that the largest fits into 24 GiB.
    pub const LARGEST: usize = 256 << 20;

    /// Checks that the text is short enough.
    ///
    /// # Errors
    /// When it has more than [`Self::LARGEST`] bytes.
    pub fn check_length(&self) -> Result<(), AnswerTooLong> {
        self.check_length_within(Self::LARGEST)
    }

    /// Checks that the text has at most `limit` bytes.
    pub(crate) fn check_length_within(&self, limit: usize) -> Result<(), AnswerTooLong> {
        let bytes = self.text.len();
        if bytes > limit { Err(AnswerTooLong { bytes, limit }) } else { Ok(()) }
    }

    /// An answer that is graded whole.
    pub fn new(id: &'a str, text: &'a str) -> Self {
        Self { id, text, body: 0 }
    }
}
