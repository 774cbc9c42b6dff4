//! The project file `gradus.toml`: found in the current folder or above it, read safely, and trusted or not.

mod file;
mod trust;

pub(super) use file::{PROJECT_FILE, Search, find, read, read_own};
pub(super) use trust::{Trust, TrustState, resolved_path};
