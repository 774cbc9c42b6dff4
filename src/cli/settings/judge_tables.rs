//! The tables `[llm]` and `[[judge]]` of a settings file, parsed.

use std::collections::BTreeMap;
use std::path::Path;

use toml::{Spanned, Value};

use super::judge_options::{EndpointOptions, EndpointTexts, PanelOptions, PanelTexts};
use super::key_names::mask_rejected;
use super::origin::Names;
use super::source::Source;
use super::untrusted::WithheldSetting;
use crate::cli::hints::advised;

/// A table of a file before its keys and values are checked.
pub(super) type RawTable = BTreeMap<String, Spanned<Value>>;

/// The judge settings of one file.
#[derive(Debug, Default)]
pub(super) struct JudgeTables {
    pub(super) endpoint: EndpointOptions,
    pub(super) panel: PanelOptions,
    /// The options of each `[[judge]]`. `judge = []` is an empty list, which removes the judges of files with lower
    /// priority.
    pub(super) judges: Option<Vec<EndpointOptions>>,
}

impl JudgeTables {
    /// Parses the tables of the file at `path` with content `text`.
    ///
    /// # Errors
    /// A key that does not exist or a value that is rejected, with its line.
    pub(super) fn parse(
        llm: Option<RawTable>,
        judges: Option<Vec<RawTable>>,
        (path, text): (&Path, &str),
    ) -> anyhow::Result<Self> {
        let (endpoint, panel) = match llm {
            Some(table) => {
                let mut table = Table::new(table, path, text);
                let endpoint = EndpointTexts::collect(|names| table.take(names))?;
                let panel = PanelTexts::collect(|names| table.take(names))?;
                table.reject_rest("[llm]", EndpointOptions::NAMES.iter().chain(PanelOptions::NAMES))?;
                (endpoint.parse(&table.source)?, panel.parse(&table.source)?)
            }
            None => Default::default(),
        };
        let judge = |table| {
            let mut table = Table::new(table, path, text);
            let texts = EndpointTexts::collect(|names| table.take(names))?;
            table.reject_rest("[[judge]]", EndpointOptions::NAMES.iter())?;
            texts.parse(&table.source)
        };
        let judges = judges.map(|judges| judges.into_iter().map(judge).collect::<anyhow::Result<_>>()).transpose()?;
        Ok(Self { endpoint, panel, judges })
    }

    /// The settings that need trust, which are all of them.
    pub(super) fn needing_trust(&self) -> Vec<WithheldSetting> {
        let rows = self.endpoint.rows().into_iter().chain(self.panel.rows());
        let mut withheld: Vec<_> =
            rows.map(|(key, value)| WithheldSetting { name: format!("llm.{key}"), value }).collect();
        for (number, judge) in (1..).zip(self.judges.iter().flatten()) {
            let table = format!("judge.{number}");
            let rows = judge.rows();
            if rows.is_empty() {
                // An empty table is still a judge that is asked.
                withheld.push(WithheldSetting { name: table.clone(), value: "empty".to_owned() });
            }
            let setting = |(key, value)| WithheldSetting { name: format!("{table}.{key}"), value };
            withheld.extend(rows.into_iter().map(setting));
        }
        if self.judges.as_ref().is_some_and(Vec::is_empty) {
            // An empty list removes the judges of the user's own file.
            withheld.push(WithheldSetting { name: "judge".to_owned(), value: "none".to_owned() });
        }
        withheld
    }

    /// Whether the file names an endpoint or has `[[judge]]` tables.
    pub(super) fn names_judges(&self) -> bool {
        self.endpoint.names_endpoint() || self.judges.as_ref().is_some_and(|judges| !judges.is_empty())
    }
}

/// A table whose values are taken one by one.
struct Table<'f> {
    values: RawTable,
    path: &'f Path,
    source: Source<'f>,
}

impl<'f> Table<'f> {
    fn new(values: RawTable, path: &'f Path, text: &str) -> Self {
        let line = |value: &Spanned<Value>| line_at(text, value.span().start);
        let lines = values.iter().map(|(key, value)| (key.clone(), line(value))).collect();
        Self { values, path, source: Source::File { path, lines } }
    }

    /// Removes a setting from the table and returns its value as text.
    fn take(&mut self, names: Names) -> anyhow::Result<Option<String>> {
        let Some(value) = self.values.remove(names.key) else { return Ok(None) };
        Ok(Some(match value.into_inner() {
            Value::String(text) => text,
            Value::Integer(number) => number.to_string(),
            Value::Float(number) => number.to_string(),
            Value::Boolean(truth) => truth.to_string(),
            Value::Datetime(_) | Value::Array(_) | Value::Table(_) => {
                let message = format!("`{}` is neither text nor a number nor true or false", names.key);
                return Err(advised(self.at(names.key, &message), "write one value, not a list or a table"));
            }
        }))
    }

    /// Fails if the table has a key that was not taken.
    fn reject_rest<'n>(&self, table: &str, known: impl Iterator<Item = &'n Names>) -> anyhow::Result<()> {
        let Some(unknown) = self.values.keys().next() else { return Ok(()) };
        let message = format!("`{}` is not a setting of {table}", mask_rejected(unknown));
        let known: Vec<&str> = known.map(|names| names.key).collect();
        Err(advised(self.at(unknown, &message), format!("the settings are {}", known.join(", "))))
    }

    fn at(&self, key: &str, message: &str) -> String {
        let line = match &self.source {
            Source::File { lines, .. } => lines.get(key).copied().unwrap_or(1),
            Source::Environment | Source::Flags => 1,
        };
        format!("{}:{line}: {message}", self.path.display())
    }
}

/// The line, from 1, of a byte of `text`.
pub(super) fn line_at(text: &str, byte: usize) -> usize {
    text.get(..byte.min(text.len())).unwrap_or_default().matches('\n').count() + 1
}
