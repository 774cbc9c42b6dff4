//! The formulas of the metrics.
//!
//! Takes the sums of a tally and gives the value of a metric, or the reason why it has none. [`Metric`] documents the
//! meaning and the requirements of each metric.

use super::absent::Absent;
use super::metric::Metric;
use super::outcomes::Outcomes;
use super::pairs::Pairs;
use super::tally::{ProductSums, Tally};

impl Pairs {
    /// The value of `metric` over all answers.
    ///
    /// # Errors
    ///
    /// When the answers are too few, or too much alike, for the metric to mean anything: see [`Metric`].
    pub fn measure(&self, metric: Metric) -> Result<f64, Absent> {
        self.measure_weighted(metric, &vec![1; self.len()])
    }

    /// The value of `metric` where each answer counts as often as its weight says. An answer without a weight does not
    /// count.
    pub(super) fn measure_weighted(&self, metric: Metric, weights: &[u32]) -> Result<f64, Absent> {
        let mut tally = Tally::new(self);
        tally.count(weights);
        tally.figure(metric)
    }
}

impl Tally<'_> {
    /// The value of `metric` for the weights that were counted last.
    pub(super) fn figure(&self, metric: Metric) -> Result<f64, Absent> {
        let figure = match metric {
            Metric::Pearson => self.correlation(self.scores),
            Metric::Spearman => self.correlation(self.ranks),
            Metric::Kappa => self.kappa(),
            Metric::MeanError => self.mean(self.errors.absolute),
            Metric::RootError => self.mean(self.errors.squared).map(f64::sqrt),
            Metric::Exact => self.mean(self.levels.same),
            Metric::Adjacent => self.adjacent(),
            Metric::Bias => self.mean(self.errors.signed),
            Metric::MacroF1 => self.outcomes().map(Outcomes::macro_f1),
            Metric::Accuracy => self.outcomes().and_then(|_| self.mean(self.levels.same)),
        }?;
        if figure.is_finite() { Ok(figure) } else { Err(Absent::Overflow) }
    }

    pub(super) fn need(&self, need: usize) -> Result<(), Absent> {
        let have = self.errors.rows as usize;
        if have < need { Err(Absent::TooFew { have, need }) } else { Ok(()) }
    }

    fn mean(&self, sum: f64) -> Result<f64, Absent> {
        self.need(1)?;
        Ok(sum / self.errors.rows as f64)
    }

    fn correlation(&self, moments: ProductSums) -> Result<f64, Absent> {
        self.need(3)?;
        if self.human.is_constant {
            return Err(Absent::HumanConstant);
        }
        if self.given.is_constant {
            return Err(Absent::GivenConstant);
        }
        let spread = (moments.given * moments.human).sqrt();
        if !spread.is_finite() {
            return Err(Absent::Overflow);
        }
        // because the squares of differences below about 1e-80 round to 0
        if spread <= 0.0 {
            return Err(if moments.human < moments.given { Absent::HumanConstant } else { Absent::GivenConstant });
        }
        Ok((moments.product / spread).clamp(-1.0, 1.0))
    }

    /// 1 - observed / expected. The disagreement of two levels a and b is (a - b)^2; the expected disagreement pairs
    /// every given level with every human level. Both follow from sums of levels, so no contingency table is needed.
    fn kappa(&self) -> Result<f64, Absent> {
        self.need(2)?;
        if self.human.is_constant {
            return Err(Absent::HumanConstant);
        }
        if self.given.is_constant {
            return Err(Absent::GivenConstant);
        }
        let levels = &self.levels;
        if levels.is_constant {
            return Err(Absent::HumanConstant);
        }
        let squares = levels.given_squared + levels.human_squared;
        let observed = squares - 2.0 * levels.product;
        let expected = squares - 2.0 * levels.given * levels.human / self.errors.rows as f64;
        Ok(1.0 - observed / expected)
    }

    fn adjacent(&self) -> Result<f64, Absent> {
        self.need(1)?;
        if self.pairs.steps < 2 {
            return Err(Absent::TooFewLevels);
        }
        self.mean(self.levels.near)
    }
}

#[cfg(test)]
mod tests {
    use super::super::fixtures::{close, columns};
    use super::super::generator::Generator;
    use super::super::scale::Scale;
    use super::*;

    fn figure(given: &[f64], human: &[f64], steps: u32, metric: Metric) -> Result<f64, Absent> {
        Pairs::new(given, human, Scale { steps, cut: 0.5 }).measure(metric)
    }

    fn check(pairs: &Pairs, expected: &[(Metric, f64)]) {
        for &(metric, value) in expected {
            let measured = pairs.measure(metric);
            assert!(close(measured, Ok(value)), "{metric}: {measured:?}, not {value}");
        }
    }

