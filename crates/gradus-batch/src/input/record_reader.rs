//! Reads records one by one, whatever the input format.
//!
//! A row that cannot be read is a [`BadRow`] with its location; the rows after it can still be read. Only an input that ends
//! too early, or fails otherwise, is an error.

use std::collections::VecDeque;
use std::io;
use std::path::Path;

use super::error::{InputError, InputFault};
use super::expected_columns::{ExpectedColumns, open_with_columns};
use super::fault::{BadRow, RowFault};
use super::field_names::field_names;
use super::field_search::FieldSearch;
use super::folder::{FolderColumns, FolderReader};
use super::format::InputFormat;
use super::json;
use super::limits::{BLOCK_ROWS, too_long};
use super::lines::{LineReader, Lines};
use super::open::{InputContext, Opened, Reader};
#[cfg(feature = "parquet")]
use super::parquet_rows::ParquetRecords;
use super::record::{Record, RecordColumns};
use super::records::Records;
use super::table::TableReader;
use gradus_core::model::RowLocation;

/// The columns under which a folder gives the name, the question and the text of a file. Each must be among the
/// requested columns. The caller cannot name the column of the file's name for a folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileColumns {
    /// Column of the file's name.
    pub name: String,
    /// Column of the question that the file's front matter, or its name, names.
    pub question: String,
    /// Column of the text without front matter.
    pub text: String,
}

/// Reads records.
pub struct RecordReader {
    name: String,
    columns: RecordColumns,
    files: FileColumns,
    source: RecordSource,
    size: Option<u64>,
    /// The number of rows that were read.
    rows: u64,
    /// Rows that were read and not returned yet.
    ready: VecDeque<Result<Record, BadRow>>,
    /// The error that ended reading; returned after the rows before it.
    failed: Option<io::Error>,
    /// The named columns that no row had so far, if they could not be checked before the rows are read.
    named: FieldSearch,
}

/// The reader of records in each format.
enum RecordSource {
    Lines(LineReader),
    /// The index of each requested column, with the name by which it is requested.
    Table(Box<TableReader>, Vec<(usize, String)>),
    Folder(FolderReader),
    #[cfg(feature = "parquet")]
    Parquet(Box<ParquetRecords>),
}

impl RecordReader {
    /// Opens a file, a folder, or standard input where `path` is `-`. The format is `format`, or else follows from the
    /// file extension or the first bytes.
    ///
    /// # Errors
    /// When there is nothing to read, a table does not have a required column, or a file with JSON lines does not have a
    /// named column.
    pub fn open(
        path: &Path,
        format: Option<InputFormat>,
        columns: RecordColumns,
        files: FileColumns,
        context: &InputContext,
    ) -> Result<Self, InputError> {
        let expected = ExpectedColumns {
            in_rows: columns.named.clone(),
            not_in_folder: Some(files.name.clone()).filter(|name| columns.named.contains(name)),
        };
        let Opened { name, reader, size, .. } = open_with_columns(path, format, &expected, context)?;
        let source = RecordSource::of(reader, &columns);
        let source = source.map_err(|fault| InputError::Unusable { name: name.clone(), fault })?;
        let is_checked = match source {
            RecordSource::Lines(_) => size.is_some(),
            RecordSource::Folder(_) => false,
            RecordSource::Table(..) => true,
            #[cfg(feature = "parquet")]
            RecordSource::Parquet(_) => true,
        };
        let named = FieldSearch::new(if is_checked { Vec::new() } else { columns.named.clone() });
        Ok(Self { name, columns, files, source, size, rows: 0, ready: VecDeque::new(), failed: None, named })
    }

    /// Gives the input another name for messages.
    #[must_use]
    pub fn called(self, name: String) -> Self {
        Self { name, ..self }
    }

    /// The name for messages.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The names of all columns. Of JSON lines these are the fields of the first rows in the buffer, which stay unread;
    /// a folder has none.
    pub fn column_names(&mut self) -> Vec<String> {
        match &mut self.source {
            // An error is reported when rows are read.
            RecordSource::Lines(reader) => field_names(reader.peek().unwrap_or_default()),
            RecordSource::Table(reader, _) => reader.heading().to_vec(),
            RecordSource::Folder(_) => Vec::new(),
            #[cfg(feature = "parquet")]
            RecordSource::Parquet(reader) => reader.all_names().to_vec(),
        }
    }

    /// Bytes as they are stored, rows of a Parquet file, or files of a folder; `None` where it is not known.
    pub fn size(&self) -> Option<u64> {
        self.size
    }

    /// Whether it is a folder of files.
    pub fn is_folder(&self) -> bool {
        matches!(self.source, RecordSource::Folder(_))
    }

    /// Whether it is a table, in whose heading case does not matter.
    pub fn is_table(&self) -> bool {
        matches!(self.source, RecordSource::Table(..))
    }

    /// Whether values have their JSON types; in all other formats a list may be written as text.
    pub fn is_json(&self) -> bool {
        matches!(self.source, RecordSource::Lines(_))
    }

    /// The number of bytes that were read so far, after unpacking.
    pub fn bytes(&self) -> u64 {
        match &self.source {
            RecordSource::Lines(reader) => reader.stream().length_and_checksum().0,
            RecordSource::Table(reader, _) => reader.stream().length_and_checksum().0,
            RecordSource::Folder(reader) => reader.length_and_checksum().0,
            #[cfg(feature = "parquet")]
            RecordSource::Parquet(reader) => reader.bytes(),
        }
    }

