//! Parses the text of a setting from any layer, and reports rejected values with their place.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::anyhow;

use super::key_names::{HIDDEN, mask_rejected};
use super::origin::{Names, Origin};
use super::setting_value::{SettingText, SettingValue};
use crate::cli::hints::advised;

/// The layer that the text of a setting comes from.
pub(super) enum Source<'s> {
    /// A table of a settings file, with the line of each of its keys.
    File { path: &'s Path, lines: BTreeMap<String, usize> },
    /// The environment.
    Environment,
    /// The command line.
    Flags,
}

impl Source<'_> {
    /// Parses the text of a setting, if the layer has one. The error of `parse` is a noun phrase that describes the
    /// expected value.
    ///
    /// # Errors
    /// The rejected value with its place. A value that may be a key is masked.
    pub(super) fn parse<T: SettingValue>(
        &self,
        text: Option<String>,
        names: Names,
        parse: impl Fn(&SettingText<'_>) -> Result<T, String>,
    ) -> anyhow::Result<Option<T>> {
        let Some(text) = text else { return Ok(None) };
        let folder = match self {
            Self::File { path, .. } => path.parent().unwrap_or(Path::new("")),
            Self::Environment | Self::Flags => Path::new(""),
        };
        let given = SettingText { text: &text, folder, is_variable: matches!(self, Self::Environment) };
        parse(&given).map(Some).map_err(|expected| {
            let shown = if T::MAY_HOLD_SECRET { HIDDEN } else { mask_rejected(&text) };
            self.rejected(names, shown, &expected)
        })
    }

    fn rejected(&self, names: Names, shown: &str, expected: &str) -> anyhow::Error {
        match self {
            Self::File { path, lines } => {
                let line = lines.get(names.key).copied().unwrap_or(1);
                let message = format!("{}:{line}: {} = {shown}: expected {expected}", path.display(), names.key);
                advised(message, "correct the line, or remove it")
            }
            Self::Environment => anyhow!("{}={shown}: expected {expected}", names.variable),
            Self::Flags => anyhow!("{} {shown}: expected {expected}", names.flag),
        }
    }

    /// The origin of a setting of this layer.
    pub(super) fn origin(&self, names: Names) -> Origin {
        match self {
            Self::File { path, .. } => Origin::File((*path).to_owned()),
            Self::Environment => Origin::Environment(names.variable),
            Self::Flags => Origin::Flag(names.flag),
        }
    }
}
