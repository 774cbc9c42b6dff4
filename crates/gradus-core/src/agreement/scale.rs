//! The scale of human scores, inferred from the scores, and the level of each score.
//!
//! Takes scores from 0 to 1 and gives levels, which kappa and the shares of equal scores are computed from.

/// Numbers of steps that a human scale may have, coarsest first.
const STEPS: [u32; 15] = [1, 2, 3, 4, 5, 6, 8, 10, 12, 15, 16, 20, 24, 30, 40];

/// Number of steps if no known scale fits.
const STEPS_OTHERWISE: u32 = 10;

/// Maximum distance of a human score from its level, because scores are quotients and files round them.
const TOLERANCE: f64 = 1e-6;

/// The human scale, mapped to 0 to 1.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Scale {
    /// Number of equal steps from 0 to 1, one fewer than levels. With 0 steps all scores are on one level.
    pub steps: u32,
    /// The cut score: a given score from it on counts as right if the human scores are 0 or 1.
    pub cut: f64,
}

impl Scale {
    /// The coarsest scale on which every score of `human` falls on a level, with a cut of 0.5.
    ///
    /// Tries 1, 2, 3, 4, 5, 6, 8, 10, 12, 15, 16, 20, 24, 30 and 40 steps and takes 10 if none fits, as when a score
    /// lies outside 0 to 1. A score may differ from its level by 1e-6. Scores that are not finite are ignored;
    /// without any score the scale has 1 step.
    pub fn of(human: &[f64]) -> Self {
        let fits = |steps: u32| {
            let scale = Self { steps, cut: 0.5 };
            human.iter().filter(|score| score.is_finite()).all(|&score| scale.holds(score))
        };
        let steps = STEPS.into_iter().find(|&steps| fits(steps)).unwrap_or(STEPS_OTHERWISE);
        Self { steps, cut: 0.5 }
    }

    /// The level nearest to `score`, from 0 to the number of steps. Half-way rounds up. A score below 0 or above 1 has
    /// the lowest or highest level, and NaN the lowest.
    pub fn level(self, score: f64) -> u32 {
        // A cast from a float saturates, and NaN becomes 0.
        ((score * f64::from(self.steps)).round() as u32).min(self.steps)
    }

    /// Whether 0 and 1 are the only levels.
    pub(super) fn is_two_valued(self) -> bool {
        self.steps == 1
    }

    /// Whether `score` is on a level, to 1e-6.
    pub(super) fn holds(self, score: f64) -> bool {
        let level = f64::from(self.level(score)) / f64::from(self.steps.max(1));
        (score - level).abs() <= TOLERANCE
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scale(steps: u32) -> Scale {
        Scale { steps, cut: 0.5 }
    }

    #[test]
    fn the_coarsest_scale_that_holds_all_scores_is_taken() {
        assert_eq!(Scale::of(&[0.0, 1.0]), scale(1));
        assert_eq!(Scale::of(&[0.0, 0.5]), scale(2));
        assert_eq!(Scale::of(&[1.0 / 3.0]), scale(3));
        assert_eq!(Scale::of(&[0.5, 0.75]), scale(4));
        assert_eq!(Scale::of(&[0.5, 1.0 / 3.0]), scale(6));
        assert_eq!(Scale::of(&[0.1, 0.9]), scale(10));
        assert_eq!(Scale::of(&[1.0 / 40.0]), scale(40));
    }

    #[test]
    fn scores_may_be_rounded_to_six_decimals() {
        assert_eq!(Scale::of(&[0.333_333, 0.666_667]), scale(3));
        assert_eq!(Scale::of(&[0.333, 0.667]), scale(10));
    }

    #[test]
    fn a_scale_has_ten_steps_where_no_known_scale_fits() {
        assert_eq!(Scale::of(&[0.123_4]), scale(10));
        assert_eq!(Scale::of(&[0.5, 2.0]), scale(10));
        assert_eq!(Scale::of(&[-1.0]), scale(10));
    }

    #[test]
    fn scores_that_are_not_finite_do_not_affect_the_scale() {
        assert_eq!(Scale::of(&[f64::NAN, 0.5, f64::INFINITY]), scale(2));
        assert_eq!(Scale::of(&[f64::NAN]), scale(1));
        assert_eq!(Scale::of(&[]), scale(1));
    }

    #[test]
    fn half_way_rounds_to_the_upper_level() {
        let levels = [0.0, 0.124, 0.125, 0.374, 0.375, 0.875, 1.0].map(|score| scale(4).level(score));
        assert_eq!(levels, [0, 0, 1, 1, 2, 4, 4]);
    }

    #[test]
    fn scores_outside_the_scale_have_its_lowest_or_highest_level() {
        let wild = [-0.5, f64::NEG_INFINITY, f64::NAN, 1.5, f64::INFINITY, f64::MAX];
        assert_eq!(wild.map(|score| scale(5).level(score)), [0, 0, 0, 5, 5, 5]);
        assert_eq!(scale(0).level(0.7), 0);
        assert_eq!(scale(u32::MAX).level(1.0), u32::MAX);
    }
}
