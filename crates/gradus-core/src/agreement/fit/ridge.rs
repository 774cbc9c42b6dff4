//! Non-negative ridge regression: weights of criteria that minimise the distance between a grader's scores and
//! people's.
//!
//! Takes credits of criteria and human scores of the same answers, and gives weights that are drawn towards a prior,
//! the rubric's own points. `choose_lambda` chooses the strength of this pull.

/// Maximum number of sweeps over all weights.
const MAX_SWEEPS: usize = 10_000;
/// Weights have converged when no weight moves by more than this in a sweep.
const CONVERGED: f64 = 1e-10;

/// One answer: the credit of each criterion, and the human score.
pub(super) type FitRow<'a> = (&'a [f64], f64);

/// The non-negative weights `w` that minimise `|rows * w - human|^2 + lambda * |w - prior|^2`.
///
/// Each row contains the credits of one answer, from 0 to 1, one for each criterion. The prior of a criterion is the
/// expected human score of an answer that meets only this criterion. Lambda has the effect of that many additional
/// answers for each criterion, which meet only this criterion and have its prior as their score.
///
/// The solver is cyclic coordinate descent from the prior, in the order of criteria, until no weight moves by more than
/// 1e-10 in a sweep, in at most 10,000 sweeps. A criterion that no answer met keeps its prior, or 0 if the prior is
/// negative. If lambda is 0, the order decides between criteria that were always met together. Rows with a number that
/// is not finite are left out.
///
/// `None` if lengths differ, no row is left, the prior or lambda is not finite, lambda is negative, or numbers are so
/// large that a weight would not be finite.
pub fn weights(rows: &[Vec<f64>], human: &[f64], prior: &[f64], lambda: f64) -> Option<Vec<f64>> {
    let rows = usable(rows, human, prior)?;
    Products::of(rows.into_iter(), prior.len()).solve(prior, lambda)
}

/// The rows that contain only finite numbers. `None` if lengths differ, the prior is not finite or no row is left.
pub(super) fn usable<'a>(rows: &'a [Vec<f64>], human: &[f64], prior: &[f64]) -> Option<Vec<FitRow<'a>>> {
    let fits = rows.len() == human.len() && rows.iter().all(|row| row.len() == prior.len());
    if !fits || !prior.iter().all(|points| points.is_finite()) {
        return None;
    }
    let rows = rows.iter().map(Vec::as_slice).zip(human.iter().copied());
    let finite: Vec<FitRow> =
        rows.filter(|(credits, human)| human.is_finite() && credits.iter().all(|credit| credit.is_finite())).collect();
    if finite.is_empty() { None } else { Some(finite) }
}

/// Sums over rows that determine a least-squares fit.
pub(super) struct Products {
    /// For each pair of criteria, the product of their credits, summed over rows.
    credits: Vec<Vec<f64>>,
    /// For each criterion, the product of its credit and the human score, summed over rows.
    human: Vec<f64>,
}

impl Products {
    pub(super) fn of<'a>(rows: impl Iterator<Item = FitRow<'a>>, criteria: usize) -> Self {
        let mut sums = Self { credits: vec![vec![0.0; criteria]; criteria], human: vec![0.0; criteria] };
        for (row, human) in rows {
            for ((credit, products), with_human) in row.iter().zip(&mut sums.credits).zip(&mut sums.human) {
                *with_human += credit * human;
                for (product, other) in products.iter_mut().zip(row) {
                    *product += credit * other;
                }
            }
        }
        sums
    }

    /// Computes the weights that [`weights`] describes. `None` if lambda is negative or not finite, or if a weight
    /// would not be finite.
    pub(super) fn solve(&self, prior: &[f64], lambda: f64) -> Option<Vec<f64>> {
        if !lambda.is_finite() || lambda < 0.0 {
            return None;
        }
        let mut weights: Vec<f64> = prior.iter().map(|points| points.max(0.0)).collect();
        for _ in 0..MAX_SWEEPS {
            let mut largest_move = 0.0_f64;
            for (criterion, &points) in prior.iter().enumerate() {
                let best = self.best(criterion, &weights, points, lambda)?;
                let weight = weights.get_mut(criterion)?;
                largest_move = largest_move.max((best - *weight).abs());
                *weight = best;
            }
            if largest_move <= CONVERGED {
                break;
            }
        }
        Some(weights)
    }

    /// The best weight of one criterion for fixed weights of the others. `None` if it is not finite.
    fn best(&self, criterion: usize, weights: &[f64], prior: f64, lambda: f64) -> Option<f64> {
        let (products, human) = (self.credits.get(criterion)?, self.human.get(criterion)?);
        let (own, weight) = (*products.get(criterion)?, *weights.get(criterion)?);
        if own + lambda <= 0.0 {
            return Some(weight); // because no row has credit for the criterion, every weight fits equally well
        }
        // Computes the difference to the prior, because with a large lambda the sum of two large terms would lose the
        // digits of a small difference.
        let residual = human - dot(products, weights) + own * (weight - prior);
        let best = prior + residual / (own + lambda);
        best.is_finite().then_some(best.max(0.0))
    }
}

