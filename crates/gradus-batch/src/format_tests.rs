//! The same rows in any input format give the same graded answers and the same questions to draft from.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::io::Write as _;
use std::path::Path;

use gradus_core::agreement::ScoredRow;
use gradus_core::bank::DraftQuestion;
use gradus_core::model::RowLocation;
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::select;
use serde_json::{Map, Value, json};

use super::input::{InputContext, InputFormat, ReadRows};
use super::{DraftColumn, DraftColumns, GradedColumns, open_drafts, open_graded, read_drafts, read_graded};

/// Names of the columns in these tests, in the order of [`InputRow::cells`].
const COLUMNS: [&str; 10] =
    ["id", "question", "answer", "score", "max_score", "score2", "split", "criterion:a", "criterion:b", "remark"];
/// The columns that are numbers.
const NUMBERS: [usize; 5] = [3, 4, 5, 7, 8];

/// A graded answer, as a user writes it.
#[derive(Debug, Clone)]
struct InputRow {
    id: String,
    question: String,
    answer: String,
    score: Option<u8>,
    max_score: Option<u8>,
    second: Option<u8>,
    split: Option<&'static str>,
    credits: [Option<u8>; 2],
}

impl InputRow {
    /// The cells of a table. The cell of a missing value is empty.
    fn cells(&self) -> Vec<String> {
        let number = |number: Option<u8>| number.map(|number| number.to_string()).unwrap_or_default();
        let credit =
            |credit: Option<u8>| credit.map(|credit| (f64::from(credit) / 4.0).to_string()).unwrap_or_default();
        vec![
            self.id.clone(),
            self.question.clone(),
            self.answer.clone(),
            number(self.score),
            number(self.max_score),
            number(self.second),
            self.split.unwrap_or_default().to_owned(),
            credit(self.credits[0]),
            credit(self.credits[1]),
            "\"not, read\"".to_owned(),
        ]
    }

    /// A line of JSON with members in this order; numbers may be text, and credits may be an object.
    fn line(&self, order: &[usize], numbers_as_text: bool, credits_as_object: bool) -> String {
        let mut members = Vec::new();
        let (mut credits, cells) = (Map::new(), self.cells());
        for (at, cell) in order.iter().map(|at| (*at, &cells[*at])) {
            let name = COLUMNS[at];
            let is_number = NUMBERS.contains(&at) && !cell.is_empty() && !numbers_as_text;
            let value = if is_number { cell.clone() } else { Value::from(cell.as_str()).to_string() };
            match name.strip_prefix("criterion:") {
                Some(criterion) if credits_as_object => {
                    credits.insert(criterion.to_owned(), serde_json::from_str(&value).expect("JSON"));
                }
                _ => members.push(format!("{}: {value}", json!(name))),
            }
        }
        if credits_as_object {
            members.push(format!("\"criteria\": {}", Value::Object(credits)));
        }
        format!("{{{}}}\n", members.join(", "))
    }

    /// The row as a file of an input folder: all values but the answer are in the front matter.
    fn file(&self) -> String {
        let mut head = String::new();
        for (at, cell) in self.cells().iter().enumerate().filter(|(at, cell)| *at != 2 && !cell.is_empty()) {
            let value = if NUMBERS.contains(&at) { cell.clone() } else { json!(cell).to_string() };
            let _ = writeln!(head, "{} = {value}", json!(COLUMNS[at]));
        }
        format!("+++\n{head}+++\n{}", self.answer)
    }
}

fn text() -> impl Strategy<Value = String> {
    // Everything that needs quotes or escapes, and letters of several bytes.
    const PARTS: [&str; 14] = ["a", "B7", " ", ",", "\t", "\"", "'", ";", "\n", "é", "…", "{", "[", "\\"];
    vec(select(&PARTS[..]), 1..8).prop_map(|parts| format!("x{}", parts.concat().trim_end()))
}

fn input_row() -> impl Strategy<Value = InputRow> {
    let scores = (option::of(0..=4_u8), option::of(4..9_u8), option::of(0..=4_u8));
    let credits = (option::of(0..=4_u8), option::of(0..=4_u8));
    let split = option::of(select(&["train", "test"][..]));
    (text(), select(&["q1", "q2"][..]), text(), scores, split, credits).prop_map(
        |(id, question, answer, (score, max_score, second), split, (a, b))| InputRow {
            id,
            question: question.to_owned(),
            answer,
            score,
            // Without `max_score`, the highest `score` of all rows is used, and a higher second score would be a fault.
            max_score: max_score.or(second.map(|_| 5)),
            second,
            split,
            credits: [a, b],
        },
    )
}

