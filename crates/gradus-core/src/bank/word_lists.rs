//! Reads the word lists of a bank: `rubrics/synonyms.toml` and `rubrics/related.toml`.
//!
//! Each function takes the text of one file and returns its groups, or its faults. How words are compared is decided in
//! `text`.

use serde::Deserialize;
use toml::Spanned;

use super::finding::{Finding, SourceText};
use crate::text::{RelatedWords, Synonyms, SynonymsError};

const SYNONYMS_FORMAT_HINT: &str = "write `schema = 1`, then `[[group]]` tables with `words`";

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SynonymsFile {
    schema: Spanned<u32>,
    #[serde(default)]
    group: Vec<GroupTable>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct GroupTable {
    words: Spanned<Vec<String>>,
}

/// Reads groups of words with the same meaning.
///
/// # Errors
/// The faults of the file.
pub(super) fn parse_synonyms(file: &str, text: &str) -> Result<Synonyms, Vec<Finding>> {
    let table: SynonymsFile = read(file, text, SYNONYMS_FORMAT_HINT)?;
    check_schema(file, text, &table.schema)?;
    let source = SourceText::new(text);
    let small = table.group.iter().filter(|group| group.words.get_ref().len() < 2);
    let hint = "name at least two words with the same meaning";
    let small = small.map(|group| source.finding(file, group.words.span(), "the group has fewer than two words", hint));
    let mut findings: Vec<Finding> = small.collect();
    let groups: Vec<&[String]> = table.group.iter().map(|group| group.words.get_ref().as_slice()).collect();
    match Synonyms::new(&groups) {
        Ok(synonyms) if findings.is_empty() => return Ok(synonyms),
        Ok(_) => {}
        Err(error) => {
            let (group, hint) = match error {
                SynonymsError::NoWords { group, .. } => (group, "write each entry with letters or digits"),
                SynonymsError::Twice { second, .. } => (second, "keep each word in one group only"),
            };
            let span = table.group.get(group).map_or(0..0, |group| group.words.span());
            findings.push(Finding::new(file, text, span, error.to_string(), hint));
        }
    }
    Err(findings)
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RelatedFile {
    schema: Spanned<u32>,
    #[serde(default)]
    group: Vec<RelatedTable>,
    #[serde(default)]
    opposite: Vec<OppositeTable>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RelatedTable {
    words: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct OppositeTable {
    one: Vec<String>,
    other: Vec<String>,
}

/// Reads groups of words with nearly the same meaning, and pairs of opposites.
///
/// # Errors
/// The faults of the file.
pub(super) fn parse_related(file: &str, text: &str) -> Result<RelatedWords, Vec<Finding>> {
    let hint =
        "write `schema = 1`, then `[[group]]` tables with `words` and `[[opposite]]` tables with `one` and `other`";
    let table: RelatedFile = read(file, text, hint)?;
    check_schema(file, text, &table.schema)?;
    let groups: Vec<Vec<String>> = table.group.into_iter().map(|group| group.words).collect();
    let opposites: Vec<_> = table.opposite.into_iter().map(|pair| (pair.one, pair.other)).collect();
    Ok(RelatedWords::new(&groups, &opposites))
}

fn read<T: serde::de::DeserializeOwned>(file: &str, text: &str, hint: &str) -> Result<T, Vec<Finding>> {
    toml::from_str(text).map_err(|error| {
        let message = error.message().trim_end().replace('\n', ", ");
        vec![Finding::new(file, text, error.span().unwrap_or(0..0), message, hint)]
    })
}

fn check_schema(file: &str, text: &str, schema: &Spanned<u32>) -> Result<(), Vec<Finding>> {
    if *schema.get_ref() == 1 {
        return Ok(());
    }
    let message = format!("`schema` is {}, but this program reads schema 1", schema.get_ref());
    Err(vec![Finding::new(file, text, schema.span(), message, "use schema 1, or a newer version of this program")])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn faults(text: &str) -> Vec<(String, String)> {
        let synonyms = parse_synonyms("s.toml", text).err().unwrap_or_default();
        synonyms.into_iter().map(|finding| (finding.message, finding.hint)).collect()
    }

    #[test]
    fn every_fault_of_a_synonyms_file_has_a_message_and_a_hint() {
        let group = |words: &str| format!("schema = 1\n[[group]]\nwords = {words}\n");
        let (no_words, same) = ("write each entry with letters or digits", "keep each word in one group only");
        for (text, message, hint) in [
            (group("['a', 'b']") + "more = 1", "unknown field `more`, expected `words`", SYNONYMS_FORMAT_HINT),
            (
                "schema = 2".to_owned(),
                "`schema` is 2, but this program reads schema 1",
                "use schema 1, or a newer version of this program",
            ),
            (group("['a']"), "the group has fewer than two words", "name at least two words with the same meaning"),
            (group("['a', '--']"), "`--` in group 0 has no words", no_words),
            (group("['a', 'a']"), "`a` is in group 0 and again in group 0", same),
        ] {
            assert_eq!(faults(&text), [(message.to_owned(), hint.to_owned())], "{text}");
        }
        assert_eq!(faults(&group("['k8s', 'kubernetes']")), []);
    }

    #[test]
    fn every_fault_of_a_file_of_related_words_has_a_message_and_a_hint() {
        let layout =
            "write `schema = 1`, then `[[group]]` tables with `words` and `[[opposite]]` tables with `one` and `other`";
        for (text, message, hint) in [
            ("group = 1", "invalid type: integer `1`, expected a sequence", layout),
            (
                "schema = 3",
                "`schema` is 3, but this program reads schema 1",
                "use schema 1, or a newer version of this program",
            ),
        ] {
            let findings = parse_related("r.toml", text).err().unwrap_or_default();
            let found: Vec<_> = findings.iter().map(|found| (found.message.as_str(), found.hint.as_str())).collect();
            assert_eq!(found, [(message, hint)], "{text}");
        }
    }
}
