//! Tests of the result of `gradus grade --format json`.

use serde_json::Value;

use super::tiny_bank::{ANSWER, tiny};

fn grade_as_json(content: &[u8]) -> Value {
    let ran = tiny(["grade", "--question", "undo-release", "--format", "json", "mine.md"]).file("mine.md", content);
    ran.run().success().json()
}

fn list<'v>(value: &'v Value, key: &str) -> &'v [Value] {
    value[key].as_array().unwrap_or_else(|| panic!("no list `{key}` in {value:#}"))
}

fn evidence(result: &Value) -> impl Iterator<Item = &Value> {
    list(result, "criteria").iter().chain(list(result, "penalties")).flat_map(|graded| list(graded, "evidence"))
}

/// The bytes of `file` at the offsets of `place`.
fn bytes_at<'f>(file: &'f [u8], place: &Value) -> &'f [u8] {
    let offset = |key: &str| usize::try_from(place[key].as_u64().expect("an offset")).expect("an offset");
    &file[offset("start")..offset("end")]
}

#[test]
fn every_quote_is_at_its_offsets_in_the_file() {
    let rows = [
        ANSWER.to_owned(),
        format!("+++\nquestion = \"undo-release\"\n+++\n{ANSWER}"),
        format!("---\nquestion: undo-release\nnote: “é”\n---\n\n{ANSWER}"),
        format!("\u{feff}{ANSWER}"),
        format!("\u{feff}+++\r\nquestion = \"undo-release\"\r\n+++\r\n{ANSWER}"),
        ANSWER.replace(' ', "\r\n"),
        "We rolled the release back 😀👩\u{200d}👩\u{200d}👧 within ten minutes. 🔥 It was their fault, and I told support 🎉.".to_owned(),
        "“We ‘rolled’ the “release” back within ten minutes”. It’s ‘their fault’ — and I told “support”.".to_owned(),
        "Cafe\u{301}: we rolled the re\u{301}lease back within ten\u{a0}minutes. It was the\u{ad}ir fault, and I told support.".to_owned(),
        "ＷＥ ROLLED THE RELEASE BACK within １０ minutes. ﬁrst: it was their fault, and I told support.".to_owned(),
    ];
    for file in rows {
        let result = grade_as_json(file.as_bytes());
        let mut concepts: Vec<&str> = Vec::new();
        for evidence in evidence(&result) {
            let quote = evidence["quote"].as_str().expect("a quote");
            assert_eq!(String::from_utf8_lossy(bytes_at(file.as_bytes(), evidence)), quote, "{file:?}");
            concepts.push(evidence["concept"].as_str().expect("a concept"));
        }
        for expected in ["rollback", "in-minutes", "colleagues", "blame"] {
            assert!(concepts.contains(&expected), "no {expected} in {file:?}: {concepts:?}");
        }
    }
}

#[test]
fn story_parts_are_at_their_offsets_in_the_file() {
    let file = "\u{feff}---\r\nquestion: x\r\n---\r\nLast year, 😀 I was responsible. I rolled it back. As a result, it’s fast.";
    let result = grade_as_json(file.as_bytes());
    let story = list(&result["delivery"], "star");
    let reported: Vec<&str> = story.iter().filter_map(|part| part["part"].as_str()).collect();
    assert_eq!(reported, ["situation", "task", "action", "result"]);
    let quoted: Vec<_> = story.iter().map(|part| String::from_utf8_lossy(bytes_at(file.as_bytes(), part))).collect();
    assert_eq!(quoted, ["Last year", "I was responsible", "I rolled", "As a result"]);
}

#[test]
fn offsets_into_invalid_utf_8_refer_to_the_replaced_text() {
    let file = [b"We \xff\xe2\x82 paused, then ", ANSWER.as_bytes()].concat();
    let read = String::from_utf8_lossy(&file).into_owned();
    let result = grade_as_json(&file);
    assert!(evidence(&result).count() >= 4);
    for evidence in evidence(&result) {
        assert_eq!(bytes_at(read.as_bytes(), evidence), evidence["quote"].as_str().expect("a quote").as_bytes());
    }
}

#[test]
fn a_result_has_points_and_reasons() {
    let result = grade_as_json(ANSWER.as_bytes());
    let of = |of: &str| -> Vec<(String, String, f64)> {
        let one = |graded: &Value| {
            let text = |key: &str| graded[key].as_str().expect("text").to_owned();
            (text("id"), text("status"), graded["earned"].as_f64().expect("a number"))
        };
        list(&result, of).iter().map(one).collect()
    };
    let row = |id: &str, status: &str, earned| (id.to_owned(), status.to_owned(), earned);
    assert_eq!(
        of("criteria"),
        [row("undoes-quickly", "met", 3.0), row("tells-people", "partial", 1.0), row("follow-up", "missed", 0.0)]
    );
    assert_eq!(of("penalties"), [row("blames-a-person", "met", 1.0)]);
    assert_eq!(
        [&result["schema"], &result["id"], &result["question"], &result["status"], &result["band"]],
        [&Value::from(1), &"mine.md".into(), &"undo-release".into(), &"graded".into(), &"partial".into()]
    );
    let figures = ["score", "earned", "possible"].map(|key| result[key].as_f64());
    assert_eq!(figures, [Some(37.5), Some(3.0), Some(8.0)]);
}

