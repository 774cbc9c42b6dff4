//! What is typed. What it means is for `settings` and the commands.

use std::path::PathBuf;

use clap::{Args as ClapArgs, Parser, Subcommand, ValueEnum};
use clap_complete::Shell;

use crate::model::{Kind, Level};

/// Grades a written practice answer against a rubric, with a quote for every point.
#[derive(Debug, Parser)]
#[command(
    name = "gradus",
    version,
    about,
    long_about = None,
    max_term_width = 80,
    arg_required_else_help = true,
    after_help = "Examples:
  gradus grade answer.md                   the question is found if not named
  gradus grade --question error-budget -   read from a pipe, or typed
  gradus questions --topic security        what can be asked
  gradus search \"restore test\"             what sample answers say
  gradus bank new my-question              a rubric to begin with

Exit codes: 0 done; 1 done, but something is below a threshold, ungraded or
found wrong; 2 could not run."
)]
pub(super) struct Args {
    #[command(flatten)]
    pub(super) global: Global,
    /// When to use colour; `NO_COLOR` is honoured
    #[arg(long, global = true, value_name = "WHEN", value_enum, help_heading = "Global options")]
    pub(super) color: Option<Color>,
    #[command(subcommand)]
    pub(super) command: Command,
}

/// Options that every command takes.
#[derive(Debug, Clone, Default, ClapArgs)]
pub(super) struct Global {
    /// Folder with `rubrics` and `corpus`; the shipped bank if absent
    #[arg(long, global = true, value_name = "DIR", help_heading = "Global options")]
    pub(super) bank: Option<PathBuf>,
    /// Print the least: one line a result, no notes
    #[arg(long, short, global = true, help_heading = "Global options")]
    pub(super) quiet: bool,
}

/// When to use colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Color {
    /// On a terminal.
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

/// How a grade is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Format {
    /// For people.
    Text,
    /// The whole result.
    Json,
    /// For documents.
    Markdown,
    /// One row.
    Csv,
}

/// How a list is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum ListFormat {
    /// For people.
    Text,
    /// For programs.
    Json,
}

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Grade one answer
    Grade(Grade),
    /// List, show and find questions
    Questions(Questions),
    /// Search the sample answers
    Search(Search),
    /// Check, extend and explain question banks
    Bank(Bank),
    /// Show the settings and where they come from
    Config(Config),
    /// Print a completion script for a shell
    Completions {
        /// Which shell
        shell: Shell,
    },
    /// Print the manual page
    Man,
}

#[derive(Debug, ClapArgs)]
#[command(after_help = "Examples:
  gradus grade answer.md
  gradus grade --question p95-win answer.md --format json
  gradus grade --ask \"tell me about an outage you led\" - < answer.txt
  gradus grade --fail-under 60 answer.md && echo good enough

Without --question or --ask, the question is the one that the file's front matter names
(`question = \"<id>\"` between two `+++` lines), else it is found from the answer itself.")]
pub(super) struct Grade {
    /// File with the answer; `-` or nothing reads standard input
    #[arg(value_name = "FILE")]
    pub(super) file: Option<PathBuf>,
    /// Id of the question
    #[arg(long, value_name = "ID", conflicts_with = "ask")]
    pub(super) question: Option<String>,
    /// Find the question by its wording
    #[arg(long, value_name = "TEXT")]
    pub(super) ask: Option<String>,
    /// How to write the result
    #[arg(long, value_name = "FORMAT", value_enum)]
    pub(super) format: Option<Format>,
    /// Exit with 1 when the score is below this, 0 to 100
    #[arg(long, value_name = "N", value_parser = score)]
    pub(super) fail_under: Option<f64>,
}

#[derive(Debug, ClapArgs)]
#[command(
    args_conflicts_with_subcommands = true,
    after_help = "Examples:
  gradus questions
  gradus questions list --topic security --format json
  gradus questions show error-budget
  gradus questions find \"how do you store passwords\""
)]
pub(super) struct Questions {
    #[command(subcommand)]
    pub(super) command: Option<QuestionsCommand>,
    #[command(flatten)]
    pub(super) list: QuestionsList,
}

