//! The settings of judges: what each is called in files, in the environment and on the command line, and how it is
//! read. Everything else goes by this table.

use super::untrusted::one_line;
use super::variables::{self, NO_KEY};
use crate::llm::{Preset, Provider, shown_url};

/// A setting.
#[derive(Debug, Clone, Copy)]
pub(in crate::cli) struct Key {
    /// Its name in `[llm]`.
    pub(in crate::cli) name: &'static str,
    /// Its name in the environment.
    pub(in crate::cli) variable: &'static str,
    /// Its flag, where it has one.
    pub(in crate::cli) flag: &'static str,
    /// Whether `[[judge]]` may say otherwise for one of several judges.
    pub(in crate::cli) of_endpoint: bool,
    /// What it may be.
    pub(in crate::cli) kind: Kind,
    /// What it is where nobody says anything.
    pub(in crate::cli) default: &'static str,
}

/// What a setting may be.
#[derive(Debug, Clone, Copy)]
pub(in crate::cli) enum Kind {
    Text,
    /// The name of an environment variable. A rejected value may be a key and is never repeated.
    Variable,
    /// A path; in a file, one beside it.
    Path,
    /// A whole number within bounds.
    Count(u64, u64),
    /// A number within bounds.
    Number(f64, f64),
    /// A number within bounds, or `usual`: what the endpoint does by itself.
    NumberOrUsual(f64, f64),
    Truth,
    /// One of several words.
    Word(fn() -> Vec<&'static str>),
}

const fn endpoint(
    name: &'static str,
    variable: &'static str,
    flag: &'static str,
    kind: Kind,
    default: &'static str,
) -> Key {
    Key { name, variable, flag, of_endpoint: true, kind, default }
}

const fn panel(
    name: &'static str,
    variable: &'static str,
    flag: &'static str,
    kind: Kind,
    default: &'static str,
) -> Key {
    Key { of_endpoint: false, ..endpoint(name, variable, flag, kind, default) }
}

/// All of them.
#[rustfmt::skip] // a table
pub(in crate::cli) const KEYS: [Key; 26] = [
    endpoint("preset", "GRADUS_LLM_PRESET", "--preset", Kind::Word(presets), ""),
    endpoint("provider", "GRADUS_LLM_PROVIDER", "--provider", Kind::Word(providers), "openai"),
    endpoint("base_url", "GRADUS_LLM_BASE_URL", "--base-url", Kind::Text, ""),
    endpoint("model", "GRADUS_LLM_MODEL", "--model", Kind::Text, ""),
    endpoint("api_key_env", "GRADUS_LLM_API_KEY_ENV", "--api-key-env", Kind::Variable, ""),
    endpoint("temperature", "GRADUS_LLM_TEMPERATURE", "--temperature", Kind::NumberOrUsual(0.0, 2.0), "0"),
    endpoint("seed", "GRADUS_LLM_SEED", "", Kind::Count(0, i64::MAX as u64), ""),
    endpoint("max_tokens", "GRADUS_LLM_MAX_TOKENS", "--max-tokens", Kind::Count(1, 1 << 20), ""),
    endpoint("context", "GRADUS_LLM_CONTEXT", "--context", Kind::Count(256, 1 << 30), ""),
    endpoint("concurrency", "GRADUS_LLM_CONCURRENCY", "--concurrency", Kind::Count(1, 256), "8"),
    endpoint("requests_per_minute", "GRADUS_LLM_REQUESTS_PER_MINUTE", "--requests-per-minute", Kind::Count(1, u32::MAX as u64), ""),
    endpoint("tokens_per_minute", "GRADUS_LLM_TOKENS_PER_MINUTE", "--tokens-per-minute", Kind::Count(1, u32::MAX as u64), ""),
    endpoint("timeout", "GRADUS_LLM_TIMEOUT", "", Kind::Number(0.1, 3600.0), "60"),
    endpoint("attempts", "GRADUS_LLM_ATTEMPTS", "", Kind::Count(1, 100), "5"),
    endpoint("price_prompt", "GRADUS_LLM_PRICE_PROMPT", "--price-prompt", Kind::Number(0.0, 1e6), ""),
    endpoint("price_completion", "GRADUS_LLM_PRICE_COMPLETION", "--price-completion", Kind::Number(0.0, 1e6), ""),
    endpoint("ca_file", "GRADUS_LLM_CA_FILE", "--ca-file", Kind::Path, ""),
    endpoint("allow_http", "GRADUS_LLM_ALLOW_HTTP", "--allow-http", Kind::Truth, "false"),
    panel("samples", "GRADUS_LLM_SAMPLES", "--samples", Kind::Count(1, 25), "1"),
    panel("vote", "GRADUS_LLM_VOTE", "--vote", Kind::Word(votes), "median"),
    panel("escalate", "GRADUS_LLM_ESCALATE", "--escalate", Kind::Truth, "false"),
    panel("cross_check", "GRADUS_LLM_CROSS_CHECK", "--cross-check", Kind::Truth, "false"),
    panel("references", "GRADUS_LLM_REFERENCES", "--no-references", Kind::Truth, "true"),
    panel("deadline", "GRADUS_LLM_DEADLINE", "--deadline", Kind::Number(0.1, 86_400.0), "180"),
    panel("on_failure", "GRADUS_LLM_ON_FAILURE", "--on-failure", Kind::Word(on_failure), "fallback"),
    panel("cache", "GRADUS_LLM_CACHE", "", Kind::Path, ""),
];

fn presets() -> Vec<&'static str> {
    Preset::ALL.iter().map(|preset| preset.name).collect()
}

