//! One value of a Parquet table: text, a number as it is written, or the reason why it has no form as text.

/// One value of a Parquet table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Cell {
    /// Null, or a value below a null.
    Missing,
    /// Text.
    Text(String),
    /// A value with a usual form as text: a date, time or timestamp in the form of ISO 8601, or a UUID with hyphens.
    Formatted(String),
    /// A number, written as JSON writes one. A decimal keeps all its places.
    Number(String),
    /// A boolean.
    Bool(bool),
    /// A list, map or group, or a number that JSON cannot write (`"NaN"`), as JSON text.
    Other(String),
    /// The reason why the value has no form as text.
    Bad(String),
}

impl Cell {
    /// Approximate size in memory in bytes, to keep batches small.
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
