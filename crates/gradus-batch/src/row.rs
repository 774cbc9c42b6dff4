//! [`Row`]: an answer with its id and question, as every input format gives it.
//!
//! A row that cannot be used carries the reason instead of its answer, so that one bad row does not end a run. The
//! formats are read in `input`.

use std::borrow::Cow;

use gradus_core::model::CarriedValue;

/// The columns of an input.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Columns {
    /// Column with the id of the answer. A row without an id is named after its number.
    pub id: String,
    /// Whether an input without the id column is refused.
    pub requires_id: bool,
    /// Column with the question: an id or a wording.
    pub question: String,
    /// Column with the answer.
    pub answer: String,
    /// Columns that are copied to the results, in this order.
    pub keep: Vec<String>,
}

impl Default for Columns {
    fn default() -> Self {
        let [id, question, answer] = ["id", "question", "answer"].map(str::to_owned);
        Self { id, requires_id: false, question, answer, keep: Vec::new() }
    }
}

impl Columns {
    /// The column of the id, if the caller named it.
    pub(super) fn id_if_required(&self) -> Option<&String> {
        self.requires_id.then_some(&self.id)
    }

    /// The columns that at least one row of an input without a heading must have.
    pub(super) fn required_in_rows(&self) -> Vec<String> {
        [&self.answer].into_iter().chain(self.id_if_required()).chain(&self.keep).cloned().collect()
    }
}

/// A row of an input.
#[derive(Debug, Clone, PartialEq)]
pub struct Row<'a> {
    /// First line of the row in its file, from 1; the number of the file in a folder.
    pub line: u64,
    /// Id of the answer, if the row has one.
    pub id: Option<Cow<'a, str>>,
    /// The question as the row names it; `None` if it names none.
    pub question: Option<Cow<'a, str>>,
    /// The answer, or the reason why it cannot be graded.
    pub answer: Result<Cow<'a, str>, String>,
    /// Byte of the answer at which the answer proper starts, after front matter.
    pub body: usize,
    /// The values of [`Columns::keep`], in the same order.
    pub kept: Vec<CarriedValue<'a>>,
}

impl Row<'_> {
    /// A row that cannot be read: the reason takes the place of the answer.
    pub(super) fn faulty(line: u64, columns: &Columns, reason: String) -> Self {
        let kept = vec![CarriedValue::Absent; columns.keep.len()];
        Self { line, id: None, question: None, answer: Err(reason), body: 0, kept }
    }

    /// The same row with owned texts.
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

/// The first 60 characters of a text, with `…` after them if it is longer. The keys of rows without a grade depend on
/// every byte of it, so it is not [`gradus_core::wording::shortened`], which counts graphemes.
pub fn first_characters(text: &str) -> Cow<'_, str> {
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
    format!("`{}` is {found}; expected {expected}", first_characters(column))
}

/// The type that an answer and the name of a question have.
pub(super) const TEXT: &str = "text";
/// The types that an id may have.
pub(super) const TEXT_OR_NUMBER: &str = "text or a number";
/// The types that a value by which answers are grouped may have.
pub(super) const TEXT_NUMBER_OR_BOOLEAN: &str = "text, a number or a boolean";
