//! Tests of the JSON Schemas against the real output of the commands.
//!
//! The tests contain a small checker for the keywords that the schemas use. It fails on any other keyword, so that none
//! is ignored.

use serde_json::{Value, json};

use super::tiny_bank::{ANSWER, tiny};

/// The places in `value` that `schema` does not allow or does not describe, and required properties that are missing.
/// `root` contains the definitions.
fn faults(value: &Value, schema: &Value, root: &Value, at: &str) -> Vec<String> {
    if let Some(is_allowed) = schema.as_bool() {
        return if is_allowed { Vec::new() } else { vec![format!("{at}: nothing is allowed here")] };
    }
    let mut found = Vec::new();
    for (keyword, rule) in schema.as_object().expect("a schema") {
        match keyword.as_str() {
            "$schema" | "$defs" | "title" | "description" | "default" | "format" => {}
            "properties" | "additionalProperties" => {}
            "type" => {
                let names = type_names(rule);
                if !names.iter().any(|name| has_type(value, name)) {
                    found.push(format!("{at}: {value} is not {names:?}"));
                }
            }
            "required" => found.extend(
                rule.as_array()
                    .expect("names")
                    .iter()
                    .filter_map(Value::as_str)
                    .filter(|name| value.get(name).is_none())
                    .map(|name| format!("{at}: no `{name}`")),
            ),
            "items" => {
                for (place, item) in value.as_array().into_iter().flatten().enumerate() {
                    found.extend(faults(item, rule, root, &format!("{at}[{place}]")));
                }
            }
            "minItems" | "maxItems" => found.extend(fault_of_length(value, keyword, rule, at)),
            "minimum" => {
                let fits = value.as_f64().is_none_or(|value| value >= rule.as_f64().expect("a number"));
                found.extend((!fits).then(|| format!("{at}: {value} is below {rule}")));
            }
            "maximum" => {
                let fits = value.as_f64().is_none_or(|value| value <= rule.as_f64().expect("a number"));
                found.extend((!fits).then(|| format!("{at}: {value} is above {rule}")));
            }
            "enum" => {
                let fits = rule.as_array().expect("values").contains(value);
                found.extend((!fits).then(|| format!("{at}: {value} is not one of {rule}")));
            }
            "const" => found.extend((value != rule).then(|| format!("{at}: {value} is not {rule}"))),
            "$ref" => {
                let pointer = rule.as_str().and_then(|rule| rule.strip_prefix('#')).expect("a reference within");
                found.extend(faults(value, root.pointer(pointer).expect("a definition"), root, at));
            }
            "anyOf" | "oneOf" => {
                let alternatives = rule.as_array().expect("schemas").iter();
                let each = alternatives.map(|one| faults(value, &with_shared_properties(one, schema, root), root, at));
                found.extend(each.min_by_key(Vec::len).unwrap_or_default());
            }
            other => panic!("{at}: the checker does not know `{other}`"),
        }
    }
    if schema.get("anyOf").or(schema.get("oneOf")).is_none() {
        found.extend(faults_of_properties(value, schema, root, at));
    }
    found
}

/// The names in the rule `type`: one, or a list of them.
fn type_names(rule: &Value) -> Vec<&str> {
    let names: Vec<&Value> = rule.as_array().map_or(vec![rule], |all| all.iter().collect());
    names.into_iter().filter_map(Value::as_str).collect()
}

/// The fault of an array that has too few or too many items.
fn fault_of_length(value: &Value, keyword: &str, rule: &Value, at: &str) -> Option<String> {
    let (length, limit) = (value.as_array()?.len() as u64, rule.as_u64().expect("a number"));
    let fits = if keyword == "minItems" { length >= limit } else { length <= limit };
    (!fits).then(|| format!("{at}: {length} items, {keyword} {limit}"))
}

/// An alternative joined with the properties that apply to all alternatives.
fn with_shared_properties(alternative: &Value, schema: &Value, root: &Value) -> Value {
    let Some(beside) = schema.get("properties").and_then(Value::as_object) else { return alternative.clone() };
    let mut joined = match alternative.get("$ref").and_then(Value::as_str) {
        Some(reference) => root.pointer(reference.trim_start_matches('#')).expect("a definition").clone(),
        None => alternative.clone(),
    };
    for (name, property) in beside {
        joined["properties"][name] = property.clone();
    }
    joined
}

