//! The figures of agreement there are, what each is called, and which value of it is best.
//!
//! Measuring takes pairs and gives a figure or the reason why there is none.

use std::fmt;

use super::tally::Tally;
use super::{Absent, Pairs};

/// A figure of agreement between a grader and people. Never NaN: where it cannot be told, it is [`Absent`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Metric {
    /// Pearson's correlation of the scores, -1 to 1. Needs 3 answers and two columns that are not constant.
    Pearson,
    /// Pearson's correlation of the ranks, where equal scores share their mean rank, -1 to 1. Needs what Pearson needs.
    Spearman,
    /// Quadratic-weighted kappa on levels: 1 is full agreement, 0 is what chance would give, below 0 is worse. Needs 2
    /// answers and two columns that are not constant. Where different scores all fall on one level it is 0.
    Kappa,
    /// Mean absolute error, as a share of the scale. Needs 1 answer.
    MeanError,
    /// Root of the mean squared error, as a share of the scale. Needs 1 answer.
    RootError,
    /// Share of answers on the same level. Needs 1 answer.
    Exact,
    /// Share of answers at most one level apart. Needs 1 answer and a scale of 3 levels.
    Adjacent,
    /// Mean of given less human scores: above 0 the grader is the milder. Needs 1 answer.
    Bias,
    /// Mean of the F1 of right and the F1 of wrong answers. Needs two-valued human scores, both of which occur. If the
    /// grader calls nothing right (or wrong), the F1 of that class is 0.
    MacroF1,
    /// Share of answers the grader calls right or wrong as people do. Needs what macro-F1 needs.
    Accuracy,
}

/// Which value of a metric is best.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Best {
    /// The more the better.
    Highest,
    /// The less the better.
    Lowest,
    /// The nearer to 0 the better.
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

    /// The name as it is written in options and reports.
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

    /// The metric of that name, written exactly so.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|metric| metric.name() == name)
    }

    /// Which value is best.
    pub fn best(self) -> Best {
        match self {
            Self::MeanError | Self::RootError => Best::Lowest,
            Self::Bias => Best::Zero,
            _ => Best::Highest,
        }
    }
}

impl fmt::Display for Metric {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl Pairs {
    /// The figure of `metric` over all answers.
    ///
    /// # Errors
    ///
    /// When the answers are too few, or too much alike, for the metric to mean anything: see [`Metric`].
    pub fn measure(&self, metric: Metric) -> Result<f64, Absent> {
        self.measure_weighted(metric, &vec![1; self.len()])
    }

    /// The figure of `metric` where each answer counts as often as its weight says; without a weight it does not count.
    pub(super) fn measure_weighted(&self, metric: Metric, weights: &[u32]) -> Result<f64, Absent> {
        let mut tally = Tally::new(self);
        tally.count(weights);
        tally.figure(metric)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_metric_is_found_by_its_name_alone() {
        for metric in Metric::ALL {
            assert_eq!(Metric::from_name(metric.name()), Some(metric));
        }
        assert_eq!(Metric::from_name("Kappa"), None);
        assert_eq!(Metric::from_name(""), None);
    }

    #[test]
    fn errors_are_best_when_low_and_bias_when_nought() {
        let best = |name| Metric::from_name(name).map(Metric::best);
        assert_eq!(["mae", "rmse"].map(best), [Some(Best::Lowest); 2]);
        assert_eq!(best("bias"), Some(Best::Zero));
        assert_eq!(Metric::ALL.iter().filter(|metric| metric.best() == Best::Highest).count(), 7);
    }

    #[test]
    fn names_keep_to_the_width_of_a_table() {
        assert_eq!(format!("{:<9}|", Metric::MacroF1), "macro-f1 |");
    }
}
