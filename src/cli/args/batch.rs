//! The options of `batch`.

use std::fmt;
use std::path::PathBuf;

use clap::{Args as ClapArgs, Subcommand, ValueEnum};

use super::judge::{JudgeArgs, SpendArgs};
use super::values::{jobs, most_answers, score_or_mean, shard};
use crate::batch::Shard;

#[derive(Debug, ClapArgs)]
#[command(
    args_conflicts_with_subcommands = true,
    after_help = "INPUT is a file with one JSON object a line, a table (.csv, .tsv), any of
them packed (.gz, .zst), a folder of .txt and .md files with an answer each,
or `-`. In a folder, the question stands in the file's front matter, or the
file or its folder is named after it, or it is told from the answer. Elsewhere
it is an id or a wording.

With --output FILE, results come one by one into FILE.gradus, and the same
command goes on where it was stopped: what did not change is not graded again.
The first Ctrl-C finishes what has begun, the second leaves at once.

Without --output, results go to standard output: a table on a terminal, else
one JSON object per line.

Examples:
  gradus batch drafts/
  gradus batch answers.jsonl --output graded.jsonl
  gradus batch drafts/ --question error-budget --output graded.csv
  gradus batch answers.csv --answer text --keep student,class -o graded.csv
  gradus batch big.jsonl.zst --shard 1/3 --evidence none -o part-1.jsonl
  gradus batch merge part-1.jsonl part-2.jsonl part-3.jsonl -o graded.jsonl

Exit codes: 0 done; 1 done, but something is below --fail-under or ungraded, or
too many answers fell back to the offline scorer; 2 could not run, or not to the
end; 130 stopped by Ctrl-C."
)]
pub(in crate::cli) struct Batch {
    #[command(subcommand)]
    pub(in crate::cli) command: Option<BatchCommand>,
    #[command(flatten)]
    pub(in crate::cli) run: BatchRun,
}

#[derive(Debug, Subcommand)]
pub(in crate::cli) enum BatchCommand {
    /// Join the parts that were graded with --shard
    Merge(BatchMerge),
}

/// The columns of rows.
#[derive(Debug, ClapArgs)]
pub(in crate::cli) struct BatchColumns {
    /// Column or field with the answer's id [default: id, or the row's number]
    #[arg(long, value_name = "NAME", help_heading = "Columns")]
    pub(in crate::cli) id: Option<String>,
    /// With the question: its id, or its wording [default: question]. If there is no such column,
    /// the id or wording of the question of all rows that name none
    #[arg(long, value_name = "NAME", help_heading = "Columns")]
    pub(in crate::cli) question: Option<String>,
    /// With the answer
    #[arg(long, value_name = "NAME", default_value = "answer", help_heading = "Columns")]
    pub(in crate::cli) answer: String,
    /// Columns to carry through to the results
    #[arg(long, value_name = "NAMES", value_delimiter = ',', help_heading = "Columns")]
    pub(in crate::cli) keep: Vec<String>,
}

#[derive(Debug, ClapArgs)]
pub(in crate::cli) struct BatchRun {
    /// File or folder with answers; `-` reads standard input
    #[arg(value_name = "INPUT", required = true)]
    pub(in crate::cli) input: Option<PathBuf>,
    /// How rows are written, where the ending of the name does not tell
    #[arg(long, value_name = "FORMAT", value_enum)]
    pub(in crate::cli) input_format: Option<RowFormat>,
    #[command(flatten)]
    pub(in crate::cli) columns: BatchColumns,
    /// File for the results; standard output if absent
    #[arg(long, short, value_name = "FILE", help_heading = "Results")]
    pub(in crate::cli) output: Option<PathBuf>,
    /// Output format [default: from the file extension of --output; a table on a terminal, else jsonl]
    #[arg(long, value_name = "FORMAT", value_enum, help_heading = "Results")]
    pub(in crate::cli) format: Option<ResultFormat>,
    /// How much of the evidence is written, in JSON
    #[arg(long, value_name = "DETAIL", value_enum, default_value = "full", help_heading = "Results")]
    pub(in crate::cli) evidence: EvidenceDetail,
    /// Write a summary too: `.md` or `.json`
    #[arg(long, value_name = "FILE", help_heading = "Results")]
    pub(in crate::cli) summary: Option<PathBuf>,
    /// Write `JUnit` XML too: each answer is a test
    #[arg(long, value_name = "FILE", help_heading = "Results")]
    pub(in crate::cli) junit: Option<PathBuf>,
    /// Print the whole summary: every criterion, the spread of scores, each ungraded answer
    #[arg(long, short, conflicts_with = "quiet", help_heading = "Results")]
    pub(in crate::cli) verbose: bool,
    /// Bring scores to people's scale with a file that `calibrate` wrote
    #[arg(long, value_name = "FILE")]
    pub(in crate::cli) calibration: Option<PathBuf>,
    /// Exit with 1 when a score is below N, 0 to 100; mean=N asks it of the mean
    #[arg(long, value_name = "N", value_parser = score_or_mean)]
    pub(in crate::cli) fail_under: Option<Least>,
    /// Exit with 1 when more answers could not be graded: a number, or a share as 5%
    #[arg(long, value_name = "N", default_value = "0", value_parser = most_answers)]
    pub(in crate::cli) max_ungraded: Most,
    /// Exit with 1 when more than N answers fell back to the offline scorer, in whole or in part: a
    /// number, or a share as 5% [default: fail only if all did although --grader llm is set]
    #[arg(long, value_name = "N", value_parser = most_answers)]
    pub(in crate::cli) max_fallback: Option<Most>,
    /// How many threads grade; all cores if absent. Results are the same. A judge is asked as
    /// --concurrency says
    #[arg(long, short, value_name = "N", value_parser = jobs)]
    pub(in crate::cli) jobs: Option<usize>,
    /// Grade only the I-th of N parts of the rows
    #[arg(long, value_name = "I/N", value_parser = shard)]
    pub(in crate::cli) shard: Option<Shard>,
    #[command(flatten)]
    pub(in crate::cli) existing: ExistingArgs,
    #[command(flatten)]
    pub(in crate::cli) judge: JudgeArgs,
    #[command(flatten)]
    pub(in crate::cli) spend: SpendArgs,
    /// Tell where the offline scorer decides otherwise, and collect it in FILE, a table
    /// [default FILE: the output's name with .check.csv]
    #[arg(long, value_name = "FILE", num_args = 0..=1, require_equals = true, default_missing_value = "",
          help_heading = "Judge")]
    pub(in crate::cli) cross_check: Option<String>,
}

