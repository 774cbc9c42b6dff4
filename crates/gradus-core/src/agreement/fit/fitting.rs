//! Fits a calibration, and tries it on questions that it has not seen.

use std::collections::{BTreeMap, BTreeSet};

use super::{Calibration, Curve, by_group, choose_lambda, weights};
use crate::agreement::Absent;

/// Answers below which nothing is fitted: a curve of a handful of points needs some for each.
const LEAST_ANSWERS: usize = 30;
/// Questions below which none can be held back to try the fit on.
const LEAST_QUESTIONS: usize = 3;
/// Parts that questions are dealt into; each is held back once.
const FOLDS: usize = 10;
/// How strongly weights are drawn to the rubric's own points, in answers. Chosen from by trying.
const LAMBDAS: [f64; 5] = [1.0, 10.0, 100.0, 1_000.0, 10_000.0];

/// An answer to fit to.
#[derive(Debug, Clone, PartialEq)]
pub struct Example {
    /// The question it answers.
    pub question: String,
    /// The share of points that it earned, 0 to 1, penalties taken.
    pub earned: f64,
    /// What each criterion contributed to that share, by its id.
    pub criteria: BTreeMap<String, f64>,
    /// What penalties took of it.
    pub lost: f64,
    /// What people gave, 0 to 1.
    pub human: f64,
}

/// Why nothing is fitted.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FitError {
    /// There are too few answers.
    #[error("{have} answers with both scores, {LEAST_ANSWERS} needed")]
    FewAnswers {
        /// How many there are.
        have: usize,
    },
    /// No two criteria can be weighed against each other.
    #[error(
        "{have} of the criteria stand in two or more questions, 2 needed: weights go by their ids over all questions"
    )]
    FewCriteria {
        /// How many do.
        have: usize,
    },
    /// There are too few questions.
    #[error("answers to only {have} of the {LEAST_QUESTIONS} questions needed: some are held back to try the fit on")]
    FewQuestions {
        /// How many there are.
        have: usize,
    },
    /// One of the columns says nothing.
    #[error(transparent)]
    Absent(#[from] Absent),
}

/// A calibration, and how it does on questions held back.
#[derive(Debug, Clone, PartialEq)]
pub struct Fit {
    /// Fitted to all answers.
    pub calibration: Calibration,
    /// In how many parts the questions were dealt.
    pub folds: usize,
    /// For each example the score that a calibration gives it which was fitted without its question.
    pub held_back: Vec<f64>,
    /// For each example the mean of what people gave to other questions: what a fit has to beat.
    pub means: Vec<f64>,
}

/// Fits a curve, and weights of criteria if `weighing`, to scores of that version of the scoring rules.
///
/// # Errors
/// When there are too few answers or questions, or nothing to tell one score from another.
pub fn fit(examples: &[Example], weighing: bool, scorer: u32) -> Result<Fit, FitError> {
    let questions: Vec<&str> = examples.iter().map(|example| example.question.as_str()).collect();
    let folds = by_group(&questions, FOLDS);
    let distinct = {
        let mut distinct = questions.clone();
        distinct.sort_unstable();
        distinct.dedup();
        distinct.len()
    };
    if examples.len() < LEAST_ANSWERS {
        return Err(FitError::FewAnswers { have: examples.len() });
    }
    if distinct < LEAST_QUESTIONS {
        return Err(FitError::FewQuestions { have: distinct });
    }
    if is_constant(examples.iter().map(|example| example.human)) {
        return Err(Absent::HumanConstant.into());
    }
    if is_constant(examples.iter().map(|example| example.earned)) {
        return Err(Absent::GivenConstant.into());
    }
    let shared = if weighing { shared_criteria(examples) } else { BTreeSet::new() };
    if weighing && shared.len() < 2 {
        return Err(FitError::FewCriteria { have: shared.len() });
    }
    let mut held_back = vec![f64::NAN; examples.len()];
    let mut means = held_back.clone();
    let parts = folds.iter().max().map_or(0, |last| last + 1);
    for part in 0..parts {
        let (inside, outside): (Vec<usize>, Vec<usize>) = (0..examples.len()).partition(|&at| folds[at] == part);
        let kept: Vec<&Example> = outside.iter().map(|&at| &examples[at]).collect();
        let mean = kept.iter().map(|example| example.human).sum::<f64>() / kept.len().max(1) as f64;
        inside.iter().for_each(|&at| means[at] = mean);
        let Some(calibration) = fit_to(&kept, &shared, scorer) else { continue };
        for at in inside {
            held_back[at] = calibration.curve.at(share(&examples[at], &calibration.weights));
        }
    }
    let all: Vec<&Example> = examples.iter().collect();
    let calibration = fit_to(&all, &shared, scorer).ok_or(FitError::FewAnswers { have: examples.len() })?;
    Ok(Fit { calibration, folds: parts, held_back, means })
}

