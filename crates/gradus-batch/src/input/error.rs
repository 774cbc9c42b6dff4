//! Reasons why an input cannot be read.

use std::io;

use gradus_core::model::NonText;
use gradus_core::wording::counted;

use super::compression::DamagedData;
#[cfg(feature = "parquet")]
use crate::parquet::ReadError;
use crate::row::first_characters;

/// The reason why an input cannot be read. `name` is the name of the input for messages.
#[derive(Debug, thiserror::Error)]
#[allow(missing_docs, reason = "the message of each variant explains its fields")]
pub enum InputError {
    /// The input cannot be opened, or reading fails later.
    #[error("cannot read {name}")]
    Unreadable {
        name: String,
        #[source]
        error: io::Error,
    },
    /// The caller asked to stop before the input was read.
    #[error("{name} was not read")]
    Stopped { name: String },
    /// The input cannot be used; `fault` is the reason.
    #[error("{name}: {fault}")]
    Unusable { name: String, fault: InputFault },
}

/// The reason why an input that can be read cannot be used.
#[derive(Debug, thiserror::Error)]
#[allow(missing_docs, reason = "the message of each variant explains its fields")]
pub enum InputFault {
    #[error("it holds no .txt or .md file")]
    EmptyFolder,
    #[error("it is a folder of text files, which has no input format")]
    FormatOfFolder,
    #[error("it is a text file, not JSON Lines, CSV or TSV")]
    PlainText,
    #[error("it is {0}, not JSON Lines, CSV or TSV")]
    Document(NonText),
    #[error("it is one JSON list")]
    JsonList,
    #[error("Parquet cannot be read from a stream")]
    ParquetStream,
    #[error("this program was built without Parquet")]
    ParquetDisabled,
    #[error("it is empty and has no header row")]
    NoHeading,
    #[error("its columns are separated by semicolons")]
    Semicolons,
    #[error("its columns are separated by tabs")]
    Tabs,
    #[error("its columns are separated by commas")]
    Commas,
    /// `present` are all columns of the input.
    #[error("it has no column `{column}`; it has {}", listed(.present))]
    NoColumn { column: String, present: Vec<String> },
    #[error("it has two columns `{column}`")]
    TwoColumns { column: String },
    /// `present` are fields of the rows; empty if they are not known.
    #[error("no row has `{field}`{}", only(.present))]
    NoField { field: String, present: Vec<String> },
    #[error("it is a folder, and its files have no column `{column}`")]
    NoColumnInFolder { column: String },
    #[error("it is larger than {mebibytes} MiB")]
    TooLarge { mebibytes: u64 },
    #[cfg(feature = "parquet")]
    #[error(transparent)]
    Parquet(ReadError),
}

/// Maximum number of column names that a message lists.
const MAX_LISTED_COLUMNS: usize = 20;

fn listed(names: &[String]) -> String {
    names
        .iter()
        .take(MAX_LISTED_COLUMNS)
        .map(|name| format!("`{}`", first_characters(name)))
        .collect::<Vec<_>>()
        .join(", ")
}

/// The end of a message that a name is missing, with the names there are.
fn only(present: &[String]) -> String {
    if present.is_empty() { String::new() } else { format!(", only {}", listed(present)) }
}

impl InputError {
    /// The error of an input that cannot be read any further after `rows` rows.
    pub(super) fn unreadable(name: String, error: io::Error, rows: u64) -> Self {
        let error = match error.kind() {
            // Each decoder has its own message for truncated data.
            io::ErrorKind::UnexpectedEof => {
                io::Error::new(error.kind(), format!("its compressed data is truncated after {}", counted(rows, "row")))
            }
            _ => error,
        };
        Self::Unreadable { name, error }
    }

    /// The same error with another name for the input.
    #[must_use]
    pub fn called(self, name: String) -> Self {
        match self {
            Self::Unreadable { error, .. } => Self::Unreadable { name, error },
            Self::Stopped { .. } => Self::Stopped { name },
            Self::Unusable { fault, .. } => Self::Unusable { name, fault },
        }
    }