fn order() -> impl Strategy<Value = Vec<usize>> {
    Just((0..COLUMNS.len()).collect::<Vec<_>>()).prop_shuffle()
}

fn quoted(cell: &str) -> String {
    format!("\"{}\"", cell.replace('"', "\"\""))
}

fn table(rows: &[InputRow], order: &[usize], delimiter: &str, line_break: &str) -> String {
    let heading: Vec<&str> = order.iter().map(|at| COLUMNS[*at]).collect();
    let mut table = heading.join(delimiter) + line_break;
    for row in rows {
        let cells = row.cells();
        let cells: Vec<String> = order.iter().map(|at| quoted(&cells[*at])).collect();
        table += &(cells.join(delimiter) + line_break);
    }
    table
}

pub(super) fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut packer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    packer.write_all(bytes).expect("packs");
    packer.finish().expect("packs")
}

/// Reads a file; lines and positions of rows differ between formats and are dropped.
pub(super) fn read(path: &Path, format: Option<InputFormat>) -> ReadRows<ScoredRow> {
    let columns = GradedColumns::default();
    let mut reader = open_graded(path, format, &columns, &InputContext::default()).expect("opens");
    let mut read = read_graded(&mut reader, &columns).expect("reads");
    read.rows.iter_mut().for_each(|row| row.at = RowLocation::default());
    read
}

fn drafts(path: &Path, columns: &DraftColumns) -> ReadRows<DraftQuestion> {
    let mut reader = open_drafts(path, None, columns, &InputContext::default()).expect("opens");
    read_drafts(&mut reader, columns).expect("reads")
}

/// Writes the same rows in every format. Returns the file names, relative to `folder`.
fn write_all(folder: &Path, rows: &[InputRow], order: &[usize], (as_text, as_object): (bool, bool)) -> Vec<String> {
    let lines: String = rows.iter().map(|row| row.line(order, as_text, as_object)).collect();
    let (csv, tsv) = (table(rows, order, ",", "\n"), table(rows, order, "\t", "\r\n"));
    let mut files: Vec<(&str, Vec<u8>)> = vec![
        ("rows.jsonl", lines.clone().into_bytes()),
        ("marked.jsonl", format!("\u{feff}{lines}").into_bytes()),
        ("rows.jsonl.gz", gzip(lines.as_bytes())),
        ("rows.csv", csv.clone().into_bytes()),
        ("marked.csv", format!("\u{feff}{csv}").into_bytes()),
        ("rows.csv.zst", zstd::encode_all(csv.as_bytes(), 1).expect("packs")),
        ("rows.tsv", tsv.clone().into_bytes()),
        ("rows.tsv.gz", gzip(tsv.as_bytes())),
        ("unnamed", csv.clone().into_bytes()),
        ("unnamed-lines", zstd::encode_all(lines.as_bytes(), 1).expect("packs")),
    ];
    if cfg!(feature = "parquet") {
        files.push(("rows.parquet", parquet(&csv)));
    }
    for (name, bytes) in &files {
        fs::write(folder.join(name), bytes).expect("writes");
    }
    files.into_iter().map(|(name, _)| name.to_owned()).collect()
}

#[cfg(feature = "parquet")]
fn parquet(csv: &str) -> Vec<u8> {
    use crate::parquet::{ColumnType, from_csv};
    let mut bytes = Vec::new();
    let is_number = |name: &str| NUMBERS.iter().any(|at| COLUMNS[*at] == name);
    let type_of = |name: &str| if is_number(name) { ColumnType::Number } else { ColumnType::Text };
    from_csv(csv.as_bytes(), &mut bytes, type_of).expect("a table");
    bytes
}

