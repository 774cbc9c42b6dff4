//! Reads the parts of one rubric file and collects its faults.
//!
//! Holds what rubrics, shared criteria and single criteria have in common: ids, the schema version, goldens, and the
//! findings about files that are not valid TOML or have wrong keys or values.

use std::collections::{BTreeMap, HashSet};
use std::ops::Range;
use toml::Spanned;

use super::finding::{Finding, FindingKind, SourceText};
use super::locations::CriterionLocations;
use super::schema::GoldenTable;
use crate::model::{Criterion, Golden, Thousandths};

/// A file that is being read, and its faults so far.
pub(super) struct Reader<'a> {
    pub(super) file: &'a str,
    source: SourceText<'a>,
    findings: Vec<Finding>,
}

impl<'a> Reader<'a> {
    pub(super) fn new(file: &'a str, text: &'a str) -> Self {
        Self { file, source: SourceText::new(text), findings: Vec::new() }
    }

    /// Reports a fault at a location of the file.
    pub(super) fn report(&mut self, span: Range<usize>, message: impl Into<String>, hint: impl Into<String>) {
        self.findings.push(self.source.finding(self.file, span, message, hint));
    }

    pub(super) fn into_findings(self) -> Vec<Finding> {
        self.findings
    }

    pub(super) fn check_schema(&mut self, schema: &Spanned<u32>) {
        if *schema.get_ref() != 1 {
            let message = format!("`schema` is {}, but this program reads schema 1", schema.get_ref());
            self.report(schema.span(), message, "use schema 1, or a newer version of this program");
        }
    }

    pub(super) fn check_id(&mut self, id: &Spanned<String>) {
        let text = id.get_ref();
        let fits = text.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-');
        if text.is_empty() || !fits {
            let message = format!("`{}` is not a valid id", text.escape_debug());
            self.report(id.span(), message, "use lower-case letters, digits and hyphens");
        }
    }

    pub(super) fn check_unique_ids<'c>(&mut self, criteria: impl Iterator<Item = &'c (Criterion, CriterionLocations)>) {
        let mut seen: HashSet<&str> = HashSet::new();
        for (criterion, locations) in criteria {
            if !seen.insert(&criterion.id) {
                let message = format!("the id `{}` is used twice", criterion.id);
                let hint = "give every criterion and penalty its own id";
                self.findings.push(locations.id.finding(&self.source, message, hint));
            }
        }
    }

    /// The goldens with their locations. `ids` are those of all criteria and penalties.
    pub(super) fn goldens(&mut self, tables: Vec<Spanned<GoldenTable>>, ids: &[&str]) -> Vec<(Golden, Range<usize>)> {
        let mut goldens = Vec::with_capacity(tables.len());
        let known: HashSet<&str> = ids.iter().copied().collect();
        for table in tables {
            let span = table.span();
            let GoldenTable { text, expect } = table.into_inner();
            let mut expected = BTreeMap::new();
            for (id, credit) in expect {
                if !known.contains(id.as_str()) {
                    let message = format!("the golden expects a credit for `{id}`, which is not a criterion");
                    self.report(span.clone(), message, format!("use one of: {}", first_names(ids)));
                } else if !(0.0..=1.0).contains(&credit) {
                    let message = format!("the golden expects a credit of {credit} for `{id}`");
                    self.report(span.clone(), message, "use 0 to 1");
                } else {
                    expected.insert(id, thousandths(credit));
                }
            }
            goldens.push((Golden { text, expect: expected }, span));
        }
        goldens
    }
}

/// The finding for a rubric file that serde cannot read.
pub(super) fn format_finding(file: &str, text: &str, error: &toml::de::Error) -> Finding {
    let message = error.message().trim_end().replace('\n', ", ");
    let span = error.span().unwrap_or(0..0);
    let (hint, kind) = match subject(text, &span) {
        Subject::Key => ("remove it, or correct its spelling", FindingKind::Other),
        Subject::Table => ("add it", FindingKind::Other),
        Subject::Value => ("compare the file with the JSON Schema of rubrics", FindingKind::RubricSyntax),
        Subject::Apostrophe => {
            ("an apostrophe ends a string in single quotes: write the string in double quotes", FindingKind::Other)
        }
    };
    Finding::new(file, text, span, message, hint).with_kind(kind)
}

/// What a message of the TOML parser is about. The parser gives no error codes, but the location shows it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Subject {
    /// A key that the format does not have, or that is given twice.
    Key,
    /// A table that lacks a key.
    Table,
    /// A value of the wrong type, or text that is not TOML.
    Value,
    /// An apostrophe in a word that ends a string in single quotes too early.
    Apostrophe,
}

