//! The options of `eval` and `calibrate`.

use std::fmt;
use std::path::PathBuf;

use clap::{Args as ClapArgs, ValueEnum};

use super::judge::JudgeArgs;
use super::values::{cut, threshold};
use crate::agreement::{Cut, Metric};

/// Which columns hold what.
#[derive(Debug, Clone, ClapArgs)]
pub(in crate::cli) struct RowColumns {
    /// Column or field with the answer's id; its line if there is none
    #[arg(long, value_name = "NAME", default_value = "id", help_heading = "Columns")]
    pub(in crate::cli) id: String,
    /// With the question's id
    #[arg(long, value_name = "NAME", default_value = "question", help_heading = "Columns")]
    pub(in crate::cli) question: String,
    /// With the answer
    #[arg(long, value_name = "NAME", default_value = "answer", help_heading = "Columns")]
    pub(in crate::cli) answer: String,
    /// With the score that people gave
    #[arg(long, value_name = "NAME", default_value = "score", help_heading = "Columns")]
    pub(in crate::cli) score: String,
}

#[derive(Debug, ClapArgs)]
#[command(after_help = "Each row has `question`, `answer` and `score`; `max_score` (the highest score of the
file if absent), `split`, `score2` (what a second person gave; with `score1`, those
two are held against each other) and `criteria` (credits from 0 to 1 by criterion
id; in CSV, columns `criterion:<id>`) are used where they are there.

Intervals come from drawing answers anew, each for itself. Answers to one question
resemble each other, so with few questions they are somewhat too narrow.

Figures: pearson, spearman, kappa (quadratic-weighted), mae, rmse, exact, adjacent,
bias; macro-f1 and accuracy where people only said right or wrong. What is absent
has a reason, and is never 0.

Examples:
  gradus eval graded.jsonl --bank my-bank
  gradus eval graded.csv --bank my-bank --fail-under pearson=0.5
  gradus eval graded.jsonl --bank my-bank --cut fit:train --format json > before.json
  gradus eval graded.jsonl --bank my-bank --cut fit:train --compare before.json")]
pub(in crate::cli) struct Eval {
    /// Answers with people's scores: `.csv`, else one JSON object a line; `-` reads standard input
    #[arg(value_name = "ANSWERS")]
    pub(in crate::cli) answers: PathBuf,
    #[command(flatten)]
    pub(in crate::cli) judge: JudgeArgs,
    /// Bring scores to people's scale with a file that `calibrate` wrote
    #[arg(long, value_name = "FILE")]
    pub(in crate::cli) calibration: Option<PathBuf>,
    /// From which score on an answer is right, 0 to 100, or `fit:SPLIT`
    #[arg(long, value_name = "CUT", default_value = "50", value_parser = cut)]
    pub(in crate::cli) cut: Cut,
    /// Exit with 1 where a figure is worse, or absent; SPLIT:METRIC=VALUE for one split
    #[arg(long, value_name = "METRIC=VALUE", value_parser = threshold)]
    pub(in crate::cli) fail_under: Vec<Threshold>,
    /// Tell what moved since an evaluation that was written with --format json
    #[arg(long, value_name = "FILE")]
    pub(in crate::cli) compare: Option<PathBuf>,
    /// How many of the worst disagreements to show
    #[arg(long, value_name = "N", default_value_t = 10)]
    pub(in crate::cli) worst: usize,
    /// How often answers are drawn anew for the intervals; 0 for none
    #[arg(long, value_name = "N", default_value_t = 1000, value_parser = clap::value_parser!(u32).range(..=100_000))]
    pub(in crate::cli) resamples: u32,
    /// Where drawing begins: the same seed gives the same intervals
    #[arg(long, value_name = "N", default_value_t = 1)]
    pub(in crate::cli) seed: u64,
    /// How to write it
    #[arg(long, value_name = "FORMAT", value_enum, default_value = "text")]
    pub(in crate::cli) format: EvalFormat,
    #[command(flatten)]
    pub(in crate::cli) columns: RowColumns,
}

/// How an evaluation is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(in crate::cli) enum EvalFormat {
    /// For people.
    Text,
    /// For programs, with every answer's score.
    Json,
    /// For documents.
    Markdown,
}

/// A figure that must not be worse.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::cli) struct Threshold {
    /// Over which split; over all answers if absent.
    pub(in crate::cli) split: Option<String>,
    pub(in crate::cli) metric: Metric,
    pub(in crate::cli) least: f64,
}

impl fmt::Display for Threshold {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(split) = &self.split {
            write!(f, "{split}:")?;
        }
        write!(f, "{}={}", self.metric.name(), self.least)
    }
}

#[derive(Debug, ClapArgs)]
#[command(after_help = "Rows are those of `eval`. The file is small and meant to be read; `grade` and `eval`
take it with --calibration, and say so in what they print.

Examples:
  gradus calibrate graded.jsonl --bank my-bank --output calibration.toml
  gradus grade --bank my-bank --calibration calibration.toml answer.md")]
pub(in crate::cli) struct Calibrate {
    /// Answers with people's scores: `.csv`, else one JSON object a line; `-` reads standard input
    #[arg(value_name = "ANSWERS")]
    pub(in crate::cli) answers: PathBuf,
    /// File to write
    #[arg(long, short, value_name = "FILE")]
    pub(in crate::cli) output: PathBuf,
    /// Fit weights too of criteria that stand in several questions, by their ids
    #[arg(long)]
    pub(in crate::cli) weights: bool,
    /// Overwrite the file that --output names
    #[arg(long)]
    pub(in crate::cli) force: bool,
    /// Write it even if it does not help
    #[arg(long)]
    pub(in crate::cli) even_if_worse: bool,
    #[command(flatten)]
    pub(in crate::cli) columns: RowColumns,
}
