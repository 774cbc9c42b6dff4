//! Bootstrap confidence intervals: how much a metric varies with the choice of answers.
//!
//! Takes pairs, a number of resamples and a seed, and gives an interval for each metric. Runs in one thread and adds up
//! in the order of rows, so that the same input gives the same bits everywhere.

use super::generator::Generator;
use super::metric::Metric;
use super::pairs::Pairs;
use super::tally::Tally;

/// Share of resamples on either side of a 95 percent interval.
const TAIL: f64 = 0.025;

/// The range of 95 percent of resamples.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Interval {
    /// The value below which 2.5 percent of resamples lie.
    pub low: f64,
    /// The value above which 2.5 percent of resamples lie.
    pub high: f64,
}

impl Interval {
    /// The interval of the values that `resamples` resamples gave, interpolated linearly between two values. `None` if
    /// fewer than half of the resamples gave a value.
    pub(super) fn of(mut figures: Vec<f64>, resamples: u32) -> Option<Self> {
        if figures.is_empty() || figures.len() < (resamples as usize).div_ceil(2) {
            return None;
        }
        figures.sort_unstable_by(f64::total_cmp);
        Some(Self { low: quantile(&figures, TAIL)?, high: quantile(&figures, 1.0 - TAIL)? })
    }
}

/// The quantile of `sorted` at `share`, 0 to 1 (Hyndman and Fan's type 7, as in numpy and R).
fn quantile(sorted: &[f64], share: f64) -> Option<f64> {
    let place = share * sorted.len().checked_sub(1)? as f64;
    let below = *sorted.get(place.floor() as usize)?;
    let above = *sorted.get(place.ceil() as usize)?;
    Some(below + (above - below) * place.fract())
}

/// Percentile intervals at the 95 percent level of all metrics, in the order of [`Metric::ALL`]. Each resample draws as
/// many rows as `pairs` has, with replacement.
///
/// The rows drawn depend only on the seed and the number of rows. They are therefore the same for every metric, and the
/// same for several graders if their pairs have the same rows, that is, if each grader scored the same answers.
///
/// A resample without a value of the metric is left out. There is no interval if fewer than half of the resamples are
/// left, and none for fewer than two rows, because every resample of one row is that row.
pub fn intervals(pairs: &Pairs, resamples: u32, seed: u64) -> [Option<Interval>; Metric::ALL.len()] {
    let mut figures = [const { Vec::new() }; Metric::ALL.len()];
    if pairs.len() < 2 {
        return [None; Metric::ALL.len()];
    }
    let mut generator = Generator::new(seed);
    let mut weights = vec![0; pairs.len()];
    let mut tally = Tally::new(pairs);
    for _ in 0..resamples {
        generator.resample(&mut weights);
        tally.count(&weights);
        for (metric, figures) in Metric::ALL.into_iter().zip(&mut figures) {
            figures.extend(tally.figure(metric));
        }
    }
    figures.map(|figures| Interval::of(figures, resamples))
}

#[cfg(test)]
mod tests {
    use super::super::fixtures::columns;
    use super::super::scale::Scale;
    use super::*;

    fn near(interval: Option<Interval>, low: f64, high: f64, tolerance: f64) -> bool {
        interval.is_some_and(|found| (found.low - low).abs() < tolerance && (found.high - high).abs() < tolerance)
    }

    fn pairs(rows: usize, steps: u64, seed: u64) -> Pairs {
        let (given, human) = columns(rows, steps, seed);
        Pairs::new(&given, &human, Scale::of(&human))
    }

    #[test]
    fn quantiles_are_interpolated_linearly_between_neighbours() {
        // numpy 2.4.6 quantile([1, 2, 4, 8, 16], [0.025, 0.975]) gives 1.1 and 15.2.
        assert!(near(Interval::of(vec![4.0, 1.0, 16.0, 2.0, 8.0], 5), 1.1, 15.2, 1e-12));
        assert!(near(Interval::of(vec![0.5], 1), 0.5, 0.5, 1e-12));
    }

