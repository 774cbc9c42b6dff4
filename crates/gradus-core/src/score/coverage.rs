//! Computes how much of a reference answer an answer contains, and the credit for it.
//!
//! Uses only integers, like every computation of scores.

use super::credit::ConceptHits;
use crate::model::{ReferenceAnswer, Thousandths};

/// The reference answer that fits best.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Fit {
    /// Index of the reference answer.
    pub(super) reference: usize,
    /// Share of its weight that the answer contains.
    pub(super) share: Thousandths,
}

/// The reference that fits best; the first of several that fit equally.
pub(super) fn fit(references: &[ReferenceAnswer], concept_hits: &[ConceptHits]) -> Fit {
    let mut best = Fit { reference: 0, share: Thousandths(0) };
    for (reference, answer) in references.iter().enumerate() {
        let share = share(answer, concept_hits);
        if share > best.share {
            best = Fit { reference, share };
        }
    }
    best
}

/// The share of a reference's weight that the answer contains, rounded half up, at most 1. Optional concepts add to
/// what the answer contains, but not to what is expected.
fn share(answer: &ReferenceAnswer, concept_hits: &[ConceptHits]) -> Thousandths {
    let (mut sum, mut all) = (0_u64, 0_u64);
    for term in &answer.terms {
        let worth = concept_hits.get(term.concept).map_or(0, |hits| hits.worth(term.stance.denies()));
        sum += u64::from(term.weight.0) * u64::from(worth);
        all += if term.stance.is_expected() { u64::from(term.weight.0) } else { 0 };
    }
    Thousandths((2 * sum + all).checked_div(2 * all).unwrap_or(0).min(1000) as u32)
}

/// The credit for a share. It rises fast at first and is full only for the whole reference.
///
/// A hyperbola through (0, 0), (`half`, 0.5) and (1, 1): s (1 - h) / (s (1 - 2h) + h), rounded down. If `half` is 500
/// thousandths, the credit is the share.
pub(super) fn credit(share: Thousandths, half: Thousandths) -> Thousandths {
    let (share, half) = (u64::from(share.0.min(1000)), u64::from(half.0.clamp(1, 500)));
    Thousandths((1000 * share * (1000 - half) / (share * (1000 - 2 * half) + 1000 * half)) as u32)
}

#[cfg(test)]
mod tests {
    use super::super::credit::tests::{concept_hits, found};
    use super::*;
    use crate::model::{Stance, Term};

    fn reference(terms: &[(usize, u32, Stance)]) -> ReferenceAnswer {
        let term =
            |&(concept, weight, stance): &(usize, u32, Stance)| Term { concept, weight: Thousandths(weight), stance };
        ReferenceAnswer { text: String::new(), terms: terms.iter().map(term).collect() }
    }

    #[test]
    fn weights_count_and_the_best_reference_is_used() {
        let words =
            [concept_hits(Some(found(1000)), None), ConceptHits::default(), concept_hits(None, Some(found(1000)))];
        let one = reference(&[(0, 3000, Stance::Affirmed), (1, 1000, Stance::Affirmed)]);
        let denies = reference(&[(0, 1000, Stance::Affirmed), (2, 1000, Stance::Denied)]);
        let affirms = reference(&[(0, 1000, Stance::Affirmed), (2, 1000, Stance::Affirmed)]);
        assert_eq!(fit(std::slice::from_ref(&one), &words), Fit { reference: 0, share: Thousandths(750) });
        assert_eq!(fit(&[one.clone(), denies.clone()], &words), Fit { reference: 1, share: Thousandths(1000) });
        assert_eq!(fit(&[affirms], &words).share, Thousandths(750), "a denial of an affirmed concept counts half");
        assert_eq!(fit(&[denies.clone(), denies], &words).reference, 0);
        assert_eq!(fit(&[one], &[]).share, Thousandths(0));
        assert_eq!(fit(&[reference(&[])], &words).share, Thousandths(0));
    }

    #[test]
    fn an_optional_concept_adds_to_the_share_and_is_never_missing() {
        let words =
            [concept_hits(Some(found(1000)), None), ConceptHits::default(), concept_hits(Some(found(1000)), None)];
        let expected = [(0, 1000, Stance::Affirmed), (1, 1000, Stance::Affirmed)];
        let share = |more: &[(usize, u32, Stance)]| fit(&[reference(&[&expected[..], more].concat())], &words).share.0;
        assert_eq!(share(&[]), 500);
        assert_eq!(share(&[(1, 500, Stance::Optional)]), 500);
        assert_eq!(share(&[(2, 500, Stance::Optional)]), 750);
        assert_eq!(share(&[(2, 9000, Stance::Optional)]), 1000);
    }

    #[test]
    fn credit_rises_fast_and_is_full_only_for_the_whole_reference() {
        let at = |share, half| credit(Thousandths(share), Thousandths(half)).0;
        assert_eq!((at(0, 100), at(100, 100), at(1000, 100)), (0, 500, 1000));
        assert_eq!((at(250, 250), at(333, 500), at(1000, 500), at(999, 100)), (500, 333, 1000, 999));
        let all: Vec<u32> = (0..=1000).map(|share| at(share, 100)).collect();
        assert!(all.is_sorted());
    }
}
