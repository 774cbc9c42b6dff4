//! JSON Schemas of the JSON output besides grades.
//!
//! The types here only describe the output, which other modules write. A test compares each output with its schema in
//! both directions: no required key is missing, and every key is described.
#![allow(dead_code, reason = "the fields are read by the derived schemas only")]

use std::collections::BTreeMap;

use schemars::{JsonSchema, Schema, schema_for};

use crate::model::{Level, QuestionKind, SampleLevel};

/// The schema of the summary of a batch.
pub fn summary_schema() -> Schema {
    schema_for!(Summary)
}

/// The schema of an evaluation.
pub fn evaluation_schema() -> Schema {
    schema_for!(Evaluation)
}

/// The schema of questions.
pub fn questions_schema() -> Schema {
    schema_for!(Questions)
}

/// Statistics over many graded answers.
#[derive(JsonSchema)]
#[schemars(title = "gradus batch summary")]
struct Summary {
    /// Layout of this object: 1.
    schema: u32,
    /// Name of the input.
    input: String,
    /// Name of the file with the results; `null` for standard output.
    output: Option<String>,
    /// Name of the bank.
    bank: String,
    /// Name of the grader.
    grader: String,
    /// Name of the calibration; `null` where none was applied.
    calibration: Option<String>,
    /// Number of answers graded in this run.
    fresh: u64,
    /// Number of results taken from an earlier run.
    reused: u64,
    /// Number of answers below the requested threshold.
    below: Option<Below>,
    /// Disagreement of judge and offline scorer, if it was requested.
    disputed: Option<Disputed>,
    /// Number of answers.
    answers: u64,
    /// Number of answers with a score.
    graded: u64,
    /// Number of answers that were graded offline, at least in part, because the judge gave no verdict.
    fallback: u64,
    /// Number of answers without a score.
    ungraded: u64,
    /// Number of graded answers with criteria of another rubric.
    unmatched: u64,
    /// The scores of all answers.
    scores: Scores,
    /// Number of answers with each flag.
    flags: BTreeMap<String, u64>,
    /// The questions, by id.
    questions: Vec<QuestionSummary>,
    /// The criteria that earn the least credit, the hardest first.
    hardest: Vec<HardCriterion>,
    /// Answers without a score.
    not_graded: NotGraded,
    /// Questions that were found from a wording or from answers.
    found_questions: Vec<FoundQuestion>,
    /// Usage of the judge; `null` without a judge.
    usage: Option<Usage>,
}

#[derive(JsonSchema)]
struct Below {
    threshold: String,
    answers: u64,
}

#[derive(JsonSchema)]
struct Disputed {
    answers: u64,
    criteria: u64,
}

/// Statistics of scores from 0 to 100; `null` where there are too few.
#[derive(JsonSchema)]
struct Scores {
    mean: Option<f64>,
    median: Option<f64>,
    /// Standard deviation.
    deviation: Option<f64>,
    lowest: Option<f64>,
    highest: Option<f64>,
    /// Number of scores from 0 to below 10, from 10 to below 20 and so on; 100 is in the last bin.
    histogram: Vec<u64>,
    /// Number of scores in each band.
    bands: BTreeMap<String, u64>,
}

#[derive(JsonSchema)]
struct QuestionSummary {
    id: String,
    answers: u64,
    graded: u64,
    scores: Scores,
    criteria: Vec<CriterionSummary>,
    penalties: Vec<PenaltySummary>,
}

/// Shares and credits are from 0 to 1.
#[derive(JsonSchema)]
struct CriterionSummary {
    id: String,
    points: u32,
    /// Number of answers in which the criterion was decided.
    decided: u64,
    /// The share of answers with full credit.
    hit: Option<f64>,
    /// The share of answers without credit.
    no_credit: Option<f64>,
    /// Mean credit.
    credit: Option<f64>,
    /// Correlation with the rest of the score.
    discrimination: Figure,
}

#[derive(JsonSchema)]
struct PenaltySummary {
    id: String,
    points: u32,
    decided: u64,
    /// The share of answers that lose points.
    applied: Option<f64>,
    credit: Option<f64>,
}

#[derive(JsonSchema)]
struct HardCriterion {
    question: String,
    criterion: String,
    /// Mean credit, 0 to 1.
    credit: f64,
    answers: u64,
}

#[derive(JsonSchema)]
struct NotGraded {
    /// The first ones by line, at most 20.
    first: Vec<NotGradedRow>,
    /// Reasons, the most frequent first.
    reasons: Vec<ReasonCount>,
    /// Number of answers with any other reason.
    other_reasons: u64,
}

#[derive(JsonSchema)]
struct NotGradedRow {
    line: u64,
    id: String,
    reason: String,
}

#[derive(JsonSchema)]
struct ReasonCount {
    reason: String,
    answers: u64,
}

#[derive(JsonSchema)]
struct FoundQuestion {
    /// The wording in the rows; `null` where the question was found from the answers.
    wording: Option<String>,
    question: String,
    answers: u64,
}

