//! Records of a table that are processed together. A field is looked up by its column; a record that is too
//! short or damaged has no such field, and the rest of its fields can still be read.

use std::borrow::Cow;

use crate::row::{Columns, Row, not_utf8};
use gradus_core::model::CarriedValue;

/// The position of each column in a record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Places {
    pub(super) id: Option<usize>,
    pub(super) question: Option<usize>,
    pub(super) answer: usize,
    pub(super) keep: Vec<usize>,
}

/// Records in the order of the table. All fields share one buffer.
#[derive(Debug, Default)]
pub(super) struct Records {
    fields: Vec<u8>,
    /// The end of each field, counted from the start of its record.
    ends: Vec<usize>,
    all: Vec<Record>,
}

#[derive(Debug)]
struct Record {
    line: u64,
    /// Lengths of `fields` and `ends` up to and including this record.
    until: (usize, usize),
    fault: Option<String>,
}

/// The fields of one record.
#[derive(Clone, Copy)]
struct Fields<'a> {
    bytes: &'a [u8],
    ends: &'a [usize],
}

impl<'a> Fields<'a> {
    /// The field of the column at this position; `None` where the record has no such field.
    fn bytes(self, at: usize) -> Option<&'a [u8]> {
        let start = match at.checked_sub(1) {
            Some(before) => *self.ends.get(before)?,
            None => 0,
        };
        self.bytes.get(start..*self.ends.get(at)?)
    }

    /// The same as text; `None` where it is not UTF-8.
    fn text(self, at: usize) -> Option<&'a str> {
        std::str::from_utf8(self.bytes(at)?).ok()
    }

    /// The first byte that is not UTF-8, as a message. Fields are checked one by one: two damaged fields may be
    /// valid when they are joined.
    fn utf8_fault(self) -> Option<String> {
        if self.bytes.is_ascii() {
            return None;
        }
        let mut start = 0;
        for at in 0..self.ends.len() {
            let bytes = self.bytes(at)?;
            if let Err(error) = std::str::from_utf8(bytes) {
                return Some(not_utf8(start + error.valid_up_to()));
            }
            start += bytes.len();
        }
        None
    }
}

impl Records {
    pub(super) fn clear(&mut self) {
        self.fields.clear();
        self.ends.clear();
        self.all.clear();
    }

    pub(super) fn len(&self) -> usize {
        self.all.len()
    }

    /// Size in bytes.
    pub(super) fn held(&self) -> usize {
        self.fields.len() + size_of_val(&*self.ends)
    }

    /// Adds a record with the fields that could be read, and what is wrong with it.
    pub(super) fn push(&mut self, line: u64, fields: &[u8], ends: &[usize], fault: Option<String>) {
        self.fields.extend_from_slice(fields);
        self.ends.extend_from_slice(ends);
        self.all.push(Record { line, until: (self.fields.len(), self.ends.len()), fault });
    }

    /// The record at a place as a row; `None` past the last record.
    pub(super) fn row<'a>(&'a self, place: usize, places: &Places, columns: &Columns) -> Option<Row<'a>> {
        let record = self.all.get(place)?;
        let before = place.checked_sub(1).and_then(|before| self.all.get(before));
        let (start, first) = before.map_or((0, 0), |before| before.until);
        let (end, last) = record.until;
        let fields = Fields { bytes: self.fields.get(start..end)?, ends: self.ends.get(first..last)? };
        let named = |at: usize| fields.text(at).filter(|text| !text.trim().is_empty()).map(Cow::Borrowed);
        let kept =
            |at: &usize| fields.text(*at).map_or(CarriedValue::Absent, |text| CarriedValue::Text(Cow::Borrowed(text)));
        let fault = record.fault.clone().or_else(|| fields.utf8_fault());
        let answer = match (fault, fields.text(places.answer)) {
            (Some(fault), _) => Err(fault),
            (None, Some(text)) => Ok(Cow::Borrowed(text)),
            (None, None) => Err(format!("the row has no `{}`", columns.answer)),
        };
        Some(Row {
            line: record.line,
            id: places.id.and_then(named),
            question: places.question.and_then(named),
            answer,
            body: 0,
            kept: places.keep.iter().map(kept).collect(),
        })
    }
}
