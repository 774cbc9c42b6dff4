//! [`Windows`]: finds results of earlier generations by their keys.
//!
//! Only the keys of rows near the current row are in memory, so that memory does not grow with the number of rows. A row
//! that moved further than that is graded again.

use std::collections::VecDeque;
use std::io;

use hashbrown::HashMap;

use super::journal::Entry;
use super::journal_reader::{EntryReader, JournalPosition, JournalReader, SavedResults};
use crate::key::Key;

/// The most keys in memory, of all generations together.
const MAX_KEYS: usize = 900_000;

/// One window for each earlier generation whose results may be reused.
pub(crate) struct Windows {
    windows: Vec<Window>,
}

/// The keys of one generation in the rows around the current row.
struct Window {
    reader: JournalReader,
    entries: EntryReader,
    /// Keys in the order of their rows.
    keys: VecDeque<Key>,
    /// Number of the row of the first key.
    first: u64,
    /// Where the entries of intact results are.
    locations: HashMap<Key, EntryLocation>,
    /// Number of rows in the window before the current row, and after it.
    half: u64,
}

/// The location of an entry.
#[derive(Clone, Copy)]
struct EntryLocation {
    position: JournalPosition,
    /// Length of the journal line in bytes.
    line_length: u32,
    /// Number of the row.
    row: u64,
}

impl Windows {
    /// Without any results.
    pub(crate) fn none() -> Self {
        Self { windows: Vec::new() }
    }

    /// Opens the results of generations. Generations without results, or with another head, are left out.
    pub(crate) fn open(generations: &[SavedResults], head: &[u8]) -> io::Result<Self> {
        let half = (MAX_KEYS / 2 / generations.len().max(1)).max(1) as u64;
        let mut windows = Vec::new();
        for saved in generations {
            if let Some(reader) = JournalReader::open(saved, head)? {
                let entries = EntryReader::open(saved)?;
                let (keys, locations) = (VecDeque::new(), HashMap::new());
                windows.push(Window { reader, entries, keys, first: 0, locations, half });
            }
        }
        Ok(Self { windows })
    }

    /// Whether there are no results.
    pub(crate) fn is_empty(&self) -> bool {
        self.windows.is_empty()
    }

    /// The entry with this key near a row; its result is appended to `results`. Rows must be given in ascending order.
    pub(crate) fn find(&mut self, row: u64, key: Key, results: &mut Vec<u8>) -> io::Result<Option<Entry>> {
        for window in &mut self.windows {
            window.move_to(row)?;
            if let Some(location) = window.locations.get(&key)
                && let Some((entry, result)) = window.entries.read(location.position, location.line_length)?
                && entry.key == key
            {
                results.extend_from_slice(result);
                return Ok(Some(entry));
            }
        }
        Ok(None)
    }
}

impl Window {
    /// Reads keys up to half a window after `row`, and drops those before half a window before it.
    fn move_to(&mut self, row: u64) -> io::Result<()> {
        while self.first + (self.keys.len() as u64) < row + self.half {
            let position = self.reader.position();
            let Some((entry, is_intact)) = self.reader.next_entry()? else { break };
            let line_length = (self.reader.position().journal - position.journal) as u32;
            let row = self.first + self.keys.len() as u64;
            self.keys.push_back(entry.key);
            if is_intact {
                self.locations.insert(entry.key, EntryLocation { position, line_length, row });
            }
        }
        while self.first + self.half < row
            && let Some(key) = self.keys.pop_front()
        {
            // The location may be that of a later row with the same key.
            if self.locations.get(&key).is_some_and(|location| location.row == self.first) {
                self.locations.remove(&key);
            }
            self.first += 1;
        }
        Ok(())
    }
}