fn is_constant(mut column: impl Iterator<Item = f64>) -> bool {
    let first = column.next();
    column.all(|value| Some(value) == first)
}

/// The criteria that stand in more than one question: only their weights can be tried on others.
fn shared_criteria(examples: &[Example]) -> BTreeSet<&str> {
    let mut questions: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for example in examples {
        for id in example.criteria.keys() {
            questions.entry(id).or_default().insert(&example.question);
        }
    }
    questions.into_iter().filter(|(_, questions)| questions.len() > 1).map(|(id, _)| id).collect()
}

/// Fits to `examples`, with weights for the criteria of `weighed`.
fn fit_to(examples: &[&Example], weighed: &BTreeSet<&str>, scorer: u32) -> Option<Calibration> {
    let weights = if weighed.is_empty() { BTreeMap::new() } else { criterion_weights(examples, weighed)? };
    let given: Vec<f64> = examples.iter().map(|example| share(example, &weights)).collect();
    let human: Vec<f64> = examples.iter().map(|example| example.human).collect();
    Some(Calibration { curve: Curve::fit(&given, &human)?, weights, scorer })
}

/// What each criterion's contribution counts, drawn to 1. What the others and penalties contribute is no
/// matter of weights, and is taken off what people gave.
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
    let lambda = choose_lambda(&rows, &human, &prior, &LAMBDAS, &by_group(&questions, FOLDS))?;
    let fitted = weights(&rows, &human, &prior, lambda)?;
    let rounded = |weight: f64| (weight * 1000.0).round() / 1000.0;
    Some(weighed.iter().map(|&id| id.to_owned()).zip(fitted.into_iter().map(rounded)).collect())
}

/// The share of points with weights, as [`Calibration::share`] has it.
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

    /// Answers to some questions. One criterion is worth nothing to people; from what the other is worth
    /// their score follows with a power, below 1 where they are mild.
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

    fn error(held_back: &[f64], examples: &[Example]) -> f64 {
        held_back.iter().zip(examples).map(|(given, example)| (given - example.human).powi(2)).sum()
    }

    #[test]
    fn a_fit_comes_nearer_to_people_on_questions_it_has_not_seen() {
        let mild = examples(6, 20, 0.5);
        let plain: Vec<f64> = mild.iter().map(|example| example.earned).collect();
        let curve = fit(&mild, false, 1).expect("enough");
        assert_eq!(curve.folds, 6);
        assert!(curve.held_back.iter().all(|score| (0.0..=1.0).contains(score)));
        assert!(error(&curve.held_back, &mild) < 0.8 * error(&plain, &mild));
    }

    #[test]
    fn a_criterion_that_is_worth_nothing_to_people_loses_its_weight() {
        let examples = examples(6, 20, 1.0);
        let curve = fit(&examples, false, 1).expect("enough");
        let weighed = fit(&examples, true, 1).expect("enough");
        let weights = &weighed.calibration.weights;
        assert!(weights["noise"] < 0.4 && weights["good"] > 1.6, "{weights:?}");
        assert!(error(&weighed.held_back, &examples) < 0.3 * error(&curve.held_back, &examples));
    }

    #[test]
    fn too_little_is_refused() {
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
