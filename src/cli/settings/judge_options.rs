//! The settings of judges. The two tables below declare each setting once: its key in files, its type, its default, its
//! environment variable, its flag and its parser.
//!
//! Each table expands to three structs with a field for every setting: the texts of a layer, the parsed options of a
//! layer, and the settings that layers are applied to. All are built and taken apart exhaustively, so that a forgotten
//! setting does not compile.

use std::num::NonZeroU32;
use std::path::PathBuf;

use super::judge_values::{
    BaseUrl, KeyVariable, OnFailure, Temperature, base_url, count, key_variable, number, on_failure, path, preset,
    provider, temperature, text, truth, vote,
};
use super::origin::{Names, Origin, Setting};
use super::setting_value::SettingValue;
use super::source::Source;
use crate::llm::{Preset, Provider};
use crate::model::Vote;

/// The highest rate that a limiter accepts.
const MAX_RATE: u64 = u32::MAX as u64;

/// The type of a setting's value: optional for a setting without a default.
macro_rules! value_type {
    ($type:ty) => { Option<$type> };
    ($type:ty, $default:expr) => { $type };
}

macro_rules! default_value {
    () => {
        None
    };
    ($default:expr) => {
        $default
    };
}

/// A table of settings: `key: type = default, variable, flag, parser;`, where the default may be missing and the flag
/// may be empty.
macro_rules! settings {
    ($texts:ident, $options:ident, $settings:ident {
        $($key:ident: $type:ty $(= $default:expr)?, $variable:literal, $flag:literal, $parser:expr;)*
    }) => {
        /// The texts that one layer gives.
        #[derive(Debug)]
        pub(super) struct $texts {
            $(pub(super) $key: Option<String>,)*
        }

        /// The values that one layer sets.
        #[derive(Debug, Clone, PartialEq, Default)]
        pub(super) struct $options {
            $(pub(super) $key: Option<$type>,)*
        }

        /// The values with their origins.
        #[derive(Debug, Clone, PartialEq)]
        pub(in crate::cli) struct $settings {
            $(pub(in crate::cli) $key: Setting<value_type!($type $(, $default)?)>,)*
        }

        impl $texts {
            /// Collects the texts of all settings from a lookup by their names.
            pub(super) fn collect(
                mut text: impl FnMut(Names) -> anyhow::Result<Option<String>>,
            ) -> anyhow::Result<Self> {
                Ok(Self {
                    $($key: text(Names { key: stringify!($key), variable: $variable, flag: $flag })?,)*
                })
            }

            /// Parses all texts.
            ///
            /// # Errors
            /// The first text that is rejected, with its place.
            pub(super) fn parse(self, source: &Source<'_>) -> anyhow::Result<$options> {
                Ok($options {
                    $($key: source.parse(
                        self.$key,
                        Names { key: stringify!($key), variable: $variable, flag: $flag },
                        $parser,
                    )?,)*
                })
            }
        }

        impl $options {
            /// The names of all settings, in the order of the table.
            pub(super) const NAMES: &[Names] =
                &[$(Names { key: stringify!($key), variable: $variable, flag: $flag }),*];

            /// Keys and printable values of the settings that the layer sets.
            pub(super) fn rows(&self) -> Vec<(&'static str, String)> {
                let rows = [$(self.$key.as_ref().map(|value| (stringify!($key), value.shown()))),*];
                rows.into_iter().flatten().collect()
            }
        }

        impl Default for $settings {
            fn default() -> Self {
                Self { $($key: Setting::default_value(default_value!($($default)?)),)* }
            }
        }

        impl $settings {
            /// Overrides every setting that the layer sets.
            pub(super) fn apply(&mut self, options: $options, origin: impl Fn(Names) -> Origin) {
                let $options { $($key),* } = options;
                $(if let Some(value) = $key {
                    let names = Names { key: stringify!($key), variable: $variable, flag: $flag };
                    self.$key = Setting { value: value.into(), origin: origin(names) };
                })*
            }

            /// Keys, printable values and origins of all settings.
            pub(super) fn rows(&self) -> Vec<(&'static str, String, &Origin)> {
                vec![$((stringify!($key), self.$key.value.shown(), &self.$key.origin)),*]
            }
        }
    };
}

