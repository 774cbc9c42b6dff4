//! Rubric files: TOML as it is written to a question as it is graded, or all that is wrong with it.

use schemars::JsonSchema;
use serde::Deserialize;
use std::collections::BTreeMap;
use std::ops::Range;
use toml::Spanned;

use super::finding::Finding;
use super::places::{CriterionPlaces, Place, Places};
use crate::model::{Bands, Concept, Criterion, Golden, Kind, Level, Question, Thousandths};

/// Points that one criterion or penalty may have.
const MOST_POINTS: u32 = 100;

/// A rubric file.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(title = "gradus rubric")]
pub(super) struct RubricFile {
    /// Layout of the file: 1.
    #[schemars(with = "u32")]
    schema: Spanned<u32>,
    /// The file's name without `.toml`.
    #[schemars(with = "String")]
    id: Spanned<String>,
    /// The name of the folder the file stands in.
    #[schemars(with = "String")]
    topic: Spanned<String>,
    /// What kind of answer the question asks for.
    kind: Kind,
    /// How much it asks.
    level: Level,
    /// The question as it is put.
    #[schemars(with = "String")]
    prompt: Spanned<String>,
    /// Other usual wordings: found by, never graded.
    #[serde(default)]
    also_asked: Vec<String>,
    /// Shared criteria, from `rubrics/shared/<name>.toml`.
    #[serde(default)]
    #[schemars(with = "Vec<String>")]
    include: Vec<Spanned<String>>,
    /// Lowest scores of the bands; 80, 60 and 35 if absent.
    #[schemars(with = "Option<Bands>")]
    bands: Option<Spanned<Bands>>,
    /// What earns points.
    #[serde(default)]
    criterion: Vec<CriterionTable>,
    /// What takes points away.
    #[serde(default)]
    penalty: Vec<CriterionTable>,
    /// Tests that `gradus bank check` runs.
    #[serde(default)]
    #[schemars(with = "Vec<GoldenTable>")]
    golden: Vec<Spanned<GoldenTable>>,
}

/// A file of shared criteria.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SharedFile {
    schema: Spanned<u32>,
    #[serde(default)]
    criterion: Vec<CriterionTable>,
    #[serde(default)]
    golden: Vec<Spanned<GoldenTable>>,
}

/// One criterion or penalty.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct CriterionTable {
    /// Unique in the rubric.
    #[schemars(with = "String")]
    id: Spanned<String>,
    /// What full credit is worth: 1 to 100.
    #[schemars(with = "u32")]
    points: Spanned<u32>,
    /// What a judge is asked to decide.
    asks: String,
    /// What a person is told who missed it.
    advice: Option<String>,
    /// How many concepts earn full credit; all of them if absent.
    #[schemars(with = "Option<u32>")]
    need: Option<Spanned<u32>>,
    /// The ideas by which it is recognised.
    #[serde(default)]
    concept: Vec<ConceptTable>,
}

/// One idea.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct ConceptTable {
    /// Unique in the criterion.
    #[schemars(with = "String")]
    id: Spanned<String>,
    /// Phrases; any of them is enough.
    #[schemars(with = "Vec<String>")]
    any: Vec<Spanned<String>>,
}

/// A text and what it must come to.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct GoldenTable {
    /// What is graded.
    text: String,
    /// Criterion or penalty id to credit, 0 to 1.
    expect: BTreeMap<String, f64>,
}

/// A rubric and where its parts stand.
pub(super) struct Rubric {
    pub(super) question: Question,
    pub(super) places: Places,
}

/// Shared criteria and where they stand.
pub(super) struct Shared {
    criteria: Vec<(Criterion, CriterionPlaces)>,
    goldens: Vec<(Golden, Range<usize>)>,
}

/// Reads a rubric; `shared` gives the text of the shared file of that name.
///
/// # Errors
/// All that is wrong with the file, as far as it can be read.
pub(super) fn parse<'s>(
    file: &str,
    text: &str,
    shared: impl Fn(&str) -> Option<(String, &'s str)>,
) -> Result<Rubric, Vec<Finding>> {
    let table: RubricFile = toml::from_str(text).map_err(|error| vec![syntax(file, text, &error)])?;
    let mut reader = Reader { file, text, findings: Vec::new() };
    reader.header(&table);
    let mut criteria = reader.criteria(table.criterion, "criterion");
    let mut included = Vec::new();
    for name in &table.include {
        match shared(name.get_ref()) {
            None => reader.say(
                name.span(),
                format!("no shared criteria `{}`", name.get_ref()),
                "they stand in rubrics/shared/<name>.toml",
            ),
            Some((path, text)) => match parse_shared(&path, text) {
                Ok(found) => included.extend(found.criteria),
                Err(_) => reader.say(
                    name.span(),
                    format!("`{}` has faults of its own", name.get_ref()),
                    "mend that file first",
                ),
            },
        }
    }
    criteria.extend(included);
    let penalties = reader.criteria(table.penalty, "penalty");
    reader.unique_ids(criteria.iter().chain(&penalties));
    if criteria.is_empty() {
        reader.say(table.id.span(), "a rubric without criteria", "add a `[[criterion]]` table");
    }
    let ids: Vec<&str> = criteria.iter().chain(&penalties).map(|(criterion, _)| criterion.id.as_str()).collect();
    let goldens = reader.goldens(table.golden, &ids);
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
        bands,
        criteria,
        penalties,
        goldens,
    };
    let places = Places { criteria: criterion_places, penalties: penalty_places, goldens: golden_places };
    reader.finish(Rubric { question, places })
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
        bands: Bands::default(),
        criteria,
        penalties: Vec::new(),
        goldens,
    };
    Ok(Rubric {
        question,
        places: Places { criteria: criterion_places, penalties: Vec::new(), goldens: golden_places },
    })
}

