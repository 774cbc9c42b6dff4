//! Lines of a file, several at a time. Holds no more than a block, and of no line more than a row may have.

use std::io;

use memchr::memchr;

use super::limits::{BLOCK_BYTES, ROW_BYTES};
use super::stream::Stream;

/// Lines that go through together.
#[derive(Debug, Default)]
pub(super) struct Lines {
    text: Vec<u8>,
    lines: Vec<Line>,
}

#[derive(Debug, Clone, Copy)]
struct Line {
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

    /// The number of a line, and its bytes, or `None` where it is longer than a row may be.
    pub(super) fn get(&self, place: usize) -> (u64, Option<&[u8]>) {
        let line = self.lines[place];
        (line.number, line.whole.then(|| &self.text[line.start..line.end]))
    }
}

/// Reads lines from a stream.
pub(super) struct LineReader {
    stream: Stream,
    number: u64,
}

impl LineReader {
    pub(super) fn new(stream: Stream) -> Self {
        Self { stream, number: 0 }
    }

    pub(super) fn stream(&self) -> &Stream {
        &self.stream
    }

    /// Adds lines that hold something, until a block is full or the stream ends.
    pub(super) fn fill(&mut self, lines: &mut Lines, most: usize) -> io::Result<()> {
        while lines.len() < most && lines.text.len() < BLOCK_BYTES {
            let start = lines.text.len();
            let Some(whole) = self.read(&mut lines.text)? else { break };
            self.number += 1;
            let line = lines.text[start..].trim_ascii_end();
            let end = if whole { start + line.len() } else { start };
            if end > start || !whole {
                lines.lines.push(Line { number: self.number, start, end, whole });
            }
            lines.text.truncate(end);
            if !lines.lines.is_empty() && self.stream.would_wait() {
                break;
            }
        }
        Ok(())
    }

    /// Adds the next line; `false` where it is longer than a row may be and only a part was added.
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
            let room = (ROW_BYTES + 1).saturating_sub(text.len() - start);
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
            for place in 0..lines.len() {
                let (number, line) = lines.get(place);
                all.push((number, line.map(<[u8]>::to_vec)));
            }
        }
    }

    #[test]
    fn empty_lines_are_counted_and_passed_over() {
        let found = all(b"a\r\n\n  \nb\nc");
        assert_eq!(found, [(1, Some(b"a".to_vec())), (4, Some(b"b".to_vec())), (5, Some(b"c".to_vec()))]);
    }

    #[test]
    fn a_line_that_is_too_long_is_passed_over() {
        let mut text = vec![b'x'; ROW_BYTES + 1];
        text.extend_from_slice(b"\nnext\n");
        assert_eq!(all(&text), [(1, None), (2, Some(b"next".to_vec()))]);
        let just = vec![b'x'; ROW_BYTES];
        assert_eq!(all(&just)[0].1.as_ref().map(Vec::len), Some(ROW_BYTES));
    }

    #[test]
    fn blocks_are_bounded() {
        let mut reader = LineReader::new(Stream::of_bytes(&b"{}\n".repeat(200)));
        let mut lines = Lines::default();
        reader.fill(&mut lines, 100).expect("reads");
        assert_eq!(lines.len(), 100);
    }
}
