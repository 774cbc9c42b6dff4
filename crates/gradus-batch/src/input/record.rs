//! A row as a record: values of named columns, whatever the input format.
//!
//! The accessors decide which types a column may have, and report a value of another type as a fault of the row.

use std::collections::HashMap;

use serde_json::Value;

use super::fault::RowFault;
use crate::row::{TEXT, TEXT_NUMBER_OR_BOOLEAN, TEXT_OR_NUMBER};
use gradus_core::model::RowLocation;

/// The columns that the caller wants.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RecordColumns {
    /// Columns that the heading of a table must have.
    pub required: Vec<String>,
    /// Columns that may be missing.
    pub optional: Vec<String>,
    /// Columns that at least one row of JSON lines and folders must have, because these have no heading: the columns that
    /// the caller named, and others without which no row can be used.
    pub named: Vec<String>,
    /// Columns whose names start with this are read too.
    pub prefix: Option<String>,
}

impl RecordColumns {
    /// All columns with a fixed name.
    pub(super) fn named(&self) -> impl Iterator<Item = &str> {
        self.required.iter().chain(&self.optional).map(String::as_str)
    }

    /// Whether a column is read.
    pub(super) fn has(&self, name: &str) -> bool {
        self.named().any(|known| known == name) || self.has_prefix(name)
    }

    /// Whether a column is read because of how its name starts.
    fn has_prefix(&self, name: &str) -> bool {
        self.prefix.as_deref().is_some_and(|prefix| name.starts_with(prefix))
    }

    /// The positions and names of the columns of a heading that start with the prefix, without those in `named`, the
    /// positions of columns with a fixed name.
    ///
    /// # Errors
    /// With the name that two columns have.
    pub(super) fn prefixed(
        &self,
        heading: &[String],
        named: &[(usize, String)],
    ) -> Result<Vec<(usize, String)>, String> {
        let mut known: HashMap<&str, usize> = named.iter().map(|(at, name)| (name.as_str(), *at)).collect();
        let mut prefixed = Vec::new();
        for (at, name) in heading.iter().enumerate().filter(|(_, name)| self.has_prefix(name)) {
            match known.insert(name, at) {
                None => prefixed.push((at, name.clone())),
                // The caller may name such a column too, for example as the column of scores.
                Some(same) if same == at => {}
                Some(_) => return Err(name.clone()),
            }
        }
        Ok(prefixed)
    }
}

/// The value of one column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Field {
    /// `null`, or an empty cell of a Parquet file.
    Null,
    /// Text; every cell of a CSV or TSV table is text.
    Text(String),
    /// A number as it is written, because a number type might lose digits.
    Number(String),
    /// A boolean, an array or an object, as JSON text.
    Json(String),
}

impl Field {
    /// The type of the value, for messages.
    fn kind(&self) -> &'static str {
        match self {
            Self::Null => "null",
            Self::Text(_) => TEXT,
            Self::Number(_) => "a number",
            Self::Json(json) => match json.as_bytes().first() {
                Some(b'[') => "an array",
                Some(b'{') => "an object",
                // Parquet has numbers that JSON cannot write: `"NaN"`.
                Some(b'"') => "a number",
                _ => "a boolean",
            },
        }
    }
}

/// One row: the values of the requested columns that the row has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Record {
    /// Location of the row in its input.
    pub at: RowLocation,
    pub(super) fields: Vec<(String, Field)>,
    /// Names that the row has, for messages; empty where the row has all required columns, or a missing column is a
    /// fault of the whole input.
    pub(super) present: Vec<String>,
}

impl Record {
    /// The value of a column; `None` where the row does not have it.
    pub fn get(&self, column: &str) -> Option<&Field> {
        self.fields.iter().find(|(name, _)| name == column).map(|(_, field)| field)
    }

    /// All values with their columns, in the order of the input.
    pub fn fields(&self) -> impl Iterator<Item = (&str, &Field)> {
        self.fields.iter().map(|(name, field)| (name.as_str(), field))
    }

    /// The fault of a row that does not have the column.
    pub(crate) fn missing(&self, column: &str) -> RowFault {
        RowFault::MissingField { column: column.to_owned(), present: self.present.clone() }
    }

    /// Text; `None` where it is null or missing.
    ///
    /// # Errors
    /// When the value has another type.
    pub fn text(&self, column: &str) -> Result<Option<&str>, RowFault> {
        match self.get(column) {
            None | Some(Field::Null) => Ok(None),
            Some(Field::Text(text)) => Ok(Some(text)),
            Some(other) => Err(wrong_type(column, other, TEXT)),
        }
    }

    /// Text, or a number as it is written; `None` where it is null, blank or missing.
    ///
    /// # Errors
    /// When the value has another type.
    pub fn name(&self, column: &str) -> Result<Option<&str>, RowFault> {
        match self.get(column) {
            None | Some(Field::Null) => Ok(None),
            Some(Field::Text(text) | Field::Number(text)) => {
                Ok(Some(text.as_str()).filter(|text| !text.trim().is_empty()))
            }
            Some(other) => Err(wrong_type(column, other, TEXT_OR_NUMBER)),
        }
    }

    /// Text, a number or a boolean, as it is written; `None` where it is null, blank or missing.
    ///
    /// # Errors
    /// When the value has another type.
    pub fn scalar(&self, column: &str) -> Result<Option<&str>, RowFault> {
        match self.get(column) {
            Some(other @ Field::Json(json)) if json.starts_with(['[', '{']) => {
                Err(wrong_type(column, other, TEXT_NUMBER_OR_BOOLEAN))
            }
            // The quotes are around a number that JSON cannot write.
            Some(Field::Json(json)) => Ok(Some(json.trim_matches('"'))),
            _ => self.name(column),
        }
    }

    /// A finite number, also where it is written as text; `None` where it is null, blank or missing.
    ///
    /// # Errors
    /// When the value is not a finite number.
    pub fn number(&self, column: &str) -> Result<Option<f64>, RowFault> {
        self.get(column).map_or(Ok(None), |field| number(column, field))
    }

    /// The value as JSON; `None` where it is null or missing.
    ///
    /// # Errors
    /// When the JSON cannot be decoded, as a number that is too large.
    pub fn json(&self, column: &str) -> Result<Option<Value>, RowFault> {
        let decoded =
            |json: &str| serde_json::from_str(json).map_err(|error| RowFault::JsonValue { message: error.to_string() });
        match self.get(column) {
            None | Some(Field::Null) => Ok(None),
            Some(Field::Text(text)) => Ok(Some(Value::from(text.as_str()))),
            Some(Field::Number(json) | Field::Json(json)) => decoded(json).map(Some),
        }
    }
}

/// The number in the value of a column; `None` where it is null or blank.
pub(crate) fn number(column: &str, field: &Field) -> Result<Option<f64>, RowFault> {
    let fault = |found: String| Err(RowFault::NotANumber { column: column.to_owned(), found });
    let (Field::Text(written) | Field::Number(written)) = field else {
        return if *field == Field::Null { Ok(None) } else { fault(field.kind().to_owned()) };
    };
    if written.trim().is_empty() {
        return Ok(None);
    }
    match written.trim().parse::<f64>().ok().filter(|number| number.is_finite()) {
        Some(number) => Ok(Some(number)),
        None => fault(format!("`{}`", crate::row::first_characters(written))),
    }
}

fn wrong_type(column: &str, found: &Field, expected: &'static str) -> RowFault {
    RowFault::WrongType { column: column.to_owned(), found: found.kind(), expected }
}
