//! Blocks of rows that share one fitted score: the steps of a least-squares isotonic fit.
//!
//! Takes rows sorted by the given score and gives blocks by the pool-adjacent-violators algorithm. Then reduces their
//! number by merging neighbours, so that the means never fall from block to block. `isotonic` draws a curve through the
//! means.

/// A block of neighbouring rows.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Block {
    /// Number of rows: an integer of at least 1.
    pub(super) rows: f64,
    /// Mean given score.
    pub(super) given: f64,
    /// Mean human score.
    pub(super) human: f64,
}

impl Block {
    /// One row.
    pub(super) fn of_row(given: f64, human: f64) -> Self {
        Self { rows: 1.0, given, human }
    }

    /// This block merged with the next one.
    fn with(self, above: Self) -> Self {
        let rows = self.rows + above.rows;
        let share = above.rows / rows;
        Self { rows, given: between(self.given, above.given, share), human: between(self.human, above.human, share) }
    }

    /// Increase of the squared error when the two blocks are merged (Ward).
    fn cost(&self, other: &Self) -> f64 {
        let apart = self.human - other.human;
        self.rows * other.rows / (self.rows + other.rows) * apart * apart
    }
}

/// Linear interpolation between two finite values: `from` at a share of 0, `to` at 1.
///
/// Never outside the two values, whatever the rounding, and exactly `from` at 0.
pub(super) fn between(from: f64, to: f64, share: f64) -> f64 {
    (from + (to - from) * share).clamp(from.min(to), from.max(to))
}

/// Merges neighbours, from below, while `belong` is true for the block below and the one above.
pub(super) fn merge_where(
    blocks: impl IntoIterator<Item = Block>,
    belong: impl Fn(&Block, &Block) -> bool,
) -> Vec<Block> {
    let mut merged: Vec<Block> = Vec::new();
    for mut block in blocks {
        while let Some(below) = merged.pop_if(|below| belong(below, &block)) {
            block = below.with(block);
        }
        merged.push(block);
    }
    merged
}

/// Pools rows until the human means no longer fall. The rows are finite and sorted by their given score.
///
/// Rows with the same given score are one block from the start. Blocks with equal human means stay separate, so that a
/// level stretch of the curve keeps its ends.
pub(super) fn pooled(rows: impl IntoIterator<Item = Block>) -> Vec<Block> {
    let ties = merge_where(rows, |below, above| below.given >= above.given);
    merge_where(ties, |below, above| below.human > above.human)
}

/// Merges each block of fewer than `fewest` rows into the neighbour with the lower cost, lowest block first.
///
/// Where both neighbours cost the same, the block is merged into the one above, which has not grown yet. A block has
/// fewer rows only if there are fewer rows in total.
pub(super) fn with_enough_rows(blocks: Vec<Block>, fewest: f64) -> Vec<Block> {
    let mut enough: Vec<Block> = Vec::new();
    let mut rest = blocks.into_iter().peekable();
    while let Some(mut block) = rest.next() {
        while block.rows < fewest {
            let below = enough.last().map_or(f64::INFINITY, |below| below.cost(&block));
            let Some(above) = rest.next_if(|above| block.cost(above) <= below) else { break };
            block = block.with(above);
        }
        match enough.last_mut() {
            Some(below) if block.rows < fewest => *below = below.with(block),
            _ => enough.push(block),
        }
    }
    enough
}

