//! Reads a source that may be silent for long on a thread of its own, so that the caller can stop waiting for it.

use std::io::{self, Read};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use crossbeam_channel::{Receiver, RecvTimeoutError, bounded};

use crate::catch_panic::catch_panic;

/// Bytes that are read at a time.
const CHUNK: usize = 1 << 16;
/// Chunks that are read before they are needed.
const AHEAD: usize = 4;
/// Pause between two looks at the flag that stops reading.
const OFTEN: Duration = Duration::from_millis(50);

/// Reads the bytes that its thread has read; fails when it is stopped while it waits.
pub struct Pipe {
    chunks: Receiver<io::Result<Vec<u8>>>,
    chunk: Vec<u8>,
    taken: usize,
    stop: Arc<AtomicBool>,
}

impl Pipe {
    /// Reads the source that `open` opens. Opening may take long as well, and is done on the thread.
    pub fn new<R: Read + 'static>(
        open: impl FnOnce() -> io::Result<R> + Send + 'static,
        stop: Arc<AtomicBool>,
    ) -> Self {
        let (sender, chunks) = bounded(AHEAD);
        thread::spawn(move || {
            let mut source = match open() {
                Ok(source) => source,
                Err(error) => return drop(sender.send(Err(error))),
            };
            loop {
                let mut chunk = vec![0; CHUNK];
                let read = catch_panic(|| source.read(&mut chunk));
                let read = read.unwrap_or_else(|panicked| Err(io::Error::other(panicked.to_string()))).map(|read| {
                    chunk.truncate(read);
                    chunk
                });
                let is_last = read.as_ref().map_or(true, Vec::is_empty);
                if sender.send(read).is_err() || is_last {
                    break;
                }
            }
        });
        Self { chunks, chunk: Vec::new(), taken: 0, stop }
    }
}

impl Read for Pipe {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while self.taken == self.chunk.len() {
            // A source that has ended can be recognised after a stop too, without waiting for it.
            let is_stopped = self.stop.load(Ordering::Relaxed);
            match self.chunks.recv_timeout(if is_stopped { Duration::ZERO } else { OFTEN }) {
                Ok(chunk) => (self.chunk, self.taken) = (chunk?, 0),
                Err(RecvTimeoutError::Disconnected) => return Ok(0),
                Err(RecvTimeoutError::Timeout) if is_stopped => return Err(stopped()),
                Err(RecvTimeoutError::Timeout) => continue,
            }
            if self.chunk.is_empty() {
                return Ok(0);
            }
        }
        // Also while bytes are left, because a source may never run out of them.
        if self.stop.load(Ordering::Relaxed) {
            return Err(stopped());
        }
        let count = buffer.len().min(self.chunk.len() - self.taken);
        buffer[..count].copy_from_slice(&self.chunk[self.taken..self.taken + count]);
        self.taken += count;
        Ok(count)
    }
}

/// The error of a reader that was asked to stop.
pub(super) fn stopped() -> io::Error {
    io::Error::other("it was stopped")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_bytes_of_the_source_are_read() {
        let bytes: Vec<u8> = (0..=255).cycle().take(CHUNK * 3 + 5).collect();
        let (mut read, stop) = (Vec::new(), Arc::new(AtomicBool::new(false)));
        let source = bytes.clone();
        Pipe::new(|| Ok(io::Cursor::new(source)), stop).read_to_end(&mut read).expect("reads");
        assert_eq!(read, bytes);
    }

    #[test]
    fn a_silent_source_is_not_waited_for_after_a_stop() {
        let (reader, _writer) = io::pipe().expect("a pipe");
        let stop = Arc::new(AtomicBool::new(true));
        assert!(Pipe::new(|| Ok(reader), stop).read(&mut [0; 8]).is_err());
    }

    #[test]
    fn the_end_of_a_source_is_recognised_after_a_stop() {
        let stop = Arc::new(AtomicBool::new(false));
        let mut pipe = Pipe::new(|| Ok(io::Cursor::new(b"abc")), Arc::clone(&stop));
        assert_eq!(pipe.read(&mut [0; 2]).expect("reads"), 2);
        stop.store(true, Ordering::Relaxed);
        assert!(pipe.read(&mut [0; 2]).is_err(), "a byte is left");
        stop.store(false, Ordering::Relaxed);
        assert_eq!(pipe.read(&mut [0; 2]).expect("reads"), 1);
        // The thread of the pipe needs a moment to reach the end.
        while pipe.chunks.is_empty() {
            thread::sleep(Duration::from_millis(1));
        }
        stop.store(true, Ordering::Relaxed);
        assert_eq!((pipe.read(&mut [0; 2]).expect("ends"), pipe.read(&mut [0; 2]).expect("ends")), (0, 0));
    }
}
