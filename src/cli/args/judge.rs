//! The options of everything that may ask a judge, and the commands about it.

use std::path::PathBuf;

use clap::{Args as ClapArgs, Subcommand, ValueEnum};

use super::commands::ListFormat;
use super::values::cost;

/// Who grades.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(in crate::cli) enum GraderChoice {
    /// The judge where an endpoint is configured, else the offline scorer.
    Auto,
    /// A language model; the offline scorer stands in where it gives no verdict.
    Llm,
    /// The offline scorer. No connection is opened.
    Offline,
}

/// Where the judge is, and how it judges. What is not said here stands in `gradus.toml` or in the environment.
#[derive(Debug, Clone, Default, ClapArgs)]
#[command(next_help_heading = "Judge")]
pub(in crate::cli) struct JudgeArgs {
    /// Who grades [default: auto, the judge where an endpoint is configured]
    #[arg(long, value_name = "GRADER", value_enum)]
    pub(in crate::cli) grader: Option<GraderChoice>,
    #[command(flatten)]
    pub(in crate::cli) endpoint: EndpointArgs,
    #[command(flatten)]
    pub(in crate::cli) panel: PanelArgs,
    /// Use replies that are kept and ask nothing; fail where one is missing
    #[arg(long, conflicts_with = "refresh")]
    pub(in crate::cli) replay: bool,
    /// Ask anew what was asked before
    #[arg(long)]
    pub(in crate::cli) refresh: bool,
}

/// Where a model is. The names of fields are those of settings.
#[derive(Debug, Clone, Default, ClapArgs)]
#[command(next_help_heading = "Judge")]
pub(in crate::cli) struct EndpointArgs {
    /// A server on this machine: ollama, llamacpp, vllm or lmstudio
    #[arg(long, value_name = "NAME")]
    pub(in crate::cli) preset: Option<String>,
    /// The protocol: openai or anthropic
    #[arg(long, value_name = "NAME")]
    pub(in crate::cli) provider: Option<String>,
    /// Where the endpoint is, such as `http://localhost:11434/v1`
    #[arg(long, value_name = "URL")]
    pub(in crate::cli) base_url: Option<String>,
    /// The model's name there
    #[arg(long, value_name = "NAME")]
    pub(in crate::cli) model: Option<String>,
    /// The environment variable that holds the key
    #[arg(long, value_name = "NAME")]
    pub(in crate::cli) api_key_env: Option<String>,
    /// How freely the model chooses words, 0 to 2, or `usual`
    #[arg(long, value_name = "N", hide_short_help = true)]
    pub(in crate::cli) temperature: Option<String>,
    /// Tokens that a reply may have
    #[arg(long, value_name = "N", hide_short_help = true)]
    pub(in crate::cli) max_tokens: Option<String>,
    /// Tokens that prompt and reply may have together
    #[arg(long, value_name = "N", hide_short_help = true)]
    pub(in crate::cli) context: Option<String>,
    /// Requests under way at the same time
    #[arg(long, value_name = "N", hide_short_help = true)]
    pub(in crate::cli) concurrency: Option<String>,
    /// Requests a minute
    #[arg(long, value_name = "N", hide_short_help = true)]
    pub(in crate::cli) requests_per_minute: Option<String>,
    /// Tokens a minute
    #[arg(long, value_name = "N", hide_short_help = true)]
    pub(in crate::cli) tokens_per_minute: Option<String>,
    /// What a million tokens of a prompt cost
    #[arg(long, value_name = "N", hide_short_help = true)]
    pub(in crate::cli) price_prompt: Option<String>,
    /// What a million tokens of a reply cost
    #[arg(long, value_name = "N", hide_short_help = true)]
    pub(in crate::cli) price_completion: Option<String>,
    /// Certificates to trust besides the system's, in PEM
    #[arg(long, value_name = "FILE", hide_short_help = true)]
    pub(in crate::cli) ca_file: Option<PathBuf>,
    /// Allow an endpoint on another machine that is not encrypted
    #[arg(long, hide_short_help = true)]
    pub(in crate::cli) allow_http: bool,
}

/// How judges judge. The names of fields are those of settings.
#[derive(Debug, Clone, Default, ClapArgs)]
#[command(next_help_heading = "Judge")]
pub(in crate::cli) struct PanelArgs {
    /// How often each judge is asked; the median counts
    #[arg(long, value_name = "N")]
    pub(in crate::cli) samples: Option<String>,
    /// How several verdicts become one: median or majority
    #[arg(long, value_name = "HOW", hide_short_help = true)]
    pub(in crate::cli) vote: Option<String>,
    /// Ask the last judge only where the samples of the others differ
    #[arg(long, hide_short_help = true)]
    pub(in crate::cli) escalate: bool,
    /// Leave sample answers out of what the judge is told
    #[arg(long, hide_short_help = true)]
    pub(in crate::cli) no_references: bool,
    /// Seconds that one answer may take
    #[arg(long, value_name = "N", hide_short_help = true)]
    pub(in crate::cli) deadline: Option<String>,
    /// When the endpoint gives no reply: fallback (to the offline scorer) or stop
    #[arg(long, value_name = "WHAT", hide_short_help = true)]
    pub(in crate::cli) on_failure: Option<String>,
}

