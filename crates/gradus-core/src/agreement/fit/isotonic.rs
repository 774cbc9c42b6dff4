//! Fits a rising curve from a grader's scores to people's, by least squares.
//!
//! Takes the scores of the same answers by both. `blocks` computes the steps of the fit; this module reduces them to
//! the few points of a curve.

use super::blocks::{Block, merge_cheapest, merge_where, pooled, with_enough_rows};
use super::curve::{Curve, CurvePoint};

/// Minimum number of rows behind a point, if there are that many, because fewer rows would follow single answers.
const FEWEST_ROWS: f64 = 5.0;
/// Points are rounded to a multiple of one divided by this number.
const PARTS: f64 = 10_000.0;

impl Curve {
    /// Fits a curve to the scores of the same answers by a grader and by people, by least squares.
    ///
    /// Rows with a score that is not finite are left out, as are extra rows of the longer slice. Scores outside 0 to 1
    /// count as 0 or 1. The order of rows does not matter. `None` if no row is left.
    ///
    /// Pool-adjacent-violators gives blocks. Blocks of fewer than 5 rows are merged into the neighbour that adds the
    /// least squared error, then the cheapest pairs until [`Curve::MAX_POINTS`] blocks are left. The points are the
    /// means of the blocks, rounded to 4 decimals. Where scores hardly agree, a curve through the means can be worse
    /// than the steps themselves: while its squared error exceeds the squared error of the constant at the rounded
    /// mean, more blocks are merged. So no curve is worse than that line.
    pub fn fit(given: &[f64], human: &[f64]) -> Option<Self> {
        let rows = sorted_rows(given, human);
        let mut blocks = with_enough_rows(pooled(rows.iter().copied()), FEWEST_ROWS);
        while blocks.len() > Self::MAX_POINTS {
            merge_cheapest(&mut blocks);
        }
        let level = Curve::new(points_of(&merge_where(blocks.iter().copied(), |_, _| true))).ok()?;
        let most = squared_error(&level, &rows);
        while blocks.len() > 1 {
            let curve = Curve::new(points_of(&blocks)).ok()?;
            if squared_error(&curve, &rows) <= most {
                return Some(curve);
            }
            merge_cheapest(&mut blocks);
        }
        Some(level)
    }
}

/// The squared error of a curve; each block is one row.
fn squared_error(curve: &Curve, rows: &[Block]) -> f64 {
    rows.iter().map(|row| curve.at(row.given) - row.human).map(|off| off * off).sum()
}

/// The rows of the fit, by given score and then by human score, so that sums do not depend on the order of rows.
fn sorted_rows(given: &[f64], human: &[f64]) -> Vec<Block> {
    let finite = given.iter().zip(human).filter(|(given, human)| given.is_finite() && human.is_finite());
    let mut rows: Vec<_> =
        finite.map(|(given, human)| Block::of_row(given.clamp(0.0, 1.0), human.clamp(0.0, 1.0))).collect();
    rows.sort_by(|one, other| one.given.total_cmp(&other.given).then(one.human.total_cmp(&other.human)));
    rows
}

/// The rounded means of blocks. Neighbours that round to the same given score become one point.
fn points_of(blocks: &[Block]) -> Vec<CurvePoint> {
    merge_where(blocks.iter().copied(), |below, above| rounded(below.given) >= rounded(above.given))
        .iter()
        .map(|block| CurvePoint { given: rounded(block.given), human: rounded(block.human) })
        .collect()
}

