//! The options of `batch` and `batch merge`.

use std::path::PathBuf;

use clap::{Args as ClapArgs, Subcommand, ValueEnum};

use super::columns::AnswerColumns;
use super::formats::RowFormat;
use super::judge::{JudgeArgs, SpendArgs};
use super::limits::{AnswerLimit, ScoreLimit};
use super::values::{answer_limit, score_or_mean, shard, threads};
use crate::batch::Shard;

#[derive(Debug, ClapArgs)]
#[command(
    args_conflicts_with_subcommands = true,
    after_help = "INPUT is a file with one JSON object per line, a table (.csv, .tsv), a
compressed JSON Lines file or table (.gz, .zst), a Parquet file, a folder of
.txt and .md files with one answer each, or `-`. In a folder, the front matter
of a file, its file name or the name of its folder gives the question; otherwise
the question is found from the answer. In all other input, each row gives the id
or a wording of the question.

With --output FILE, each result is saved in the folder FILE.gradus immediately,
and the same command resumes after an interruption: unchanged answers are not
graded again. The first Ctrl-C finishes the answers that are being graded, the
second stops immediately.

Without --output, results go to standard output: as a table on a terminal,
otherwise as one JSON object per line.

Examples:
  gradus batch drafts/
  gradus batch answers.jsonl --output graded.jsonl
  gradus batch drafts/ --question error-budget --output graded.csv
  gradus batch answers.csv --answer text --keep student,class -o graded.csv
  gradus batch big.jsonl.zst --shard 1/3 --evidence none -o part-1.jsonl
  gradus batch merge part-1.jsonl part-2.jsonl part-3.jsonl -o graded.jsonl

Exit codes: 0 done; 1 done, but a score is below --fail-under, too many answers
are ungraded, or too many fell back to the offline scorer; 2 could not run or
could not finish; 130 stopped by Ctrl-C."
)]
pub(in crate::cli) struct Batch {
    #[command(subcommand)]
    pub(in crate::cli) command: Option<BatchCommand>,
    #[command(flatten)]
    pub(in crate::cli) run: BatchRun,
}

#[derive(Debug, Subcommand)]
pub(in crate::cli) enum BatchCommand {
    /// Merge the results of parts that were graded with --shard
    Merge(BatchMerge),
}

/// Names of the columns or JSON fields of the input.
#[derive(Debug, ClapArgs)]
pub(in crate::cli) struct BatchColumns {
    /// Column with the id of the answer [default: id, or `row-` and the row number]
    #[arg(long, value_name = "NAME", help_heading = "Columns")]
    pub(in crate::cli) id: Option<String>,
    #[command(flatten)]
    pub(in crate::cli) of_answers: AnswerColumns,
    /// Columns to copy to the results, separated by commas
    #[arg(long, value_name = "NAMES", value_delimiter = ',', help_heading = "Columns")]
    pub(in crate::cli) keep: Vec<String>,
}

#[derive(Debug, ClapArgs)]
pub(in crate::cli) struct BatchRun {
    /// File or folder with answers; `-` reads standard input
    #[arg(value_name = "INPUT", required = true)]
    pub(in crate::cli) input: Option<PathBuf>,
    /// Input format [default: from the file extension]
    #[arg(long, value_name = "FORMAT", value_enum)]
    pub(in crate::cli) input_format: Option<RowFormat>,
    #[command(flatten)]
    pub(in crate::cli) columns: BatchColumns,
    /// Write the results to FILE [default: standard output]
    #[arg(long, short, value_name = "FILE", help_heading = "Results")]
    pub(in crate::cli) output: Option<PathBuf>,
    /// Output format [default: from the file extension of --output; without it, table on a terminal,
    /// otherwise jsonl]
    #[arg(long, value_name = "FORMAT", value_enum, help_heading = "Results")]
    pub(in crate::cli) format: Option<ResultFormat>,
    /// Detail of the evidence in JSON results
    #[arg(long, value_name = "DETAIL", value_enum, default_value = "full", help_heading = "Results")]
    pub(in crate::cli) evidence: EvidenceDetail,
    /// Write a summary to FILE, as Markdown (`.md`) or JSON (`.json`)
    #[arg(long, value_name = "FILE", help_heading = "Results")]
    pub(in crate::cli) summary: Option<PathBuf>,
    /// Write a `JUnit` XML report with one test per answer to FILE
    #[arg(long, value_name = "FILE", help_heading = "Results")]
    pub(in crate::cli) junit: Option<PathBuf>,
    /// Print the full summary, with every criterion, the distribution of scores and each ungraded answer
    #[arg(long, short, conflicts_with = "quiet", help_heading = "Results")]
    pub(in crate::cli) verbose: bool,
    /// Calibrate scores with a file that `gradus calibrate` wrote
    #[arg(long, value_name = "FILE")]
    pub(in crate::cli) calibration: Option<PathBuf>,
    /// Exit with 1 if a score is below N, from 0 to 100; with mean=N, exit with 1 if the mean score is below N
    #[arg(long, value_name = "N", allow_negative_numbers = true, value_parser = score_or_mean)]
    pub(in crate::cli) fail_under: Option<ScoreLimit>,
    /// Exit with 1 if more than N answers are ungraded; N is a number or a percentage such as 5%
    #[arg(long, value_name = "N", allow_hyphen_values = true, default_value = "0", value_parser = answer_limit)]
    pub(in crate::cli) max_ungraded: AnswerLimit,
    /// Exit with 1 if more than N answers fell back to the offline scorer, wholly or partly; N is a
    /// number or a percentage such as 5% [default: exit with 1 only if all graded answers fell back and
    /// --grader is llm]
    #[arg(long, value_name = "N", allow_hyphen_values = true, value_parser = answer_limit)]
    pub(in crate::cli) max_fallback: Option<AnswerLimit>,
    /// Number of grading threads [default: all cores]. Results do not depend on this number. For a judge,
    /// --concurrency limits the requests
    #[arg(long, short, value_name = "N", allow_negative_numbers = true, value_parser = threads)]
    pub(in crate::cli) jobs: Option<usize>,
    /// Grade only every N-th row, starting with row I
    #[arg(long, value_name = "I/N", allow_hyphen_values = true, value_parser = shard)]
    pub(in crate::cli) shard: Option<Shard>,
    #[command(flatten)]
    pub(in crate::cli) existing: ExistingArgs,
    #[command(flatten)]
    pub(in crate::cli) judge: JudgeArgs,
    #[command(flatten)]
    pub(in crate::cli) spend: SpendArgs,
    /// Report criteria on which the offline scorer disagrees with the judge, and list them in FILE as
    /// CSV [default FILE: the path of the output with .check.csv appended]
    #[arg(long, value_name = "FILE", num_args = 0..=1, require_equals = true, default_missing_value = "",
          help_heading = "Judge")]
    pub(in crate::cli) cross_check: Option<String>,
}