fn parse_shared(file: &str, text: &str) -> Result<Shared, Vec<Finding>> {
    let table: SharedFile = toml::from_str(text).map_err(|error| vec![syntax(file, text, &error)])?;
    let mut reader = Reader { file, text, findings: Vec::new() };
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

struct Reader<'a> {
    file: &'a str,
    text: &'a str,
    findings: Vec<Finding>,
}

impl Reader<'_> {
    fn say(&mut self, span: Range<usize>, message: impl Into<String>, hint: impl Into<String>) {
        self.findings.push(Finding::new(self.file, self.text, span, message, hint));
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
        if table.prompt.get_ref().trim().is_empty() {
            self.say(table.prompt.span(), "an empty prompt", "write the question as it is put");
        }
        if let Some(bands) = &table.bands {
            let Bands { strong, solid, partial } = *bands.get_ref();
            if !(partial < solid && solid < strong && strong <= 100) {
                self.say(bands.span(), "bands out of order", "partial < solid < strong, at most 100");
            }
        }
    }

    fn criteria(&mut self, tables: Vec<CriterionTable>, what: &str) -> Vec<(Criterion, CriterionPlaces)> {
        tables.into_iter().map(|table| self.criterion(table, what)).collect()
    }

    fn criterion(&mut self, table: CriterionTable, what: &str) -> (Criterion, CriterionPlaces) {
        let id = table.id.get_ref();
        if id.is_empty() || !id.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-') {
            self.say(table.id.span(), format!("`{id}` is no id"), "use lower-case letters, digits and hyphens");
        }
        if !(1..=MOST_POINTS).contains(table.points.get_ref()) {
            self.say(
                table.points.span(),
                format!("{} points", table.points.get_ref()),
                format!("use 1 to {MOST_POINTS}"),
            );
        }
        if table.concept.is_empty() {
            self.say(
                table.id.span(),
                format!("{what} `{id}` has no concept"),
                "add a `[[…concept]]` table with `id` and `any`",
            );
        }
        let concepts = table.concept.len() as u32;
        let need = table.need.as_ref().map_or(concepts, |need| *need.get_ref());
        if let Some(given) = table.need.as_ref().filter(|need| !(1..=concepts.max(1)).contains(need.get_ref())) {
            self.say(given.span(), format!("needs {need} of {concepts} concepts"), format!("use 1 to {concepts}"));
        }
        let mut places = CriterionPlaces {
            id: Place { file: self.file.to_owned(), span: table.id.span() },
            phrases: Vec::with_capacity(table.concept.len()),
        };
        let mut seen: Vec<String> = Vec::new();
        let mut criterion = Criterion {
            id: table.id.into_inner(),
            points: table.points.into_inner(),
            asks: table.asks,
            advice: table.advice,
            need,
            concepts: Vec::with_capacity(table.concept.len()),
        };
        for concept in table.concept {
            if seen.contains(concept.id.get_ref()) {
                self.say(
                    concept.id.span(),
                    format!("concept `{}` stands twice in `{}`", concept.id.get_ref(), criterion.id),
                    "give each its own id",
                );
            }
            if concept.any.is_empty() {
                self.say(
                    concept.id.span(),
                    format!("concept `{}` has no phrase", concept.id.get_ref()),
                    "write phrases into `any`",
                );
            }
            seen.push(concept.id.get_ref().clone());
            places.phrases.push(concept.any.iter().map(Spanned::span).collect());
            let any = concept.any.into_iter().map(Spanned::into_inner).collect();
            criterion.concepts.push(Concept { id: concept.id.into_inner(), any });
        }
        (criterion, places)
    }

    fn unique_ids<'c>(&mut self, criteria: impl Iterator<Item = &'c (Criterion, CriterionPlaces)>) {
        let mut seen: Vec<&str> = Vec::new();
        for (criterion, places) in criteria {
            if seen.contains(&criterion.id.as_str()) {
                self.findings.push(places.id.finding(
                    self.text,
                    format!("`{}` stands twice", criterion.id),
                    "give every criterion and penalty its own id",
                ));
            }
            seen.push(&criterion.id);
        }
    }

    fn goldens(&mut self, tables: Vec<Spanned<GoldenTable>>, ids: &[&str]) -> Vec<(Golden, Range<usize>)> {
        let mut goldens = Vec::with_capacity(tables.len());
        for table in tables {
            let span = table.span();
            let GoldenTable { text, expect } = table.into_inner();
            let mut expected = BTreeMap::new();
            for (id, credit) in expect {
                if !ids.contains(&id.as_str()) {
                    self.say(
                        span.clone(),
                        format!("expects something of `{id}`, which is no criterion"),
                        format!("use one of: {}", ids.join(", ")),
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

#[allow(clippy::cast_sign_loss)] // checked to be 0 to 1
fn thousandths(credit: f64) -> u32 {
    (credit * 1000.0).round() as u32
}
