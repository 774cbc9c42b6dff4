//! Sample answers: what a person might say, and how good it is.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// How good a sample answer is, by its author's word.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum SampleLevel {
    /// Covers the question concretely.
    Strong,
    /// Covers about half of it.
    Fair,
    /// Vague, generic or wrong.
    Weak,
}

impl SampleLevel {
    /// All levels, best first.
    pub const ALL: [Self; 3] = [Self::Strong, Self::Fair, Self::Weak];

    /// The name as it is written in a corpus file.
    pub fn name(self) -> &'static str {
        match self {
            Self::Strong => "strong",
            Self::Fair => "fair",
            Self::Weak => "weak",
        }
    }
}

/// One sample answer to one question.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sample {
    /// The question's id.
    pub question: String,
    /// How good it is.
    pub level: SampleLevel,
    /// The answer itself.
    pub text: String,
    /// Bytes of the section's heading in the file it came from.
    pub heading: std::ops::Range<usize>,
}
