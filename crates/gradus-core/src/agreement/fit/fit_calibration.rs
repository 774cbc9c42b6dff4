//! Fits a calibration, and measures calibrations on questions that they were not fitted to.

use std::collections::{BTreeMap, BTreeSet};

use super::calibration::Calibration;
use super::choose_lambda::choose_lambda;
use super::curve::Curve;
use super::folds::by_group;
use super::ridge::weights;
use crate::agreement::absent::Absent;
use crate::wording::counted;

/// Minimum number of answers for a calibration, because each point of the curve needs several answers.
const MIN_ANSWERS: usize = 30;
/// Minimum number of questions for a calibration, because some questions are held out to measure the calibration.
const MIN_QUESTIONS: usize = 3;
/// Maximum number of folds for cross-validation. With fewer questions, each question is a fold. Each fold is held out
/// once.
const MAX_FOLDS: usize = 10;
/// Candidates for lambda, the regularisation strength that pulls weights towards the rubric's own points. Its unit is a
/// number of answers.
const LAMBDAS: [f64; 5] = [1.0, 10.0, 100.0, 1_000.0, 10_000.0];

/// A graded answer that a calibration is fitted to.
#[derive(Debug, Clone, PartialEq)]
pub struct Example {
    /// Id of the question.
    pub question: String,
    /// The share of points earned, 0 to 1, after penalties.
    pub earned: f64,
    /// The contribution of each criterion to that share, by the id of the criterion.
    pub criteria: BTreeMap<String, f64>,
    /// The share of points lost to penalties.
    pub lost: f64,
    /// People's score, 0 to 1.
    pub human: f64,
}

/// The reason why no calibration can be fitted.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FitError {
    /// There are too few answers.
    #[error("{} with a human score and a grader's score, but at least {MIN_ANSWERS} are needed", counted(*have, "answer"))]
    FewAnswers {
        /// Number of answers with both scores.
        have: usize,
    },
    /// Fewer than two criteria can be weighted.
    #[error(
        "weights need at least 2 criterion ids that occur in several questions, but the number of these ids is {have}"
    )]
    FewCriteria {
        /// Number of criteria that occur in two or more questions.
        have: usize,
    },
    /// There are too few questions.
    #[error(
        "the answers are to {}, but at least {MIN_QUESTIONS} are needed: some questions are held out to measure the calibration",
        counted(*have, "question")
    )]
    FewQuestions {
        /// Number of questions.
        have: usize,
    },
    /// The grader gave every answer the same score, or people did.
    #[error(transparent)]
    Absent(#[from] Absent),
}

/// A calibration, and scores on held-out questions from calibrations that were fitted to the other questions.
#[derive(Debug, Clone, PartialEq)]
pub struct Fit {
    /// The calibration, fitted to all answers.
    pub calibration: Calibration,
    /// Number of folds that the questions were divided into.
    pub folds: usize,
    /// For each example the score of a calibration that was fitted without the fold of its question.
    pub held_out: Vec<f64>,
    /// For each example the mean of people's scores outside its fold: the baseline that a calibration must beat.
    pub means: Vec<f64>,
}

