//! The options of commands that can ask a judge, and the commands about settings, prompts and cached replies.

use std::path::PathBuf;

use clap::{Args as ClapArgs, Subcommand, ValueEnum};

use super::formats::ListFormat;
use super::values::cost;

/// The grader of answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(in crate::cli) enum GraderChoice {
    /// The judge if an endpoint is configured, otherwise the offline scorer
    Auto,
    /// A language model; the offline scorer grades criteria that the model leaves undecided
    Llm,
    /// The offline scorer, without any network connection
    Offline,
}

/// The options of a judge. Flags override the environment and `gradus.toml`.
#[derive(Debug, Clone, Default, ClapArgs)]
#[command(next_help_heading = "Judge")]
pub(in crate::cli) struct JudgeArgs {
    /// Grader of the answers [default: auto]
    #[arg(long, value_name = "GRADER", value_enum)]
    pub(in crate::cli) grader: Option<GraderChoice>,
    #[command(flatten)]
    pub(in crate::cli) endpoint: EndpointArgs,
    #[command(flatten)]
    pub(in crate::cli) panel: PanelArgs,
    /// Use only cached replies and send no requests; fail if a reply is missing
    #[arg(long, conflicts_with = "refresh")]
    pub(in crate::cli) replay: bool,
    /// Ignore cached replies and ask again
    #[arg(long)]
    pub(in crate::cli) refresh: bool,
}

/// The endpoint of a model. The fields have the names of the settings.
#[derive(Debug, Clone, Default, ClapArgs)]
#[command(next_help_heading = "Judge")]
pub(in crate::cli) struct EndpointArgs {
    /// Server on this machine: ollama, llamacpp, vllm or lmstudio
    #[arg(long, value_name = "NAME")]
    pub(in crate::cli) preset: Option<String>,
    /// Protocol of the endpoint: openai or anthropic
    #[arg(long, value_name = "NAME")]
    pub(in crate::cli) provider: Option<String>,
    /// Base URL of the endpoint, such as `http://localhost:11434/v1`
    #[arg(long, value_name = "URL")]
    pub(in crate::cli) base_url: Option<String>,
    /// Name of the model
    #[arg(long, value_name = "NAME")]
    pub(in crate::cli) model: Option<String>,
    /// Environment variable that holds the API key, or `none`
    #[arg(long, value_name = "NAME")]
    pub(in crate::cli) api_key_env: Option<String>,
    /// Sampling temperature, from 0 to 2, or `usual` for the default of the endpoint
    #[arg(long, value_name = "N", allow_negative_numbers = true, hide_short_help = true)]
    pub(in crate::cli) temperature: Option<String>,
    /// Maximum number of tokens in a reply
    #[arg(long, value_name = "N", allow_negative_numbers = true, hide_short_help = true)]
    pub(in crate::cli) max_tokens: Option<String>,
    /// Context size: maximum number of tokens in prompt and reply together
    #[arg(long, value_name = "N", allow_negative_numbers = true, hide_short_help = true)]
    pub(in crate::cli) context: Option<String>,
    /// Maximum number of concurrent requests
    #[arg(long, value_name = "N", allow_negative_numbers = true, hide_short_help = true)]
    pub(in crate::cli) concurrency: Option<String>,
    /// Maximum number of requests per minute
    #[arg(long, value_name = "N", allow_negative_numbers = true, hide_short_help = true)]
    pub(in crate::cli) requests_per_minute: Option<String>,
    /// Maximum number of tokens per minute
    #[arg(long, value_name = "N", allow_negative_numbers = true, hide_short_help = true)]
    pub(in crate::cli) tokens_per_minute: Option<String>,
    /// Price of a million prompt tokens
    #[arg(long, value_name = "N", allow_negative_numbers = true, hide_short_help = true)]
    pub(in crate::cli) price_prompt: Option<String>,
    /// Price of a million reply tokens
    #[arg(long, value_name = "N", allow_negative_numbers = true, hide_short_help = true)]
    pub(in crate::cli) price_completion: Option<String>,
    /// PEM file of certificates to trust in addition to those of the system
    #[arg(long, value_name = "FILE", hide_short_help = true)]
    pub(in crate::cli) ca_file: Option<PathBuf>,
    /// Allow unencrypted connections to another machine
    #[arg(long, hide_short_help = true)]
    pub(in crate::cli) allow_http: bool,
}

