//! A stream of text bytes: unpacks a file or a pipe, checks its encoding, and counts and checksums its bytes.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use flate2::bufread::MultiGzDecoder;

use super::compression::{CompressionFormat, DamagedData};
use super::format::InputFormat;
use super::pipe::{Pipe, stopped};
use gradus_core::model::{NonText, file_signature, non_text};

const BUFFER: usize = 1 << 18;
const BOM: &[u8] = b"\xef\xbb\xbf";

/// Unpacked bytes of a file or a pipe.
pub(super) struct Stream {
    source: BufReader<Box<dyn Read + Send>>,
    checksum: crc32fast::Hasher,
    bytes: u64,
    /// Whether the source is a pipe, whose next bytes may take long to arrive.
    is_pipe: bool,
    /// Set by the caller to stop reading, which then fails even if bytes are left.
    stop: Arc<AtomicBool>,
}

impl Stream {
    /// Reads a file, and unpacks it according to its file extension or its first bytes. `read` counts its bytes before
    /// unpacking.
    pub(super) fn of_file(path: &Path, file: File, read: Arc<AtomicU64>, stop: Arc<AtomicBool>) -> io::Result<Self> {
        let mut source: BufReader<Box<dyn Read + Send>> =
            BufReader::with_capacity(BUFFER, Box::new(CountingReader { source: file, read }));
        let compression = match CompressionFormat::by_extension(path) {
            None => CompressionFormat::by_first_bytes(source.fill_buf()?),
            known => known,
        };
        Self::unpacked(source, compression, false, stop)
    }

    /// Reads a source that may send nothing for a long time, and unpacks it according to its first bytes. Reading fails
    /// when `stop` is set.
    pub(super) fn of_pipe<R: Read + 'static>(
        open: impl FnOnce() -> io::Result<R> + Send + 'static,
        read: Arc<AtomicU64>,
        stop: Arc<AtomicBool>,
    ) -> io::Result<Self> {
        let pipe = Pipe::new(open, Arc::clone(&stop));
        let mut source: BufReader<Box<dyn Read + Send>> =
            BufReader::with_capacity(BUFFER, Box::new(CountingReader { source: pipe, read }));
        let compression = CompressionFormat::by_first_bytes(source.fill_buf()?);
        Self::unpacked(source, compression, true, stop)
    }

    #[cfg(test)]
    pub(super) fn of_bytes(bytes: &[u8]) -> Self {
        Self::of_reader(io::Cursor::new(bytes.to_vec()), Arc::default())
    }

    #[cfg(test)]
    pub(super) fn of_reader(source: impl Read + Send + 'static, stop: Arc<AtomicBool>) -> Self {
        let source: Box<dyn Read + Send> = Box::new(source);
        Self::unpacked(BufReader::new(source), None, false, stop).expect("starts as text")
    }

    fn unpacked(
        source: BufReader<Box<dyn Read + Send>>,
        compression: Option<CompressionFormat>,
        is_pipe: bool,
        stop: Arc<AtomicBool>,
    ) -> io::Result<Self> {
        let source = match compression {
            None => source,
            Some(CompressionFormat::Gzip) => {
                let decoder = Decoder { source: MultiGzDecoder::new(source), stop: Arc::clone(&stop) };
                BufReader::with_capacity(BUFFER, Box::new(decoder) as Box<_>)
            }
            Some(CompressionFormat::Zstd) => {
                let source = zstd::stream::read::Decoder::with_buffer(source)?;
                let decoder = Decoder { source, stop: Arc::clone(&stop) };
                BufReader::with_capacity(BUFFER, Box::new(decoder) as Box<_>)
            }
        };
        let mut stream = Self { source, checksum: crc32fast::Hasher::new(), bytes: 0, is_pipe, stop };
        stream.skip_mark()?;
        Ok(stream)
    }

    /// Skips a byte order mark; refuses UTF-16.
    fn skip_mark(&mut self) -> io::Result<()> {
        let start = self.source.fill_buf()?;
        let has_mark = start.starts_with(b"\xff\xfe") || start.starts_with(b"\xfe\xff");
        // UTF-16 without a mark is recognised by its zero bytes: they are half of the bytes of Latin text.
        if has_mark || matches!(start, [0, other, ..] | [other, 0, ..] if *other != 0) {
            return Err(io::Error::new(io::ErrorKind::InvalidData, "it is UTF-16: save it as UTF-8"));
        }
        if start.starts_with(BOM) {
            self.consume(BOM.len());
        }
        Ok(())
    }

    /// The first byte in the buffer that is not white space. Does not consume any bytes.
    pub(super) fn first_byte(&mut self) -> io::Result<Option<u8>> {
        Ok(self.source.fill_buf()?.iter().copied().find(|byte| !byte.is_ascii_whitespace()))
    }

    /// The kind of the data if the buffer shows that it cannot contain rows, else `None`. Does not consume any bytes.
    /// Damaged rows are accepted: in data without a file signature, a valid heading or one line that starts like a JSON
    /// object is enough.
    pub(super) fn non_text(&mut self, format: InputFormat) -> io::Result<Option<NonText>> {
        let start = self.source.fill_buf()?;
        let mut lines = start.split(|byte| *byte == b'\n');
        let may_hold_rows = match format {
            InputFormat::Parquet => return Ok(None),
            InputFormat::Jsonl => lines.any(|line| line.trim_ascii_start().starts_with(b"{")),
            InputFormat::Csv | InputFormat::Tsv => {
                lines.next().is_some_and(|heading| std::str::from_utf8(heading).is_ok() && !heading.contains(&0))
            }
        };
        Ok(file_signature(start).or_else(|| if may_hold_rows { None } else { non_text(start) }))
    }

    /// Whether reading the next byte may take long.
    pub(super) fn would_wait(&self) -> bool {
        self.is_pipe && self.source.buffer().is_empty()
    }

    /// Length and checksum of the bytes that were consumed.
    pub(super) fn length_and_checksum(&self) -> (u64, u32) {
        (self.bytes, self.checksum.clone().finalize())
    }
}

