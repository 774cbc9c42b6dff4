//! The sums that all metrics are computed from, over rows with weights.
//!
//! Takes pairs and one weight for each row. Two scans of the rows fill all sums without sorting, because resampling
//! needs all metrics thousands of times. The formulas are in `formulas`.

use super::pairs::{PairedRow, Pairs};

/// The sums for the weights that were counted last. Reused between counts, so that nothing is allocated again.
#[derive(Debug)]
pub(super) struct Tally<'pairs> {
    pub(super) pairs: &'pairs Pairs,
    pub(super) given: RankedColumn,
    pub(super) human: RankedColumn,
    cells: Vec<u64>,
    pub(super) errors: ErrorSums,
    pub(super) scores: ProductSums,
    pub(super) ranks: ProductSums,
    pub(super) levels: LevelSums,
}

/// The distinct scores of one column.
#[derive(Debug)]
pub(super) struct RankedColumn {
    /// Total weight of each distinct score.
    weights: Vec<u64>,
    /// The mid-rank of each score, as twice its distance from the mean rank, which is an integer.
    ranks: Vec<f64>,
    /// Whether all rows have exactly the same score.
    pub(super) is_constant: bool,
    /// Sum of squared `ranks`.
    squared: f64,
}

/// Sums of the differences between given and human scores.
#[derive(Debug, Default, Clone, Copy)]
pub(super) struct ErrorSums {
    /// Total weight of the rows.
    pub(super) rows: u64,
    given: f64,
    human: f64,
    pub(super) signed: f64,
    pub(super) absolute: f64,
    pub(super) squared: f64,
}

/// Sums of squares and products of distances from the means.
#[derive(Debug, Default, Clone, Copy)]
pub(super) struct ProductSums {
    pub(super) given: f64,
    pub(super) human: f64,
    pub(super) product: f64,
}

/// Sums over levels. They are integers, so exact up to 2^53.
#[derive(Debug, Default, Clone, Copy)]
pub(super) struct LevelSums {
    pub(super) given: f64,
    pub(super) human: f64,
    pub(super) given_squared: f64,
    pub(super) human_squared: f64,
    pub(super) product: f64,
    /// Weight of rows with equal levels.
    pub(super) same: f64,
    /// Weight of rows with levels at most one apart.
    pub(super) near: f64,
    /// Whether all scores of both columns are on one level.
    pub(super) is_constant: bool,
}

impl<'pairs> Tally<'pairs> {
    /// A tally of no rows.
    pub(super) fn new(pairs: &'pairs Pairs) -> Self {
        Self {
            pairs,
            given: RankedColumn::new(pairs.given_groups),
            human: RankedColumn::new(pairs.human_groups),
            cells: vec![0; pairs.cells.len()],
            errors: ErrorSums::default(),
            scores: ProductSums::default(),
            ranks: ProductSums::default(),
            levels: LevelSums::default(),
        }
    }

    /// Computes all sums again, with these weights. Rows without a weight do not count.
    pub(super) fn count(&mut self, weights: &[u32]) {
        self.add_rows(weights);
        self.given.rank(self.errors.rows);
        self.human.rank(self.errors.rows);
        self.add_products(weights);
        self.add_cells();
    }

    fn add_rows(&mut self, weights: &[u32]) {
        self.given.weights.fill(0);
        self.human.weights.fill(0);
        self.cells.fill(0);
        let mut sums = ErrorSums::default();
        for (row, &count) in self.pairs.rows.iter().zip(weights) {
            let whole = u64::from(count);
            self.given.weights[row.given_group as usize] += whole;
            self.human.weights[row.human_group as usize] += whole;
            self.cells[row.cell as usize] += whole;
            sums.add(row, count);
        }
        self.errors = sums;
    }

    /// Runs as a second pass, because distances from the mean are only accurate once the mean is known.
    fn add_products(&mut self, weights: &[u32]) {
        let rows = self.errors.rows.max(1) as f64;
        let (given_mean, human_mean) = (self.errors.given / rows, self.errors.human / rows);
        let mut scores = ProductSums::default();
        let mut rank_product = 0.0;
        for (row, &count) in self.pairs.rows.iter().zip(weights) {
            let weight = f64::from(count);
            let (given, human) = (row.given - given_mean, row.human - human_mean);
            scores.given += weight * given * given;
            scores.human += weight * human * human;
            scores.product += weight * given * human;
            let given_rank = self.given.ranks[row.given_group as usize];
            let human_rank = self.human.ranks[row.human_group as usize];
            rank_product += weight * given_rank * human_rank;
        }
        self.scores = scores;
        self.ranks = ProductSums { given: self.given.squared, human: self.human.squared, product: rank_product };
    }

