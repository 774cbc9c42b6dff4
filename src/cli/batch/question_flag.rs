//! Decides whether `--question NAME` of `batch` is a column of the input, or the question of rows without a question.
//!
//! A column with exactly this name takes precedence, because a heading can look like the wording of a question. Then
//! follow the id of a question, a column that differs only in case, and a wording.

use std::fs;
use std::path::Path;

use crate::batch::{self, Input};
use crate::cli::files::is_stream;
use crate::cli::hints::advised;
use crate::cli::printer::Printer;
use crate::model::QuestionMatch;
use crate::questions::Questions;

/// Maximum number of columns that an error lists.
const LISTED: usize = 20;

/// The result of the decision.
pub(super) struct QuestionFlag<'a> {
    /// The question of rows without a question, as given by the flag.
    pub(super) otherwise: Option<&'a str>,
    /// The opened input, if it cannot be opened a second time.
    pub(super) opened: Option<Input>,
}

impl<'a> QuestionFlag<'a> {
    /// Decides about `name` for the input at `path`. `open` opens it with the usual columns; rows need not name their
    /// question.
    ///
    /// # Errors
    /// When `name` is neither a column nor the id or wording of a question, or the input cannot be read.
    pub(super) fn settle(
        name: Option<&'a str>,
        path: &Path,
        questions: &Questions,
        open: impl FnOnce() -> anyhow::Result<Input>,
        printer: &Printer,
    ) -> anyhow::Result<Self> {
        let Some(name) = name else { return Ok(Self { otherwise: None, opened: None }) };
        if path.is_dir() {
            let note = as_question(name, questions)
                .map_err(|reason| anyhow::anyhow!("--question {}: {reason}", shown(name)))?;
            printer.note(&note);
            return Ok(Self { otherwise: Some(name), opened: None });
        }
        let mut input = open()?;
        let columns = input.column_names();
        let meaning = Meaning::of(name, &columns, input.is_table(), questions);
        let is_reopened = !is_stream(path) && fs::metadata(path).is_ok_and(|about| about.is_file());
        let otherwise = match meaning {
            Ok(Meaning::Column(note)) => {
                printer.note(&note);
                if !is_reopened {
                    input.take_question_from(name)?;
                }
                None
            }
            Ok(Meaning::Question(note)) => {
                printer.note(&note);
                Some(name)
            }
            Err(reason) => {
                let message = format!("--question {}: {reason}", shown(name));
                return Err(advised(message, format!("the columns of {} are {}", input.name(), listed(&columns))));
            }
        };
        Ok(Self { otherwise, opened: (!is_reopened).then_some(input) })
    }
}

/// The meaning of a name, with a note for the user.
enum Meaning {
    Column(String),
    Question(String),
}

impl Meaning {
    fn of(name: &str, columns: &[String], is_table: bool, questions: &Questions) -> Result<Self, String> {
        let column = |note: &str| Self::Column(format!("--question {} is a column{note}", shown(name)));
        let is_id = questions.bank().entry(name).is_ok();
        if columns.iter().any(|column| column == name) {
            let also = if is_id { " of the input; it is also the id of a question" } else { " of the input" };
            return Ok(column(also));
        }
        // An input without rows shows no fields.
        if !is_id && (columns.is_empty() || is_table && columns.iter().any(|column| column.eq_ignore_ascii_case(name)))
        {
            return Ok(column(" of the input"));
        }
        let question = as_question(name, questions);
        question.map(Self::Question).map_err(|reason| format!("not a column of the input, and {reason}"))
    }
}

/// A note that names the question of `name`.
///
/// # Errors
/// With the reason why it is not a question.
fn as_question(name: &str, questions: &Questions) -> Result<String, String> {
    let found = questions.by_name(name);
    let found = found.as_ref().as_ref().map_err(|error| batch::no_question_reason(error, Some(name), "question"))?;
    let id = &questions.prepare(found).map_err(|error| error.to_string())?.question().id;
    let how = match &found.matched {
        QuestionMatch::Wording { .. } => format!("a wording of question {id}"),
        QuestionMatch::Similar { similarity, .. } => {
            format!("similar to the wordings of question {id} (similarity {similarity})")
        }
        QuestionMatch::Id | QuestionMatch::Only | QuestionMatch::Answer { .. } => "the id of a question".to_owned(),
    };
    Ok(format!("--question {} is {how}", shown(name)))
}

fn shown(name: &str) -> String {
    format!("`{}`", QuestionMatch::shortened_wording(name))
}

fn listed(columns: &[String]) -> String {
    let names: Vec<String> = columns.iter().take(LISTED).map(|name| shown(name)).collect();
    names.join(", ")
}