/// Fits a curve, and also weights of criteria if `fit_weights` is true. `scorer` is the version of the scoring rules.
///
/// # Errors
/// When there are too few answers, questions or criteria, or all scores of the grader or of people are the same.
pub fn fit(examples: &[Example], fit_weights: bool, scorer: u32) -> Result<Fit, FitError> {
    let questions: Vec<&str> = examples.iter().map(|example| example.question.as_str()).collect();
    let folds = by_group(&questions, MAX_FOLDS);
    let distinct = {
        let mut distinct = questions.clone();
        distinct.sort_unstable();
        distinct.dedup();
        distinct.len()
    };
    if examples.len() < MIN_ANSWERS {
        return Err(FitError::FewAnswers { have: examples.len() });
    }
    if distinct < MIN_QUESTIONS {
        return Err(FitError::FewQuestions { have: distinct });
    }
    if is_constant(examples.iter().map(|example| example.human)) {
        return Err(Absent::HumanConstant.into());
    }
    if is_constant(examples.iter().map(|example| example.earned)) {
        return Err(Absent::GivenConstant.into());
    }
    let shared = if fit_weights { shared_criteria(examples) } else { BTreeSet::new() };
    if fit_weights && shared.len() < 2 {
        return Err(FitError::FewCriteria { have: shared.len() });
    }
    let mut held_out = vec![f64::NAN; examples.len()];
    let mut means = held_out.clone();
    let parts = folds.iter().max().map_or(0, |last| last + 1);
    for part in 0..parts {
        let (inside, outside): (Vec<usize>, Vec<usize>) = (0..examples.len()).partition(|&at| folds[at] == part);
        let kept: Vec<&Example> = outside.iter().map(|&at| &examples[at]).collect();
        let mean = kept.iter().map(|example| example.human).sum::<f64>() / kept.len().max(1) as f64;
        inside.iter().for_each(|&at| means[at] = mean);
        let Some(calibration) = fit_to(&kept, &shared, scorer) else { continue };
        for at in inside {
            held_out[at] = calibration.curve.at(share(&examples[at], &calibration.weights));
        }
    }
    let all: Vec<&Example> = examples.iter().collect();
    let calibration = fit_to(&all, &shared, scorer).ok_or(FitError::FewAnswers { have: examples.len() })?;
    Ok(Fit { calibration, folds: parts, held_out, means })
}

fn is_constant(mut column: impl Iterator<Item = f64>) -> bool {
    let first = column.next();
    column.all(|value| Some(value) == first)
}

/// The criteria that occur in more than one question: only their weights can be measured on held-out questions.
fn shared_criteria(examples: &[Example]) -> BTreeSet<&str> {
    let mut questions: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for example in examples {
        for id in example.criteria.keys() {
            questions.entry(id).or_default().insert(&example.question);
        }
    }
    questions.into_iter().filter(|(_, questions)| questions.len() > 1).map(|(id, _)| id).collect()
}

/// Fits a calibration to `examples`, with weights for the criteria of `weighed`. `None` without examples.
fn fit_to(examples: &[&Example], weighed: &BTreeSet<&str>, scorer: u32) -> Option<Calibration> {
    let weights = if weighed.is_empty() { BTreeMap::new() } else { criterion_weights(examples, weighed)? };
    let given: Vec<f64> = examples.iter().map(|example| share(example, &weights)).collect();
    let human: Vec<f64> = examples.iter().map(|example| example.human).collect();
    Some(Calibration { curve: Curve::fit(&given, &human)?, weights, scorer })
}

/// The weight of each criterion of `weighed`, regularised towards 1. Other criteria and penalties are not weighted, so
/// their contribution is first subtracted from the human score.
fn criterion_weights(examples: &[&Example], weighed: &BTreeSet<&str>) -> Option<BTreeMap<String, f64>> {
    let credit = |example: &Example, name: &str| example.criteria.get(name).copied().unwrap_or(0.0);
    let rows: Vec<Vec<f64>> =
        examples.iter().map(|example| weighed.iter().map(|name| credit(example, name)).collect()).collect();
    let rest = |example: &Example| {
        let others = example.criteria.iter().filter(|(id, _)| !weighed.contains(id.as_str()));
        others.map(|(_, credit)| credit).sum::<f64>() - example.lost
    };
    let human: Vec<f64> = examples.iter().map(|example| example.human - rest(example)).collect();
    let questions: Vec<&str> = examples.iter().map(|example| example.question.as_str()).collect();
    let prior = vec![1.0; weighed.len()];
    let lambda = choose_lambda(&rows, &human, &prior, &LAMBDAS, &by_group(&questions, MAX_FOLDS))?;
    let fitted = weights(&rows, &human, &prior, lambda)?;
    let rounded = |weight: f64| (weight * 1000.0).round() / 1000.0;
    Some(weighed.iter().map(|&id| id.to_owned()).zip(fitted.into_iter().map(rounded)).collect())
}

