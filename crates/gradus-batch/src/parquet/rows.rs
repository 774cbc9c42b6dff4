//! Rows of answers from a Parquet file.

use std::borrow::Cow;
use std::fs::File;
use std::hash::Hasher as _;

use super::{Cell, ReadError, Rows, Table};
use crate::row::{Columns, Row, TEXT, TEXT_OR_NUMBER, wrong_type};
use gradus_core::model::CarriedValue;

/// Reads rows of answers.
pub(crate) struct ParquetReader {
    rows: Rows,
    columns: Columns,
    names: Vec<String>,
    size: u64,
    next: u64,
    /// Which of the wanted columns is which; those that are kept come last.
    id: Option<usize>,
    question: Option<usize>,
    answer: usize,
    kept: usize,
    checksum: crc32fast::Hasher,
    bytes: u64,
}

impl ParquetReader {
    /// Finds the columns; that of the question may be missing where rows need not name it.
    pub(crate) fn new(file: File, columns: &Columns, is_named: bool) -> Result<Self, ReadError> {
        let table = Table::open(file)?;
        let size = table.rows();
        let mut wanted = vec![table.need(&columns.answer)?];
        let mut optional = |place: Option<usize>| {
            wanted.extend(place);
            place.map(|_| wanted.len() - 1)
        };
        let id = optional(table.find(&columns.id)?);
        let question = if is_named { table.find(&columns.question)? } else { Some(table.need(&columns.question)?) };
        let question = optional(question);
        let kept = wanted.len();
        for name in &columns.keep {
            wanted.push(table.need(name)?);
        }
        let names = table.names().to_vec();
        let rows = table.read(&wanted)?;
        Ok(Self {
            rows,
            columns: columns.clone(),
            names,
            size,
            next: 0,
            id,
            question,
            answer: 0,
            kept,
            checksum: crc32fast::Hasher::new(),
            bytes: 0,
        })
    }

    /// The names of all columns of the file.
    pub(crate) fn names(&self) -> &[String] {
        &self.names
    }

    /// How many rows there are.
    pub(crate) fn size(&self) -> u64 {
        self.size
    }

    /// What was read, in short: its length and a checksum.
    pub(crate) fn summed_up(&self) -> (u64, u32) {
        (self.bytes, self.checksum.clone().finalize())
    }

    /// Adds the next rows.
    pub(crate) fn fill(&mut self, rows: &mut Vec<Row<'static>>, most: usize) -> Result<(), ReadError> {
        for cells in self.rows.next_batch(most)? {
            self.next += 1;
            for cell in &cells {
                let text = shown(cell);
                self.checksum.write(text.as_bytes());
                self.checksum.write(&[0]);
                self.bytes += text.len() as u64 + 1;
            }
            rows.push(self.row(cells));
        }
        Ok(())
    }

    fn row(&self, mut cells: Vec<Cell>) -> Row<'static> {
        let kept = cells.split_off(self.kept.min(cells.len())).into_iter().map(|cell| match cell {
            Cell::Missing | Cell::Bad(_) => CarriedValue::Absent,
            Cell::Text(text) | Cell::Formatted(text) => CarriedValue::Text(Cow::Owned(text)),
            Cell::Number(json) | Cell::Other(json) => CarriedValue::Json(Cow::Owned(json)),
            Cell::Bool(truth) => CarriedValue::Json(Cow::Borrowed(if truth { "true" } else { "false" })),
        });
        let kept = kept.collect();
        let name = |place: Option<usize>, column: &str, expected: &str| {
            place.and_then(|place| cells.get(place)).map_or(Ok(None), |cell| name(cell, column, expected))
        };
        let id = name(self.id, &self.columns.id, TEXT_OR_NUMBER);
        let question = name(self.question, &self.columns.question, TEXT);
        let answer = match cells.get(self.answer) {
            Some(Cell::Text(text)) => Ok(Cow::Owned(text.clone())),
            Some(Cell::Bad(reason)) => Err(reason.clone()),
            Some(cell) => Err(wrong_type(&self.columns.answer, kind(cell), TEXT)),
            None => Err(format!("the row has no `{}`", self.columns.answer)),
        };
        let names_are_good = question.as_ref().err().or(id.as_ref().err()).map_or(Ok(()), |fault| Err(fault.clone()));
        let answer = answer.and_then(|text| names_are_good.map(|()| text));
        let (id, question) = (id.unwrap_or_default(), question.unwrap_or_default());
        Row { line: self.next, id, question, answer, body: 0, kept }
    }
}

/// The name in a cell; `None` where it is empty.
fn name(cell: &Cell, column: &str, expected: &str) -> Result<Option<Cow<'static, str>>, String> {
    match cell {
        Cell::Missing => Ok(None),
        Cell::Text(text) | Cell::Formatted(text) | Cell::Number(text) => {
            Ok((!text.trim().is_empty()).then(|| Cow::Owned(text.clone())))
        }
        Cell::Bool(_) | Cell::Other(_) => Err(wrong_type(column, kind(cell), expected)),
        Cell::Bad(reason) => Err(format!("`{column}`: {reason}")),
    }
}

/// The type of a cell, for messages.
fn kind(cell: &Cell) -> &'static str {
    match cell {
        Cell::Missing => "null",
        Cell::Text(_) => TEXT,
        Cell::Formatted(_) => "a date, a time or a UUID",
        Cell::Number(_) => "a number",
        // A number that JSON has none for: `"NaN"`.
        Cell::Other(json) if json.starts_with('"') => "a number",
        Cell::Bool(_) => "a boolean",
        Cell::Other(_) => "a list, a map or a group",
        Cell::Bad(_) => "damaged",
    }
}

/// A cell as text; nothing where there is none.
fn shown(cell: &Cell) -> Cow<'_, str> {
    match cell {
        Cell::Missing | Cell::Bad(_) => Cow::Borrowed(""),
        Cell::Text(text) | Cell::Formatted(text) | Cell::Number(text) | Cell::Other(text) => Cow::Borrowed(text),
        Cell::Bool(truth) => Cow::Borrowed(if *truth { "true" } else { "false" }),
    }
}
