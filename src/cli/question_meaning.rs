//! Decides whether `--question NAME` is a column of the input, or the question of rows without a question.
//!
//! A column with exactly this name takes precedence, because a heading can look like the wording of a question. Then
//! follow the id of a question, a column that differs only in case, and a wording. All commands that read rows use this
//! decision and print its note.

use super::hints::advised;
use super::printer::Printer;
use crate::batch;
use crate::model::QuestionMatch;
use crate::questions::Questions;

/// Maximum number of columns that an error lists.
const LISTED: usize = 20;

/// The meaning of the name after `--question`.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum QuestionMeaning<'q> {
    /// The column that names the question of each row.
    Column,
    /// The id of the question of rows without a question.
    Question(&'q str),
}

/// The columns of an input before its first row is read.
pub(super) struct InputColumns<'a> {
    /// Name of the input for messages.
    pub(super) input: &'a str,
    /// Empty if the input has no rows.
    pub(super) names: &'a [String],
    /// Whether case does not matter in the names.
    pub(super) is_table: bool,
}

impl<'q> QuestionMeaning<'q> {
    /// Decides about `name` and prints a note. A folder has no `columns`.
    ///
    /// # Errors
    /// When `name` is neither a column nor the id or wording of a question.
    pub(super) fn of(
        name: &str,
        columns: Option<&InputColumns<'_>>,
        questions: &'q Questions,
        printer: &Printer,
    ) -> anyhow::Result<Self> {
        let (meaning, note) = match columns {
            None => as_question(name, questions)
                .map_err(|reason| anyhow::anyhow!("--question {}: {reason}", shown(name)))?,
            Some(columns) => decide(name, columns, questions).map_err(|reason| {
                let message = format!("--question {}: not a column of the input, and {reason}", shown(name));
                advised(message, format!("the columns of {} are {}", columns.input, listed(columns.names)))
            })?,
        };
        printer.note(&note);
        Ok(meaning)
    }
}

/// The meaning of `name`, with a note for the user.
///
/// # Errors
/// With the reason why it is not a question, if it is not a column either.
fn decide<'q>(
    name: &str,
    columns: &InputColumns<'_>,
    questions: &'q Questions,
) -> Result<(QuestionMeaning<'q>, String), String> {
    let InputColumns { names, is_table, .. } = *columns;
    let column =
        |also: &str| (QuestionMeaning::Column, format!("--question {} is a column of the input{also}", shown(name)));
    let is_id = questions.bank().entry(name).is_ok();
    if names.iter().any(|column| column == name) {
        return Ok(column(if is_id { "; it is also the id of a question" } else { "" }));
    }
    // An input without rows shows no fields.
    if !is_id && (names.is_empty() || is_table && names.iter().any(|column| column.eq_ignore_ascii_case(name))) {
        return Ok(column(""));
    }
    as_question(name, questions)
}

/// The question of `name`, with a note for the user.
///
/// # Errors
/// With the reason why it is not a question.
fn as_question<'q>(name: &str, questions: &'q Questions) -> Result<(QuestionMeaning<'q>, String), String> {
    let found = questions.by_name(name);
    let found = found.as_ref().as_ref().map_err(|error| batch::no_question_reason(error, Some(name), "question"))?;
    let id = questions.prepare(found).map_err(|error| error.to_string())?.question().id.as_str();
    let how = match &found.matched {
        QuestionMatch::Wording { .. } => format!("a wording of question {id}"),
        QuestionMatch::Similar { similarity, .. } => {
            format!("similar to the wordings of question {id} (similarity {similarity})")
        }
        QuestionMatch::Id | QuestionMatch::Only | QuestionMatch::Answer { .. } => "the id of a question".to_owned(),
    };
    Ok((QuestionMeaning::Question(id), format!("--question {} is {how}", shown(name))))
}

/// A name in backquotes, shortened for messages.
pub(super) fn shown(name: &str) -> String {
    format!("`{}`", QuestionMatch::shortened_wording(name))
}

/// The first names, for messages.
pub(super) fn listed(columns: &[String]) -> String {
    let names: Vec<String> = columns.iter().take(LISTED).map(|name| shown(name)).collect();
    names.join(", ")
}
