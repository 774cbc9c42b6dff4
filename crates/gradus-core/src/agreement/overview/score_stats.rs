//! Statistics of the scores of many answers: number, mean, median, standard deviation, histogram and bands.

use std::collections::BTreeMap;

use super::integer_sums::deviation;
use crate::agreement::absent::Absent;
use crate::model::{Band, Tenths};

/// Width of a bin of the histogram, in tenths of a point.
const BIN: u32 = 100;
/// Number of possible scores: 0.0 to 100.0 in tenths.
const SCORES: usize = 1001;

/// Statistics of the scores of graded answers.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ScoreStats {
    /// Number of answers with a score.
    pub graded: u64,
    /// The lowest score; `None` without graded answers.
    pub lowest: Option<Tenths>,
    /// The highest score; `None` without graded answers.
    pub highest: Option<Tenths>,
    /// Number of scores from 0 to below 10, from 10 to below 20 and so on; 100 is in the last bin.
    pub histogram: [u64; 10],
    /// Number of answers in each band; a band without answers is left out.
    pub bands: BTreeMap<Band, u64>,
    /// Number of answers with each score from 0.0 to 100.0, in tenths; empty without graded answers.
    by_score: Vec<u64>,
    /// Sum of scores in tenths. A score is at most 1000, so 10^10 of them add up to 10^13, and their squares to 10^16.
    sum: u128,
    squares: u128,
}

impl ScoreStats {
    /// Adds a score.
    pub(super) fn add(&mut self, score: Tenths, band: Band) {
        let tenths = u128::from(score.0);
        self.graded += 1;
        self.sum += tenths;
        self.squares += tenths * tenths;
        self.lowest = Some(self.lowest.map_or(score, |lowest| lowest.min(score)));
        self.highest = Some(self.highest.map_or(score, |highest| highest.max(score)));
        let last = self.histogram.len() - 1;
        self.histogram[((score.0 / BIN) as usize).min(last)] += 1;
        self.by_score.resize(SCORES, 0);
        self.by_score[(score.0 as usize).min(SCORES - 1)] += 1;
        *self.bands.entry(band).or_default() += 1;
    }

    /// The mean score, 0 to 100.
    ///
    /// # Errors
    /// Without graded answers.
    pub fn mean(&self) -> Result<f64, Absent> {
        if self.graded == 0 {
            return Err(Absent::TooFew { have: 0, need: 1 });
        }
        Ok(self.sum as f64 / (self.graded as f64 * 10.0))
    }

    /// The median score, 0 to 100; for an even number of answers the mean of the two middle scores.
    ///
    /// # Errors
    /// Without graded answers.
    pub fn median(&self) -> Result<f64, Absent> {
        if self.graded == 0 {
            return Err(Absent::TooFew { have: 0, need: 1 });
        }
        let tenths = self.at((self.graded - 1) / 2) + self.at(self.graded / 2);
        Ok(tenths as f64 / 20.0)
    }

    /// The score in tenths at an index of the ascending order.
    fn at(&self, place: u64) -> usize {
        let mut below = 0;
        let is_passed = |count: &&u64| {
            below += **count;
            below <= place
        };
        self.by_score.iter().take_while(is_passed).count()
    }

    /// The sample standard deviation in points, 0 to 100 (the divisor is the number of answers minus 1).
    ///
    /// # Errors
    /// With fewer than two graded answers.
    pub fn deviation(&self) -> Result<f64, Absent> {
        deviation(self.graded, self.sum, self.squares).map(|tenths| tenths / 10.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(tenths: &[u32]) -> ScoreStats {
        let mut scores = ScoreStats::default();
        tenths.iter().for_each(|&tenths| scores.add(Tenths(tenths), Band::Weak));
        scores
    }

    #[test]
    fn three_scores_have_the_figures_worked_by_hand() {
        // 20, 50 and 80: mean 50; squared distances 900, 0 and 900 add up to 1800, over 2 they are 900: deviation 30.
        let scores = of(&[500, 200, 800]);
        assert_eq!((scores.mean(), scores.deviation()), (Ok(50.0), Ok(30.0)));
        assert_eq!((scores.lowest, scores.highest), (Some(Tenths(200)), Some(Tenths(800))));
    }

    #[test]
    fn the_median_is_the_middle_of_sorted_scores() {
        for (scores, median) in
            [(vec![500, 0, 1000], 50.0), (vec![301, 100, 900, 302], 30.15), (vec![1000, 1000], 100.0)]
        {
            assert_eq!(of(&scores).median(), Ok(median), "{scores:?}");
        }
        assert_eq!(of(&[]).median(), Err(Absent::TooFew { have: 0, need: 1 }));
    }

    #[test]
    fn a_bin_includes_its_lower_end_and_the_last_bin_includes_100() {
        assert_eq!(of(&[0, 99, 100, 899, 900, 999, 1000]).histogram, [2, 1, 0, 0, 0, 0, 0, 0, 1, 3]);
    }

    #[test]
    fn there_is_no_mean_without_answers_and_no_deviation_of_one_answer() {
        assert_eq!(of(&[]).mean(), Err(Absent::TooFew { have: 0, need: 1 }));
        assert_eq!(of(&[]).lowest, None);
        assert_eq!(of(&[123]).mean(), Ok(12.3));
        assert_eq!(of(&[123]).deviation(), Err(Absent::TooFew { have: 1, need: 2 }));
    }
}
