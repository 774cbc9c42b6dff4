//! Which answers are high and which are low: by criterion where people graded criteria, else by score.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

/// Fewer different answers leave fewer than five to hold out, which prove nothing.
const FEWEST: usize = 25;
/// Fewer different answers of one kind leave fewer than two of it to hold out.
const FEWEST_OF_A_KIND: usize = 10;
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
    /// Different graded answers: so many there are.
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
    /// Agreement on the answers that were held out.
    Unmeasured,
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
            Self::Few(1) => write!(f, "1 different answer, at least {FEWEST} are needed to hold a fifth out"),
            Self::Few(count) => {
                write!(f, "{count} different answers, at least {FEWEST} are needed to hold a fifth of them out")
            }
            Self::Alike(count) => write!(f, "all {count} graded answers were given the same"),
            Self::OneSided { high, low } => {
                write!(
                    f,
                    "{high} high and {low} low answers, at least {FEWEST_OF_A_KIND} different ones of each are needed"
                )
            }
            Self::Unmeasured => write!(f, "agreement cannot be measured on the answers that were held out"),
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

impl Contrast {
    /// The same without the answers that are held out.
    pub(super) fn without(&self, held: &[bool]) -> Self {
        let is_left = |number: &usize| !held.get(*number).copied().unwrap_or(false);
        let left = |numbers: &[usize]| numbers.iter().copied().filter(is_left).collect();
        Self { criterion: self.criterion, high: left(&self.high), low: left(&self.low) }
    }
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
    enough(Some(criterion), answers, &graded, high, low)
}

fn by_score(answers: &[GradedAnswer<'_>]) -> Result<Contrast, Reason> {
    let graded = answers.iter().enumerate().filter_map(|(number, answer)| Some((number, answer.score?)));
    let graded: Vec<(usize, f64)> = graded.collect();
    let (lowest, highest) = bounds(&graded);
    let middle = f64::midpoint(lowest, highest);
    let high = graded.iter().copied().filter(|(_, score)| *score > middle).collect();
    let low = graded.iter().copied().filter(|(_, score)| *score < middle).collect();
    enough(None, answers, &graded, high, low)
}

fn bounds(graded: &[(usize, f64)]) -> (f64, f64) {
    let scores = graded.iter().map(|(_, score)| *score);
    scores.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), score| (low.min(score), high.max(score)))
}

fn enough(
    criterion: Option<usize>,
    answers: &[GradedAnswer<'_>],
    graded: &[(usize, f64)],
    high: Vec<(usize, f64)>,
    low: Vec<(usize, f64)>,
) -> Result<Contrast, Reason> {
    let (lowest, highest) = bounds(graded);
    let different = |list: &[(usize, f64)]| {
        let texts = list.iter().filter_map(|(number, _)| answers.get(*number)).map(|answer| answer.text);
        texts.collect::<BTreeSet<&str>>().len()
    };
    let (all, highs, lows) = (different(graded), different(&high), different(&low));
    if all < FEWEST {
        Err(Reason::Few(all))
    } else if lowest >= highest {
        Err(Reason::Alike(graded.len()))
    } else if highs < FEWEST_OF_A_KIND || lows < FEWEST_OF_A_KIND {
        Err(Reason::OneSided { high: highs, low: lows })
    } else {
        let numbers = |list: Vec<(usize, f64)>| list.into_iter().map(|(number, _)| number).collect();
        Ok(Contrast { criterion, high: numbers(high), low: numbers(low) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LETTERS: &str = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";

    /// Different answers with these scores, over and over.
    fn scored(scores: &[f64], count: usize) -> Vec<GradedAnswer<'static>> {
        let answer = |(number, score): (usize, &f64)| GradedAnswer {
            text: &LETTERS[number..=number],
            score: Some(*score),
            ..GradedAnswer::default()
        };
        scores.iter().cycle().take(count).enumerate().map(answer).collect()
    }

    fn credited(id: &str, credits: &[f64], count: usize) -> Vec<GradedAnswer<'static>> {
        let credited = |answer: GradedAnswer<'static>| GradedAnswer {
            credits: BTreeMap::from([(id.to_owned(), answer.score.unwrap_or_default())]),
            score: Some(0.5),
            ..answer
        };
        scored(credits, count).into_iter().map(credited).collect()
    }

    fn numbers(count: usize, of: &[usize]) -> Vec<usize> {
        (0..count).filter(|number| of.contains(&(number % 8))).collect()
    }

    #[test]
    fn the_middle_lies_between_the_lowest_and_the_highest_score() {
        let (found, refused) = contrasts(&["a"], &scored(&[0.2, 0.2, 0.3, 0.4, 0.6, 0.5, 0.6, 0.6], 40));
        assert_eq!(refused, []);
        let contrast = Contrast { criterion: None, high: numbers(40, &[4, 5, 6, 7]), low: numbers(40, &[0, 1, 2]) };
        assert_eq!(found, [contrast], "what lies in the middle is neither");
    }

    #[test]
    fn criteria_that_people_graded_go_before_the_score() {
        let (found, refused) = contrasts(&["a", "b"], &credited("b", &[0.0, 0.4, 0.5, 1.0, 1.0, 0.0, 0.0, 1.0], 40));
        let (high, low) = (numbers(40, &[2, 3, 4, 7]), numbers(40, &[0, 1, 5, 6]));
        assert_eq!(found, [Contrast { criterion: Some(1), high, low }]);
        assert_eq!(refused, []);
    }

    #[test]
    fn too_little_is_refused_with_its_reason() {
        let few = "different answers, at least 25 are needed to hold a fifth of them out";
        let same = GradedAnswer { text: "same", score: Some(1.0), ..GradedAnswer::default() };
        let repeated = [scored(&[0.0, 1.0], 20), vec![same; 20]].concat();
        for (answers, reason) in [
            (scored(&[0.0, 1.0], 24), format!("24 {few}")),
            (scored(&[0.5], 1), "1 different answer, at least 25 are needed to hold a fifth out".to_owned()),
            (scored(&[], 0), format!("0 {few}")),
            (repeated, format!("21 {few}")),
            (scored(&[0.7], 29), "all 29 graded answers were given the same".to_owned()),
            (
                scored(&[0.0, 1.0, 1.0, 1.0], 36),
                "27 high and 9 low answers, at least 10 different ones of each are needed".to_owned(),
            ),
            (credited("a", &[0.0, 1.0], 24), format!("criterion `a`: 24 {few}")),
        ] {
            let (found, refused) = contrasts(&["a"], &answers);
            let told: Vec<String> = refused.iter().map(ToString::to_string).collect();
            assert_eq!((found.len(), told), (0, vec![reason]));
        }
    }

    #[test]
    fn credits_for_what_is_no_criterion_of_the_file_are_told() {
        let (_, refused) = contrasts(&["a"], &credited("star", &[0.0, 1.0], 2));
        let told: Vec<String> = refused.iter().map(ToString::to_string).collect();
        assert_eq!(told[1], "criterion `star`: the rubric file has no such criterion of its own");
    }
}
