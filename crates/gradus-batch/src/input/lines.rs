//! Reads lines, a block at a time. Holds at most one block, and of each line at most the bytes that a row may have.

use std::io;

use memchr::memchr;

use super::limits::{BLOCK_BYTES, CUT_BYTES, ROW_BYTES};
use super::stream::Stream;

/// A block of lines. All of them share one buffer.
#[derive(Debug, Default)]
pub(super) struct Lines {
    text: Vec<u8>,
    lines: Vec<LineSpan>,
}

/// One line of the input.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct InputLine<'a> {
    /// Counted from 1.
    pub(super) number: u64,
    /// The line without its line break; only the first bytes of a line that is longer than a row may be.
    pub(super) bytes: &'a [u8],
    /// Whether the line is not cut.
    pub(super) whole: bool,
}

/// Where a line is in the buffer.
#[derive(Debug, Clone, Copy)]
struct LineSpan {
    number: u64,
    start: usize,
    end: usize,
    whole: bool,
}

impl Lines {
    pub(super) fn clear(&mut self) {
        self.text.clear();
        self.lines.clear();
    }

    pub(super) fn len(&self) -> usize {
        self.lines.len()
    }

    /// The line at an index; `None` past the last one.
    pub(super) fn get(&self, place: usize) -> Option<InputLine<'_>> {
        let LineSpan { number, start, end, whole } = *self.lines.get(place)?;
        Some(InputLine { number, bytes: self.text.get(start..end)?, whole })
    }
}

/// Reads lines from a stream.
pub(super) struct LineReader {
    stream: Stream,
    number: u64,
    /// The most bytes that a row may have.
    limit: usize,
}

impl LineReader {
    pub(super) fn new(stream: Stream) -> Self {
        Self::with_limit(stream, ROW_BYTES)
    }

    /// Reads rows of at most `limit` bytes.
    pub(super) fn with_limit(stream: Stream, limit: usize) -> Self {
        Self { stream, number: 0, limit }
    }

    pub(super) fn stream(&self) -> &Stream {
        &self.stream
    }

    pub(super) fn stream_mut(&mut self) -> &mut Stream {
        &mut self.stream
    }

    /// The buffered start of the next lines, which stays unread; the last line may be cut.
    pub(super) fn peek(&mut self) -> io::Result<&[u8]> {
        self.stream.fill_buf()
    }

    /// Adds lines that are not blank, until the block is full or the stream ends.
    pub(super) fn fill(&mut self, lines: &mut Lines, most: usize) -> io::Result<()> {
        while lines.len() < most && lines.text.len() < BLOCK_BYTES {
            let start = lines.text.len();
            let Some(whole) = self.read(&mut lines.text)? else { break };
            self.number += 1;
            let line = lines.text.get(start..).unwrap_or_default().trim_ascii_end();
            let end = start + if whole { line.len() } else { line.len().min(CUT_BYTES) };
            if end > start || !whole {
                lines.lines.push(LineSpan { number: self.number, start, end, whole });
            }
            lines.text.truncate(end);
            // A pipe may stay silent for long: the rows at hand are graded meanwhile.
            if !lines.lines.is_empty() && self.stream.would_wait() {
                break;
            }
        }
        Ok(())
    }

    /// Adds the next line; `false` where it is longer than a row may be and is cut, `None` at the end.
    fn read(&mut self, text: &mut Vec<u8>) -> io::Result<Option<bool>> {
        let start = text.len();
        let mut any = false;
        let mut whole = true;
        loop {
            let read = self.stream.fill_buf()?;
            if read.is_empty() {
                return Ok(any.then_some(whole));
            }
            any = true;
            let (taken, ended) = memchr(b'\n', read).map_or((read.len(), false), |at| (at + 1, true));
            let room = (self.limit + 1).saturating_sub(text.len() - start);
            whole &= taken <= room;
            text.extend_from_slice(&read[..taken.min(room)]);
            self.stream.consume(taken);
            if ended {
                return Ok(Some(whole));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(text: &[u8]) -> Vec<(u64, Option<Vec<u8>>)> {
        let mut reader = LineReader::new(Stream::of_bytes(text));
        let (mut lines, mut all) = (Lines::default(), Vec::new());
        loop {
            lines.clear();
            reader.fill(&mut lines, 100).expect("reads");
            if lines.len() == 0 {
                return all;
            }
            let found = (0..lines.len()).filter_map(|place| lines.get(place));
            all.extend(found.map(|line| (line.number, line.whole.then(|| line.bytes.to_vec()))));
        }
    }

    #[test]
    fn empty_lines_are_counted_and_skipped() {
        let found = all(b"a\r\n\n  \nb\nc");
        assert_eq!(found, [(1, Some(b"a".to_vec())), (4, Some(b"b".to_vec())), (5, Some(b"c".to_vec()))]);
    }

    #[test]
    fn a_line_that_is_too_long_is_cut_and_the_next_one_is_read() {
        let mut text = vec![b'x'; ROW_BYTES + 1];
        text.extend_from_slice(b"\nnext\n");
        assert_eq!(all(&text), [(1, None), (2, Some(b"next".to_vec()))]);
        let just = vec![b'x'; ROW_BYTES];
        assert_eq!(all(&just)[0].1.as_ref().map(Vec::len), Some(ROW_BYTES));
    }

    #[test]
    fn a_block_has_no_more_lines_than_requested() {
        let mut reader = LineReader::new(Stream::of_bytes(&b"{}\n".repeat(200)));
        let mut lines = Lines::default();
        reader.fill(&mut lines, 100).expect("reads");
        assert_eq!(lines.len(), 100);
    }
}