    #[test]
    fn seven_answers_with_ties_have_the_figures_worked_by_hand() {
        // LevelSums of 4 steps: 0 2 2 3 2 4 1 against 0 1 2 2 3 4 2. Squared level differences add up to 4; of all
        // given with all human levels to 7 * 38 + 7 * 38 - 2 * 14 * 14 = 140, which is 20 a row: kappa is 1 - 4 / 20.
        // ErrorSums 0.1 0.15 -0.1 0.3 -0.15 -0.05 -0.2 add up to 0.05, without signs to 1.05, squared to 0.1975. Ranks
        // 1 3.5 3.5 6 5 7 2 against 1 2 4 4 6 7 4. scipy 1.17.1 and scikit-learn 1.9.1 give the same, and the
        // correlations.
        let given = [0.1, 0.4, 0.4, 0.8, 0.6, 0.95, 0.3];
        let human = [0.0, 0.25, 0.5, 0.5, 0.75, 1.0, 0.5];
        check(
            &Pairs::new(&given, &human, Scale::of(&human)),
            &[
                (Metric::Pearson, 0.831_493_637_345_859_9),
                (Metric::Spearman, 0.785_355_471_607_104_1),
                (Metric::Kappa, 0.8),
                (Metric::MeanError, 0.15),
                (Metric::RootError, (0.1975_f64 / 7.0).sqrt()),
                (Metric::Exact, 3.0 / 7.0),
                (Metric::Adjacent, 1.0),
                (Metric::Bias, 0.05 / 7.0),
            ],
        );
    }

    #[test]
    fn published_examples_have_their_published_values() {
        // Wikipedia, "Spearman's rank correlation coefficient": IQ and hours of television, rho = -29/165.
        let iq = [106.0, 100.0, 86.0, 101.0, 99.0, 103.0, 97.0, 113.0, 112.0, 110.0];
        let hours = [7.0, 27.0, 2.0, 50.0, 28.0, 29.0, 20.0, 12.0, 6.0, 17.0];
        assert!(close(figure(&iq, &hours, 4, Metric::Spearman), Ok(-29.0 / 165.0)));
        // Anscombe, "Graphs in statistical analysis", 1973, first set: r = 0.816.
        let x = [10.0, 8.0, 13.0, 9.0, 11.0, 14.0, 6.0, 4.0, 12.0, 7.0, 5.0];
        let y = [8.04, 6.95, 7.58, 8.81, 8.33, 9.96, 7.24, 4.26, 10.84, 4.82, 5.68];
        assert!(close(figure(&x, &y, 4, Metric::Pearson), Ok(0.816_420_516_344_84)));
        // Wikipedia, "Cohen's kappa": 20 yes by both, 5 and 10 differing, 15 no by both: 0.4.
        let cells = [(1.0, 1.0, 20), (1.0, 0.0, 5), (0.0, 1.0, 10), (0.0, 0.0, 15)];
        let rows = cells.iter().flat_map(|&(given, human, count)| [(given, human)].repeat(count));
        let (given, human): (Vec<f64>, Vec<f64>) = rows.unzip();
        assert!(close(figure(&given, &human, 1, Metric::Kappa), Ok(0.4)));
    }

    #[test]
    fn seeded_columns_have_the_figures_of_scipy_and_scikit_learn() {
        // scipy 1.17.1 pearsonr, spearmanr; scikit-learn 1.9.1 cohen_kappa_score(weights="quadratic"),
        // mean_absolute_error, root_mean_squared_error, accuracy_score, f1_score(average="macro").
        let (given, human) = columns(200, 4, 42);
        check(
            &Pairs::new(&given, &human, Scale { steps: 4, cut: 0.5 }),
            &[
                (Metric::Pearson, 0.763_322_027_676_801_7),
                (Metric::Spearman, 0.763_635_314_429_087_7),
                (Metric::Kappa, 0.659_188_217_160_472_7),
                (Metric::MeanError, 0.200_35),
                (Metric::RootError, 0.238_173_256_265_265_86),
                (Metric::Exact, 0.32),
                (Metric::Adjacent, 0.895),
                (Metric::Bias, 0.003_15),
            ],
        );
        let (given, human) = columns(200, 1, 7);
        check(
            &Pairs::new(&given, &human, Scale { steps: 1, cut: 0.55 }),
            &[
                (Metric::Pearson, 0.882_918_455_694_973),
                (Metric::Spearman, 0.865_984_145_768_723_2),
                (Metric::Kappa, 0.930_069_930_069_930_1),
                (Metric::Exact, 0.965),
                (Metric::MacroF1, 0.964_992_123_227_726_3),
                (Metric::Accuracy, 0.965),
            ],
        );
    }

