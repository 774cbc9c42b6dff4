//! The commands and their options.

use std::path::{Path, PathBuf};

use clap::{Args as ClapArgs, Parser, Subcommand, ValueEnum};
use clap_complete::Shell;

use super::bank::Bank;
use super::batch::Batch;
use super::evaluation::{Calibrate, Eval, RowColumns};
use super::judge::{Cache, Config, JudgeArgs, Prompt};
use super::values::{kind, level, limit, score};
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
  gradus batch answers.csv -o graded.csv   many answers, in a file or a folder
  gradus questions --topic security        what can be asked
  gradus search \"restore test\"             what sample answers say
  gradus bank new my-question              a rubric to begin with
  gradus config check --preset ollama      can a model judge here?

Exit codes: 0 done; 1 done, but something is below a threshold, ungraded or
found wrong; 2 could not run; 130 stopped by Ctrl-C."
)]
pub(in crate::cli) struct Args {
    #[command(flatten)]
    pub(in crate::cli) global: Global,
    /// When to use colour; `NO_COLOR` is honoured
    #[arg(long, global = true, value_name = "WHEN", value_enum, help_heading = "Global options")]
    pub(in crate::cli) color: Option<Color>,
    #[command(subcommand)]
    pub(in crate::cli) command: Command,
}

/// Options that every command takes.
#[derive(Debug, Clone, Default, ClapArgs)]
pub(in crate::cli) struct Global {
    /// Folder with `rubrics` and `corpus`, or `shipped`; if absent, a folder upward that has `rubrics`, else `shipped`
    #[arg(long, global = true, value_name = "DIR", help_heading = "Global options")]
    pub(in crate::cli) bank: Option<PathBuf>,
    /// Print the least: one line a result, no notes
    #[arg(long, short, global = true, help_heading = "Global options")]
    pub(in crate::cli) quiet: bool,
}

/// When to use colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(in crate::cli) enum Color {
    /// On a terminal.
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

/// How a grade is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(in crate::cli) enum Format {
    /// For people.
    Text,
    /// The whole result.
    Json,
    /// For documents.
    Markdown,
    /// One row.
    Csv,
}

impl Format {
    /// The format that a file extension stands for.
    pub(in crate::cli) fn of_extension(path: &Path) -> Option<Self> {
        match path.extension()?.to_str()?.to_ascii_lowercase().as_str() {
            "json" | "jsonl" => Some(Self::Json),
            "md" | "markdown" => Some(Self::Markdown),
            "csv" => Some(Self::Csv),
            "txt" => Some(Self::Text),
            _ => None,
        }
    }
}

/// How a list is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(in crate::cli) enum ListFormat {
    /// For people.
    Text,
    /// For programs.
    Json,
}

#[derive(Debug, Subcommand)]
pub(in crate::cli) enum Command {
    /// Grade one answer, or each of several
    Grade(Grade),
    /// Grade many answers, and go on where it was stopped
    Batch(Box<Batch>),
    /// List, show and find questions
    Questions(Questions),
    /// Search the sample answers
    Search(Search),
    /// Check, draft, extend and explain question banks
    Bank(Bank),
    /// Tell how far the grader agrees with people
    Eval(Eval),
    /// Bring scores to the scale of people who graded some answers
    Calibrate(Calibrate),
    /// Show the settings and where they come from; check the judge
    Config(Config),
    /// Print what a judge would be told of an answer
    Prompt(Prompt),
    /// Show or clear what judges replied so far
    Cache(Cache),
    /// Print a completion script for a shell, with question ids
    Completions {
        /// Which shell
        shell: Shell,
    },
    /// Print a manual page, or write those of all commands
    Man(Man),
}

#[derive(Debug, ClapArgs)]
#[command(after_help = "Examples:
  gradus man
  gradus man bank check
  gradus man --output ~/.local/share/man/man1")]
