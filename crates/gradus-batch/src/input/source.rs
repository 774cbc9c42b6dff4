//! Where rows come from: settled once, then read block by block.

use std::fs::{self, File};
use std::io;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use serde::{Deserialize, Serialize};

use super::block::Block;
#[cfg(feature = "parquet")]
use super::error::no_parquet;
use super::error::{InputError, no_rows, not_rows};
use super::field_names::field_names;
use super::folder::FolderReader;
use super::format::InputFormat;
use super::limits::{BLOCK_ROWS, FIRST_ROWS};
use super::lines::LineReader;
use super::records::Places;
use super::stream::Stream;
use super::table::TableReader;
#[cfg(feature = "parquet")]
use crate::parquet::ParquetReader;
use crate::row::Columns;

/// What is known of questions before rows are read.
#[derive(Debug, Clone, Default)]
pub struct Asked {
    /// Ids that files of a folder may be named after.
    pub ids: Vec<String>,
    /// Whether rows need not name their question.
    pub is_named: bool,
    /// Set from outside: a pipe is not waited for any longer.
    pub stop: Arc<AtomicBool>,
}

/// All rows of an input in short: the same for the same rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct SummedUp {
    /// How many rows.
    pub rows: u64,
    /// How many bytes, unpacked.
    pub bytes: u64,
    /// A checksum of the bytes.
    pub checksum: u32,
}

/// Rows, one block after the other.
pub struct Input {
    name: String,
    columns: Columns,
    source: Source,
    rows: u64,
    /// How many rows the next block may have ...
    most: usize,
    /// ... and any block.
    limit: usize,
    size: Option<u64>,
    read: Arc<AtomicU64>,
    /// What ended reading; told when the rows before it have been dealt with.
    failed: Option<io::Error>,
}

enum Source {
    Lines(LineReader),
    Table(Box<TableReader>, Places),
    Folder(FolderReader),
    #[cfg(feature = "parquet")]
    Parquet(Box<ParquetReader>),
}

impl Input {
    /// Opens a file, a folder, or standard input where `path` is `-`. What it holds is told by `format`, or by
    /// the ending of its name, or by how it begins.
    ///
    /// # Errors
    /// When there is nothing to read, or a column is missing.
    pub fn open(
        path: &Path,
        format: Option<InputFormat>,
        columns: &Columns,
        asked: &Asked,
    ) -> Result<Self, InputError> {
        let opened = Self::open_unless_stopped(path, format, columns, asked.clone());
        match opened {
            Err(_) if asked.stop.load(Ordering::Relaxed) => {
                Err(InputError::Stopped { name: path.display().to_string() })
            }
            opened => opened,
        }
    }

