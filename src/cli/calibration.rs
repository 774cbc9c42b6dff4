//! Reads calibration files.

use std::path::Path;

use super::files::{display_name, read_calibration};
use crate::engine::NamedCalibration;

/// Reads the calibration in a file.
pub(super) fn read(path: &Path) -> anyhow::Result<NamedCalibration> {
    Ok(NamedCalibration::parse(display_name(path), &read_calibration(path)?)?)
}
