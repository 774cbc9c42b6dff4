//! Rubric files: TOML as it is written to a question as it is graded, or all that is wrong with it.

use std::collections::{BTreeMap, HashSet};
use std::ops::Range;
use toml::Spanned;

use super::finding::{Finding, SourceText};
use super::places::{CriterionPlaces, Places};
use super::tables::{CriterionTable, GoldenTable, RubricFile, SharedFile};
use crate::model::{Bands, Criterion, Golden, Kind, Level, Question, Thousandths, is_blank};

/// Points that all criteria of a rubric may have together, and all penalties: sums of thousandths stay small.
const MOST_POINTS: u64 = 100_000;

/// A rubric, where its parts stand, and what is wrong with it as far as that leaves a rubric to speak of.
pub(super) struct Rubric {
    pub(super) question: Question,
    pub(super) places: Places,
    pub(super) findings: Vec<Finding>,
}

/// Shared criteria and where they stand.
pub(super) struct Shared {
    criteria: Vec<(Criterion, CriterionPlaces)>,
    goldens: Vec<(Golden, Range<usize>)>,
}

/// Reads a rubric; `shared` gives the text of the shared file of that name.
///
/// # Errors
/// What is wrong with the file where it is not TOML, or not that of a rubric.
pub(super) fn parse<'s>(
    file: &str,
    text: &str,
    shared: impl Fn(&str) -> Option<(String, &'s str)>,
) -> Result<Rubric, Vec<Finding>> {
    let table: RubricFile = toml::from_str(text).map_err(|error| vec![syntax(file, text, &error)])?;
    let mut reader = Reader::new(file, text);
    reader.header(&table);
    let mut criteria = reader.criteria(table.criterion, "criterion");
    let mut known: HashSet<String> = criteria.iter().map(|(criterion, _)| criterion.id.clone()).collect();
    let mut included = Vec::new();
    for name in &table.include {
        match shared(name.get_ref()) {
            None => reader.say(
                name.span(),
                format!("no shared criteria `{}`", name.get_ref()),
                "they stand in rubrics/shared/<name>.toml",
            ),
            Some((path, text)) => match parse_shared(&path, text) {
                Ok(found) => {
                    if let Some((twice, _)) = found.criteria.iter().find(|(one, _)| known.contains(&one.id)) {
                        let message = format!("`{}` brings `{}`, which is there already", name.get_ref(), twice.id);
                        reader.say(name.span(), message, "include it once, and give your own another id");
                    } else {
                        known.extend(found.criteria.iter().map(|(criterion, _)| criterion.id.clone()));
                        included.extend(found.criteria);
                    }
                }
                Err(_) => reader.say(
                    name.span(),
                    format!("`{}` has faults of its own", name.get_ref()),
                    "mend that file first",
                ),
            },
        }
    }
    let penalties = reader.criteria(table.penalty, "penalty");
    reader.unique_ids(criteria.iter().chain(&penalties));
    criteria.extend(included);
    for (kind, all) in [("criteria", &criteria), ("penalties", &penalties)] {
        let points: u64 = all.iter().map(|(criterion, _)| u64::from(criterion.points)).sum();
        if points > MOST_POINTS {
            reader.say(
                table.id.span(),
                format!("{kind} of {points} points together"),
                format!("use {MOST_POINTS} at most"),
            );
        }
    }
    if criteria.is_empty() {
        reader.say(table.id.span(), "a rubric without criteria", "add a `[[criterion]]` table");
    }
    let ids: Vec<&str> = criteria.iter().chain(&penalties).map(|(criterion, _)| criterion.id.as_str()).collect();
    let goldens = reader.goldens(table.golden, &ids);
    let known_as = table.known_as.iter().map(Spanned::span).collect();
    let bands = table.bands.map_or_else(Bands::default, Spanned::into_inner);
    let (criteria, criterion_places) = criteria.into_iter().unzip();
    let (penalties, penalty_places) = penalties.into_iter().unzip();
    let (goldens, golden_places) = goldens.into_iter().unzip();
    let question = Question {
        id: table.id.into_inner(),
        topic: table.topic.into_inner(),
        kind: table.kind,
        level: table.level,
        prompt: table.prompt.into_inner(),
        also_asked: table.also_asked,
        index_only: table.index_only,
        known_as: table.known_as.into_iter().map(Spanned::into_inner).collect(),
        drafted: table.drafted,
        bands,
        criteria,
        penalties,
        goldens,
    };
    let places = Places { criteria: criterion_places, penalties: penalty_places, goldens: golden_places, known_as };
    Ok(Rubric { question, places, findings: reader.findings })
}

/// Reads a file of shared criteria as a rubric of its own, so that its tests can be run.
pub(super) fn parse_shared_alone(file: &str, text: &str) -> Result<Rubric, Vec<Finding>> {
    let shared = parse_shared(file, text)?;
    let (criteria, criterion_places) = shared.criteria.into_iter().unzip();
    let (goldens, golden_places) = shared.goldens.into_iter().unzip();
    let question = Question {
        id: file.to_owned(),
        topic: String::new(),
        kind: Kind::Concept,
        level: Level::Core,
        prompt: String::new(),
        also_asked: Vec::new(),
        index_only: Vec::new(),
        known_as: Vec::new(),
        drafted: false,
        bands: Bands::default(),
        criteria,
        penalties: Vec::new(),
        goldens,
    };
    let places = Places { criteria: criterion_places, goldens: golden_places, ..Places::default() };
    Ok(Rubric { question, places, findings: Vec::new() })
}