    /// The next row; `None` at the end. A row that cannot be read is an inner error, and reading continues after it.
    ///
    /// # Errors
    /// When the input itself cannot be read on. The rows before the damage come first.
    pub fn next_record(&mut self) -> Result<Option<Result<Record, BadRow>>, InputError> {
        if self.ready.is_empty() && self.failed.is_none() {
            self.fill();
        }
        match (self.ready.pop_front(), self.failed.take()) {
            (Some(row), failed) => {
                self.failed = failed;
                Ok(Some(row))
            }
            (None, Some(error)) => Err(InputError::unreadable(self.name.clone(), error, self.rows)),
            (None, None) => Ok(None),
        }
    }

    /// The fault that no row had a named column, once all rows were read.
    fn missing_field(&self) -> Option<InputFault> {
        self.named.fault()
    }

    fn fill(&mut self) {
        let Self { columns, files, source, rows, ready, failed, named, .. } = self;
        let filled = match source {
            RecordSource::Lines(reader) => {
                let mut lines = Lines::default();
                let filled = reader.fill(&mut lines, BLOCK_ROWS);
                ready.extend((0..lines.len()).filter_map(|place| lines.get(place)).map(|line| {
                    let (number, fault) = (line.number, (!line.whole).then(too_long));
                    let record = json::record(number, line.bytes, columns, fault);
                    if let (Ok(record), false) = (&record, named.is_done()) {
                        let names = record.fields().map(|(name, _)| name.to_owned());
                        named.add_valid_row(record.present.iter().cloned().chain(names));
                    }
                    record.map_err(|fault| BadRow { at: RowLocation::Line(number), fault })
                }));
                filled
            }
            RecordSource::Table(reader, places) => {
                let mut records = Records::default();
                let filled = reader.fill(&mut records, BLOCK_ROWS);
                ready.extend((0..records.len()).filter_map(|place| records.record(place, places)));
                filled
            }
            RecordSource::Folder(reader) => {
                let FileColumns { name, question, text } = files;
                let columns = FolderColumns { id: name, question, answer: text, wanted: columns };
                ready.extend(reader.next_record(&columns, named));
                Ok(())
            }
            #[cfg(feature = "parquet")]
            RecordSource::Parquet(reader) => match reader.next_batch(BLOCK_ROWS) {
                Ok(batch) => {
                    ready.extend(batch);
                    Ok(())
                }
                Err(error) => Err(io::Error::other(error)),
            },
        };
        *rows += ready.len() as u64;
        *failed = filled.err();
    }
}

impl RecordSource {
    /// Finds the requested columns.
    fn of(reader: Reader, columns: &RecordColumns) -> Result<Self, InputFault> {
        Ok(match reader {
            Reader::Lines(lines) => Self::Lines(lines),
            Reader::Table(table) => {
                let places = table.record_places(columns)?;
                Self::Table(table, places)
            }
            Reader::Folder(folder) => Self::Folder(folder),
            #[cfg(feature = "parquet")]
            Reader::Parquet(table) => Self::Parquet(Box::new(ParquetRecords::new(*table, columns)?)),
        })
    }
}

/// Rows that were read whole, and rows that cannot be used.
#[derive(Debug, Clone, PartialEq)]
pub struct ReadRows<T> {
    /// In the order of the input.
    pub rows: Vec<T>,
    /// In the order of the input.
    pub bad: Vec<BadRow>,
}

/// Maximum number of bytes that [`read_all`] reads from an input, after unpacking.
const HELD_BYTES: u64 = 1 << 30;

/// Reads all rows and holds those that `take` accepts.
///
/// The limit of 1 GiB bounds the bytes that are read, after unpacking and including columns and rows that are not held.
/// It does not bound the memory of the rows, which `take` decides.
///
/// # Errors
/// When the input cannot be read to its end, when no row has a named column, or when more than 1 GiB is read. A file of lines
/// or a table that takes more than 1 GiB on disk is refused before its first row is read.
pub(crate) fn read_all<T>(
    reader: &mut RecordReader,
    mut take: impl FnMut(&Record) -> Result<T, RowFault>,
) -> Result<ReadRows<T>, InputError> {
    let too_large = |name: &str| InputError::Unusable {
        name: name.to_owned(),
        fault: InputFault::TooLarge { mebibytes: HELD_BYTES >> 20 },
    };
    if matches!(reader.source, RecordSource::Lines(_) | RecordSource::Table(..))
        && reader.size.is_some_and(|size| size > HELD_BYTES)
    {
        return Err(too_large(&reader.name));
    }
    let mut read = ReadRows { rows: Vec::new(), bad: Vec::new() };
    while let Some(row) = reader.next_record()? {
        let taken = row.and_then(|record| take(&record).map_err(|fault| BadRow { at: record.at.clone(), fault }));
        match taken {
            Ok(row) => read.rows.push(row),
            Err(bad) => read.bad.push(bad),
        }
        if reader.bytes() > HELD_BYTES {
            return Err(too_large(&reader.name));
        }
    }
    match reader.missing_field() {
        Some(fault) => Err(InputError::Unusable { name: reader.name.clone(), fault }),
        None => Ok(read),
    }
}
