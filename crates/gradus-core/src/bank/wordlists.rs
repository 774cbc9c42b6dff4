//! `rubrics/synonyms.toml`: groups of words that mean the same.

use serde::Deserialize;
use toml::Spanned;

use super::finding::{Finding, SourceText};
use super::rubric::syntax;
use crate::text::{Related, Synonyms, SynonymsError};

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

/// Reads the groups.
///
/// # Errors
/// What is wrong with the file.
pub(super) fn parse_synonyms(file: &str, text: &str) -> Result<Synonyms, Vec<Finding>> {
    let table: SynonymsFile = toml::from_str(text).map_err(|error| vec![syntax(file, text, &error)])?;
    if *table.schema.get_ref() != 1 {
        let message = format!("schema {}, expected 1", table.schema.get_ref());
        return Err(vec![Finding::new(file, text, table.schema.span(), message, "this program reads schema 1")]);
    }
    let source = SourceText::new(text);
    let small = table.group.iter().filter(|group| group.words.get_ref().len() < 2);
    let mut findings: Vec<Finding> = small
        .map(|group| {
            source.finding(
                file,
                group.words.span(),
                "a group of fewer than two",
                "name at least two words that mean the same",
            )
        })
        .collect();
    let groups: Vec<&[String]> = table.group.iter().map(|group| group.words.get_ref().as_slice()).collect();
    match Synonyms::new(&groups) {
        Ok(synonyms) if findings.is_empty() => return Ok(synonyms),
        Ok(_) => {}
        Err(error) => {
            let (SynonymsError::NoWords { group, .. } | SynonymsError::Twice { second: group, .. }) = error;
            let span = table.group[group].words.span();
            findings.push(Finding::new(
                file,
                text,
                span,
                error.to_string(),
                "a word means one thing: keep it in one group",
            ));
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

/// Reads the words that tell nearly the same, and the opposites.
///
/// # Errors
/// What is wrong with the file.
pub(super) fn parse_related(file: &str, text: &str) -> Result<Related, Vec<Finding>> {
    let table: RelatedFile = toml::from_str(text).map_err(|error| vec![syntax(file, text, &error)])?;
    if *table.schema.get_ref() != 1 {
        let message = format!("schema {}, expected 1", table.schema.get_ref());
        return Err(vec![Finding::new(file, text, table.schema.span(), message, "this program reads schema 1")]);
    }
    let groups: Vec<Vec<String>> = table.group.into_iter().map(|group| group.words).collect();
    let opposites: Vec<_> = table.opposite.into_iter().map(|pair| (pair.one, pair.other)).collect();
    Ok(Related::new(&groups, &opposites))
}
