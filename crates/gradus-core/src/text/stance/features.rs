//! The words around a mention, each with its place.

use crate::text::{Class, Document, WordId};

/// Greatest number of words on one side of a mention that matter.
const REACH: u32 = 30;

/// Where a word is, as seen from the mention.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum Place {
    /// Before the mention, in the same clause.
    Before,
    /// Before the mention, in another clause of the sentence.
    ClauseBefore,
    /// After the mention, in the same clause.
    After,
    /// After the mention, in another clause of the sentence.
    ClauseAfter,
    /// The last word before the mention.
    LastBefore,
    /// The last word but one before the mention.
    SecondBefore,
    /// The first word after the mention.
    FirstAfter,
    /// The second word after the mention.
    SecondAfter,
}

impl Place {
    /// Number of places that single words have.
    pub const ALL: usize = 8;
    /// Number of places that pairs of words have: the first places.
    pub const OF_PAIRS: usize = 4;

    /// The name in the files that the weights are learned from.
    pub fn name(self) -> &'static str {
        ["B", "CB", "A", "CA", "B1", "B2", "A1", "A2"][self as usize]
    }
}

/// Calls `visit` with every word around the mention from token `first` to token `last` of a sentence, and with its place.
/// Other sentences do not matter, so a further sentence never changes a decision. The second word is the right neighbour
/// in the same clause; it is given only for places of pairs.
pub fn visit_features(
    document: &Document,
    sentence: usize,
    (first, last): (u32, u32),
    mut visit: impl FnMut(Place, WordId, Option<WordId>),
) {
    let Some(own) = document.sentences().get(sentence) else { return };
    let tokens = document.tokens();
    let word = |at: u32| tokens[at as usize].word;
    let is_clause_start = |at: u32| {
        let token = tokens[at as usize];
        !token.follows_closely() || token.class().has(Class::RELEASE)
    };
    let pair = |at: u32, end: u32| (at + 1 < end && tokens[at as usize + 1].follows_closely()).then(|| word(at + 1));
    for (place, at) in [(Place::LastBefore, first.checked_sub(1)), (Place::SecondBefore, first.checked_sub(2))] {
        if let Some(at) = at.filter(|at| *at >= own.first) {
            visit(place, word(at), None);
        }
    }
    for (place, at) in [(Place::FirstAfter, last + 1), (Place::SecondAfter, last + 2)] {
        if at < own.end {
            visit(place, word(at), None);
        }
    }
    let mut place = Place::Before;
    for at in (own.first.max(first.saturating_sub(REACH))..first).rev() {
        if is_clause_start(at + 1) {
            place = Place::ClauseBefore;
        }
        visit(place, word(at), pair(at, first));
    }
    place = Place::After;
    for at in last + 1..own.end.min(last + 1 + REACH) {
        if is_clause_start(at) {
            place = Place::ClauseAfter;
        }
        visit(place, word(at), pair(at, own.end));
    }
}
