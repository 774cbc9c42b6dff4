//! Keys of results: one hash of everything that a result depends on. A row with the key of an earlier result is not
//! graded again.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use gradus_core::model::{CarriedValue, Fingerprint, FingerprintHasher, QuestionMatch};

/// Half of a BLAKE3 hash: equal for rows with equal results. Written as 32 hexadecimal digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct Key(u128);

impl Key {
    /// The key of a result: a hash of the fingerprints of the settings and of the grade, the row's id, and the values
    /// of the kept columns.
    pub(super) fn new(layout: &Fingerprint, grade: &Fingerprint, id: &str, kept: &[CarriedValue<'_>]) -> Self {
        let mut hasher = FingerprintHasher::keyed(*layout);
        hasher.fingerprint(*grade);
        add_text(&mut hasher, 0, id);
        for kept in kept {
            match kept {
                CarriedValue::Absent => add_text(&mut hasher, 1, ""),
                CarriedValue::Text(text) => add_text(&mut hasher, 2, text),
                CarriedValue::Json(text) => add_text(&mut hasher, 3, text),
            }
        }
        Self(first_half(hasher.finish()))
    }
}

/// The fingerprint of a graded row. Covers the grade, and how the question of the row was determined.
pub(super) fn fingerprint_with_match(grade: &Fingerprint, matched: Option<&QuestionMatch<'_>>) -> Fingerprint {
    let mut hasher = FingerprintHasher::new();
    hasher.fingerprint(*grade);
    match matched {
        None => add_text(&mut hasher, 0, ""),
        Some(QuestionMatch::Id) => add_text(&mut hasher, 1, ""),
        Some(QuestionMatch::Only) => add_text(&mut hasher, 2, ""),
        Some(QuestionMatch::Wording { wording }) => add_text(&mut hasher, 3, wording),
        Some(QuestionMatch::Similar { wording, similarity }) => {
            add_text(&mut hasher, 4, wording);
            hasher.bytes(&similarity.0.to_le_bytes());
        }
        Some(QuestionMatch::Answer { similarity }) => {
            add_text(&mut hasher, 5, "");
            hasher.bytes(&similarity.0.to_le_bytes());
        }
    }
    hasher.finish()
}

/// The fingerprint of a row that cannot be graded.
pub(super) fn fingerprint_of_reason(question: &str, reason: &str) -> Fingerprint {
    fingerprint_of_two(question, reason)
}

/// A short fingerprint that is equal for two rows with the same id and question.
pub(super) fn short_fingerprint_of_id(id: &str, question: &str) -> u64 {
    (first_half(fingerprint_of_two(id, question)) >> 64) as u64
}

fn fingerprint_of_two(first: &str, second: &str) -> Fingerprint {
    let mut hasher = FingerprintHasher::new();
    add_text(&mut hasher, 0, first);
    add_text(&mut hasher, 1, second);
    hasher.finish()
}

/// Adds a text with a tag, so that no two sequences of tagged texts add the same bytes.
fn add_text(hasher: &mut FingerprintHasher, tag: u8, text: &str) {
    hasher.bytes(&[tag]);
    hasher.text(text);
}

/// The first half of a fingerprint.
fn first_half(fingerprint: Fingerprint) -> u128 {
    let mut half = [0; 16];
    half.copy_from_slice(&fingerprint.0[..16]);
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

#[cfg(test)]
mod tests {
    use std::borrow::Cow;

    use gradus_core::model::Thousandths;

    use super::*;

    /// The bytes of a text with its tag, as all released versions hash them.
    fn tagged(tag: u8, text: &str) -> Vec<u8> {
        [&[tag][..], &(text.len() as u64).to_le_bytes(), text.as_bytes()].concat()
    }

    #[test]
    fn keys_are_those_of_earlier_versions() {
        let (layout, grade) = (Fingerprint([7; 32]), Fingerprint([9; 32]));
        let kept =
            [CarriedValue::Absent, CarriedValue::Text(Cow::Borrowed("a")), CarriedValue::Json(Cow::Borrowed("1"))];
        let parts = [grade.0.to_vec(), tagged(0, "r1"), tagged(1, ""), tagged(2, "a"), tagged(3, "1")].concat();
        let hash = blake3::keyed_hash(&layout.0, &parts).to_hex();
        assert_eq!(Key::new(&layout, &grade, "r1", &kept).to_string(), hash[..32]);
        let short = short_fingerprint_of_id("r1", "q");
        let hash = blake3::hash(&[tagged(0, "r1"), tagged(1, "q")].concat()).to_hex();
        assert_eq!(format!("{short:016x}"), hash[..16]);
        let reason = [tagged(0, "q"), tagged(1, "why")].concat();
        assert_eq!(fingerprint_of_reason("q", "why").0, *blake3::hash(&reason).as_bytes());
    }

    #[test]
    fn how_a_question_was_determined_is_part_of_the_fingerprint() {
        let (grade, similarity) = (Fingerprint([9; 32]), Thousandths(812));
        let similarity_bytes = similarity.0.to_le_bytes().to_vec();
        let wording = || Cow::Borrowed("Why?");
        for (matched, bytes) in [
            (None, tagged(0, "")),
            (Some(QuestionMatch::Id), tagged(1, "")),
            (Some(QuestionMatch::Only), tagged(2, "")),
            (Some(QuestionMatch::Wording { wording: wording() }), tagged(3, "Why?")),
            (
                Some(QuestionMatch::Similar { wording: wording(), similarity }),
                [tagged(4, "Why?"), similarity_bytes.clone()].concat(),
            ),
            (Some(QuestionMatch::Answer { similarity }), [tagged(5, ""), similarity_bytes].concat()),
        ] {
            let expected = *blake3::hash(&[grade.0.to_vec(), bytes].concat()).as_bytes();
            assert_eq!(fingerprint_with_match(&grade, matched.as_ref()).0, expected, "{matched:?}");
        }
    }
}
