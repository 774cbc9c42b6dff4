//! The environment of the process: its variables, its current folder, and the path of the user's settings file.

use std::env;
use std::ffi::OsString;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};
use etcetera::BaseStrategy as _;

use super::general::{BANK, COLOR, FAIL_UNDER, FORMAT, GRADER, GeneralOptions, QUIET, choice, score};
use super::key_names::mask_rejected;
use super::origin::Names;
use crate::cli::project::Trust;

/// The environment of the process.
pub(in crate::cli) struct Environment {
    variable: fn(&str) -> Option<OsString>,
    /// The names of all variables that are not empty.
    names: Vec<OsString>,
    folder: PathBuf,
    /// The user's settings file, which may be missing; `None` for a user without a configuration folder.
    pub(super) settings_file: Option<PathBuf>,
}

impl Environment {
    /// Reads the environment of this process.
    ///
    /// # Errors
    /// The current folder was deleted or is not accessible.
    pub(in crate::cli) fn of_process() -> anyhow::Result<Self> {
        let folder = env::current_dir().context("cannot find the current folder")?;
        let base = etcetera::choose_base_strategy().ok();
        let settings_file = base.map(|base| base.config_dir().join("gradus").join("config.toml"));
        let names = env::vars_os().filter(|(_, value)| !value.is_empty()).map(|(name, _)| name).collect();
        Ok(Self { variable: |name| env::var_os(name), names, folder, settings_file })
    }

    /// The current folder.
    pub(in crate::cli) fn folder(&self) -> &Path {
        &self.folder
    }

    /// The list of trusted project files; `None` for a user without a configuration folder.
    pub(in crate::cli) fn trust(&self) -> Option<Trust> {
        self.settings_file.as_deref().and_then(Path::parent).map(Trust::in_configuration_folder)
    }

    /// The value of a variable; `None` if it is unset or empty.
    pub(super) fn text(&self, name: &str) -> anyhow::Result<Option<String>> {
        match (self.variable)(name).filter(|value| !value.is_empty()).map(OsString::into_string) {
            None => Ok(None),
            Some(Ok(text)) => Ok(Some(text)),
            Some(Err(_)) => bail!("{name} is not UTF-8"),
        }
    }

    /// The names of all variables that are not empty.
    pub(super) fn names(&self) -> impl Iterator<Item = String> {
        self.names.iter().map(|name| name.to_string_lossy().into_owned())
    }

    /// The settings that are not about judges.
    ///
    /// # Errors
    /// A variable that is not UTF-8 or has a rejected value.
    pub(super) fn general(&self) -> anyhow::Result<GeneralOptions> {
        Ok(GeneralOptions {
            // A path need not be UTF-8.
            bank: (self.variable)(BANK.variable).filter(|value| !value.is_empty()).map(PathBuf::from),
            format: self.parsed(FORMAT, choice)?,
            color: self.parsed(COLOR, choice)?,
            quiet: self.parsed(QUIET, truth)?,
            fail_under: self.parsed(FAIL_UNDER, score)?,
            grader: self.parsed(GRADER, choice)?,
        })
    }

    fn parsed<T>(&self, names: Names, parse: fn(&str) -> Result<T, String>) -> anyhow::Result<Option<T>> {
        let Some(text) = self.text(names.variable)? else { return Ok(None) };
        let rejected = |expected| anyhow::anyhow!("{}={}: expected {expected}", names.variable, mask_rejected(&text));
        parse(&text).map(Some).map_err(rejected)
    }
}

fn truth(text: &str) -> Result<bool, String> {
    match text {
        "1" | "true" | "yes" => Ok(true),
        "0" | "false" | "no" => Ok(false),
        _ => Err("true or false".to_owned()),
    }
}
