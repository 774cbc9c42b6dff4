//! Tests of input formats, output formats, reports and thresholds of `gradus batch`.

use std::io::Write as _;

use serde_json::Value;

use super::rows::{batch, rows};
use crate::cli::tiny_bank::{ANSWER, tiny};

fn lines(text: &str) -> Vec<Value> {
    text.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect()
}

#[test]
fn batch_and_grade_give_the_same_result() {
    let mut one = tiny(["grade", "--question", "undo-release", "--format", "json", "answer.md"]).run().success().json();
    let row = serde_json::json!({"id": "answer.md", "question": "undo-release", "answer": ANSWER});
    let ran = tiny(["batch", "-"]).run_with(row.to_string().as_bytes()).success();
    one["references"] = serde_json::json!([]);
    assert_eq!(lines(&ran.out), [one]);
}

#[test]
fn results_are_in_the_order_of_rows_for_any_number_of_threads() {
    let first = batch(1500, &["rows.jsonl", "--jobs", "1"]).run().success();
    let ids: Vec<String> = lines(&first.out).iter().map(|row| row["id"].as_str().expect("an id").to_owned()).collect();
    assert_eq!(ids, (0..1500).map(|at| format!("r{at}")).collect::<Vec<_>>());
    assert_eq!(batch(1500, &["rows.jsonl", "--jobs", "7"]).run().success().out, first.out);
}

#[test]
fn tables_have_one_row_per_answer_and_one_column_per_criterion() {
    let table =
        "who,text,q\nAnna,\"We rolled back, within ten minutes\",undo-release\nBen,We restore backups.,restore-test\n";
    let arguments = ["batch", "in.csv", "--answer", "text", "--question", "q", "--keep", "who,q", "-o", "out.tsv"];
    let ran = tiny(arguments).file("in.csv", table);
    let (out, _folder_guard) = (ran.path("out.tsv"), ran.again([""]));
    ran.run().success().prints(&["2 answers: 2 graded"]);
    insta::assert_snapshot!(std::fs::read_to_string(out).expect("reads"));
}

#[test]
fn a_table_from_standard_input_gives_the_same_output_as_from_a_file() {
    let table = "id,question,answer\na,undo-release,We rolled it back.\n";
    let from_file = tiny(["batch", "in.csv", "--format", "csv"]).file("in.csv", table).run().success();
    let piped = tiny(["batch", "-", "--format", "csv"]).run_with(table.as_bytes()).success();
    assert_eq!(piped.out, from_file.out);
    assert!(piped.out.starts_with("id,question,status,score"), "{}", piped.out);
}

#[test]
fn compressed_files_have_the_same_content() {
    let plain = batch(20, &["rows.jsonl"]).run().success().out;
    for ending in ["gz", "zst"] {
        let name = format!("out.jsonl.{ending}");
        let packing = batch(20, &["rows.jsonl", "-o", &name]);
        let again = packing.again(["--bank", "bank", "batch", &name, "--answer", "fingerprint", "-q"]);
        let packed = packing.path(&name);
        packing.run().success();
        let bytes = std::fs::read(&packed).expect("reads");
        let mut unpacked = Vec::new();
        if ending == "gz" {
            std::io::copy(&mut flate2::read::GzDecoder::new(&bytes[..]), &mut unpacked).expect("unpacks");
        } else {
            zstd::stream::copy_decode(&bytes[..], &mut unpacked).expect("unpacks");
        }
        assert_eq!(String::from_utf8(unpacked).expect("UTF-8"), plain, "{ending}");
        // The compressed output is also valid input.
        assert_eq!(lines(&again.run().success().out).len(), 20);
    }
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    packed.write_all(rows(20).as_bytes()).expect("packs");
    let packed = packed.finish().expect("packs");
    assert_eq!(tiny(["batch", "-"]).run_with(&packed).success().out, plain, "on standard input");
}