// Settings of one endpoint. `[llm]` sets them for all judges, `[[judge]]` for one of several.
settings! {
    EndpointTexts, EndpointOptions, EndpointSettings {
        preset: Preset, "GRADUS_LLM_PRESET", "--preset", preset;
        provider: Provider = Provider::OpenAi, "GRADUS_LLM_PROVIDER", "--provider", provider;
        base_url: BaseUrl, "GRADUS_LLM_BASE_URL", "--base-url", base_url;
        model: String, "GRADUS_LLM_MODEL", "--model", text;
        api_key_env: KeyVariable, "GRADUS_LLM_API_KEY_ENV", "--api-key-env", key_variable;
        temperature: Temperature = Temperature::Fixed(0.0), "GRADUS_LLM_TEMPERATURE", "--temperature", temperature;
        seed: u64, "GRADUS_LLM_SEED", "", count(0, i64::MAX as u64);
        // In tokens of a reply.
        max_tokens: u32, "GRADUS_LLM_MAX_TOKENS", "--max-tokens", count(1, 1 << 20);
        // In tokens of prompt and reply together.
        context: usize, "GRADUS_LLM_CONTEXT", "--context", count(256, 1 << 30);
        concurrency: usize = 8, "GRADUS_LLM_CONCURRENCY", "--concurrency", count(1, 256);
        requests_per_minute: NonZeroU32, "GRADUS_LLM_REQUESTS_PER_MINUTE", "--requests-per-minute", count(1, MAX_RATE);
        tokens_per_minute: NonZeroU32, "GRADUS_LLM_TOKENS_PER_MINUTE", "--tokens-per-minute", count(1, MAX_RATE);
        // In seconds.
        timeout: f64 = 60.0, "GRADUS_LLM_TIMEOUT", "", number(0.1, 3600.0);
        attempts: u32 = 5, "GRADUS_LLM_ATTEMPTS", "", count(1, 100);
        // Prices of a million tokens.
        price_prompt: f64, "GRADUS_LLM_PRICE_PROMPT", "--price-prompt", number(0.0, 1e6);
        price_completion: f64, "GRADUS_LLM_PRICE_COMPLETION", "--price-completion", number(0.0, 1e6);
        ca_file: PathBuf, "GRADUS_LLM_CA_FILE", "--ca-file", path;
        allow_http: bool = false, "GRADUS_LLM_ALLOW_HTTP", "--allow-http", truth;
    }
}

// Settings of all judges together. Only `[llm]` sets them.
settings! {
    PanelTexts, PanelOptions, PanelSettings {
        samples: u32 = 1, "GRADUS_LLM_SAMPLES", "--samples", count(1, 25);
        vote: Vote = Vote::Median, "GRADUS_LLM_VOTE", "--vote", vote;
        escalate: bool = false, "GRADUS_LLM_ESCALATE", "--escalate", truth;
        cross_check: bool = false, "GRADUS_LLM_CROSS_CHECK", "--cross-check", truth;
        references: bool = true, "GRADUS_LLM_REFERENCES", "--no-references", truth;
        // In seconds per answer.
        deadline: f64 = 180.0, "GRADUS_LLM_DEADLINE", "--deadline", number(0.1, 86_400.0);
        on_failure: OnFailure = OnFailure::Fallback, "GRADUS_LLM_ON_FAILURE", "--on-failure", on_failure;
        cache: PathBuf, "GRADUS_LLM_CACHE", "", path;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_variables_and_flags_of_a_setting_agree() {
        for names in EndpointOptions::NAMES.iter().chain(PanelOptions::NAMES) {
            assert_eq!(names.variable, format!("GRADUS_LLM_{}", names.key.to_uppercase()));
            let flag = format!("--{}", names.key.replace('_', "-"));
            assert!(["", flag.as_str(), &format!("--no-{}", names.key)].contains(&names.flag), "{}", names.flag);
        }
    }

    #[test]
    fn shown_defaults_are_accepted_as_texts() {
        let source = Source::Environment;
        let (endpoint, panel) = (EndpointSettings::default(), PanelSettings::default());
        let rows: Vec<_> = endpoint.rows().into_iter().chain(panel.rows()).filter(|row| row.1 != "none").collect();
        let default = |names: Names| Ok(rows.iter().find(|row| row.0 == names.key).map(|row| row.1.clone()));
        let parsed = EndpointTexts::collect(default).and_then(|texts| texts.parse(&source)).expect("accepted");
        assert_eq!(parsed.rows().len(), 6);
        let parsed = PanelTexts::collect(default).and_then(|texts| texts.parse(&source)).expect("accepted");
        assert_eq!(parsed.rows().len(), 7);
    }
}
