//! Decodes a JSON string, number or null. Text without escapes is borrowed; a number stays as it is written.

use std::borrow::Cow;
use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};

use crate::row::TEXT;

/// A JSON value: a string, a number, null, or only the name of another type.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Scalar<'a> {
    Text(Cow<'a, str>),
    /// The number as it is written, because a number type might lose digits.
    Number(Cow<'a, str>),
    Null,
    /// A value of another type; the field is the name of that type.
    Other(&'static str),
}

impl<'a> Scalar<'a> {
    /// Decodes a value that is known to be valid JSON.
    ///
    /// # Errors
    /// When it is text with half of a surrogate pair.
    pub(super) fn of(json: &'a str) -> serde_json::Result<Self> {
        if json.starts_with(|c: char| c == '-' || c.is_ascii_digit()) {
            return Ok(Self::Number(Cow::Borrowed(json)));
        }
        ScalarSeed.deserialize(&mut serde_json::Deserializer::from_str(json))
    }

    /// The name of the type, for messages.
    pub(super) fn kind(&self) -> &'static str {
        match self {
            Self::Text(_) => TEXT,
            Self::Number(_) => "a number",
            Self::Null => "null",
            Self::Other(kind) => kind,
        }
    }
}

/// Reads a value of any type.
pub(super) struct ScalarSeed;

impl<'de> DeserializeSeed<'de> for ScalarSeed {
    type Value = Scalar<'de>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Scalar<'de>, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for ScalarSeed {
    type Value = Scalar<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value")
    }

    fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Scalar<'de>, E> {
        Ok(Scalar::Text(Cow::Borrowed(text)))
    }

    fn visit_str<E>(self, text: &str) -> Result<Scalar<'de>, E> {
        Ok(Scalar::Text(Cow::Owned(text.to_owned())))
    }

    fn visit_u64<E>(self, number: u64) -> Result<Scalar<'de>, E> {
        Ok(Scalar::Number(Cow::Owned(number.to_string())))
    }

    fn visit_i64<E>(self, number: i64) -> Result<Scalar<'de>, E> {
        Ok(Scalar::Number(Cow::Owned(number.to_string())))
    }

    fn visit_f64<E>(self, number: f64) -> Result<Scalar<'de>, E> {
        Ok(Scalar::Number(Cow::Owned(number.to_string())))
    }

    fn visit_unit<E>(self) -> Result<Scalar<'de>, E> {
        Ok(Scalar::Null)
    }

    fn visit_bool<E>(self, _: bool) -> Result<Scalar<'de>, E> {
        Ok(Scalar::Other("a boolean"))
    }

    fn visit_seq<S: SeqAccess<'de>>(self, mut items: S) -> Result<Scalar<'de>, S::Error> {
        while let Some(IgnoredAny) = items.next_element()? {}
        Ok(Scalar::Other("an array"))
    }

    fn visit_map<M: MapAccess<'de>>(self, mut members: M) -> Result<Scalar<'de>, M::Error> {
        while let Some((IgnoredAny, IgnoredAny)) = members.next_entry()? {}
        Ok(Scalar::Other("an object"))
    }
}
