//! JSON Schemas of what commands write for programs besides grades.
//!
//! The types here only describe. What is written is made elsewhere, and a test of each command holds its
//! output against the schema, in both directions: nothing required is missing, nothing is undescribed.
#![allow(dead_code, reason = "the fields are read by the derived schemas only")]

use std::collections::BTreeMap;

use schemars::{JsonSchema, Schema, schema_for};

use crate::model::{How, Kind, Level, SampleLevel};

/// Of the summary that `batch` writes.
pub fn summary_schema() -> Schema {
    schema_for!(Summary)
}

/// Of what `eval` writes.
pub fn evaluation_schema() -> Schema {
    schema_for!(Evaluation)
}

/// Of what `bank explain` writes.
pub fn explanation_schema() -> Schema {
    schema_for!(Vec<PhraseTrace>)
}

/// Of what `questions` writes.
pub fn questions_schema() -> Schema {
    schema_for!(Questions)
}

/// Many graded answers in figures.
#[derive(JsonSchema)]
#[schemars(title = "gradus batch summary")]
struct Summary {
    /// Layout of this object: 1.
    schema: u32,
    /// Where the answers come from.
    input: String,
    /// Where the results were written; `null` for standard output.
    output: Option<String>,
    /// The bank.
    bank: String,
    /// The grader, in words.
    grader: String,
    /// The calibration that was applied.
    calibration: Option<String>,
    /// How many answers were graded in this run.
    fresh: u64,
    /// How many results were taken from an earlier run.
    reused: u64,
    /// How many answers are below the threshold that was asked for.
    below: Option<Below>,
    /// How far judge and offline scorer are apart, if that was asked for.
    disputed: Option<Disputed>,
    /// How many answers there are.
    answers: u64,
    /// How many have a score.
    graded: u64,
    /// How many were graded offline although a judge was asked.
    fallback: u64,
    /// How many have no score.
    ungraded: u64,
    /// How many are not of a question of the bank.
    unmatched: u64,
    /// The scores of all answers.
    scores: Scores,
    /// Flags, and how many answers have each.
    flags: BTreeMap<String, u64>,
    /// The questions, by id.
    questions: Vec<QuestionSummary>,
    /// The criteria that earn the least credit, the hardest first.
    hardest: Vec<HardCriterion>,
    /// Answers without a score.
    not_graded: NotGraded,
    /// Questions that were found from a wording or from answers.
    found_questions: Vec<FoundQuestion>,
    /// What the judge took; `null` without a judge.
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

/// Scores from 0 to 100; a figure is `null` if there are too few.
#[derive(JsonSchema)]
struct Scores {
    mean: Option<f64>,
    median: Option<f64>,
    /// Standard deviation.
    deviation: Option<f64>,
    lowest: Option<f64>,
    highest: Option<f64>,
    /// How many scores are from 0 to below 10, from 10 to below 20 and so on; 100 is in the last.
    histogram: Vec<u64>,
    /// How many scores are in each band.
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
    /// In how many answers the criterion was decided.
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
    /// The share of answers that lose points by it.
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
    /// How many answers have any other reason.
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
    /// As the rows word it; `null` where it was found from the answers.
    wording: Option<String>,
    question: String,
    answers: u64,
}

#[derive(JsonSchema)]
struct Usage {
    prompt_tokens: u64,
    completion_tokens: u64,
    /// In the currency of the prices that were given; `null` without prices.
    cost: Option<f64>,
}

/// A figure, or why there is none.
#[derive(JsonSchema)]
struct Figure {
    value: Option<f64>,
    /// Lower and upper end of the 95 % interval.
    #[schemars(default)]
    interval: Option<[f64; 2]>,
    /// Why there is no value.
    #[schemars(default)]
    reason: Option<String>,
}

/// A grader compared with the scores that people gave.
#[derive(JsonSchema)]
#[schemars(title = "gradus evaluation")]
struct Evaluation {
    /// Layout of this object: 1.
    schema: u32,
    /// Where the answers come from.
    answers_from: String,
    bank: String,
    /// The grader, in words.
    grader: String,
    calibration: Option<String>,
    cut: CutScore,
    /// How many points of people's scale a score of 1 is; errors are in these points.
    unit: f64,
    /// How many levels people's scores have.
    levels: u64,
    answers: u64,
    /// How many answers people gave no score.
    unscored: u64,
    ungraded: Vec<NotGradedRow>,
    groups: Vec<GroupFigures>,
    /// The answers that grader and people score most differently.
    worst: Vec<DifferentlyScored>,
    /// What changed since the evaluation that was named for comparison.
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
    name: Option<String>,
    answers: u64,
    /// By name of the metric.
    figures: BTreeMap<String, Compared>,
}

#[derive(JsonSchema)]
#[schemars(rename_all = "lowercase")]
enum GroupKind {
    All,
    Split,
    Question,
    Criterion,
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
    /// How many answers are in both evaluations.
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

/// A phrase of a rubric, and where the answer contains it.
#[derive(JsonSchema)]
struct PhraseTrace {
    /// Whether the criterion takes points away.
    penalty: bool,
    criterion: String,
    concept: String,
    phrase: String,
    finds: Vec<FoundPhrase>,
}

#[derive(JsonSchema)]
struct FoundPhrase {
    /// First byte in the answer's file.
    start: u64,
    /// One past the last byte.
    end: u64,
    quote: String,
    how: How,
    /// Whether it counts, in words.
    verdict: String,
}

/// What the commands of `questions` write: a list, or the one question that is shown.
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
    kind: Kind,
    level: Level,
    prompt: String,
    /// Other wordings.
    #[schemars(default)]
    also_asked: Vec<String>,
    /// What earns points.
    #[schemars(default)]
    criteria: Vec<Asked>,
    /// What takes points away.
    #[schemars(default)]
    penalties: Vec<Asked>,
    /// Whole sample answers.
    #[schemars(default)]
    samples: Vec<SampleAnswer>,
    /// How similar the wording is that was looked for, 0 to 1.
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
