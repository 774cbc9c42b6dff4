//! Rows that go through together, still as they stood in the input.

use super::json;
use super::limits::too_long;
use super::lines::Lines;
use super::table::{Places, Records};
use crate::batch::row::{Columns, Row};

/// Rows that go through together. Buffers are kept when it is filled again.
#[derive(Debug, Default)]
pub(in crate::batch) struct Block {
    pub(super) lines: Lines,
    pub(super) records: Records,
    pub(super) places: Option<Places>,
    pub(super) rows: Vec<Row<'static>>,
    /// Rows at the beginning that were dealt with already.
    done: usize,
}

impl Block {
    pub(super) fn clear(&mut self) {
        self.lines.clear();
        self.records.clear();
        self.rows.clear();
        self.done = 0;
    }

    /// How many rows there are to deal with.
    pub(in crate::batch) fn len(&self) -> usize {
        self.lines.len() + self.records.len() + self.rows.len() - self.done
    }

    /// Passes over rows at the beginning.
    pub(in crate::batch) fn skip(&mut self, rows: usize) {
        self.done += rows;
    }

    /// One of the rows.
    pub(in crate::batch) fn row<'a>(&'a self, place: usize, columns: &Columns) -> Row<'a> {
        let place = place + self.done;
        if let Some(places) = &self.places {
            return self.records.row(place, places, columns);
        }
        match self.rows.get(place) {
            Some(row) => row.clone(),
            None => match self.lines.get(place) {
                (line, Some(bytes)) => json::row(line, bytes, columns),
                (line, None) => Row::faulty(line, columns, too_long()),
            },
        }
    }
}
