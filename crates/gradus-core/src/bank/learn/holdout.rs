//! Holds out answers from learning, and measures the agreement of grades with people on them.
//!
//! A phrase may separate high from low answers by chance, all the more because thousands are compared. Phrases are
//! therefore found in four fifths of the answers, and only proposed if they raise the agreement on the rest.

use std::collections::BTreeMap;

use serde::Serialize;

use super::contrast::{Contrast, GradedAnswer};
use crate::agreement::{Absent, Metric, Pairs, Scale};
use crate::model::{Answer, Grade, Outcome};
use crate::score::{Scorer, Workspace};

/// One in this many answers is held out.
const ONE_OF: usize = 5;
/// Number of the first sorted answer that is held out: the middle one of the first five.
const FIRST: usize = 2;
/// Minimum rise of the agreement. A single answer can cause smaller differences.
const MARGIN: f64 = 0.005;

/// Agreement on the held-out answers, without and with a phrase.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct HeldOut {
    /// `macro-f1` with a threshold of 0.5 if people only graded right or wrong, otherwise `pearson`.
    pub metric: &'static str,
    /// Number of held-out answers.
    pub answers: usize,
    /// Agreement with the rubric and the phrases proposed earlier, rounded to thousandths.
    pub before: f64,
    /// Agreement with this phrase added, rounded to thousandths.
    pub after: f64,
}

/// Whether each answer is held out. A fifth of them is, with the same share of high and of low answers.
///
/// Depends on the texts of the answers and the seed, not on the order. Equal texts are held out together.
pub(super) fn held_out(answers: &[GradedAnswer<'_>], contrasts: &[Contrast], seed: u64) -> Vec<bool> {
    let counts = |number: usize| {
        let count = |of: fn(&Contrast) -> &[usize]| contrasts.iter().filter(|one| of(one).contains(&number)).count();
        (count(|contrast| &contrast.high), count(|contrast| &contrast.low))
    };
    let mut counts_by_text: BTreeMap<&str, (usize, usize)> = BTreeMap::new();
    for (number, answer) in answers.iter().enumerate() {
        counts_by_text.entry(answer.text).or_insert_with(|| counts(number));
    }
    let drawn = |text: &str| *blake3::keyed_hash(&key(seed), text.as_bytes()).as_bytes();
    let mut order: Vec<_> = counts_by_text.into_iter().map(|(text, counts)| (counts, drawn(text), text)).collect();
    order.sort_unstable();
    let texts: Vec<&str> = order.iter().skip(FIRST).step_by(ONE_OF).map(|(.., text)| *text).collect();
    answers.iter().map(|answer| texts.contains(&answer.text)).collect()
}

fn key(seed: u64) -> [u8; 32] {
    let mut key = [0; 32];
    for (byte, of_seed) in key.iter_mut().zip(seed.to_le_bytes()) {
        *byte = of_seed;
    }
    key
}

/// Answers with the grades of people, for measuring agreement.
pub(super) struct Trial<'a> {
    texts: Vec<&'a str>,
    human: Vec<f64>,
    /// The criterion that people graded. `None` for scores of whole answers.
    criterion: Option<String>,
    scale: Scale,
}

impl<'a> Trial<'a> {
    /// A trial on the chosen answers. The scale is that of all answers.
    pub(super) fn new(answers: &[GradedAnswer<'a>], criterion: Option<&str>, chosen: &[bool]) -> Self {
        let human = |answer: &GradedAnswer<'_>| match criterion {
            Some(id) => answer.credits.get(id).copied(),
            None => answer.score,
        };
        let all: Vec<f64> = answers.iter().filter_map(human).collect();
        let own = answers.iter().zip(chosen).filter(|(_, is_chosen)| **is_chosen);
        let (texts, human) = own.filter_map(|(answer, _)| Some((answer.text, human(answer)?))).unzip();
        Self { texts, human, criterion: criterion.map(str::to_owned), scale: Scale::of(&all) }
    }

    /// Agreement of a rubric's grades with people. Grades that are all equal have an agreement of 0.
    ///
    /// # Errors
    /// When there are too few answers or people gave all of them the same grade.
    pub(super) fn agreement(&self, scorer: &Scorer, workspace: &mut Workspace) -> Result<f64, Absent> {
        let mut given = |text: &&str| {
            let grade = scorer.grade(&Answer::new("", text), workspace);
            self.given(&grade).unwrap_or(f64::NAN)
        };
        let given: Vec<f64> = self.texts.iter().map(&mut given).collect();
        match Pairs::new(&given, &self.human, self.scale).measure(self.metric()) {
            Err(Absent::GivenConstant) => Ok(0.0),
            measured => measured,
        }
    }

    fn given(&self, grade: &Grade<'_>) -> Option<f64> {
        match (&self.criterion, &grade.outcome) {
            (Some(id), _) => {
                grade.criteria.iter().find(|criterion| criterion.id == *id).map(|criterion| criterion.credit.as_f64())
            }
            (None, Outcome::Graded { earned, possible, .. }) if possible.0 > 0 => {
                Some(earned.as_f64() / possible.as_f64())
            }
            _ => None,
        }
    }

    fn metric(&self) -> Metric {
        if self.scale.steps == 1 { Metric::MacroF1 } else { Metric::Pearson }
    }

    /// The two agreements, if the second is higher by the minimum rise.
    pub(super) fn rise(&self, before: f64, after: f64) -> Option<HeldOut> {
        let rounded = |figure: f64| (figure * 1000.0).round() / 1000.0;
        (after >= before + MARGIN).then(|| HeldOut {
            metric: self.metric().name(),
            answers: self.texts.len(),
            before: rounded(before),
            after: rounded(after),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answers(texts: &[String]) -> Vec<GradedAnswer<'_>> {
        texts.iter().map(|text| GradedAnswer { text, score: Some(0.5), ..GradedAnswer::default() }).collect()
    }

    fn numbered(count: usize) -> Vec<String> {
        (0..count).map(|number| format!("answer {number}")).collect()
    }

    fn contrast(high: std::ops::Range<usize>, low: std::ops::Range<usize>) -> Contrast {
        Contrast { criterion: None, high: high.collect(), low: low.collect() }
    }

    #[test]
    fn a_fifth_of_the_high_and_a_fifth_of_the_low_answers_are_held_out() {
        let texts = numbered(100);
        for seed in 0..20 {
            let held = held_out(&answers(&texts), &[contrast(0..30, 30..100)], seed);
            let count = |range: std::ops::Range<usize>| held[range].iter().filter(|held| **held).count();
            assert_eq!((count(0..30), count(30..100)), (6, 14), "seed {seed}");
        }
    }

    #[test]
    fn the_held_out_answers_depend_on_seed_and_texts_and_not_on_the_order() {
        let texts = numbered(50);
        let held = |texts: &[String], seed| {
            let held = held_out(&answers(texts), &[], seed);
            let held: std::collections::BTreeSet<String> =
                texts.iter().zip(held).filter(|(_, held)| *held).map(|(text, _)| text.clone()).collect();
            held
        };
        let reversed: Vec<String> = texts.iter().rev().cloned().collect();
        assert_eq!(held(&texts, 1), held(&reversed, 1));
        assert_ne!(held(&texts, 1), held(&texts, 2));
    }

    #[test]
    fn equal_answers_are_held_out_together() {
        let texts: Vec<String> = (0..60).map(|number| format!("answer {}", number % 12)).collect();
        let held = held_out(&answers(&texts), &[], 3);
        assert!((0..60).all(|number| held[number] == held[number % 12]) && held.contains(&true));
    }
}