/// How verdicts are requested and combined. The fields have the names of the settings.
#[derive(Debug, Clone, Default, ClapArgs)]
#[command(next_help_heading = "Judge")]
pub(in crate::cli) struct PanelArgs {
    /// Number of verdicts from each judge, combined by --vote; with --escalate, the last judge gives only one
    #[arg(long, value_name = "N", allow_negative_numbers = true)]
    pub(in crate::cli) samples: Option<String>,
    /// How verdicts are combined: median or majority
    #[arg(long, value_name = "HOW", hide_short_help = true)]
    pub(in crate::cli) vote: Option<String>,
    /// Ask the last judge only about criteria on which the others differ or give no verdict
    #[arg(long, hide_short_help = true)]
    pub(in crate::cli) escalate: bool,
    /// Leave sample answers out of the prompt
    #[arg(long, hide_short_help = true)]
    pub(in crate::cli) no_references: bool,
    /// Time limit for one answer, in seconds
    #[arg(long, value_name = "N", allow_negative_numbers = true, hide_short_help = true)]
    pub(in crate::cli) deadline: Option<String>,
    /// What to do if the endpoint gives no reply: fallback (grade offline) or stop
    #[arg(long, value_name = "WHAT", hide_short_help = true)]
    pub(in crate::cli) on_failure: Option<String>,
}

/// The options about the cost of a batch with a judge, and about answers that fell back to the offline scorer.
#[derive(Debug, Clone, Default, ClapArgs)]
#[command(next_help_heading = "Judge")]
pub(in crate::cli) struct SpendArgs {
    /// Estimate tokens and cost without sending requests
    #[arg(long)]
    pub(in crate::cli) dry_run: bool,
    /// Stop before the cost exceeds N, in the currency of the prices
    #[arg(long, value_name = "N", allow_negative_numbers = true, value_parser = cost)]
    pub(in crate::cli) max_cost: Option<f64>,
    /// Grade again the answers that fell back to the offline scorer
    #[arg(long)]
    pub(in crate::cli) retry_fallback: bool,
}

#[derive(Debug, ClapArgs)]
pub(in crate::cli) struct Config {
    #[command(subcommand)]
    pub(in crate::cli) command: ConfigCommand,
}

impl Config {
    /// Whether the command manages trust, so that a warning about an untrusted file is not needed.
    pub(in crate::cli) fn is_about_trust(&self) -> bool {
        matches!(self.command, ConfigCommand::Trust(_))
    }

    /// The endpoint that flags of the command describe.
    pub(super) fn endpoint(&self) -> Option<&EndpointArgs> {
        match &self.command {
            ConfigCommand::Check { endpoint } => Some(endpoint),
            ConfigCommand::Show | ConfigCommand::Trust(_) => None,
        }
    }

    /// Whether the command skips a project file of another user instead of failing.
    pub(in crate::cli) fn skips_file_of_other_user(&self) -> bool {
        match &self.command {
            ConfigCommand::Show => true,
            ConfigCommand::Trust(trust) => trust.list || trust.remove || trust.folder.is_some(),
            ConfigCommand::Check { .. } => false,
        }
    }
}

#[derive(Debug, Subcommand)]
pub(in crate::cli) enum ConfigCommand {
    /// Show every setting with its value and origin
    Show,
    /// Check that the judge replies, and explain what is wrong if it does not
    Check {
        #[command(flatten)]
        endpoint: Box<EndpointArgs>,
    },
    /// Trust the judges that a project file configures
    #[command(after_help = TRUST)]
    Trust(Trust),
}

const TRUST: &str = "A gradus.toml in the current folder or above it may come from someone else.
Until you trust it, its [llm] and [[judge]] settings are ignored. Trust ends
when the file is edited.

Examples:
  gradus config trust                trust the gradus.toml that applies here
  gradus config trust ../course      trust the gradus.toml in that folder
  gradus config trust --remove       stop trusting the file
  gradus config trust --list         list the trusted files";

/// The options of `config trust`.
#[derive(Debug, Clone, ClapArgs)]
pub(in crate::cli) struct Trust {
    /// Folder with the gradus.toml [default: the current or a parent folder]
    #[arg(value_name = "DIR")]
    pub(in crate::cli) folder: Option<PathBuf>,
    /// Stop trusting the file
    #[arg(long)]
    pub(in crate::cli) remove: bool,
    /// List the trusted files
    #[arg(long, conflicts_with_all = ["folder", "remove"])]
    pub(in crate::cli) list: bool,
}

#[derive(Debug, ClapArgs)]
#[command(after_help = "Examples:
  gradus prompt error-budget answer.md
  gradus prompt error-budget answer.md --model gpt-4o --format json")]
pub(in crate::cli) struct Prompt {
    /// Id of the question
    #[arg(value_name = "QUESTION")]
    pub(in crate::cli) question: String,
    /// File with the answer. Without a file, or with `-`, standard input is read
    #[arg(value_name = "FILE")]
    pub(in crate::cli) file: Option<PathBuf>,
    /// Output format
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

/// What to do with the cached replies.
#[derive(Debug, Clone, Copy, Subcommand)]
pub(in crate::cli) enum CacheCommand {
    /// Show the number of cached replies, their models and the size of the cache
    Stats,
    /// Delete all cached replies
    Clear,
    /// Print the path of the cache file
    Path,
}
