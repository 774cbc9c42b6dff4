//! Keeps the best hits of each concept, and converts them to credit.
//!
//! Decides what hits in lists, related words and negations are worth. [`super::coverage`] weighs them against reference
//! answers, and [`super::points`] distributes the points.

use super::points::Share;
use crate::model::MatchKind;
use crate::pattern::Hit;

/// Worth of a full hit, in thousandths.
const FULL: u32 = 1000;
/// Worth of a concept whose hits are all in bare lists of terms.
///
/// The worth of a related word is halved too, and so is that of a concept that the answer affirms and the reference
/// denies, or the other way round. Such hits are partly right; measurements showed no difference between a half and
/// similar factors.
const HALF: u32 = 500;
/// Greatest number of words by which a phrase is considered more specific.
const MAX_SPECIFICITY: u8 = 4;
/// Number of words of a hit from which it is too long to convince at a glance.
const TOO_LONG: u32 = 9;

/// A hit of a concept, with its worth.
#[derive(Debug, Clone, Copy)]
pub(super) struct ConceptHit {
    pub(super) hit: Hit,
    /// Worth in thousandths.
    pub(super) worth: u32,
}

impl ConceptHit {
    /// Takes a hit, and whether it is in a bare list of terms.
    pub(super) fn new(hit: Hit, bare: bool) -> Self {
        let halve = |worth: u32, when: bool| if when { worth * HALF / FULL } else { worth };
        let related = matches!(hit.how, MatchKind::Related | MatchKind::Opposite);
        Self { hit, worth: halve(halve(FULL, bare), related) }
    }

    /// How well the hit convinces a reader: short enough before long, specific before generic, as written before
    /// corrected, tight before loose.
    fn conviction(&self) -> (bool, u8, bool, std::cmp::Reverse<u32>) {
        let Hit { how, specificity, .. } = self.hit;
        let is_as_written = !matches!(how, MatchKind::Spelling | MatchKind::Related | MatchKind::Opposite);
        let words = self.hit.words();
        (words < TOO_LONG, specificity.min(MAX_SPECIFICITY), is_as_written, std::cmp::Reverse(words))
    }
}

/// The best hits of a concept that affirm it and that deny it.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct ConceptHits {
    pub(super) affirmed: Option<ConceptHit>,
    pub(super) denied: Option<ConceptHit>,
}

impl ConceptHits {
    /// Adds a hit. Of several hits with the same worth, the most convincing is kept, and the first of equal ones.
    pub(super) fn add(&mut self, found: ConceptHit) {
        let denied = found.hit.negated != (found.hit.how == MatchKind::Opposite);
        let known = if denied { &mut self.denied } else { &mut self.affirmed };
        if known.is_none_or(|known| (known.worth, known.conviction()) < (found.worth, found.conviction())) {
            *known = Some(found);
        }
    }

    /// The hit that counts most for a reference that denies the concept, if `denied` is true, or that affirms the
    /// concept otherwise.
    pub(super) fn best(&self, denied: bool) -> Option<ConceptHit> {
        let (same, contrary) = if denied { (self.denied, self.affirmed) } else { (self.affirmed, self.denied) };
        // because a word with the opposite meaning is not partly right
        let contrary = contrary.filter(|found| found.hit.how != MatchKind::Opposite);
        let contrary = contrary.map(|found| ConceptHit { worth: found.worth * HALF / FULL, ..found });
        match (same, contrary) {
            (Some(same), Some(contrary)) => Some(if same.worth >= contrary.worth { same } else { contrary }),
            (same, contrary) => same.or(contrary),
        }
    }

    /// Worth of the hit that [`Self::best`] returns, in thousandths; 0 if there is none.
    pub(super) fn worth(&self, denied: bool) -> u32 {
        self.best(denied).map_or(0, |found| found.worth)
    }
}

/// The share of a criterion's points for the hits of its concepts, at most `most`.
pub(super) fn share(concept_hits: &[ConceptHits], need: u32, most: Share) -> Share {
    let sum: u32 = concept_hits.iter().filter_map(|hits| hits.affirmed).map(|found| found.worth).sum();
    Share::new(sum, need.saturating_mul(FULL).max(FULL)).min(most)
}

/// Whether most hits are in bare lists of terms. Fewer than three hits are never enough.
pub(super) fn is_stuffed(hits: impl Iterator<Item = ConceptHit>) -> bool {
    const MIN_HITS: usize = 3;
    let (mut bare, mut all) = (0, 0);
    for hit in hits {
        all += 1;
        bare += usize::from(hit.worth < FULL);
    }
    all >= MIN_HITS && bare * 2 > all
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    pub(in crate::score) fn found(worth: u32) -> ConceptHit {
        let hit = Hit {
            phrase: 0,
            first: 0,
            last: 0,
            sentence: 0,
            how: MatchKind::Exact,
            negated: false,
            denies: false,
            asks_rejection: false,
            single_part: true,
            core: (0, 0),
            specificity: 1,
        };
        ConceptHit { hit, worth }
    }

    pub(in crate::score) fn concept_hits(affirmed: Option<ConceptHit>, denied: Option<ConceptHit>) -> ConceptHits {
        ConceptHits { affirmed, denied }
    }

    #[test]
    fn credit_is_the_share_of_the_needed_concepts() {
        let (none, half, whole) =
            (ConceptHits::default(), concept_hits(Some(found(500)), None), concept_hits(Some(found(1000)), None));
        for (concepts, need, stuffed, expected) in [
            (&[none, none][..], 1, false, 0),
            (&[whole, none], 1, false, 1000),
            (&[whole, whole, none], 2, false, 1000),
            (&[whole, none, none], 3, false, 333),
            (&[whole, whole, none], 3, false, 667),
            (&[half, none], 1, false, 500),
            (&[half, whole], 2, false, 750),
            (&[half, half], 1, false, 1000),
            (&[half, half], 1, true, 333),
            (&[whole], 0, false, 1000),
        ] {
            let most = if stuffed { Share::new(1, 3) } else { Share::WHOLE };
            assert_eq!(share(concepts, need, most).credit().0, expected);
        }
    }

    #[test]
    fn only_a_hit_of_greater_worth_replaces_a_hit() {
        let mut state = ConceptHits::default();
        let hit = |first| Hit { first, last: first, ..found(0).hit };
        let mut add = |found| {
            state.add(found);
            state.affirmed.map(|found| (found.hit.first, found.worth))
        };
        assert_eq!(add(ConceptHit::new(hit(1), true)), Some((1, 500)));
        assert_eq!(add(ConceptHit::new(hit(2), true)), Some((1, 500)));
        assert_eq!(add(ConceptHit::new(hit(3), false)), Some((3, 1000)));
        assert_eq!(add(ConceptHit::new(hit(4), false)), Some((3, 1000)));
    }

    #[test]
    fn a_negated_opposite_affirms_the_concept_and_counts_half() {
        let with = |how, negated| {
            let mut state = ConceptHits::default();
            state.add(ConceptHit::new(Hit { how, negated, ..found(0).hit }, false));
            (state.worth(false), state.worth(true))
        };
        assert_eq!(with(MatchKind::Exact, false), (1000, 500));
        assert_eq!(with(MatchKind::Exact, true), (500, 1000));
        assert_eq!(with(MatchKind::Opposite, true), (500, 0));
        assert_eq!(with(MatchKind::Opposite, false), (0, 500));
        assert_eq!(with(MatchKind::Related, false), (500, 250));
    }
}
