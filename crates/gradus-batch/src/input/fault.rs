//! Reasons why a row cannot be used. Every reader of rows reports these, whatever the input format.

use gradus_core::agreement::ScoreFault;
use gradus_core::bank::{DraftFault, FrontMatterError};
use gradus_core::model::{NonText, RowLocation};
use gradus_core::questions::FindError;
use gradus_core::wording::counted;

use crate::row::{TEXT, TEXT_OR_NUMBER, first_characters, not_utf8, wrong_type};

/// The reason why one row cannot be used. The caller names the location.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[allow(missing_docs, reason = "the message of each variant explains its fields")]
pub enum RowFault {
    #[error("the row is longer than {mebibytes} MiB")]
    TooLong { mebibytes: usize },
    /// `valid` is the number of bytes before the first one that is not UTF-8.
    #[error("{}", not_utf8(*.valid))]
    NotUtf8 { valid: usize },
    #[error("not valid JSON: {message} at column {column}")]
    NotJson { message: String, column: usize },
    /// Valid JSON that is not an object, or that contains a value which cannot be decoded, such as a lone surrogate
    /// (`"\ud800"`) or a number that is too large.
    #[error("{message}")]
    JsonValue { message: String },
    #[error("`{column}` occurs more than once: keep one of them")]
    Repeated { column: String },
    #[error("{}", wrong_type(.column, .found, .expected))]
    WrongType { column: String, found: &'static str, expected: &'static str },
    #[error("`{column}` is {found}; expected a number")]
    NotANumber { column: String, found: String },
    /// `present` has the field names of the object, at most 12.
    #[error("{}", missing_field(.column, .present))]
    MissingField { column: String, present: Vec<String> },
    #[error("the row has no `{column}`")]
    MissingCell { column: String },
    #[error("no `{column}`: the row names no question")]
    NoQuestion { column: String },
    /// The name of the question fits several questions.
    #[error("{0}")]
    SeveralQuestions(FindError),
    #[error("the row has {}, but the header has {expected}", counted(*.found, "field"))]
    FieldCount { found: usize, expected: usize },
    #[error("the file ends in the middle of this row, inside quotes")]
    OpenQuotes,
    #[error("it cannot be read: {message}")]
    Unreadable { message: String },
    /// A subfolder of the input. Its files are not known.
    #[error("this folder cannot be read: {message}")]
    UnreadableFolder { message: String },
    #[error("{}", .0.reason())]
    Document(NonText),
    #[error("the name of the file is not UTF-8: rename it")]
    FileName,
    #[error(transparent)]
    FrontMatter(#[from] FrontMatterError),
    #[error("it is a link to a folder; such links are not followed: copy the folder")]
    LinkToFolder,
    #[error("it is not a regular file: remove it, or copy its content into a regular file")]
    NotAFile,
    #[error("it is a link to a file outside the input folder; such links are not followed: copy the file")]
    LinkOutside,
    /// A cell of a Parquet file whose value cannot be converted to text.
    #[error("{reason}")]
    Cell { reason: String },
    #[error(transparent)]
    Score(#[from] ScoreFault),
    #[error(transparent)]
    Draft(#[from] DraftFault),
    /// A fault of this program: a block has no row at this place.
    #[error("the row was not read: report this as a fault")]
    Lost,
}

impl RowFault {
    /// Advice on how to correct the row; `None` where the message already contains it.
    pub fn hint(&self) -> Option<&'static str> {
        match self {
            Self::TooLong { .. } => Some("shorten the row, or split it"),
            Self::NotJson { .. } | Self::JsonValue { .. } => Some("write one JSON object per line"),
            Self::WrongType { expected, .. } if [TEXT, TEXT_OR_NUMBER].contains(expected) => {
                Some("write text in quotes")
            }
            Self::WrongType { .. } => Some("write a value of that type, or leave it out"),
            Self::NotANumber { .. } => Some("write a number, or leave the field out"),
            Self::SeveralQuestions(error) => error.hint(),
            Self::NoQuestion { .. } => Some("name the question in every row"),
            Self::MissingField { .. } | Self::MissingCell { .. } => {
                Some("add the column, or name the column with these values")
            }
            Self::FieldCount { .. } => Some("write as many fields in each row as the header has"),
            Self::OpenQuotes => Some("close the quotes"),
            Self::FrontMatter(error) => Some(error.hint()),
            Self::Score(fault) => Some(fault.hint()),
            Self::Draft(fault) => Some(fault.hint()),
            Self::NotUtf8 { .. }
            | Self::Repeated { .. }
            | Self::Unreadable { .. }
            | Self::UnreadableFolder { .. }
            | Self::Document(_)
            | Self::FileName
            | Self::LinkToFolder
            | Self::NotAFile
            | Self::LinkOutside
            | Self::Cell { .. }
            | Self::Lost => None,
        }
    }
}

/// The message for an object without the field. Lists the fields that the object has.
fn missing_field(column: &str, present: &[String]) -> String {
    if present.is_empty() {
        return format!("the row has no `{column}` and no other field");
    }
    let quoted: Vec<String> = present.iter().map(|name| format!("`{}`", first_characters(name))).collect();
    format!("the row has no `{column}`, only {}", quoted.join(", "))
}

/// A row that cannot be used, and its location.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[error("{at}: {fault}")]
pub struct BadRow {
    /// Location of the row in its input.
    pub at: RowLocation,
    /// The reason.
    pub fault: RowFault,
}

impl BadRow {
    /// Advice on how to correct the row; `None` where the message already contains it.
    pub fn hint(&self) -> Option<&'static str> {
        self.fault.hint()
    }
}

#[cfg(test)]
mod tests {
    use gradus_core::model::non_text;

