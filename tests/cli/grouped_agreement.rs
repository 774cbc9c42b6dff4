//! Tests of `gradus eval --by`, which groups answers by the values of a column.

use std::fmt::Write as _;

use serde_json::Value;

use super::drafting::drafted;
use crate::support::Gradus;

/// Question, answer, score and kind. A kind is a JSON value; the last row has none.
const ANSWERS: [(&str, &str, &str, &str); 6] = [
    ("tea/1", "It looks nicer.", "0", "10"),
    ("tea/1", "A cold pot takes heat and leaves need hot water to give their taste.", "4", "\"short\""),
    ("tea/2", "Never.", "0", "9"),
    ("tea/2", "When the water covers the mark.", "3", "\"short\""),
    ("tea/3", "Anybody.", "1", "true"),
    ("tea/3", "The host pours for the guests and for herself last.", "2", ""),
];

fn lines() -> String {
    ANSWERS.iter().enumerate().fold(String::new(), |mut lines, (at, (question, answer, score, kind))| {
        let kind = if kind.is_empty() { String::new() } else { format!(", \"kind\": {kind}") };
        let _ = writeln!(
            lines,
            "{{\"id\": \"r{at}\", \"question\": \"{question}\", \"answer\": \"{answer}\", \"score\": {score}, \
             \"max_score\": 4{kind}}}"
        );
        lines
    })
}

fn table(delimiter: &str) -> String {
    let heading = ["id", "question", "answer", "score", "max_score", "kind"].join(delimiter) + "\n";
    ANSWERS.iter().enumerate().fold(heading, |mut table, (at, (question, answer, score, kind))| {
        let cells = [&format!("r{at}"), *question, answer, score, "4", kind.trim_matches('"')];
        let _ = writeln!(table, "{}", cells.join(delimiter));
        table
    })
}

/// A folder with one file per answer; its front matter has the kind.
fn with_files(mut run: Gradus) -> Gradus {
    for (at, (question, answer, score, kind)) in ANSWERS.iter().enumerate() {
        let kind = if kind.is_empty() { String::new() } else { format!("kind = {kind}\n") };
        let head =
            format!("+++\nid = \"r{at}\"\nquestion = \"{question}\"\nscore = {score}\nmax_score = 4\n{kind}+++\n");
        run = run.file(&format!("answers/{at}.md"), head + answer);
    }
    run
}

/// The evaluation without the name of the input.
fn measured(run: Gradus) -> Value {
    let mut json = run.run().success().reports_nothing().json();
    json.as_object_mut().expect("an object").remove("answers_from");
    json
}

/// The groups by value.
fn groups(evaluation: &Value) -> Vec<&Value> {
    evaluation["groups"].as_array().into_iter().flatten().filter(|group| group["of"] == "value").collect()
}

#[test]
fn answers_are_grouped_by_the_values_of_a_column_in_every_format() {
    let bank = drafted();
    let eval = |name: &str| bank.again(["eval", name, "--bank", "bank", "--format", "json", "--by", "kind"]);
    let expected = measured(eval("a.jsonl").file("a.jsonl", lines()));
    assert_eq!(expected["by"], "kind");
    let groups = groups(&expected);
    let shown: Vec<_> = groups.iter().map(|group| (group["name"].as_str(), group["answers"].as_u64())).collect();
    let some = |name, answers| (Some(name), Some(answers));
    assert_eq!(shown, [some("9", 1), some("10", 1), some("short", 2), some("true", 1), some("(none)", 1)]);
    let number = |value: &Value| value.as_f64().expect("a number");
    let short = &groups[2];
    let (human, grader) = (number(&short["means"]["human"]), number(&short["means"]["grader"]));
    assert!((human - 3.5).abs() < 1e-9, "{short}");
    let bias = number(&short["figures"]["bias"]["grader"]["value"]);
    assert!((grader - human - bias).abs() < 1e-9, "{short}");
    assert_eq!(measured(eval("a.csv").file("a.csv", table(","))), expected, "CSV");
    assert_eq!(measured(eval("a.tsv").file("a.tsv", table("\t"))), expected, "TSV");
    assert_eq!(measured(with_files(eval("answers"))), expected, "a folder");
    #[cfg(feature = "parquet")]
    {
        use gradus::batch::{ColumnType, from_csv};
        let mut parquet = Vec::new();
        let type_of = |name: &str| if name.ends_with("score") { ColumnType::Number } else { ColumnType::Text };
        from_csv(table(",").as_bytes(), &mut parquet, type_of).expect("a table");
        assert_eq!(measured(eval("a.parquet").file("a.parquet", parquet)), expected, "Parquet");
    }
}

