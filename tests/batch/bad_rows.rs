//! Tests of damaged rows: each one is one ungraded row, and the other rows get the same grades as without it.

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{Index, select};
use serde_json::Value;

use crate::cli::tiny_bank::tiny;

/// The state of an input row: good, or how it is damaged.
#[derive(Debug, Clone)]
enum RowKind {
    Good {
        question: &'static str,
        answer: String,
    },
    Short(usize),
    Long,
    NotUtf8(usize),
    /// The answer is a JSON value of another type. Does not apply to tables, which have no types.
    WrongType(&'static str),
}

/// Column names, in the order of the records.
const NAMES: [&str; 4] = ["id", "question", "answer", "who"];

fn any_row_kind() -> impl Strategy<Value = RowKind> {
    let good = (select(&["undo-release", "restore-test"][..]), "[A-Za-z ,\"\n]{1,12}")
        .prop_map(|(question, said)| RowKind::Good { question, answer: format!("We rolled it back. {said}") });
    prop_oneof![
        3 => good,
        1 => (1..NAMES.len()).prop_map(RowKind::Short),
        1 => Just(RowKind::Long),
        1 => (0..NAMES.len()).prop_map(RowKind::NotUtf8),
        1 => select(&["5", "true", "null", "[\"x\"]", "{}"][..]).prop_map(RowKind::WrongType),
    ]
}

fn is_good(kind: &RowKind) -> bool {
    matches!(kind, RowKind::Good { .. })
}

/// The values of a row, in the order of [`NAMES`].
fn values(number: usize, kind: &RowKind) -> [String; 4] {
    let (question, answer) = match kind {
        RowKind::Good { question, answer } => (*question, answer.clone()),
        _ => ("undo-release", "We rolled it back.".to_owned()),
    };
    [format!("r{number}"), question.to_owned(), answer, format!("person {number}")]
}

fn table(rows: &[(usize, RowKind)], order: &[usize], delimiter: char, torn: bool) -> Vec<u8> {
    let delimiter = delimiter as u8;
    let mut table = order.iter().map(|number| NAMES[*number].as_bytes()).collect::<Vec<_>>().join(&delimiter);
    table.push(b'\n');
    for (number, kind) in rows {
        let values = values(*number, kind);
        let quote = |place: &usize| format!("\"{}\"", values[*place].replace('"', "\"\"")).into_bytes();
        let mut fields: Vec<Vec<u8>> = order.iter().map(quote).collect();
        match kind {
            RowKind::Short(count) => fields.truncate(*count),
            RowKind::Long => fields.push(b"more".to_vec()),
            RowKind::NotUtf8(place) => fields[*place].insert(1, 0xff),
            RowKind::Good { .. } | RowKind::WrongType(_) => {}
        }
        table.extend(fields.join(&delimiter));
        table.push(b'\n');
    }
    table.extend_from_slice(if torn { b"\"cut in the middle" } else { b"" });
    table
}

fn lines(rows: &[(usize, RowKind)], order: &[usize], cut: Index) -> Vec<u8> {
    let mut text = Vec::new();
    for (number, kind) in rows {
        let values = values(*number, kind);
        let member = |place: &usize| match kind {
            RowKind::WrongType(json) if NAMES[*place] == "answer" => format!("\"answer\":{json}"),
            _ => format!("\"{}\":{}", NAMES[*place], Value::from(values[*place].as_str())),
        };
        let mut line = format!("{{{}}}", order.iter().map(member).collect::<Vec<_>>().join(",")).into_bytes();
        match kind {
            RowKind::Short(_) => line.truncate(1 + cut.index(line.len() - 1)),
            RowKind::Long => line.extend_from_slice(b"{}"),
            RowKind::NotUtf8(_) => line.insert(cut.index(line.len()), 0xff),
            RowKind::Good { .. } | RowKind::WrongType(_) => {}
        }
        text.extend(line);
        text.push(b'\n');
    }
    text
}

/// The JSON results of `batch` for an input file with this name and content.
fn graded(name: &str, input: &[u8]) -> Vec<Value> {
    let ran = tiny(["batch", name, "--keep", "who", "--jobs", "2"]).file(name, input).run();
    assert!(matches!(ran.code, Some(0 | 1)), "{ran:?}");
    ran.out.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect()
}

/// The column `status` of the table that `batch` writes for an input file with this name and content.
fn statuses_in_a_table(name: &str, input: &[u8]) -> Vec<String> {
    let ran = tiny(["batch", name, "-o", "out.csv", "--jobs", "2"]).file(name, input);
    let output = ran.path("out.csv");
    let _folder_guard = ran.again([""]);
    let ran = ran.run();
    assert!(matches!(ran.code, Some(0 | 1)), "{ran:?}");
    let mut table = csv::Reader::from_path(output).expect("a table");
    let place = table.headers().expect("a heading").iter().position(|name| name == "status").expect("a column");
    table.records().map(|record| record.expect("a record")[place].to_owned()).collect()
}

#[track_caller]
fn check(name: &str, input: &[u8], alone: &[u8], good: &[bool], ids: &[String]) {
    let rows = graded(name, input);
    assert_eq!(rows.len(), good.len(), "one result per row\n{}", String::from_utf8_lossy(input));
    let statuses: Vec<bool> = rows.iter().map(|row| row["status"] == "graded").collect();
    assert_eq!(statuses, good, "{}", String::from_utf8_lossy(input));
    assert!(rows.iter().all(|row| row["status"] == "graded" || row["reason"].is_string()));
    let in_table: Vec<bool> = statuses_in_a_table(name, input).iter().map(|status| status == "graded").collect();
    assert_eq!(in_table, good, "a table has the same statuses");
    let among_bad: Vec<&Value> = rows.iter().filter(|row| row["status"] == "graded").collect();
    let without: Vec<Value> = if ids.is_empty() { Vec::new() } else { graded(name, alone) };
    assert_eq!(among_bad, without.iter().collect::<Vec<_>>(), "the same grades as without the damaged rows");
    let found: Vec<&str> = among_bad.iter().filter_map(|row| row["id"].as_str()).collect();
    assert_eq!(found, ids);
}

proptest! {
    #![proptest_config(super::super::properties::config(12))]

    #[test]
    fn good_rows_get_the_same_grades_with_and_without_damaged_rows(
        kind in vec(any_row_kind(), 1..10),
        order in Just((0..NAMES.len()).collect::<Vec<_>>()).prop_shuffle(),
        is_tsv in any::<bool>(),
        torn in any::<bool>(),
        cut in any::<Index>(),
    ) {
        let (name, delimiter) = if is_tsv { ("in.tsv", '\t') } else { ("in.csv", ',') };
        let rows: Vec<(usize, RowKind)> = kind.into_iter().enumerate().collect();
        // Every value of a table is a string, so a damaged type cannot occur.
        let in_table: Vec<(usize, RowKind)> =
            rows.iter().filter(|(_, kind)| !matches!(kind, RowKind::WrongType(_))).cloned().collect();
        let only_good: Vec<(usize, RowKind)> = rows.iter().filter(|(_, kind)| is_good(kind)).cloned().collect();
        let ids: Vec<String> = only_good.iter().map(|(number, _)| format!("r{number}")).collect();
        let mut good: Vec<bool> = in_table.iter().map(|(_, kind)| is_good(kind)).collect();
        good.extend(torn.then_some(false));
        if !good.is_empty() {
            let alone = table(&only_good, &order, delimiter, false);
            check(name, &table(&in_table, &order, delimiter, torn), &alone, &good, &ids);
        }
        let good: Vec<bool> = rows.iter().map(|(_, kind)| is_good(kind)).collect();
        check("in.jsonl", &lines(&rows, &order, cut), &lines(&only_good, &order, cut), &good, &ids);
    }
}

#[test]
fn a_row_longer_than_the_limit_is_one_ungraded_row_that_keeps_its_id() {
    let mut table = b"name,id,question,answer\nAnna,a1,undo-release,".to_vec();
    table.resize(table.len() + (17 << 20), b'x');
    table.extend_from_slice(b"\nBen,b1,undo-release,We rolled it back.\ntotal\n");
    let rows = graded_from_standard_input(&table);
    let reported: Vec<String> =
        rows.iter().map(|row| format!("{} {} {}", row["id"], row["question"], row["status"])).collect();
    let expected =
        ["\"a1\" \"undo-release\" \"ungraded\"", "\"b1\" \"undo-release\" \"graded\"", "\"row-3\" \"\" \"ungraded\""];
    assert_eq!(reported, expected);
    assert_eq!(rows[0]["reason"], "the row is longer than 16 MiB");
}

fn graded_from_standard_input(table: &[u8]) -> Vec<Value> {
    let ran = tiny(["batch", "-", "--input-format", "csv", "--format", "jsonl"]).run_with(table).check_failed();
    ran.out.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect()
}

#[test]
fn a_run_with_a_short_row_finishes_and_a_rerun_changes_nothing() {
    let table = "name,mail,id,question,answer\nA,b,1,undo-release\ntotal\nC,d,2,undo-release,We rolled it back.\n";
    let run = tiny(["batch", "in.csv", "-o", "out.csv"]).file("in.csv", table);
    let again = run.again(["--bank", "bank", "batch", "in.csv", "-o", "out.csv"]);
    run.run().check_failed().prints(&["3 answers: 1 graded, 2 ungraded"]);
    again.run().check_failed().prints(&["0 graded in this run, 3 reused from an earlier run"]);
}

#[test]
fn a_damaged_row_does_not_take_the_id_of_the_next_row() {
    let table = "id,question,answer,who\n1,undo-release,x\n1,undo-release,We rolled it back.,Ann\n";
    let rows = graded("in.csv", table.as_bytes());
    assert_eq!((&rows[0]["status"], &rows[1]["status"]), (&"ungraded".into(), &"graded".into()));
}

#[test]
fn each_file_of_a_folder_is_one_row_for_any_content() {
    let run = tiny(["batch", "in", "--evidence", "none"])
        .file("in/02 Ben - undo-release.txt", "We rolled it back.")
        .file("in/03 Cleo_restore-test.txt", "Every month we compare the rows.")
        .file("in/04 Dan - undo-release.md", "+++\nquestion = \"restore-test\"\n+++\nEvery month we compare the rows.")
        .file("in/05 bytes - undo-release.txt", b"\xff\xfe\x00")
        .file("in/06 head - undo-release.md", "+++\n?\n+++\n")
        .file("in/06 open - undo-release.md", "+++\nquestion = \"undo-release\"\nWe rolled it back.");
    #[cfg(target_os = "linux")]
    {
        use std::os::unix::ffi::OsStrExt as _;
        let name = std::ffi::OsStr::from_bytes(b"07 \xff - undo-release.txt");
        std::fs::write(run.path("in").join(name), "We rolled it back.").expect("writes");
    }
    let ran = run.run().check_failed();
    let rows: Vec<Value> = ran.out.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
    let reported: Vec<String> = rows.iter().map(|row| format!("{} {}", row["question"], row["status"])).collect();
    let mut expected = vec![
        "\"undo-release\" \"graded\"",
        "\"restore-test\" \"graded\"",
        "\"restore-test\" \"graded\"",
        "\"undo-release\" \"ungraded\"",
        "\"undo-release\" \"ungraded\"",
        "\"undo-release\" \"ungraded\"",
    ];
    assert_eq!(rows[5]["reason"], "line 1: the front matter is not closed: expected a second line `+++`");
    if cfg!(target_os = "linux") {
        expected.push("\"undo-release\" \"ungraded\"");
        assert_eq!(rows[6]["reason"], "the name of the file is not UTF-8: rename it");
        assert_eq!(rows[6]["id"], "07 \u{fffd} - undo-release.txt");
    }
    assert_eq!(reported, expected);
}

#[test]
fn an_answer_in_a_row_has_no_front_matter() {
    let table = "id,question,answer,who\n1,undo-release,\"+++\nWe rolled it back.\",Ann\n";
    let line = "{\"id\":\"1\",\"question\":\"undo-release\",\"answer\":\"+++\\nWe rolled it back.\",\"who\":\"Ann\"}\n";
    for (name, content) in [("in.csv", table), ("in.jsonl", line)] {
        let row = graded(name, content.as_bytes()).remove(0);
        assert_eq!(row["status"], "graded", "{row}");
        let quote = &row["criteria"][0]["evidence"][0];
        assert!(quote["start"].as_u64().is_some_and(|start| start >= 4), "offsets are those of the whole text: {row}");
    }
}
