//! The parts of the automaton: numbered nodes, and edges that lead from one node to the next on a word.
//!
//! Edges carry sets of the ways in which words were recognised. These sets are here too.

use crate::model::MatchKind;

/// The node from which every part starts.
pub(super) const START: u16 = u16::MAX;

/// A step from one node to another on a word or quantity.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Edge {
    pub(super) to: u16,
    pub(super) from: u16,
    /// Greatest number of other words before this one.
    pub(super) gap: u8,
    pub(super) how: MatchKinds,
}

/// The set of ways in which the words of a phrase were recognised. The empty set means exactly as written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub(super) struct MatchKinds(u8);

impl MatchKinds {
    pub(super) const EXACT: Self = Self(0);
    pub(super) const STEM: Self = Self(1);
    pub(super) const QUANTITY: Self = Self(1 << 1);
    pub(super) const SYNONYM: Self = Self(1 << 2);
    pub(super) const SPOKEN: Self = Self(1 << 3);
    pub(super) const SPELLING: Self = Self(1 << 4);
    pub(super) const RELATED: Self = Self(1 << 5);
    pub(super) const OPPOSITE: Self = Self(1 << 6);

    /// The set as the lowest seven bits.
    pub(super) fn bits(self) -> u16 {
        u16::from(self.0)
    }

    /// The inverse of [`Self::bits`].
    pub(super) fn from_bits(bits: u16) -> Self {
        Self(bits as u8)
    }

    pub(super) fn and(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// Whether a related word or opposite matched, so that the phrase itself may still occur later.
    pub(super) fn is_loose(self) -> bool {
        self.0 >= Self::RELATED.0
    }

    /// The way that is furthest from the phrase as written.
    pub(super) fn furthest(self) -> MatchKind {
        match self.0 {
            0 => MatchKind::Exact,
            1 => MatchKind::Stem,
            2..=3 => MatchKind::Quantity,
            4..=7 => MatchKind::Synonym,
            8..=15 => MatchKind::Spoken,
            16..=31 => MatchKind::Spelling,
            32..=63 => MatchKind::Related,
            _ => MatchKind::Opposite,
        }
    }
}

/// Sorts edges and removes duplicates, so that the order in which phrases were added does not matter.
pub(super) fn sort_and_dedup(edges: &mut Vec<Edge>) {
    edges.sort_unstable();
    edges.dedup_by_key(|edge| (edge.to, edge.from, edge.gap));
}
