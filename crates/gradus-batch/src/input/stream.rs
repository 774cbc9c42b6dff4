//! Bytes of a file or of standard input: opened, unpacked, counted and summed up.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use flate2::bufread::MultiGzDecoder;

use super::format::InputFormat;
use super::pipe::{Pipe, stopped};
use gradus_core::model::{NonText, file_signature, non_text};

const BUFFER: usize = 1 << 18;
const BOM: &[u8] = b"\xef\xbb\xbf";
const GZIP: &[u8] = b"\x1f\x8b";
const ZSTD: &[u8] = b"\x28\xb5\x2f\xfd";

/// Text that comes from somewhere.
pub(super) struct Stream {
    source: BufReader<Box<dyn Read + Send>>,
    checksum: crc32fast::Hasher,
    bytes: u64,
    live: bool,
    /// Set from outside: reading ends in an error, however many bytes are left.
    stop: Arc<AtomicBool>,
}

impl Stream {
    /// A file, unpacked where its name ends so or it begins so; `read` counts what was read of it.
    pub(super) fn of_file(path: &Path, file: File, read: Arc<AtomicU64>, stop: Arc<AtomicBool>) -> io::Result<Self> {
        let mut source: BufReader<Box<dyn Read + Send>> =
            BufReader::with_capacity(BUFFER, Box::new(Counted { source: file, read }));
        let packing = match Packing::of(path) {
            None => Packing::by_begin(source.fill_buf()?),
            told => told,
        };
        Self::unpacked(source, packing, false, stop)
    }

    /// Something that may be long in giving its bytes, unpacked where it begins so. It ends in an error when `stop`
    /// is set.
    pub(super) fn of_pipe<R: Read + 'static>(
        open: impl FnOnce() -> io::Result<R> + Send + 'static,
        read: Arc<AtomicU64>,
        stop: Arc<AtomicBool>,
    ) -> io::Result<Self> {
        let pipe = Pipe::new(open, Arc::clone(&stop));
        let mut source: BufReader<Box<dyn Read + Send>> =
            BufReader::with_capacity(BUFFER, Box::new(Counted { source: pipe, read }));
        let packing = Packing::by_begin(source.fill_buf()?);
        Self::unpacked(source, packing, true, stop)
    }

    #[cfg(test)]
    pub(super) fn of_bytes(bytes: &[u8]) -> Self {
        Self::of_reader(io::Cursor::new(bytes.to_vec()), Arc::default())
    }

    #[cfg(test)]
    pub(super) fn of_reader(source: impl Read + Send + 'static, stop: Arc<AtomicBool>) -> Self {
        let source: Box<dyn Read + Send> = Box::new(source);
        Self::unpacked(BufReader::new(source), None, false, stop).expect("begins as text")
    }

    fn unpacked(
        source: BufReader<Box<dyn Read + Send>>,
        packing: Option<Packing>,
        live: bool,
        stop: Arc<AtomicBool>,
    ) -> io::Result<Self> {
        let source = match packing {
            None => source,
            Some(Packing::Gzip) => BufReader::with_capacity(BUFFER, Box::new(MultiGzDecoder::new(source)) as Box<_>),
            Some(Packing::Zstd) => {
                let decoder = zstd::stream::read::Decoder::with_buffer(source)?;
                BufReader::with_capacity(BUFFER, Box::new(decoder) as Box<_>)
            }
        };
        let mut stream = Self { source, checksum: crc32fast::Hasher::new(), bytes: 0, live, stop };
        stream.skip_mark()?;
        Ok(stream)
    }

    /// Passes over a byte order mark; refuses UTF-16.
    fn skip_mark(&mut self) -> io::Result<()> {
        let begins = self.source.fill_buf()?;
        let has_mark = begins.starts_with(b"\xff\xfe") || begins.starts_with(b"\xfe\xff");
        // Half of the bytes of Latin text are zero there.
        if has_mark || matches!(begins, [0, other, ..] | [other, 0, ..] if *other != 0) {
            return Err(io::Error::new(io::ErrorKind::InvalidData, "it is UTF-16: save it as UTF-8"));
        }
        if begins.starts_with(BOM) {
            self.consume(BOM.len());
        }
        Ok(())
    }

    /// The first byte that is no space, as far as it can be seen without taking anything.
    pub(super) fn first_byte(&mut self) -> io::Result<Option<u8>> {
        Ok(self.source.fill_buf()?.iter().copied().find(|byte| !byte.is_ascii_whitespace()))
    }

    /// What it is if it cannot hold rows, as far as its first bytes show without taking anything. Damaged rows are
    /// left alone: without a file's signature, a heading or the start of a JSON object in text is enough.
    pub(super) fn non_text(&mut self, format: InputFormat) -> io::Result<Option<NonText>> {
        let begins = self.source.fill_buf()?;
        let mut lines = begins.split(|byte| *byte == b'\n');
        let may_hold_rows = match format {
            InputFormat::Parquet => return Ok(None),
            InputFormat::Jsonl => lines.any(|line| line.trim_ascii_start().starts_with(b"{")),
            InputFormat::Csv | InputFormat::Tsv => {
                lines.next().is_some_and(|heading| std::str::from_utf8(heading).is_ok() && !heading.contains(&0))
            }
        };
        Ok(file_signature(begins).or_else(|| if may_hold_rows { None } else { non_text(begins) }))
    }

    /// Whether the next byte may be long in coming.
    pub(super) fn would_wait(&self) -> bool {
        self.live && self.source.buffer().is_empty()
    }

    /// What was taken so far, in short: its length and a checksum.
    pub(super) fn summed_up(&self) -> (u64, u32) {
        (self.bytes, self.checksum.clone().finalize())
    }
}

impl Stream {
    /// The bytes that are at hand, empty at the end.
    ///
    /// # Errors
    /// When reading fails or was asked to stop. Every loop over an input calls this, so a line without end stops too.
    pub(super) fn fill_buf(&mut self) -> io::Result<&[u8]> {
        if self.stop.load(Ordering::Relaxed) {
            return Err(stopped());
        }
        self.source.fill_buf()
    }

    pub(super) fn consume(&mut self, count: usize) {
        self.checksum.update(&self.source.buffer()[..count]);
        self.bytes += count as u64;
        self.source.consume(count);
    }
}

/// How a file is packed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Packing {
    Gzip,
    Zstd,
}

impl Packing {
    /// As the first bytes of a file tell.
    fn by_begin(bytes: &[u8]) -> Option<Self> {
        if bytes.starts_with(GZIP) {
            Some(Self::Gzip)
        } else if bytes.starts_with(ZSTD) {
            Some(Self::Zstd)
        } else {
            None
        }
    }

    /// As the name of a file tells.
    pub(crate) fn of(path: &Path) -> Option<Self> {
        let ending = path.extension()?;
        if ending.eq_ignore_ascii_case("gz") {
            Some(Self::Gzip)
        } else if ending.eq_ignore_ascii_case("zst") {
            Some(Self::Zstd)
        } else {
            None
        }
    }
}

/// Counts what is read.
struct Counted<R> {
    source: R,
    read: Arc<AtomicU64>,
}

impl<R: Read> Read for Counted<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.source.read(buffer)?;
        self.read.fetch_add(count as u64, Ordering::Relaxed);
        Ok(count)
    }
}
