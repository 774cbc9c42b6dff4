//! Reads calibration files.

use std::path::Path;

use super::files::{name, read_calibration};
use crate::engine::NamedCalibration;

/// Reads the calibration in a file.
pub(super) fn read(path: &Path) -> anyhow::Result<NamedCalibration> {
    Ok(NamedCalibration::parse(name(path), &read_calibration(path)?)?)
}
