//! The raw values of JSON objects in a reply, by key, including keys that occur twice.
//!
//! `serde_json` keeps the last of two equal keys; here a repeated key is visible, because its verdict is ambiguous.

use std::fmt;

use serde::Deserialize;
use serde::de::{Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;

/// The raw JSON of a verdict, with its key if `verdicts` is an object.
pub(super) type RawVerdict = (Option<String>, Box<RawValue>);

/// The values of an object with their keys, in order; a key that occurs twice is listed twice.
pub(super) struct Keyed(pub(super) Vec<RawVerdict>);

impl<'de> Deserialize<'de> for Keyed {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(KeyedVisitor)
    }
}

struct KeyedVisitor;

impl<'de> Visitor<'de> for KeyedVisitor {
    type Value = Keyed;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Keyed, A::Error> {
        let mut keyed = Vec::new();
        while let Some((key, value)) = map.next_entry::<String, Box<RawValue>>()? {
            keyed.push((Some(key), value));
        }
        Ok(Keyed(keyed))
    }
}

/// The known keys of the object and of a verdict.
const KEYS: [&str; 6] = ["for", "verdicts", "criterion", "credit", "quote", "why"];

/// The raw values of an object by known key.
#[derive(Default)]
pub(super) struct Fields<'r> {
    values: [Option<&'r RawValue>; KEYS.len()],
    /// The first known key that occurs twice.
    pub(super) repeated: Option<&'static str>,
}

impl<'r> Fields<'r> {
    /// The value of `key`; `None` if it is missing or null.
    pub(super) fn raw(&self, key: &str) -> Option<&'r RawValue> {
        let (_, value) = KEYS.iter().zip(self.values).find(|(name, _)| **name == key)?;
        value.filter(|value| value.get() != "null")
    }

    pub(super) fn value<T: Deserialize<'r>>(&self, key: &str) -> Option<T> {
        serde_json::from_str(self.raw(key)?.get()).ok()
    }

    pub(super) fn is_for(&self, token: &str) -> bool {
        let has_verdicts = self.raw("verdicts").is_some_and(|verdicts| verdicts.get().starts_with(['[', '{']));
        has_verdicts && self.value::<String>("for").is_some_and(|found| found == token)
    }
}

impl<'de: 'r, 'r> Deserialize<'de> for Fields<'r> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(FieldsVisitor)
    }
}

struct FieldsVisitor;

impl<'de> Visitor<'de> for FieldsVisitor {
    type Value = Fields<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Fields<'de>, A::Error> {
        let mut fields = Fields::default();
        while let Some(key) = map.next_key::<String>()? {
            let value: &RawValue = map.next_value()?;
            let known = KEYS.iter().zip(&mut fields.values).find(|(name, _)| **name == key);
            let Some((name, slot)) = known else { continue };
            if slot.replace(value).is_some() {
                fields.repeated = fields.repeated.or(Some(name));
            }
        }
        Ok(fields)
    }
}
