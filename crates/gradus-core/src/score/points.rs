//! Exact shares of a criterion's points, and their distribution in thousandths.
//!
//! A third of a point is not a whole number of thousandths. The largest remainders are rounded up, so that the points
//! in a report add up to the total in the report.

use crate::model::Thousandths;

/// Bits of a fraction of a thousandth.
const FRACTION: u32 = 32;

/// The earned part of a criterion's points as an exact fraction from 0 to 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Share {
    numerator: u64,
    /// The denominator is never 0.
    denominator: u64,
}

impl Share {
    /// Everything.
    pub(super) const WHOLE: Self = Self { numerator: 1, denominator: 1 };

    /// `numerator / denominator`, at most 1. A denominator of 0 counts as 1.
    pub(super) fn new(numerator: u32, denominator: u32) -> Self {
        let denominator = u64::from(denominator.max(1));
        Self { numerator: u64::from(numerator).min(denominator), denominator }
    }

    /// The smaller share.
    pub(super) fn min(self, other: Self) -> Self {
        if self.numerator * other.denominator <= other.numerator * self.denominator { self } else { other }
    }

    /// The share as a credit, rounded half up, but 1 only for the whole.
    pub(super) fn credit(self) -> Thousandths {
        let rounded = (2000 * self.numerator + self.denominator) / (2 * self.denominator);
        let most = if self.numerator == self.denominator { 1000 } else { 999 };
        Thousandths(rounded.min(most) as u32)
    }

    /// Thousandths of `points`, rounded down, and the remainder in units of 2^-32 thousandths, rounded down.
    fn of(self, points: u32) -> (u32, u64) {
        let product = 1000 * u64::from(points) * self.numerator;
        let remainder = u128::from(product % self.denominator) << FRACTION;
        ((product / self.denominator) as u32, (remainder / u128::from(self.denominator)) as u64)
    }
}

/// The points earned for each criterion, given its points and share. The sum of the results is the exact sum, rounded
/// to the nearest thousandth; each result differs from its exact value by less than a thousandth. Of equal remainders
/// the first is rounded up.
pub(super) fn apportion(criteria: &[(u32, Share)]) -> Vec<Thousandths> {
    let parts: Vec<(u32, u64)> = criteria.iter().map(|(points, share)| share.of(*points)).collect();
    // because each remainder was rounded down by less than one unit, one more unit for each restores whole sums
    let sum: u64 = parts.iter().map(|(_, remainder)| remainder + u64::from(*remainder > 0)).sum();
    let extra = ((sum + (1 << (FRACTION - 1))) >> FRACTION) as usize;
    let mut earned: Vec<Thousandths> = parts.iter().map(|(whole, _)| Thousandths(*whole)).collect();
    if extra > 0 {
        let mut order: Vec<usize> = (0..parts.len()).collect();
        order.sort_by_key(|&place| std::cmp::Reverse(parts[place].1));
        order.into_iter().take(extra).for_each(|place| earned[place].0 += 1);
    }
    earned
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn thirds_of_points_add_up_to_points() {
        let third = |points| (points, Share::new(1000, 3000));
        let earned = |criteria: &[(u32, Share)]| apportion(criteria).iter().map(|one| one.0).collect::<Vec<_>>();
        assert_eq!(earned(&[third(3)]), [1000]);
        assert_eq!(earned(&[third(1), third(1), third(1)]), [334, 333, 333]);
        assert_eq!(earned(&[third(2)]), [667]);
        assert_eq!(earned(&[(9, Share::new(1, 1)), (3, Share::new(2, 3))]), [9000, 2000]);
        assert_eq!(earned(&[(3, Share::new(1, 3)), (5, Share::new(0, 7))]), [1000, 0]);
        assert_eq!(earned(&[]), [0; 0]);
    }

    #[test]
    fn a_credit_is_full_only_for_the_whole_share() {
        let credit = |numerator, denominator| Share::new(numerator, denominator).credit().0;
        assert_eq!((credit(0, 3), credit(1, 3), credit(2, 3), credit(3, 3)), (0, 333, 667, 1000));
        assert_eq!((credit(5, 3), credit(9999, 10_000), credit(1, 0)), (1000, 999, 1000));
        assert_eq!(Share::new(2, 3).min(Share::new(1, 3)).credit().0, 333);
    }

    proptest! {
        #[test]
        fn parts_add_up_to_the_exact_sum(
            criteria in proptest::collection::vec((1_u32..100, 0_u32..24, 1_u32..12), 0..12)
        ) {
            // 27,720 is a multiple of every number from 1 to 12.
            let common = 27_720_u64;
            let exact: Vec<u64> = criteria.iter().map(|(points, half, need)| {
                1000 * u64::from(*points) * u64::from((*half).min(2 * need)) * common / u64::from(2 * need)
            }).collect();
            let shares: Vec<(u32, Share)> =
                criteria.iter().map(|(points, half, need)| (*points, Share::new(*half, 2 * need))).collect();
            let earned = apportion(&shares);
            for (earned, exact) in earned.iter().zip(&exact) {
                prop_assert!((u64::from(earned.0) * common).abs_diff(*exact) < common);
            }
            let sum: u64 = earned.iter().map(|one| u64::from(one.0)).sum();
            prop_assert!((sum * common).abs_diff(exact.iter().sum()) * 2 <= common);
        }
    }
}
