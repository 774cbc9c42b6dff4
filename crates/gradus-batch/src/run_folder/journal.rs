//! Lines of a journal: one for each result, with the length and checksum of its bytes.

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::key::Key;
use gradus_core::model::GradeSummary;

/// The result of a row. Names are short, because millions of them are written.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Entry {
    /// Hash of everything that the result depends on.
    #[serde(rename = "k")]
    pub(crate) key: Key,
    /// Length of the result in bytes.
    #[serde(rename = "n")]
    pub(crate) length: u32,
    /// Checksum of these bytes.
    #[serde(rename = "c")]
    pub(crate) checksum: u32,
    /// Line at which the row starts.
    #[serde(rename = "l")]
    pub(crate) line: u64,
    /// Id of the row.
    #[serde(rename = "i")]
    pub(crate) id: String,
    /// The score and everything else that a summary needs.
    #[serde(rename = "m")]
    pub(crate) summary: GradeSummary,
}

/// The bytes before the results: the heading of a table, or nothing.
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
pub(super) const LAYOUT: u32 = 1;

impl Head {
    pub(super) fn of(bytes: &[u8]) -> Self {
        Self { journal: LAYOUT, length: bytes.len() as u32, checksum: crc32fast::hash(bytes) }
    }
}

/// Bytes of a tab, the eight digits of a checksum, and a line break.
const TAIL: usize = 10;

/// Adds a line: `value` as JSON, a tab, and the checksum of that JSON.
pub(crate) fn write(value: &impl Serialize, journal: &mut Vec<u8>) -> serde_json::Result<()> {
    let start = journal.len();
    serde_json::to_writer(&mut *journal, value)?;
    let checksum = crc32fast::hash(&journal[start..]);
    let mut tail = *b"\t00000000\n";
    for (digit, place) in tail[1..9].iter_mut().zip((0..8).rev()) {
        *digit = b"0123456789abcdef"[(checksum >> (place * 4)) as usize & 15];
    }
    journal.extend_from_slice(&tail);
    Ok(())
}

/// Reads a line with its line break; `None` where it is not what was written.
pub(super) fn read<T: DeserializeOwned>(line: &[u8]) -> Option<T> {
    let (json, tail) = line.split_at_checked(line.len().checked_sub(TAIL)?)?;
    let digits = std::str::from_utf8(tail.strip_prefix(b"\t")?.strip_suffix(b"\n")?).ok()?;
    let checksum = u32::from_str_radix(digits, 16).ok()?;
    (crc32fast::hash(json) == checksum).then(|| serde_json::from_slice(json).ok())?
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_that_was_changed_anywhere_is_not_read() {
        let key = "00000000000000000000000000000abc".parse().expect("a key");
        let summary = GradeSummary::ungraded("q", "no text");
        let entry = Entry { key, length: 12, checksum: 7, line: 3, id: "a\tb\n".to_owned(), summary };
        let mut journal = Vec::new();
        write(&entry, &mut journal).expect("writes");
        assert_eq!(memchr::memchr_iter(b'\n', &journal).count(), 1);
        assert_eq!(read(&journal), Some(entry));
        for at in 0..journal.len() {
            assert_eq!(read::<Entry>(&journal[..at]), None, "cut at {at}");
            let mut touched = journal.clone();
            touched[at] ^= 1;
            assert_eq!(read::<Entry>(&touched), None, "touched at {at}");
        }
    }
}
