//! Opens the bank of a command: the bank that the settings name, or the shipped bank.
//!
//! `found_bank` decides which folder the settings name. `check` opens banks itself, because it accepts faulty ones.

use std::path::Path;

use super::hints::advised;
use super::settings::Settings;
use crate::bank::{Bank, Files};
use crate::engine::{SHIPPED, load_files};

/// The bank that the settings name.
pub(super) fn from_settings(settings: &Settings) -> anyhow::Result<Bank> {
    from_folder(settings.bank.value.as_deref())
}

/// The bank whose word lists a draft in `folder` uses: the bank of the folder if it has rubrics, otherwise the shipped bank.
pub(super) fn for_draft_in(folder: &Path) -> anyhow::Result<Bank> {
    let files = if folder.join("rubrics").is_dir() { load_files(folder)? } else { Files::of_built_in(SHIPPED) };
    Ok(Bank::new(files))
}

/// The bank of a folder, or the shipped bank. Fails if it has no questions.
pub(super) fn from_folder(folder: Option<&Path>) -> anyhow::Result<Bank> {
    let files = match folder {
        Some(folder) => load_files(folder)?,
        None => Files::of_built_in(SHIPPED),
    };
    let bank = Bank::new(files);
    if bank.entries().is_empty() {
        let folder = folder.unwrap_or(Path::new("the shipped bank")).display();
        let hint = "write rubrics/<topic>/<id>.toml; `gradus bank new <id>` prints a template";
        return Err(advised(format!("no rubric in {folder}"), hint));
    }
    Ok(bank)
}
