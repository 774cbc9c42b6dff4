//! Chooses lambda: how strongly weights are drawn towards the rubric's own points.
//!
//! Takes candidates and the rows that weights are fitted to. Gives the candidate whose weights have the least error in
//! cross-validation. `ridge` fits the weights.

use super::ridge::{Products, dot, usable};

/// The lambda of `candidates` whose [weights](super::ridge::weights) have the lowest squared error on held-out rows.
///
/// `folds` has the fold of each row; rows that depend on each other must share a fold. Each fold is scored with the
/// weights of the other folds. Of equal errors the largest lambda wins, because it stays nearest to the prior. `None`
/// if lengths differ, a number is not finite, there are fewer than 2 folds, or every candidate is negative or not
/// finite.
pub fn choose_lambda(
    rows: &[Vec<f64>],
    human: &[f64],
    prior: &[f64],
    candidates: &[f64],
    folds: &[usize],
) -> Option<f64> {
    let usable = usable(rows, human, prior)?;
    if usable.len() != folds.len() {
        return None;
    }
    let mut parts = folds.to_vec();
    parts.sort_unstable();
    parts.dedup();
    if parts.len() < 2 {
        return None;
    }
    let of_fold = |fold: usize, inside: bool| {
        usable.iter().zip(folds).filter(move |(_, own)| (**own == fold) == inside).map(|(row, _)| *row)
    };
    let others: Vec<Products> = parts.iter().map(|&fold| Products::of(of_fold(fold, false), prior.len())).collect();
    let left_out_error = |lambda: f64| -> Option<f64> {
        let mut error = 0.0;
        for (&fold, kept) in parts.iter().zip(&others) {
            let weights = kept.solve(prior, lambda)?;
            let off = of_fold(fold, true).map(|(credits, human)| dot(credits, &weights) - human);
            error += off.map(|off| off * off).sum::<f64>();
        }
        error.is_finite().then_some(error)
    };
    let mut best: Option<(f64, f64)> = None;
    for &lambda in candidates {
        let Some(error) = left_out_error(lambda) else { continue };
        if best.is_none_or(|(least, chosen)| error < least || (error <= least && lambda > chosen)) {
            best = Some((error, lambda));
        }
    }
    best.map(|(_, lambda)| lambda)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_lambda_with_the_least_error_on_held_out_rows_is_chosen() {
        let (rows, human) = ([vec![1.0], vec![1.0]], [0.4, 0.6]);
        let choose = |prior: f64, candidates: &[f64]| choose_lambda(&rows, &human, &[prior], candidates, &[0, 1]);
        // With prior 0.5, each row is predicted as (other row + lambda / 2) / (1 + lambda). The error is 0.08 at
        // lambda 0 and 0.045 at 1, and it approaches 0.02.
        assert_eq!(choose(0.5, &[0.0, 1.0, 1e9]), Some(1e9));
        // With prior 0, each row is predicted as other row / (1 + lambda). The error is 0.08 at lambda 0 and 0.17 at 1.
        assert_eq!(choose(0.0, &[1.0, 0.0]), Some(0.0));
    }

    #[test]
    fn rows_of_one_fold_are_held_out_together() {
        let choose =
            |folds: &[usize]| choose_lambda(&vec![vec![1.0]; 4], &[0.2, 0.8, 0.2, 0.8], &[0.9], &[0.0, 1e9], folds);
        // With lambda 0, the rows of 0.2 are predicted as 0.8 and those of 0.8 as 0.2: error 4 * 0.36 = 1.44. With the
        // largest lambda, all rows are predicted as the prior 0.9: error 1.0.
        assert_eq!(choose(&[0, 7, 0, 7]), Some(1e9));
        // If each fold has one row of each value, all rows are predicted as 0.5 with lambda 0: error 4 * 0.09 = 0.36.
        assert_eq!(choose(&[0, 0, 1, 1]), Some(0.0));
    }

    #[test]
    fn the_largest_lambda_is_chosen_among_equal_errors() {
        let candidates = [2.0, 8.0, f64::NAN, 4.0];
        assert_eq!(choose_lambda(&vec![vec![1.0]; 3], &[0.5; 3], &[0.5], &candidates, &[0, 1, 2]), Some(8.0));
    }

    #[test]
    fn no_lambda_is_chosen_without_rows_folds_or_candidates() {
        let choose = |folds: &[usize], candidates: &[f64]| {
            choose_lambda(&vec![vec![1.0]; folds.len()], &vec![0.5; folds.len()], &[0.5], candidates, folds)
        };
        assert_eq!(choose(&[], &[1.0]), None);
        assert_eq!(choose(&[0, 0], &[1.0]), None);
        assert_eq!(choose(&[0, 1, 2], &[]), None);
        assert_eq!(choose(&[0, 1, 2], &[-1.0, f64::NAN]), None);
        assert_eq!(choose_lambda(&[vec![1.0]], &[0.5], &[0.5], &[1.0], &[0, 1]), None);
    }
}
