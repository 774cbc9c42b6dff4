//! A setting with its origin.

use std::fmt;
use std::path::PathBuf;

/// Where a value comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::cli) enum Origin {
    /// The built-in default.
    Default,
    /// A bank that was found in this folder, which is the current one or above it.
    Found(PathBuf),
    /// A settings file.
    File(PathBuf),
    /// An environment variable.
    Environment(&'static str),
    /// A flag, with its dashes.
    Flag(&'static str),
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Default => f.write_str("default"),
            Self::Found(folder) => write!(f, "found in {}", folder.display()),
            Self::File(path) => write!(f, "{}", path.display()),
            Self::Environment(name) => write!(f, "environment {name}"),
            Self::Flag(name) => f.write_str(name),
        }
    }
}

/// A value and its origin.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::cli) struct Setting<T> {
    pub(in crate::cli) value: T,
    pub(in crate::cli) origin: Origin,
}

impl<T> Setting<T> {
    /// A value that no layer has set.
    pub(super) fn default_value(value: T) -> Self {
        Self { value, origin: Origin::Default }
    }
}

/// The names of a setting.
#[derive(Debug, Clone, Copy)]
pub(super) struct Names {
    /// The key in a settings file.
    pub(super) key: &'static str,
    /// The environment variable.
    pub(super) variable: &'static str,
    /// The flag with its dashes; empty for a setting without a flag.
    pub(super) flag: &'static str,
}
