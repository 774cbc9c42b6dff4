//! [`RowLocation`]: the location of a row in its input, for messages.

use std::fmt;

use serde::Serializer;

/// The location of a row in its input. Locations of one input are ordered like its rows.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum RowLocation {
    /// The line of a file at which the row starts, from 1.
    Line(u64),
    /// A file of a folder.
    File {
        /// Position in the folder, from 1.
        number: u64,
        /// Path below the folder, with `/` on every system.
        name: String,
    },
}

impl RowLocation {
    /// The line, or the position of the file in its folder; from 1.
    pub fn number(&self) -> u64 {
        match self {
            Self::Line(number) | Self::File { number, .. } => *number,
        }
    }

    /// The name of the file; `None` for a line.
    pub fn file(&self) -> Option<&str> {
        match self {
            Self::Line(_) => None,
            Self::File { name, .. } => Some(name),
        }
    }

    /// Writes the number into a result.
    ///
    /// # Errors
    /// When the serializer fails.
    pub fn serialize_number<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_u64(self.number())
    }
}

impl Default for RowLocation {
    fn default() -> Self {
        Self::Line(1)
    }
}

impl fmt::Display for RowLocation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Line(line) => write!(f, "line {line}"),
            Self::File { name, .. } => f.write_str(name),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_is_named_by_its_line_and_a_file_by_its_name() {
        let file = RowLocation::File { number: 2, name: "a/b.md".to_owned() };
        assert_eq!((file.to_string().as_str(), file.number(), file.file()), ("a/b.md", 2, Some("a/b.md")));
        let line = RowLocation::Line(3);
        assert_eq!((line.to_string().as_str(), line.number(), line.file()), ("line 3", 3, None));
    }

    #[test]
    fn files_are_ordered_by_position_and_not_by_name() {
        let file = |number, name: &str| RowLocation::File { number, name: name.to_owned() };
        assert!(file(2, "b.md") < file(10, "a.md"));
        assert!(RowLocation::Line(2) < RowLocation::Line(10));
    }
}
