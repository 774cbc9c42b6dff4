//! Answers and records from a Parquet file.

use std::borrow::Cow;
use std::hash::Hasher as _;

use super::fault::{BadRow, RowFault};
use super::record::{Field, Record, RecordColumns};
use crate::parquet::{Cell, ReadError, Rows, Table};
use crate::row::{Columns, Row, TEXT, TEXT_OR_NUMBER};
use gradus_core::model::{CarriedValue, RowLocation};

/// Reads rows of answers.
pub(super) struct ParquetReader {
    rows: Rows,
    columns: Columns,
    names: Vec<String>,
    next: u64,
    /// Positions among the requested columns; those that are kept come last.
    id: Option<usize>,
    question: Option<usize>,
    answer: usize,
    kept: usize,
    checksum: crc32fast::Hasher,
    bytes: u64,
}

impl ParquetReader {
    /// Finds the columns. The question may be missing where `is_named`: rows need not name it.
    pub(super) fn new(table: Table, columns: &Columns, is_named: bool) -> Result<Self, ReadError> {
        let mut wanted = vec![table.need(&columns.answer)?];
        let mut optional = |place: Option<usize>| {
            wanted.extend(place);
            place.map(|_| wanted.len() - 1)
        };
        let id = if columns.requires_id { Some(table.need(&columns.id)?) } else { table.find(&columns.id)? };
        let id = optional(id);
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
    pub(super) fn names(&self) -> &[String] {
        &self.names
    }

    /// Length and checksum of the cells that were read.
    pub(super) fn length_and_checksum(&self) -> (u64, u32) {
        (self.bytes, self.checksum.clone().finalize())
    }

    /// Adds the next rows.
    pub(super) fn fill(&mut self, rows: &mut Vec<Row<'static>>, most: usize) -> Result<(), ReadError> {
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
        let name = |place: Option<usize>, column: &str, expected: &'static str| {
            place.and_then(|place| cells.get(place)).map_or(Ok(None), |cell| name(cell, column, expected))
        };
        let id = name(self.id, &self.columns.id, TEXT_OR_NUMBER);
        let question = name(self.question, &self.columns.question, TEXT);
        let answer = match cells.get(self.answer) {
            Some(Cell::Text(text)) => Ok(Cow::Owned(text.clone())),
            Some(Cell::Bad(reason)) => Err(RowFault::Cell { reason: reason.clone() }),
            Some(cell) => Err(wrong_type(&self.columns.answer, cell, TEXT)),
            None => Err(RowFault::MissingCell { column: self.columns.answer.clone() }),
        };
        let names_are_good = question.as_ref().err().or(id.as_ref().err()).map_or(Ok(()), |fault| Err(fault.clone()));
        let answer = answer.and_then(|text| names_are_good.map(|()| text));
        let (id, question) = (id.unwrap_or_default(), question.unwrap_or_default());
        let answer = answer.map_err(|fault| fault.to_string());
        Row { line: self.next, id, question, answer, body: 0, kept }
    }
}

/// Reads records.
pub(super) struct ParquetRecords {
    rows: Rows,
    /// Names of the columns that are read, as they are requested.
    names: Vec<String>,
    /// Names of all columns of the file.
    all_names: Vec<String>,
    next: u64,
    bytes: u64,
}

impl ParquetRecords {
    /// Finds the requested columns.
    pub(super) fn new(table: Table, columns: &RecordColumns) -> Result<Self, ReadError> {
        let mut places = Vec::new();
        for name in &columns.required {
            places.push((table.need(name)?, name.clone()));
        }
        for name in &columns.optional {
            places.extend(table.find(name)?.map(|at| (at, name.clone())));
        }
        let prefixed = columns.prefixed(table.names(), &places);
        places.extend(prefixed.map_err(|name| ReadError::Twice { name })?);
        let (positions, names): (Vec<usize>, Vec<String>) = places.into_iter().unzip();
        let all_names = table.names().to_vec();
        Ok(Self { rows: table.read(&positions)?, names, all_names, next: 0, bytes: 0 })
    }

    /// The names of all columns of the file.
    pub(super) fn all_names(&self) -> &[String] {
        &self.all_names
    }

    /// The number of bytes that the cells had so far, about.
    pub(super) fn bytes(&self) -> u64 {
        self.bytes
    }

    /// The next rows, at most `most`; none at the end.
    pub(super) fn next_batch(&mut self, most: usize) -> Result<Vec<Result<Record, BadRow>>, ReadError> {
        let rows = self.rows.next_batch(most)?;
        Ok(rows.into_iter().map(|cells| self.record(cells)).collect())
    }

    fn record(&mut self, cells: Vec<Cell>) -> Result<Record, BadRow> {
        self.next += 1;
        let at = RowLocation::Line(self.next);
        let mut fields = Vec::with_capacity(cells.len());
        for (name, cell) in self.names.iter().zip(cells) {
            self.bytes += cell.weight() as u64;
            let field = match cell {
                Cell::Missing => Field::Null,
                Cell::Text(text) | Cell::Formatted(text) => Field::Text(text),
                Cell::Number(number) => Field::Number(number),
                Cell::Other(json) => Field::Json(json),
                Cell::Bool(truth) => Field::Json(truth.to_string()),
                Cell::Bad(reason) => {
                    return Err(BadRow { at, fault: RowFault::Cell { reason: format!("`{name}`: {reason}") } });
                }
            };
            fields.push((name.clone(), field));
        }
        Ok(Record { at, fields, present: Vec::new() })
    }
}

