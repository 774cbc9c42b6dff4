//! Splits graded answers into high and low ones: by criterion if people graded criteria, otherwise by score.
//!
//! Takes answers with the grades that people gave; gives contrasts, and the reasons why others are refused.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

/// Minimum number of different answers. With fewer, fewer than five are held out, which proves nothing.
const MIN_DIFFERENT_ANSWERS: usize = 25;
/// Minimum number of different high answers, and of different low ones. With fewer, fewer than two of them are held
/// out.
const FEWEST_OF_A_KIND: usize = 10;
/// A criterion is met from this credit on.
const MET: f64 = 0.5;

/// An answer with the grades that people gave.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct GradedAnswer<'a> {
    /// Text of the answer.
    pub text: &'a str,
    /// Score of the whole answer, 0 to 1.
    pub score: Option<f64>,
    /// Credit by id of criterion, 0 to 1.
    pub credits: BTreeMap<String, f64>,
}

/// A set of grades that nothing is learned from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// The criterion that people graded. `None` for scores of whole answers.
    pub criterion: Option<String>,
    /// Why nothing is learned.
    pub reason: RefusalReason,
}

/// A reason why nothing is learned from grades.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RefusalReason {
    /// There are only this many different answers.
    TooFew(usize),
    /// All of this many answers have the same grade.
    AllEqual(usize),
    /// There are too few high or too few low answers.
    OneSided {
        /// Different answers above the middle.
        high: usize,
        /// Different answers below the middle.
        low: usize,
    },
    /// The rubric file itself does not contain the criterion.
    ForeignCriterion,
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(criterion) = &self.criterion {
            write!(f, "criterion `{criterion}`: ")?;
        }
        self.reason.fmt(f)
    }
}

impl fmt::Display for RefusalReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooFew(1) => {
                write!(f, "1 different answer, but at least {MIN_DIFFERENT_ANSWERS} are needed to hold out a fifth")
            }
            Self::TooFew(count) => {
                write!(
                    f,
                    "{count} different answers, but at least {MIN_DIFFERENT_ANSWERS} are needed to hold out a fifth of them"
                )
            }
            Self::AllEqual(count) => write!(f, "all {count} graded answers have the same grade"),
            Self::OneSided { high, low } => {
                write!(
                    f,
                    "{high} high and {low} low answers, but at least {FEWEST_OF_A_KIND} different ones of each are needed"
                )
            }
            Self::ForeignCriterion => write!(f, "the rubric file itself does not contain this criterion"),
        }
    }
}

/// Numbers of high and low answers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Contrast {
    /// Number of the criterion that people graded. `None` for scores of whole answers.
    pub(super) criterion: Option<usize>,
    pub(super) high: Vec<usize>,
    pub(super) low: Vec<usize>,
}

impl Contrast {
    /// The contrast without the answers that are held out.
    pub(super) fn without(&self, held: &[bool]) -> Self {
        let is_left = |number: &usize| !held.get(*number).copied().unwrap_or(false);
        let left = |numbers: &[usize]| numbers.iter().copied().filter(is_left).collect();
        Self { criterion: self.criterion, high: left(&self.high), low: left(&self.low) }
    }
}

