//! What makes a row the same as before: everything that its result rests on, as one hash.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use gradus_core::model::{CarriedValue, Fingerprint, QuestionMatch};

/// Half of a BLAKE3 hash: equal for rows whose results are equal. Written as 32 hexadecimal digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct Key(u128);

impl Key {
    /// Of a result's layout, what it rests on, the row's id, and what is carried through.
    pub(super) fn new(layout: &Fingerprint, rests_on: &Fingerprint, id: &str, kept: &[CarriedValue<'_>]) -> Self {
        let mut hasher = blake3::Hasher::new_keyed(&layout.0);
        hasher.update(&rests_on.0);
        hash_text(&mut hasher, 0, id);
        for kept in kept {
            match kept {
                CarriedValue::Absent => hash_text(&mut hasher, 1, ""),
                CarriedValue::Text(text) => hash_text(&mut hasher, 2, text),
                CarriedValue::Json(text) => hash_text(&mut hasher, 3, text),
            }
        }
        Self(first_half(&hasher))
    }
}

/// What a graded row rests on: its grade, and how its question was determined.
pub(super) fn print_with_match(grade: &Fingerprint, matched: Option<&QuestionMatch<'_>>) -> Fingerprint {
    let mut hasher = blake3::Hasher::new();
    hasher.update(&grade.0);
    match matched {
        None => hash_text(&mut hasher, 0, ""),
        Some(QuestionMatch::Id) => hash_text(&mut hasher, 1, ""),
        Some(QuestionMatch::Only) => hash_text(&mut hasher, 2, ""),
        Some(QuestionMatch::Wording { wording }) => hash_text(&mut hasher, 3, wording),
        Some(QuestionMatch::Similar { wording, similarity }) => {
            hash_text(&mut hasher, 4, wording);
            hasher.update(&similarity.0.to_le_bytes());
        }
        Some(QuestionMatch::Answer { similarity }) => {
            hash_text(&mut hasher, 5, "");
            hasher.update(&similarity.0.to_le_bytes());
        }
    }
    Fingerprint(*hasher.finalize().as_bytes())
}

/// What an ungraded row rests on.
pub(super) fn print_of_reason(question: &str, reason: &str) -> Fingerprint {
    let mut hasher = blake3::Hasher::new();
    hash_text(&mut hasher, 0, question);
    hash_text(&mut hasher, 1, reason);
    Fingerprint(*hasher.finalize().as_bytes())
}

/// By what two rows are told to have the same id and question.
pub(super) fn same(id: &str, question: &str) -> u64 {
    let mut hasher = blake3::Hasher::new();
    hash_text(&mut hasher, 0, id);
    hash_text(&mut hasher, 1, question);
    (first_half(&hasher) >> 64) as u64
}

fn hash_text(hasher: &mut blake3::Hasher, kind: u8, text: &str) {
    hasher.update(&[kind]).update(&(text.len() as u64).to_le_bytes()).update(text.as_bytes());
}

fn first_half(hasher: &blake3::Hasher) -> u128 {
    let mut half = [0; 16];
    hasher.finalize_xof().fill(&mut half);
    u128::from_be_bytes(half)
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:032x}", self.0)
    }
}

impl FromStr for Key {
    type Err = std::num::ParseIntError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        u128::from_str_radix(text, 16).map(Self)
    }
}

impl Serialize for Key {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Key {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = <std::borrow::Cow<'de, str>>::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}
