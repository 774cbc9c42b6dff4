//! The commands, and the options of the small ones.

use std::path::PathBuf;

use clap::{Args as ClapArgs, Parser, Subcommand, ValueEnum};
use clap_complete::Shell;

use super::bank::Bank;
use super::batch::Batch;
use super::evaluation::{Calibrate, Eval};
use super::formats::{Format, ListFormat};
use super::judge::{Cache, Config, EndpointArgs, JudgeArgs, Prompt};
use super::values::{kind, level, positive, score};
use crate::model::{Level, QuestionKind};

/// The command line of `gradus`. The help shows the description of the package instead of this line.
#[derive(Debug, Parser)]
#[command(
    name = "gradus",
    version,
    about,
    long_about = None,
    max_term_width = 80,
    arg_required_else_help = true,
    after_help = "Examples:
  gradus grade answer.md                   the question is found from the answer
  gradus grade --question error-budget -   read from a pipe, or type the answer
  gradus batch answers.csv -o graded.csv   many answers, in a file or a folder
  gradus questions --topic security        list the questions of a topic
  gradus search \"restore test\"             search the sample answers
  gradus bank new my-question              print a rubric to start from
  gradus config check --preset ollama      check that a model can judge

Exit codes: 0 done; 1 done, but a score is below a threshold, an answer is
ungraded, or a check found faults; 2 could not run; 130 stopped by Ctrl-C."
)]
pub(in crate::cli) struct Args {
    #[command(flatten)]
    pub(in crate::cli) global: Global,
    /// When to use colors; `auto` respects `NO_COLOR`
    #[arg(long, global = true, value_name = "WHEN", value_enum, help_heading = "Global options")]
    pub(in crate::cli) color: Option<Color>,
    #[command(subcommand)]
    pub(in crate::cli) command: Command,
}

/// Options that every command takes.
#[derive(Debug, Clone, Default, ClapArgs)]
pub(in crate::cli) struct Global {
    /// Folder of the question bank, or `shipped` for the built-in bank [default: the bank of the settings,
    /// otherwise the nearest folder with a rubric in `rubrics`, otherwise `shipped`]
    #[arg(long, global = true, value_name = "DIR", help_heading = "Global options")]
    pub(in crate::cli) bank: Option<PathBuf>,
    /// Print one line per result, and no notes
    #[arg(long, short, global = true, help_heading = "Global options")]
    pub(in crate::cli) quiet: bool,
}

/// Whether output is colored.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(in crate::cli) enum Color {
    /// On a terminal
    Auto,
    /// Always
    Always,
    /// Never
    Never,
}

#[derive(Debug, Subcommand)]
pub(in crate::cli) enum Command {
    /// Grade one or several answers
    Grade(Grade),
    /// Grade many answers; resume after an interruption
    Batch(Box<Batch>),
    /// List, show and find questions
    Questions(Questions),
    /// Search the sample answers
    Search(Search),
    /// Check, draft, extend and explain question banks
    Bank(Bank),
    /// List, show and find ideas, which phrases of rubrics name as `<id>`
    Ideas(Ideas),
    /// Measure agreement with human scores
    Eval(Eval),
    /// Fit scores to the scale of human scores
    Calibrate(Calibrate),
    /// Show the settings and their origins; check the judge
    Config(Config),
    /// Print the prompt that a judge gets for an answer
    Prompt(Prompt),
    /// Show or clear the cached replies of judges
    Cache(Cache),
    /// Print a completion script for a shell, with question ids
    Completions {
        /// Shell that runs the script
        shell: Shell,
    },
    /// Print a manual page, or write the pages of all commands
    Man(Man),
}

impl Command {
    /// The endpoint that flags of the command describe; `None` for a command that asks no judge.
    pub(in crate::cli) fn endpoint(&self) -> Option<&EndpointArgs> {
        match self {
            Self::Grade(args) => Some(&args.judge.endpoint),
            Self::Batch(args) => Some(&args.run.judge.endpoint),
            Self::Eval(args) => Some(&args.judge.endpoint),
            Self::Prompt(args) => Some(&args.endpoint),
            Self::Config(args) => args.endpoint(),
            _ => None,
        }
    }
}

#[derive(Debug, ClapArgs)]
#[command(after_help = "Examples:
  gradus man
  gradus man bank check
  gradus man --output ~/.local/share/man/man1")]
pub(in crate::cli) struct Man {
    /// Command to describe [default: the program itself]
    #[arg(value_name = "COMMAND", conflicts_with = "output")]
    pub(in crate::cli) command: Vec<String>,
    /// Write a page for every command into DIR
    #[arg(long, short, value_name = "DIR")]
    pub(in crate::cli) output: Option<PathBuf>,
    /// Overwrite existing pages
    #[arg(long, requires = "output")]
    pub(in crate::cli) force: bool,
}

