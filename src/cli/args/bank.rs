//! The commands of `bank`.

use std::path::PathBuf;

use clap::{Args as ClapArgs, Subcommand, ValueEnum};

use super::commands::{Draft, Learn, ListFormat};

#[derive(Debug, ClapArgs)]
pub(in crate::cli) struct Bank {
    #[command(subcommand)]
    pub(in crate::cli) command: BankCommand,
}

#[derive(Debug, Subcommand)]
pub(in crate::cli) enum BankCommand {
    /// Find everything that is wrong with a bank; exit with 1 if there is anything
    #[command(after_help = "Examples:
  gradus bank check                          the bank of this folder or of one above
  gradus bank check my-bank
  gradus bank check rubrics/team/on-call.toml

A rubric is checked with its sample answers. Whether strong samples also pass as answers
to questions of other topics is checked with the whole bank only.")]
    Check {
        /// Folder of a bank, or some of its files; the bank that the settings name if absent
        #[arg(value_name = "PATH")]
        paths: Vec<PathBuf>,
        /// Output format
        #[arg(long, value_name = "FORMAT", value_enum, default_value = "text")]
        format: ListFormat,
    },
    /// Print a commented rubric to begin with
    New {
        /// Id of the new question: lower-case letters, digits and hyphens
        id: String,
        /// Its topic: the folder it will stand in
        #[arg(long, default_value = "my-topic")]
        topic: String,
    },
    /// Draft rubrics from reference answers: something to mend and to grade with meanwhile
    Draft(Draft),
    /// Learn from graded answers which phrases a rubric lacks; propose them as a patch
    Learn(Learn),
    /// Print the JSON Schema of rubrics or of what commands write
    Schema {
        /// Kind of document
        #[arg(value_enum, default_value = "rubric")]
        of: SchemaOf,
    },
    /// Show for every phrase of a rubric whether and where an answer contains it, and why not
    Explain(Explain),
}

#[derive(Debug, ClapArgs)]
#[command(after_help = "Examples:
  gradus bank explain error-budget answer.md
  gradus bank explain error-budget answer.md --criterion spends-it --found

With --found, the exit code is 1 when the answer contains none of the phrases.")]
pub(in crate::cli) struct Explain {
    /// Id of the question
    pub(in crate::cli) id: String,
    /// File with the answer; `-` reads standard input
    #[arg(default_value = "-")]
    pub(in crate::cli) file: PathBuf,
    /// Show the phrases of this criterion or penalty only
    #[arg(long, value_name = "ID")]
    pub(in crate::cli) criterion: Option<String>,
    /// Show only phrases that the answer contains
    #[arg(long)]
    pub(in crate::cli) found: bool,
    /// Output format
    #[arg(long, value_name = "FORMAT", value_enum, default_value = "text")]
    pub(in crate::cli) format: ListFormat,
}

/// What a JSON Schema describes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(in crate::cli) enum SchemaOf {
    /// Rubric files.
    Rubric,
    /// Results of `grade` and `batch`.
    Result,
    /// The summary of `batch`.
    Summary,
    /// The measurements of `eval`.
    Eval,
    /// The phrases of `bank explain`.
    Explain,
    /// The questions of `questions`.
    Questions,
}