fn parse_shared(file: &str, text: &str) -> Result<Shared, Vec<Finding>> {
    let table: SharedFile = toml::from_str(text).map_err(|error| vec![syntax(file, text, &error)])?;
    let mut reader = Reader::new(file, text);
    reader.schema(&table.schema);
    let criteria = reader.criteria(table.criterion, "criterion");
    reader.unique_ids(criteria.iter());
    let ids: Vec<&str> = criteria.iter().map(|(criterion, _)| criterion.id.as_str()).collect();
    let goldens = reader.goldens(table.golden, &ids);
    reader.finish(Shared { criteria, goldens })
}

/// What the TOML parser says, as a finding.
pub(super) fn syntax(file: &str, text: &str, error: &toml::de::Error) -> Finding {
    let message = error.message().trim_end().replace('\n', ", ");
    let hint = if message.contains("unknown field") {
        "remove it, or correct its spelling"
    } else if message.contains("missing field") {
        "add it"
    } else {
        "see `gradus bank schema`, or compare with `gradus bank new <id>`"
    };
    Finding::new(file, text, error.span().unwrap_or(0..0), message, hint)
}

/// Reads the parts of one file and collects what is wrong with them.
pub(super) struct Reader<'a> {
    pub(super) file: &'a str,
    source: SourceText<'a>,
    findings: Vec<Finding>,
}

impl<'a> Reader<'a> {
    fn new(file: &'a str, text: &'a str) -> Self {
        Self { file, source: SourceText::new(text), findings: Vec::new() }
    }

    pub(super) fn say(&mut self, span: Range<usize>, message: impl Into<String>, hint: impl Into<String>) {
        self.findings.push(self.source.finding(self.file, span, message, hint));
    }

    fn finish<T>(self, value: T) -> Result<T, Vec<Finding>> {
        if self.findings.is_empty() { Ok(value) } else { Err(self.findings) }
    }

    fn schema(&mut self, schema: &Spanned<u32>) {
        if *schema.get_ref() != 1 {
            self.say(
                schema.span(),
                format!("schema {}, expected 1", schema.get_ref()),
                "this program reads schema 1; a newer one may read it",
            );
        }
    }

    fn header(&mut self, table: &RubricFile) {
        self.schema(&table.schema);
        let mut parts = self.file.rsplit('/');
        let name = parts.next().unwrap_or_default().trim_end_matches(".toml").to_owned();
        let folder = parts.next().unwrap_or_default().to_owned();
        let (id, topic) = (table.id.get_ref(), table.topic.get_ref());
        if *id != name {
            self.say(table.id.span(), format!("id `{id}` in a file named `{name}.toml`"), "give both the same name");
        }
        if *topic != folder {
            self.say(
                table.topic.span(),
                format!("topic `{topic}` in a folder named `{folder}`"),
                "give both the same name",
            );
        }
        for name in [&table.id, &table.topic] {
            self.id(name);
        }
        if is_blank(table.prompt.get_ref()) {
            self.say(table.prompt.span(), "an empty prompt", "write the question as it is put");
        }
        if let Some(bands) = &table.bands {
            let Bands { strong, solid, partial } = *bands.get_ref();
            if !(partial < solid && solid < strong && strong <= 100) {
                self.say(bands.span(), "bands out of order", "partial < solid < strong, at most 100");
            }
        }
    }

    pub(super) fn id(&mut self, id: &Spanned<String>) {
        let text = id.get_ref();
        let fits = text.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-');
        if text.is_empty() || !fits {
            self.say(
                id.span(),
                format!("`{}` is no id", text.escape_debug()),
                "use lower-case letters, digits and hyphens",
            );
        }
    }

    fn criteria(&mut self, tables: Vec<CriterionTable>, what: &str) -> Vec<(Criterion, CriterionPlaces)> {
        tables.into_iter().map(|table| self.criterion(table, what)).collect()
    }

    fn unique_ids<'c>(&mut self, criteria: impl Iterator<Item = &'c (Criterion, CriterionPlaces)>) {
        let mut seen: HashSet<&str> = HashSet::new();
        for (criterion, places) in criteria {
            if !seen.insert(&criterion.id) {
                self.findings.push(places.id.finding(
                    &self.source,
                    format!("`{}` stands twice", criterion.id),
                    "give every criterion and penalty its own id",
                ));
            }
        }
    }

    fn goldens(&mut self, tables: Vec<Spanned<GoldenTable>>, ids: &[&str]) -> Vec<(Golden, Range<usize>)> {
        let mut goldens = Vec::with_capacity(tables.len());
        let known: HashSet<&str> = ids.iter().copied().collect();
        for table in tables {
            let span = table.span();
            let GoldenTable { text, expect } = table.into_inner();
            let mut expected = BTreeMap::new();
            for (id, credit) in expect {
                if !known.contains(id.as_str()) {
                    self.say(
                        span.clone(),
                        format!("expects something of `{id}`, which is no criterion"),
                        format!("use one of: {}", some_of(ids)),
                    );
                } else if !(0.0..=1.0).contains(&credit) {
                    self.say(span.clone(), format!("expects a credit of {credit} for `{id}`"), "use 0 to 1");
                } else {
                    expected.insert(id, Thousandths(thousandths(credit)));
                }
            }
            goldens.push((Golden { text, expect: expected }, span));
        }
        goldens
    }
}

/// The first names of a list, and how many more there are: a hint stays short however long the list is.
fn some_of(names: &[&str]) -> String {
    const NAMED: usize = 12;
    let first = names.iter().take(NAMED).copied().collect::<Vec<_>>().join(", ");
    match names.len().saturating_sub(NAMED) {
        0 => first,
        more => format!("{first} and {more} more"),
    }
}

/// A number that is not negative, in thousandths.
#[allow(clippy::cast_sign_loss)] // checked by the caller not to be negative
pub(super) fn thousandths(credit: f64) -> u32 {
    (credit * 1000.0).round() as u32
}
