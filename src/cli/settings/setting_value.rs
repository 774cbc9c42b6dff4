//! The text of a setting as a layer gives it, and how a value is printed.
//!
//! The types of single settings, and their parsers, are in `judge_values`.

use std::num::NonZeroU32;
use std::path::{Path, PathBuf};

use crate::report::printable;

/// The text of one setting.
pub(super) struct SettingText<'t> {
    pub(super) text: &'t str,
    /// The folder of the settings file, which relative paths start from; empty for the current folder.
    pub(super) folder: &'t Path,
    /// Whether the text comes from an environment variable, which may also be `1`, `yes`, `0` or `no`.
    pub(super) is_variable: bool,
}

/// A value that a setting can have.
pub(super) trait SettingValue {
    /// Whether a text that was rejected may hold a key or a password. Errors mask such a text completely.
    const MAY_HOLD_SECRET: bool = false;

    /// The value as it may be printed: without secrets, on one line.
    fn shown(&self) -> String;
}

/// A setting that is not set is shown as `none`.
impl<T: SettingValue> SettingValue for Option<T> {
    const MAY_HOLD_SECRET: bool = T::MAY_HOLD_SECRET;

    fn shown(&self) -> String {
        self.as_ref().map_or_else(|| "none".to_owned(), T::shown)
    }
}

macro_rules! shown_as_displayed {
    ($($type:ty),*) => {
        $(impl SettingValue for $type {
            fn shown(&self) -> String {
                self.to_string()
            }
        })*
    };
}

shown_as_displayed!(bool, f64, u32, u64, usize, NonZeroU32);

impl SettingValue for String {
    fn shown(&self) -> String {
        one_line(self)
    }
}

impl SettingValue for PathBuf {
    fn shown(&self) -> String {
        one_line(&self.display().to_string())
    }
}

/// Text of a file or of the environment on one line, without escape sequences.
pub(in crate::cli) fn one_line(text: &str) -> String {
    printable(text).replace('\n', " ")
}