/// What may be done with what is there already.
#[derive(Debug, Clone, Copy, ClapArgs)]
pub(in crate::cli) struct ExistingArgs {
    /// Begin anew, and grade everything again
    #[arg(long)]
    pub(in crate::cli) restart: bool,
    /// Overwrite results that another command wrote, or that were changed by hand
    #[arg(long)]
    pub(in crate::cli) force: bool,
}

#[derive(Debug, ClapArgs)]
#[command(after_help = "Parts are told by the folders beside them. All parts of one input must be
there, each once and complete, graded by the same bank; the result is what a
run without --shard would write.

Example:
  gradus batch merge part-1.jsonl part-2.jsonl part-3.jsonl -o graded.jsonl")]
pub(in crate::cli) struct BatchMerge {
    /// The parts, in any order
    #[arg(value_name = "PARTS", required = true)]
    pub(in crate::cli) parts: Vec<PathBuf>,
    /// File for all results
    #[arg(long, short, value_name = "FILE")]
    pub(in crate::cli) output: PathBuf,
    /// Write a summary too: `.md` or `.json`
    #[arg(long, value_name = "FILE")]
    pub(in crate::cli) summary: Option<PathBuf>,
    /// Write `JUnit` XML too: each answer is a test
    #[arg(long, value_name = "FILE")]
    pub(in crate::cli) junit: Option<PathBuf>,
    /// Print the whole summary: every criterion, the spread of scores, each ungraded answer
    #[arg(long, short, conflicts_with = "quiet")]
    pub(in crate::cli) verbose: bool,
    /// Exit with 1 when a score is below N, 0 to 100; mean=N asks it of the mean
    #[arg(long, value_name = "N", value_parser = score_or_mean)]
    pub(in crate::cli) fail_under: Option<Least>,
    /// Exit with 1 when more answers could not be graded: a number, or a share as 5%
    #[arg(long, value_name = "N", default_value = "0", value_parser = most_answers)]
    pub(in crate::cli) max_ungraded: Most,
    /// Exit with 1 when more than N answers fell back to the offline scorer, in whole or in part: a
    /// number, or a share as 5%
    #[arg(long, value_name = "N", value_parser = most_answers)]
    pub(in crate::cli) max_fallback: Option<Most>,
    /// Overwrite the file that --output names
    #[arg(long)]
    pub(in crate::cli) force: bool,
}

/// Input format of rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(in crate::cli) enum RowFormat {
    /// One JSON object a line.
    Jsonl,
    /// A table with commas.
    Csv,
    /// A table with tabs.
    Tsv,
    /// A Parquet file.
    Parquet,
}

/// Output format of results.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(in crate::cli) enum ResultFormat {
    /// One JSON object per line.
    Jsonl,
    /// Comma-separated values.
    Csv,
    /// Tab-separated values.
    Tsv,
    /// A Parquet file.
    Parquet,
    /// One line per answer, to read on a terminal.
    Table,
}

/// How much of the evidence is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(in crate::cli) enum EvidenceDetail {
    /// Every quote.
    Full,
    /// How many concepts were found and how many are missing.
    Counts,
    /// Credits only.
    None,
}

/// What scores must not be below.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(in crate::cli) enum Least {
    Each(f64),
    Mean(f64),
}

impl fmt::Display for Least {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Each(score) => write!(f, "{score}"),
            Self::Mean(score) => write!(f, "mean={score}"),
        }
    }
}

/// How many answers may have a fault.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(in crate::cli) enum Most {
    Answers(u64),
    Percent(f64),
}

impl Most {
    /// Whether `faulty` of `answers` are more.
    pub(in crate::cli) fn is_exceeded(self, faulty: u64, answers: u64) -> bool {
        match self {
            Self::Answers(most) => faulty > most,
            #[allow(clippy::cast_precision_loss)] // far below what a float holds exactly
            Self::Percent(most) => faulty as f64 * 100.0 > most * answers as f64,
        }
    }
}

impl fmt::Display for Most {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Answers(most) => write!(f, "{most}"),
            Self::Percent(most) => write!(f, "{most}%"),
        }
    }
}
