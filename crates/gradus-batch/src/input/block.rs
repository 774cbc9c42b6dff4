//! Rows that go through together, still as they stood in the input.

use super::json;
use super::limits::too_long;
use super::lines::Lines;
use super::records::{Places, Records};
use crate::row::{Columns, Row};

/// Rows that go through together. Buffers are kept when it is filled again.
#[derive(Debug, Default)]
pub(crate) struct Block {
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
    pub(crate) fn len(&self) -> usize {
        self.lines.len() + self.records.len() + self.rows.len() - self.done
    }

    /// Passes over rows at the beginning.
    pub(crate) fn skip(&mut self, rows: usize) {
        self.done += rows;
    }

    /// One of the rows.
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
        row.unwrap_or_else(|| Row::faulty(0, columns, "the row was not read: report this as a fault".to_owned()))
    }
}