    /// How to resolve the error, without names of flags or commands; `None` if there is no advice.
    pub fn hint(&self) -> Option<&'static str> {
        match self {
            Self::Unreadable { error, .. } if is_faulty_compression(error) => {
                Some("compress the file again, or give it uncompressed")
            }
            Self::Unreadable { .. } | Self::Stopped { .. } => None,
            Self::Unusable { fault, .. } => Some(fault.hint()),
        }
    }
}

/// Whether the cause of an error is that compressed data is truncated or damaged.
fn is_faulty_compression(error: &io::Error) -> bool {
    let cause: Option<&DamagedData> = error.get_ref().and_then(|cause| cause.downcast_ref());
    error.kind() == io::ErrorKind::UnexpectedEof || cause.is_some()
}

impl InputFault {
    /// How to resolve the fault, without names of flags or commands.
    pub fn hint(&self) -> &'static str {
        match self {
            Self::EmptyFolder => "name another folder, or a file with rows",
            Self::FormatOfFolder => "leave the input format out",
            Self::PlainText => "grade it as one answer, or name the folder it is in",
            Self::Document(kind) if kind.is_parquet() => {
                "give the file a name that ends in .parquet, or set the input format to Parquet"
            }
            Self::Document(_) => {
                "save a table as CSV in UTF-8; save texts as plain text (.txt), and name the folder they are in"
            }
            Self::JsonList => "write one object per line, for example with `jq -c '.[]'`",
            Self::ParquetStream => "name a file",
            Self::ParquetDisabled => "build it with the feature `parquet`, or convert the file",
            Self::NoHeading => "write a header row with the names of the columns",
            Self::Semicolons => "save it with commas, or with tabs as .tsv",
            Self::Tabs => "set the input format to TSV",
            Self::Commas => "set the input format to CSV",
            Self::NoColumn { .. } | Self::TwoColumns { .. } | Self::NoField { .. } => "choose other columns",
            Self::NoColumnInFolder { .. } => "leave the column out; the id of an answer is the path of its file",
            Self::TooLarge { .. } => "name a smaller file",
            #[cfg(feature = "parquet")]
            Self::Parquet(error) => error.hint(),
        }
    }
}

#[cfg(feature = "parquet")]
impl From<ReadError> for InputFault {
    fn from(error: ReadError) -> Self {
        match error {
            ReadError::NoColumn { name, names } => Self::NoColumn { column: name, present: names },
            ReadError::Twice { name } => Self::TwoColumns { column: name },
            other => Self::Parquet(other),
        }
    }
}

#[cfg(test)]
mod tests {
    use gradus_core::model::file_signature;

    use super::*;

    /// Faults of columns, each with its message and hint.
    fn faults_of_columns() -> [(InputFault, &'static str, &'static str); 4] {
        let hint = "choose other columns";
        let column = || "score".to_owned();
        let present = || vec!["a".to_owned(), "b".to_owned()];
        [
            (
                InputFault::NoColumn { column: column(), present: present() },
                "it has no column `score`; it has `a`, `b`",
                hint,
            ),
            (InputFault::TwoColumns { column: column() }, "it has two columns `score`", hint),
            (InputFault::NoField { field: column(), present: present() }, "no row has `score`, only `a`, `b`", hint),
            (
                InputFault::NoColumnInFolder { column: column() },
                "it is a folder, and its files have no column `score`",
                "leave the column out; the id of an answer is the path of its file",
            ),
        ]
    }