    fn open_unless_stopped(
        path: &Path,
        format: Option<InputFormat>,
        columns: &Columns,
        asked: Asked,
    ) -> Result<Self, InputError> {
        let is_standard_input = path.as_os_str() == "-";
        let name = if is_standard_input { "standard input".to_owned() } else { path.display().to_string() };
        let unreadable = |error| InputError::Unreadable { name: name.clone(), error };
        let read = Arc::new(AtomicU64::new(0));
        let input = |source, size| Self {
            name: name.clone(),
            columns: columns.clone(),
            source,
            rows: 0,
            most: FIRST_ROWS,
            limit: BLOCK_ROWS,
            size,
            read: Arc::clone(&read),
            failed: None,
        };
        if is_standard_input {
            let stream = Stream::of_pipe(|| Ok(io::stdin()), Arc::clone(&read), asked.stop).map_err(unreadable)?;
            return Ok(input(text_source(&name, stream, format, (columns, asked.is_named))?, None));
        }
        let about = fs::metadata(path).map_err(unreadable)?;
        if about.is_dir() {
            let folder = FolderReader::new(path, asked.ids).map_err(unreadable)?;
            let size = folder.len() as u64;
            if size == 0 {
                let fault = "it holds no .txt or .md file".to_owned();
                let hint = "name another folder, or a file with rows".to_owned();
                return Err(InputError::Unusable { name, fault, hint });
            }
            return Ok(input(Source::Folder(folder), Some(size)));
        }
        if !about.is_file() {
            let (path, stop) = (path.to_owned(), asked.stop);
            let open = move || File::open(path);
            let stream = Stream::of_pipe(open, Arc::clone(&read), stop).map_err(unreadable)?;
            return Ok(input(text_source(&name, stream, format, (columns, asked.is_named))?, None));
        }
        let file = File::open(path).map_err(unreadable)?;
        if let (None, Some(error)) = (format, no_rows(path, &name)) {
            return Err(error);
        }
        let format = format.or_else(|| InputFormat::by_name(path));
        #[cfg(feature = "parquet")]
        if format == Some(InputFormat::Parquet) {
            let reader =
                ParquetReader::new(file, columns, asked.is_named).map_err(|error| no_parquet(&name, &error))?;
            let size = Some(reader.size());
            return Ok(input(Source::Parquet(Box::new(reader)), size));
        }
        let stream = Stream::of_file(path, file, Arc::clone(&read), asked.stop).map_err(unreadable)?;
        let size = Some(about.len());
        Ok(input(text_source(&name, stream, format, (columns, asked.is_named))?, size))
    }

    /// Lines of JSON from a reader.
    #[cfg(test)]
    pub(crate) fn of_reader(source: impl io::Read + Send + 'static, columns: &Columns, stop: Arc<AtomicBool>) -> Self {
        Self {
            name: "a reader".to_owned(),
            columns: columns.clone(),
            source: Source::Lines(LineReader::new(Stream::of_reader(source, stop))),
            rows: 0,
            most: FIRST_ROWS,
            limit: BLOCK_ROWS,
            size: None,
            read: Arc::default(),
            failed: None,
        }
    }

    /// The same, called otherwise.
    #[must_use]
    pub fn called(self, name: String) -> Self {
        Self { name, ..self }
    }

    /// What it is called.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Whether it is a folder of files.
    pub fn is_folder(&self) -> bool {
        matches!(self.source, Source::Folder(_))
    }

    /// How much there is to read, in bytes as they are stored, or in files; where that can be told.
    pub fn size(&self) -> Option<u64> {
        self.size
    }

    /// Counts how much of [`Self::size`] was read.
    pub fn read(&self) -> Arc<AtomicU64> {
        Arc::clone(&self.read)
    }

    /// Which columns hold what.
    pub fn columns(&self) -> &Columns {
        &self.columns
    }

    /// Whether it is a table, in whose heading case does not matter.
    pub fn is_table(&self) -> bool {
        matches!(self.source, Source::Table(..))
    }

    /// The names of its columns; of lines, the fields of the first rows, as far as they can be seen without
    /// taking anything. None of a folder.
    pub fn column_names(&mut self) -> Vec<String> {
        match &mut self.source {
            // What cannot be read is reported when rows are read.
            Source::Lines(reader) => field_names(reader.peek().unwrap_or_default()),
            Source::Table(reader, _) => reader.heading().to_vec(),
            Source::Folder(_) => Vec::new(),
            #[cfg(feature = "parquet")]
            Source::Parquet(reader) => reader.names().to_vec(),
        }
    }

    /// From now on rows name their question in that column. For inputs that can be opened only once.
    ///
    /// # Errors
    /// When there is no such column, or there are two.
    pub fn take_question_from(&mut self, column: &str) -> Result<(), InputError> {
        column.clone_into(&mut self.columns.question);
        let Source::Table(reader, places) = &mut self.source else { return Ok(()) };
        let unusable = |fault| InputError::Unusable {
            name: self.name.clone(),
            fault,
            hint: "name another column with --question".to_owned(),
        };
        *places = reader.places(&self.columns, false).map_err(unusable)?;
        Ok(())
    }

