//! The subcommands of `bank`.

use std::path::PathBuf;

use clap::{Args as ClapArgs, Subcommand, ValueEnum};

use super::evaluation::RowColumns;
use super::formats::{ListFormat, RowFormat};
use super::values::{positive, seed};

#[derive(Debug, ClapArgs)]
pub(in crate::cli) struct Bank {
    #[command(subcommand)]
    pub(in crate::cli) command: BankCommand,
}

#[derive(Debug, Subcommand)]
pub(in crate::cli) enum BankCommand {
    /// Find all faults in a bank; exit with 1 if there are any
    #[command(after_help = "Examples:
  gradus bank check              the bank of this folder or a parent folder
  gradus bank check my-bank
  gradus bank check rubrics/team/on-call.toml

A rubric is checked with its sample answers. Only a check of the whole bank
finds strong samples that also pass as answers to questions of other topics.")]
    Check {
        /// Folder of a bank, or some of its files [default: the bank that the settings name, otherwise the nearest folder with `rubrics`]
        #[arg(value_name = "PATH")]
        paths: Vec<PathBuf>,
        /// Also report phrases that are valid but suspicious: too common, never found, or written in another syntax
        #[arg(long)]
        lint: bool,
        /// Output format
        #[arg(long, value_name = "FORMAT", value_enum, default_value = "text")]
        format: ListFormat,
    },
    /// Print a commented rubric to start from
    New {
        /// Id of the new question: lower-case letters, digits and hyphens
        id: String,
        /// Topic of the question: the name of its folder
        #[arg(long, default_value = "my-topic")]
        topic: String,
    },
    /// Draft rubrics from reference answers, ready to grade with and to edit
    Draft(Draft),
    /// Learn missing phrases from graded answers, and propose them as a patch
    Learn(Learn),
    /// Print the JSON Schema of rubrics or of command output
    Schema {
        /// Document to describe
        #[arg(value_name = "DOCUMENT", value_enum, default_value = "rubric")]
        of: SchemaOf,
    },
    /// Show where an answer contains each phrase of a rubric, and whether the phrase counts
    Explain(Explain),
}

#[derive(Debug, ClapArgs)]
#[command(after_help = "Examples:
  gradus bank explain error-budget answer.md
  gradus bank explain error-budget answer.md --criterion spends-it --found

With --found, the exit code is 1 if the answer contains none of the phrases.")]
pub(in crate::cli) struct Explain {
    /// Id of the question
    pub(in crate::cli) id: String,
    /// File with the answer; `-` reads standard input
    #[arg(default_value = "-")]
    pub(in crate::cli) file: PathBuf,
    /// Show only the phrases of this criterion or penalty
    #[arg(long, value_name = "ID")]
    pub(in crate::cli) criterion: Option<String>,
    /// Show only phrases that the answer contains
    #[arg(long)]
    pub(in crate::cli) found: bool,
    /// Output format
    #[arg(long, value_name = "FORMAT", value_enum, default_value = "text")]
    pub(in crate::cli) format: ListFormat,
}

#[derive(Debug, ClapArgs)]
#[command(after_help = "Each row of QUESTIONS has `id`, `prompt` and `references` (a list of good
answers). If it also has `criteria` (a list of texts, or of objects with `text`,
`points` and `id`), each text or object becomes a criterion, and the references
are not used. Other fields are ignored. In a table, a list is a JSON array or a
single text. In a folder, each file is a reference answer, and its front matter
may have the other fields. Without an `id`, the file name is the id. Files with
the same id are references of one question and must not contradict each other.
Input formats are those of `batch`. A row that cannot be used is reported and
left out, and the exit code is 1.

Examples:
  gradus bank draft questions.jsonl --output my-bank
  gradus bank draft exam.csv --id nr --prompt question -o my-bank
  gradus bank draft --corpus samples --output my-bank
  gradus grade --bank my-bank --question q1 answer.md")]
pub(in crate::cli) struct Draft {
    /// File with questions and their reference answers, or folder with one reference answer per file; `-`
    /// reads standard input
    #[arg(value_name = "QUESTIONS", required_unless_present = "corpus", conflicts_with = "corpus")]
    pub(in crate::cli) questions: Option<PathBuf>,
    #[command(flatten)]
    pub(in crate::cli) columns: QuestionColumns,
    /// Draft from the strong samples in a corpus folder instead
    #[arg(long, value_name = "DIR")]
    pub(in crate::cli) corpus: Option<PathBuf>,
    /// Bank folder to write `rubrics/<topic>/<id>.toml` into
    #[arg(long, short, value_name = "DIR")]
    pub(in crate::cli) output: PathBuf,
    /// Topic of questions that do not name one
    #[arg(long, default_value = "drafted")]
    pub(in crate::cli) topic: String,
    /// Overwrite existing rubrics
    #[arg(long)]
    pub(in crate::cli) force: bool,
}