    #[test]
    fn each_fault_has_its_message_and_advice_without_a_flag() {
        let document = |bytes: &[u8]| InputFault::Document(file_signature(bytes).expect("a document"));
        let faults = [
            (InputFault::EmptyFolder, "it holds no .txt or .md file", "name another folder, or a file with rows"),
            (
                InputFault::FormatOfFolder,
                "it is a folder of text files, which has no input format",
                "leave the input format out",
            ),
            (
                InputFault::PlainText,
                "it is a text file, not JSON Lines, CSV or TSV",
                "grade it as one answer, or name the folder it is in",
            ),
            (
                document(b"PAR1\x15\0\0\0"),
                "it is a Parquet table, not JSON Lines, CSV or TSV",
                "give the file a name that ends in .parquet, or set the input format to Parquet",
            ),
            (
                document(b"%PDF-1.4\n"),
                "it is a PDF document, not JSON Lines, CSV or TSV",
                "save a table as CSV in UTF-8; save texts as plain text (.txt), and name the folder they are in",
            ),
            (InputFault::JsonList, "it is one JSON list", "write one object per line, for example with `jq -c '.[]'`"),
            (InputFault::ParquetStream, "Parquet cannot be read from a stream", "name a file"),
            (
                InputFault::ParquetDisabled,
                "this program was built without Parquet",
                "build it with the feature `parquet`, or convert the file",
            ),
            (
                InputFault::NoHeading,
                "it is empty and has no header row",
                "write a header row with the names of the columns",
            ),
            (
                InputFault::Semicolons,
                "its columns are separated by semicolons",
                "save it with commas, or with tabs as .tsv",
            ),
            (InputFault::Tabs, "its columns are separated by tabs", "set the input format to TSV"),
            (InputFault::Commas, "its columns are separated by commas", "set the input format to CSV"),
            (InputFault::TooLarge { mebibytes: 1024 }, "it is larger than 1024 MiB", "name a smaller file"),
        ];
        for (fault, message, hint) in faults.into_iter().chain(faults_of_columns()) {
            let error = InputError::Unusable { name: "a.csv".to_owned(), fault };
            assert_eq!((error.to_string(), error.hint()), (format!("a.csv: {message}"), Some(hint)));
            let renamed = error.called("standard input".to_owned());
            assert_eq!(renamed.to_string(), format!("standard input: {message}"));
        }
    }

    #[test]
    fn an_input_that_fails_or_is_stopped_is_named() {
        let name = || "a.csv".to_owned();
        let unreadable = InputError::Unreadable { name: name(), error: io::Error::other("no disk") };
        for (error, message) in
            [(unreadable, "cannot read a.csv"), (InputError::Stopped { name: name() }, "a.csv was not read")]
        {
            assert_eq!((error.to_string().as_str(), error.hint()), (message, None));
        }
    }

    #[test]
    fn packed_data_that_ends_too_early_is_reported_with_the_number_of_rows_before() {
        for (rows, expected) in [(1, "after 1 row"), (2, "after 2 rows")] {
            let error = InputError::unreadable("a.gz".to_owned(), io::ErrorKind::UnexpectedEof.into(), rows);
            assert_eq!(error.hint(), Some("compress the file again, or give it uncompressed"));
            let InputError::Unreadable { error, .. } = error else { panic!("it cannot be read") };
            assert_eq!(error.to_string(), format!("its compressed data is truncated {expected}"));
        }
    }

    #[test]
    #[cfg(feature = "parquet")]
    fn faults_of_parquet_files_have_messages_and_advice() {
        let again = "write the file again";
        for (error, message, hint) in [
            (ReadError::NotParquet, "this is not a Parquet file: it does not end with the mark `PAR1`", again),
            (ReadError::Encrypted, "the Parquet file is encrypted", again),
            (ReadError::Damaged { reason: "x".to_owned() }, "the Parquet file is damaged: x", again),
            (ReadError::File(io::Error::other("no disk")), "the Parquet file cannot be read: no disk", again),
            (
                ReadError::Codec { column: "a".to_owned(), codec: "Brotli" },
                "column \"a\" is compressed with Brotli",
                "write it with Snappy, gzip, Zstandard or LZ4",
            ),
            (
                ReadError::NoColumn { name: "a".to_owned(), names: vec!["b".to_owned()] },
                "it has no column `a`; it has `b`",
                "choose other columns",
            ),
            (ReadError::Twice { name: "a".to_owned() }, "it has two columns `a`", "choose other columns"),
        ] {
            let fault = InputFault::from(error);
            assert_eq!((fault.to_string().as_str(), fault.hint()), (message, hint));
        }
    }
}