fn subject(text: &str, span: &Range<usize>) -> Subject {
    let (before, after) = (text.get(..span.start).unwrap_or_default(), text.get(span.end..).unwrap_or_default());
    let inside = text.get(span.clone()).unwrap_or_default();
    let line = before.rsplit('\n').next().unwrap_or_default().trim_start();
    let after = after.trim_start_matches([' ', '\t']);
    let is_table =
        inside.starts_with('[') && line.is_empty() || inside.starts_with('{') && !line.trim_end().ends_with('=');
    if toml::from_str::<toml::Table>(text).is_err() {
        if has_apostrophe_in_word(text, span.start) { Subject::Apostrophe } else { Subject::Value }
    } else if span.is_empty() || is_table || inside.len() == text.len() {
        Subject::Table
    } else if after.starts_with(['=', '.']) || after.starts_with(']') && line.starts_with('[') {
        Subject::Key
    } else {
        Subject::Value
    }
}

/// Whether the line of a syntax error has a string in single quotes and, up to the error, an apostrophe inside a word.
fn has_apostrophe_in_word(text: &str, error: usize) -> bool {
    let start = text.get(..error).and_then(|before| before.rfind('\n')).map_or(0, |at| at + 1);
    let line = text.get(start..).unwrap_or_default().lines().next().unwrap_or_default();
    let is_in_word = |(at, _): (usize, &str)| {
        let (before, after) = (line.get(..at).unwrap_or_default(), line.get(at + 1..).unwrap_or_default());
        start + at <= error && before.ends_with(char::is_alphanumeric) && after.starts_with(char::is_alphanumeric)
    };
    line.match_indices('\'').any(is_in_word)
}

/// The first names of a list and the number of the others, so that a hint stays short.
fn first_names(names: &[&str]) -> String {
    const NAMED: usize = 12;
    let first = names.iter().take(NAMED).copied().collect::<Vec<_>>().join(", ");
    match names.len().saturating_sub(NAMED) {
        0 => first,
        more => format!("{first} and {more} more"),
    }
}

/// A number that is not negative, in thousandths.
#[allow(clippy::cast_sign_loss, reason = "callers check that the number is not negative")]
pub(super) fn thousandths(number: f64) -> Thousandths {
    Thousandths((number * 1000.0).round() as u32)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bank::schema::RubricFile;

    const HEADER: &str =
        "schema = 1\nid = \"q\"\ntopic = \"t\"\nkind = \"concept\"\nlevel = \"core\"\nprompt = \"?\"\n";

    fn hint(text: &str) -> (String, String) {
        let error = toml::from_str::<RubricFile>(text).err().expect("an error");
        let finding = format_finding("f.toml", text, &error);
        (finding.message, finding.hint)
    }

    #[test]
    fn the_hint_for_a_file_of_the_wrong_format_follows_from_the_location_of_the_fault() {
        let (key, table) = ("remove it, or correct its spelling", "add it");
        let value = "compare the file with the JSON Schema of rubrics";
        let apostrophe = "an apostrophe ends a string in single quotes: write the string in double quotes";
        let criterion = "[[criterion]]\nid = \"a\"\npoints = 1\n";
        let concept = "asks = \"x\"\nconcept = [{ id = \"k\" }]\n";
        for (text, message, expected) in [
            ("colour = 1\n".to_owned() + HEADER, "unknown field `colour`", key),
            (format!("{HEADER}{criterion}asks = \"x\"\nneeds = 1\n"), "unknown field `needs`", key),
            (format!("{HEADER}[[criteria]]\nid = \"a\"\n"), "unknown field `criteria`", key),
            (format!("{HEADER}[[criterion]]\n  colour = 1\n"), "unknown field `colour`", key),
            (HEADER.replace("level = \"core\"\n", ""), "missing field `level`", table),
            (String::new(), "missing field", table),
            (format!("{HEADER}{criterion}"), "missing field `asks`", table),
            (format!("{HEADER}{criterion}{concept}"), "missing field `any`", table),
            (HEADER.replace("\"core\"", "\"basic\""), "unknown variant `basic`", value),
            (HEADER.replace("\"q\"", "[1]"), "invalid type", value),
            (HEADER.replace("\"q\"", "7"), "invalid type", value),
            (HEADER.replace("\"q\"", "{}"), "invalid type", value),
            (format!("include = ['a', 7]\n{HEADER}"), "invalid type", value),
            ("id = q".to_owned(), "", value),
            ("not toml [".to_owned(), "", value),
            ("any = ['people don't blame', 'x']\n".to_owned(), "", apostrophe),
            ("any = [\n  'nobody\u{27}s fault',\n]\n".to_owned(), "", apostrophe),
        ] {
            let (found, hint) = hint(&text);
            assert!(found.starts_with(message), "{text}: {found}");
            assert_eq!(hint, expected, "{text}: {found}");
        }
    }

    #[test]
    fn a_list_of_names_is_cut_after_twelve() {
        let names: Vec<String> = (0..14).map(|number| number.to_string()).collect();
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        assert_eq!(first_names(&names[..2]), "0, 1");
        assert_eq!(first_names(&names), "0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11 and 2 more");
    }
}
