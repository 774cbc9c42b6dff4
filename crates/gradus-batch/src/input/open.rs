//! Opens an input: finds its format, unpacks it, and refuses files that do not hold rows.

use std::fs::{self, File};
use std::io;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use super::error::{InputError, InputFault};
use super::folder::FolderReader;
use super::format::InputFormat;
use super::lines::LineReader;
use super::stream::Stream;
use super::table::TableReader;
#[cfg(feature = "parquet")]
use crate::parquet::{ReadError, Table};

/// Context that the caller of an input knows before rows are read.
#[derive(Debug, Clone, Default)]
pub struct InputContext {
    /// Ids that files of a folder may be named after.
    pub ids: Vec<String>,
    /// Whether rows need not name their question.
    pub is_named: bool,
    /// The caller sets it to end waiting for a pipe.
    pub stop: Arc<AtomicBool>,
}

/// An input before its first row is read.
pub(super) struct Opened {
    /// Name for messages.
    pub(super) name: String,
    pub(super) reader: Reader,
    /// Bytes as they are stored, rows of a Parquet file, or files of a folder; `None` where it is not known.
    pub(super) size: Option<u64>,
    /// Counts how much of `size` was read.
    pub(super) read: Arc<AtomicU64>,
}

/// The reader for each format.
pub(super) enum Reader {
    Lines(LineReader),
    Table(Box<TableReader>),
    Folder(FolderReader),
    #[cfg(feature = "parquet")]
    Parquet(Box<Table>),
}

/// Opens a file, a folder, or standard input where `path` is `-`. The format is `format`, or else follows from the file
/// extension or the first bytes.
///
/// # Errors
/// When there is nothing to read, or the caller asked to stop.
pub(super) fn open(path: &Path, format: Option<InputFormat>, context: &InputContext) -> Result<Opened, InputError> {
    let is_standard_input = path.as_os_str() == "-";
    let name = if is_standard_input { "standard input".to_owned() } else { path.display().to_string() };
    let read = Arc::new(AtomicU64::new(0));
    match reader(path, format, context, &read) {
        Err(_) if context.stop.load(Ordering::Relaxed) => Err(InputError::Stopped { name: path.display().to_string() }),
        Err(OpenFault::System(error)) => Err(InputError::unreadable(name, error, 0)),
        Err(OpenFault::Input(fault)) => Err(InputError::Unusable { name, fault }),
        Ok((reader, size)) => Ok(Opened { name, reader, size, read }),
    }
}

/// The reason why an input cannot be opened.
enum OpenFault {
    System(io::Error),
    Input(InputFault),
}

impl From<io::Error> for OpenFault {
    fn from(error: io::Error) -> Self {
        Self::System(error)
    }
}

impl From<InputFault> for OpenFault {
    fn from(fault: InputFault) -> Self {
        Self::Input(fault)
    }
}

#[cfg(feature = "parquet")]
impl From<ReadError> for OpenFault {
    fn from(error: ReadError) -> Self {
        Self::Input(error.into())
    }
}

/// The reader of an input, and its size.
fn reader(
    path: &Path,
    format: Option<InputFormat>,
    context: &InputContext,
    read: &Arc<AtomicU64>,
) -> Result<(Reader, Option<u64>), OpenFault> {
    let (read, stop) = (Arc::clone(read), Arc::clone(&context.stop));
    if path.as_os_str() == "-" {
        let stream = Stream::of_pipe(|| Ok(io::stdin()), read, stop)?;
        return Ok((text_reader(stream, format)?, None));
    }
    let about = fs::metadata(path)?;
    if about.is_dir() {
        if format.is_some() {
            return Err(InputFault::FormatOfFolder.into());
        }
        let folder = FolderReader::new(path, context.ids.clone())?;
        let size = folder.len() as u64;
        return if size == 0 { Err(InputFault::EmptyFolder.into()) } else { Ok((Reader::Folder(folder), Some(size))) };
    }
    if !about.is_file() {
        let path = path.to_owned();
        let stream = Stream::of_pipe(move || File::open(path), read, stop)?;
        return Ok((text_reader(stream, format)?, None));
    }
    let file = File::open(path)?;
    let may_be_plain_text = format.is_none() && has_text_extension(path);
    let format = format.or_else(|| InputFormat::by_name(path));
    #[cfg(feature = "parquet")]
    if format == Some(InputFormat::Parquet) {
        let table = Table::open(file)?;
        let size = Some(table.rows());
        return Ok((Reader::Parquet(Box::new(table)), size));
    }
    let mut stream = match Stream::of_file(path, file, read, stop) {
        // A text in UTF-16 is a text.
        Err(error) if may_be_plain_text && error.kind() == io::ErrorKind::InvalidData => {
            return Err(InputFault::PlainText.into());
        }
        stream => stream?,
    };
    if may_be_plain_text && stream.first_byte()? != Some(b'{') {
        return Err(InputFault::PlainText.into());
    }
    Ok((text_reader(stream, format)?, Some(about.len())))
}

/// Whether a file has the extension of a text. Such a file holds rows only if its first object shows it.
fn has_text_extension(path: &Path) -> bool {
    let extension = path.extension().and_then(|extension| extension.to_str());
    extension.is_some_and(|of| of.eq_ignore_ascii_case("txt") || of.eq_ignore_ascii_case("md"))
}

fn text_reader(mut stream: Stream, format: Option<InputFormat>) -> Result<Reader, OpenFault> {
    let format = match format {
        Some(format) => format,
        None => format_by_content(&mut stream)?,
    };
    if let Some(kind) = stream.non_text(format)? {
        return Err(InputFault::Document(kind).into());
    }
    let delimiter = match format {
        InputFormat::Csv => b',',
        InputFormat::Tsv => b'\t',
        InputFormat::Jsonl if stream.first_byte()? == Some(b'[') => return Err(InputFault::JsonList.into()),
        InputFormat::Jsonl => return Ok(Reader::Lines(LineReader::new(stream))),
        InputFormat::Parquet if cfg!(feature = "parquet") => return Err(InputFault::ParquetStream.into()),
        InputFormat::Parquet => return Err(InputFault::ParquetDisabled.into()),
    };
    Ok(Reader::Table(Box::new(TableReader::new(stream, delimiter)?)))
}

fn format_by_content(stream: &mut Stream) -> io::Result<InputFormat> {
    match stream.first_byte()? {
        Some(b'{' | b'[') | None => Ok(InputFormat::Jsonl),
        Some(_) => Ok(InputFormat::Csv),
    }
}
