//! Hits to credits: what was found of each concept, and what it is worth.

use super::points::Share;
use crate::model::How;
use crate::pattern::Hit;

/// A whole find, in thousandths.
const WHOLE: u32 = 1000;
/// What a concept counts when all that was found of it stands in bare listings.
///
/// Also what is said with a related word, and what is affirmed where the reference denies it or the other
/// way round: partly right, and no measurement told a half from its neighbours.
const HALF: u32 = 500;

/// What was found of a concept: the first hit of those that are worth most.
#[derive(Debug, Clone, Copy)]
pub(super) struct Found {
    pub(super) hit: Hit,
    /// In thousandths.
    pub(super) worth: u32,
}

impl Found {
    /// A hit, and whether it stands in a bare listing.
    pub(super) fn new(hit: Hit, bare: bool) -> Self {
        let halve = |worth: u32, when: bool| if when { worth * HALF / WHOLE } else { worth };
        let related = matches!(hit.how, How::Related | How::Opposite);
        Self { hit, worth: halve(halve(WHOLE, bare), related) }
    }
}

/// What was said of a concept, and what was denied.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Said {
    pub(super) affirmed: Option<Found>,
    pub(super) denied: Option<Found>,
}

impl Said {
    /// Takes note of a find. Of those that are worth the same the first stays.
    pub(super) fn note(&mut self, found: Found) {
        let denied = found.hit.negated != (found.hit.how == How::Opposite);
        let known = if denied { &mut self.denied } else { &mut self.affirmed };
        if known.is_none_or(|known| known.worth < found.worth) {
            *known = Some(found);
        }
    }

    /// The find that counts most for a reference that denies the concept, or does not.
    pub(super) fn best(&self, denied: bool) -> Option<Found> {
        let (same, contrary) = if denied { (self.denied, self.affirmed) } else { (self.affirmed, self.denied) };
        // The opposite of what is asked for is no part of it.
        let contrary = contrary.filter(|found| found.hit.how != How::Opposite);
        let contrary = contrary.map(|found| Found { worth: found.worth * HALF / WHOLE, ..found });
        match (same, contrary) {
            (Some(same), Some(contrary)) => Some(if same.worth >= contrary.worth { same } else { contrary }),
            (same, contrary) => same.or(contrary),
        }
    }

    /// What that find is worth, in thousandths.
    pub(super) fn worth(&self, denied: bool) -> u32 {
        self.best(denied).map_or(0, |found| found.worth)
    }
}

/// The share of a criterion's points for what was found of its concepts: at most a third in a stuffed answer.
pub(super) fn share(said: &[Said], need: u32, stuffed: bool) -> Share {
    let sum: u32 = said.iter().filter_map(|said| said.affirmed).map(|found| found.worth).sum();
    let share = Share::new(sum, need.saturating_mul(WHOLE).max(WHOLE));
    if stuffed { share.min(Share::THIRD) } else { share }
}

/// Whether most of what was found stands in bare listings.
pub(super) fn is_stuffed(found: impl Iterator<Item = Found>) -> bool {
    const FROM: usize = 3;
    let (mut bare, mut all) = (0, 0);
    for found in found {
        all += 1;
        bare += usize::from(found.worth < WHOLE);
    }
    all >= FROM && bare * 2 > all
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    pub(in crate::score) fn found(worth: u32) -> Found {
        let hit = Hit { phrase: 0, first: 0, last: 0, sentence: 0, how: How::Exact, negated: false, whole: true };
        Found { hit, worth }
    }

    pub(in crate::score) fn said(affirmed: Option<Found>, denied: Option<Found>) -> Said {
        Said { affirmed, denied }
    }

    #[test]
    fn credit_is_the_share_of_what_is_needed() {
        let (none, half, whole) = (Said::default(), said(Some(found(500)), None), said(Some(found(1000)), None));
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
            assert_eq!(share(concepts, need, stuffed).credit().0, expected);
        }
    }

    #[test]
    fn what_is_worth_more_replaces_what_is_worth_less_and_nothing_else_does() {
        let mut state = Said::default();
        let hit = |first| Hit { first, ..found(0).hit };
        let mut told = |found| {
            state.note(found);
            state.affirmed.map(|found| (found.hit.first, found.worth))
        };
        assert_eq!(told(Found::new(hit(1), true)), Some((1, 500)));
        assert_eq!(told(Found::new(hit(2), true)), Some((1, 500)));
        assert_eq!(told(Found::new(hit(3), false)), Some((3, 1000)));
        assert_eq!(told(Found::new(hit(4), false)), Some((3, 1000)));
    }

    #[test]
    fn an_opposite_affirms_what_it_denies() {
        let with = |how, negated| {
            let mut state = Said::default();
            state.note(Found::new(Hit { how, negated, ..found(0).hit }, false));
            (state.worth(false), state.worth(true))
        };
        assert_eq!(with(How::Exact, false), (1000, 500));
        assert_eq!(with(How::Exact, true), (500, 1000));
        assert_eq!(with(How::Opposite, true), (500, 0));
        assert_eq!(with(How::Opposite, false), (0, 500));
        assert_eq!(with(How::Related, false), (500, 250));
    }
}