    use super::*;

    #[track_caller]
    fn check(table: Vec<(RowFault, &str, Option<&str>)>) {
        for (fault, message, hint) in table {
            assert_eq!((fault.to_string().as_str(), fault.hint()), (message, hint));
            let bad = BadRow { at: RowLocation::Line(3), fault };
            assert_eq!((bad.to_string(), bad.hint()), (format!("line 3: {message}"), hint));
            let bad = BadRow { at: RowLocation::File { number: 3, name: "a/b.md".to_owned() }, ..bad };
            assert_eq!((bad.to_string(), bad.hint()), (format!("a/b.md: {message}"), hint));
        }
    }

    #[test]
    fn faults_of_values_have_messages_and_advice() {
        let column = || "score".to_owned();
        let present = |names: &[&str]| names.iter().map(ToString::to_string).collect::<Vec<_>>();
        let message = || "x".to_owned();
        let add = Some("add the column, or name the column with these values");
        check(vec![
            (
                RowFault::TooLong { mebibytes: 16 },
                "the row is longer than 16 MiB",
                Some("shorten the row, or split it"),
            ),
            (RowFault::NotUtf8 { valid: 11 }, "not UTF-8 from byte 12 on: save it as UTF-8", None),
            (
                RowFault::NotJson { message: message(), column: 3 },
                "not valid JSON: x at column 3",
                Some("write one JSON object per line"),
            ),
            (RowFault::JsonValue { message: message() }, "x", Some("write one JSON object per line")),
            (RowFault::Repeated { column: column() }, "`score` occurs more than once: keep one of them", None),
            (
                RowFault::WrongType { column: column(), found: "null", expected: "text" },
                "`score` is null; expected text",
                Some("write text in quotes"),
            ),
            (
                RowFault::WrongType { column: "credits".to_owned(), found: "text", expected: "an object" },
                "`credits` is text; expected an object",
                Some("write a value of that type, or leave it out"),
            ),
            (
                RowFault::NotANumber { column: column(), found: "`high`".to_owned() },
                "`score` is `high`; expected a number",
                Some("write a number, or leave the field out"),
            ),
            (
                RowFault::MissingField { column: column(), present: present(&["a", "b"]) },
                "the row has no `score`, only `a`, `b`",
                add,
            ),
            (
                RowFault::MissingField { column: column(), present: Vec::new() },
                "the row has no `score` and no other field",
                add,
            ),
            (RowFault::MissingCell { column: column() }, "the row has no `score`", add),
            (
                RowFault::NoQuestion { column: "q".to_owned() },
                "no `q`: the row names no question",
                Some("name the question in every row"),
            ),
            (
                RowFault::FieldCount { found: 1, expected: 2 },
                "the row has 1 field, but the header has 2",
                Some("write as many fields in each row as the header has"),
            ),
            (RowFault::OpenQuotes, "the file ends in the middle of this row, inside quotes", Some("close the quotes")),
        ]);
    }

    #[test]
    fn faults_of_files_questions_and_scores_have_messages_and_advice() {
        let message = || "x".to_owned();
        let pdf = non_text(b"%PDF-1.4\n").expect("a document");
        check(vec![
            (
                RowFault::SeveralQuestions(FindError::SharedWording { ids: vec!["a".to_owned(), "b".to_owned()] }),
                "this is a wording of a and of b",
                Some("name the question by its id"),
            ),
            (RowFault::Unreadable { message: message() }, "it cannot be read: x", None),
            (RowFault::UnreadableFolder { message: message() }, "this folder cannot be read: x", None),
            (RowFault::Document(pdf), "it is a PDF document: save it as plain text in UTF-8", None),
            (RowFault::FileName, "the name of the file is not UTF-8: rename it", None),
            (
                FrontMatterError::NotToml { line: 3, message: message() }.into(),
                "line 3: the front matter is not valid TOML: x",
                Some("write `question = \"<id>\"` between the two `+++` lines"),
            ),
            (RowFault::LinkToFolder, "it is a link to a folder; such links are not followed: copy the folder", None),
            (RowFault::NotAFile, "it is not a regular file: remove it, or copy its content into a regular file", None),
            (
                RowFault::LinkOutside,
                "it is a link to a file outside the input folder; such links are not followed: copy the file",
                None,
            ),
            (RowFault::Cell { reason: message() }, "x", None),
            (
                ScoreFault::Score { score: 9.0, max_score: 4.0 }.into(),
                "the score is 9; expected 0 to 4",
                Some("use scores from 0 to `max_score`, and a `max_score` above 0"),
            ),
            (DraftFault::EmptyId.into(), "the id is empty", Some("give the question an id")),
            (RowFault::Lost, "the row was not read: report this as a fault", None),
        ]);
    }
}