/// How existing results are treated.
#[derive(Debug, Clone, Copy, ClapArgs)]
pub(in crate::cli) struct ExistingArgs {
    /// Discard saved results and grade everything again
    #[arg(long)]
    pub(in crate::cli) restart: bool,
    /// Overwrite results that another command wrote, or that were edited after they were written
    #[arg(long)]
    pub(in crate::cli) force: bool,
}

#[derive(Debug, ClapArgs)]
#[command(after_help = "Each part is identified by the .gradus folder next to it. Every part of the
input must be given exactly once, must be complete, and must have been graded
with the same bank. The merged results equal the results of a run without
--shard.

Example:
  gradus batch merge part-1.jsonl part-2.jsonl part-3.jsonl -o graded.jsonl")]
pub(in crate::cli) struct BatchMerge {
    /// Result files of the parts, in any order
    #[arg(value_name = "PARTS", required = true)]
    pub(in crate::cli) parts: Vec<PathBuf>,
    /// Write the merged results to FILE
    #[arg(long, short, value_name = "FILE")]
    pub(in crate::cli) output: PathBuf,
    /// Write a summary to FILE, as Markdown (`.md`) or JSON (`.json`)
    #[arg(long, value_name = "FILE")]
    pub(in crate::cli) summary: Option<PathBuf>,
    /// Write a `JUnit` XML report with one test per answer to FILE
    #[arg(long, value_name = "FILE")]
    pub(in crate::cli) junit: Option<PathBuf>,
    /// Print the full summary, with every criterion, the distribution of scores and each ungraded answer
    #[arg(long, short, conflicts_with = "quiet")]
    pub(in crate::cli) verbose: bool,
    /// Exit with 1 if a score is below N, from 0 to 100; with mean=N, exit with 1 if the mean score is below N
    #[arg(long, value_name = "N", allow_negative_numbers = true, value_parser = score_or_mean)]
    pub(in crate::cli) fail_under: Option<ScoreLimit>,
    /// Exit with 1 if more than N answers are ungraded; N is a number or a percentage such as 5%
    #[arg(long, value_name = "N", allow_hyphen_values = true, default_value = "0", value_parser = answer_limit)]
    pub(in crate::cli) max_ungraded: AnswerLimit,
    /// Exit with 1 if more than N answers fell back to the offline scorer, wholly or partly; N is a
    /// number or a percentage such as 5%
    #[arg(long, value_name = "N", allow_hyphen_values = true, value_parser = answer_limit)]
    pub(in crate::cli) max_fallback: Option<AnswerLimit>,
    /// Overwrite the output file
    #[arg(long)]
    pub(in crate::cli) force: bool,
}

/// Output format of results.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(in crate::cli) enum ResultFormat {
    /// One JSON object per line
    Jsonl,
    /// Comma-separated values
    Csv,
    /// Tab-separated values
    Tsv,
    /// Parquet file
    Parquet,
    /// Text table with one line per answer
    Table,
}

/// Detail of the evidence in results.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(in crate::cli) enum EvidenceDetail {
    /// All quotes
    Full,
    /// Only the numbers of found and of missing concepts
    Counts,
    /// Only credits
    None,
}