/// The contrasts of the answers, and the refused ones. `own` are the ids of the criteria in the rubric file itself.
pub(super) fn contrasts(own: &[&str], answers: &[GradedAnswer<'_>]) -> (Vec<Contrast>, Vec<Refusal>) {
    let named: BTreeSet<&str> = answers.iter().flat_map(|answer| answer.credits.keys()).map(String::as_str).collect();
    let (mut contrasts, mut refusals) = (Vec::new(), Vec::new());
    let mut take = |found: Result<Contrast, RefusalReason>, criterion: Option<&str>| match found {
        Ok(contrast) => contrasts.push(contrast),
        Err(reason) => refusals.push(Refusal { criterion: criterion.map(str::to_owned), reason }),
    };
    let (known, others): (Vec<&str>, Vec<&str>) = named.into_iter().partition(|id| own.contains(id));
    for (number, id) in own.iter().enumerate().filter(|(_, id)| known.contains(id)) {
        take(by_credit(number, id, answers), Some(id));
    }
    if known.is_empty() {
        // Credits are better evidence than scores, because they name the criterion.
        take(by_score(answers), None);
    }
    for id in others {
        take(Err(RefusalReason::ForeignCriterion), Some(id));
    }
    (contrasts, refusals)
}

/// A grade of an answer.
#[derive(Debug, Clone, Copy)]
struct NumberedGrade {
    /// Position of the answer.
    number: usize,
    /// Score of the answer, or credit of a criterion.
    grade: f64,
}

fn by_credit(criterion: usize, id: &str, answers: &[GradedAnswer<'_>]) -> Result<Contrast, RefusalReason> {
    let grade =
        |(number, answer): (usize, &GradedAnswer<'_>)| Some(NumberedGrade { number, grade: *answer.credits.get(id)? });
    let graded: Vec<NumberedGrade> = answers.iter().enumerate().filter_map(grade).collect();
    let (high, low) = graded.iter().partition(|one| one.grade >= MET);
    enough(Some(criterion), answers, &graded, high, low)
}

fn by_score(answers: &[GradedAnswer<'_>]) -> Result<Contrast, RefusalReason> {
    let grade = |(number, answer): (usize, &GradedAnswer<'_>)| Some(NumberedGrade { number, grade: answer.score? });
    let graded: Vec<NumberedGrade> = answers.iter().enumerate().filter_map(grade).collect();
    let (lowest, highest) = bounds(&graded);
    let middle = f64::midpoint(lowest, highest);
    let high = graded.iter().copied().filter(|one| one.grade > middle).collect();
    let low = graded.iter().copied().filter(|one| one.grade < middle).collect();
    enough(None, answers, &graded, high, low)
}

/// The lowest and the highest grade.
fn bounds(graded: &[NumberedGrade]) -> (f64, f64) {
    let scores = graded.iter().map(|one| one.grade);
    scores.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), score| (low.min(score), high.max(score)))
}

/// The contrast of high and low grades, unless there are too few different answers.
fn enough(
    criterion: Option<usize>,
    answers: &[GradedAnswer<'_>],
    graded: &[NumberedGrade],
    high: Vec<NumberedGrade>,
    low: Vec<NumberedGrade>,
) -> Result<Contrast, RefusalReason> {
    let (lowest, highest) = bounds(graded);
    let different = |list: &[NumberedGrade]| {
        let texts = list.iter().filter_map(|one| answers.get(one.number)).map(|answer| answer.text);
        texts.collect::<BTreeSet<&str>>().len()
    };
    let (all, highs, lows) = (different(graded), different(&high), different(&low));
    if all < MIN_DIFFERENT_ANSWERS {
        Err(RefusalReason::TooFew(all))
    } else if lowest >= highest {
        Err(RefusalReason::AllEqual(graded.len()))
    } else if highs < FEWEST_OF_A_KIND || lows < FEWEST_OF_A_KIND {
        Err(RefusalReason::OneSided { high: highs, low: lows })
    } else {
        let numbers = |list: Vec<NumberedGrade>| list.into_iter().map(|one| one.number).collect();
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
    fn answers_are_split_in_the_middle_between_the_lowest_and_the_highest_score() {
        let (found, refused) = contrasts(&["a"], &scored(&[0.2, 0.2, 0.3, 0.4, 0.6, 0.5, 0.6, 0.6], 40));
        assert_eq!(refused, []);
        let contrast = Contrast { criterion: None, high: numbers(40, &[4, 5, 6, 7]), low: numbers(40, &[0, 1, 2]) };
        assert_eq!(found, [contrast], "answers in the middle are neither high nor low");
    }

    #[test]
    fn grades_of_criteria_take_precedence_over_scores() {
        let (found, refused) = contrasts(&["a", "b"], &credited("b", &[0.0, 0.4, 0.5, 1.0, 1.0, 0.0, 0.0, 1.0], 40));
        let (high, low) = (numbers(40, &[2, 3, 4, 7]), numbers(40, &[0, 1, 5, 6]));
        assert_eq!(found, [Contrast { criterion: Some(1), high, low }]);
        assert_eq!(refused, []);
    }

    #[test]
    fn too_few_or_too_similar_grades_are_refused_with_a_reason() {
        let few = "different answers, but at least 25 are needed to hold out a fifth of them";
        let same = GradedAnswer { text: "same", score: Some(1.0), ..GradedAnswer::default() };
        let repeated = [scored(&[0.0, 1.0], 20), vec![same; 20]].concat();
        for (answers, reason) in [
            (scored(&[0.0, 1.0], 24), format!("24 {few}")),
            (scored(&[0.5], 1), "1 different answer, but at least 25 are needed to hold out a fifth".to_owned()),
            (scored(&[], 0), format!("0 {few}")),
            (repeated, format!("21 {few}")),
            (scored(&[0.7], 29), "all 29 graded answers have the same grade".to_owned()),
            (
                scored(&[0.0, 1.0, 1.0, 1.0], 36),
                "27 high and 9 low answers, but at least 10 different ones of each are needed".to_owned(),
            ),
            (credited("a", &[0.0, 1.0], 24), format!("criterion `a`: 24 {few}")),
        ] {
            let (found, refused) = contrasts(&["a"], &answers);
            let reasons: Vec<String> = refused.iter().map(ToString::to_string).collect();
            assert_eq!((found.len(), reasons), (0, vec![reason]));
        }
    }

    #[test]
    fn grades_of_a_criterion_that_the_file_does_not_contain_are_refused() {
        let (_, refused) = contrasts(&["a"], &credited("star", &[0.0, 1.0], 2));
        let reasons: Vec<String> = refused.iter().map(ToString::to_string).collect();
        assert_eq!(reasons[1], "criterion `star`: the rubric file itself does not contain this criterion");
    }
}
