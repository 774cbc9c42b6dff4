//! Which ids were there already.

use hashbrown::HashMap;

/// Ids that are remembered. With more rows, only the first of them are held against the others.
const REMEMBERED: usize = 3_600_000;

/// The rows that have names of their own, in short, and where they stand.
#[derive(Default)]
pub(super) struct Ids {
    lines: HashMap<u64, u64>,
}

impl Ids {
    /// The line of a row that is called the same.
    pub(super) fn first(&self, same: u64) -> Option<u64> {
        self.lines.get(&same).copied()
    }

    /// Notes a row; the line of the one that was called the same before, where there is one.
    pub(super) fn note(&mut self, same: u64, line: u64) -> Option<u64> {
        let first = self.first(same);
        if first.is_none() && self.lines.len() < REMEMBERED {
            self.lines.insert(same, line);
        }
        first
    }

    /// Whether there were more rows than are remembered.
    pub(super) fn is_full(&self) -> bool {
        self.lines.len() >= REMEMBERED
    }
}
