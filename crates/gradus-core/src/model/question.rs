//! A question and the rubric its answers are graded by.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

use super::{Band, Tenths, Thousandths};

/// What kind of answer a question asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// Draw up a system.
    Design,
    /// Tell how one goes about something.
    Process,
    /// Tell a story of one's own.
    Behavioural,
    /// Explain an idea.
    Concept,
    /// Tell why.
    Motivation,
}

impl Kind {
    /// The name as it is written in a rubric.
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

/// How much a question asks of a candidate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Level {
    /// Every senior candidate should manage it.
    Core,
    /// Sets the best apart.
    Advanced,
}

impl Level {
    /// The name as it is written in a rubric.
    pub fn name(self) -> &'static str {
        match self {
            Self::Core => "core",
            Self::Advanced => "advanced",
        }
    }
}

/// Lowest scores of the bands, in points of 100.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Bands {
    /// From here on an answer is strong.
    pub strong: u32,
    /// From here on it is solid.
    pub solid: u32,
    /// From here on it is partial; below, weak.
    pub partial: u32,
}

impl Default for Bands {
    fn default() -> Self {
        Self { strong: 80, solid: 60, partial: 35 }
    }
}

impl Bands {
    /// The band that `score` falls into.
    pub fn of(self, score: Tenths) -> Band {
        match score.0 {
            tenths if tenths >= self.strong * 10 => Band::Strong,
            tenths if tenths >= self.solid * 10 => Band::Solid,
            tenths if tenths >= self.partial * 10 => Band::Partial,
            _ => Band::Weak,
        }
    }
}

/// One idea of a criterion, and the phrases by which it is recognised.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Concept {
    /// Unique in its criterion.
    pub id: String,
    /// Phrases in the phrase language; any of them is enough.
    pub any: Vec<String>,
}

/// One thing that an answer earns points for, or loses points by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Criterion {
    /// Unique in its question.
    pub id: String,
    /// What full credit is worth.
    pub points: u32,
    /// What a judge is asked to decide.
    pub asks: String,
    /// What a person is told who missed it; for a penalty, who incurred it.
    pub advice: Option<String>,
    /// How what was found of the concepts becomes credit.
    pub basis: Basis,
    /// The ideas, one or more.
    pub concepts: Vec<Concept>,
}

/// How what was found of a criterion's concepts becomes credit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Basis {
    /// By how many there are.
    Count {
        /// How many concepts earn full credit: 1 to the number of concepts.
        need: u32,
    },
    /// By how much of a reference answer they make up.
    Coverage {
        /// The share of a reference that earns half of the credit: 1 to 500 thousandths.
        half: Thousandths,
        /// Answers that earn full credit, one or more; the one that fits best counts.
        references: Vec<ReferenceAnswer>,
    },
}

/// An answer that earns full credit, and what its words weigh.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReferenceAnswer {
    /// The answer.
    pub text: String,
    /// What it says, one or more; each stands for one concept.
    pub terms: Vec<Term>,
}

/// What a concept weighs in a reference answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Term {
    /// Which concept of the criterion, from 0.
    pub concept: usize,
    /// How much it counts among the others.
    pub weight: Thousandths,
    /// What the reference says of it.
    pub stance: Stance,
}

/// What a reference answer says of a concept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Stance {
    /// It says it.
    Said,
    /// It denies it.
    Denied,
    /// It does not say it, and other good answers may.
    Extra,
}

impl Stance {
    /// Whether the reference denies it.
    pub fn denies(self) -> bool {
        self == Self::Denied
    }

    /// Whether it is missed in an answer that does not say it.
    pub fn is_expected(self) -> bool {
        self != Self::Extra
    }
}

/// A rubric's own test: a text and the credit each named criterion must come to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Golden {
    /// What is graded.
    pub text: String,
    /// Criterion or penalty id to credit.
    pub expect: BTreeMap<String, Thousandths>,
}

/// A question with its whole rubric.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Question {
    /// Unique in its bank.
    pub id: String,
    /// The folder it stands in.
    pub topic: String,
    /// What kind of answer it asks for.
    pub kind: Kind,
    /// How much it asks.
    pub level: Level,
    /// The question as it is put.
    pub prompt: String,
    /// Other usual wordings: found by, never graded.
    pub also_asked: Vec<String>,
    /// Wordings by which the question is found, and which are not shown.
    pub index_only: Vec<String>,
    /// Names by which answers from elsewhere call it.
    pub known_as: Vec<String>,
    /// Whether a program wrote the rubric, and nobody has said that they read it.
    pub drafted: bool,
    /// Where the bands begin.
    pub bands: Bands,
    /// What earns points: the question's own criteria, then the included ones.
    pub criteria: Vec<Criterion>,
    /// What takes points away.
    pub penalties: Vec<Criterion>,
    /// The rubric's own tests.
    pub goldens: Vec<Golden>,
}

impl Question {
    /// All wordings by which the question is found, the prompt first.
    pub fn wordings(&self) -> impl Iterator<Item = &str> {
        let others = self.also_asked.iter().chain(&self.index_only);
        std::iter::once(&self.prompt).chain(others).map(String::as_str)
    }

    /// Points that a perfect answer earns.
    pub fn possible(&self) -> Thousandths {
        Thousandths(self.criteria.iter().map(|criterion| criterion.points * 1000).sum())
    }
}
