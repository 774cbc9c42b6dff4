//! Tests whether two graders of the same answers differ by more than chance.
//!
//! The inputs are the scores of both graders and of people. The result is the difference in a metric, with its interval
//! and a p value. The scores of both graders are in one set of pairs. A resample or a swap only changes the weights of
//! the pairs, so the pairs are sorted only once.

use super::absent::Absent;
use super::bootstrap::Interval;
use super::generator::Generator;
use super::metric::Metric;
use super::pairs::Pairs;
use super::scale::Scale;
use super::tally::Tally;

/// Tolerance when the difference after a swap is compared with the measured difference, so that rounding errors do not
/// decide.
const TIE: f64 = 1e-12;

/// The comparison of two graders of the same answers, such as one grader before and after a change.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Comparison {
    /// The metric of the first grader.
    pub before: f64,
    /// The metric of the second grader.
    pub after: f64,
    /// `after` minus `before`. [`Metric::best`] gives the better direction.
    pub difference: f64,
    /// 95 percent percentile interval of the difference. `None` if too few resamples have a value.
    pub interval: Option<Interval>,
    /// Two-sided p value: the probability of a difference at least as great by chance. Above 0, at most 1.
    pub p: f64,
}

/// Compares two graders by one metric.
///
/// The interval comes from `resamples` resamples with replacement. Both graders get the same rows in each resample, and
/// these are the rows that [`intervals`](super::bootstrap::intervals) draws for the same seed. The interval is `None`
/// if fewer than half of the resamples give a value for both graders, or if there are fewer than two rows. The p value
/// comes from a permutation test with `resamples` swaps: in each swap, a coin decides for every answer whether its two
/// scores change places. p is (extreme + 1) / (swaps + 1), where a swap is extreme if its difference is at least as
/// great as the measured one, in either direction. Swaps without a value for both graders are left out. If no swap is
/// left, p is 1.
///
/// Answers with a score that is not finite are left out, as are extra rows of the longer slices.
///
/// # Errors
///
/// When the metric has no value for one of the graders.
pub fn compare(
    before: &[f64],
    after: &[f64],
    human: &[f64],
    scale: Scale,
    metric: Metric,
    resamples: u32,
    seed: u64,
) -> Result<Comparison, Absent> {
    let (before, after) = (standardised_for(before, metric), standardised_for(after, metric));
    let (pairs, rows) = joined(&before, &after, human, scale);
    let mut trial =
        PairedTallies { tally: Tally::new(&pairs), metric, before: vec![0; 2 * rows], after: vec![0; 2 * rows] };
    trial.set_counts(&vec![1; rows]);
    let (before, after) = trial.figures()?;
    let difference = after - before;
    let mut generator = Generator::new(seed);
    let interval = if rows < 2 { None } else { trial.interval(resamples, &mut generator) };
    let p = trial.p_value(difference, resamples, &mut generator);
    Ok(Comparison { before, after, difference, interval, p })
}

/// The scores, standardised if the metric is a correlation, because a correlation does not depend on the scale. Without
/// standardisation, a swap would exchange the scales of the two graders as well as their scores.
fn standardised_for(scores: &[f64], metric: Metric) -> Vec<f64> {
    match metric {
        Metric::Pearson => standardised(scores),
        Metric::Spearman => standardised(&ranks(scores)),
        _ => scores.to_vec(),
    }
}

/// Scores with a mean of 0 and a standard deviation of 1. Constant scores are returned unchanged.
fn standardised(scores: &[f64]) -> Vec<f64> {
    let finite = || scores.iter().copied().filter(|score| score.is_finite());
    let count = finite().count().max(1) as f64;
    let mean = finite().sum::<f64>() / count;
    let deviation = (finite().map(|score| (score - mean).powi(2)).sum::<f64>() / count).sqrt();
    if deviation > 0.0 && deviation.is_finite() {
        scores.iter().map(|score| (score - mean) / deviation).collect()
    } else {
        scores.to_vec()
    }
}

/// The rank of each score, from 1. Equal scores share their mean rank; a score that is not finite has the rank NaN.
fn ranks(scores: &[f64]) -> Vec<f64> {
    let mut order: Vec<usize> = (0..scores.len()).filter(|&at| scores[at].is_finite()).collect();
    order.sort_by(|&one, &other| scores[one].total_cmp(&scores[other]));
    let mut ranks = vec![f64::NAN; scores.len()];
    let mut below = 0;
    for tied in order.chunk_by(|&one, &other| scores[one].total_cmp(&scores[other]).is_eq()) {
        tied.iter().for_each(|&at| ranks[at] = below as f64 + (tied.len() + 1) as f64 / 2.0);
        below += tied.len();
    }
    ranks
}

