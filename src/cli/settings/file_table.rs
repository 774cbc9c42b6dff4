//! A table of a settings file, whose values are taken one by one. What remains at the end are unknown keys.

use toml::Spanned;
use toml::de::{DeInteger, DeTable, DeValue};

use super::key_names::mask_rejected;
use super::origin::Names;
use super::similar_name::most_similar;
use super::source::Source;
use super::written_values::{FileText, WrittenValues};

pub(super) struct FileTable<'f> {
    values: DeTable<'f>,
    written: WrittenValues<'f>,
}

impl<'f> FileTable<'f> {
    pub(super) fn new(file: FileText<'f>, values: DeTable<'f>) -> Self {
        Self { written: WrittenValues::new(file, &values), values }
    }

    /// The layer of the values, for errors about texts that were taken.
    pub(super) fn source(&self) -> Source<'_> {
        Source::File(&self.written)
    }

    /// Removes a setting and parses its value. `parse` fails with a noun phrase of the expected value.
    pub(super) fn parse<T>(
        &mut self,
        names: Names,
        parse: impl Fn(&DeValue<'_>) -> Result<T, String>,
    ) -> anyhow::Result<Option<T>> {
        let Some(value) = self.take(names.key) else { return Ok(None) };
        parse(&value).map(Some).map_err(|expected| self.written.rejected(names.key, false, &expected))
    }

    /// Removes a setting and returns its value as text, whatever its type.
    ///
    /// # Errors
    /// The value is a list, a table or a date.
    pub(super) fn take_text(&mut self, names: Names) -> anyhow::Result<Option<String>> {
        let Some(value) = self.take(names.key) else { return Ok(None) };
        if let Some(text) = single_value(&value) {
            return Ok(Some(text));
        }
        let message = format!("`{}` is neither text nor a number nor true or false", names.key);
        Err(self.written.error(names.key, &message, "write one value, not a list or a table"))
    }

    /// Removes the table `[key]`.
    pub(super) fn take_table(&mut self, key: &str) -> anyhow::Result<Option<Self>> {
        match self.take(key) {
            None => Ok(None),
            Some(DeValue::Table(table)) => Ok(Some(Self::new(self.written.file, table))),
            Some(_) => Err(self.written.rejected(key, false, &format!("a table [{key}]"))),
        }
    }

    /// Removes the list of tables `[[key]]`.
    pub(super) fn take_tables(&mut self, key: &str) -> anyhow::Result<Option<Vec<Self>>> {
        let file = self.written.file;
        let table = |item: Spanned<DeValue<'f>>| match item.into_inner() {
            DeValue::Table(table) => Some(Self::new(file, table)),
            _ => None,
        };
        let tables = match self.take(key) {
            None => return Ok(None),
            Some(DeValue::Array(items)) => items.into_iter().map(table).collect(),
            Some(_) => None,
        };
        tables.map(Some).ok_or_else(|| self.written.rejected(key, false, &format!("tables [[{key}]]")))
    }

    /// Fails if the table has a key that was not taken. `owner` is the table as messages name it.
    pub(super) fn reject_rest<'n>(&self, owner: &str, known: impl Iterator<Item = &'n str>) -> anyhow::Result<()> {
        let Some(unknown) = self.values.keys().min_by_key(|key| key.span().start) else { return Ok(()) };
        let message = format!("`{}` is not a setting of {owner}", mask_rejected(unknown.get_ref()));
        let known: Vec<&str> = known.collect();
        let hint = match most_similar(unknown.get_ref(), known.iter().copied()) {
            Some(setting) => format!("did you mean `{setting}`?"),
            None => format!("the settings are {}", known.join(", ")),
        };
        Err(self.written.file.error(unknown.span().start, &message, &hint))
    }

    fn take(&mut self, key: &str) -> Option<DeValue<'f>> {
        self.values.remove(key).map(Spanned::into_inner)
    }
}

/// A value that is neither a list nor a table nor a date, as text. Numbers are in canonical form.
pub(super) fn single_value(value: &DeValue<'_>) -> Option<String> {
    match value {
        DeValue::String(text) => Some(text.to_string()),
        DeValue::Integer(number) => Some(whole_number(number)),
        DeValue::Float(number) => {
            Some(number.as_str().parse::<f64>().map_or_else(|_| number.to_string(), |number| number.to_string()))
        }
        DeValue::Boolean(truth) => Some(truth.to_string()),
        DeValue::Datetime(_) | DeValue::Array(_) | DeValue::Table(_) => None,
    }
}

/// A number that is too large keeps the form in which it is written.
fn whole_number(number: &DeInteger<'_>) -> String {
    i128::from_str_radix(number.as_str(), number.radix())
        .map_or_else(|_| number.to_string(), |number| number.to_string())
}
