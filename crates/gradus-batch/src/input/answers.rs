//! Reads answers block by block, whatever the input format.

use std::io;
use std::path::Path;
use std::sync::Arc;
#[cfg(test)]
use std::sync::atomic::AtomicBool;
use std::sync::atomic::{AtomicU64, Ordering};

use serde::{Deserialize, Serialize};

use super::block::Block;
use super::error::{InputError, InputFault};
use super::expected_columns::{ExpectedColumns, open_with_columns};
use super::field_names::field_names;
use super::field_search::FieldSearch;
use super::folder::FolderReader;
use super::format::InputFormat;
use super::limits::{BLOCK_ROWS, FIRST_ROWS};
use super::lines::LineReader;
use super::open::{InputContext, Opened, Reader};
#[cfg(feature = "parquet")]
use super::parquet_rows::ParquetReader;
use super::records::Places;
#[cfg(test)]
use super::stream::Stream;
use super::table::TableReader;
use crate::row::Columns;

/// Count and checksum of the rows of an input: equal for equal rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct InputDigest {
    /// Number of rows.
    pub rows: u64,
    /// Number of bytes after unpacking.
    pub bytes: u64,
    /// Checksum of these bytes.
    pub checksum: u32,
}

/// Reads answers, one block after the other.
pub struct Input {
    name: String,
    columns: Columns,
    source: AnswerSource,
    rows: u64,
    /// The most rows of the next block.
    most: usize,
    /// The most rows of any block.
    limit: usize,
    size: Option<u64>,
    read: Arc<AtomicU64>,
    /// The error that ended reading; returned once the rows before it have been processed.
    failed: Option<io::Error>,
}

/// The reader of answers in each format.
enum AnswerSource {
    Lines(LineReader),
    Table(Box<TableReader>, Places),
    Folder(FolderReader),
    #[cfg(feature = "parquet")]
    Parquet(Box<ParquetReader>),
}

impl Input {
    /// Opens a file, a folder, or standard input where `path` is `-`. The format is `format`, or else follows from the
    /// file extension or the first bytes.
    ///
    /// # Errors
    /// When there is nothing to read, or a column is missing. JSON lines have no heading: in a file, the columns of
    /// answers, of ids if `requires_id`, and of kept values must be in at least one row. A pipe is not read ahead; see
    /// [`Self::missing_in_first_rows`].
    pub fn open(
        path: &Path,
        format: Option<InputFormat>,
        columns: &Columns,
        context: &InputContext,
    ) -> Result<Self, InputError> {
        let expected = ExpectedColumns {
            in_rows: columns.required_in_rows(),
            not_in_folder: columns.id_if_required().into_iter().chain(&columns.keep).next().cloned(),
        };
        let Opened { name, reader, size, read } = open_with_columns(path, format, &expected, context)?;
        let source = AnswerSource::of(reader, columns, context.is_named);
        let source = source.map_err(|fault| InputError::Unusable { name: name.clone(), fault })?;
        Ok(Self::new(name, columns, source, size, read))
    }

    /// A requested column that none of the first rows of a pipe with JSON lines has, with the fields of these rows; `None`
    /// for any other input. Later rows may have the column. The rows stay unread.
    pub fn missing_in_first_rows(&mut self) -> Option<(String, Vec<String>)> {
        let (AnswerSource::Lines(lines), None) = (&mut self.source, self.size) else { return None };
        let mut search = FieldSearch::new(self.columns.required_in_rows());
        // An error is reported when rows are read.
        search.add_lines(lines.peek().unwrap_or_default());
        match search.fault() {
            Some(InputFault::NoField { field, present }) => Some((field, present)),
            _ => None,
        }
    }

    fn new(name: String, columns: &Columns, source: AnswerSource, size: Option<u64>, read: Arc<AtomicU64>) -> Self {
        let columns = columns.clone();
        Self { name, columns, source, rows: 0, most: FIRST_ROWS, limit: BLOCK_ROWS, size, read, failed: None }
    }