    #[test]
    fn an_interval_needs_a_value_from_half_of_the_resamples() {
        assert_eq!(Interval::of(vec![], 0), None);
        assert_eq!(Interval::of(vec![0.5; 4], 9), None);
        assert!(near(Interval::of(vec![0.5; 5], 9), 0.5, 0.5, 1e-12));
    }

    #[test]
    fn intervals_agree_with_scipy_apart_from_random_variation() {
        // scipy 1.17.1 stats.bootstrap(paired=True, method="percentile", n_resamples=20000) of the same columns.
        let found = intervals(&pairs(200, 4, 42), 4_000, 1);
        assert!(near(found[0], 0.7129, 0.8065, 0.005), "pearson {:?}", found[0]);
        assert!(near(found[1], 0.7025, 0.8110, 0.005), "spearman {:?}", found[1]);
        assert!(near(found[2], 0.5927, 0.7165, 0.005), "kappa {:?}", found[2]);
        assert!(near(found[3], 0.1826, 0.2184, 0.002), "mae {:?}", found[3]);
        assert!(near(found[4], 0.2205, 0.2554, 0.002), "rmse {:?}", found[4]);
        assert!(near(found[5], 0.2600, 0.3850, 0.006), "exact {:?}", found[5]);
        assert!(near(found[7], -0.0297, 0.0353, 0.003), "bias {:?}", found[7]);
    }

    #[test]
    fn the_same_seed_draws_the_same_rows_for_every_grader() {
        let pairs = pairs(40, 4, 9);
        assert_eq!(intervals(&pairs, 50, 3), intervals(&pairs, 50, 3));
        assert_ne!(intervals(&pairs, 50, 3), intervals(&pairs, 50, 4));
        // A grader whose scores are all 0.1 higher has a bias interval that is 0.1 higher.
        let (given, human) = columns(40, 4, 9);
        let milder: Vec<f64> = given.iter().map(|score| score + 0.1).collect();
        let milder = intervals(&Pairs::new(&milder, &human, Scale::of(&human)), 50, 3)[7];
        let bias = intervals(&pairs, 50, 3)[7];
        assert!(bias.is_some_and(|bias| near(milder, bias.low + 0.1, bias.high + 0.1, 1e-12)));
    }

    #[test]
    fn a_metric_without_a_value_has_no_interval() {
        let found = intervals(&pairs(40, 4, 9), 50, 3).map(|interval| interval.is_some());
        assert_eq!(found, [true, true, true, true, true, true, true, true, false, false]);
        let found = intervals(&pairs(40, 1, 9), 50, 3).map(|interval| interval.is_some());
        assert_eq!(found, [true, true, true, true, true, true, false, true, true, true]);
    }

    #[test]
    fn an_interval_is_absent_where_most_resamples_are_constant() {
        // One of five answers has a different human score, another a different given score. Both are drawn in
        // 1 - 2 * 0.8^5 + 0.6^5 = 42 percent of resamples, the first answer in 1 - 0.8^5 = 67 percent.
        let human = [0.0, 1.0, 1.0, 1.0, 1.0];
        let given = [0.5, 0.2, 0.5, 0.5, 0.5];
        let found = intervals(&Pairs::new(&given, &human, Scale::of(&human)), 1_000, 1);
        assert_eq!((found[0], found[1]), (None, None));
        assert!(found[8].is_some());
    }

    #[test]
    fn one_row_or_no_resamples_give_no_interval() {
        let none = [None; Metric::ALL.len()];
        assert_eq!(intervals(&pairs(1, 4, 1), 100, 1), none);
        assert_eq!(intervals(&pairs(0, 4, 1), 100, 1), none);
        assert_eq!(intervals(&pairs(10, 4, 1), 0, 1), none);
    }
}