impl Stream {
    /// The buffered bytes; empty at the end.
    ///
    /// # Errors
    /// When reading fails, or was stopped before the end. Every loop over an input calls this, so even a line without
    /// end can be stopped.
    pub(super) fn fill_buf(&mut self) -> io::Result<&[u8]> {
        if self.stop.load(Ordering::Relaxed) && !self.is_at_end() {
            return Err(stopped());
        }
        self.source.fill_buf()
    }

    /// Whether all bytes were consumed. For use after a stop: before, it waits for a pipe that is still open.
    pub(super) fn is_at_end(&mut self) -> bool {
        self.source.fill_buf().is_ok_and(<[u8]>::is_empty)
    }

    pub(super) fn consume(&mut self, count: usize) {
        self.checksum.update(&self.source.buffer()[..count]);
        self.bytes += count as u64;
        self.source.consume(count);
    }
}

/// Unpacks data, and marks errors that are caused by the data.
struct Decoder<R> {
    source: R,
    stop: Arc<AtomicBool>,
}

impl<R: Read> Read for Decoder<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.source.read(buffer).map_err(|error| {
            let is_other = error.raw_os_error().is_some() || self.stop.load(Ordering::Relaxed);
            match error.kind() {
                io::ErrorKind::UnexpectedEof | io::ErrorKind::Interrupted => error,
                _ if is_other => error,
                kind => io::Error::new(kind, DamagedData(error)),
            }
        })
    }
}

/// Counts the bytes that are read.
struct CountingReader<R> {
    source: R,
    read: Arc<AtomicU64>,
}

impl<R: Read> Read for CountingReader<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.source.read(buffer)?;
        self.read.fetch_add(count as u64, Ordering::Relaxed);
        Ok(count)
    }
}
