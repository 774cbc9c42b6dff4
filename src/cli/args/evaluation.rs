//! The options of `eval` and `calibrate`.

use std::path::PathBuf;

use clap::{Args as ClapArgs, ValueEnum};

use super::columns::AnswerColumns;
use super::formats::RowFormat;
use super::judge::JudgeArgs;
use super::limits::Threshold;
use super::values::{cut, resamples, seed, threshold, whole};
use crate::agreement::Cut;

/// The columns of graded answers.
#[derive(Debug, Clone, ClapArgs)]
pub(in crate::cli) struct RowColumns {
    /// Input format [default: from the file extension]
    #[arg(long, value_name = "FORMAT", value_enum)]
    pub(in crate::cli) input_format: Option<RowFormat>,
    /// Column with the id of the answer [default: id, or the line number]
    #[arg(long, value_name = "NAME", help_heading = "Columns")]
    pub(in crate::cli) id: Option<String>,
    #[command(flatten)]
    pub(in crate::cli) of_answers: AnswerColumns,
    /// Column with the human score
    #[arg(long, value_name = "NAME", default_value = "score", help_heading = "Columns")]
    pub(in crate::cli) score: String,
}

#[derive(Debug, ClapArgs)]
#[command(after_help = "Each row has `question`, `answer` and `score`. These fields are optional:
  max_score  highest possible score [default: the highest score in the file,
             at least 1]
  split      name of the part that the row belongs to, such as train or test
  score2     score by a second person; compared with `score1` if the row has
             that field, otherwise with `score`
  criteria   credits from 0 to 1 by criterion id, or columns `criterion:<id>`

Input formats are those of `batch`; in a folder, the front matter of each file
has these values. A row that cannot be read is reported and left out, and the
exit code is 1.

Confidence intervals are bootstrapped by resampling single answers. Answers to
the same question are similar, so with few questions the intervals are too
narrow.

Metrics: pearson, spearman, kappa (quadratic-weighted), mae, rmse, exact,
adjacent, bias; macro-f1 and accuracy if all human scores are 0 or 1. A metric
that cannot be computed is reported with the reason, never as 0.

Examples:
  gradus eval graded.jsonl --bank my-bank
  gradus eval graded.csv --bank my-bank --fail-under pearson=0.5
  gradus eval graded.jsonl --bank my-bank --format json > before.json
  gradus eval graded.jsonl --bank my-bank --compare before.json
  gradus eval graded.jsonl --bank my-bank --cut fit:train
  gradus eval graded.jsonl --bank my-bank --by kind")]
pub(in crate::cli) struct Eval {
    /// File or folder with answers and human scores; `-` reads standard input
    #[arg(value_name = "ANSWERS")]
    pub(in crate::cli) answers: PathBuf,
    #[command(flatten)]
    pub(in crate::cli) judge: JudgeArgs,
    /// Calibrate scores with a file that `gradus calibrate` wrote
    #[arg(long, value_name = "FILE")]
    pub(in crate::cli) calibration: Option<PathBuf>,
    /// Lowest score that counts as right, from 0 to 100, if human scores are 0 or 1; `fit:SPLIT` fits the cut on the
    /// rows of SPLIT
    #[arg(long, value_name = "CUT", allow_negative_numbers = true, default_value = "50", value_parser = cut)]
    pub(in crate::cli) cut: Cut,
    /// Exit with 1 if METRIC is worse than VALUE or missing; SPLIT:METRIC=VALUE checks one split only
    #[arg(long, value_name = "METRIC=VALUE", value_parser = threshold)]
    pub(in crate::cli) fail_under: Vec<Threshold>,
    /// Show the changes since an evaluation that --format json wrote to FILE
    #[arg(long, value_name = "FILE")]
    pub(in crate::cli) compare: Option<PathBuf>,
    /// Maximum number of the largest disagreements to show
    #[arg(long, value_name = "N", allow_negative_numbers = true, default_value_t = 10, value_parser = whole)]
    pub(in crate::cli) worst: usize,
    /// Number of bootstrap samples for the intervals; 0 for no intervals
    #[arg(long, value_name = "N", allow_negative_numbers = true, default_value_t = 1000, value_parser = resamples)]
    pub(in crate::cli) resamples: u32,
    /// Random seed of the intervals; the same seed gives the same intervals
    #[arg(long, value_name = "N", allow_negative_numbers = true, default_value_t = 1, value_parser = seed)]
    pub(in crate::cli) seed: u64,
    /// Output format
    #[arg(long, value_name = "FORMAT", value_enum, default_value = "text")]
    pub(in crate::cli) format: EvalFormat,
    #[command(flatten)]
    pub(in crate::cli) columns: RowColumns,
    /// Column whose values group the answers; the report also shows mean scores and errors per value
    #[arg(long, value_name = "FIELD", help_heading = "Columns")]
    pub(in crate::cli) by: Option<String>,
}

/// Output format of an evaluation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(in crate::cli) enum EvalFormat {
    /// Report for a terminal
    Text,
    /// JSON with the score of every answer
    Json,
    /// Report for a document
    Markdown,
}

#[derive(Debug, ClapArgs)]
#[command(after_help = "The input has the same fields as the input of `gradus eval`. The calibration
file is short and meant to be read by people. With --calibration, `grade`,
`batch` and `eval` apply the calibration and name its file in their output.

Examples:
  gradus calibrate graded.jsonl --bank my-bank --output calibration.toml
  gradus grade --bank my-bank --calibration calibration.toml answer.md")]
pub(in crate::cli) struct Calibrate {
    /// File or folder with answers and human scores; `-` reads standard input
    #[arg(value_name = "ANSWERS")]
    pub(in crate::cli) answers: PathBuf,
    /// Write the calibration to FILE
    #[arg(long, short, value_name = "FILE")]
    pub(in crate::cli) output: PathBuf,
    /// Also fit weights of criteria whose ids occur in several questions
    #[arg(long)]
    pub(in crate::cli) weights: bool,
    /// Overwrite the output file
    #[arg(long)]
    pub(in crate::cli) force: bool,
    /// Write the calibration even if it does not improve agreement
    #[arg(long)]
    pub(in crate::cli) even_if_worse: bool,
    #[command(flatten)]
    pub(in crate::cli) columns: RowColumns,
}
