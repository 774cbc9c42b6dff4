//! Finds the question of a row: by the name in the row, by the answer, or because the bank has only one question.
//!
//! A row without a question gets a reason in one line, which becomes part of its result.

use std::borrow::Cow;
use std::sync::Arc;

use gradus_core::bank::BankError;
use gradus_core::questions::{FindError, FoundQuestion, PreparedQuestion, Questions};

use super::row::first_characters;

/// Answers with fewer words do not show which question they answer.
const FEWEST_WORDS: usize = 8;

/// The question that was found for a row, or why there is none. Rows with the same name share it.
pub(crate) type RowQuestion = Arc<Result<FoundQuestion, FindError>>;

/// The reason why a row has no question, in one line.
pub(super) struct NoQuestion(pub(super) String);

/// Finds the question with the id or wording `name`. Without a name it is found by `answer`, which is given for rows of
/// a folder only.
pub(super) fn find(questions: &Questions, name: Option<&str>, answer: Option<&str>) -> RowQuestion {
    match (name, answer) {
        (Some(name), _) => questions.by_name(name),
        (None, Some(answer)) => Arc::new(by_answer(questions, answer)),
        (None, None) if questions.bank().entries().len() == 1 => Arc::new(questions.by_answer("")),
        (None, None) => Arc::new(Err(FindError::Unnamed)),
    }
}

fn by_answer(questions: &Questions, answer: &str) -> Result<FoundQuestion, FindError> {
    let has_few_words = !answer.trim().is_empty() && answer.split_whitespace().nth(FEWEST_WORDS).is_none();
    if has_few_words && questions.bank().entries().len() != 1 {
        return Err(FindError::TooFewWords);
    }
    questions.by_answer(answer)?.unless_ambiguous(questions)
}

/// The question that was found, prepared, or the reason why there is none. `name` is the name in the row, and `column`
/// the column for such names.
pub(super) fn prepared<'q>(
    questions: &'q Questions,
    found: &RowQuestion,
    name: Option<&str>,
    column: &str,
) -> Result<&'q PreparedQuestion, NoQuestion> {
    let found = found.as_ref().as_ref().map_err(|error| NoQuestion(no_question_reason(error, name, column)))?;
    questions.prepare(found).map_err(|error| NoQuestion(one_line(&error)))
}

/// Whether a row names a question that the bank does not have.
pub(super) fn is_unknown(found: Option<&RowQuestion>) -> bool {
    let error = found.and_then(|found| found.as_ref().as_ref().err());
    matches!(error, Some(FindError::Bank(BankError::UnknownQuestion { .. })))
}

/// The reason why a row has no question, in one line. `name` is the name in the row, and `column` the column for such
/// names.
pub fn no_question_reason(error: &FindError, name: Option<&str>, column: &str) -> String {
    match error {
        FindError::Bank(error @ (BankError::UnknownQuestion { .. } | BankError::Ambiguous { .. })) => {
            match first_characters(name.unwrap_or_default().trim()) {
                Cow::Borrowed(_) => one_line(error),
                Cow::Owned(short) => format!("no question `{short}`"),
            }
        }
        FindError::Unnamed => format!("no `{column}`: the row names no question"),
        FindError::Bank(error) => one_line(error),
        FindError::SharedWording { .. } | FindError::Ambiguous { .. } => {
            format!("{error}: {}", error.hint().unwrap_or_default())
        }
        FindError::NotSimilar { .. } | FindError::TooFewWords | FindError::NoWords => error.to_string(),
    }
}

fn one_line(error: &BankError) -> String {
    error.hint().map_or_else(|| error.to_string(), |hint| format!("{error}; {hint}"))
}
