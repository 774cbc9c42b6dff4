//! The format of rubric files as serde types, and the JSON Schemas of rubrics and results.
//!
//! Doc comments of the types are the descriptions in the schema of rubrics. Values are checked in `rubric` and `criteria`.

use schemars::{JsonSchema, Schema, schema_for};
use serde::Deserialize;
use std::collections::BTreeMap;
use toml::Spanned;

use crate::model::{Bands, Grade, Level, QuestionKind};

/// The JSON Schema of rubric files.
pub fn rubric_schema() -> Schema {
    schema_for!(RubricFile)
}

/// The JSON Schema of files of ideas.
pub fn ideas_schema() -> Schema {
    schema_for!(IdeaFile)
}

/// The JSON Schema of results.
pub fn result_schema() -> Schema {
    schema_for!(Grade<'static>)
}

/// A rubric file.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(title = "gradus rubric")]
pub(super) struct RubricFile {
    /// Version of the file format: 1.
    #[schemars(with = "u32")]
    pub(super) schema: Spanned<u32>,
    /// The file's name without `.toml`.
    #[schemars(with = "String")]
    pub(super) id: Spanned<String>,
    /// The name of the folder that contains the file.
    #[schemars(with = "String")]
    pub(super) topic: Spanned<String>,
    /// What kind of answer the question asks for.
    pub(super) kind: QuestionKind,
    /// The difficulty of the question.
    pub(super) level: Level,
    /// The question as it is asked.
    #[schemars(with = "String")]
    pub(super) prompt: Spanned<String>,
    /// Other usual wordings. They find the question and are never graded.
    #[serde(default)]
    pub(super) also_asked: Vec<String>,
    /// Wordings that only find the question, such as search terms. They are never shown and never graded.
    #[serde(default)]
    pub(super) index_only: Vec<String>,
    /// Other names of the question, such as ids in data sets.
    #[serde(default)]
    #[schemars(with = "Vec<String>")]
    pub(super) known_as: Vec<Spanned<String>>,
    /// Whether a program wrote the rubric. Remove it after you have reviewed the rubric.
    #[serde(default)]
    pub(super) drafted: bool,
    /// Shared criteria, from `rubrics/shared/<name>.toml`.
    #[serde(default)]
    #[schemars(with = "Vec<String>")]
    pub(super) include: Vec<Spanned<String>>,
    /// Lowest scores of the bands: 80, 60 and 35 if absent.
    #[schemars(with = "Option<Bands>")]
    pub(super) bands: Option<Spanned<Bands>>,
    /// Points of an answer that deserves the full score: the points of all criteria if absent. Set it if an expert would
    /// call an answer complete that leaves some of the criteria out.
    #[schemars(with = "Option<u32>")]
    pub(super) enough: Option<Spanned<u32>>,
    /// Criteria that earn points.
    #[serde(default)]
    pub(super) criterion: Vec<CriterionTable>,
    /// Penalties that take points away.
    #[serde(default)]
    pub(super) penalty: Vec<CriterionTable>,
    /// Tests that are run when the bank is checked.
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

/// A file of ideas.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(title = "gradus ideas")]
pub(super) struct IdeaFile {
    /// Version of the file format: 1.
    #[schemars(with = "u32")]
    pub(super) schema: Spanned<u32>,
    /// Notions of the field with their wordings.
    #[serde(default)]
    pub(super) idea: Vec<IdeaTable>,
    /// Lists of words that can replace each other in a phrase.
    #[serde(default)]
    pub(super) words: Vec<WordsTable>,
}

/// The table of one idea or list, cut out of a file of ideas.
#[derive(Deserialize)]
pub(super) struct OneIdea {
    #[serde(default)]
    pub(super) idea: Vec<IdeaTable>,
    #[serde(default)]
    pub(super) words: Vec<WordsTable>,
}

/// A notion of the field with the wordings that people use for it. Phrases name it as `<id>`.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct IdeaTable {
    /// Id, unique in the bank.
    #[schemars(with = "String")]
    pub(super) id: Spanned<String>,
    /// What the idea means, in one sentence.
    pub(super) means: String,
    /// Phrases that express the idea.
    #[schemars(with = "Vec<String>")]
    pub(super) any: Vec<Spanned<String>>,
    /// Sentences that express the idea, in other words than the phrases. The check of the bank tests them.
    #[serde(default)]
    #[schemars(with = "Vec<String>")]
    pub(super) says: Vec<Spanned<String>>,
    /// Sentences that share words with the phrases and do not express the idea.
    #[serde(default)]
    #[schemars(with = "Vec<String>")]
    pub(super) not: Vec<Spanned<String>>,
}

/// A list of words for one position of a phrase. Phrases name it as `<id>`.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct WordsTable {
    /// Id, unique in the bank.
    #[schemars(with = "String")]
    pub(super) id: Spanned<String>,
    /// The words.
    #[schemars(with = "Vec<String>")]
    pub(super) any: Vec<Spanned<String>>,
}

/// One criterion or penalty.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct CriterionTable {
    /// Id, unique in the rubric.
    #[schemars(with = "String")]
    pub(super) id: Spanned<String>,
    /// Points for full credit: 1 to 100.
    #[schemars(with = "u32")]
    pub(super) points: Spanned<u32>,
    /// The statement that a judge decides on.
    pub(super) asks: String,
    /// Advice for answers that miss the criterion.
    pub(super) advice: Option<String>,
    /// Number of concepts that earn full credit. All of them if absent.
    #[schemars(with = "Option<u32>")]
    pub(super) need: Option<Spanned<u32>>,
    /// The ideas that meet the criterion.
    #[serde(default)]
    pub(super) concept: Vec<ConceptTable>,
    /// Reference answers, instead of concepts. The credit depends on the share of the best fitting one that the answer
    /// says.
    #[serde(default)]
    pub(super) reference: Vec<ReferenceTable>,
    /// The share of a reference that earns half of the credit: 0.001 to 0.5. 0.1 if absent.
    #[schemars(with = "Option<f64>")]
    pub(super) half: Option<Spanned<f64>>,
}

/// An answer that earns full credit.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ReferenceTable {
    /// The text of the answer.
    #[schemars(with = "String")]
    pub(super) text: Spanned<String>,
    /// Phrases that the answer says, with their weights.
    #[serde(default)]
    #[schemars(with = "BTreeMap<String, f64>")]
    pub(super) terms: BTreeMap<Spanned<String>, Spanned<f64>>,
    /// Phrases that a good answer may also say, with their weights. They count if said and are not missed otherwise.
    #[serde(default)]
    #[schemars(with = "BTreeMap<String, f64>")]
    pub(super) also: BTreeMap<Spanned<String>, Spanned<f64>>,
    /// Phrases that the answer denies, with their weights. They count if another answer denies them too.
    #[serde(default)]
    #[schemars(with = "BTreeMap<String, f64>")]
    pub(super) denied: BTreeMap<Spanned<String>, Spanned<f64>>,
}

/// An idea that an answer can express in several ways.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ConceptTable {
    /// Id, unique in the criterion.
    #[schemars(with = "String")]
    pub(super) id: Spanned<String>,
    /// Phrases. Any of them is enough.
    #[schemars(with = "Vec<String>")]
    pub(super) any: Vec<Spanned<String>>,
}

/// A text with the credits that it must get.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct GoldenTable {
    /// The text to grade.
    pub(super) text: String,
    /// Credit by id of criterion or penalty: 0 to 1.
    pub(super) expect: BTreeMap<String, f64>,
}
