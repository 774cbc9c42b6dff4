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

impl<'a> Answer<'a> {
    /// An answer that is graded whole.
    pub fn new(id: &'a str, text: &'a str) -> Self {
        Self { id, text, body: 0 }
    }
}
