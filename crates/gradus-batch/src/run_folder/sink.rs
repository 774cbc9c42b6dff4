//! Writes results: their bytes first, then the lines of the journal.

use std::fs::File;
use std::io::{self, IoSlice, Write};

use super::journal::{self, Head};

/// Makes written bytes outlast a loss of power. Another thread than the writing one may call it.
pub type SyncHandle = Box<dyn Fn() -> io::Result<()> + Send>;

/// A destination whose bytes can be made to last.
pub trait Durable: Write + Send {
    /// A function that makes the bytes written so far last.
    ///
    /// # Errors
    /// When the system cannot give a second handle to the destination.
    fn sync_handle(&self) -> io::Result<SyncHandle>;
}

impl Durable for File {
    fn sync_handle(&self) -> io::Result<SyncHandle> {
        let twin = self.try_clone()?;
        Ok(Box::new(move || twin.sync_data()))
    }
}

/// Takes results in the order of rows.
pub(crate) struct Sink<'w> {
    data: Box<dyn Durable + 'w>,
    journal: Option<Box<dyn Durable + 'w>>,
    written: Written,
}

/// Length and checksum of written bytes.
#[derive(Debug, Clone, Default)]
pub(crate) struct Written {
    length: u64,
    checksum: crc32fast::Hasher,
}

impl Written {
    pub(crate) fn add(&mut self, bytes: &[u8]) {
        self.length += bytes.len() as u64;
        self.checksum.update(bytes);
    }

    /// Length and checksum.
    pub(crate) fn sum(&self) -> (u64, u32) {
        (self.length, self.checksum.clone().finalize())
    }
}

impl<'w> Sink<'w> {
    /// Appends to results; without a journal they cannot be reused later.
    pub(crate) fn new(data: Box<dyn Durable + 'w>, journal: Option<Box<dyn Durable + 'w>>) -> Self {
        Self { data, journal, written: Written::default() }
    }

    /// Appends to two files that have `written` already.
    pub(super) fn to_files(data: File, journal: File, written: Written) -> Self {
        Self { written, ..Self::new(Box::new(data), Some(Box::new(journal))) }
    }

    /// Length and checksum of the results written so far.
    pub(crate) fn written(&self) -> &Written {
        &self.written
    }

    /// Writes the head of the results.
    pub(crate) fn write_head(&mut self, head: &[u8]) -> io::Result<()> {
        let mut line = Vec::new();
        journal::write(&Head::of(head), &mut line)?;
        self.append(&mut [IoSlice::new(head)], &line)
    }

    /// Adds results, and their lines of the journal.
    pub(crate) fn append(&mut self, results: &mut [IoSlice<'_>], journal: &[u8]) -> io::Result<()> {
        results.iter().for_each(|result| self.written.add(result));
        write_all(&mut *self.data, results)?;
        match &mut self.journal {
            Some(lines) => lines.write_all(journal),
            None => self.data.flush(),
        }
    }

    /// A function that makes everything written so far last: the results first.
    pub(crate) fn sync_handle(&self) -> io::Result<SyncHandle> {
        let data = self.data.sync_handle()?;
        let journal = self.journal.as_ref().map(|journal| journal.sync_handle()).transpose()?;
        Ok(Box::new(move || {
            data()?;
            journal.as_ref().map_or(Ok(()), |sync| sync())
        }))
    }

    /// Makes everything written so far last.
    pub(crate) fn sync(&self) -> io::Result<()> {
        self.sync_handle()?()
    }
}

/// Pieces that are written at once; systems accept about as many.
const PIECES: usize = 512;

/// Writes all pieces, many at a time and without copying them together.
fn write_all(to: &mut (impl Write + ?Sized), mut pieces: &mut [IoSlice<'_>]) -> io::Result<()> {
    IoSlice::advance_slices(&mut pieces, 0); // skips empty pieces at the start
    while !pieces.is_empty() {
        let count = pieces.len().min(PIECES);
        match to.write_vectored(&pieces[..count]) {
            Ok(0) => return Err(io::ErrorKind::WriteZero.into()),
            Ok(written) => IoSlice::advance_slices(&mut pieces, written),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(())
}