#[derive(Debug, Subcommand)]
pub(super) enum QuestionsCommand {
    /// List the questions
    List(QuestionsList),
    /// Show one question and what its rubric asks for
    Show {
        /// Id of the question
        id: String,
        /// How to write it
        #[arg(long, value_name = "FORMAT", value_enum, default_value = "text")]
        format: ListFormat,
    },
    /// Find questions by their wording
    Find {
        /// What the question is about
        text: String,
        /// How many to show
        #[arg(long, value_name = "N", default_value_t = 5, value_parser = limit)]
        limit: usize,
        /// How to write them
        #[arg(long, value_name = "FORMAT", value_enum, default_value = "text")]
        format: ListFormat,
    },
}

#[derive(Debug, ClapArgs)]
pub(super) struct QuestionsList {
    /// Only this topic
    #[arg(long)]
    pub(super) topic: Option<String>,
    /// Only this kind: design, process, behavioural, concept or motivation
    #[arg(long, value_parser = kind)]
    pub(super) kind: Option<Kind>,
    /// Only this level: core or advanced
    #[arg(long, value_parser = level)]
    pub(super) level: Option<Level>,
    /// How to write them
    #[arg(long, value_name = "FORMAT", value_enum, default_value = "text")]
    pub(super) format: ListFormat,
}

#[derive(Debug, ClapArgs)]
#[command(after_help = "Example:
  gradus search \"restore test\" --limit 3")]
pub(super) struct Search {
    /// Words to look for
    pub(super) words: String,
    /// How many passages to show
    #[arg(long, value_name = "N", default_value_t = 5, value_parser = limit)]
    pub(super) limit: usize,
    /// How to write them
    #[arg(long, value_name = "FORMAT", value_enum, default_value = "text")]
    pub(super) format: ListFormat,
}

#[derive(Debug, ClapArgs)]
pub(super) struct Bank {
    #[command(subcommand)]
    pub(super) command: BankCommand,
}

#[derive(Debug, Subcommand)]
pub(super) enum BankCommand {
    /// Find everything that is wrong with a bank; exit with 1 if there is anything
    Check {
        /// Folder with `rubrics` and `corpus`; the shipped bank if absent
        dir: Option<PathBuf>,
        /// How to write the findings
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
    /// Print the JSON Schema of rubrics or of results
    Schema {
        /// Of which
        #[arg(value_enum, default_value = "rubric")]
        of: SchemaOf,
    },
    /// Show for every phrase of a rubric whether and where an answer contains it, and why not
    Explain {
        /// Id of the question
        id: String,
        /// File with the answer; `-` reads standard input
        #[arg(default_value = "-")]
        file: PathBuf,
        /// How to write it
        #[arg(long, value_name = "FORMAT", value_enum, default_value = "text")]
        format: ListFormat,
    },
}

/// What a JSON Schema is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum SchemaOf {
    /// Rubric files.
    Rubric,
    /// Results.
    Result,
}

#[derive(Debug, ClapArgs)]
pub(super) struct Config {
    #[command(subcommand)]
    pub(super) command: ConfigCommand,
}

#[derive(Debug, Subcommand)]
pub(super) enum ConfigCommand {
    /// Show every setting with its value and where it comes from
    Show,
}

pub(super) fn score(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(value) if (0.0..=100.0).contains(&value) => Ok(value),
        _ => Err("expected a number from 0 to 100".to_owned()),
    }
}

fn limit(text: &str) -> Result<usize, String> {
    match text.parse() {
        Ok(0) | Err(_) => Err("expected a number from 1".to_owned()),
        Ok(limit) => Ok(limit),
    }
}

fn kind(text: &str) -> Result<Kind, String> {
    const ALL: [Kind; 5] = [Kind::Design, Kind::Process, Kind::Behavioural, Kind::Concept, Kind::Motivation];
    named(&ALL, Kind::name, text)
}

fn level(text: &str) -> Result<Level, String> {
    named(&[Level::Core, Level::Advanced], Level::name, text)
}

fn named<T: Copy>(all: &[T], name: fn(T) -> &'static str, text: &str) -> Result<T, String> {
    all.iter().copied().find(|value| name(*value) == text).ok_or_else(|| {
        let names: Vec<&str> = all.iter().map(|value| name(*value)).collect();
        format!("expected one of: {}", names.join(", "))
    })
}
