//! Reads the results of an earlier run, and compares them with their checksums: all entries in order, or single entries
//! in any order.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read as _, Seek, SeekFrom};
use std::path::{Path, PathBuf};

use super::journal::{self, Entry, Head};
use super::own_file;
use super::sink::Written;

const BUFFER: usize = 1 << 18;

/// The paths of a journal and of the file with its results.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Source {
    pub(crate) journal: PathBuf,
    pub(crate) data: PathBuf,
}

impl Source {
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

/// A position in a journal and in its results, in bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Place {
    pub(crate) journal: u64,
    pub(crate) data: u64,
}

/// Reads entries in their order.
pub(crate) struct Replay {
    journal: BufReader<File>,
    data: BufReader<File>,
    line: Vec<u8>,
    bytes: Vec<u8>,
    start: Place,
    place: Place,
    /// Length and checksum of the results before `place`.
    passed: Written,
    torn: bool,
}

impl Replay {
    /// Opens the journal and its results; `None` if one of the files is missing or does not start with `head`.
    pub(crate) fn open(source: &Source, head: &[u8]) -> io::Result<Option<Self>> {
        let open = |path: &Path| match own_file::open(path) {
            Ok(file) => Ok(Some(BufReader::with_capacity(BUFFER, file))),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        };
        let (Some(journal), Some(data)) = (open(&source.journal)?, open(&source.data)?) else { return Ok(None) };
        let (place, passed) = (Place::default(), Written::default());
        let mut replay =
            Self { journal, data, line: Vec::new(), bytes: Vec::new(), start: place, place, passed, torn: false };
        let expected = Head::of(head);
        let found: Option<Head> = replay.read_line()?;
        let has_head = found == Some(expected) && replay.read_bytes(expected.length, expected.checksum)?;
        replay.start = replay.place;
        Ok(has_head.then_some(replay))
    }

    /// The next entry, and whether its result is undamaged; `None` at the end and from the first damaged line on.
    pub(crate) fn next(&mut self) -> io::Result<Option<(Entry, bool)>> {
        let Some(entry) = self.read_line::<Entry>()? else { return Ok(None) };
        let is_sound = self.read_bytes(entry.length, entry.checksum)?;
        Ok(Some((entry, is_sound)))
    }

    /// The result of the entry that was read last.
    pub(crate) fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// The position after the entry that was read last.
    pub(crate) fn place(&self) -> Place {
        self.place
    }

    /// The position of the first entry.
    pub(crate) fn start(&self) -> Place {
        self.start
    }

    /// Length and checksum of the results before [`Self::place()`].
    pub(crate) fn results_before_place(&self) -> &Written {
        &self.passed
    }

    /// Whether the journal has lines after the first damaged one. A damaged line at the end is not counted, because an
    /// interrupted run leaves one.
    pub(crate) fn has_lost_lines(&mut self) -> io::Result<bool> {
        Ok(self.torn && !self.journal.fill_buf()?.is_empty())
    }

    /// Whether a damaged line was found.
    pub(crate) fn is_torn(&self) -> bool {
        self.torn
    }

    fn read_line<T: serde::de::DeserializeOwned>(&mut self) -> io::Result<Option<T>> {
        self.line.clear();
        if self.torn || self.journal.read_until(b'\n', &mut self.line)? == 0 {
            return Ok(None);
        }
        let found = journal::read(&self.line);
        self.torn |= found.is_none();
        Ok(found)
    }

    fn read_bytes(&mut self, length: u32, checksum: u32) -> io::Result<bool> {
        self.bytes.clear();
        let read = (&mut self.data).take(u64::from(length)).read_to_end(&mut self.bytes)?;
        self.place.journal += self.line.len() as u64;
        self.place.data += u64::from(length);
        self.passed.add(&self.bytes);
        Ok(read == length as usize && crc32fast::hash(&self.bytes) == checksum)
    }
}

/// Reads single entries in any order.
pub(super) struct EntryPicker {
    journal: File,
    data: File,
    line: Vec<u8>,
    bytes: Vec<u8>,
}

impl EntryPicker {
    pub(super) fn open(source: &Source) -> io::Result<Self> {
        let (journal, data) = (own_file::open(&source.journal)?, own_file::open(&source.data)?);
        Ok(Self { journal, data, line: Vec::new(), bytes: Vec::new() })
    }

    /// The entry at `place`, whose line in the journal has `line_length` bytes, and its result; `None` if one of them
    /// is damaged.
    pub(super) fn pick(&mut self, place: Place, line_length: u32) -> io::Result<Option<(Entry, &[u8])>> {
        read_at(&mut self.journal, place.journal, line_length, &mut self.line)?;
        let Some(entry) = journal::read::<Entry>(&self.line) else { return Ok(None) };
        read_at(&mut self.data, place.data, entry.length, &mut self.bytes)?;
        let is_sound = self.bytes.len() == entry.length as usize && crc32fast::hash(&self.bytes) == entry.checksum;
        Ok(is_sound.then_some((entry, &self.bytes)))
    }
}

fn read_at(file: &mut File, at: u64, length: u32, bytes: &mut Vec<u8>) -> io::Result<()> {
    bytes.clear();
    file.seek(SeekFrom::Start(at))?;
    file.take(u64::from(length)).read_to_end(bytes)?;
    Ok(())
}
