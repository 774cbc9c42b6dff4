//! A question and the rubric by which its answers are graded.
//!
//! Values are valid when they come from `bank`, which parses and checks rubric files. The doc comments of types that
//! implement `JsonSchema` are the descriptions in the JSON Schema of rubrics.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

use super::{Band, Tenths, Thousandths};

/// The kind of answer that a question asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
#[schemars(rename = "Kind")]
pub enum QuestionKind {
    /// Design a system.
    Design,
    /// Describe how to approach a task.
    Process,
    /// Describe a personal experience.
    Behavioural,
    /// Explain a concept.
    Concept,
    /// Explain one's motives.
    Motivation,
}

impl QuestionKind {
    /// The name in rubrics and results.
    pub fn name(self) -> &'static str {
        match self {
            Self::Design => "design",
            Self::Process => "process",
            Self::Behavioural => "behavioural",
            Self::Concept => "concept",
            Self::Motivation => "motivation",
        }
    }
}

/// The difficulty of a question.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Level {
    /// A senior candidate is expected to answer the question well.
    Core,
    /// The question distinguishes the best candidates.
    Advanced,
}

impl Level {
    /// The name in rubrics and results.
    pub fn name(self) -> &'static str {
        match self {
            Self::Core => "core",
            Self::Advanced => "advanced",
        }
    }
}

/// Lowest score of each band, from 0 to 100.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Bands {
    /// Lowest score of a strong answer.
    pub strong: u32,
    /// Lowest score of a solid answer.
    pub solid: u32,
    /// Lowest score of a partial answer; answers below are weak.
    pub partial: u32,
}

impl Default for Bands {
    fn default() -> Self {
        Self { strong: 80, solid: 60, partial: 35 }
    }
}

impl Bands {
    /// The band of `score`.
    pub fn of(self, score: Tenths) -> Band {
        match score.0 {
            tenths if tenths >= self.strong * 10 => Band::Strong,
            tenths if tenths >= self.solid * 10 => Band::Solid,
            tenths if tenths >= self.partial * 10 => Band::Partial,
            _ => Band::Weak,
        }
    }
}

/// A concept that an answer can contain, and the phrases by which it is recognised.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Concept {
    /// Id, unique in the criterion.
    pub id: String,
    /// Phrases in the phrase language. One matching phrase is enough.
    pub any: Vec<String>,
}

/// A criterion that earns points, or a penalty that deducts points.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Criterion {
    /// Id, unique in the question.
    pub id: String,
    /// Points for full credit.
    pub points: u32,
    /// The question that a judge has to decide.
    pub asks: String,
    /// Advice for a person who missed the criterion or incurred the penalty.
    pub advice: Option<String>,
    /// How matched concepts are converted to credit.
    pub basis: Basis,
    /// The concepts; at least one.
    pub concepts: Vec<Concept>,
}

/// How the matched concepts of a criterion are converted to credit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Basis {
    /// By the number of matched concepts.
    Count {
        /// Number of concepts that earn full credit: from 1 to the number of concepts.
        need: u32,
    },
    /// By the share of a reference answer's weight that the matched concepts cover.
    Coverage {
        /// The share that earns half of the credit: 1 to 500 thousandths.
        half: Thousandths,
        /// Answers that earn full credit; at least one. The one that fits best counts.
        references: Vec<ReferenceAnswer>,
    },
}

/// An answer that earns full credit, and the weights of its concepts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReferenceAnswer {
    /// Text of the answer.
    pub text: String,
    /// Weights of concepts; at least one.
    pub terms: Vec<Term>,
}

/// The weight of a concept in a reference answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Term {
    /// Index of the concept in the criterion.
    pub concept: usize,
    /// Weight relative to the other concepts.
    pub weight: Thousandths,
    /// Whether the reference answer affirms, denies or omits the concept.
    pub stance: Stance,
}

/// How a reference answer uses a concept. Fingerprints depend on the order of the variants.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Stance {
    /// The reference answer affirms the concept.
    Affirmed,
    /// The reference answer denies the concept.
    Denied,
    /// The reference answer omits the concept; other good answers may contain it.
    Optional,
}

impl Stance {
    /// Whether the reference answer denies the concept.
    pub fn denies(self) -> bool {
        self == Self::Denied
    }

    /// Whether an answer without the concept misses something.
    pub fn is_expected(self) -> bool {
        self != Self::Optional
    }
}

/// A test in a rubric: a text, and the credit of each named criterion.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Golden {
    /// Text to grade.
    pub text: String,
    /// Expected credit by id of criterion or penalty.
    pub expect: BTreeMap<String, Thousandths>,
}

/// A question with its whole rubric.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Question {
    /// Id, unique in the bank.
    pub id: String,
    /// Name of the rubric's folder.
    pub topic: String,
    /// Kind of answer that the question asks for.
    pub kind: QuestionKind,
    /// Difficulty of the question.
    pub level: Level,
    /// Wording of the question.
    pub prompt: String,
    /// Other common wordings. Used to find the question, never to grade.
    pub also_asked: Vec<String>,
    /// Wordings that are only used to find the question. Never displayed.
    pub index_only: Vec<String>,
    /// Other ids of the question, as answers from other sources use them.
    pub known_as: Vec<String>,
    /// Whether the rubric is marked as written by a program and not yet reviewed.
    pub drafted: bool,
    /// Lowest scores of the bands.
    pub bands: Bands,
    /// Points that an answer needs for the full score; `None` for the points of all criteria.
    pub enough: Option<u32>,
    /// Criteria that earn points: those of the rubric itself, then the included ones.
    pub criteria: Vec<Criterion>,
    /// Penalties that deduct points.
    pub penalties: Vec<Criterion>,
    /// Tests of the rubric.
    pub goldens: Vec<Golden>,
}

impl Question {
    /// All wordings by which the question can be found, the prompt first.
    pub fn wordings(&self) -> impl Iterator<Item = &str> {
        let others = self.also_asked.iter().chain(&self.index_only);
        std::iter::once(&self.prompt).chain(others).map(String::as_str)
    }

    /// The points of all criteria together.
    pub fn points(&self) -> u32 {
        self.criteria.iter().map(|criterion| criterion.points).sum()
    }

    /// Points of the full score. An answer earns at most this much, whatever else it contains.
    pub fn possible(&self) -> Thousandths {
        Thousandths(self.enough.unwrap_or_else(|| self.points()) * 1000)
    }
}
