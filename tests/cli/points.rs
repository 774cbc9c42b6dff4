//! Tests that every format shows the same points and that the parts add up to the total.

use serde_json::Value;

use crate::support::{Gradus, gradus};

const WORDS: [&str; 9] = ["anchor", "barrel", "candle", "dagger", "engine", "falcon", "garden", "hammer", "island"];

/// A rubric with criteria of 1, 1 and 9 points that need three words each, and a penalty of 2 points for any of three
/// words.
fn rubric() -> String {
    let mut rubric = "schema = 1\nid = \"thirds\"\ntopic = \"t\"\nkind = \"design\"\nlevel = \"core\"\n\
        prompt = \"What do you see?\"\n"
        .to_owned();
    for (number, points) in [1, 1, 9].into_iter().enumerate() {
        let head = format!("\n[[criterion]]\nid = \"c{number}\"\npoints = {points}\nasks = \"Names it.\"\n");
        let concept = |word: &&str| format!("[[criterion.concept]]\nid = \"{word}\"\nany = [\"{word}\"]\n");
        let concepts: String = WORDS[3 * number..3 * number + 3].iter().map(concept).collect();
        rubric.push_str(&(head + &concepts));
    }
    rubric.push_str("\n[[penalty]]\nid = \"p\"\npoints = 2\nasks = \"Blames.\"\nneed = 3\n");
    for word in ["jealous", "kettle", "lizard"] {
        rubric += &["[[penalty.concept]]\nid = \"", word, "\"\nany = [\"", word, "\"]\n"].concat();
    }
    rubric
}

fn bank(arguments: &[&str], answer: &str) -> Gradus {
    let all = ["--bank", "bank"].iter().chain(arguments);
    gradus(all).file("bank/rubrics/t/thirds.toml", rubric()).file("a.md", answer)
}

fn thousandths(value: &Value) -> i64 {
    (value.as_f64().expect("a number") * 1000.0).round() as i64
}

#[test]
fn every_format_shows_the_same_points_and_the_points_add_up() {
    for chosen in [0b1_0010_0001_u32, 0b0_1100_1000, 0b1_1101_1011, 0b0_0000_0001, 0b1_1111_1110] {
        let all = (0..9).filter(|word| chosen & (1 << word) != 0).map(|word| WORDS[word]);
        let mut answer: String =
            all.flat_map(|word| ["We saw that it was the ", word, " on the other side.\n\n"]).collect();
        if chosen & 1 == 0 {
            answer.push_str("There was a kettle on the table.\n");
        }
        let run = |format: &str| {
            bank(&["grade", "--question", "thirds", "a.md", "--format", format], &answer).run().success().out
        };
        let json: Value = serde_json::from_str(&run("json")).expect("JSON");
        let sum = |key: &str| -> i64 {
            let parts = json[key].as_array().expect("a list");
            parts.iter().map(|part| thousandths(&part["earned"])).sum()
        };
        let earned = json["earned"].to_string();
        assert_eq!((sum("criteria") - sum("penalties")).max(0), thousandths(&json["earned"]), "{json:#}");
        for format in ["text", "markdown"] {
            let shown = run(format);
            assert!(shown.contains(&format!("{earned} of 11 points")), "{earned} in {shown}");
            for part in json["criteria"].as_array().expect("a list") {
                let figures = format!("{}/{}", part["earned"], part["points"]);
                assert!(shown.contains(&figures), "{figures} in {shown}");
            }
        }
        let csv = run("csv");
        let mut lines = csv.lines().map(|line| line.split(',').collect::<Vec<_>>());
        let (heading, row) = (lines.next().expect("a heading"), lines.next().expect("a row"));
        let column = heading.iter().position(|name| *name == "earned").expect("a column");
        assert_eq!(row[column], earned);
        let rows = serde_json::json!({"id": "a", "question": "thirds", "answer": answer}).to_string();
        let ran = bank(&["batch", "-", "--format", "jsonl"], "").run_with(rows.as_bytes()).success().out;
        let line: Value = serde_json::from_str(ran.lines().next().expect("a line")).expect("JSON");
        assert_eq!((&line["earned"], &line["score"]), (&json["earned"], &json["score"]));
    }
}

#[test]
fn a_third_of_three_points_is_one_point() {
    let words = "We saw that it was the anchor on the left.\n\nWe saw that it was the dagger in the box.\n\n\
        And there was a garden, and a hammer, behind it.\n";
    let ran = bank(&["grade", "--question", "thirds", "a.md", "--format", "json"], words).run().success();
    let json = ran.json();
    // 1/3 + 1/3 + 6 points: the two thirds are shown as .334 and .333.
    assert_eq!(thousandths(&json["earned"]), 6_667);
    let credits: Vec<i64> =
        json["criteria"].as_array().expect("a list").iter().map(|one| thousandths(&one["credit"])).collect();
    assert_eq!(credits, [333, 333, 667]);
}
