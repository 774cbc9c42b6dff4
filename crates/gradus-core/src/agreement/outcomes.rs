//! Right and wrong by the grader and by people, and what macro-F1 makes of them.
//!
//! Takes the sums of a tally, or counts of its own; gives the counts on which the figures for two-valued scores rest.

use super::Absent;
use super::tally::Tally;

/// How often the grader and people said right and wrong.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Outcomes {
    /// Both said right.
    pub(super) both_right: f64,
    /// Both said wrong.
    pub(super) both_wrong: f64,
    /// They differed, either way.
    pub(super) differed: f64,
}

impl Outcomes {
    /// Mean of the F1 of right and the F1 of wrong answers. Both must occur among people's.
    pub(super) fn macro_f1(self) -> f64 {
        // Half of 2 t / (2 t + differed), for each.
        self.both_right / (2.0 * self.both_right + self.differed)
            + self.both_wrong / (2.0 * self.both_wrong + self.differed)
    }
}

impl Tally<'_> {
    /// Counts what the grader and people said.
    pub(super) fn outcomes(&self) -> Result<Outcomes, Absent> {
        self.need(1)?;
        if !self.pairs.two_valued {
            return Err(Absent::NotTwoValued);
        }
        // Levels are 0 and 1 here: a sum of them counts the answers called right.
        let levels = &self.levels;
        let rows = self.errors.rows as f64;
        if levels.human <= 0.0 || levels.human >= rows {
            return Err(Absent::HumanConstant);
        }
        let differed = levels.given + levels.human - 2.0 * levels.product;
        Ok(Outcomes { both_right: levels.product, both_wrong: rows - levels.product - differed, differed })
    }
}

#[cfg(test)]
mod tests {
    use super::super::samples::close;
    use super::super::{Metric, Pairs, Scale};
    use super::*;

    fn figure(given: &[f64], human: &[f64], steps: u32, metric: Metric) -> Result<f64, Absent> {
        Pairs::new(given, human, Scale { steps, cut: 0.5 }).measure(metric)
    }

    #[test]
    fn right_and_wrong_weigh_the_same_however_rare() {
        // 2 * 1 / (2 * 1 + 2) = 1/2 and 2 * 7 / (2 * 7 + 2) = 7/8: the mean is 11/16, whichever is which.
        let rare = Outcomes { both_right: 1.0, both_wrong: 7.0, differed: 2.0 };
        let turned = Outcomes { both_right: 7.0, both_wrong: 1.0, differed: 2.0 };
        for outcomes in [rare, turned] {
            assert!(close::<Absent>(Ok(outcomes.macro_f1()), Ok(11.0 / 16.0)));
        }
    }

    #[test]
    fn six_right_or_wrong_answers_have_the_figures_worked_by_hand() {
        // 2 right by both, 2 wrong by both, 1 differing each way: each F1 is 2 * 2 / (2 * 2 + 2), kappa is
        // (4/6 - 1/2) / (1 - 1/2).
        let human = [1.0, 0.0, 0.0, 1.0, 1.0, 0.0];
        let pairs = Pairs::new(&[0.9, 0.2, 0.6, 0.4, 0.8, 0.1], &human, Scale::of(&human));
        for metric in [Metric::MacroF1, Metric::Accuracy, Metric::Exact] {
            assert!(close(pairs.measure(metric), Ok(2.0 / 3.0)), "{metric}");
        }
        assert!(close(pairs.measure(Metric::Kappa), Ok(1.0 / 3.0)));
        assert_eq!(pairs.measure(Metric::Adjacent), Err(Absent::TooFewLevels));
    }

    #[test]
    fn the_f1_of_a_class_the_grader_never_names_is_nought() {
        // F1 of right 2 * 2 / (2 * 2 + 1) = 0.8, of wrong 0; scikit-learn 1.9.1 f1_score gives 0.4.
        assert!(close(figure(&[0.9, 0.8, 0.7], &[1.0, 1.0, 0.0], 1, Metric::MacroF1), Ok(0.4)));
    }

    #[test]
    fn right_and_wrong_must_both_occur() {
        for metric in [Metric::MacroF1, Metric::Accuracy] {
            assert_eq!(figure(&[0.9, 0.1], &[1.0, 1.0], 1, metric), Err(Absent::HumanConstant));
            assert_eq!(figure(&[0.9, 0.1], &[0.0, 0.0], 1, metric), Err(Absent::HumanConstant));
            assert_eq!(figure(&[0.9, 0.1], &[0.5, 0.0], 2, metric), Err(Absent::NotTwoValued));
        }
        assert_eq!(figure(&[0.9, 0.1], &[1.0, 1.0], 1, Metric::Exact), Ok(0.5));
    }
}
