//! [`Sink`]: appends results to a file or stream, and their entries to a journal.
//!
//! Results are written before their journal lines, so that a line never describes a result that was not written.

use std::fs::File;
use std::io::{self, IoSlice, Write};

use super::journal::{self, Head};
use super::manifest::Published;

/// Writes data to stable storage, so that it survives a power failure. May be called by a thread that does not write.
pub type SyncToDisk = Box<dyn Fn() -> io::Result<()> + Send>;

/// A destination whose data can be written to stable storage.
pub trait Durable: Write + Send {
    /// A function that writes all data so far to stable storage.
    ///
    /// # Errors
    /// When the system does not provide a second handle to the destination.
    fn syncer(&self) -> io::Result<SyncToDisk>;
}

impl Durable for File {
    fn syncer(&self) -> io::Result<SyncToDisk> {
        let file = self.try_clone()?;
        Ok(Box::new(move || file.sync_data()))
    }
}

/// Appends results in the order of rows.
pub(crate) struct Sink<'w> {
    results: Box<dyn Durable + 'w>,
    journal: Option<Box<dyn Durable + 'w>>,
    checksum: RunningChecksum,
}

/// Length and CRC-32 of the bytes that were added so far.
#[derive(Debug, Clone, Default)]
pub(crate) struct RunningChecksum {
    length: u64,
    hasher: crc32fast::Hasher,
}

impl RunningChecksum {
    pub(crate) fn add(&mut self, bytes: &[u8]) {
        self.length += bytes.len() as u64;
        self.hasher.update(bytes);
    }

    /// The bytes so far, as an output that consists of them.
    pub(crate) fn published(&self) -> Published {
        Published { bytes: self.length, checksum: self.hasher.clone().finalize() }
    }
}

impl<'w> Sink<'w> {
    /// A sink without results. Without a journal, a later run cannot reuse the results.
    pub(crate) fn new(results: Box<dyn Durable + 'w>, journal: Option<Box<dyn Durable + 'w>>) -> Self {
        Self { results, journal, checksum: RunningChecksum::default() }
    }

    /// A sink that appends to two files; `checksum` is that of the results that the first file already has.
    pub(super) fn to_files(results: File, journal: File, checksum: RunningChecksum) -> Self {
        Self { checksum, ..Self::new(Box::new(results), Some(Box::new(journal))) }
    }

    /// Length and checksum of all results so far.
    pub(crate) fn checksum(&self) -> &RunningChecksum {
        &self.checksum
    }

    /// Writes the bytes before the first result, and the first line of the journal.
    pub(crate) fn write_head(&mut self, head: &[u8]) -> io::Result<()> {
        let mut line = Vec::new();
        journal::append_line(&Head::of(head), &mut line)?;
        self.append(&mut [IoSlice::new(head)], &line)
    }

    /// Appends results and their journal lines.
    pub(crate) fn append(&mut self, results: &mut [IoSlice<'_>], journal_lines: &[u8]) -> io::Result<()> {
        results.iter().for_each(|result| self.checksum.add(result));
        write_all(&mut *self.results, results)?;
        match &mut self.journal {
            Some(journal) => journal.write_all(journal_lines),
            None => self.results.flush(),
        }
    }

    /// A function that writes all results so far to stable storage, and then the journal.
    pub(crate) fn syncer(&self) -> io::Result<SyncToDisk> {
        let sync_results = self.results.syncer()?;
        let sync_journal = self.journal.as_ref().map(|journal| journal.syncer()).transpose()?;
        Ok(Box::new(move || {
            sync_results()?;
            sync_journal.as_ref().map_or(Ok(()), |sync| sync())
        }))
    }

    /// Writes all results so far, and then the journal, to stable storage.
    pub(crate) fn sync(&self) -> io::Result<()> {
        self.syncer()?()
    }
}

/// The most slices in one vectored write. POSIX systems accept 1,024.
const MAX_SLICES: usize = 512;

/// Writes all slices with vectored writes, so that they are not copied into one buffer first.
fn write_all(to: &mut (impl Write + ?Sized), mut slices: &mut [IoSlice<'_>]) -> io::Result<()> {
    IoSlice::advance_slices(&mut slices, 0); // skips empty slices at the start
    while !slices.is_empty() {
        let count = slices.len().min(MAX_SLICES);
        match to.write_vectored(&slices[..count]) {
            Ok(0) => return Err(io::ErrorKind::WriteZero.into()),
            Ok(written) => IoSlice::advance_slices(&mut slices, written),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(())
}
