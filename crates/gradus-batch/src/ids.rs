//! Remembers which ids occurred, so that a row with the id and question of an earlier row is found.

use hashbrown::HashMap;

/// Ids that are remembered. Of a longer input, later rows are compared with the first of these only.
const REMEMBERED: usize = 3_600_000;

/// The lines of rows that have their own id, by the fingerprint of their id and question.
#[derive(Default)]
pub(super) struct Ids {
    lines: HashMap<u64, u64>,
}

impl Ids {
    /// The line of the first row with this fingerprint.
    pub(super) fn first(&self, fingerprint: u64) -> Option<u64> {
        self.lines.get(&fingerprint).copied()
    }

    /// Notes a row and returns the line of the first row with this fingerprint, if there was one.
    pub(super) fn note(&mut self, fingerprint: u64, line: u64) -> Option<u64> {
        let first = self.first(fingerprint);
        if first.is_none() && self.lines.len() < REMEMBERED {
            self.lines.insert(fingerprint, line);
        }
        first
    }

    /// Whether some ids may not be remembered.
    pub(super) fn is_full(&self) -> bool {
        self.lines.len() >= REMEMBERED
    }
}