fn rounded(score: f64) -> f64 {
    (score * PARTS).round() / PARTS + 0.0 // because adding 0 turns -0 into 0
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Numbers from 0 to 1 without a pattern, some of them equal.
    fn scattered(count: u32, step: u32) -> Vec<f64> {
        (1..=count).map(|at| f64::from(at * at % 1009 * step % 101) / 100.0).collect()
    }

    /// The points of a curve as given and human scores.
    fn pairs(curve: &Curve) -> Vec<(f64, f64)> {
        curve.points().iter().map(|point| (point.given, point.human)).collect()
    }

    /// Each score repeated `times` times.
    fn repeated(scores: &[f64], times: usize) -> Vec<f64> {
        scores.iter().flat_map(|&score| std::iter::repeat_n(score, times)).collect()
    }

    #[test]
    fn points_are_the_means_of_blocks_of_five_rows() {
        let human = [0.0, 0.1, 0.1, 0.1, 0.2, 0.8, 0.9, 0.9, 0.9, 1.0];
        let curve = Curve::fit(&repeated(&[0.2, 0.8], 5), &human).expect("a fit");
        assert_eq!(pairs(&curve), [(0.2, 0.1), (0.8, 0.9)]);
    }

    #[test]
    fn a_small_sample_gives_a_level_line_at_its_mean() {
        // (0.1 + 0.2 + 0.6) / 3 and (0.1 + 0.5 + 0.8) / 3; four rows are fewer than five.
        let curve = Curve::fit(&[0.1, 0.2, 0.6, f64::NAN], &[0.1, 0.5, 0.8, 0.0]).expect("a fit");
        assert_eq!(pairs(&curve), [(0.3, 0.4667)]);
        assert_eq!(pairs(&Curve::fit(&[-3.0], &[7.0]).expect("a fit")), [(0.0, 1.0)]);
        assert_eq!(pairs(&Curve::fit(&[0.5, 0.6], &[0.25]).expect("a fit")), [(0.5, 0.25)]);
    }

    #[test]
    fn no_curve_is_fitted_without_a_finite_row() {
        assert_eq!(Curve::fit(&[], &[]), None);
        assert_eq!(Curve::fit(&[0.5], &[]), None);
        assert_eq!(Curve::fit(&[f64::NAN, 0.5], &[0.5, f64::INFINITY]), None);
    }

    #[test]
    fn blocks_are_merged_to_twelve_points_at_the_least_cost() {
        // Thirteen steps of 0.07, but from the seventh to the eighth only 0.01: these two become one.
        let given: Vec<f64> = (0..13).map(|at| 0.05 + 0.07 * f64::from(at)).collect();
        let human: Vec<f64> = given.iter().enumerate().map(|(at, given)| if at == 7 { 0.48 } else { *given }).collect();
        let curve = Curve::fit(&repeated(&given, 5), &repeated(&human, 5)).expect("a fit");
        assert_eq!(curve.points().len(), Curve::MAX_POINTS);
        assert!(pairs(&curve).contains(&(0.505, 0.475)), "{curve:?}");
    }

    #[test]
    fn given_scores_that_round_alike_become_one_point() {
        let given = repeated(&[0.500_01, 0.500_02, 0.7], 5);
        let curve = Curve::fit(&given, &repeated(&[0.2, 0.4, 0.9], 5)).expect("a fit");
        assert_eq!(pairs(&curve), [(0.5, 0.3), (0.7, 0.9)]);
    }

    #[test]
    fn a_curve_that_is_worse_than_the_mean_is_replaced_by_it() {
        // Two blocks, (0.245, 0.5) and (0.755, 0.51). Each row counted once, the squared error of the line
        // through them is 0.25 + 0.5048^2 + 0.4948^2 + 0.49^2 = 0.9897, that of the mean 0.505 is 0.9803.
        let given = repeated(&[0.0, 0.49, 0.51, 1.0], 3);
        let curve = Curve::fit(&given, &repeated(&[1.0, 0.0, 1.0, 0.02], 3)).expect("a fit");
        assert_eq!(pairs(&curve), [(0.5, 0.505)]);
    }

    #[test]
    fn curves_never_fall_and_are_never_worse_than_the_best_constant() {
        for (count, step) in (1..120).zip((1..).step_by(7)) {
            let (given, noise) = (scattered(count, step), scattered(count, step + 3));
            for share in [0.0, 0.3, 0.7, 1.0] {
                let human: Vec<f64> =
                    given.iter().zip(&noise).map(|(own, noise)| own + share * (noise - own)).collect();
                let curve = Curve::fit(&given, &human).expect("a fit");
                assert_eq!(Curve::new(curve.points().to_vec()).as_ref(), Ok(&curve));
                let rows: Vec<_> =
                    given.iter().zip(&human).map(|(given, human)| Block::of_row(*given, *human)).collect();
                let mean = human.iter().sum::<f64>() / f64::from(count);
                let constant: f64 = human.iter().map(|score| (score - mean) * (score - mean)).sum();
                // A mean rounded to 4 decimals is off by half of the last at most.
                assert!(squared_error(&curve, &rows) <= constant + f64::from(count) * 0.000_05 * 0.000_05 + 1e-12);
                let values: Vec<f64> = (0..=1000).map(|at| curve.at(f64::from(at) / 1000.0)).collect();
                assert!(values.is_sorted());
            }
        }
    }

    #[test]
    fn the_order_of_rows_does_not_matter() {
        let (mut given, mut human) = (scattered(90, 5), scattered(90, 8));
        let fit = Curve::fit(&given, &human);
        given.reverse();
        human.reverse();
        assert_eq!(Curve::fit(&given, &human), fit);
    }
}