    fn add_cells(&mut self) {
        let mut sums = LevelSums::default();
        let (mut lowest, mut highest) = (f64::INFINITY, f64::NEG_INFINITY);
        for (cell, &count) in self.pairs.cells.iter().zip(&self.cells).filter(|(_, count)| **count > 0) {
            let weight = count as f64;
            let apart = (cell.given - cell.human).abs();
            lowest = lowest.min(cell.given).min(cell.human);
            highest = highest.max(cell.given).max(cell.human);
            sums.given += weight * cell.given;
            sums.human += weight * cell.human;
            sums.given_squared += weight * cell.given * cell.given;
            sums.human_squared += weight * cell.human * cell.human;
            sums.product += weight * cell.given * cell.human;
            sums.same += if apart < 0.5 { weight } else { 0.0 };
            sums.near += if apart < 1.5 { weight } else { 0.0 };
        }
        sums.is_constant = lowest >= highest;
        self.levels = sums;
    }
}

impl RankedColumn {
    fn new(groups: usize) -> Self {
        Self { weights: vec![0; groups], ranks: vec![0.0; groups], is_constant: true, squared: 0.0 }
    }

    /// Ranks the scores by their weights. Equal scores share the mean of their ranks.
    ///
    /// Of `rows` ranks, those of a group of `weight` rows after `before` rows have the mean before + (weight + 1) / 2,
    /// and the mean of all is (rows + 1) / 2: twice the difference is 2 before + weight - rows.
    fn rank(&mut self, rows: u64) {
        let mut before = 0;
        let mut distinct = 0_usize;
        let mut squared = 0.0;
        for (rank, &weight) in self.ranks.iter_mut().zip(&self.weights) {
            *rank = (2 * before + weight) as f64 - rows as f64;
            before += weight;
            distinct += usize::from(weight > 0);
            squared += weight as f64 * *rank * *rank;
        }
        self.squared = squared;
        self.is_constant = distinct < 2;
    }
}

impl ErrorSums {
    fn add(&mut self, row: &PairedRow, count: u32) {
        let weight = f64::from(count);
        let error = row.given - row.human;
        self.rows += u64::from(count);
        self.given += weight * row.given;
        self.human += weight * row.human;
        self.signed += weight * error;
        self.absolute += weight * error.abs();
        self.squared += weight * error * error;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::agreement::scale::Scale;

    const FIVE: Scale = Scale { steps: 4, cut: 0.5 };

    fn ranks(given: &[f64], weights: &[u32]) -> Vec<f64> {
        let pairs = Pairs::new(given, &vec![0.0; given.len()], FIVE);
        let mut tally = Tally::new(&pairs);
        tally.count(weights);
        let middle = (tally.errors.rows + 1) as f64 / 2.0;
        pairs.rows.iter().map(|row| tally.given.ranks[row.given_group as usize] / 2.0 + middle).collect()
    }

    fn same(one: &[f64], other: &[f64]) -> bool {
        one.iter().map(|value| value.to_bits()).eq(other.iter().map(|value| value.to_bits()))
    }

    #[test]
    fn ties_share_their_mean_rank() {
        // scipy 1.17.1 stats.rankdata gives the same.
        assert!(same(&ranks(&[0.2, 0.7, 0.2, 0.1], &[1; 4]), &[2.5, 4.0, 2.5, 1.0]));
        assert!(same(&ranks(&[0.5, 0.5, 0.5], &[1; 3]), &[2.0, 2.0, 2.0]));
    }

    #[test]
    fn a_row_that_counts_twice_takes_two_ranks() {
        // Ranks of 0.1 0.1 0.2 0.7 0.7 0.7; the row that does not count shifts nothing.
        assert!(same(&ranks(&[0.2, 0.7, 0.1], &[1, 3, 2]), &[3.0, 5.0, 1.5]));
        let ranks = ranks(&[0.2, 0.5, 0.7, 0.1], &[1, 0, 3, 2]);
        assert!(same(&[ranks[0], ranks[2], ranks[3]], &[3.0, 5.0, 1.5]));
    }

    #[test]
    fn a_second_count_replaces_the_first() {
        let pairs = Pairs::new(&[0.0, 0.5, 1.0], &[0.0, 0.5, 0.5], FIVE);
        let mut tally = Tally::new(&pairs);
        tally.count(&[1, 2, 3]);
        tally.count(&[0, 1, 0]);
        assert_eq!(tally.errors.rows, 1);
        assert!(tally.given.is_constant && tally.human.is_constant && tally.levels.is_constant);
        assert!(same(&[tally.levels.same, tally.errors.absolute], &[1.0, 0.0]));
    }

    #[test]
    fn sums_are_empty_without_rows_or_weights() {
        let empty = Pairs::new(&[], &[], FIVE);
        Tally::new(&empty).count(&[1, 1]);
        let pairs = Pairs::new(&[0.0, 0.5], &[0.0, 0.5], FIVE);
        let mut tally = Tally::new(&pairs);
        tally.count(&[]);
        assert_eq!(tally.errors.rows, 0);
    }
}
