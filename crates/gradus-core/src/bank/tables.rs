//! Rubric files as they are written: what serde reads, and what the JSON Schema tells.

use schemars::JsonSchema;
use serde::Deserialize;
use std::collections::BTreeMap;
use toml::Spanned;

use crate::model::{Bands, Kind, Level};

/// A rubric file.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(title = "gradus rubric")]
pub(super) struct RubricFile {
    /// Layout of the file: 1.
    #[schemars(with = "u32")]
    pub(super) schema: Spanned<u32>,
    /// The file's name without `.toml`.
    #[schemars(with = "String")]
    pub(super) id: Spanned<String>,
    /// The name of the folder the file stands in.
    #[schemars(with = "String")]
    pub(super) topic: Spanned<String>,
    /// What kind of answer the question asks for.
    pub(super) kind: Kind,
    /// How much it asks.
    pub(super) level: Level,
    /// The question as it is put.
    #[schemars(with = "String")]
    pub(super) prompt: Spanned<String>,
    /// Other usual wordings: found by, never graded.
    #[serde(default)]
    pub(super) also_asked: Vec<String>,
    /// Wordings that are only used to find the question: search terms, unusual phrasings. Never shown, never graded.
    #[serde(default)]
    pub(super) index_only: Vec<String>,
    /// Names by which answers from elsewhere call the question.
    #[serde(default)]
    #[schemars(with = "Vec<String>")]
    pub(super) known_as: Vec<Spanned<String>>,
    /// Whether a program wrote the rubric; remove it when you have read and mended it.
    #[serde(default)]
    pub(super) drafted: bool,
    /// Shared criteria, from `rubrics/shared/<name>.toml`.
    #[serde(default)]
    #[schemars(with = "Vec<String>")]
    pub(super) include: Vec<Spanned<String>>,
    /// Lowest scores of the bands; 80, 60 and 35 if absent.
    #[schemars(with = "Option<Bands>")]
    pub(super) bands: Option<Spanned<Bands>>,
    /// What earns points.
    #[serde(default)]
    pub(super) criterion: Vec<CriterionTable>,
    /// What takes points away.
    #[serde(default)]
    pub(super) penalty: Vec<CriterionTable>,
    /// Tests that `gradus bank check` runs.
    #[serde(default)]
    #[schemars(with = "Vec<GoldenTable>")]
    pub(super) golden: Vec<Spanned<GoldenTable>>,
}

/// A file of shared criteria.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct SharedFile {
    pub(super) schema: Spanned<u32>,
    #[serde(default)]
    pub(super) criterion: Vec<CriterionTable>,
    #[serde(default)]
    pub(super) golden: Vec<Spanned<GoldenTable>>,
}

/// One criterion or penalty.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct CriterionTable {
    /// Unique in the rubric.
    #[schemars(with = "String")]
    pub(super) id: Spanned<String>,
    /// What full credit is worth: 1 to 100.
    #[schemars(with = "u32")]
    pub(super) points: Spanned<u32>,
    /// What a judge is asked to decide.
    pub(super) asks: String,
    /// What a person is told who missed it.
    pub(super) advice: Option<String>,
    /// How many concepts earn full credit; all of them if absent.
    #[schemars(with = "Option<u32>")]
    pub(super) need: Option<Spanned<u32>>,
    /// The ideas by which it is recognised.
    #[serde(default)]
    pub(super) concept: Vec<ConceptTable>,
    /// Reference answers, in place of concepts: credit follows from how much of the best fitting one is
    /// said.
    #[serde(default)]
    pub(super) reference: Vec<ReferenceTable>,
    /// The share of a reference that earns half of the credit, above 0 to 0.5; 0.1 if absent.
    #[schemars(with = "Option<f64>")]
    pub(super) half: Option<Spanned<f64>>,
}

/// An answer that earns full credit.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ReferenceTable {
    /// The answer.
    #[schemars(with = "String")]
    pub(super) text: Spanned<String>,
    /// What it says: phrases, and what each weighs among the others.
    #[serde(default)]
    #[schemars(with = "BTreeMap<String, f64>")]
    pub(super) terms: BTreeMap<Spanned<String>, Spanned<f64>>,
    /// What else a good answer may say: these count where they are said, and are not missed.
    #[serde(default)]
    #[schemars(with = "BTreeMap<String, f64>")]
    pub(super) also: BTreeMap<Spanned<String>, Spanned<f64>>,
    /// What it denies: these count where the answer denies them too.
    #[serde(default)]
    #[schemars(with = "BTreeMap<String, f64>")]
    pub(super) denied: BTreeMap<Spanned<String>, Spanned<f64>>,
}

/// One idea.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ConceptTable {
    /// Unique in the criterion.
    #[schemars(with = "String")]
    pub(super) id: Spanned<String>,
    /// Phrases; any of them is enough.
    #[schemars(with = "Vec<String>")]
    pub(super) any: Vec<Spanned<String>>,
}

/// A text and what it must come to.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct GoldenTable {
    /// What is graded.
    pub(super) text: String,
    /// Criterion or penalty id to credit, 0 to 1.
    pub(super) expect: BTreeMap<String, f64>,
}