pub(super) fn dot(one: &[f64], other: &[f64]) -> f64 {
    one.iter().zip(other).map(|(one, other)| one * other).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn assert_weights(found: Option<Vec<f64>>, expected: &[f64]) {
        let found = found.expect("weights");
        assert_eq!(found.len(), expected.len());
        let near = found.iter().zip(expected).all(|(found, expected)| (found - expected).abs() < 1e-8);
        assert!(near, "{found:?} is not {expected:?}");
    }

    /// Credits of three criteria in six answers.
    fn credits_of_six_answers() -> Vec<Vec<f64>> {
        let rows =
            [[1.0, 0.5, 0.0], [0.5, 1.0, 0.25], [0.0, 0.75, 1.0], [1.0, 1.0, 0.5], [0.25, 0.0, 1.0], [0.75, 0.5, 0.5]];
        rows.iter().map(|row| row.to_vec()).collect()
    }

    #[test]
    fn lambda_zero_is_ordinary_least_squares() {
        // Exact: w1 + w2 / 2 = 0.8 and w1 / 2 + w2 = 0.7 give 0.6 and 0.4.
        let rows = [vec![1.0, 0.5], vec![0.5, 1.0]];
        assert_weights(weights(&rows, &[0.8, 0.7], &[0.1, 0.9], 0.0), &[0.6, 0.4]);
        // Overdetermined: 2 w1 + w2 = 1.0 and w1 + 2 w2 = 1.2 (normal equations) give 4/15 and 7/15.
        let rows = [vec![1.0, 0.0], vec![0.0, 1.0], vec![1.0, 1.0]];
        assert_weights(weights(&rows, &[0.3, 0.5, 0.7], &[0.5, 0.5], 0.0), &[4.0 / 15.0, 7.0 / 15.0]);
    }

    #[test]
    fn a_weight_that_would_be_negative_is_zero() {
        // Normal equations: 2 w1 + w2 = 1.5 and w1 + 2 w2 = 0.6 have w2 = -0.1. Held at 0: w1 = 1.5 / 2.
        let rows = [vec![1.0, 0.0], vec![0.0, 1.0], vec![1.0, 1.0]];
        assert_weights(weights(&rows, &[0.9, 0.0, 0.6], &[0.5, 0.5], 0.0), &[0.75, 0.0]);
    }

    #[test]
    fn positive_weights_agree_with_scipy() {
        // Computed by optimize.nnls of scipy 1.17.1, with rows augmented by sqrt(lambda) * identity and
        // sqrt(lambda) * prior.
        let (human, prior) = ([0.9, 0.4, 0.3, 0.8, 0.2, 0.7], [0.5, 0.3, 0.2]);
        let of = |lambda| weights(&credits_of_six_answers(), &human, &prior, lambda);
        assert_weights(of(0.0), &[0.735_879_836_864_617_6, 0.098_279_120_660_499_3, 0.100_746_045_956_430_98]);
        assert_weights(of(0.5), &[0.632_339_537_310_836_7, 0.193_675_421_812_489_15, 0.104_699_947_817_011_63]);
        assert_weights(of(5.0), &[0.523_934_767_300_048_8, 0.272_725_221_561_038_96, 0.161_033_045_043_718_43]);
    }

    #[test]
    fn weights_agree_with_scipy_where_one_would_be_negative() {
        // Computed as in the test above. Without the constraint, linalg.lstsq of numpy 2.4.6 gives -0.4068, -0.0912 and
        // 0.1969 for the second weight.
        let (human, prior) = ([0.9, 0.1, 0.3, 0.5, 0.6, 0.7], [0.5, 0.3, 0.2]);
        let of = |lambda| weights(&credits_of_six_answers(), &human, &prior, lambda);
        assert_weights(of(0.0), &[0.609_690_444_145_356_7, 0.0, 0.297_711_978_465_679_87]);
        assert_weights(of(0.5), &[0.597_506_678_539_626, 0.0, 0.286_731_967_943_009_7]);
        assert_weights(of(5.0), &[0.495_137_472_939_449_7, 0.196_926_467_741_686_5, 0.206_473_631_772_262_8]);
    }

    #[test]
    fn a_huge_lambda_gives_the_prior() {
        for lambda in [1e12, f64::MAX] {
            assert_weights(weights(&credits_of_six_answers(), &[0.5; 6], &[0.2, 0.0, 0.7], lambda), &[0.2, 0.0, 0.7]);
        }
    }

    #[test]
    fn a_weight_that_no_row_determines_stays_at_the_prior() {
        assert_weights(weights(&[vec![1.0, 0.0]], &[0.25], &[0.5, 0.125], 0.0), &[0.25, 0.125]);
        // Weights are not negative, so a negative prior gives 0.
        assert_weights(weights(&[vec![0.0]], &[0.25], &[-1.0], 3.0), &[0.0]);
        assert_weights(weights(&[vec![]], &[0.25], &[], 1.0), &[]);
    }

    #[test]
    fn rows_that_are_not_finite_are_left_out() {
        let rows = [vec![1.0], vec![f64::NAN], vec![1.0]];
        assert_weights(weights(&rows, &[0.25, 0.5, f64::INFINITY], &[0.9], 0.0), &[0.25]);
    }

    #[test]
    fn different_lengths_and_numbers_that_are_not_finite_give_no_weights() {
        let rows = [vec![1.0], vec![0.5]];
        assert_eq!(weights(&[], &[], &[0.5], 1.0), None);
        assert_eq!(weights(&rows, &[0.5], &[0.5], 1.0), None);
        assert_eq!(weights(&rows, &[0.5, 0.5], &[0.5, 0.5], 1.0), None);
        assert_eq!(weights(&rows, &[f64::NAN; 2], &[0.5], 1.0), None);
        assert_eq!(weights(&rows, &[0.5; 2], &[f64::NAN], 1.0), None);
        for lambda in [-1.0, f64::NAN, f64::INFINITY] {
            assert_eq!(weights(&rows, &[0.5; 2], &[0.5], lambda), None);
        }
        assert_eq!(weights(&[vec![1e200]], &[1e200], &[0.5], 1.0), None);
    }
}
