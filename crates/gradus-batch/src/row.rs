//! A row of input: an answer, what it is called, and what it answers.
//!
//! Whatever a row came from, it is told the same way. What is wrong with a row stays with the row.

use std::borrow::Cow;

use gradus_core::model::CarriedValue;

/// Which columns hold what.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Columns {
    /// The answer's id; the row's number where there is none.
    pub id: String,
    /// Whether a table without that column is none that was meant.
    pub is_id_needed: bool,
    /// The question: an id, or its wording.
    pub question: String,
    /// The answer itself.
    pub answer: String,
    /// What is carried through, in this order.
    pub keep: Vec<String>,
}

impl Default for Columns {
    fn default() -> Self {
        let [id, question, answer] = ["id", "question", "answer"].map(str::to_owned);
        Self { id, is_id_needed: false, question, answer, keep: Vec::new() }
    }
}

/// A row as it was given.
#[derive(Debug, Clone, PartialEq)]
pub struct Row<'a> {
    /// Line of the file it begins at, from 1; its place in a folder.
    pub line: u64,
    /// What it is called, where it says so.
    pub id: Option<Cow<'a, str>>,
    /// The question as it names it; `None` where it names none.
    pub question: Option<Cow<'a, str>>,
    /// The answer, or why there is none to grade.
    pub answer: Result<Cow<'a, str>, String>,
    /// Byte of the answer at which the person's own words begin.
    pub body: usize,
    /// What is carried through, as many as [`Columns::keep`] names.
    pub kept: Vec<CarriedValue<'a>>,
}

impl Row<'_> {
    /// A row that cannot be used at all.
    pub(super) fn faulty(line: u64, columns: &Columns, reason: String) -> Self {
        let kept = vec![CarriedValue::Absent; columns.keep.len()];
        Self { line, id: None, question: None, answer: Err(reason), body: 0, kept }
    }

    /// The same row, holding all its texts.
    #[cfg(test)]
    pub(super) fn into_owned(self) -> Row<'static> {
        fn own(text: Cow<'_, str>) -> Cow<'static, str> {
            Cow::Owned(text.into_owned())
        }
        let kept = self.kept.into_iter().map(|kept| match kept {
            CarriedValue::Absent => CarriedValue::Absent,
            CarriedValue::Text(text) => CarriedValue::Text(own(text)),
            CarriedValue::Json(text) => CarriedValue::Json(own(text)),
        });
        Row {
            line: self.line,
            id: self.id.map(own),
            question: self.question.map(own),
            answer: self.answer.map(own),
            body: self.body,
            kept: kept.collect(),
        }
    }
}

/// A text of at most 60 characters: a longer one is cut and ends with `…`.
pub fn short(text: &str) -> Cow<'_, str> {
    const MOST: usize = 60;
    match text.char_indices().nth(MOST) {
        None => Cow::Borrowed(text),
        Some((end, _)) => Cow::Owned(format!("{}…", &text[..end])),
    }
}

/// The reason for bytes that are not UTF-8 text after the first `valid` bytes.
pub(super) fn not_utf8(valid: usize) -> String {
    format!("not UTF-8 from byte {} on: save it as UTF-8", valid + 1)
}

/// The reason for a value of another type than its column may have.
pub(super) fn wrong_type(column: &str, found: &str, expected: &str) -> String {
    format!("`{}` is {found}; expected {expected}", short(column))
}

/// The type that an answer and the name of a question have.
pub(super) const TEXT: &str = "text";
/// The types that an id may have.
pub(super) const TEXT_OR_NUMBER: &str = "text or a number";