    /// What was read, in short.
    pub fn summed_up(&self) -> SummedUp {
        let (bytes, checksum) = match &self.source {
            Source::Lines(reader) => reader.stream().summed_up(),
            Source::Table(reader, _) => reader.stream().summed_up(),
            Source::Folder(reader) => reader.summed_up(),
            #[cfg(feature = "parquet")]
            Source::Parquet(reader) => reader.summed_up(),
        };
        SummedUp { rows: self.rows, bytes, checksum }
    }

    /// From now on blocks have one row: where a row takes long, none waits for others.
    pub(crate) fn go_row_by_row(&mut self) {
        self.limit = 1;
    }

    /// Puts the next rows into `block`; `false` where there are none.
    pub(crate) fn fill(&mut self, block: &mut Block) -> Result<bool, InputError> {
        block.clear();
        if let Some(error) = self.failed.take() {
            return Err(self.unreadable(error));
        }
        let most = self.most.min(self.limit);
        self.most = (most * 2).min(self.limit);
        let filled = match &mut self.source {
            Source::Lines(reader) => reader.fill(&mut block.lines, most),
            Source::Table(reader, places) => {
                block.places.get_or_insert_with(|| places.clone());
                reader.fill(&mut block.records, most)
            }
            Source::Folder(reader) => {
                reader.fill(&mut block.rows, &self.columns, most);
                self.read.fetch_add(block.rows.len() as u64, Ordering::Relaxed);
                Ok(())
            }
            #[cfg(feature = "parquet")]
            Source::Parquet(reader) => {
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

    fn unreadable(&self, error: io::Error) -> InputError {
        let error = match error.kind() {
            io::ErrorKind::UnexpectedEof => {
                io::Error::new(error.kind(), format!("its packed data ends too early, after {} rows", self.rows))
            }
            _ => error,
        };
        InputError::Unreadable { name: self.name.clone(), error }
    }
}

fn told_by_content(stream: &mut Stream) -> io::Result<InputFormat> {
    match stream.first_byte()? {
        Some(b'{' | b'[') | None => Ok(InputFormat::Jsonl),
        Some(_) => Ok(InputFormat::Csv),
    }
}

fn text_source(
    name: &str,
    mut stream: Stream,
    format: Option<InputFormat>,
    (columns, is_named): (&Columns, bool),
) -> Result<Source, InputError> {
    let unreadable = |error| InputError::Unreadable { name: name.to_owned(), error };
    let unusable = |fault, hint: &str| InputError::Unusable { name: name.to_owned(), fault, hint: hint.to_owned() };
    let format = match format {
        Some(format) => format,
        None => told_by_content(&mut stream).map_err(unreadable)?,
    };
    if let Some(kind) = stream.non_text(format).map_err(unreadable)? {
        return Err(not_rows(name, kind));
    }
    let delimiter = match format {
        InputFormat::Csv => b',',
        InputFormat::Tsv => b'\t',
        InputFormat::Jsonl => {
            if stream.first_byte().map_err(unreadable)? == Some(b'[') {
                let fault = "it is one JSON list".to_owned();
                return Err(unusable(fault, "write one object a line, for example with `jq -c '.[]'`"));
            }
            return Ok(Source::Lines(LineReader::new(stream)));
        }
        InputFormat::Parquet => {
            let (fault, hint) = if cfg!(feature = "parquet") {
                ("Parquet is no stream", "name a file")
            } else {
                ("this program was built without Parquet", "build it with `--features parquet`, or convert the file")
            };
            return Err(unusable(fault.to_owned(), hint));
        }
    };
    let table = TableReader::new(stream, delimiter).map_err(unreadable)?;
    let hint = "name the columns with --id, --question, --answer and --keep; --question may name a question too";
    let places = table.places(columns, is_named).map_err(|fault| unusable(fault, hint))?;
    Ok(Source::Table(Box::new(table), places))
}
