//! Why an input cannot be read, with what to do.

use std::io;
use std::path::Path;

#[cfg(feature = "parquet")]
use crate::parquet::ReadError;
use gradus_core::model::NonText;

/// Why an input cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum InputError {
    /// It cannot be opened, or not be read on.
    #[error("cannot read {name}")]
    Unreadable {
        /// What it is called.
        name: String,
        /// What the system, or what unpacks it, says.
        #[source]
        error: io::Error,
    },
    /// Somebody asked to stop before it was read.
    #[error("{name} was not read")]
    Stopped {
        /// What it is called.
        name: String,
    },
    /// It is not what it should be.
    #[error("{name}: {fault}\nhint: {hint}")]
    Unusable {
        /// What it is called.
        name: String,
        /// What is wrong.
        fault: String,
        /// What to do.
        hint: String,
    },
}

impl InputError {
    /// The same error of an input that messages call otherwise.
    #[must_use]
    pub fn called(self, name: String) -> Self {
        match self {
            Self::Unreadable { error, .. } => Self::Unreadable { name, error },
            Self::Stopped { .. } => Self::Stopped { name },
            Self::Unusable { fault, hint, .. } => Self::Unusable { name, fault, hint },
        }
    }
}

/// What is wrong with a Parquet file; some faults say themselves what to do.
#[cfg(feature = "parquet")]
pub(super) fn no_parquet(name: &str, error: &ReadError) -> InputError {
    let told = error.to_string();
    let (fault, hint) = told.split_once("\nhint: ").unwrap_or((&told, "write the file anew"));
    InputError::Unusable { name: name.to_owned(), fault: fault.to_owned(), hint: hint.to_owned() }
}

/// What is said of a text that was given in place of rows.
pub(super) fn no_rows(path: &Path, name: &str) -> Option<InputError> {
    let ending = path.extension()?.to_str()?.to_ascii_lowercase();
    let fault = "it is a text, and holds no rows".to_owned();
    let hint = "grade it with `gradus grade`, or name the folder it stands in".to_owned();
    matches!(ending.as_str(), "txt" | "md").then(|| InputError::Unusable { name: name.to_owned(), fault, hint })
}

/// The error for a document, an image or other data in place of rows.
pub(super) fn not_rows(name: &str, kind: NonText) -> InputError {
    let hint = if kind.is_parquet() {
        "name it as a file that ends in .parquet, or with --input-format parquet"
    } else {
        "save a table as CSV in UTF-8; save answers as plain text (.txt), and name the folder they are in"
    };
    InputError::Unusable {
        name: name.to_owned(),
        fault: format!("it is {kind}, not rows of answers"),
        hint: hint.to_owned(),
    }
}