#[cfg(not(feature = "parquet"))]
fn parquet(_: &str) -> Vec<u8> {
    Vec::new()
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, cases: 64, ..ProptestConfig::default() })]

    #[test]
    fn graded_answers_are_the_same_from_every_format(
        rows in vec(input_row(), 1..8),
        order in order(),
        json_variant in any::<(bool, bool)>(),
    ) {
        let folder = tempfile::tempdir().expect("a folder");
        let files = write_all(folder.path(), &rows, &order, json_variant);
        let first = read(&folder.path().join(&files[0]), None);
        prop_assert_eq!(&first.bad, &[]);
        prop_assert_eq!(first.rows.len(), rows.len());
        for (row, input) in first.rows.iter().zip(&rows) {
            prop_assert_eq!((&row.id, &row.answer, &row.question), (&input.id, &input.answer, &input.question));
            let share = input.score.map(|score| f64::from(score) / row.max_score);
            prop_assert_eq!(row.score, share);
            let credits = [("a", input.credits[0]), ("b", input.credits[1])];
            let share_of = |(id, quarters): (&str, Option<_>)| Some((id.to_owned(), f64::from(quarters?) / 4.0));
            let credits = credits.into_iter().filter_map(share_of);
            prop_assert_eq!(&row.criteria, &credits.collect::<BTreeMap<_, _>>());
        }
        for name in &files[1..] {
            prop_assert_eq!(&read(&folder.path().join(name), None), &first, "{}", name);
        }
        prop_assert_eq!(&read(&folder.path().join("unnamed"), Some(InputFormat::Csv)), &first);
        // A folder has its rows in the order of the file names.
        fs::create_dir(folder.path().join("files")).expect("a folder");
        for (at, row) in rows.iter().enumerate() {
            fs::write(folder.path().join(format!("files/{at}.md")), row.file()).expect("writes");
        }
        prop_assert_eq!(&read(&folder.path().join("files"), None), &first);
    }

    #[test]
    fn a_bad_row_is_reported_with_its_line_and_all_other_rows_are_read(
        rows in vec(input_row(), 1..8),
        at in any::<proptest::sample::Index>(),
        bad in select(&["{\"id\": \"x\"", "7", "{\"question\": \"q1\", \"answer\": \"x\", \"score\": \"high\"}",
            "{\"question\": \"q1\", \"answer\": \"x\", \"score\": 9, \"max_score\": 5}", "{\"answer\": \"x\", \"score\": 1}",
            "{\"question\": \"q1\", \"answer\": 5}", "{\"question\": \"q1\", \"score\": 5}"][..]),
    ) {
        let folder = tempfile::tempdir().expect("a folder");
        let order: Vec<usize> = (0..COLUMNS.len()).collect();
        let mut lines: Vec<String> = rows.iter().map(|row| row.line(&order, false, false)).collect();
        let (sound, damaged) = (folder.path().join("sound.jsonl"), folder.path().join("damaged.jsonl"));
        fs::write(&sound, lines.concat()).expect("writes");
        let place = at.index(lines.len() + 1);
        lines.insert(place, format!("{bad}\n"));
        fs::write(&damaged, lines.concat()).expect("writes");
        let read_damaged = read(&damaged, None);
        prop_assert_eq!(read_damaged.bad.iter().map(|bad| bad.at.number()).collect::<Vec<_>>(), [place as u64 + 1]);
        prop_assert!(read_damaged.bad.iter().all(|bad| bad.hint().is_some()));
        prop_assert_eq!(read_damaged.rows, read(&sound, None).rows);
    }

    #[test]
    fn questions_are_the_same_from_every_format(
        prompts in vec((text(), vec(text(), 1..4), any::<bool>()), 1..6),
    ) {
        let folder = tempfile::tempdir().expect("a folder");
        let rows: Vec<(String, &String, &Vec<String>, bool)> =
            prompts.iter().enumerate().map(|(at, (prompt, texts, is_criteria))| {
                (format!("q{at}"), prompt, texts, *is_criteria)
            }).collect();
        let line = |(id, prompt, texts, is_criteria): &(String, &String, &Vec<String>, bool)| {
            let field = if *is_criteria { "criteria" } else { "references" };
            json!({ "id": id, "prompt": prompt, field: texts }).to_string() + "\n"
        };
        let record = |(id, prompt, texts, is_criteria): &(String, &String, &Vec<String>, bool)| {
            let list = json!(texts).to_string();
            let (references, criteria) = if *is_criteria { (String::new(), list) } else { (list, String::new()) };
            [references, quoted(id), quoted(prompt), criteria].iter().enumerate()
                .map(|(at, cell)| if at == 0 || at == 3 { quoted(cell) } else { cell.clone() })
                .collect::<Vec<_>>().join(",") + "\n"
        };
        let csv = "references,id,prompt,criteria\n".to_owned() + &rows.iter().map(record).collect::<String>();
        let (in_lines, in_table) = (folder.path().join("q.jsonl"), folder.path().join("q.csv.gz"));
        fs::write(&in_lines, rows.iter().map(line).collect::<String>()).expect("writes");
        fs::write(&in_table, gzip(csv.as_bytes())).expect("writes");
        let read = |path: &Path| -> ReadRows<DraftQuestion> {
            drafts(path, &DraftColumns::default())
        };
        let first = read(&in_lines);
        prop_assert_eq!(&first.bad, &[]);
        prop_assert_eq!(first.rows.len(), rows.len());
        prop_assert_eq!(read(&in_table), first);
    }
}

