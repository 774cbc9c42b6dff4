//! Exact quantities: points and scores are integers until they are printed.

use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::fmt;

/// Thousandths of a point or of a credit. Written as a decimal number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default, JsonSchema)]
#[schemars(transparent)]
pub struct Thousandths(#[schemars(with = "f64")] pub u32);

impl Thousandths {
    /// One whole.
    pub const ONE: Self = Self(1000);

    /// The number as it is written: no more decimals than it needs.
    pub fn as_f64(self) -> f64 {
        f64::from(self.0) / 1000.0
    }
}

impl fmt::Display for Thousandths {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.as_f64(), f)
    }
}

impl Serialize for Thousandths {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if self.0.is_multiple_of(1000) {
            serializer.serialize_u32(self.0 / 1000)
        } else {
            serializer.serialize_f64(self.as_f64())
        }
    }
}

impl<'de> Deserialize<'de> for Thousandths {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        scaled(f64::deserialize(deserializer)?, 1000.0).map(Self)
    }
}

/// Tenths of a point on the scale of 0 to 100: what a score is kept in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, JsonSchema)]
#[schemars(transparent)]
pub struct Tenths(#[schemars(with = "f64")] pub u32);

impl Tenths {
    /// `earned` of `possible` on the scale of 0 to 100, one decimal, half rounded up. Nothing
    /// possible is 0.
    pub fn share(earned: Thousandths, possible: Thousandths) -> Self {
        if possible.0 == 0 {
            return Self(0);
        }
        let (earned, possible) = (u64::from(earned.0), u64::from(possible.0));
        Self(((earned * 2000 + possible) / (possible * 2)) as u32)
    }

    /// The score as a decimal number.
    pub fn as_f64(self) -> f64 {
        f64::from(self.0) / 10.0
    }
}

impl fmt::Display for Tenths {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.0 / 10, self.0 % 10)
    }
}

impl Serialize for Tenths {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_f64(self.as_f64())
    }
}

impl<'de> Deserialize<'de> for Tenths {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        scaled(f64::deserialize(deserializer)?, 10.0).map(Self)
    }
}

#[allow(clippy::cast_sign_loss)] // checked to be in range
fn scaled<E: serde::de::Error>(number: f64, scale: f64) -> Result<u32, E> {
    let scaled = (number * scale).round();
    if (0.0..=f64::from(u32::MAX)).contains(&scaled) {
        Ok(scaled as u32)
    } else {
        Err(E::custom(format_args!("expected a number from 0 up, found {number}")))
    }
}

/// What a grade rests on, as one BLAKE3 hash. Written as 64 hexadecimal digits.
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_round_half_up_from_integers() {
        let share = |earned, possible| Tenths::share(Thousandths(earned), Thousandths(possible)).to_string();
        assert_eq!(share(0, 9000), "0.0");
        assert_eq!(share(9000, 9000), "100.0");
        assert_eq!(share(1, 2000), "0.1"); // 0.05 exactly
        assert_eq!(share(2999, 6_000_000), "0.0");
        assert_eq!(share(3000, 6_000_000), "0.1");
        assert_eq!(share(5, 0), "0.0");
    }

    #[test]
    fn numbers_survive_json() {
        for value in [0, 1, 333, 500, 1000, 12_345] {
            let json = serde_json::to_string(&Thousandths(value)).expect("writes");
            assert_eq!(serde_json::from_str::<Thousandths>(&json).expect("reads"), Thousandths(value));
        }
        assert_eq!(serde_json::to_string(&Thousandths(2000)).expect("writes"), "2");
        assert!(serde_json::from_str::<Tenths>("-1").is_err());
    }

    #[test]
    fn fingerprints_survive_json() {
        let print = Fingerprint(std::array::from_fn(|i| (i * 7) as u8));
        let json = serde_json::to_string(&print).expect("writes");
        assert_eq!(json.len(), 66);
        assert_eq!(serde_json::from_str::<Fingerprint>(&json).expect("reads"), print);
        assert!(serde_json::from_str::<Fingerprint>("\"zz\"").is_err());
    }
}