/// The faults of the properties of an object, including properties that the schema does not describe.
fn faults_of_properties(value: &Value, schema: &Value, root: &Value, at: &str) -> Vec<String> {
    let (described, others) = (schema.get("properties"), schema.get("additionalProperties"));
    let Some(object) = value.as_object().filter(|_| described.is_some() || others.is_some()) else { return Vec::new() };
    let one = |(name, value): (&String, &Value)| {
        let at = format!("{at}.{name}");
        match described.and_then(|described| described.get(name)).or(others) {
            Some(schema) => faults(value, schema, root, &at),
            None => vec![format!("{at}: not described")],
        }
    };
    object.iter().flat_map(one).collect()
}

fn has_type(value: &Value, name: &str) -> bool {
    match name {
        "null" => value.is_null(),
        "boolean" => value.is_boolean(),
        "integer" => value.is_i64() || value.is_u64(),
        "number" => value.is_number(),
        "string" => value.is_string(),
        "array" => value.is_array(),
        "object" => value.is_object(),
        other => panic!("an unknown type `{other}`"),
    }
}

fn schema(document: &str) -> Value {
    tiny(["bank", "schema", document]).run().success().json()
}

/// Panics unless `value` matches the schema of a document, and no longer matches it if any property of `value` (or of
/// its first item, if it is a list) has a wrong type.
#[track_caller]
fn assert_described(value: &Value, document: &str) {
    let schema = schema(document);
    assert_eq!(faults(value, &schema, &schema, "$"), [""; 0], "{document}");
    let first = value.as_array().map_or(value, |list| &list[0]);
    for name in first.as_object().expect("an object").keys() {
        let mut broken = value.clone();
        let object = if broken.is_array() { &mut broken[0] } else { &mut broken };
        object[name] = json!([[[]]]);
        assert_ne!(faults(&broken, &schema, &schema, "$"), [""; 0], "{document}: any `{name}` would pass");
    }
}

const ROWS: &str = concat!(
    "{\"id\":\"a\",\"question\":\"undo-release\",\"answer\":\"We rolled the release back within five minutes.\",\"score\":50}\n",
    "{\"id\":\"b\",\"question\":\"undo-release\",\"answer\":\"We waited, it was their fault.\",\"score\":10}\n",
    "{\"id\":\"c\",\"question\":\"restore-test\",\"answer\":\"Every month we compare the rows.\",\"score\":90}\n",
    "{\"id\":\"d\",\"question\":\"restore-test\",\"answer\":\"\",\"score\":0}\n",
    "{\"id\":\"e\",\"question\":\"nowhere\",\"answer\":\"Words.\",\"score\":0}\n",
);

#[test]
fn every_field_of_a_result_is_in_its_schema() {
    assert_described(
        &tiny(["grade", "--question", "undo-release", "answer.md", "--format", "json"]).run().json(),
        "result",
    );
}

#[test]
fn every_field_of_a_batch_summary_is_in_its_schema() {
    let rows: String = (0..12)
        .flat_map(|n| ROWS.lines().map(move |row| format!("{}\n", row.replacen("\":\"", &format!("\":\"{n}"), 1))))
        .collect();
    for (rows, arguments) in [(ROWS.to_owned(), [].as_slice()), (rows, &["--fail-under", "60"])] {
        let batch = ["batch", "rows.jsonl", "-o", "out.jsonl", "--summary", "sum.json"];
        let gradus = tiny(batch.into_iter().chain(arguments.iter().copied())).file("rows.jsonl", rows);
        let (summary, _folder) = (gradus.path("sum.json"), gradus.again([""]));
        gradus.run().check_failed();
        let summary = std::fs::read_to_string(summary).expect("written");
        assert_described(&serde_json::from_str(&summary).expect("JSON"), "summary");
    }
}

#[test]
fn every_field_of_an_evaluation_is_in_its_schema() {
    let eval = ["eval", "rows.jsonl", "--format", "json"];
    let ran = tiny(eval).file("rows.jsonl", ROWS).run().success();
    assert_described(&ran.json(), "eval");
    let compared =
        tiny(eval.into_iter().chain(["--compare", "before.json", "--by", "question"])).file("before.json", &ran.out);
    assert_described(&compared.file("rows.jsonl", ROWS.replace("five", "9")).run().success().json(), "eval");
}

#[test]
fn every_field_of_an_explanation_is_in_its_schema() {
    let answer = format!("{ANSWER}We did not roll back.");
    let ran = tiny(["bank", "explain", "undo-release", "-", "--format", "json"]).run_with(answer.as_bytes()).success();
    assert_described(&ran.json(), "explain");
}

#[test]
fn every_field_of_a_question_list_is_in_its_schema() {
    for arguments in [
        ["questions", "list"].as_slice(),
        &["questions", "show", "undo-release"],
        &["questions", "find", "undo a release"],
    ] {
        let ran = tiny(arguments.iter().copied().chain(["--format", "json"])).run().success();
        assert_described(&ran.json(), "questions");
    }
}
