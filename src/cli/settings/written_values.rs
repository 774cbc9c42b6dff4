//! The values of a table as they are written in a settings file, so that errors can name their place and repeat them.
//!
//! `file_table` takes the values; this module reports the values that are rejected.

use std::collections::BTreeMap;
use std::path::Path;

use toml::de::{DeTable, DeValue};

use super::key_names::{HIDDEN, mask_rejected};
use crate::cli::hints::advised;

/// The path and the content of a settings file.
#[derive(Debug, Clone, Copy)]
pub(super) struct FileText<'f> {
    pub(super) path: &'f Path,
    pub(super) text: &'f str,
}

impl<'f> FileText<'f> {
    /// The folder that relative paths in the file start from.
    pub(super) fn folder(&self) -> &'f Path {
        self.path.parent().unwrap_or(Path::new(""))
    }

    /// An error about the byte `start` of the file.
    pub(super) fn error(&self, start: usize, message: &str, hint: &str) -> anyhow::Error {
        let (line, column) = line_and_column(self.text, start);
        advised(format!("{}:{line}:{column}: {message}", self.path.display()), hint)
    }
}

/// The line and the column, in characters, of a byte of `text`. Both count from 1.
fn line_and_column(text: &str, byte: usize) -> (usize, usize) {
    let before = text.get(..byte).unwrap_or(text);
    let in_line = before.rsplit('\n').next().unwrap_or_default();
    (before.matches('\n').count() + 1, in_line.chars().count() + 1)
}

/// The values of one table of a file.
#[derive(Debug)]
pub(super) struct WrittenValues<'f> {
    pub(super) file: FileText<'f>,
    values: BTreeMap<String, WrittenValue>,
}

#[derive(Debug)]
struct WrittenValue {
    /// The first byte of the value.
    start: usize,
    shown: String,
}

impl<'f> WrittenValues<'f> {
    pub(super) fn new(file: FileText<'f>, table: &DeTable<'_>) -> Self {
        let values = table.iter().map(|(key, value)| {
            (key.get_ref().to_string(), WrittenValue { start: value.span().start, shown: shown(value.get_ref()) })
        });
        Self { file, values: values.collect() }
    }

    /// The error for the value of `key`, which is not the expected one.
    pub(super) fn rejected(&self, key: &str, may_hold_secret: bool, expected: &str) -> anyhow::Error {
        let (start, shown) = self.values.get(key).map_or((0, HIDDEN), |value| (value.start, value.shown.as_str()));
        let shown = if may_hold_secret { HIDDEN } else { shown };
        self.file.error(start, &format!("{key} = {shown}: expected {expected}"), "correct the line, or remove it")
    }

    /// An error about the value of `key`.
    pub(super) fn error(&self, key: &str, message: &str, hint: &str) -> anyhow::Error {
        self.file.error(self.values.get(key).map_or(0, |value| value.start), message, hint)
    }
}

/// A value as errors repeat it. Text keeps its quotation marks, unless it may be a key, which is hidden.
fn shown(value: &DeValue<'_>) -> String {
    match value {
        DeValue::String(text) if mask_rejected(text) == HIDDEN => HIDDEN.to_owned(),
        DeValue::String(text) => format!("\"{text}\""),
        DeValue::Integer(number) => mask_rejected(&number.to_string()).to_owned(),
        DeValue::Float(number) => mask_rejected(number.as_str()).to_owned(),
        DeValue::Boolean(truth) => truth.to_string(),
        DeValue::Datetime(date) => date.to_string(),
        DeValue::Array(_) => "[...]".to_owned(),
        DeValue::Table(_) => "{...}".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_and_columns_count_characters_from_one() {
        for (text, byte, expected) in [
            ("", 0, (1, 1)),
            ("a = 1", 4, (1, 5)),
            ("a = 1\nb = 2", 6, (2, 1)),
            ("ä = \"ö\", x", 9, (1, 8)),
            ("a\n", 2, (2, 1)),
            ("a", 7, (1, 2)),
        ] {
            assert_eq!(line_and_column(text, byte), expected, "{text:?}");
        }
    }

    #[test]
    fn values_are_shown_as_written_and_possible_keys_are_hidden() {
        for (written, expected) in [
            ("3", "3"),
            ("-2.50", "-2.50"),
            ("0x10", "[hidden]"),
            ("true", "true"),
            ("\"yes\"", "\"yes\""),
            ("\"sk-live-7Qm4x9ZrT2vKp8Wd\"", "[hidden]"),
            ("12345678901234567890123", "[hidden]"),
            ("2026-11-28", "2026-11-28"),
            ("['sk-live']", "[...]"),
            ("{ a = 'sk-live' }", "{...}"),
        ] {
            assert_eq!(shown(DeValue::parse(written).expect("a value").get_ref()), expected);
        }
    }
}
