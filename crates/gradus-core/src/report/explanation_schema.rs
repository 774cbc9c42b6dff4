//! The JSON Schema of the output of an explanation: the phrases of a rubric with their matches in an answer.
//!
//! The types here only describe the output, which other modules write. A test compares the output with the schema.
#![allow(dead_code, reason = "the fields are read by the derived schema only")]

use schemars::{JsonSchema, Schema, schema_for};

use crate::model::MatchKind;

/// The schema of the phrases of a rubric with their matches in an answer.
pub fn explanation_schema() -> Schema {
    schema_for!(Vec<PhraseTrace>)
}

/// A phrase of a rubric, and its matches in the answer.
#[derive(JsonSchema)]
struct PhraseTrace {
    /// Whether the criterion takes points away.
    penalty: bool,
    criterion: String,
    concept: String,
    phrase: String,
    finds: Vec<FoundPhrase>,
}

#[derive(JsonSchema)]
struct FoundPhrase {
    /// First byte in the answer's file.
    start: u64,
    /// One past the last byte.
    end: u64,
    quote: String,
    how: MatchKind,
    /// Whether the match counts, in words.
    verdict: String,
    /// The ideas that occur in the match.
    ideas: Vec<FoundIdea>,
    /// The words that decide that the speaker rejects the match; empty if the speaker does not reject it.
    reasons: Vec<StanceReason>,
}

#[derive(JsonSchema)]
struct FoundIdea {
    id: String,
    /// First byte in the answer's file.
    start: u64,
    /// One past the last byte.
    end: u64,
    quote: String,
}

#[derive(JsonSchema)]
struct StanceReason {
    /// One word, or two neighbouring words.
    words: String,
    /// Positive if the words speak for a rejection.
    weight: i32,
}
