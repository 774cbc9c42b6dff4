//! Combines several verdicts on one criterion into one credit.

use crate::model::{Thousandths, Vote};

/// The combined credit; `None` without verdicts. A majority without a winner falls back to the median.
pub(super) fn count(credits: &[Thousandths], vote: Vote) -> Option<Thousandths> {
    let mut sorted = credits.to_vec();
    sorted.sort_unstable();
    let median = median(&sorted)?;
    Some(match vote {
        Vote::Median => median,
        Vote::Majority => majority(&sorted).unwrap_or(median),
    })
}

/// The lowest and the highest credit; `None` without verdicts.
pub(super) fn spread(credits: &[Thousandths]) -> Option<(Thousandths, Thousandths)> {
    Some((*credits.iter().min()?, *credits.iter().max()?))
}

fn median(sorted: &[Thousandths]) -> Option<Thousandths> {
    let upper = sorted.get(sorted.len() / 2)?;
    let lower = sorted.get(sorted.len().saturating_sub(1) / 2)?;
    Some(Thousandths(u32::midpoint(lower.0, upper.0)))
}

/// The most frequent credit; `None` if two are equally frequent.
fn majority(sorted: &[Thousandths]) -> Option<Thousandths> {
    let groups = || sorted.chunk_by(|one, other| one == other);
    let most = groups().map(<[_]>::len).max()?;
    let mut largest = groups().filter(|same| same.len() == most);
    let first = largest.next()?;
    largest.next().is_none().then(|| first[0])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn verdicts_are_combined_by_median_or_majority() {
        for (credits, median, majority) in [
            (&[][..], None, None),
            (&[1000], Some(1000), Some(1000)),
            (&[0, 1000], Some(500), Some(500)),
            (&[500, 1000], Some(750), Some(750)),
            (&[1000, 0, 1000], Some(1000), Some(1000)),
            (&[0, 500, 1000], Some(500), Some(500)),
            (&[0, 0, 500, 1000], Some(250), Some(0)),
            (&[0, 0, 0, 1000], Some(0), Some(0)),
        ] {
            let credits: Vec<Thousandths> = credits.iter().map(|credit| Thousandths(*credit)).collect();
            assert_eq!(count(&credits, Vote::Median), median.map(Thousandths), "{credits:?}");
            assert_eq!(count(&credits, Vote::Majority), majority.map(Thousandths), "{credits:?}");
        }
    }

    #[test]
    fn the_spread_is_from_the_lowest_to_the_highest() {
        let credits = [500, 0, 1000].map(Thousandths);
        assert_eq!(spread(&credits), Some((Thousandths(0), Thousandths(1000))));
        assert_eq!(spread(&[]), None);
    }
}
