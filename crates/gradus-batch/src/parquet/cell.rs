//! One value of a table as the rest of the program wants it: text, a number as written, or why not.

/// One value of a Parquet table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Cell {
    /// Null, or under a column that has no values at all.
    Missing,
    /// Text.
    Text(String),
    /// Something else that has a usual form as text: a date, time or timestamp in the form of ISO 8601, or a UUID with
    /// hyphens.
    Formatted(String),
    /// A number, written as JSON writes one. A decimal keeps all its places.
    Number(String),
    /// True or false.
    Bool(bool),
    /// A list, map or group, or a number that JSON has none for (`"NaN"`), as JSON text.
    Other(String),
    /// Something that cannot be shown, and why.
    Bad(String),
}

impl Cell {
    /// Bytes of memory it takes, about, to keep batches small.
    pub(crate) fn weight(&self) -> usize {
        let text = match self {
            Self::Text(text) | Self::Formatted(text) | Self::Number(text) | Self::Other(text) | Self::Bad(text) => {
                text.len()
            }
            Self::Missing | Self::Bool(_) => 0,
        };
        size_of::<Self>() + text
    }
}