/// The pairs of the first grader followed by those of the second, and the number of answers of each.
fn joined(before: &[f64], after: &[f64], human: &[f64], scale: Scale) -> (Pairs, usize) {
    let answers = before.iter().zip(after).zip(human).map(|((&before, &after), &human)| [before, after, human]);
    let answers: Vec<[f64; 3]> = answers.filter(|scores| scores.iter().all(|score| score.is_finite())).collect();
    let column = |place: usize| answers.iter().filter_map(move |scores| scores.get(place).copied());
    let given: Vec<f64> = column(0).chain(column(1)).collect();
    let human: Vec<f64> = column(2).chain(column(2)).collect();
    (Pairs::new(&given, &human, scale), answers.len())
}

/// Measures both graders under weights of the rows of [`joined`].
struct PairedTallies<'pairs> {
    tally: Tally<'pairs>,
    metric: Metric,
    before: Vec<u32>,
    after: Vec<u32>,
}

impl PairedTallies<'_> {
    /// Gives each answer the weight that `counts` has for it, for both graders.
    fn set_counts(&mut self, counts: &[u32]) {
        let rows = counts.len();
        for (row, &count) in counts.iter().enumerate() {
            self.before[row] = count;
            self.after[rows + row] = count;
        }
    }

    /// Exchanges the two scores of each answer with a probability of one half.
    fn swap(&mut self, generator: &mut Generator) {
        let rows = self.before.len() / 2;
        let mut coins = 0;
        for row in 0..rows {
            if row % 64 == 0 {
                coins = generator.word();
            }
            let coin = (coins & 1) as u32;
            coins >>= 1;
            (self.before[row], self.before[rows + row]) = (1 - coin, coin);
            (self.after[row], self.after[rows + row]) = (coin, 1 - coin);
        }
    }

    fn figures(&mut self) -> Result<(f64, f64), Absent> {
        self.tally.count(&self.before);
        let before = self.tally.figure(self.metric)?;
        self.tally.count(&self.after);
        Ok((before, self.tally.figure(self.metric)?))
    }

    fn interval(&mut self, resamples: u32, generator: &mut Generator) -> Option<Interval> {
        let mut counts = vec![0; self.before.len() / 2];
        let mut differences = Vec::new();
        for _ in 0..resamples {
            generator.resample(&mut counts);
            self.set_counts(&counts);
            differences.extend(self.figures().map(|(before, after)| after - before));
        }
        Interval::of(differences, resamples)
    }

    fn p_value(&mut self, difference: f64, swaps: u32, generator: &mut Generator) -> f64 {
        let (mut extreme, mut counted) = (0_u32, 0_u32);
        for _ in 0..swaps {
            self.swap(generator);
            if let Ok((before, after)) = self.figures() {
                counted += 1;
                extreme += u32::from((after - before).abs() >= difference.abs() - TIE);
            }
        }
        (f64::from(extreme) + 1.0) / (f64::from(counted) + 1.0)
    }
}

#[cfg(test)]
mod tests {
    use super::super::bootstrap::intervals;
    use super::super::fixtures::{close, columns};
    use super::*;

    const FIVE: Scale = Scale { steps: 4, cut: 0.5 };

    /// The scores of two graders and of people for the same 60 answers. The second grader is worse than the first.
    fn graders() -> [Vec<f64>; 3] {
        let (before, human) = columns(60, 4, 21);
        let (other, _) = columns(60, 4, 33);
        let after = before.iter().zip(other).map(|(before, other)| (before * 2.0 + other) / 3.0).collect();
        [before, after, human]
    }

    fn compared(metric: Metric, resamples: u32, seed: u64) -> Result<Comparison, Absent> {
        let [before, after, human] = graders();
        compare(&before, &after, &human, FIVE, metric, resamples, seed)
    }

    /// Whether both ends of the interval and the p value are close to `expected`.
    fn near(found: Result<Comparison, Absent>, expected: [f64; 3], tolerance: f64) -> bool {
        let found = found.ok().and_then(|found| Some([found.interval?.low, found.interval?.high, found.p]));
        found.is_some_and(|found| found.iter().zip(expected).all(|(one, other)| (one - other).abs() < tolerance))
    }

    #[test]
    fn comparisons_agree_with_scipy_within_random_error() {
        // scipy 1.17.1, 20,000 resamples each: stats.bootstrap(paired=True, method="percentile") of the difference;
        // stats.permutation_test(permutation_type="samples"), for correlations of standardised scores (Pearson) or
        // standardised ranks (Spearman).
        for (metric, expected) in [
            (Metric::Pearson, [-0.1671, -0.0092, 0.0331]),
            (Metric::Spearman, [-0.1643, 0.0166, 0.0985]),
            (Metric::MeanError, [0.0065, 0.0513, 0.0160]),
        ] {
            let found = compared(metric, 4_000, 1);
            assert!(near(found, expected, 0.015), "{metric} {found:?}");
        }
    }

