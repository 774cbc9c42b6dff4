//! Points, credits and scores as fixed-point numbers.
//!
//! They are integers until they are written, so that sums are exact and results do not depend on the machine.

use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::fmt;

/// Points or a credit, in thousandths. Written as a decimal number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default, JsonSchema)]
#[schemars(transparent)]
pub struct Thousandths(#[schemars(with = "f64")] pub u32);

impl Thousandths {
    /// One point, or full credit.
    pub const ONE: Self = Self(1000);

    /// The value in points; `0.5` for 500 thousandths.
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

/// A score from 0 to 100, in tenths of a point. Written with one decimal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, JsonSchema)]
#[schemars(transparent)]
pub struct Tenths(#[schemars(with = "f64")] pub u32);

impl Tenths {
    /// The share of `earned` in `possible` from 0 to 100, rounded half up to one decimal; 0 if `possible` is 0.
    pub fn share(earned: Thousandths, possible: Thousandths) -> Self {
        if possible.0 == 0 {
            return Self(0);
        }
        let (earned, possible) = (u64::from(earned.0), u64::from(possible.0));
        Self(((earned * 2000 + possible) / (possible * 2)) as u32)
    }

    /// The score in points; `66.7` for 667 tenths.
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

#[allow(clippy::cast_sign_loss, reason = "the number is checked to be positive")]
fn scaled<E: serde::de::Error>(number: f64, scale: f64) -> Result<u32, E> {
    let scaled = (number * scale).round();
    if (0.0..=f64::from(u32::MAX)).contains(&scaled) {
        Ok(scaled as u32)
    } else {
        Err(E::custom(format_args!("expected a number from 0 up, found {number}")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_score_is_rounded_half_up() {
        let share = |earned, possible| Tenths::share(Thousandths(earned), Thousandths(possible)).to_string();
        assert_eq!(share(0, 9000), "0.0");
        assert_eq!(share(9000, 9000), "100.0");
        assert_eq!(share(1, 2000), "0.1"); // 0.05 exactly
        assert_eq!(share(2999, 6_000_000), "0.0");
        assert_eq!(share(3000, 6_000_000), "0.1");
        assert_eq!(share(5, 0), "0.0");
    }

    #[test]
    fn a_number_is_read_back_from_json() {
        for value in [0, 1, 333, 500, 1000, 12_345] {
            let json = serde_json::to_string(&Thousandths(value)).expect("writes");
            assert_eq!(serde_json::from_str::<Thousandths>(&json).expect("reads"), Thousandths(value));
        }
        assert_eq!(serde_json::to_string(&Thousandths(2000)).expect("writes"), "2");
        let error = serde_json::from_str::<Tenths>("-1").expect_err("negative").to_string();
        assert_eq!(error, "expected a number from 0 up, found -1");
    }
}