#[test]
fn reports_list_the_groups_after_the_questions() {
    let bank = drafted();
    let eval = |flags: &[&str]| {
        let all = ["eval", "a.csv", "--bank", "bank", "--by", "kind"].iter().chain(flags);
        bank.again(all).file("a.csv", table(",")).run().success().reports_nothing()
    };
    let run = eval(&["--worst", "1"]).prints(&[
        "\n\nby kind\n",
        "  people   grader      mae     bias\n",
        "  people and grader are mean scores, in the unit of mae\n\nlargest",
    ]);
    let found = |name: &str| run.out.find(name).unwrap_or_else(|| panic!("no {name} in {}", run.out));
    let rows = ["by question", "by kind", "\n  9 ", "\n  10 ", "\n  short ", "\n  true ", "\n  (none) "].map(found);
    assert!(rows.is_sorted(), "{}", run.out);
    assert!(run.out.contains("    2    3.500    "), "{}", run.out);
    eval(&["--format", "markdown"]).prints(&[
        "\n## By kind\n\n| | answers | people | grader | mae | bias |\n|---|---:|---:|---:|---:|---:|\n| 9 | 1 | 0.000 | ",
        "\n| short | 2 | 3.500 | ",
        "\npeople and grader are mean scores, in the unit of mae\n",
    ]);
    let plain = bank.again(["eval", "a.csv", "--bank", "bank", "--format", "json"]).file("a.csv", table(","));
    let plain = plain.run().success().json();
    assert_eq!((&plain["by"], groups(&plain).len()), (&Value::Null, 0));
}

#[test]
fn grouped_evaluations_can_be_compared_with_earlier_ones() {
    let bank = drafted();
    let eval = |flags: &[&str]| {
        let all = ["eval", "a.csv", "--bank", "bank"].iter().chain(flags);
        bank.again(all).file("a.csv", table(","))
    };
    let plain = eval(&["--format", "json"]).run().success().out;
    let grouped = eval(&["--format", "json", "--by", "kind"]).run().success().out;
    for before in [&plain, &grouped] {
        for flags in [&["--compare", "before.json"][..], &["--compare", "before.json", "--by", "kind"]] {
            let run = eval(flags).file("before.json", before).run().success();
            run.prints(&["0 of 6 answers have a different score"]);
        }
    }
}

#[test]
fn a_column_of_groups_that_no_row_has_is_refused_with_the_columns_there_are() {
    let bank = drafted();
    let hint = "hint: name the columns with --id, --question, --answer, --score and --by\n";
    let eval = |name: &str| bank.again(["eval", name, "--bank", "bank", "--by", "sort"]);
    eval("a.csv").file("a.csv", table(",")).run().failure().reports(&[&format!(
        "a.csv: it has no column `sort`; it has `id`, `question`, `answer`, `score`, `max_score`, `kind`\n{hint}"
    )]);
    let fields = "only `id`, `question`, `answer`, `score`, `max_score`, `kind`";
    eval("a.jsonl")
        .file("a.jsonl", lines())
        .run()
        .failure()
        .reports(&[&format!("a.jsonl: no row has `sort`, {fields}\n{hint}")]);
    with_files(eval("answers")).run().failure().reports(&["answers: no row has `sort`, only ", hint]);
}

#[test]
fn answers_may_be_grouped_by_columns_that_are_read_anyway() {
    let bank = drafted();
    for (by, count) in [("score", 5), ("question", 3), ("id", 6), ("answer", 6), ("max_score", 1)] {
        for (name, content) in [("a.jsonl", lines()), ("a.csv", table(","))] {
            let run = bank.again(["eval", name, "--bank", "bank", "--format", "json", "--by", by]).file(name, content);
            let evaluation = measured(run);
            assert_eq!(groups(&evaluation).len(), count, "{by} of {name}");
        }
        let folder = bank.again(["eval", "answers", "--bank", "bank", "--format", "json", "--by", by]);
        assert_eq!(groups(&measured(with_files(folder))).len(), count, "{by} of a folder");
    }
}

#[test]
fn a_row_with_a_list_as_its_group_is_left_out() {
    let rows = lines().replace("\"kind\": true", "\"kind\": [1]");
    let run = drafted().again(["eval", "a.jsonl", "--bank", "bank", "--by", "kind"]).file("a.jsonl", rows);
    run.run().check_failed().reports(&[
        "line 5: `kind` is an array; expected text, a number or a boolean\n",
        "hint: write a value of that type, or leave it out\n",
    ]);
}
