//! A block of rows, still in the form in which they were read.

use super::fault::RowFault;
use super::json;
use super::limits::too_long;
use super::lines::Lines;
use super::records::{Places, Records};
use crate::row::{Columns, Row};

/// A block of rows. Its buffers are kept when it is filled again.
#[derive(Debug, Default)]
pub(crate) struct Block {
    pub(super) lines: Lines,
    pub(super) records: Records,
    pub(super) places: Option<Places>,
    pub(super) rows: Vec<Row<'static>>,
    /// Number of rows at the start that were processed already.
    done: usize,
}

impl Block {
    pub(super) fn clear(&mut self) {
        self.lines.clear();
        self.records.clear();
        self.rows.clear();
        self.done = 0;
    }

    /// The number of rows left to process.
    pub(crate) fn len(&self) -> usize {
        self.lines.len() + self.records.len() + self.rows.len() - self.done
    }

    /// Skips rows at the start.
    pub(crate) fn skip(&mut self, rows: usize) {
        self.done += rows;
    }

    /// The row at an index, counted from the first row that was not skipped.
    pub(crate) fn row<'a>(&'a self, place: usize, columns: &Columns) -> Row<'a> {
        let place = place + self.done;
        let row = match &self.places {
            Some(places) => self.records.row(place, places, columns),
            None => self.rows.get(place).cloned().or_else(|| {
                let line = self.lines.get(place)?;
                let fault = (!line.whole).then(too_long);
                Some(json::row(line.number, line.bytes, columns, fault))
            }),
        };
        row.unwrap_or_else(|| Row::faulty(0, columns, RowFault::Lost.to_string()))
    }
}