#[derive(JsonSchema)]
struct Usage {
    prompt_tokens: u64,
    completion_tokens: u64,
    /// Cost in the currency of the configured prices; `null` without prices.
    cost: Option<f64>,
}

/// A value, or the reason why there is none.
#[derive(JsonSchema)]
struct Figure {
    value: Option<f64>,
    /// Lower and upper end of the 95 % interval.
    #[schemars(default)]
    interval: Option<[f64; 2]>,
    /// The reason why there is no value.
    #[schemars(default)]
    reason: Option<String>,
}

/// A grader compared with the scores that people gave.
#[derive(JsonSchema)]
#[schemars(title = "gradus evaluation")]
struct Evaluation {
    /// Layout of this object: 1.
    schema: u32,
    /// Name of the file with the answers.
    answers_from: String,
    bank: String,
    /// Name of the grader.
    grader: String,
    calibration: Option<String>,
    cut: CutScore,
    /// Points of people's scale for a score of 1; errors are in these points.
    unit: f64,
    /// Number of levels of people's scores.
    levels: u64,
    /// The column that answers are grouped by.
    by: Option<String>,
    answers: u64,
    /// Number of answers without a score of people.
    unscored: u64,
    ungraded: Vec<NotGradedRow>,
    groups: Vec<GroupFigures>,
    /// The answers with the greatest differences between grader and people.
    worst: Vec<DifferentlyScored>,
    /// The changes since the earlier evaluation that was given for comparison.
    moved: Option<Moved>,
    scores: Vec<AnswerScore>,
}

#[derive(JsonSchema)]
struct CutScore {
    /// From this score on an answer counts as right, 0 to 100.
    score: f64,
    /// The split that the score was fitted on.
    fitted_on: Option<String>,
}

#[derive(JsonSchema)]
struct GroupFigures {
    of: GroupKind,
    question: Option<String>,
    /// Name of the split, the question or the criterion, or the value; `(none)` if the answers have no value.
    name: Option<String>,
    answers: u64,
    means: Option<MeanScores>,
    /// By name of the metric.
    figures: BTreeMap<String, Compared>,
}

/// Mean scores in the unit of the evaluation; of a criterion, mean credits from 0 to 1.
#[derive(JsonSchema)]
struct MeanScores {
    human: f64,
    grader: f64,
}

#[derive(JsonSchema)]
#[schemars(rename_all = "lowercase")]
enum GroupKind {
    All,
    Split,
    Question,
    Criterion,
    Value,
}

/// One metric of the grader, of the length of answers as a grader, and of one person against another.
#[derive(JsonSchema)]
struct Compared {
    grader: Figure,
    length: Figure,
    people: Option<Figure>,
}

/// Scores are from 0 to 1.
#[derive(JsonSchema)]
struct DifferentlyScored {
    id: String,
    question: String,
    human: f64,
    given: f64,
    answer: String,
    /// Concepts that were found, with their quotes.
    evidence: Vec<[String; 2]>,
    missing: Vec<String>,
}

#[derive(JsonSchema)]
struct Moved {
    from: String,
    /// Number of answers in both evaluations.
    answers: u64,
    changed: u64,
    /// By name of the metric.
    figures: BTreeMap<String, MovedFigure>,
}

#[derive(JsonSchema)]
struct MovedFigure {
    #[schemars(default)]
    before: Option<f64>,
    #[schemars(default)]
    after: Option<f64>,
    difference: Option<f64>,
    #[schemars(default)]
    interval: Option<[f64; 2]>,
    /// The probability of such a difference by chance.
    #[schemars(default)]
    p: Option<f64>,
    #[schemars(default)]
    reason: Option<String>,
}

#[derive(JsonSchema)]
struct AnswerScore {
    id: String,
    question: String,
    /// A hash of the answer's text.
    answer: String,
    /// From 0 to 1; `null` if the answer could not be graded.
    given: Option<f64>,
}

/// A list of questions, or the one question that is shown.
#[derive(JsonSchema)]
#[schemars(untagged, title = "gradus questions")]
enum Questions {
    List(Vec<Question>),
    One(Question),
}

#[derive(JsonSchema)]
struct Question {
    id: String,
    topic: String,
    kind: QuestionKind,
    level: Level,
    prompt: String,
    /// Other wordings.
    #[schemars(default)]
    also_asked: Vec<String>,
    /// Criteria, which earn points.
    #[schemars(default)]
    criteria: Vec<Asked>,
    /// Penalties, which take points away.
    #[schemars(default)]
    penalties: Vec<Asked>,
    /// Whole sample answers.
    #[schemars(default)]
    samples: Vec<SampleAnswer>,
    /// Similarity to the wording that was searched for, 0 to 1.
    #[schemars(default)]
    similarity: Option<f64>,
}

#[derive(JsonSchema)]
struct Asked {
    id: String,
    points: u32,
    asks: String,
}

#[derive(JsonSchema)]
struct SampleAnswer {
    level: SampleLevel,
    text: String,
}
