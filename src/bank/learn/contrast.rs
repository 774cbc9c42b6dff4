//! Which answers are high and which are low: by criterion where people graded criteria, else by score.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

/// Questions with fewer graded answers teach nothing that could be told from chance ...
const FEWEST: usize = 8;
/// ... nor do those with fewer of one kind.
const FEWEST_OF_A_KIND: usize = 3;
/// From this credit on a criterion counts as met.
const MET: f64 = 0.5;

/// An answer and what people gave for it.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct GradedAnswer<'a> {
    /// The answer.
    pub text: &'a str,
    /// Its score, 0 to 1.
    pub score: Option<f64>,
    /// What people gave for each criterion, 0 to 1, by its id.
    pub credits: BTreeMap<String, f64>,
}

/// Why nothing is learned from answers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// The criterion whose credits they were, if people graded criteria.
    pub criterion: Option<String>,
    /// Why.
    pub reason: Reason,
}

/// What there is too little of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reason {
    /// Graded answers: so many there are.
    Few(usize),
    /// Difference: that many answers were all given the same.
    Alike(usize),
    /// Answers of one kind.
    OneSided {
        /// Above the middle.
        high: usize,
        /// Below it.
        low: usize,
    },
    /// The rubric file itself has no such criterion.
    NotOwn,
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(criterion) = &self.criterion {
            write!(f, "criterion `{criterion}`: ")?;
        }
        self.reason.fmt(f)
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Few(1) => write!(f, "1 graded answer, at least {FEWEST} are needed"),
            Self::Few(count) => write!(f, "{count} graded answers, at least {FEWEST} are needed"),
            Self::Alike(count) => write!(f, "all {count} graded answers were given the same"),
            Self::OneSided { high, low } => {
                write!(f, "{high} high and {low} low answers, at least {FEWEST_OF_A_KIND} of each are needed")
            }
            Self::NotOwn => write!(f, "the rubric file has no such criterion of its own"),
        }
    }
}

/// High and low answers, by their numbers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Contrast {
    /// The criterion that tells them apart, where it is known.
    pub(super) criterion: Option<usize>,
    pub(super) high: Vec<usize>,
    pub(super) low: Vec<usize>,
}

