//! What is carried through beside a grade.

use std::borrow::Cow;

/// A value of a column that the program does not read and carries from input to output.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Kept<'a> {
    /// The row has none.
    Absent,
    /// Plain text.
    Text(Cow<'a, str>),
    /// Any value, as JSON text.
    Json(Cow<'a, str>),
}
