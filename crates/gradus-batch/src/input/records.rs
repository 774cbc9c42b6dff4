//! Records of a table that are processed together. A field is looked up by its column. A record that is too short or
//! damaged lacks some fields; the others can still be read.

use std::borrow::Cow;

use super::fault::{BadRow, RowFault};
use super::record::{Field, Record};
use crate::row::{Columns, Row};
use gradus_core::model::{CarriedValue, RowLocation};

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
    all: Vec<RecordSpan>,
}

/// Where a record is in the buffers.
#[derive(Debug)]
struct RecordSpan {
    line: u64,
    /// Lengths of `fields` and `ends` up to and including this record.
    until: (usize, usize),
    fault: Option<RowFault>,
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

    /// The field as text; `None` where the record has no such field, or it is not UTF-8.
    fn text(self, at: usize) -> Option<&'a str> {
        std::str::from_utf8(self.bytes(at)?).ok()
    }

    /// The fault of bytes that are not UTF-8. Fields are checked one by one, because two damaged fields may be valid
    /// when they are joined.
    fn utf8_fault(self) -> Option<RowFault> {
        if self.bytes.is_ascii() {
            return None;
        }
        let mut start = 0;
        for at in 0..self.ends.len() {
            let bytes = self.bytes(at)?;
            if let Err(error) = std::str::from_utf8(bytes) {
                return Some(RowFault::NotUtf8 { valid: start + error.valid_up_to() });
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
    pub(super) fn push(&mut self, line: u64, fields: &[u8], ends: &[usize], fault: Option<RowFault>) {
        self.fields.extend_from_slice(fields);
        self.ends.extend_from_slice(ends);
        self.all.push(RecordSpan { line, until: (self.fields.len(), self.ends.len()), fault });
    }

    /// The record at an index as an answer; `None` past the last record.
    pub(super) fn row<'a>(&'a self, place: usize, places: &Places, columns: &Columns) -> Option<Row<'a>> {
        let (span, fields) = self.get(place)?;
        let named = |at: usize| fields.text(at).filter(|text| !text.trim().is_empty()).map(Cow::Borrowed);
        let kept =
            |at: &usize| fields.text(*at).map_or(CarriedValue::Absent, |text| CarriedValue::Text(Cow::Borrowed(text)));
        let fault = span.fault.clone().or_else(|| fields.utf8_fault());
        let answer = match (fault, fields.text(places.answer)) {
            (Some(fault), _) => Err(fault),
            (None, Some(text)) => Ok(Cow::Borrowed(text)),
            (None, None) => Err(RowFault::MissingCell { column: columns.answer.clone() }),
        };
        Some(Row {
            line: span.line,
            id: places.id.and_then(named),
            question: places.question.and_then(named),
            answer: answer.map_err(|fault| fault.to_string()),
            body: 0,
            kept: places.keep.iter().map(kept).collect(),
        })
    }

    /// The record at an index with the fields at `places`, by the names given there; `None` past the last record.
    pub(super) fn record(&self, place: usize, places: &[(usize, String)]) -> Option<Result<Record, BadRow>> {
        let (span, fields) = self.get(place)?;
        let at = RowLocation::Line(span.line);
        if let Some(fault) = span.fault.clone().or_else(|| fields.utf8_fault()) {
            return Some(Err(BadRow { at, fault }));
        }
        let field = |(at, name): &(usize, String)| Some((name.clone(), Field::Text(fields.text(*at)?.to_owned())));
        Some(Ok(Record { at, fields: places.iter().filter_map(field).collect(), present: Vec::new() }))
    }

    fn get(&self, place: usize) -> Option<(&RecordSpan, Fields<'_>)> {
        let span = self.all.get(place)?;
        let before = place.checked_sub(1).and_then(|before| self.all.get(before));
        let (start, first) = before.map_or((0, 0), |before| before.until);
        let (end, last) = span.until;
        Some((span, Fields { bytes: self.fields.get(start..end)?, ends: self.ends.get(first..last)? }))
    }
}
