//! Reads saved results with their journal entries, and checks them against their checksums.
//!
//! [`JournalReader`] reads all entries in order. [`EntryReader`] reads single entries whose positions are known.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read as _, Seek, SeekFrom};
use std::path::{Path, PathBuf};

use super::journal::{self, Entry, Head};
use super::own_file;
use super::sink::RunningChecksum;

/// Bytes of a read buffer.
const BUFFER: usize = 1 << 18;

/// The paths of a journal and of the file with its results.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct SavedResults {
    pub(crate) journal: PathBuf,
    pub(crate) results: PathBuf,
}

impl SavedResults {
    /// Whether the journal has complete lines after its head, damaged or not.
    pub(crate) fn has_entries(&self) -> io::Result<bool> {
        let mut start = Vec::new();
        match own_file::open(&self.journal) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(false),
            file => file?.take(4096).read_to_end(&mut start)?,
        };
        Ok(memchr::memchr_iter(b'\n', &start).count() > 1)
    }
}

/// A position between two entries: offsets in the journal and in its results, in bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct JournalPosition {
    pub(crate) journal: u64,
    pub(crate) results: u64,
}

/// Reads the entries of a journal in order.
pub(crate) struct JournalReader {
    journal: BufReader<File>,
    results: BufReader<File>,
    /// The journal line that was read last.
    line: Vec<u8>,
    /// The result that was read last.
    result: Vec<u8>,
    first_entry: JournalPosition,
    position: JournalPosition,
    /// Checksum of the results before `position`.
    checksum: RunningChecksum,
    is_damaged: bool,
}

impl JournalReader {
    /// Opens a journal and its results; `None` if one of the files is missing or does not start with `head`.
    pub(crate) fn open(saved: &SavedResults, head: &[u8]) -> io::Result<Option<Self>> {
        let open = |path: &Path| match own_file::open(path) {
            Ok(file) => Ok(Some(BufReader::with_capacity(BUFFER, file))),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        };
        let (Some(journal), Some(results)) = (open(&saved.journal)?, open(&saved.results)?) else { return Ok(None) };
        let position = JournalPosition::default();
        let mut reader = Self {
            journal,
            results,
            line: Vec::new(),
            result: Vec::new(),
            first_entry: position,
            position,
            checksum: RunningChecksum::default(),
            is_damaged: false,
        };
        let expected = Head::of(head);
        let found: Option<Head> = reader.read_line()?;
        let has_head = found == Some(expected) && reader.read_result(expected.length, expected.checksum)?;
        reader.first_entry = reader.position;
        Ok(has_head.then_some(reader))
    }

    /// The next entry, and whether its result has the recorded checksum. `None` at the end and after a damaged line.
    pub(crate) fn next_entry(&mut self) -> io::Result<Option<(Entry, bool)>> {
        let Some(entry) = self.read_line::<Entry>()? else { return Ok(None) };
        let is_intact = self.read_result(entry.length, entry.checksum)?;
        Ok(Some((entry, is_intact)))
    }

    /// The result of the entry that was read last.
    pub(crate) fn result(&self) -> &[u8] {
        &self.result
    }

    /// The position after the entry that was read last.
    pub(crate) fn position(&self) -> JournalPosition {
        self.position
    }

    /// The position of the first entry.
    pub(crate) fn first_entry(&self) -> JournalPosition {
        self.first_entry
    }

    /// Length and checksum of the results before [`Self::position()`].
    pub(crate) fn checksum(&self) -> &RunningChecksum {
        &self.checksum
    }

    /// Whether the journal has lines after the first damaged line. A damaged last line is not counted, because an
    /// interrupted run leaves one.
    pub(crate) fn has_lost_lines(&mut self) -> io::Result<bool> {
        Ok(self.is_damaged && !self.journal.fill_buf()?.is_empty())
    }

    /// Whether a damaged line was found.
    pub(crate) fn is_damaged(&self) -> bool {
        self.is_damaged
    }

    fn read_line<T: serde::de::DeserializeOwned>(&mut self) -> io::Result<Option<T>> {
        self.line.clear();
        if self.is_damaged || self.journal.read_until(b'\n', &mut self.line)? == 0 {
            return Ok(None);
        }
        let value = journal::parse_line(&self.line);
        self.is_damaged |= value.is_none();
        Ok(value)
    }

    /// Reads a result, and returns whether it has this length and checksum.
    fn read_result(&mut self, length: u32, checksum: u32) -> io::Result<bool> {
        self.result.clear();
        let read = (&mut self.results).take(u64::from(length)).read_to_end(&mut self.result)?;
        self.position.journal += self.line.len() as u64;
        self.position.results += u64::from(length);
        self.checksum.add(&self.result);
        Ok(read == length as usize && crc32fast::hash(&self.result) == checksum)
    }
}

/// Reads single entries in any order.
pub(super) struct EntryReader {
    journal: File,
    results: File,
    line: Vec<u8>,
    result: Vec<u8>,
}

impl EntryReader {
    pub(super) fn open(saved: &SavedResults) -> io::Result<Self> {
        let (journal, results) = (own_file::open(&saved.journal)?, own_file::open(&saved.results)?);
        Ok(Self { journal, results, line: Vec::new(), result: Vec::new() })
    }

    /// The entry at a position and its result; `line_length` is the length of its journal line in bytes. `None` if the
    /// line or the result is damaged.
    pub(super) fn read(&mut self, position: JournalPosition, line_length: u32) -> io::Result<Option<(Entry, &[u8])>> {
        read_at(&mut self.journal, position.journal, line_length, &mut self.line)?;
        let Some(entry) = journal::parse_line::<Entry>(&self.line) else { return Ok(None) };
        read_at(&mut self.results, position.results, entry.length, &mut self.result)?;
        let is_intact = self.result.len() == entry.length as usize && crc32fast::hash(&self.result) == entry.checksum;
        Ok(is_intact.then_some((entry, &self.result)))
    }
}

/// Reads at most `length` bytes at an offset into `bytes`.
fn read_at(file: &mut File, offset: u64, length: u32, bytes: &mut Vec<u8>) -> io::Result<()> {
    bytes.clear();
    file.seek(SeekFrom::Start(offset))?;
    file.take(u64::from(length)).read_to_end(bytes)?;
    Ok(())
}