#[test]
fn a_folder_gives_one_row_per_file() {
    let ran = tiny(["batch", "drafts", "--question", "stage-release"])
        .file("drafts/anna.md", "+++\nquestion = \"undo-release\"\n+++\nWe rolled it back.")
        .file("drafts/ben/restore-test.txt", "We restore a backup every month.")
        .file("drafts/cleo.txt", "We release to one percent first.")
        .file("drafts/notes.png", "x")
        .run()
        .success();
    let rows = lines(&ran.out);
    let reported: Vec<_> = rows.iter().map(|row| (row["id"].as_str(), row["question"].as_str())).collect();
    assert_eq!(
        reported,
        [
            (Some("anna.md"), Some("undo-release")),
            (Some("ben/restore-test.txt"), Some("restore-test")),
            (Some("cleo.txt"), Some("stage-release")),
        ]
    );
    let quote = &rows[0]["criteria"][0]["evidence"][0];
    let at = usize::try_from(quote["start"].as_u64().expect("a place")).expect("small");
    let file = "+++\nquestion = \"undo-release\"\n+++\nWe rolled it back.";
    assert!(file[at..].starts_with(quote["quote"].as_str().expect("a quote")), "offsets count in the file");
}

#[test]
fn a_document_in_a_folder_is_an_ungraded_row_that_names_its_kind() {
    let kinds = [
        ("a.docx", "a Word document (.docx)"),
        ("b.ODT", "an OpenDocument text (.odt)"),
        ("c.doc", "an old Word document (.doc)"),
        ("d.pdf", "a PDF document (.pdf)"),
        ("e.pages", "a Pages document (.pages)"),
    ];
    let mut run = tiny(["batch", "drafts", "--question", "undo-release"]).file("drafts/z.txt", ANSWER);
    for (name, _) in kinds {
        run = run.file(&format!("drafts/{name}"), ANSWER);
    }
    let ran = run.file("drafts/notes.png", "x").file("drafts/~$a.docx", "x").run().check_failed();
    let rows = lines(&ran.out);
    let reported: Vec<_> = rows.iter().map(|row| (row["id"].as_str(), row["reason"].as_str())).collect();
    let reasons = kinds.map(|(_, kind)| format!("it is {kind}: save it as plain text in UTF-8"));
    let mut expected: Vec<_> =
        kinds.iter().zip(&reasons).map(|((id, _), reported)| (Some(*id), Some(reported.as_str()))).collect();
    expected.push((Some("z.txt"), None));
    assert_eq!(reported, expected);
}

