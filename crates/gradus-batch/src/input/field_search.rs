//! [`FieldSearch`]: finds out which requested fields no row has.
//!
//! A table lists its columns in its heading. JSON lines have no heading, so a wrong name of a field can only be recognised
//! by reading rows. Rows that are not valid JSON objects prove nothing, because they are reported one by one.

use std::io;

use super::error::InputFault;
use super::field_names::each_field_name;
use super::limits::BLOCK_ROWS;
use super::lines::{LineReader, Lines};

/// The most names that are collected for messages.
const MOST: usize = 100;

/// The requested fields that no row had so far.
pub(super) struct FieldSearch {
    missing: Vec<String>,
    /// Names of the fields of valid rows, in the order in which they first occur.
    present: Vec<String>,
    /// Whether there was a valid row.
    has_rows: bool,
}

impl FieldSearch {
    /// Starts with all requested fields missing.
    pub(super) fn new(requested: Vec<String>) -> Self {
        Self { missing: requested, present: Vec::new(), has_rows: false }
    }

    /// Whether each requested field was found.
    pub(super) fn is_done(&self) -> bool {
        self.missing.is_empty()
    }

    /// Looks for the fields in the rows of a buffer, until all are found. A row that is cut at the end of the buffer is
    /// treated as a damaged row.
    pub(super) fn add_lines(&mut self, lines: &[u8]) {
        for line in lines.split_inclusive(|byte| *byte == b'\n') {
            if self.is_done() {
                break;
            }
            self.add_row(line);
        }
    }

    /// Looks for the fields in all rows of a reader, until all are found.
    ///
    /// # Errors
    /// When reading fails.
    pub(super) fn add_all(&mut self, reader: &mut LineReader) -> io::Result<()> {
        let mut lines = Lines::default();
        while !self.is_done() {
            lines.clear();
            reader.fill(&mut lines, BLOCK_ROWS)?;
            if lines.len() == 0 {
                break;
            }
            (0..lines.len()).filter_map(|place| lines.get(place)).for_each(|line| self.add_row(line.bytes));
        }
        Ok(())
    }

    fn add_row(&mut self, row: &[u8]) {
        let mut names = Vec::new();
        let read = each_field_name(row, &mut |name| names.push(name));
        self.missing.retain(|field| !names.contains(field));
        if read.is_ok() {
            self.add_valid_row(names);
        }
    }

    /// Records a valid row whose requested fields, and at least some of its other fields, are `names`.
    pub(super) fn add_valid_row(&mut self, names: impl IntoIterator<Item = String>) {
        self.has_rows = true;
        for name in names {
            self.missing.retain(|field| *field != name);
            if self.present.len() < MOST && !self.present.contains(&name) {
                self.present.push(name);
            }
        }
    }

    /// The fault that no row has one of the requested fields; `None` if all were found or there was no valid row.
    pub(super) fn fault(&self) -> Option<InputFault> {
        let field = self.missing.first().filter(|_| self.has_rows)?.clone();
        Some(InputFault::NoField { field, present: self.present.clone() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fault(requested: &[&str], lines: &str) -> Option<String> {
        let mut search = FieldSearch::new(requested.iter().map(ToString::to_string).collect());
        search.add_lines(lines.as_bytes());
        search.fault().map(|fault| fault.to_string())
    }

    #[test]
    fn a_field_that_no_valid_row_has_is_a_fault_with_the_fields_there_are() {
        let lines = "{\"id\":1,\"text\":\"x\"}\n{\"id\":2,\"note\":null}\n";
        assert_eq!(fault(&["id", "note", "text"], lines), None);
        assert_eq!(fault(&["id", "txt"], lines).as_deref(), Some("no row has `txt`, only `id`, `text`, `note`"));
        assert_eq!(fault(&["id"], "{}\n").as_deref(), Some("no row has `id`"));
    }

    #[test]
    fn damaged_rows_and_an_empty_input_prove_nothing() {
        for lines in ["", "\n", "no json\n", "[1]\n", "{\"id\":1,\"te", "{\"id\":1,\n"] {
            assert_eq!(fault(&["text"], lines), None, "{lines}");
        }
        assert_eq!(fault(&["text"], "{\"id\":1}\n{\"text\":\"cut of"), None);
    }
}
