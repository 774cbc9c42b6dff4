//! Which answers are held out from learning, and how far grades agree with people on them.
//!
//! A phrase that tells high answers from low ones may do so by chance, the more so as thousands are looked at. So
//! phrases are found in four fifths of the answers, and a phrase is only proposed if it raises agreement on the rest.

use std::collections::BTreeMap;

use serde::Serialize;

use super::contrast::{Contrast, GradedAnswer};
use crate::agreement::{Absent, Metric, Pairs, Scale};
use crate::model::{Answer, Grade, Outcome};
use crate::score::{Scorer, Workspace};

/// One answer of so many is held out.
const ONE_OF: usize = 5;
/// The first of the answers in order that is held out: the middle one of the first five.
const FIRST: usize = 2;
/// Agreement has to rise by at least this much. Smaller differences come and go with a single answer.
const MARGIN: f64 = 0.005;

/// Agreement on the answers that were held out, without and with a phrase.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct HeldOut {
    /// `macro-f1` where people only said right or wrong, at a cut of 0.5; otherwise `pearson`.
    pub metric: &'static str,
    /// How many answers were held out.
    pub answers: usize,
    /// With the rubric and the phrases proposed before this one, rounded to thousandths.
    pub before: f64,
    /// With this phrase as well, rounded to thousandths.
    pub after: f64,
}

/// By answer, whether it is held out: a fifth of them, the same share of high and of low answers. Depends on the texts
/// of the answers and the seed, not on their order; equal texts are held out together.
pub(super) fn held_out(answers: &[GradedAnswer<'_>], contrasts: &[Contrast], seed: u64) -> Vec<bool> {
    let standing = |number: usize| {
        let count = |of: fn(&Contrast) -> &[usize]| contrasts.iter().filter(|one| of(one).contains(&number)).count();
        (count(|contrast| &contrast.high), count(|contrast| &contrast.low))
    };
    let mut standings: BTreeMap<&str, (usize, usize)> = BTreeMap::new();
    for (number, answer) in answers.iter().enumerate() {
        standings.entry(answer.text).or_insert_with(|| standing(number));
    }
    let drawn = |text: &str| *blake3::keyed_hash(&key(seed), text.as_bytes()).as_bytes();
    let mut order: Vec<_> = standings.into_iter().map(|(text, standing)| (standing, drawn(text), text)).collect();
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

/// Answers that grades are held against.
pub(super) struct Trial<'a> {
    texts: Vec<&'a str>,
    human: Vec<f64>,
    /// The criterion whose credits people gave; none for the score of the whole answer.
    criterion: Option<String>,
    scale: Scale,
}

impl<'a> Trial<'a> {
    /// Of the chosen answers; the scale is that of all.
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

    /// Agreement of a rubric's grades with people. Grades that are all the same agree by 0.
    ///
    /// # Errors
    /// When the answers are too few or people gave all of them the same.
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

    /// The two figures, where the second is enough better.
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
    fn what_is_held_out_depends_on_seed_and_texts_and_not_on_their_order() {
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