fn providers() -> Vec<&'static str> {
    vec![Provider::OpenAi.name(), Provider::Anthropic.name()]
}

fn votes() -> Vec<&'static str> {
    vec!["median", "majority"]
}

fn on_failure() -> Vec<&'static str> {
    vec!["fallback", "stop"]
}

impl Key {
    /// The one of that name.
    pub(in crate::cli) fn by_name(name: &str) -> Option<&'static Self> {
        KEYS.iter().find(|key| key.name == name)
    }
}

impl Key {
    /// A value as it may be shown: without what may be a key.
    pub(in crate::cli) fn shown(&self, value: &str) -> String {
        match self.kind {
            Kind::Variable => variables::shown(value).unwrap_or("[hidden]").to_owned(),
            _ if self.name == "base_url" => shown_url(value),
            _ => one_line(value),
        }
    }
}

impl Kind {
    /// What is wrong with a value, if anything is.
    ///
    /// # Errors
    /// What was expected.
    pub(super) fn check(self, value: &str) -> Result<(), String> {
        let within = |low: f64, high: f64| value.parse().is_ok_and(|number: f64| (low..=high).contains(&number));
        let (holds, expected) = match self {
            Self::Text | Self::Path => (!value.trim().is_empty(), "some text".to_owned()),
            Self::Variable => (
                value == NO_KEY || variables::is_accepted(value),
                format!(
                    "the name of an environment variable that holds the key, or `{NO_KEY}` where no key is needed; the value is not shown, for it may be a key"
                ),
            ),
            Self::Count(low, high) => {
                let holds = value.parse().is_ok_and(|count: u64| (low..=high).contains(&count));
                (holds, format!("a whole number from {low} to {high}"))
            }
            Self::Number(low, high) => (within(low, high), format!("a number from {low} to {high}")),
            Self::NumberOrUsual(low, high) => {
                (value == "usual" || within(low, high), format!("a number from {low} to {high}, or `usual`"))
            }
            Self::Truth => (matches!(value, "true" | "false"), "true or false".to_owned()),
            Self::Word(words) => (words().contains(&value), format!("one of {}", words().join(", "))),
        };
        if holds { Ok(()) } else { Err(format!("expected {expected}")) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_in_files_environment_and_flags_are_one() {
        for key in KEYS {
            assert_eq!(key.variable, format!("GRADUS_LLM_{}", key.name.to_uppercase()));
            let flag = format!("--{}", key.name.replace('_', "-"));
            assert!(["", flag.as_str(), &format!("--no-{}", key.name)].contains(&key.flag), "{}", key.flag);
            assert!(key.default.is_empty() || key.kind.check(key.default).is_ok(), "{}", key.name);
        }
    }

    #[test]
    fn values_out_of_bounds_are_refused() {
        for (name, wrong) in [
            ("temperature", "hot"),
            ("temperature", "2.1"),
            ("temperature", "NaN"),
            ("samples", "0"),
            ("samples", "1.5"),
            ("preset", "olama"),
            ("escalate", "maybe"),
            ("model", " "),
        ] {
            assert!(Key::by_name(name).expect("known").kind.check(wrong).is_err(), "{name} {wrong}");
        }
        assert!(Key::by_name("temperature").expect("known").kind.check("usual").is_ok());
    }
}