/// Merges the pair of neighbours with the lowest cost; of equal costs the pair with the fewest rows, then the lowest.
///
/// Leaves fewer than two blocks unchanged. Examines every pair, so that repeated merging takes quadratic time.
pub(super) fn merge_cheapest(blocks: &mut Vec<Block>) {
    let pairs = blocks.iter().zip(blocks.iter().skip(1)).map(|(one, next)| (one.cost(next), one.rows + next.rows));
    let cheapest =
        pairs.enumerate().min_by(|(_, one), (_, other)| one.0.total_cmp(&other.0).then(one.1.total_cmp(&other.1)));
    let Some((at, _)) = cheapest else { return };
    let above = blocks.remove(at + 1);
    if let Some(block) = blocks.get_mut(at) {
        *block = block.with(above);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The fitted value of each row.
    fn steps(blocks: &[Block]) -> Vec<f64> {
        let mut steps = Vec::new();
        for block in blocks {
            let mut left = block.rows;
            while left > 0.5 {
                steps.push(block.human);
                left -= 1.0;
            }
        }
        steps
    }

    /// The blocks of rows with these given and human scores.
    fn pooled_rows(rows: &[(f64, f64)]) -> Vec<Block> {
        pooled(rows.iter().map(|&(given, human)| Block::of_row(given, human)))
    }

    fn assert_steps(rows: &[(f64, f64)], expected: &[f64]) {
        let found = steps(&pooled_rows(rows));
        assert_eq!(found.len(), expected.len());
        let near = found.iter().zip(expected).all(|(found, expected)| (found - expected).abs() < 1e-6);
        assert!(near, "{found:?} is not {expected:?}");
    }

    fn block(rows: f64, given: f64, human: f64) -> Block {
        Block { rows, given, human }
    }

    #[test]
    fn the_pituitary_example_of_de_leeuw_hornik_and_mair() {
        // "Isotone Optimization in R", J. Stat. Softw. 32(5), 2009: ages 8 to 14 and sizes, ties "secondary";
        // R isotone 1.0-2 gives 22.22222 nine times, 24.25 twice. Here both are divided by 100.
        let ages = [8.0, 8.0, 8.0, 10.0, 10.0, 10.0, 12.0, 12.0, 12.0, 14.0, 14.0];
        let sizes = [21.0, 23.5, 23.0, 24.0, 21.0, 25.0, 21.5, 22.0, 19.0, 23.5, 25.0];
        let rows: Vec<_> = ages.iter().zip(sizes).map(|(age, size)| (age / 100.0, size / 100.0)).collect();
        let mut expected = vec![2.0 / 9.0; 9];
        expected.extend([0.2425; 2]);
        assert_steps(&rows, &expected);
    }

    #[test]
    fn the_documented_example_of_scikit_learn() {
        // sklearn.isotonic.isotonic_regression, docs of 1.9.1: 2.75 four times, 7.33 six times, here a tenth.
        let human = [0.5, 0.3, 0.1, 0.2, 0.8, 1.0, 0.7, 0.9, 0.6, 0.4];
        let rows: Vec<_> = (0..10).map(|at| f64::from(at) / 10.0).zip(human).collect();
        let mut expected = vec![0.275; 4];
        expected.extend([4.4 / 6.0; 6]);
        assert_steps(&rows, &expected);
    }

    #[test]
    fn agrees_with_scikit_learn_on_rows_with_ties() {
        // scikit-learn 1.9.1 IsotonicRegression().fit(given, human).predict(given), drawn at random.
        let given = [
            0.07, 0.13, 0.13, 0.13, 0.13, 0.14, 0.15, 0.2, 0.28, 0.48, 0.5, 0.5, 0.51, 0.51, 0.55, 0.55, 0.6, 0.62,
            0.66, 0.67, 0.79, 0.82, 0.93, 0.95,
        ];
        let human = [
            0.0, 0.0, 0.4, 0.0, 0.1, 0.5, 0.5, 0.4, 0.0, 0.0, 0.6, 0.9, 0.2, 0.2, 0.5, 0.4, 0.4, 1.0, 0.8, 0.2, 0.5,
            0.7, 0.6, 0.6,
        ];
        let expected = [
            0.0, 0.125, 0.125, 0.125, 0.125, 0.28, 0.28, 0.28, 0.28, 0.28, 0.457_143, 0.457_143, 0.457_143, 0.457_143,
            0.457_143, 0.457_143, 0.457_143, 0.625, 0.625, 0.625, 0.625, 0.633_333, 0.633_333, 0.633_333,
        ];
        let rows: Vec<_> = given.into_iter().zip(human).collect();
        assert_steps(&rows, &expected);
    }

    #[test]
    fn ties_are_pooled_even_where_they_rise() {
        assert_eq!(pooled_rows(&[(0.5, 0.25), (0.5, 0.75)]), [block(2.0, 0.5, 0.5)]);
        assert_eq!(pooled_rows(&[(-0.0, 0.25), (0.0, 0.75)]).len(), 1);
        assert_eq!(pooled_rows(&[]), []);
    }

    #[test]
    fn a_level_stretch_keeps_its_ends() {
        let level = [(0.25, 0.5), (0.75, 0.5)];
        assert_eq!(pooled_rows(&level), [block(1.0, 0.25, 0.5), block(1.0, 0.75, 0.5)]);
    }

    #[test]
    fn small_blocks_join_the_cheaper_neighbour() {
        // Into the block below: 5 * 2 / 7 * 0.1^2; into the one above: 2 * 5 / 7 * 0.7^2.
        let blocks = vec![block(5.0, 0.2, 0.1), block(2.0, 0.4, 0.2), block(5.0, 0.8, 0.9)];
        let merged = with_enough_rows(blocks, 5.0);
        let [low, high] = merged.as_slice() else { panic!("{merged:?}") };
        assert!((low.given - 1.8 / 7.0).abs() < 1e-12 && (low.human - 0.9 / 7.0).abs() < 1e-12);
        assert_eq!(*high, block(5.0, 0.8, 0.9));
    }

    #[test]
    fn single_rows_in_steps_become_blocks_of_five() {
        let rows: Vec<_> = (0..12).map(|at| (f64::from(at) / 16.0, f64::from(at) / 16.0)).collect();
        // The last two rows are too few by themselves and have only the block below.
        let sizes: Vec<_> = with_enough_rows(pooled_rows(&rows), 5.0).iter().map(|block| block.rows).collect();
        assert_eq!(sizes, [5.0, 7.0]);
        let three = rows.into_iter().take(3).collect::<Vec<_>>();
        assert_eq!(with_enough_rows(pooled_rows(&three), 5.0), [block(3.0, 0.0625, 0.0625)]);
    }

    #[test]
    fn of_equal_costs_the_pair_with_fewest_rows_is_merged() {
        let mut blocks = vec![block(9.0, 0.0, 0.5), block(2.0, 0.25, 0.5), block(2.0, 0.75, 0.5), block(9.0, 1.0, 1.0)];
        merge_cheapest(&mut blocks);
        assert_eq!(blocks, [block(9.0, 0.0, 0.5), block(4.0, 0.5, 0.5), block(9.0, 1.0, 1.0)]);
        let mut one = vec![block(1.0, 0.5, 0.5)];
        merge_cheapest(&mut one);
        assert_eq!(one.len(), 1);
    }
}