#[test]
fn a_table_cell_may_contain_one_reference_and_a_repeated_id_is_reported() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("q.csv");
    fs::write(&path, "id,prompt,references\n007,Why?,Because.\n8,Who?,\n007,Why?,So.\n").expect("writes");
    let read = drafts(&path, &DraftColumns::default());
    assert_eq!((read.rows.len(), read.rows[0].id.as_str()), (1, "007"));
    assert_eq!(read.rows[0].references, ["Because."]);
    let bad: Vec<String> = read.bad.iter().map(ToString::to_string).collect();
    assert_eq!(
        bad,
        ["line 3: question `8` has neither references nor criteria", "line 4: question `007` is already in line 2"]
    );
}

#[test]
fn files_of_a_folder_are_references_of_the_questions_they_name() {
    let folder = tempfile::tempdir().expect("a folder");
    let write = |name: &str, text: &str| {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
        fs::write(path, text).expect("writes");
    };
    write("tea/warm-pot.md", "The water stays hot.");
    write("tea/other.md", "+++\nquestion = \"warm-pot\"\n+++\nLeaves need heat.");
    write("full.txt", "---\nid: full\nprompt: When is it full?\n---\nAt the mark.");
    let read = drafts(folder.path(), &DraftColumns::default());
    assert_eq!(read.bad, []);
    let found: Vec<_> = read
        .rows
        .iter()
        .map(|one| (one.id.as_str(), one.prompt.as_str(), one.topic.as_deref(), one.references.len()))
        .collect();
    assert_eq!(
        found,
        [("full", "When is it full?", None, 1), ("warm-pot", "warm pot", Some("tea"), 2)],
        "in the order of file names"
    );
    assert!(read.rows[1].has_made_up_prompt());
}

#[test]
fn question_ids_come_from_file_names_whatever_the_columns_are_called() {
    let folder = tempfile::tempdir().expect("a folder");
    fs::write(folder.path().join("warm-pot.md"), "+++\nfrage = \"Why?\"\n+++\nThe water stays hot.").expect("writes");
    let named = |name: &str| DraftColumn { name: name.to_owned(), is_chosen: false };
    let columns =
        DraftColumns { id: named("file"), prompt: named("frage"), references: named("id"), ..DraftColumns::default() };
    let read = drafts(folder.path(), &columns);
    assert_eq!((read.bad.len(), read.rows[0].id.as_str(), read.rows[0].prompt.as_str()), (0, "warm-pot", "Why?"));
    assert_eq!(read.rows[0].references, ["The water stays hot."]);
}

#[test]
fn null_is_an_empty_answer_and_credits_are_read_from_fields_and_from_the_criteria_object() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("rows.jsonl");
    let row = r#"{"question":"q","answer":null,"score":null,"criterion:a":"0.5","criteria":{"b":1,"c":null}}"#;
    fs::write(&path, row).expect("writes");
    let read = read(&path, None);
    assert_eq!(read.bad, []);
    assert_eq!((read.rows[0].answer.as_str(), read.rows[0].score, read.rows[0].id.as_str()), ("", None, "1"));
    let credits: Vec<_> = read.rows[0].criteria.iter().map(|(id, credit)| (id.as_str(), *credit)).collect();
    assert_eq!(credits, [("a", 0.5), ("b", 1.0)]);
}
