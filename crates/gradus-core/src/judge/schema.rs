//! The JSON schema of a reply, with its keys in the order in which a model should write them.
//!
//! Each criterion is a required key of its own, so that a reply with missing verdicts does not match. The quote and
//! the reason come before the credit: a model that decides first only defends its decision afterwards.

use serde::ser::{Serialize, SerializeMap as _, Serializer};

use super::chat::ReplySchema;

/// The subset of JSON Schema that is used here. Every endpoint with structured output supports it.
enum Schema<'a> {
    Text,
    /// One of several texts.
    Choice(Vec<&'a str>),
    /// An object with exactly these keys.
    Object(Vec<(&'a str, Self)>),
}

impl Serialize for Schema<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        match self {
            Self::Text => map.serialize_entry("type", "string")?,
            Self::Choice(texts) => {
                map.serialize_entry("type", "string")?;
                map.serialize_entry("enum", texts)?;
            }
            Self::Object(properties) => {
                map.serialize_entry("type", "object")?;
                map.serialize_entry("properties", &InOrder(properties))?;
                let names: Vec<&str> = properties.iter().map(|(name, _)| *name).collect();
                map.serialize_entry("required", &names)?;
                map.serialize_entry("additionalProperties", &false)?;
            }
        }
        map.end()
    }
}

struct InOrder<'s, 'a>(&'s [(&'a str, Schema<'a>)]);

impl Serialize for InOrder<'_, '_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().map(|(name, schema)| (name, schema)))
    }
}

/// The structure of a reply about the criteria `ids`.
pub(super) fn reply_schema(token: &str, ids: &[&str]) -> ReplySchema {
    let verdict = |id| {
        Schema::Object(vec![
            ("criterion", Schema::Choice(vec![id])),
            ("quote", Schema::Text),
            ("why", Schema::Text),
            ("credit", Schema::Choice(vec!["none", "partial", "full"])),
        ])
    };
    let schema = Schema::Object(vec![
        ("for", Schema::Choice(vec![token])),
        ("verdicts", Schema::Object(ids.iter().map(|id| (*id, verdict(*id))).collect())),
    ]);
    // Strings and lists of strings are always written.
    let schema = serde_json::to_string(&schema).unwrap_or_default();
    ReplySchema { name: "verdicts", description: "One verdict for each criterion", schema: schema.into() }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// The keys of the objects named `properties`, in the order of the text.
    fn keys(text: &str, name: &str) -> Vec<usize> {
        text.match_indices(&format!("\"{name}\":{{")).map(|(at, _)| at).collect()
    }

    /// Different ids in any order, without the keys of a verdict.
    fn ids() -> impl Strategy<Value = Vec<String>> {
        let ids = prop::collection::btree_set("[a-z][a-z0-9-]{0,20}-[a-z]", 1..12);
        ids.prop_map(|ids| ids.into_iter().collect::<Vec<_>>()).prop_shuffle()
    }

    proptest! {
        /// For any ids, each criterion is required, no other key is allowed, and a verdict is written in the order
        /// criterion, quote, why, credit.
        #[test]
        fn every_criterion_is_required_and_its_verdict_ends_with_the_credit(
            ids in ids(),
        ) {
            let ids: Vec<&str> = ids.iter().map(String::as_str).collect();
            let text = reply_schema("abc", &ids).schema;
            let schema: serde_json::Value = serde_json::from_str(&text).expect("JSON");
            let verdicts = &schema["properties"]["verdicts"];
            prop_assert_eq!(&schema["required"], &serde_json::json!(["for", "verdicts"]));
            prop_assert_eq!(&schema["properties"]["for"]["enum"], &serde_json::json!(["abc"]));
            prop_assert_eq!(&verdicts["required"], &serde_json::json!(ids));
            prop_assert_eq!(verdicts["properties"].as_object().map(serde_json::Map::len), Some(ids.len()));
            for object in [&schema, verdicts].into_iter().chain(ids.iter().map(|id| &verdicts["properties"][id])) {
                prop_assert_eq!(&object["additionalProperties"], &serde_json::Value::Bool(false));
            }
            for id in &ids {
                let required = &verdicts["properties"][id]["required"];
                prop_assert_eq!(required, &serde_json::json!(["criterion", "quote", "why", "credit"]));
                prop_assert_eq!(&verdicts["properties"][id]["properties"]["criterion"]["enum"], &serde_json::json!([id]));
            }
            let places: Vec<Vec<usize>> = ["criterion", "quote", "why", "credit"].map(|key| keys(&text, key)).into();
            for verdict in 0..ids.len() {
                let order: Vec<usize> = places.iter().map(|of_key| of_key[verdict]).collect();
                prop_assert!(order.is_sorted(), "{}", text);
            }
        }
    }
}
