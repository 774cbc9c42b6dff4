//! Properties of an overview: the order of answers does not matter, and the figures equal those computed with floats.

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::test_runner::RngSeed;

use super::fixtures::{credits, graded, question};
use super::totals::Overview;
use crate::agreement::absent::Absent;
use crate::model::{Flag, GradeSummary, Question, Usage};

const POINTS: [u32; 3] = [1, 3, 100];
const PENALTY_POINTS: [u32; 1] = [2];

/// Index of one of three questions, a score in tenths, three credits, and the credit of a penalty. -1 stands for an
/// undecided credit.
type Answer = (usize, u32, Vec<i32>, i32);

fn answer() -> impl Strategy<Value = Answer> {
    let credit = prop_oneof![Just(-1), Just(0), Just(500), Just(1000), 0..=1000];
    (0..3_usize, 0..=1000_u32, vec(credit, 3), prop_oneof![Just(-1), Just(0), Just(1000)])
}

fn row() -> impl Strategy<Value = (u64, GradeSummary)> {
    let usage = prop_oneof![
        Just(None),
        (0..9_u64, prop_oneof![Just(None), (0.0..1.0).prop_map(Some)]).prop_map(|(tokens, cost)| Some(Usage {
            prompt_tokens: tokens,
            completion_tokens: 1,
            cost
        }))
    ];
    let is_graded = prop_oneof![3 => Just(true), 1 => Just(false)];
    (0..1000_u64, answer(), is_graded, usage).prop_map(|(line, (at, score, criteria, penalty), is_graded, usage)| {
        let id = questions()[at].id.clone();
        let reason = format!("reason {}", score % 40);
        let summary =
            if is_graded { graded(&id, score, &criteria, &[penalty]) } else { GradeSummary::ungraded(&id, &reason) };
        (line, GradeSummary { flags: vec![Flag::Echo; (score % 2) as usize], usage, ..summary })
    })
}

fn questions() -> [Question; 3] {
    ["a", "b", "c"].map(|id| question(id, &POINTS, &PENALTY_POINTS))
}

fn overview(rows: &[(u64, GradeSummary)]) -> Overview {
    let questions = questions();
    let mut overview = Overview::new();
    for (line, summary) in rows {
        let question = questions.iter().find(|question| question.id == summary.question);
        overview.add(*line, "id", summary, question);
    }
    overview
}

fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len() as f64
}

fn sum_of_deviation_products(one: &[f64], other: &[f64]) -> f64 {
    let (mean_one, mean_other) = (mean(one), mean(other));
    one.iter().zip(other).map(|(one, other)| (one - mean_one) * (other - mean_other)).sum()
}

fn close(measured: Result<f64, Absent>, expected: f64) -> bool {
    measured.is_ok_and(|measured| (measured - expected).abs() < 1e-9)
}

/// For each answer in which all criteria were decided: the credit of the criterion, and the points on the other
/// criteria minus those that the penalty takes.
fn columns(answers: &[&Answer], criterion: usize) -> (Vec<f64>, Vec<f64>) {
    let decided = answers.iter().filter(|(.., criteria, _)| criteria.iter().all(|&credit| credit >= 0));
    let columns_of = |(.., criteria, penalty): &&Answer| {
        let worth = |at: usize| f64::from(POINTS[at]) * f64::from(criteria[at]) / 1000.0;
        let taken = f64::from(PENALTY_POINTS[0]) * f64::from((*penalty).max(0)) / 1000.0;
        let rest: f64 = (0..3).filter(|&at| at != criterion).map(worth).sum();
        (f64::from(criteria[criterion]) / 1000.0, rest - taken)
    };
    decided.map(columns_of).unzip()
}

/// A fixed seed for the same cases every time, and no file of failures.
fn config() -> ProptestConfig {
    ProptestConfig { rng_seed: RngSeed::Fixed(7), failure_persistence: None, ..ProptestConfig::default() }
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn the_order_of_answers_does_not_matter(
        (rows, shuffled) in vec(row(), 0..60).prop_flat_map(|rows| (Just(rows.clone()), Just(rows).prop_shuffle()))
    ) {
        prop_assert_eq!(overview(&rows), overview(&shuffled));
    }

    #[test]
    fn figures_equal_those_computed_with_floats(answers in vec(answer(), 2..80)) {
        let ids = questions().map(|question| question.id);
        let rows: Vec<_> = answers
            .iter()
            .map(|(at, score, criteria, penalty)| (1, graded(&ids[*at], *score, criteria, &[*penalty])))
            .collect();
        let overview = overview(&rows);
        let scores: Vec<f64> = answers.iter().map(|answer| f64::from(answer.1) / 10.0).collect();
        prop_assert!(close(overview.scores.mean(), mean(&scores)));
        let mut sorted = scores.clone();
        sorted.sort_by(f64::total_cmp);
        let median = f64::midpoint(sorted[(sorted.len() - 1) / 2], sorted[sorted.len() / 2]);
        prop_assert!(close(overview.scores.median(), median));
        let deviation = (sum_of_deviation_products(&scores, &scores) / (scores.len() - 1) as f64).sqrt();
        prop_assert!(close(overview.scores.deviation(), deviation));
        prop_assert_eq!(overview.scores.histogram.iter().sum::<u64>(), answers.len() as u64);
        for (at, id) in ids.iter().enumerate() {
            let own: Vec<&Answer> = answers.iter().filter(|answer| answer.0 == at).collect();
            let Some(summed) = overview.questions.get(id) else {
                prop_assert!(own.is_empty());
                continue;
            };
            for (number, criterion) in summed.criteria.iter().enumerate() {
                let decided = own.iter().filter_map(|answer| credits(&answer.2)[number]);
                let decided: Vec<f64> = decided.map(crate::model::Thousandths::as_f64).collect();
                let item = &criterion.item;
                prop_assert!(decided.is_empty() || close(item.mean_credit(), mean(&decided)));
                let full = decided.iter().filter(|&&credit| credit >= 1.0).count();
                prop_assert_eq!((item.decided, item.full), (decided.len() as u64, full as u64));
                let (credit, rest) = columns(&own, number);
                let spread = (sum_of_deviation_products(&credit, &credit) * sum_of_deviation_products(&rest, &rest)).sqrt();
                match criterion.discrimination() {
                    Ok(figure) => prop_assert!(close(Ok(figure), sum_of_deviation_products(&credit, &rest) / spread)),
                    Err(Absent::TooFew { have, need: 10 }) => prop_assert_eq!(have, credit.len()),
                    Err(_) => prop_assert!(spread < 1e-9),
                }
            }
        }
    }
}
