//! Rows of answers from a Parquet file.

use std::borrow::Cow;
use std::fs::File;
use std::hash::Hasher as _;

use super::{Cell, ReadError, Rows, Table};
use crate::batch::row::{Columns, Row};
use crate::model::Kept;

/// Reads rows of answers.
pub(in crate::batch) struct ParquetReader {
    rows: Rows,
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
    pub(in crate::batch) fn new(file: File, columns: &Columns, is_named: bool) -> Result<Self, ReadError> {
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
        let rows = table.read(&wanted)?;
        Ok(Self { rows, size, next: 0, id, question, answer: 0, kept, checksum: crc32fast::Hasher::new(), bytes: 0 })
    }

    /// How many rows there are.
    pub(in crate::batch) fn size(&self) -> u64 {
        self.size
    }

    /// What was read, in short: its length and a checksum.
    pub(in crate::batch) fn summed_up(&self) -> (u64, u32) {
        (self.bytes, self.checksum.clone().finalize())
    }

    /// Adds the next rows.
    pub(in crate::batch) fn fill(&mut self, rows: &mut Vec<Row<'static>>, most: usize) -> Result<(), ReadError> {
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
        let kept = cells.split_off(self.kept).into_iter().map(|cell| match cell {
            Cell::Missing | Cell::Bad(_) => Kept::Absent,
            Cell::Text(text) => Kept::Text(Cow::Owned(text)),
            Cell::Number(json) | Cell::Other(json) => Kept::Json(Cow::Owned(json)),
            Cell::Bool(truth) => Kept::Json(Cow::Borrowed(if truth { "true" } else { "false" })),
        });
        let kept = kept.collect();
        let named = |place: Option<usize>| {
            let text = shown(cells.get(place?)?);
            (!text.trim().is_empty()).then(|| Cow::Owned(text.into_owned()))
        };
        let answer = match &cells[self.answer] {
            Cell::Bad(reason) => Err(reason.clone()),
            cell => Ok(Cow::Owned(shown(cell).into_owned())),
        };
        Row { line: self.next, id: named(self.id), question: named(self.question), answer, body: 0, kept }
    }
}

/// A cell as text; nothing where there is none.
fn shown(cell: &Cell) -> Cow<'_, str> {
    match cell {
        Cell::Missing | Cell::Bad(_) => Cow::Borrowed(""),
        Cell::Text(text) | Cell::Number(text) | Cell::Other(text) => Cow::Borrowed(text),
        Cell::Bool(truth) => Cow::Borrowed(if *truth { "true" } else { "false" }),
    }
}