#[derive(Debug, ClapArgs)]
#[command(after_help = "Examples:
  gradus grade answer.md
  gradus grade --question p95-win answer.md --format json
  gradus grade answers/*.md --format json --output graded.jsonl
  gradus grade --ask \"tell me about an outage you led\" - < answer.txt
  gradus grade --fail-under 60 answer.md && echo good enough

Without --question or --ask, the front matter of the file names the question
(`question = \"<id>\"` between two `+++` lines); otherwise the question is found
from the answer.

Several answers are printed as one report each, as one JSON object per line, or
as one CSV table. The exit code is the highest of the exit codes of all answers.")]
pub(in crate::cli) struct Grade {
    /// Files with one answer each. Without a file, or with `-`, standard input is read
    #[arg(value_name = "FILE")]
    pub(in crate::cli) files: Vec<PathBuf>,
    /// Id of the question
    #[arg(long, value_name = "ID", conflicts_with = "ask")]
    pub(in crate::cli) question: Option<String>,
    /// Find the question by its wording
    #[arg(long, value_name = "TEXT")]
    pub(in crate::cli) ask: Option<String>,
    /// Output format [default: text]
    #[arg(long, value_name = "FORMAT", value_enum)]
    pub(in crate::cli) format: Option<Format>,
    /// Write the results to FILE instead of standard output; without --format, its extension (.txt,
    /// .md, .json or .csv) selects the format
    #[arg(long, short, value_name = "FILE")]
    pub(in crate::cli) output: Option<PathBuf>,
    /// Overwrite the output file
    #[arg(long, requires = "output")]
    pub(in crate::cli) force: bool,
    /// Calibrate scores with a file that `gradus calibrate` wrote
    #[arg(long, value_name = "FILE")]
    pub(in crate::cli) calibration: Option<PathBuf>,
    /// Exit with 1 if a score is below N, from 0 to 100
    #[arg(long, value_name = "N", allow_negative_numbers = true, value_parser = score)]
    pub(in crate::cli) fail_under: Option<f64>,
    #[command(flatten)]
    pub(in crate::cli) judge: JudgeArgs,
    /// Report criteria on which the offline scorer disagrees with the judge
    #[arg(long, help_heading = "Judge")]
    pub(in crate::cli) cross_check: bool,
}

#[derive(Debug, ClapArgs)]
#[command(
    args_conflicts_with_subcommands = true,
    after_help = "Examples:
  gradus questions
  gradus questions list --topic security --format json
  gradus questions show error-budget
  gradus questions show error-budget --key
  gradus questions find \"how do you store passwords\""
)]
pub(in crate::cli) struct Questions {
    #[command(subcommand)]
    pub(in crate::cli) command: Option<QuestionsCommand>,
    #[command(flatten)]
    pub(in crate::cli) list: QuestionsList,
}

#[derive(Debug, Subcommand)]
pub(in crate::cli) enum QuestionsCommand {
    /// List the questions
    List(QuestionsList),
    /// Show one question; --key also shows its criteria and penalties
    Show {
        /// Id of the question
        id: String,
        /// Also show the criteria and penalties
        #[arg(long)]
        key: bool,
        /// Also show the full sample answers
        #[arg(long)]
        samples: bool,
        /// Output format
        #[arg(long, value_name = "FORMAT", value_enum, default_value = "text")]
        format: ListFormat,
    },
    /// Find questions by their wording
    Find {
        /// Words of the question
        text: String,
        /// Maximum number of questions
        #[arg(long, value_name = "N", allow_negative_numbers = true, default_value_t = 5, value_parser = positive)]
        limit: usize,
        /// Output format
        #[arg(long, value_name = "FORMAT", value_enum, default_value = "text")]
        format: ListFormat,
    },
}

#[derive(Debug, ClapArgs)]
pub(in crate::cli) struct QuestionsList {
    /// Only questions of this topic
    #[arg(long)]
    pub(in crate::cli) topic: Option<String>,
    /// Only questions of this kind: design, process, behavioural, concept or motivation
    #[arg(long, value_parser = kind)]
    pub(in crate::cli) kind: Option<QuestionKind>,
    /// Only questions of this level: core or advanced
    #[arg(long, value_parser = level)]
    pub(in crate::cli) level: Option<Level>,
    /// Output format
    #[arg(long, value_name = "FORMAT", value_enum, default_value = "text")]
    pub(in crate::cli) format: ListFormat,
}

#[derive(Debug, ClapArgs)]
#[command(after_help = "Examples:
  gradus ideas list
  gradus ideas show quickly
  gradus ideas find \"we reverted the deploy within five minutes\"")]
pub(in crate::cli) struct Ideas {
    #[command(subcommand)]
    pub(in crate::cli) command: IdeasCommand,
}

#[derive(Debug, Subcommand)]
pub(in crate::cli) enum IdeasCommand {
    /// List the ideas and word lists
    List {
        /// Output format
        #[arg(long, value_name = "FORMAT", value_enum, default_value = "text")]
        format: ListFormat,
    },
    /// Show the wordings and the test sentences of an idea
    Show {
        /// Id of the idea
        id: String,
        /// Output format
        #[arg(long, value_name = "FORMAT", value_enum, default_value = "text")]
        format: ListFormat,
    },
    /// Find the ideas that a text expresses; exit with 1 if there are none
    Find {
        /// Text to search
        text: String,
        /// Output format
        #[arg(long, value_name = "FORMAT", value_enum, default_value = "text")]
        format: ListFormat,
    },
}

#[derive(Debug, ClapArgs)]
#[command(after_help = "Example:
  gradus search \"restore test\" --limit 3")]
pub(in crate::cli) struct Search {
    /// Words to search for
    pub(in crate::cli) words: String,
    /// Maximum number of passages
    #[arg(long, value_name = "N", allow_negative_numbers = true, default_value_t = 5, value_parser = positive)]
    pub(in crate::cli) limit: usize,
    /// Output format
    #[arg(long, value_name = "FORMAT", value_enum, default_value = "text")]
    pub(in crate::cli) format: ListFormat,
}