/// The first bytes of files that are not text, and the kind that errors name.
const DOCUMENTS: [(&str, &[u8], &str); 5] = [
    (
        "a.docx",
        b"PK\x03\x04\x14\0\x06\0\x08\0\0\0!\0[Content_Types].xml\xb4\x94word/document.xml",
        "a Word document (.docx)",
    ),
    ("a.pdf", b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n1 0 obj\n", "a PDF document"),
    ("a.doc", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1\0\0\0\0", "an old Office document, such as .doc or .xls"),
    ("a.csv", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "a PNG image"),
    ("a.jsonl", b"\x9f\x01\x02\xf3\x04\x05\x9e\x06\x07\x0e\x0f\xf9\x10\x11\xfa\x12", "binary data"),
];

#[test]
fn a_document_as_input_is_rejected_with_its_kind() {
    for (name, bytes, kind) in DOCUMENTS {
        let fault = format!("it is {kind}, not JSON Lines, CSV or TSV");
        for format in [&[][..], &["--input-format", "csv"], &["--input-format", "tsv"], &["--input-format", "jsonl"]] {
            let reported = [&["batch", name], format].concat();
            let ran = tiny(reported.iter().copied()).file(name, bytes).run().failure();
            ran.reports(&[&format!("{name}: {fault}"), "hint: save a table as CSV in UTF-8"]);
            let reported = [&["batch", "-"], format].concat();
            let ran = tiny(reported.iter().copied()).run_with(bytes).failure();
            ran.reports(&[&format!("standard input: {fault}")]);
        }
        let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        packed.write_all(bytes).expect("packs");
        let packed = packed.finish().expect("packs");
        tiny(["batch", "rows.gz"]).file("rows.gz", packed).run().failure().reports(&[&format!("rows.gz: {fault}")]);
    }
}

#[test]
fn input_with_a_damaged_row_is_not_rejected_as_a_document() {
    let row = "{\"question\":\"undo-release\",\"answer\":\"We rolled it back.\"}\n";
    let rows = [b"\x9f\x01\x02\xf3\x04\x05\x9e\x06\x07\x0e\x0f\xf9\x10\x11\xfa\x12\n", row.as_bytes()].concat();
    let ran = tiny(["batch", "rows.jsonl"]).file("rows.jsonl", rows).run().check_failed();
    let outcomes: Vec<_> = lines(&ran.out).iter().map(|row| row["status"].clone()).collect();
    assert_eq!(outcomes, ["ungraded", "graded"]);
}

#[test]
fn a_row_can_name_its_question_by_wording() {
    let row = |question: &str| format!("{{\"question\":\"{question}\",\"answer\":\"We rolled it back.\"}}\n");
    let input = row("Tell me about a time when you had to undo a release.") + &row("undo-release");
    let ran = tiny(["batch", "-"]).run_with(input.as_bytes()).success();
    let questions: Vec<Value> = lines(&ran.out).iter().map(|row| row["question"].clone()).collect();
    assert_eq!(questions, ["undo-release", "undo-release"]);
    assert!(!ran.err.contains("found from the answer"), "{}", ran.err);
    ran.reports(&["questions found from their wording", "undo-release (1 answer)"]);
}

#[test]
fn reduced_evidence_does_not_change_scores() {
    let [full, counts, none] =
        ["full", "counts", "none"].map(|detail| batch(4, &["rows.jsonl", "--evidence", detail]).run().success().out);
    assert!(full.len() > counts.len() && counts.len() > none.len());
    let scores = |text: &str| lines(text).iter().map(|row| row["score"].clone()).collect::<Vec<_>>();
    assert_eq!(scores(&full), scores(&counts));
    assert_eq!(scores(&full), scores(&none));
}

#[test]
fn summary_and_junit_reports_are_written_next_to_the_results() {
    let arguments =
        ["rows.jsonl", "-o", "out.jsonl", "--summary", "sum.md", "--junit", "tests.xml", "--fail-under", "30"];
    let run = batch(4, &arguments);
    let again = run.again(["--bank", "bank", "batch"].iter().chain(&arguments));
    let other = run.again(["--bank", "bank", "batch", "rows.jsonl", "--summary", "sum.md"]);
    let json = run.again(["--bank", "bank", "batch", "rows.jsonl", "--summary", "sum.json", "-q"]);
    let _folder_guard = run.again([""]);
    let (summary, tests, sums) = (run.path("sum.md"), run.path("tests.xml"), run.path("sum.json"));
    run.run().check_failed().reports(&["scores are below the 30 that --fail-under requires"]);
    let text = std::fs::read_to_string(&summary).expect("reads");
    assert!(text.contains("4 answers: 4 graded") && text.contains("| undo-release |"), "{text}");
    insta::assert_snapshot!(std::fs::read_to_string(tests).expect("reads"));
    // The command that wrote a report may overwrite it; another command must not.
    again.run().check_failed();
    other.run().failure().reports(&["sum.md would be overwritten"]);
    json.run().success();
    let sums: Value = serde_json::from_str(&std::fs::read_to_string(sums).expect("reads")).expect("JSON");
    assert_eq!((&sums["schema"], &sums["answers"]), (&serde_json::json!(1), &serde_json::json!(4)));
}

#[test]
fn thresholds_decide_the_exit_code() {
    for (arguments, code) in [
        (&["--fail-under", "0"][..], 0),
        (&["--fail-under", "100"], 1),
        (&["--fail-under", "mean=1"], 0),
        (&["--fail-under", "mean=99.5"], 1),
    ] {
        let ran = batch(4, &[&["rows.jsonl"], arguments].concat()).run();
        assert_eq!(ran.code, Some(code), "{arguments:?}: {}", ran.err);
    }
    let some = "{\"question\":\"undo-release\",\"answer\":\"x\"}\n{\"question\":\"no-such\",\"answer\":\"x\"}\n";
    for (most, code) in [("0", 1), ("1", 0), ("50%", 0), ("49%", 1)] {
        let ran = tiny(["batch", "-", "--max-ungraded", most]).run_with(some.as_bytes());
        assert_eq!(ran.code, Some(code), "{most}: {}", ran.err);
    }
}

#[test]
fn a_calibrated_score_is_added_to_the_original_score() {
    let calibration = "schema = 1\nscorer = 5\ncurve = [[0.0, 0.5], [1.0, 1.0]]\n";
    let run = batch(2, &["rows.jsonl", "--calibration", "c.toml"]).file("c.toml", calibration);
    let ran = run.run().success();
    let row = &lines(&ran.out)[0];
    assert!(row["calibrated"]["score"].as_f64() > row["score"].as_f64(), "{row}");
}

#[test]
fn quiet_prints_one_line() {
    let run = batch(4, &["rows.jsonl", "-o", "out.jsonl", "-q"]);
    let out = run.again(["--bank", "bank", "batch", "rows.jsonl", "-q"]);
    let ran = run.run().success().reports_nothing();
    assert_eq!(ran.out.lines().count(), 1, "{}", ran.out);
    assert_eq!(lines(&out.run().success().reports_nothing().out).len(), 4);
}

#[test]
fn an_output_that_is_a_link_stays_a_link_and_its_target_is_written() {
    #[cfg(unix)]
    {
        let run = batch(2, &["rows.jsonl", "-o", "link.jsonl", "--force"]).file("real/out.jsonl", "");
        std::os::unix::fs::symlink(run.path("real/out.jsonl"), run.path("link.jsonl")).expect("links");
        let (link, real, _folder_guard) = (run.path("link.jsonl"), run.path("real/out.jsonl"), run.again([""]));
        run.run().success();
        assert!(std::fs::symlink_metadata(link).expect("there").is_symlink());
        assert_eq!(std::fs::read_to_string(real).expect("reads").lines().count(), 2);
    }
}

#[test]
fn results_can_be_read_as_grades() {
    let run = batch(8, &["rows.jsonl", "-o", "out.jsonl"]);
    let again = run.again(["--bank", "bank", "batch", "rows.jsonl"]);
    let plain = again.run().success().out;
    let (path, _folder_guard) = (run.path("out.jsonl"), run.again([""]));
    run.run().success();
    let text = std::fs::read_to_string(path).expect("reads");
    assert_eq!(text, plain, "a file has the same content as standard output");
    for line in text.lines() {
        let grade: gradus::model::Grade<'_> = serde_json::from_str(line).expect("a grade");
        assert_eq!(serde_json::to_string(&grade).expect("writes"), line);
    }
}

#[test]
#[cfg(feature = "parquet")]
fn parquet_can_be_read_and_written() {
    let table = "id,who,question,answer\n1,Anna,undo-release,We rolled it back.\n2,,no-such,x\n";
    let run = tiny(["batch", "in.csv", "--keep", "who", "-o", "out.parquet"]).file("in.csv", table);
    let again = run.again(["--bank", "bank", "batch", "in.csv", "--keep", "who", "-o", "out.parquet"]);
    let read = ["batch", "out.parquet", "--answer", "band", "--keep", "who,score,words", "--evidence", "none"];
    let read = run.again(["--bank", "bank"].iter().chain(&read));
    run.run().check_failed().prints(&["2 answers: 1 graded, 1 ungraded"]);
    again.run().check_failed().prints(&["0 graded in this run, 2 reused from an earlier run"]);
    let rows = lines(&read.run().check_failed().out);
    let kept: Vec<_> = rows.iter().map(|row| row["kept"].to_string()).collect();
    assert_eq!(kept, ["{\"score\":37.5,\"who\":\"Anna\",\"words\":4}", "{}"]);
    assert_eq!(rows[0]["question"], "undo-release");
}

#[test]
#[cfg(feature = "parquet")]
fn a_kept_column_is_text_in_parquet_whatever_its_name() {
    let table = "id,cost,credit:x,question,answer\n1,high,none,undo-release,We rolled it back.\n";
    let keep = "cost,credit:x";
    let run = tiny(["batch", "in.csv", "--keep", keep, "-o", "out.parquet"]).file("in.csv", table);
    let read = run.again(["--bank", "bank", "batch", "out.parquet", "--answer", "band", "--keep", keep]);
    run.run().success();
    let rows = lines(&read.run().success().out);
    assert_eq!(rows[0]["kept"].to_string(), "{\"cost\":\"high\",\"credit:x\":\"none\"}");
}

#[test]
fn the_question_option_applies_to_rows_without_a_question() {
    let rows = "{\"question\":\"restore-test\",\"answer\":\"x\"}\n{\"answer\":\"x\"}\n";
    for question in ["undo-release", "Tell me about a time when you had to undo a release."] {
        let ran = tiny(["batch", "-", "--question", question]).run_with(rows.as_bytes()).success();
        let questions: Vec<Value> = lines(&ran.out).iter().map(|row| row["question"].clone()).collect();
        assert_eq!(questions, ["restore-test", "undo-release"]);
    }
}
