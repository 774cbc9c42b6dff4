//! Counts of right and wrong answers by the grader and by people, and the macro-F1 of them.
//!
//! Takes the sums of a tally, and gives the counts that the metrics of two-valued scores are computed from.

use super::absent::Absent;
use super::tally::Tally;

/// Numbers of answers by the verdicts of the grader and of people.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Outcomes {
    /// Answers that both call right.
    pub(super) both_right: f64,
    /// Answers that both call wrong.
    pub(super) both_wrong: f64,
    /// Answers that one calls right and the other wrong.
    pub(super) differed: f64,
}

impl Outcomes {
    /// Mean of the F1 of right and the F1 of wrong answers. People must have given both verdicts.
    pub(super) fn macro_f1(self) -> f64 {
        // F1 of a class is 2 t / (2 t + differed); this is half of it for each class.
        self.both_right / (2.0 * self.both_right + self.differed)
            + self.both_wrong / (2.0 * self.both_wrong + self.differed)
    }
}

impl Tally<'_> {
    /// The numbers of answers by verdict, for the weights that were counted last.
    pub(super) fn outcomes(&self) -> Result<Outcomes, Absent> {
        self.need(1)?;
        if !self.pairs.two_valued {
            return Err(Absent::NotTwoValued);
        }
        // because levels are 0 and 1 here, their sum is the number of right answers
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
    use super::super::fixtures::close;
    use super::super::metric::Metric;
    use super::super::pairs::Pairs;
    use super::super::scale::Scale;
    use super::*;

    fn figure(given: &[f64], human: &[f64], steps: u32, metric: Metric) -> Result<f64, Absent> {
        Pairs::new(given, human, Scale { steps, cut: 0.5 }).measure(metric)
    }

    #[test]
    fn a_rare_class_weighs_the_same_as_a_frequent_one() {
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
    fn the_f1_of_a_class_that_the_grader_never_gives_is_zero() {
        // F1 of right 2 * 2 / (2 * 2 + 1) = 0.8, of wrong 0; scikit-learn 1.9.1 f1_score gives 0.4.
        assert!(close(figure(&[0.9, 0.8, 0.7], &[1.0, 1.0, 0.0], 1, Metric::MacroF1), Ok(0.4)));
    }

    #[test]
    fn people_must_have_scored_both_right_and_wrong() {
        for metric in [Metric::MacroF1, Metric::Accuracy] {
            assert_eq!(figure(&[0.9, 0.1], &[1.0, 1.0], 1, metric), Err(Absent::HumanConstant));
            assert_eq!(figure(&[0.9, 0.1], &[0.0, 0.0], 1, metric), Err(Absent::HumanConstant));
            assert_eq!(figure(&[0.9, 0.1], &[0.5, 0.0], 2, metric), Err(Absent::NotTwoValued));
        }
        assert_eq!(figure(&[0.9, 0.1], &[1.0, 1.0], 1, Metric::Exact), Ok(0.5));
    }
}
