//! Finds results of earlier runs by their keys.
//!
//! Holds only the keys near the current row, so that memory does not grow with the number of rows. A row that has moved
//! further than the window reaches is graded again.

use std::collections::VecDeque;
use std::io;

use hashbrown::HashMap;

use super::journal::Entry;
use super::replay::{EntryPicker, Place, Replay, Source};
use crate::key::Key;

/// Keys of all sources together that are held at a time.
const HELD: usize = 900_000;

/// The sources of results that may be reused.
pub(crate) struct Windows {
    windows: Vec<Window>,
}

struct Window {
    replay: Replay,
    picker: EntryPicker,
    /// Keys in the order of their rows; the first is that of row `first`.
    keys: VecDeque<Key>,
    first: u64,
    places: HashMap<Key, (Place, u32, u64)>,
    half: u64,
}

impl Windows {
    /// No sources.
    pub(crate) fn none() -> Self {
        Self { windows: Vec::new() }
    }

    /// Opens all sources that exist.
    pub(crate) fn open(sources: &[Source], head: &[u8]) -> io::Result<Self> {
        Self::holding(HELD, sources, head)
    }

    fn holding(keys: usize, sources: &[Source], head: &[u8]) -> io::Result<Self> {
        let half = (keys / 2 / sources.len().max(1)).max(1) as u64;
        let mut windows = Vec::new();
        for source in sources {
            if let Some(replay) = Replay::open(source, head)? {
                let picker = EntryPicker::open(source)?;
                let (keys, places) = (VecDeque::new(), HashMap::new());
                windows.push(Window { replay, picker, keys, first: 0, places, half });
            }
        }
        Ok(Self { windows })
    }

    /// Whether there are no results to find.
    pub(crate) fn is_empty(&self) -> bool {
        self.windows.is_empty()
    }

    /// The result with this key near the row of this number; its bytes are added to `data`.
    pub(crate) fn take(&mut self, row: u64, key: Key, data: &mut Vec<u8>) -> io::Result<Option<Entry>> {
        for window in &mut self.windows {
            window.move_to(row)?;
            if let Some((place, line, _)) = window.places.get(&key)
                && let Some((entry, bytes)) = window.picker.pick(*place, *line)?
                && entry.key == key
            {
                data.extend_from_slice(bytes);
                return Ok(Some(entry));
            }
        }
        Ok(None)
    }
}

impl Window {
    fn move_to(&mut self, row: u64) -> io::Result<()> {
        while self.first + (self.keys.len() as u64) < row + self.half {
            let place = self.replay.place();
            let Some((entry, is_sound)) = self.replay.next()? else { break };
            let line = (self.replay.place().journal - place.journal) as u32;
            let number = self.first + self.keys.len() as u64;
            self.keys.push_back(entry.key);
            if is_sound {
                self.places.insert(entry.key, (place, line, number));
            }
        }
        while self.first + self.half < row
            && let Some(key) = self.keys.pop_front()
        {
            // A later row may have the same key.
            if self.places.get(&key).is_some_and(|(_, _, number)| *number == self.first) {
                self.places.remove(&key);
            }
            self.first += 1;
        }
        Ok(())
    }
}