    /// Reads lines of JSON from a reader.
    #[cfg(test)]
    pub(crate) fn of_reader(source: impl io::Read + Send + 'static, columns: &Columns, stop: Arc<AtomicBool>) -> Self {
        let lines = LineReader::new(Stream::of_reader(source, stop));
        Self::new("a reader".to_owned(), columns, AnswerSource::Lines(lines), None, Arc::default())
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

    /// Whether it is a folder of files.
    pub fn is_folder(&self) -> bool {
        matches!(self.source, AnswerSource::Folder(_))
    }

    /// Bytes as they are stored, rows of a Parquet file, or files of a folder; `None` where it is not known.
    pub fn size(&self) -> Option<u64> {
        self.size
    }

    /// The counter of how much of [`Self::size`] was read.
    pub fn read(&self) -> Arc<AtomicU64> {
        Arc::clone(&self.read)
    }

    /// The columns of answers.
    pub fn columns(&self) -> &Columns {
        &self.columns
    }

    /// Whether it is a table, in whose heading case does not matter.
    pub fn is_table(&self) -> bool {
        matches!(self.source, AnswerSource::Table(..))
    }

    /// The names of all columns. Of JSON lines these are the fields of the first rows in the buffer, which stay unread;
    /// a folder has none.
    pub fn column_names(&mut self) -> Vec<String> {
        match &mut self.source {
            // An error is reported when rows are read.
            AnswerSource::Lines(reader) => field_names(reader.peek().unwrap_or_default()),
            AnswerSource::Table(reader, _) => reader.heading().to_vec(),
            AnswerSource::Folder(_) => Vec::new(),
            #[cfg(feature = "parquet")]
            AnswerSource::Parquet(reader) => reader.names().to_vec(),
        }
    }

    /// Makes rows name their question in that column. For inputs that can be opened only once.
    ///
    /// # Errors
    /// When the column is missing or occurs twice.
    pub fn take_question_from(&mut self, column: &str) -> Result<(), InputError> {
        column.clone_into(&mut self.columns.question);
        let AnswerSource::Table(reader, places) = &mut self.source else { return Ok(()) };
        let unusable = |fault| InputError::Unusable { name: self.name.clone(), fault };
        *places = reader.places(&self.columns, false).map_err(unusable)?;
        Ok(())
    }

    /// Count and checksum of the rows that were read so far.
    pub fn digest(&self) -> InputDigest {
        let (bytes, checksum) = match &self.source {
            AnswerSource::Lines(reader) => reader.stream().length_and_checksum(),
            AnswerSource::Table(reader, _) => reader.stream().length_and_checksum(),
            AnswerSource::Folder(reader) => reader.length_and_checksum(),
            #[cfg(feature = "parquet")]
            AnswerSource::Parquet(reader) => reader.length_and_checksum(),
        };
        InputDigest { rows: self.rows, bytes, checksum }
    }

    /// Limits blocks to one row, so that no row waits for others where each takes long.
    pub(crate) fn go_row_by_row(&mut self) {
        self.limit = 1;
    }

    /// Puts the next rows into `block`; `false` at the end. An error comes only after the rows before it.
    pub(crate) fn fill(&mut self, block: &mut Block) -> Result<bool, InputError> {
        block.clear();
        if let Some(error) = self.failed.take() {
            return Err(self.unreadable(error));
        }
        let most = self.most.min(self.limit);
        self.most = (most * 2).min(self.limit);
        let filled = match &mut self.source {
            AnswerSource::Lines(reader) => reader.fill(&mut block.lines, most),
            AnswerSource::Table(reader, places) => {
                block.places.get_or_insert_with(|| places.clone());
                reader.fill(&mut block.records, most)
            }
            AnswerSource::Folder(reader) => {
                reader.fill(&mut block.rows, &self.columns, most);
                self.read.fetch_add(block.rows.len() as u64, Ordering::Relaxed);
                Ok(())
            }
            #[cfg(feature = "parquet")]
            AnswerSource::Parquet(reader) => {
                let filled = reader.fill(&mut block.rows, most).map_err(io::Error::other);
                self.read.fetch_add(block.rows.len() as u64, Ordering::Relaxed);
                filled
            }
        };
        let rows = block.len() as u64;
        self.rows += rows;
        match filled {
            Ok(()) => {}
            Err(error) if rows == 0 => return Err(self.unreadable(error)),
            Err(error) => self.failed = Some(error),
        }
        Ok(rows > 0)
    }

    /// Whether all rows were read. For use after a stop: before, it waits for a pipe that is still open.
    pub(crate) fn is_at_end(&mut self) -> bool {
        self.failed.is_none()
            && match &mut self.source {
                AnswerSource::Lines(reader) => reader.stream_mut().is_at_end(),
                AnswerSource::Table(reader, _) => reader.stream_mut().is_at_end(),
                // The size is the number of rows.
                AnswerSource::Folder(_) => self.size == Some(self.rows),
                #[cfg(feature = "parquet")]
                AnswerSource::Parquet(_) => self.size == Some(self.rows),
            }
    }

    fn unreadable(&self, error: io::Error) -> InputError {
        InputError::unreadable(self.name.clone(), error, self.rows)
    }
}

impl AnswerSource {
    /// Finds the columns of answers.
    fn of(reader: Reader, columns: &Columns, is_named: bool) -> Result<Self, InputFault> {
        Ok(match reader {
            Reader::Lines(lines) => Self::Lines(lines),
            Reader::Table(table) => {
                let places = table.places(columns, is_named)?;
                Self::Table(table, places)
            }
            Reader::Folder(folder) => Self::Folder(folder),
            #[cfg(feature = "parquet")]
            Reader::Parquet(table) => Self::Parquet(Box::new(ParquetReader::new(*table, columns, is_named)?)),
        })
    }
}
