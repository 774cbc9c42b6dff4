//! Measures how well a phrase separates high from low answers, beyond chance.

use serde::Serialize;

/// Number of standard errors that a phrase must lie above chance. One in forty meaningless phrases passes, and the author
/// can recognise it by its counts.
const SURE: f64 = 1.96;
/// Added to each of the four counts, so that none is zero.
const SMOOTH: f64 = 0.5;

/// Numbers of answers with and without a phrase.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub(super) struct AnswerCounts {
    /// High answers with the phrase.
    pub(super) high_with: usize,
    /// All high answers.
    pub(super) high: usize,
    /// Low answers with the phrase.
    pub(super) low_with: usize,
    /// All low answers.
    pub(super) low: usize,
}

impl AnswerCounts {
    /// The lower bound of the log odds ratio, in thousandths. `None` if it is below zero.
    ///
    /// Rounded, so that the order of proposals does not depend on the last digit of a logarithm.
    pub(super) fn strength(self) -> Option<i64> {
        let cell = |count: usize| count as f64 + SMOOTH;
        let [with, without] = [self.high_with, self.high.saturating_sub(self.high_with)].map(cell);
        let [low_with, low_without] = [self.low_with, self.low.saturating_sub(self.low_with)].map(cell);
        let ratio = (with * low_without / (without * low_with)).ln();
        let spread = (1.0 / with + 1.0 / without + 1.0 / low_with + 1.0 / low_without).sqrt();
        let bound = ((ratio - SURE * spread) * 1000.0).round();
        (bound >= 0.0).then_some(bound as i64)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn strength(high_with: usize, high: usize, low_with: usize, low: usize) -> Option<i64> {
        AnswerCounts { high_with, high, low_with, low }.strength()
    }

    #[test]
    fn phrases_of_high_answers_are_strong_and_phrases_of_all_answers_have_no_strength() {
        // ln(12.5 x 19.5 / (3.5 x 1.5)) = 3.838, spread sqrt(1/12.5 + 1/3.5 + 1/1.5 + 1/19.5) = 1.041.
        assert_eq!(strength(12, 15, 1, 20), Some(1798));
        assert_eq!(strength(15, 15, 20, 20), None);
        assert_eq!(strength(3, 15, 1, 20), None, "three answers prove nothing");
        assert_eq!(strength(1, 20, 12, 15), None, "mostly in low answers");
        assert!(strength(30, 30, 0, 30) > strength(10, 10, 0, 10), "more answers, more certain");
    }
}
