//! Sample answers of different quality.
//!
//! Grades quote sample answers for missed criteria, and answers that copy a sample answer are detected.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The quality of a sample answer, as its author rates it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum SampleLevel {
    /// The answer covers the question with concrete detail.
    Strong,
    /// The answer covers about half of the question.
    Fair,
    /// The answer is vague, generic or wrong.
    Weak,
}

impl SampleLevel {
    /// All levels, best first.
    pub const ALL: [Self; 3] = [Self::Strong, Self::Fair, Self::Weak];

    /// The name in corpus files and results.
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
    /// Id of the question.
    pub question: String,
    /// Quality of the sample.
    pub level: SampleLevel,
    /// Text of the sample.
    pub text: String,
    /// Byte range of the sample's heading in its corpus file.
    pub heading: std::ops::Range<usize>,
}
