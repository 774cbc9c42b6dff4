//! Hits to credits: what was found of each concept, and what it is worth.

use crate::model::Thousandths;
use crate::pattern::Hit;

/// What a concept counts when all that was found of it stands in bare listings.
const HALF: u32 = 500;
/// The most that a criterion earns in an answer that is stuffed.
const STUFFED: u32 = 333;

/// What was found of a concept: its first hit, and the first that counts fully if there is one.
#[derive(Debug, Clone, Copy)]
pub(super) struct Found {
    pub(super) hit: Hit,
    pub(super) half: bool,
}

/// Takes note of a hit. The first hit of a kind stays; later ones change nothing.
pub(super) fn note(found: &mut Option<Found>, hit: Hit, half: bool) {
    match found {
        Some(before) if !before.half || half => {}
        _ => *found = Some(Found { hit, half }),
    }
}

/// The credit of a criterion for what was found of its concepts.
pub(super) fn credit(found: &[Option<Found>], need: u32, stuffed: bool) -> Thousandths {
    let worth = |found: &Found| if found.half { HALF } else { Thousandths::ONE.0 };
    let sum: u32 = found.iter().flatten().map(worth).sum();
    let most = if stuffed { STUFFED } else { Thousandths::ONE.0 };
    Thousandths((sum / need.max(1)).min(most))
}

/// Whether most of what was found stands in bare listings.
pub(super) fn is_stuffed<'a>(found: impl Iterator<Item = &'a Found>) -> bool {
    const FROM: usize = 3;
    let (mut bare, mut all) = (0, 0);
    for found in found {
        all += 1;
        bare += usize::from(found.half);
    }
    all >= FROM && bare * 2 > all
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::How;

    fn of(half: bool) -> Found {
        let hit = Hit { phrase: 0, first: 0, last: 0, sentence: 0, how: How::Exact, negated: false, whole: true };
        Found { hit, half }
    }

    #[test]
    fn credit_is_the_share_of_what_is_needed() {
        for (concepts, need, stuffed, expected) in [
            (&[None, None][..], 1, false, 0),
            (&[Some(of(false)), None], 1, false, 1000),
            (&[Some(of(false)), Some(of(false)), None], 2, false, 1000),
            (&[Some(of(false)), None, None], 3, false, 333),
            (&[Some(of(true)), None], 1, false, 500),
            (&[Some(of(true)), Some(of(false))], 2, false, 750),
            (&[Some(of(true)), Some(of(true))], 1, false, 1000),
            (&[Some(of(true)), Some(of(true))], 1, true, 333),
            (&[Some(of(false))], 0, false, 1000),
        ] {
            assert_eq!(credit(concepts, need, stuffed), Thousandths(expected));
        }
    }

    #[test]
    fn a_full_hit_replaces_a_half_one_and_no_other() {
        let mut state = None;
        let hit = |first| Hit { first, ..of(false).hit };
        note(&mut state, hit(1), true);
        note(&mut state, hit(2), true);
        assert_eq!(state.map(|found| (found.hit.first, found.half)), Some((1, true)));
        note(&mut state, hit(3), false);
        note(&mut state, hit(4), false);
        assert_eq!(state.map(|found| (found.hit.first, found.half)), Some((3, false)));
    }
}
