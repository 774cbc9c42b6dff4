//! Parses the text of a setting from any layer, and reports rejected values with their place.

use std::path::Path;

use anyhow::anyhow;

use super::key_names::{HIDDEN, mask_rejected};
use super::origin::{Names, Origin};
use super::setting_value::{SettingText, SettingValue};
use super::written_values::WrittenValues;

/// The layer that the text of a setting comes from.
pub(super) enum Source<'s> {
    /// A table of a settings file.
    File(&'s WrittenValues<'s>),
    /// Environment variables, whose values are always text.
    Environment,
    /// Arguments, which take precedence over all other layers.
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
            Self::File(values) => values.file.folder(),
            Self::Environment | Self::Flags => Path::new(""),
        };
        let given = SettingText { text: &text, folder, is_variable: matches!(self, Self::Environment) };
        parse(&given).map(Some).map_err(|expected| {
            let shown = if T::MAY_HOLD_SECRET { HIDDEN } else { mask_rejected(&text) };
            match self {
                Self::File(values) => values.rejected(names.key, T::MAY_HOLD_SECRET, &expected),
                Self::Environment => anyhow!("{}={shown}: expected {expected}", names.variable),
                Self::Flags => anyhow!("{} {shown}: expected {expected}", names.flag),
            }
        })
    }

    /// The origin of a setting of this layer.
    pub(super) fn origin(&self, names: Names) -> Origin {
        match self {
            Self::File(values) => Origin::File(values.file.path.to_owned()),
            Self::Environment => Origin::Environment(names.variable),
            Self::Flags => Origin::Flag(names.flag),
        }
    }
}
