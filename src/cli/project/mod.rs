//! The project file `gradus.toml`: found in the current folder or above it, read with care, and trusted or not.

mod file;
mod trust;

pub(super) use file::{FILE, MISSING, Search, find, read, read_own};
pub(super) use trust::{State, Trust, whole};