/// The contrasts that answers allow, and why others are not allowed. `own` are the ids of the criteria
/// that the rubric file itself holds.
pub(super) fn contrasts(own: &[&str], answers: &[GradedAnswer<'_>]) -> (Vec<Contrast>, Vec<Refusal>) {
    let named: BTreeSet<&str> = answers.iter().flat_map(|answer| answer.credits.keys()).map(String::as_str).collect();
    let (mut contrasts, mut refusals) = (Vec::new(), Vec::new());
    let mut take = |found: Result<Contrast, Reason>, criterion: Option<&str>| match found {
        Ok(contrast) => contrasts.push(contrast),
        Err(reason) => refusals.push(Refusal { criterion: criterion.map(str::to_owned), reason }),
    };
    let (known, others): (Vec<&str>, Vec<&str>) = named.into_iter().partition(|id| own.contains(id));
    for (number, id) in own.iter().enumerate().filter(|(_, id)| known.contains(id)) {
        take(by_credit(number, id, answers), Some(id));
    }
    if known.is_empty() {
        take(by_score(answers), None);
    }
    for id in others {
        take(Err(Reason::NotOwn), Some(id));
    }
    (contrasts, refusals)
}

fn by_credit(criterion: usize, id: &str, answers: &[GradedAnswer<'_>]) -> Result<Contrast, Reason> {
    let graded = answers.iter().enumerate().filter_map(|(number, answer)| Some((number, *answer.credits.get(id)?)));
    let graded: Vec<(usize, f64)> = graded.collect();
    let (high, low) = graded.iter().partition(|(_, credit)| *credit >= MET);
    enough(Some(criterion), &graded, high, low)
}

fn by_score(answers: &[GradedAnswer<'_>]) -> Result<Contrast, Reason> {
    let graded = answers.iter().enumerate().filter_map(|(number, answer)| Some((number, answer.score?)));
    let graded: Vec<(usize, f64)> = graded.collect();
    let (lowest, highest) = bounds(&graded);
    let middle = f64::midpoint(lowest, highest);
    let high = graded.iter().copied().filter(|(_, score)| *score > middle).collect();
    let low = graded.iter().copied().filter(|(_, score)| *score < middle).collect();
    enough(None, &graded, high, low)
}

fn bounds(graded: &[(usize, f64)]) -> (f64, f64) {
    let scores = graded.iter().map(|(_, score)| *score);
    scores.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), score| (low.min(score), high.max(score)))
}

fn enough(
    criterion: Option<usize>,
    graded: &[(usize, f64)],
    high: Vec<(usize, f64)>,
    low: Vec<(usize, f64)>,
) -> Result<Contrast, Reason> {
    let (lowest, highest) = bounds(graded);
    if graded.len() < FEWEST {
        Err(Reason::Few(graded.len()))
    } else if lowest >= highest {
        Err(Reason::Alike(graded.len()))
    } else if high.len() < FEWEST_OF_A_KIND || low.len() < FEWEST_OF_A_KIND {
        Err(Reason::OneSided { high: high.len(), low: low.len() })
    } else {
        let numbers = |list: Vec<(usize, f64)>| list.into_iter().map(|(number, _)| number).collect();
        Ok(Contrast { criterion, high: numbers(high), low: numbers(low) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scored(scores: &[f64]) -> Vec<GradedAnswer<'static>> {
        scores.iter().map(|score| GradedAnswer { score: Some(*score), ..GradedAnswer::default() }).collect()
    }

    fn credited(id: &str, credits: &[f64]) -> Vec<GradedAnswer<'static>> {
        let answer = |credit: &f64| GradedAnswer {
            credits: BTreeMap::from([(id.to_owned(), *credit)]),
            score: Some(0.5),
            ..GradedAnswer::default()
        };
        credits.iter().map(answer).collect()
    }

    #[test]
    fn the_middle_lies_between_the_lowest_and_the_highest_score() {
        let (found, refused) = contrasts(&["a"], &scored(&[0.2, 0.2, 0.3, 0.4, 0.6, 0.5, 0.6, 0.6]));
        assert_eq!(refused, []);
        let contrast = Contrast { criterion: None, high: vec![4, 5, 6, 7], low: vec![0, 1, 2] };
        assert_eq!(found, [contrast], "what lies in the middle is neither");
    }

    #[test]
    fn criteria_that_people_graded_go_before_the_score() {
        let (found, refused) = contrasts(&["a", "b"], &credited("b", &[0.0, 0.4, 0.5, 1.0, 1.0, 0.0, 0.0, 1.0]));
        assert_eq!(found, [Contrast { criterion: Some(1), high: vec![2, 3, 4, 7], low: vec![0, 1, 5, 6] }]);
        assert_eq!(refused, []);
    }

    #[test]
    fn too_little_is_refused_with_its_reason() {
        for (answers, reason) in [
            (scored(&[0.0, 1.0]), "2 graded answers, at least 8 are needed"),
            (scored(&[0.5]), "1 graded answer, at least 8 are needed"),
            (scored(&[]), "0 graded answers, at least 8 are needed"),
            (scored(&[0.7; 9]), "all 9 graded answers were given the same"),
            (
                scored(&[0.0, 0.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0]),
                "6 high and 2 low answers, at least 3 of each are needed",
            ),
            (credited("a", &[0.0, 1.0]), "criterion `a`: 2 graded answers, at least 8 are needed"),
        ] {
            let (found, refused) = contrasts(&["a"], &answers);
            let told: Vec<String> = refused.iter().map(ToString::to_string).collect();
            assert_eq!((found.len(), told), (0, vec![reason.to_owned()]));
        }
    }

    #[test]
    fn credits_for_what_is_no_criterion_of_the_file_are_told() {
        let (_, refused) = contrasts(&["a"], &credited("star", &[0.0, 1.0]));
        let told: Vec<String> = refused.iter().map(ToString::to_string).collect();
        assert_eq!(told[1], "criterion `star`: the rubric file has no such criterion of its own");
    }
}