    #[test]
    fn the_same_grader_on_another_scale_does_not_differ() {
        let [before, _, human] = graders();
        let harsher: Vec<f64> = before.iter().map(|score| score / 3.0 + 0.1).collect();
        for metric in [Metric::Pearson, Metric::Spearman] {
            let found = compare(&before, &harsher, &human, FIVE, metric, 200, 1).expect("figures");
            assert!(found.difference.abs() < 1e-9 && found.p > 0.9, "{metric} {found:?}");
        }
    }

    #[test]
    fn the_figures_are_those_of_each_grader_alone() {
        let [before, after, human] = graders();
        for metric in Metric::ALL {
            let alone = [&before, &after].map(|given| Pairs::new(given, &human, FIVE).measure(metric));
            let found = compared(metric, 0, 1);
            assert!(close(found.map(|found| found.before), alone[0]), "{metric}");
            assert!(close(found.map(|found| found.after), alone[1]), "{metric}");
        }
    }

    #[test]
    fn two_of_eight_swaps_are_extreme_if_three_answers_all_improve() {
        // Each answer is off by 0.3 before and by nothing after. Of the 8 ways to swap, only all and none make the
        // mean error differ by 0.3: p is 1/4.
        let human = [0.0, 0.5, 1.0];
        let found = compare(&[0.3, 0.8, 0.7], &human, &human, FIVE, Metric::MeanError, 8_000, 5);
        assert!(found.is_ok_and(|found| (found.p - 0.25).abs() < 0.02), "{found:?}");
        assert!(close(found.map(|found| found.difference), Ok(-0.3)));
    }

    #[test]
    fn a_grader_does_not_differ_from_itself() {
        let [before, _, human] = graders();
        for metric in [Metric::Pearson, Metric::Spearman, Metric::Kappa, Metric::RootError, Metric::Bias] {
            let found = compare(&before, &before, &human, FIVE, metric, 100, 1);
            assert!(near(found, [0.0, 0.0, 1.0], 1e-12), "{metric} {found:?}");
        }
    }

    #[test]
    fn the_same_seed_gives_the_same_result_and_the_same_rows_as_intervals() {
        assert_eq!(compared(Metric::Kappa, 100, 3), compared(Metric::Kappa, 100, 3));
        assert_ne!(compared(Metric::Kappa, 100, 3), compared(Metric::Kappa, 100, 4));
        // Against a grader without error the difference in mean error is the mean error.
        let [before, _, human] = graders();
        let found = compare(&human, &before, &human, FIVE, Metric::MeanError, 100, 3);
        let alone = intervals(&Pairs::new(&before, &human, FIVE), 100, 3)[3];
        let ends = |interval: Option<Interval>| interval.map(|interval| (interval.low, interval.high));
        assert_eq!(found.map(|found| ends(found.interval)), Ok(ends(alone)));
    }

    #[test]
    fn answers_without_all_three_scores_are_left_out() {
        let nan = f64::NAN;
        let found =
            compare(&[0.1, nan, 0.3, 0.4, 0.0], &[0.2, 0.3, nan, 0.6], &[0.0, 0.0, 0.0, 0.5], FIVE, Metric::Bias, 9, 1);
        assert!(close(found.map(|found| found.before), Ok(0.0)) && close(found.map(|found| found.after), Ok(0.15)));
        let absent = Err(Absent::TooFew { have: 0, need: 1 });
        assert_eq!(compare(&[nan], &[0.1], &[0.1], FIVE, Metric::Bias, 9, 1), absent);
        assert_eq!(compare(&[], &[], &[], FIVE, Metric::Bias, 9, 1), absent);
    }

    #[test]
    fn p_is_one_without_resamples_and_with_one_answer() {
        let found = compared(Metric::Bias, 0, 1);
        assert!(found.is_ok_and(|found| found.interval.is_none() && found.p.total_cmp(&1.0).is_eq()));
        let found = compare(&[0.1], &[0.2], &[0.0], FIVE, Metric::Bias, 50, 1);
        assert!(found.is_ok_and(|found| found.interval.is_none() && found.p.total_cmp(&1.0).is_eq()));
    }

    #[test]
    fn a_grader_without_a_figure_cannot_be_compared() {
        let [before, _, human] = graders();
        let flat = vec![0.5; human.len()];
        let compare = |one, other| compare(one, other, &human, FIVE, Metric::Pearson, 9, 1);
        assert_eq!(compare(&before, &flat), Err(Absent::GivenConstant));
        assert_eq!(compare(&flat, &before), Err(Absent::GivenConstant));
    }
}
