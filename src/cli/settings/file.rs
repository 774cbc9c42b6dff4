//! Parses a settings file: the project file `gradus.toml` or the user's `config.toml`.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use clap::ValueEnum;
use serde::Deserialize;
use toml::{Spanned, Value};

use super::general::{GeneralOptions, SHIPPED, value_names};
use super::judge_tables::{JudgeTables, RawTable, line_at};
use super::key_names::{HIDDEN, mask_rejected};
use super::untrusted::WithheldSetting;
use crate::cli::args::{self, Color, Format, GraderChoice};
use crate::cli::hints::advised;

/// The settings of one file.
pub(in crate::cli) struct SettingsFile {
    pub(super) general: GeneralOptions,
    pub(super) judges: JudgeTables,
}

/// The layout of a file.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct RawFile {
    bank: Option<PathBuf>,
    #[serde(default, deserialize_with = "choice")]
    format: Option<Format>,
    #[serde(default, deserialize_with = "choice")]
    color: Option<Color>,
    quiet: Option<bool>,
    #[serde(default, deserialize_with = "score")]
    fail_under: Option<f64>,
    #[serde(default, deserialize_with = "choice")]
    grader: Option<GraderChoice>,
    llm: Option<RawTable>,
    judge: Option<Vec<RawTable>>,
}

/// The keys of [`RawFile`], as an error lists them.
const KEYS: [&str; 8] = ["bank", "format", "color", "quiet", "fail_under", "grader", "llm", "judge"];

impl SettingsFile {
    /// Parses the content of the file at `path`.
    ///
    /// # Errors
    /// A setting that does not exist or a value that is rejected, with its line. A value that may be a key is masked.
    pub(in crate::cli) fn parse(path: &Path, text: &str) -> anyhow::Result<Self> {
        let raw: RawFile = toml::from_str(text).map_err(|error| {
            let (line, message) = misplaced_key(text).unwrap_or_else(|| {
                let line = line_at(text, error.span().map_or(0, |span| span.start));
                (line, error.message().trim_end().replace('\n', ", "))
            });
            advised(format!("{}:{line}: {message}", path.display()), "correct the line, or remove it")
        })?;
        let RawFile { bank, format, color, quiet, fail_under, grader, llm, judge } = raw;
        let folder = path.parent().unwrap_or(Path::new(""));
        let bank = bank.map(|bank| if bank.as_os_str() == SHIPPED { bank } else { folder.join(bank) });
        let general = GeneralOptions { bank, format, color, quiet, fail_under, grader };
        Ok(Self { general, judges: JudgeTables::parse(llm, judge, (path, text))? })
    }

    /// The settings that need trust.
    pub(in crate::cli) fn needing_trust(&self) -> Vec<WithheldSetting> {
        self.judges.needing_trust()
    }
}

/// The line and the message of the first entry whose usual message could repeat a key: an unknown name, or text
/// instead of another type, as in `llm = "sk-..."`. `None` if there is no such entry.
fn misplaced_key(text: &str) -> Option<(usize, String)> {
    let entries: BTreeMap<Spanned<String>, Value> = toml::from_str(text).ok()?;
    let faults = entries.iter().filter_map(|(key, value)| Some((key.span().start, fault(key.get_ref(), value)?)));
    faults.min().map(|(start, message)| (line_at(text, start), message))
}

fn fault(key: &str, value: &Value) -> Option<String> {
    let is_hidden = value.as_str().is_some_and(|text| mask_rejected(text) == HIDDEN);
    match key {
        "llm" if !value.is_table() => Some("expected a table [llm]".to_owned()),
        "judge" if !value.as_array().is_some_and(|judges| judges.iter().all(Value::is_table)) => {
            Some("expected tables [[judge]]".to_owned())
        }
        "quiet" if is_hidden => Some(format!("quiet = {HIDDEN}, expected true or false")),
        "fail_under" if is_hidden => Some(format!("fail_under = {HIDDEN}, expected a number from 0 to 100")),
        key if KEYS.contains(&key) => None,
        key => {
            let known = KEYS.map(|key| format!("`{key}`")).join(", ");
            Some(format!("unknown field `{}`, expected one of {known}", mask_rejected(key)))
        }
    }
}

fn score<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Option<f64>, D::Error> {
    let value = f64::deserialize(deserializer)?;
    args::score(&value.to_string())
        .map(Some)
        .map_err(|error| serde::de::Error::custom(format!("fail_under = {value}, {error}")))
}

fn choice<'de, T: ValueEnum, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Option<T>, D::Error> {
    let name = String::deserialize(deserializer)?;
    T::from_str(&name, false).map(Some).map_err(|_| {
        serde::de::Error::custom(format!("`{}`, expected one of {}", mask_rejected(&name), value_names::<T>()))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_of_keys_is_complete() {
        let error = toml::from_str::<RawFile>("x = 1").expect_err("unknown");
        let known = KEYS.map(|key| format!("`{key}`")).join(", ");
        assert_eq!(error.message(), format!("unknown field `x`, expected one of {known}"));
    }
}
