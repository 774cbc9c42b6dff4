//! Opens the engine for a command, and decides between the offline scorer and judges.
//!
//! Every command that grades uses these functions. Settings are resolved before; judges are opened in `cli::judge`.

use std::path::Path;

use super::files::{display_name, read_calibration};
use super::hints;
use super::judge::{self, JudgeUse};
use super::printer::Printer;
use super::settings::Settings;
use crate::engine::{Engine, NamedCalibration};

/// An engine that grades offline, whatever the settings say about graders.
pub(super) fn offline(settings: &Settings) -> anyhow::Result<Engine> {
    Ok(Engine::new(super::open_bank::from_settings(settings)?)?)
}

/// The engine with the grader that the settings name.
///
/// # Errors
/// When a judge is required and cannot be opened.
pub(super) fn judged(engine: Engine, settings: &Settings, uses: JudgeUse, printer: &Printer) -> anyhow::Result<Engine> {
    Ok(match judge::open(settings, uses, printer)? {
        Some(judges) => engine.with_judges(judges)?,
        None => engine,
    })
}

/// The engine with the calibration in a file, if one is named.
pub(super) fn calibrated(engine: Engine, path: Option<&Path>) -> anyhow::Result<Engine> {
    let Some(path) = path else { return Ok(engine) };
    let calibration = NamedCalibration::parse(display_name(path), &read_calibration(path)?)?;
    Ok(engine.with_calibration(calibration)?)
}

/// Warns if the reply cache could not be used.
pub(super) fn warn_of_trouble(engine: &Engine, printer: &Printer) {
    let Some(trouble) = engine.judges().and_then(|judges| judges.pool().cache_warning()) else { return };
    let trouble = anyhow::Error::from(trouble);
    match hints::hint_for(&trouble) {
        Some(hint) => printer.warning_with_hint(&trouble.to_string(), &hint),
        None => printer.warning(&trouble.to_string()),
    }
}
