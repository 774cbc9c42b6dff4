//! The types of judge settings: how each is parsed from text and how `config show` prints it.

use std::path::PathBuf;
use std::str::FromStr;

use super::key_names::{self, HIDDEN, NO_KEY};
use super::setting_value::{SettingText, SettingValue};
use crate::llm::{Preset, Provider, shown_url};
use crate::model::Vote;

impl SettingValue for Preset {
    fn shown(&self) -> String {
        self.name.to_owned()
    }
}

impl SettingValue for Provider {
    fn shown(&self) -> String {
        self.name().to_owned()
    }
}

impl SettingValue for Vote {
    fn shown(&self) -> String {
        self.name().to_owned()
    }
}

/// The base URL of an endpoint, not yet parsed. Its query may hold a key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::cli) struct BaseUrl(pub(in crate::cli) String);

impl SettingValue for BaseUrl {
    const MAY_HOLD_SECRET: bool = true;

    fn shown(&self) -> String {
        shown_url(&self.0)
    }
}

/// The environment variable that holds the key of an endpoint.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::cli) enum KeyVariable {
    /// The endpoint needs no key.
    NotNeeded,
    /// The name of the variable. It may be a key by mistake, so print it with `display_name` only.
    Named(String),
}

impl SettingValue for KeyVariable {
    const MAY_HOLD_SECRET: bool = true;

    fn shown(&self) -> String {
        match self {
            Self::NotNeeded => NO_KEY.to_owned(),
            Self::Named(name) => key_names::shown(name).unwrap_or(HIDDEN).to_owned(),
        }
    }
}

/// The sampling temperature of a model.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(in crate::cli) enum Temperature {
    /// Requests set this temperature.
    Fixed(f64),
    /// Requests leave the temperature to the endpoint.
    Usual,
}

const USUAL: &str = "usual";

impl SettingValue for Temperature {
    fn shown(&self) -> String {
        match self {
            Self::Fixed(temperature) => temperature.to_string(),
            Self::Usual => USUAL.to_owned(),
        }
    }
}

/// The treatment of an answer when the endpoint gives no reply.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::cli) enum OnFailure {
    /// The offline scorer grades the answer.
    Fallback,
    /// The run stops.
    Stop,
}

impl OnFailure {
    const fn name(self) -> &'static str {
        match self {
            Self::Fallback => "fallback",
            Self::Stop => "stop",
        }
    }
}

impl SettingValue for OnFailure {
    fn shown(&self) -> String {
        self.name().to_owned()
    }
}

/// Parses any text that is not blank.
pub(super) fn text(given: &SettingText<'_>) -> Result<String, String> {
    if given.text.trim().is_empty() { Err("some text".to_owned()) } else { Ok(given.text.to_owned()) }
}

pub(super) fn base_url(given: &SettingText<'_>) -> Result<BaseUrl, String> {
    text(given).map(BaseUrl)
}

/// Parses a path, relative to the folder of the settings file.
pub(super) fn path(given: &SettingText<'_>) -> Result<PathBuf, String> {
    let path = given.folder.join(given.text);
    if path.to_string_lossy().trim().is_empty() { Err("some text".to_owned()) } else { Ok(path) }
}

pub(super) fn key_variable(given: &SettingText<'_>) -> Result<KeyVariable, String> {
    match given.text {
        NO_KEY => Ok(KeyVariable::NotNeeded),
        name if key_names::is_accepted(name) => Ok(KeyVariable::Named(name.to_owned())),
        _ => Err(format!(
            "the name of an environment variable that holds the key, or `{NO_KEY}` if the server needs no key; the \
             value is hidden because it may be a key"
        )),
    }
}

/// Parses a whole number within inclusive bounds, which must suit `T`.
pub(super) fn count<T: FromStr>(low: u64, high: u64) -> impl Fn(&SettingText<'_>) -> Result<T, String> {
    move |given| {
        let number = given.text.parse::<u64>().ok().filter(|number| (low..=high).contains(number));
        number.and_then(|_| given.text.parse().ok()).ok_or_else(|| format!("a whole number from {low} to {high}"))
    }
}

/// Parses a number within inclusive bounds.
pub(super) fn number(low: f64, high: f64) -> impl Fn(&SettingText<'_>) -> Result<f64, String> {
    move |given| {
        let number = given.text.parse().ok().filter(|number| (low..=high).contains(number));
        number.ok_or_else(|| format!("a number from {low} to {high}"))
    }
}

pub(super) fn temperature(given: &SettingText<'_>) -> Result<Temperature, String> {
    if given.text == USUAL {
        return Ok(Temperature::Usual);
    }
    number(0.0, 2.0)(given).map(Temperature::Fixed).map_err(|expected| format!("{expected}, or `{USUAL}`"))
}

pub(super) fn truth(given: &SettingText<'_>) -> Result<bool, String> {
    match given.text {
        "true" => Ok(true),
        "false" => Ok(false),
        "1" | "yes" if given.is_variable => Ok(true),
        "0" | "no" if given.is_variable => Ok(false),
        _ => Err("true or false".to_owned()),
    }
}

pub(super) fn preset(given: &SettingText<'_>) -> Result<Preset, String> {
    named(given, &Preset::ALL, |preset| preset.name)
}

pub(super) fn provider(given: &SettingText<'_>) -> Result<Provider, String> {
    named(given, &[Provider::OpenAi, Provider::Anthropic], |provider| provider.name())
}

pub(super) fn vote(given: &SettingText<'_>) -> Result<Vote, String> {
    named(given, &[Vote::Median, Vote::Majority], |vote| vote.name())
}

pub(super) fn on_failure(given: &SettingText<'_>) -> Result<OnFailure, String> {
    named(given, &[OnFailure::Fallback, OnFailure::Stop], |choice| choice.name())
}

fn named<T: Copy>(given: &SettingText<'_>, all: &[T], name: impl Fn(&T) -> &'static str) -> Result<T, String> {
    let found = all.iter().find(|value| name(value) == given.text).copied();
    found.ok_or_else(|| format!("one of {}", all.iter().map(name).collect::<Vec<_>>().join(", ")))
}

#[cfg(test)]
mod tests {
    use std::fmt::Debug;
    use std::path::Path;

    use super::*;

    fn parsed<T: Debug>(parse: impl Fn(&SettingText<'_>) -> Result<T, String>, text: &str) -> Result<T, String> {
        parse(&SettingText { text, folder: Path::new(""), is_variable: false })
    }

    #[test]
    fn values_out_of_bounds_are_rejected() {
        for wrong in ["hot", "2.1", "-0.1", "NaN"] {
            assert!(parsed(temperature, wrong).is_err(), "{wrong}");
        }
        for wrong in ["0", "1.5", "26", "-1", ""] {
            assert!(parsed(count::<u32>(1, 25), wrong).is_err(), "{wrong}");
        }
        assert_eq!(parsed(preset, "olama"), Err("one of ollama, llamacpp, vllm, lmstudio".to_owned()));
        assert!(parsed(truth, "maybe").is_err() && parsed(truth, "1").is_err());
        assert!(parsed(text, " ").is_err());
        assert_eq!(parsed(temperature, "usual"), Ok(Temperature::Usual));
    }

    #[test]
    fn environment_variables_may_be_numbers_for_true_and_false() {
        for (text, expected) in [("1", true), ("yes", true), ("0", false), ("no", false)] {
            assert_eq!(truth(&SettingText { text, folder: Path::new(""), is_variable: true }), Ok(expected));
        }
    }
}