/// The name in a cell; `None` where it is empty.
fn name(cell: &Cell, column: &str, expected: &'static str) -> Result<Option<Cow<'static, str>>, RowFault> {
    match cell {
        Cell::Missing => Ok(None),
        Cell::Text(text) | Cell::Formatted(text) | Cell::Number(text) => {
            Ok((!text.trim().is_empty()).then(|| Cow::Owned(text.clone())))
        }
        Cell::Bool(_) | Cell::Other(_) => Err(wrong_type(column, cell, expected)),
        Cell::Bad(reason) => Err(RowFault::Cell { reason: format!("`{column}`: {reason}") }),
    }
}

fn wrong_type(column: &str, found: &Cell, expected: &'static str) -> RowFault {
    RowFault::WrongType { column: column.to_owned(), found: kind(found), expected }
}

/// The type of a cell, for messages.
fn kind(cell: &Cell) -> &'static str {
    match cell {
        Cell::Missing => "null",
        Cell::Text(_) => TEXT,
        Cell::Formatted(_) => "a date, a time or a UUID",
        Cell::Number(_) => "a number",
        // A number that JSON cannot write: `"NaN"`.
        Cell::Other(json) if json.starts_with('"') => "a number",
        Cell::Bool(_) => "a boolean",
        Cell::Other(_) => "a list, a map or a group",
        Cell::Bad(_) => "damaged",
    }
}

/// A cell as text; empty where it has none.
fn shown(cell: &Cell) -> Cow<'_, str> {
    match cell {
        Cell::Missing | Cell::Bad(_) => Cow::Borrowed(""),
        Cell::Text(text) | Cell::Formatted(text) | Cell::Number(text) | Cell::Other(text) => Cow::Borrowed(text),
        Cell::Bool(truth) => Cow::Borrowed(if *truth { "true" } else { "false" }),
    }
}

#[cfg(test)]
mod tests {
    use std::fs::File;

    use super::*;
    use crate::input::InputFault;
    use crate::parquet::{ColumnType, from_csv};

    fn table(csv: &str) -> Table {
        let mut file = tempfile::tempfile().expect("a file");
        from_csv(csv.as_bytes(), &mut file, |_| ColumnType::Text).expect("a table");
        Table::open(file).expect("a table")
    }

    #[test]
    fn a_missing_id_column_is_refused_if_it_is_needed() {
        let columns = |requires_id| Columns { id: "name".to_owned(), requires_id, ..Columns::default() };
        let opened = |requires_id| ParquetReader::new(table("answer\nx\n"), &columns(requires_id), true);
        assert!(opened(false).is_ok());
        let fault = opened(true).err().map(|error| InputFault::from(error).to_string());
        assert_eq!(fault.as_deref(), Some("it has no column `name`; it has `answer`"));
    }

    #[test]
    fn a_column_that_is_requested_by_name_and_by_prefix_is_read_once() {
        let (required, optional) = (vec!["answer".to_owned()], vec!["criterion:b".to_owned()]);
        let prefix = Some("criterion:".to_owned());
        let columns = RecordColumns { required, optional, prefix, ..RecordColumns::default() };
        let records = ParquetRecords::new(table("answer,criterion:a,criterion:b\nx,1,2\n"), &columns);
        let rows = records.and_then(|mut records| records.next_batch(9)).expect("rows");
        let fields: Vec<_> = rows[0].as_ref().expect("a record").fields().map(|(name, _)| name).collect();
        assert_eq!(fields, ["answer", "criterion:b", "criterion:a"]);
    }

    #[test]
    fn a_cell_of_the_wrong_type_is_named_and_never_graded() {
        let read = |id: &str, question: &str, answer: &str| {
            let path = format!("{}/tests/parquet/kinds.parquet", env!("CARGO_MANIFEST_DIR"));
            let [id, question, answer] = [id, question, answer].map(str::to_owned);
            let columns = Columns { id, question, answer, ..Columns::default() };
            let mut reader =
                ParquetReader::new(Table::open(File::open(path).expect("a fixture")).expect("a table"), &columns, true)
                    .expect("columns");
            let mut rows = Vec::new();
            reader.fill(&mut rows, 10).expect("rows");
            rows
        };
        for (column, kind) in [
            ("id", "a number"),
            ("price", "a number"),
            ("share", "a number"),
            ("nan", "a number"),
            ("date", "a date, a time or a UUID"),
            ("time", "a date, a time or a UUID"),
            ("tags", "a list, a map or a group"),
            ("person", "a list, a map or a group"),
            ("ready", "a boolean"),
        ] {
            let rows = read("none", "none", column);
            assert_eq!(rows[0].answer, Err(format!("`{column}` is {kind}; expected text")));
            assert_eq!(rows[1].answer, Err(format!("`{column}` is null; expected text")));
            let rows = read(column, column, "bytes");
            let fault = format!("`{column}` is {kind}; expected text");
            match kind {
                "a boolean" | "a list, a map or a group" => assert_eq!(rows[0].answer, Err(fault)),
                _ if column == "nan" => assert_eq!(rows[0].answer, Err(fault)),
                _ => assert_eq!((rows[0].answer.as_deref(), rows[0].id.is_some()), (Ok("für"), true)),
            }
            assert_eq!((&rows[1].id, &rows[1].question), (&None, &None), "null is not a name");
        }
        let rows = read("bytes", "none", "bytes");
        assert!(rows[2].answer.as_ref().is_err_and(|reason| reason.starts_with("expected UTF-8 text")));
    }
}