#[test]
fn missed_criteria_have_advice_and_a_passage_of_a_strong_sample() {
    let result = grade_as_json(ANSWER.as_bytes());
    let advised: Vec<&Value> = list(&result, "advice").iter().map(|advice| &advice["criterion"]).collect();
    assert!(advised.contains(&&"follow-up".into()) && !advised.contains(&&"undoes-quickly".into()), "{advised:?}");
    let reference = list(&result, "references").iter().find(|reference| reference["for"] == "follow-up");
    let excerpt = reference.expect("a reference")["excerpt"].as_str().expect("text");
    assert!(excerpt.contains("owner and a date"), "{excerpt}");
}

#[test]
fn the_same_answer_gives_the_same_bytes() {
    let run = || tiny(["grade", "--format", "json", "answer.md"]).run().success().out;
    assert_eq!(run(), run());
}

#[test]
fn results_match_their_schema() {
    let schema = tiny(["bank", "schema", "result"]).run().success().json();
    let schema = Schema { root: &schema };
    let ungraded = tiny(["grade", "--question", "undo-release", "--format", "json"]).run().check_failed().json();
    let halved = b"Keywords: rolled back, previous version, status page, told support, told sales, owner.";
    for result in [grade_as_json(ANSWER.as_bytes()), grade_as_json(halved), ungraded] {
        assert_eq!(schema.faults(&result, schema.root, "result"), [""; 0], "{result:#}");
    }
}

#[test]
fn the_schema_check_detects_invalid_results() {
    let schema = tiny(["bank", "schema", "result"]).run().success().json();
    let mut result = grade_as_json(ANSWER.as_bytes());
    result["criteria"][0]["colour"] = Value::Null;
    result["delivery"].as_object_mut().expect("an object").remove("words");
    result["flags"] = serde_json::json!(["odd"]);
    let faults = Schema { root: &schema }.faults(&result, &schema, "result");
    assert_eq!(
        faults,
        ["result.criteria[0].colour is unknown", "result.delivery.words is missing", "result.flags[0] is \"odd\""]
    );
}

/// The violations of a schema. Checks the parts of JSON Schema that the schema of results uses: known keys, required
/// keys and enumerations.
struct Schema<'s> {
    root: &'s Value,
}

impl Schema<'_> {
    fn resolve<'v>(&'v self, schema: &'v Value) -> &'v Value {
        // An optional value is an alternative of the value and null.
        let schema = schema["anyOf"].as_array().and_then(|choices| choices.first()).unwrap_or(schema);
        let path = schema["$ref"].as_str().and_then(|path| path.strip_prefix('#'));
        path.map_or(schema, |path| self.root.pointer(path).expect("a definition"))
    }

    fn faults(&self, value: &Value, schema: &Value, at: &str) -> Vec<String> {
        let schema = self.resolve(schema);
        match value {
            Value::Object(_) => self.faults_of_object(value, schema, at),
            Value::Array(items) => {
                let item = |(index, item)| self.faults(item, &schema["items"], &format!("{at}[{index}]"));
                items.iter().enumerate().flat_map(item).collect()
            }
            _ => match schema["oneOf"].as_array() {
                Some(choices) if choices.iter().all(|choice| choice["const"] != *value) => {
                    vec![format!("{at} is {value}")]
                }
                _ => Vec::new(),
            },
        }
    }

    fn faults_of_object(&self, value: &Value, schema: &Value, at: &str) -> Vec<String> {
        let object = value.as_object().expect("an object");
        let is_meant = |variant: &&Value| {
            let properties = variant["properties"].as_object().expect("properties");
            properties.iter().all(|(key, schema)| schema.get("const").is_none_or(|name| value[key] == *name))
        };
        let variant = schema["oneOf"].as_array().and_then(|variants| variants.iter().find(is_meant));
        let parts: Vec<&Value> = [Some(schema), variant].into_iter().flatten().collect();
        let mut faults = Vec::new();
        for (key, child) in object {
            match parts.iter().find_map(|part| part["properties"].get(key)) {
                Some(schema) => faults.extend(self.faults(child, schema, &format!("{at}.{key}"))),
                None => faults.push(format!("{at}.{key} is unknown")),
            }
        }
        let required = parts.iter().filter_map(|part| part["required"].as_array()).flatten().filter_map(Value::as_str);
        faults.extend(required.filter(|key| !object.contains_key(*key)).map(|key| format!("{at}.{key} is missing")));
        faults
    }
}
