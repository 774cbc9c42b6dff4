//! The metrics of agreement, their names, and the best value of each.
//!
//! [`super::formulas`] computes them.

use std::fmt;

/// A measure of agreement between a grader and people. Its value is never NaN; if it is not defined, the reason is
/// given as [`Absent`](super::absent::Absent).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Metric {
    /// Pearson's correlation of the scores, -1 to 1. Needs 3 answers and two columns that are not constant.
    Pearson,
    /// Pearson's correlation of the ranks, where equal scores share their mean rank, -1 to 1. Needs the same as
    /// Pearson.
    Spearman,
    /// Quadratic-weighted kappa on levels: 1 is full agreement, 0 is agreement by chance, below 0 is less than that.
    /// Needs 2 answers and two columns that are not constant. 0 where different scores are all on one level.
    Kappa,
    /// Mean absolute error, as a share of the scale. Needs 1 answer.
    MeanError,
    /// Root of the mean squared error, as a share of the scale. Needs 1 answer.
    RootError,
    /// Share of answers on the same level. Needs 1 answer.
    Exact,
    /// Share of answers at most one level apart. Needs 1 answer and a scale of 3 levels.
    Adjacent,
    /// Mean of the given score minus the human score: above 0 the grader is milder than people. Needs 1 answer.
    Bias,
    /// Mean of the F1 of right and the F1 of wrong answers. Needs human scores of both 0 and 1. The F1
    /// of a class is 0 if the grader puts no answer into it.
    MacroF1,
    /// Share of answers that the grader calls right or wrong as people do. Needs the same as macro-F1.
    Accuracy,
}

/// The best value of a metric.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BestValue {
    /// A higher value is better.
    Highest,
    /// A lower value is better.
    Lowest,
    /// A value closer to 0 is better.
    Zero,
}

impl Metric {
    /// Every metric, in the order of reports.
    pub const ALL: [Self; 10] = [
        Self::Pearson,
        Self::Spearman,
        Self::Kappa,
        Self::MeanError,
        Self::RootError,
        Self::Exact,
        Self::Adjacent,
        Self::Bias,
        Self::MacroF1,
        Self::Accuracy,
    ];

    /// The name in options and reports.
    pub fn name(self) -> &'static str {
        match self {
            Self::Pearson => "pearson",
            Self::Spearman => "spearman",
            Self::Kappa => "kappa",
            Self::MeanError => "mae",
            Self::RootError => "rmse",
            Self::Exact => "exact",
            Self::Adjacent => "adjacent",
            Self::Bias => "bias",
            Self::MacroF1 => "macro-f1",
            Self::Accuracy => "accuracy",
        }
    }

    /// The metric with the name `name`; upper and lower case differ.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|metric| metric.name() == name)
    }

    /// The best value of the metric.
    pub fn best(self) -> BestValue {
        match self {
            Self::MeanError | Self::RootError => BestValue::Lowest,
            Self::Bias => BestValue::Zero,
            _ => BestValue::Highest,
        }
    }
}

impl fmt::Display for Metric {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_metric_is_found_by_its_exact_name() {
        for metric in Metric::ALL {
            assert_eq!(Metric::from_name(metric.name()), Some(metric));
        }
        assert_eq!(Metric::from_name("Kappa"), None);
        assert_eq!(Metric::from_name(""), None);
    }

    #[test]
    fn errors_are_best_when_low_and_bias_when_zero() {
        let best = |name| Metric::from_name(name).map(Metric::best);
        assert_eq!(["mae", "rmse"].map(best), [Some(BestValue::Lowest); 2]);
        assert_eq!(best("bias"), Some(BestValue::Zero));
        assert_eq!(Metric::ALL.iter().filter(|metric| metric.best() == BestValue::Highest).count(), 7);
    }

    #[test]
    fn names_can_be_padded_to_the_width_of_a_table() {
        assert_eq!(format!("{:<9}|", Metric::MacroF1), "macro-f1 |");
    }
}
