//! How far a figure might be off because other answers might have been picked.
//!
//! Takes pairs, a number of resamples and a seed; gives an interval for each metric. Runs in one thread and adds up in
//! the order of rows, so that the same input gives the same bits everywhere.

use super::generator::Generator;
use super::tally::Tally;
use super::{Metric, Pairs};

/// Share of resamples below and above a 95 percent interval, each.
const TAIL: f64 = 0.025;

/// Where 95 percent of resamples fall.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Interval {
    /// 2.5 percent of resamples fall below it.
    pub low: f64,
    /// 2.5 percent of resamples fall above it.
    pub high: f64,
}

impl Interval {
    /// The interval of the figures that `resamples` resamples gave; between two figures on a straight line. None if
    /// fewer than half of the resamples gave one.
    pub(super) fn of(mut figures: Vec<f64>, resamples: u32) -> Option<Self> {
        if figures.is_empty() || figures.len() < (resamples as usize).div_ceil(2) {
            return None;
        }
        figures.sort_unstable_by(f64::total_cmp);
        Some(Self { low: quantile(&figures, TAIL)?, high: quantile(&figures, 1.0 - TAIL)? })
    }
}

/// The value below which a `share` of `sorted` lies (Hyndman and Fan's type 7, as in numpy and R).
fn quantile(sorted: &[f64], share: f64) -> Option<f64> {
    let place = share * sorted.len().checked_sub(1)? as f64;
    let below = *sorted.get(place.floor() as usize)?;
    let above = *sorted.get(place.ceil() as usize)?;
    Some(below + (above - below) * place.fract())
}

/// 95 percent percentile intervals of all metrics, in the order of [`Metric::ALL`], by drawing as many rows as there
/// are, with replacement, `resamples` times.
///
/// The rows drawn depend on the seed and the number of rows alone. So they are the same for each metric, and the same
/// for several graders of the same answers whose pairs have the same rows: see that no grader lacks a score.
///
/// A resample in which a metric is absent is left out; if fewer than half are left, there is no interval. There is none
/// for fewer than two rows either, since every resample of one row is that row.
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
    use super::super::Scale;
    use super::super::samples::columns;
    use super::*;

    fn near(interval: Option<Interval>, low: f64, high: f64, tolerance: f64) -> bool {
        interval.is_some_and(|found| (found.low - low).abs() < tolerance && (found.high - high).abs() < tolerance)
    }

    fn pairs(rows: usize, steps: u64, seed: u64) -> Pairs {
        let (given, human) = columns(rows, steps, seed);
        Pairs::new(&given, &human, Scale::of(&human))
    }

    #[test]
    fn quantiles_lie_on_a_line_between_neighbours() {
        // numpy 2.4.6 quantile([1, 2, 4, 8, 16], [0.025, 0.975]) gives 1.1 and 15.2.
        assert!(near(Interval::of(vec![4.0, 1.0, 16.0, 2.0, 8.0], 5), 1.1, 15.2, 1e-12));
        assert!(near(Interval::of(vec![0.5], 1), 0.5, 0.5, 1e-12));
    }

    #[test]
    fn half_of_the_resamples_must_give_a_figure() {
        assert_eq!(Interval::of(vec![], 0), None);
        assert_eq!(Interval::of(vec![0.5; 4], 9), None);
        assert!(near(Interval::of(vec![0.5; 5], 9), 0.5, 0.5, 1e-12));
    }

    #[test]
    fn intervals_are_those_of_scipy_but_for_chance() {
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
        // A grader that is 0.1 milder throughout has an interval of the bias that is 0.1 higher.
        let (given, human) = columns(40, 4, 9);
        let milder: Vec<f64> = given.iter().map(|score| score + 0.1).collect();
        let milder = intervals(&Pairs::new(&milder, &human, Scale::of(&human)), 50, 3)[7];
        let bias = intervals(&pairs, 50, 3)[7];
        assert!(bias.is_some_and(|bias| near(milder, bias.low + 0.1, bias.high + 0.1, 1e-12)));
    }

    #[test]
    fn metrics_that_are_absent_have_no_interval() {
        let found = intervals(&pairs(40, 4, 9), 50, 3).map(|interval| interval.is_some());
        assert_eq!(found, [true, true, true, true, true, true, true, true, false, false]);
        let found = intervals(&pairs(40, 1, 9), 50, 3).map(|interval| interval.is_some());
        assert_eq!(found, [true, true, true, true, true, true, false, true, true, true]);
    }

    #[test]
    fn mostly_constant_resamples_give_no_interval() {
        // One answer of five has its own human, another its own given score. Both are drawn in
        // 1 - 2 * 0.8^5 + 0.6^5 = 42 percent of resamples, the first alone in 67.
        let human = [0.0, 1.0, 1.0, 1.0, 1.0];
        let given = [0.5, 0.2, 0.5, 0.5, 0.5];
        let found = intervals(&Pairs::new(&given, &human, Scale::of(&human)), 1_000, 1);
        assert_eq!((found[0], found[1]), (None, None));
        assert!(found[8].is_some());
    }

    #[test]
    fn neither_one_row_nor_no_resample_gives_an_interval() {
        let none = [None; Metric::ALL.len()];
        assert_eq!(intervals(&pairs(1, 4, 1), 100, 1), none);
        assert_eq!(intervals(&pairs(0, 4, 1), 100, 1), none);
        assert_eq!(intervals(&pairs(10, 4, 1), 0, 1), none);
    }
}
