//! Fingerprints: BLAKE3 hashes that identify the input of a grade, and the hasher that computes them.
//!
//! [`FingerprintHasher`] adds the length before each text, so that different sequences of texts add different bytes.
//! Callers decide what a fingerprint depends on.

use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::fmt;

/// BLAKE3 hash of everything that a grade depends on. Written as 64 hexadecimal digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, JsonSchema)]
#[schemars(transparent)]
pub struct Fingerprint(#[schemars(with = "String")] pub [u8; 32]);

impl fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut hex = [0; 64];
        f.write_str(hex_digits(&self.0, &mut hex))
    }
}

fn hex_digits<'a>(bytes: &[u8; 32], hex: &'a mut [u8; 64]) -> &'a str {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    for (pair, byte) in hex.chunks_exact_mut(2).zip(bytes) {
        pair[0] = DIGITS[usize::from(byte >> 4)];
        pair[1] = DIGITS[usize::from(byte & 15)];
    }
    std::str::from_utf8(hex).unwrap_or_default()
}

impl Serialize for Fingerprint {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(hex_digits(&self.0, &mut [0; 64]))
    }
}

impl<'de> Deserialize<'de> for Fingerprint {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let hex = std::borrow::Cow::<str>::deserialize(deserializer)?;
        let mut bytes = [0; 32];
        let well_formed = hex.len() == 64
            && hex.is_ascii()
            && bytes
                .iter_mut()
                .enumerate()
                .all(|(i, byte)| u8::from_str_radix(&hex[2 * i..2 * i + 2], 16).map(|value| *byte = value).is_ok());
        if well_formed { Ok(Self(bytes)) } else { Err(serde::de::Error::custom("expected 64 hexadecimal digits")) }
    }
}

/// Computes a [`Fingerprint`] from numbers and texts.
#[derive(Debug, Clone, Default)]
pub struct FingerprintHasher(blake3::Hasher);

impl FingerprintHasher {
    /// A hasher without a key.
    pub fn new() -> Self {
        Self::default()
    }

    /// A hasher whose result also depends on `key`.
    pub fn keyed(key: Fingerprint) -> Self {
        Self(blake3::Hasher::new_keyed(&key.0))
    }

    /// Adds a number as an unsigned 64-bit integer in little-endian order.
    pub fn number(&mut self, number: usize) {
        self.0.update(&(number as u64).to_le_bytes());
    }

    /// Adds the length of `text` in bytes, as [`Self::number`] does, and its bytes.
    pub fn text(&mut self, text: &str) {
        self.sized_bytes(text.as_bytes());
    }

    /// Adds the length of `bytes`, as [`Self::number`] does, and the bytes.
    pub fn sized_bytes(&mut self, bytes: &[u8]) {
        self.number(bytes.len());
        self.bytes(bytes);
    }

    /// Adds `bytes` without their length. Use it only for values of a fixed size and for the last value.
    pub fn bytes(&mut self, bytes: &[u8]) {
        self.0.update(bytes);
    }

    /// Adds the 32 bytes of another fingerprint.
    pub fn fingerprint(&mut self, fingerprint: Fingerprint) {
        self.bytes(&fingerprint.0);
    }

    /// The fingerprint of everything that was added.
    pub fn finish(&self) -> Fingerprint {
        Fingerprint(*self.0.finalize().as_bytes())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fingerprint_is_read_back_from_json() {
        let fingerprint = Fingerprint(std::array::from_fn(|i| (i * 7) as u8));
        let json = serde_json::to_string(&fingerprint).expect("writes");
        assert_eq!(json.len(), 66);
        assert_eq!(serde_json::from_str::<Fingerprint>(&json).expect("reads"), fingerprint);
        let error = serde_json::from_str::<Fingerprint>("\"zz\"").expect_err("two letters").to_string();
        assert_eq!(error, "expected 64 hexadecimal digits");
    }
    #[test]
    fn texts_are_hashed_with_their_lengths() {
        let hash = |texts: &[&str]| {
            let mut hasher = FingerprintHasher::new();
            texts.iter().for_each(|text| hasher.text(text));
            hasher.finish()
        };
        assert_eq!(hash(&["ab"]).0, *blake3::hash(b"\x02\0\0\0\0\0\0\0ab").as_bytes());
        assert_ne!(hash(&["ab", "c"]), hash(&["a", "bc"]));
    }

    #[test]
    fn a_keyed_hash_depends_on_the_key() {
        let (key, mut hasher) = (Fingerprint([7; 32]), FingerprintHasher::keyed(Fingerprint([7; 32])));
        hasher.number(3);
        hasher.fingerprint(key);
        let input = [&3_u64.to_le_bytes()[..], &[7; 32]].concat();
        assert_eq!(hasher.finish().0, *blake3::keyed_hash(&key.0, &input).as_bytes());
    }
}
