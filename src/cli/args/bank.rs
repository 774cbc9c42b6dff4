//! The subcommands of `bank`.

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
        #[arg(value_enum, default_value = "rubric")]
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

/// A document that has a JSON Schema.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(in crate::cli) enum SchemaOf {
    /// Rubric files
    Rubric,
    /// Results of `grade` and `batch`
    Result,
    /// Summary of `batch`
    Summary,
    /// Measurements of `eval`
    Eval,
    /// Phrases of `bank explain`
    Explain,
    /// Questions of `questions`
    Questions,
}