/// The columns of questions to draft from.
#[derive(Debug, Clone, ClapArgs)]
pub(in crate::cli) struct QuestionColumns {
    /// Input format [default: from the file extension]
    #[arg(long, value_name = "FORMAT", value_enum)]
    pub(in crate::cli) input_format: Option<RowFormat>,
    /// Column with the id of the question [default: id; in a folder, otherwise the file name]
    #[arg(long, value_name = "NAME", conflicts_with = "corpus", help_heading = "Columns")]
    pub(in crate::cli) id: Option<String>,
    /// Column with the wording of the question [default: prompt; in a folder, otherwise the id]
    #[arg(long, value_name = "NAME", conflicts_with = "corpus", help_heading = "Columns")]
    pub(in crate::cli) prompt: Option<String>,
    /// Column with the reference answers [default: references, if there is such a column]
    #[arg(long, value_name = "NAME", conflicts_with = "corpus", help_heading = "Columns")]
    pub(in crate::cli) references: Option<String>,
    /// Column with the criteria [default: criteria, if there is such a column]
    #[arg(long, value_name = "NAME", conflicts_with = "corpus", help_heading = "Columns")]
    pub(in crate::cli) criteria: Option<String>,
}

#[derive(Debug, ClapArgs)]
#[command(after_help = "Each row of ANSWERS has `question`, `answer` and `score`, and `max_score` if
scores are points. If it also has `criteria` (an object with credits from 0 to
1), phrases are learned for each of these criteria. Otherwise each phrase is
assigned to a criterion that the answers with the phrase do not fully meet. A
table has credits in columns `criterion:<id>`. Input formats are those of
`batch`. A row that cannot be read is reported and left out, and the exit code
is 1.

Phrases are learned from four fifths of the answers to a question. Phrases that
raise agreement with human scores on the held-out fifth are proposed, with the
agreement before and after. A question needs at least 25 different answers,
including 10 with a high and 10 with a low grade.

No rubric is changed. Read the patch, remove what you do not want, and apply it.

Examples:
  gradus bank learn graded.jsonl --bank my-bank
  gradus bank learn graded.csv --bank my-bank --output learned.patch
  patch -p1 -d my-bank < learned.patch")]
pub(in crate::cli) struct Learn {
    /// File or folder with graded answers; `-` reads standard input
    #[arg(value_name = "ANSWERS")]
    pub(in crate::cli) answers: PathBuf,
    /// Write the patch for the rubric files to FILE
    #[arg(long, short, value_name = "FILE")]
    pub(in crate::cli) output: Option<PathBuf>,
    /// Learn only for this question
    #[arg(long, value_name = "ID")]
    pub(in crate::cli) only: Option<String>,
    /// Maximum number of proposals per question
    #[arg(long, value_name = "N", allow_negative_numbers = true, default_value_t = 10, value_parser = positive)]
    pub(in crate::cli) limit: usize,
    /// Random seed that selects the fifth of the answers that is held out
    #[arg(long, value_name = "N", allow_negative_numbers = true, default_value_t = 1, value_parser = seed)]
    pub(in crate::cli) seed: u64,
    /// Output format
    #[arg(long, value_name = "FORMAT", value_enum, default_value = "text")]
    pub(in crate::cli) format: LearnFormat,
    /// Overwrite the output file
    #[arg(long)]
    pub(in crate::cli) force: bool,
    #[command(flatten)]
    pub(in crate::cli) columns: RowColumns,
}

/// Output format of proposals.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(in crate::cli) enum LearnFormat {
    /// Text for a terminal
    Text,
    /// JSON
    Json,
    /// Patch for `patch -p1` and `git apply`
    Patch,
}

/// A document that has a JSON Schema.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(in crate::cli) enum SchemaOf {
    /// Rubric files
    Rubric,
    /// Files of ideas
    Ideas,
    /// Results of `grade` and `batch`
    Result,
    /// Summary of `batch`
    Summary,
    /// Evaluation of `eval`
    Eval,
    /// Phrases of `bank explain`
    Explain,
    /// Questions of `questions`
    Questions,
}
