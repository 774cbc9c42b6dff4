//! The lines of a journal. The first line describes the head of the results; each further line describes one result.

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::key::Key;
use gradus_core::model::GradeSummary;

/// The journal entry of a result. Its JSON keys are short, because a journal may have millions of entries.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Entry {
    /// Hash of everything that the result depends on.
    #[serde(rename = "k")]
    pub(crate) key: Key,
    /// Length of the result in bytes.
    #[serde(rename = "n")]
    pub(crate) length: u32,
    /// CRC-32 of the result.
    #[serde(rename = "c")]
    pub(crate) checksum: u32,
    /// First line of the row in the input, from 1.
    #[serde(rename = "l")]
    pub(crate) line: u64,
    /// Id of the row.
    #[serde(rename = "i")]
    pub(crate) id: String,
    /// Score and flags, for the summary of the run.
    #[serde(rename = "m")]
    pub(crate) summary: GradeSummary,
}

/// Length and checksum of the bytes before the first result: the header of a table, or nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Head {
    /// Version of the journal format.
    pub(super) journal: u32,
    #[serde(rename = "n")]
    pub(super) length: u32,
    #[serde(rename = "c")]
    pub(super) checksum: u32,
}

/// Version of the journal format that this program writes and reads.
const VERSION: u32 = 1;

impl Head {
    pub(super) fn of(bytes: &[u8]) -> Self {
        Self { journal: VERSION, length: bytes.len() as u32, checksum: crc32fast::hash(bytes) }
    }
}

/// Bytes at the end of a line: a tab, the eight digits of a checksum, and a line break.
const TAIL_BYTES: usize = 10;

/// Appends a line to `journal`: `value` as JSON, a tab, and the CRC-32 of that JSON in hexadecimal digits.
pub(crate) fn append_line(value: &impl Serialize, journal: &mut Vec<u8>) -> serde_json::Result<()> {
    let start = journal.len();
    serde_json::to_writer(&mut *journal, value)?;
    let checksum = crc32fast::hash(&journal[start..]);
    let mut tail = *b"\t00000000\n";
    for (digit, position) in tail[1..9].iter_mut().zip((0..8).rev()) {
        *digit = b"0123456789abcdef"[(checksum >> (position * 4)) as usize & 15];
    }
    journal.extend_from_slice(&tail);
    Ok(())
}

/// Parses a line with its line break; `None` if the line is damaged.
pub(super) fn parse_line<T: DeserializeOwned>(line: &[u8]) -> Option<T> {
    let (json, tail) = line.split_at_checked(line.len().checked_sub(TAIL_BYTES)?)?;
    let digits = std::str::from_utf8(tail.strip_prefix(b"\t")?.strip_suffix(b"\n")?).ok()?;
    let checksum = u32::from_str_radix(digits, 16).ok()?;
    (crc32fast::hash(json) == checksum).then(|| serde_json::from_slice(json).ok())?
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_with_any_changed_or_missing_byte_is_damaged() {
        let key = "00000000000000000000000000000abc".parse().expect("a key");
        let summary = GradeSummary::ungraded("q", "no text");
        let entry = Entry { key, length: 12, checksum: 7, line: 3, id: "a\tb\n".to_owned(), summary };
        let mut journal = Vec::new();
        append_line(&entry, &mut journal).expect("writes");
        assert_eq!(memchr::memchr_iter(b'\n', &journal).count(), 1);
        assert_eq!(parse_line(&journal), Some(entry));
        for at in 0..journal.len() {
            assert_eq!(parse_line::<Entry>(&journal[..at]), None, "cut at {at}");
            let mut changed = journal.clone();
            changed[at] ^= 1;
            assert_eq!(parse_line::<Entry>(&changed), None, "changed at {at}");
        }
    }
}