    #[test]
    fn a_weight_counts_as_that_many_rows() {
        for (steps, seed) in [(4, 1), (1, 2), (10, 3)] {
            let (given, human) = columns(60, steps, seed);
            let mut weights = vec![0; 60];
            Generator::new(seed).resample(&mut weights);
            let repeat = |column: &[f64]| {
                let rows = column.iter().zip(&weights);
                rows.flat_map(|(&score, &weight)| [score].repeat(weight as usize)).collect::<Vec<_>>()
            };
            let scale = Scale::of(&human);
            let repeated = Pairs::new(&repeat(&given), &repeat(&human), scale);
            let pairs = Pairs::new(&given, &human, scale);
            for metric in Metric::ALL {
                assert!(close(pairs.measure_weighted(metric, &weights), repeated.measure(metric)), "{metric} {steps}");
            }
        }
    }

    #[test]
    fn full_agreement_is_exactly_one() {
        let (human, _) = columns(99, 4, 5);
        let correlated = [Metric::Pearson, Metric::Spearman, Metric::Kappa, Metric::Exact];
        for metric in correlated {
            assert_eq!(figure(&human, &human, 4, metric).map(f64::to_bits), Ok(1.0_f64.to_bits()), "{metric}");
        }
    }

    #[test]
    fn constant_columns_have_no_correlation() {
        // 0.1 added up is never exactly its multiple: the variance of a constant column is not exactly 0.
        let (constant, rising) = ([0.1; 7], [0.0, 0.25, 0.5, 0.75, 1.0, 0.5, 0.25]);
        for metric in [Metric::Pearson, Metric::Spearman] {
            assert_eq!(figure(&constant, &rising, 4, metric), Err(Absent::GivenConstant));
            assert_eq!(figure(&rising, &constant, 4, metric), Err(Absent::HumanConstant));
            assert_eq!(figure(&constant, &constant, 4, metric), Err(Absent::HumanConstant));
        }
        assert_eq!(figure(&constant, &constant, 4, Metric::Kappa), Err(Absent::HumanConstant));
        assert_eq!(figure(&constant, &rising, 4, Metric::Kappa), Err(Absent::GivenConstant));
        assert_eq!(figure(&rising, &constant, 4, Metric::Kappa), Err(Absent::HumanConstant));
        // Scores that differ but are all on one level: scikit-learn 1.9.1 cohen_kappa_score gives 0 here too.
        let near = [0.1, 0.12, 0.1, 0.09, 0.1, 0.11, 0.1];
        assert!(close(figure(&near, &rising, 4, Metric::Kappa), Ok(0.0)));
    }

    #[test]
    fn too_few_answers_are_reported_with_their_number() {
        for (metric, need) in Metric::ALL.into_iter().zip([3, 3, 2, 1, 1, 1, 1, 1, 1, 1]) {
            assert_eq!(figure(&[], &[], 4, metric), Err(Absent::TooFew { have: 0, need }), "{metric}");
            let missing = figure(&[f64::NAN; 3], &[0.5; 3], 4, metric);
            assert_eq!(missing, Err(Absent::TooFew { have: 0, need }), "{metric}");
        }
        assert_eq!(figure(&[0.5], &[1.0], 1, Metric::Kappa), Err(Absent::TooFew { have: 1, need: 2 }));
        assert_eq!(figure(&[0.5], &[1.0], 1, Metric::Bias), Ok(-0.5));
        let two = figure(&[0.5, 0.6], &[1.0, 0.0], 1, Metric::Pearson);
        assert_eq!(two, Err(Absent::TooFew { have: 2, need: 3 }));
    }

    #[test]
    fn extreme_scores_never_give_nan() {
        let wild = [f64::MAX, f64::MIN, 1e200, -1e200, 1e-300, 0.0, -0.0, 1.0, 5e-324, 1e80, f64::NAN];
        for steps in [0, 1, 4, u32::MAX] {
            for metric in Metric::ALL {
                for rows in 0..=wild.len() {
                    let reversed: Vec<f64> = wild[..rows].iter().rev().copied().collect();
                    let measured = figure(&wild[..rows], &reversed, steps, metric);
                    assert!(measured.is_err() || measured.is_ok_and(f64::is_finite), "{metric} {rows}");
                }
            }
        }
        assert_eq!(figure(&[1e200, 0.0, 1.0], &[0.0, 1.0, 1.0], 1, Metric::Pearson), Err(Absent::Overflow));
        assert_eq!(figure(&[1e-200, 0.0, 0.0], &[0.0, 1.0, 1.0], 1, Metric::Pearson), Err(Absent::GivenConstant));
    }
}