/// The weighted share of points, computed as in [`Calibration::share`].
fn share(example: &Example, weights: &BTreeMap<String, f64>) -> f64 {
    if weights.is_empty() {
        return example.earned;
    }
    let weighed = example.criteria.iter().map(|(id, credit)| weights.get(id).copied().unwrap_or(1.0) * credit);
    (weighed.sum::<f64>() - example.lost).clamp(0.0, 1.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Answers to some questions. People ignore the criterion `noise`. The human score is twice the contribution of the
    /// criterion `good`, raised to `power`; a power below 1 makes people milder than the grader.
    fn examples(questions: usize, each: usize, power: f64) -> Vec<Example> {
        let mut examples = Vec::new();
        for question in 0..questions {
            for answer in 0..each {
                let good = (answer * 7 % each) as f64 / each as f64 / 2.0;
                let noise = (answer * 5 % each) as f64 / each as f64 / 2.0;
                examples.push(Example {
                    question: format!("q{question}"),
                    earned: good + noise,
                    criteria: BTreeMap::from([("good".to_owned(), good), ("noise".to_owned(), noise)]),
                    lost: 0.0,
                    human: (2.0 * good).powf(power),
                });
            }
        }
        examples
    }

    fn error(held_out: &[f64], examples: &[Example]) -> f64 {
        held_out.iter().zip(examples).map(|(given, example)| (given - example.human).powi(2)).sum()
    }

    #[test]
    fn a_calibration_is_closer_to_people_on_held_out_questions() {
        let mild = examples(6, 20, 0.5);
        let plain: Vec<f64> = mild.iter().map(|example| example.earned).collect();
        let curve = fit(&mild, false, 1).expect("enough");
        assert_eq!(curve.folds, 6);
        assert!(curve.held_out.iter().all(|score| (0.0..=1.0).contains(score)));
        assert!(error(&curve.held_out, &mild) < 0.8 * error(&plain, &mild));
    }

    #[test]
    fn a_criterion_that_people_ignore_loses_its_weight() {
        let examples = examples(6, 20, 1.0);
        let curve = fit(&examples, false, 1).expect("enough");
        let weighed = fit(&examples, true, 1).expect("enough");
        let weights = &weighed.calibration.weights;
        assert!(weights["noise"] < 0.4 && weights["good"] > 1.6, "{weights:?}");
        assert!(error(&weighed.held_out, &examples) < 0.3 * error(&curve.held_out, &examples));
    }

    #[test]
    fn every_reason_against_a_fit_says_what_is_missing() {
        for (error, message) in [
            (
                FitError::FewAnswers { have: 1 },
                "1 answer with a human score and a grader's score, but at least 30 are needed",
            ),
            (
                FitError::FewQuestions { have: 1 },
                "the answers are to 1 question, but at least 3 are needed: some questions are held out to measure the \
                 calibration",
            ),
            (
                FitError::FewCriteria { have: 1 },
                "weights need at least 2 criterion ids that occur in several questions, but the number of these ids is 1",
            ),
            (Absent::HumanConstant.into(), "people gave every answer the same score"),
        ] {
            assert_eq!(error.to_string(), message);
        }
    }

    #[test]
    fn too_few_answers_or_questions_and_constant_scores_are_refused() {
        assert_eq!(fit(&examples(3, 5, 1.0), false, 1).err(), Some(FitError::FewAnswers { have: 15 }));
        assert_eq!(fit(&examples(2, 20, 1.0), false, 1).err(), Some(FitError::FewQuestions { have: 2 }));
        let mut same = examples(4, 10, 1.0);
        same.iter_mut().for_each(|example| example.human = 0.5);
        assert_eq!(fit(&same, false, 1).err(), Some(FitError::Absent(Absent::HumanConstant)));
        let mut same = examples(4, 10, 1.0);
        same.iter_mut().for_each(|example| example.earned = 0.5);
        assert_eq!(fit(&same, false, 1).err(), Some(FitError::Absent(Absent::GivenConstant)));
    }
}
