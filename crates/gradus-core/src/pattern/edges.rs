//! The automaton's parts: nodes are numbers, edges say which word leads from one to the next.

use crate::model::How;

/// The node that every part begins at.
pub(super) const START: u16 = u16::MAX;

/// A step from node to node on one word or quantity.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Edge {
    pub(super) to: u16,
    pub(super) from: u16,
    /// How many other words may stand between.
    pub(super) gap: u8,
    pub(super) how: Means,
}

/// Everything by which a phrase was recognised.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub(super) struct Means(u8);

impl Means {
    pub(super) const EXACT: Self = Self(0);
    pub(super) const STEM: Self = Self(1);
    pub(super) const QUANTITY: Self = Self(1 << 1);
    pub(super) const SYNONYM: Self = Self(1 << 2);
    pub(super) const SPOKEN: Self = Self(1 << 3);
    pub(super) const SPELLING: Self = Self(1 << 4);
    pub(super) const RELATED: Self = Self(1 << 5);
    pub(super) const OPPOSITE: Self = Self(1 << 6);

    /// The set as its lowest seven bits.
    pub(super) fn bits(self) -> u16 {
        u16::from(self.0)
    }

    /// The set of such bits.
    pub(super) fn from_bits(bits: u16) -> Self {
        Self(bits as u8)
    }

    pub(super) fn and(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// Whether it is the phrase in other words only: the phrase itself may still come.
    pub(super) fn is_loose(self) -> bool {
        self.0 >= Self::RELATED.0
    }

    /// The one that is furthest from the written form.
    pub(super) fn furthest(self) -> How {
        match self.0 {
            0 => How::Exact,
            1 => How::Stem,
            2..=3 => How::Quantity,
            4..=7 => How::Synonym,
            8..=15 => How::Spoken,
            16..=31 => How::Spelling,
            32..=63 => How::Related,
            _ => How::Opposite,
        }
    }
}

/// Sorts and removes what stands twice, so that the order of compilation does not matter.
pub(super) fn tidy(edges: &mut Vec<Edge>) {
    edges.sort_unstable();
    edges.dedup_by_key(|edge| (edge.to, edge.from, edge.gap));
}