/// What a batch may spend.
#[derive(Debug, Clone, Default, ClapArgs)]
#[command(next_help_heading = "Judge")]
pub(in crate::cli) struct SpendArgs {
    /// Tell what it would take and cost, and ask nothing
    #[arg(long)]
    pub(in crate::cli) dry_run: bool,
    /// Stop before more than this is spent, in the currency of the prices
    #[arg(long, value_name = "N", value_parser = cost)]
    pub(in crate::cli) max_cost: Option<f64>,
    /// Grade answers again for which the offline scorer stood in
    #[arg(long)]
    pub(in crate::cli) retry_fallback: bool,
}

#[derive(Debug, ClapArgs)]
pub(in crate::cli) struct Config {
    #[command(subcommand)]
    pub(in crate::cli) command: ConfigCommand,
}

impl Config {
    /// Whether the command decides on trust, so that nothing needs to be said of it before.
    pub(in crate::cli) fn is_about_trust(&self) -> bool {
        matches!(self.command, ConfigCommand::Trust(_))
    }

    /// Whether the command works without a project file that cannot be used because it belongs to another user.
    pub(in crate::cli) fn ignores_foreign_file(&self) -> bool {
        match &self.command {
            ConfigCommand::Show => true,
            ConfigCommand::Trust(trust) => trust.list || trust.remove || trust.folder.is_some(),
            ConfigCommand::Check { .. } => false,
        }
    }
}

#[derive(Debug, Subcommand)]
pub(in crate::cli) enum ConfigCommand {
    /// Show every setting with its value and where it comes from
    Show,
    /// Ask the judge for one word, and say what is wrong if something is
    Check {
        #[command(flatten)]
        endpoint: Box<EndpointArgs>,
    },
    /// Trust the judges that a project file configures
    #[command(after_help = TRUST)]
    Trust(Trust),
}

const TRUST: &str = "A gradus.toml in the current folder or above it may come from somebody else. Until it is
trusted, its [llm] and [[judge]] settings are ignored. Trust ends when the file
is edited.

Examples:
  gradus config trust                the gradus.toml that applies here
  gradus config trust ../course      the one in that folder
  gradus config trust --remove       trust it no longer
  gradus config trust --list         all that are trusted";

/// Which project file is trusted, or trusted no longer.
#[derive(Debug, Clone, ClapArgs)]
pub(in crate::cli) struct Trust {
    /// Folder with the gradus.toml; the one that applies here if absent
    #[arg(value_name = "DIR")]
    pub(in crate::cli) folder: Option<PathBuf>,
    /// Trust the file no longer
    #[arg(long)]
    pub(in crate::cli) remove: bool,
    /// List the trusted files
    #[arg(long, conflicts_with_all = ["folder", "remove"])]
    pub(in crate::cli) list: bool,
}

#[derive(Debug, ClapArgs)]
#[command(after_help = "Examples:
  gradus prompt error-budget answer.md
  gradus prompt error-budget answer.md --preset ollama --model llama3.1 --format json")]
pub(in crate::cli) struct Prompt {
    /// Id of the question
    #[arg(value_name = "QUESTION")]
    pub(in crate::cli) question: String,
    /// File with the answer; `-` or nothing reads standard input
    #[arg(value_name = "FILE")]
    pub(in crate::cli) file: Option<PathBuf>,
    /// How to write it
    #[arg(long, value_name = "FORMAT", value_enum, default_value = "text")]
    pub(in crate::cli) format: ListFormat,
    #[command(flatten)]
    pub(in crate::cli) endpoint: EndpointArgs,
    #[command(flatten)]
    pub(in crate::cli) panel: PanelArgs,
}

#[derive(Debug, ClapArgs)]
pub(in crate::cli) struct Cache {
    #[command(subcommand)]
    pub(in crate::cli) command: CacheCommand,
}

/// What is done with kept replies.
#[derive(Debug, Clone, Copy, Subcommand)]
pub(in crate::cli) enum CacheCommand {
    /// Say how many replies are kept, of which models, and how large that is
    Stats,
    /// Forget all replies
    Clear,
    /// Print where they are kept
    Path,
}
