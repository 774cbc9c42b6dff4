//! The settings that are not about judges: their names, and the options that a layer sets.

use std::path::PathBuf;

use clap::ValueEnum;

use super::origin::Names;
use crate::cli::args::{self, Color, Format, GraderChoice};

/// The name of the shipped bank, wherever a folder can be named; a folder with this name is `./shipped`.
pub(in crate::cli) const SHIPPED: &str = "shipped";

/// The settings that one layer sets, except those of judges.
#[derive(Debug, Default)]
pub(super) struct GeneralOptions {
    pub(super) bank: Option<PathBuf>,
    pub(super) format: Option<Format>,
    pub(super) color: Option<Color>,
    pub(super) quiet: Option<bool>,
    pub(super) fail_under: Option<f64>,
    pub(super) grader: Option<GraderChoice>,
}

pub(super) const BANK: Names = Names { key: "bank", variable: "GRADUS_BANK", flag: "--bank" };
pub(super) const FORMAT: Names = Names { key: "format", variable: "GRADUS_FORMAT", flag: "--format" };
pub(super) const COLOR: Names = Names { key: "color", variable: "GRADUS_COLOR", flag: "--color" };
pub(super) const QUIET: Names = Names { key: "quiet", variable: "GRADUS_QUIET", flag: "--quiet" };
pub(super) const FAIL_UNDER: Names = Names { key: "fail_under", variable: "GRADUS_FAIL_UNDER", flag: "--fail-under" };
pub(super) const GRADER: Names = Names { key: "grader", variable: "GRADUS_GRADER", flag: "--grader" };

/// The names of all settings in [`GeneralOptions`].
pub(super) const GENERAL: [Names; 6] = [BANK, FORMAT, COLOR, QUIET, FAIL_UNDER, GRADER];

/// Parses one of several names. Fails with a noun phrase of the expected value.
pub(super) fn choice<T: ValueEnum>(text: &str) -> Result<T, String> {
    T::from_str(text, false).map_err(|_| {
        let values = T::value_variants().iter().filter_map(ValueEnum::to_possible_value);
        let names: Vec<_> = values.map(|value| value.get_name().to_owned()).collect();
        format!("one of {}", names.join(", "))
    })
}

/// Parses a score. Fails with a noun phrase of the expected value.
pub(super) fn score(text: &str) -> Result<f64, String> {
    args::score(text).map_err(|_| "a number from 0 to 100".to_owned())
}
