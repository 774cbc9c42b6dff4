//! Keys of results: one hash of everything that a result depends on. A row with the key of an earlier result is not
//! graded again.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use gradus_core::model::{CarriedValue, Fingerprint, QuestionMatch};

/// Half of a BLAKE3 hash: equal for rows with equal results. Written as 32 hexadecimal digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct Key(u128);

impl Key {
    /// The key for the fingerprint of a grade, in results of this layout, with the row's id and its kept columns.
    pub(super) fn new(layout: &Fingerprint, grade: &Fingerprint, id: &str, kept: &[CarriedValue<'_>]) -> Self {
        let mut hash = TaggedHash(blake3::Hasher::new_keyed(&layout.0));
        hash.bytes(&grade.0).text(0, id);
        for kept in kept {
            match kept {
                CarriedValue::Absent => hash.text(1, ""),
                CarriedValue::Text(text) => hash.text(2, text),
                CarriedValue::Json(text) => hash.text(3, text),
            };
        }
        Self(hash.first_half())
    }
}

/// The fingerprint of a graded row: of its grade, and of how its question was determined.
pub(super) fn print_with_match(grade: &Fingerprint, matched: Option<&QuestionMatch<'_>>) -> Fingerprint {
    let mut hash = TaggedHash(blake3::Hasher::new());
    hash.bytes(&grade.0);
    match matched {
        None => hash.text(0, ""),
        Some(QuestionMatch::Id) => hash.text(1, ""),
        Some(QuestionMatch::Only) => hash.text(2, ""),
        Some(QuestionMatch::Wording { wording }) => hash.text(3, wording),
        Some(QuestionMatch::Similar { wording, similarity }) => {
            hash.text(4, wording).bytes(&similarity.0.to_le_bytes())
        }
        Some(QuestionMatch::Answer { similarity }) => hash.text(5, "").bytes(&similarity.0.to_le_bytes()),
    };
    hash.fingerprint()
}

/// The fingerprint of a row that cannot be graded.
pub(super) fn print_of_reason(question: &str, reason: &str) -> Fingerprint {
    let mut hash = TaggedHash(blake3::Hasher::new());
    hash.text(0, question).text(1, reason);
    hash.fingerprint()
}

/// A hash that is equal for two rows with the same id and question.
pub(super) fn same(id: &str, question: &str) -> u64 {
    let mut hash = TaggedHash(blake3::Hasher::new());
    hash.text(0, id).text(1, question);
    (hash.first_half() >> 64) as u64
}

/// Hashes texts with a tag and their length, so that no two sequences of texts have the same bytes.
struct TaggedHash(blake3::Hasher);

impl TaggedHash {
    /// Adds bytes of a fixed length.
    fn bytes(&mut self, bytes: &[u8]) -> &mut Self {
        self.0.update(bytes);
        self
    }

    fn text(&mut self, tag: u8, text: &str) -> &mut Self {
        self.bytes(&[tag]).bytes(&(text.len() as u64).to_le_bytes()).bytes(text.as_bytes())
    }

    fn fingerprint(&self) -> Fingerprint {
        Fingerprint(*self.0.finalize().as_bytes())
    }

    fn first_half(&self) -> u128 {
        let mut half = [0; 16];
        self.0.finalize_xof().fill(&mut half);
        u128::from_be_bytes(half)
    }
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
        let same = same("r1", "q");
        let hash = blake3::hash(&[tagged(0, "r1"), tagged(1, "q")].concat()).to_hex();
        assert_eq!(format!("{same:016x}"), hash[..16]);
        let reason = [tagged(0, "q"), tagged(1, "why")].concat();
        assert_eq!(print_of_reason("q", "why").0, *blake3::hash(&reason).as_bytes());
    }

    #[test]
    fn how_a_question_was_determined_is_part_of_the_fingerprint() {
        let (grade, similarity) = (Fingerprint([9; 32]), Thousandths(812));
        let near = similarity.0.to_le_bytes().to_vec();
        let wording = || Cow::Borrowed("Why?");
        for (matched, bytes) in [
            (None, tagged(0, "")),
            (Some(QuestionMatch::Id), tagged(1, "")),
            (Some(QuestionMatch::Only), tagged(2, "")),
            (Some(QuestionMatch::Wording { wording: wording() }), tagged(3, "Why?")),
            (
                Some(QuestionMatch::Similar { wording: wording(), similarity }),
                [tagged(4, "Why?"), near.clone()].concat(),
            ),
            (Some(QuestionMatch::Answer { similarity }), [tagged(5, ""), near].concat()),
        ] {
            let expected = *blake3::hash(&[grade.0.to_vec(), bytes].concat()).as_bytes();
            assert_eq!(print_with_match(&grade, matched.as_ref()).0, expected, "{matched:?}");
        }
    }
}
