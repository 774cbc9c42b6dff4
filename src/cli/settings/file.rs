//! Parses a settings file: the project file `gradus.toml` or the user's `config.toml`.

use std::path::{Path, PathBuf};

use toml::de::{DeTable, DeValue};

use super::file_table::{FileTable, single_value};
use super::general::{BANK, COLOR, FAIL_UNDER, FORMAT, GENERAL, GRADER, GeneralOptions, QUIET, SHIPPED, choice, score};
use super::judge_tables::JudgeTables;
use super::untrusted::WithheldSetting;
use super::written_values::FileText;

/// The settings of one file.
pub(in crate::cli) struct SettingsFile {
    pub(super) general: GeneralOptions,
    pub(super) judges: JudgeTables,
}

const LLM: &str = "llm";
const JUDGE: &str = "judge";

impl SettingsFile {
    /// Parses the content of the file at `path`.
    ///
    /// # Errors
    /// A setting that does not exist or a value that is rejected, with its line and column. A value that may be a key
    /// is masked.
    pub(in crate::cli) fn parse(path: &Path, text: &str) -> anyhow::Result<Self> {
        let file = FileText { path, text };
        let values = DeTable::parse(text).map_err(|error| syntax_error(file, &error))?;
        let mut table = FileTable::new(file, values.into_inner());
        let general = general(&mut table, file.folder())?;
        let (llm, judges) = (table.take_table(LLM)?, table.take_tables(JUDGE)?);
        table.reject_rest("this file", GENERAL.iter().map(|names| names.key).chain([LLM, JUDGE]))?;
        Ok(Self { general, judges: JudgeTables::parse(llm, judges)? })
    }

    /// The settings that need trust.
    pub(in crate::cli) fn needing_trust(&self) -> Vec<WithheldSetting> {
        self.judges.needing_trust()
    }
}

/// The error for a file that is not TOML, in the words of the TOML parser.
fn syntax_error(file: FileText<'_>, error: &toml::de::Error) -> anyhow::Error {
    let message = error.message().trim_end().replace('\n', ", ");
    file.error(error.span().map_or(0, |span| span.start), &message, "correct the line, or remove it")
}

/// Takes the settings that are not about judges. Relative paths start from `folder`.
fn general(table: &mut FileTable<'_>, folder: &Path) -> anyhow::Result<GeneralOptions> {
    Ok(GeneralOptions {
        bank: table.parse(BANK, |value| match value.as_str() {
            Some(SHIPPED) => Ok(PathBuf::from(SHIPPED)),
            Some(path) => Ok(folder.join(path)),
            None => Err(format!("the path of a folder in quotation marks, or \"{SHIPPED}\"")),
        })?,
        format: table.parse(FORMAT, |value| choice(value.as_str().unwrap_or_default()))?,
        color: table.parse(COLOR, |value| choice(value.as_str().unwrap_or_default()))?,
        quiet: table.parse(QUIET, |value| value.as_bool().ok_or_else(|| "true or false".to_owned()))?,
        fail_under: table.parse(FAIL_UNDER, |value| score(&number(value).unwrap_or_default()))?,
        grader: table.parse(GRADER, |value| choice(value.as_str().unwrap_or_default()))?,
    })
}

/// The text of a number; `None` for a value of another type.
fn number(value: &DeValue<'_>) -> Option<String> {
    if value.is_integer() || value.is_float() { single_value(value) } else { None }
}