pub(in crate::cli) struct Man {
    /// Command whose page is printed; the program itself if absent
    #[arg(value_name = "COMMAND", conflicts_with = "output")]
    pub(in crate::cli) command: Vec<String>,
    /// Write a page for every command into this folder
    #[arg(long, short, value_name = "DIR")]
    pub(in crate::cli) output: Option<PathBuf>,
    /// Overwrite pages that exist
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

Without --question or --ask, the question is the one that the file's front matter names
(`question = \"<id>\"` between two `+++` lines), else it is found from the answer itself.

Several answers have a report each, JSON is one object a line, and CSV is one table.
The exit code is the highest of them all.")]
pub(in crate::cli) struct Grade {
    /// Files with one answer each; `-` or nothing reads standard input
    #[arg(value_name = "FILE")]
    pub(in crate::cli) files: Vec<PathBuf>,
    /// Id of the question
    #[arg(long, value_name = "ID", conflicts_with = "ask")]
    pub(in crate::cli) question: Option<String>,
    /// Find the question by its wording
    #[arg(long, value_name = "TEXT")]
    pub(in crate::cli) ask: Option<String>,
    /// Output format
    #[arg(long, value_name = "FORMAT", value_enum)]
    pub(in crate::cli) format: Option<Format>,
    /// Write the results to this file instead of standard output; without --format, its extension
    /// (.txt, .md, .json or .csv) sets the format
    #[arg(long, short, value_name = "FILE")]
    pub(in crate::cli) output: Option<PathBuf>,
    /// Overwrite the file that --output names
    #[arg(long, requires = "output")]
    pub(in crate::cli) force: bool,
    /// Bring the score to people's scale with a file that `calibrate` wrote
    #[arg(long, value_name = "FILE")]
    pub(in crate::cli) calibration: Option<PathBuf>,
    /// Exit with 1 when the score is below this, 0 to 100
    #[arg(long, value_name = "N", value_parser = score)]
    pub(in crate::cli) fail_under: Option<f64>,
    #[command(flatten)]
    pub(in crate::cli) judge: JudgeArgs,
    /// Tell where the offline scorer decides otherwise
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
    /// Show one question; what earns points is shown with --key only
    Show {
        /// Id of the question
        id: String,
        /// Show the criteria and penalties too
        #[arg(long)]
        key: bool,
        /// Show the whole sample answers too; --key is not needed for that
        #[arg(long)]
        samples: bool,
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
pub(in crate::cli) struct QuestionsList {
    /// Only this topic
    #[arg(long)]
    pub(in crate::cli) topic: Option<String>,
    /// Only this kind: design, process, behavioural, concept or motivation
    #[arg(long, value_parser = kind)]
    pub(in crate::cli) kind: Option<Kind>,
    /// Only this level: core or advanced
    #[arg(long, value_parser = level)]
    pub(in crate::cli) level: Option<Level>,
    /// How to write them
    #[arg(long, value_name = "FORMAT", value_enum, default_value = "text")]
    pub(in crate::cli) format: ListFormat,
}

#[derive(Debug, ClapArgs)]
#[command(after_help = "Example:
  gradus search \"restore test\" --limit 3")]
pub(in crate::cli) struct Search {
    /// Words to look for
    pub(in crate::cli) words: String,
    /// How many passages to show
    #[arg(long, value_name = "N", default_value_t = 5, value_parser = limit)]
    pub(in crate::cli) limit: usize,
    /// How to write them
    #[arg(long, value_name = "FORMAT", value_enum, default_value = "text")]
    pub(in crate::cli) format: ListFormat,
}

#[derive(Debug, ClapArgs)]
#[command(after_help = "Each line of QUESTIONS is an object with `id`, `prompt` and `references`, a list of
good answers. With `criteria`, a list of texts or of objects with `text`, `points`
and `id`, each of these becomes a criterion of its own in place of the references.
Other fields are passed over.

Examples:
  gradus bank draft questions.jsonl --output my-bank
  gradus bank draft --corpus samples --output my-bank
  gradus grade --bank my-bank --question q1 answer.md")]
pub(in crate::cli) struct Draft {
    /// File with one JSON object a line; `-` reads standard input
    #[arg(value_name = "QUESTIONS", required_unless_present = "corpus", conflicts_with = "corpus")]
    pub(in crate::cli) questions: Option<PathBuf>,
    /// Draft from the strong samples of a corpus folder instead
    #[arg(long, value_name = "DIR")]
    pub(in crate::cli) corpus: Option<PathBuf>,
    /// Folder of the bank to write `rubrics/<topic>/<id>.toml` into
    #[arg(long, short, value_name = "DIR")]
    pub(in crate::cli) output: PathBuf,
    /// Topic of the questions that name none
    #[arg(long, default_value = "drafted")]
    pub(in crate::cli) topic: String,
    /// Overwrite rubrics that are there already
    #[arg(long)]
    pub(in crate::cli) force: bool,
}

#[derive(Debug, ClapArgs)]
#[command(after_help = "Each line of ANSWERS is an object with `question`, `answer` and `score`, and
`max_score` if scores are points. With `criteria`, an object of credits from
0 to 1, phrases are learned for each of these criteria; else for the one that
the answers do not meet. A file that ends in `.csv` is read as a table with
these names in its heading, and credits in columns `criterion:<id>`.

Phrases are found in four fifths of the answers to a question. Those that raise
agreement with people on the other fifth are proposed, with the figures before
and after. A question needs 25 different answers, 10 of them high and 10 low.

No rubric is changed. Read the patch, remove what you do not want, and apply it.

Examples:
  gradus bank learn graded.jsonl --bank my-bank
  gradus bank learn graded.csv --bank my-bank --output learned.patch
  patch -p1 -d my-bank < learned.patch")]
pub(in crate::cli) struct Learn {
    /// File with graded answers, one JSON object a line or CSV; `-` reads JSON from standard input
    #[arg(value_name = "ANSWERS")]
    pub(in crate::cli) answers: PathBuf,
    /// Write the patch of the rubric files there
    #[arg(long, short, value_name = "FILE")]
    pub(in crate::cli) output: Option<PathBuf>,
    /// Only this question
    #[arg(long, value_name = "ID")]
    pub(in crate::cli) only: Option<String>,
    /// How many proposals a question may have
    #[arg(long, value_name = "N", default_value_t = 10, value_parser = limit)]
    pub(in crate::cli) limit: usize,
    /// Decides which fifth of the answers is held out
    #[arg(long, value_name = "N", default_value_t = 1)]
    pub(in crate::cli) seed: u64,
    /// How to write the proposals
    #[arg(long, value_name = "FORMAT", value_enum, default_value = "text")]
    pub(in crate::cli) format: LearnFormat,
    /// Overwrite the file that --output names
    #[arg(long)]
    pub(in crate::cli) force: bool,
    #[command(flatten)]
    pub(in crate::cli) columns: RowColumns,
}

/// How proposals are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(in crate::cli) enum LearnFormat {
    /// For people.
    Text,
    /// For programs.
    Json,
    /// For `patch -p1` and `git apply`.
    Patch,
}
