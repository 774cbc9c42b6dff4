//! Tests of invalid input and unwritable outputs: faults are reported, and valid rows are graded.

use std::fs;

use serde_json::Value;

use super::rows::{batch, rows};
use crate::cli::tiny_bank::tiny;

const GOOD: &str = "{\"id\":\"good\",\"question\":\"undo-release\",\"answer\":\"We rolled it back.\"}\n";

/// The reason of the second of three rows. Panics unless the first and the third row are graded.
#[track_caller]
fn reason_of(bad: &[u8]) -> String {
    let input = [GOOD.as_bytes(), bad, b"\n", GOOD.replace("good", "also").as_bytes()].concat();
    let ran = tiny(["batch", "-"]).run_with(&input).check_failed();
    let rows: Vec<Value> = ran.out.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
    let statuses: Vec<_> = rows.iter().map(|row| row["status"].as_str().expect("a status")).collect();
    assert_eq!(statuses, ["graded", "ungraded", "graded"], "{}", ran.out);
    let ran = ran.reports(&["line 2"]);
    assert_eq!(ran.code, Some(1));
    rows[1]["reason"].as_str().expect("a reason").to_owned()
}

#[test]
fn a_bad_row_is_an_ungraded_row() {
    for (bad, reported) in [
        (&b"{\"id\":\"x\""[..], "not valid JSON: EOF while parsing an object at column 9"),
        (b"{\"id\":\"x\",\"question\":\"undo-release\"}", "the row has no `answer`, only `id`, `question`"),
        (b"{\"answer\":\"x\"}", "no `question`: the row names no question"),
        (b"{\"question\":\"undo-relase\",\"answer\":\"x\"}", "no question `undo-relase`; did you mean undo-release?"),
        (b"{\"question\":\"undo-release\",\"answer\":\"\"}", "the answer has no words"),
        (b"{\"question\":\"undo-release\",\"answer\":\"\xff\"}", "not UTF-8 from byte 38 on"),
        (b"{\"question\":\"undo-release\",\"answer\":{}}", "`answer` is an object; expected text"),
        (&GOOD.as_bytes()[..GOOD.len() - 1], "line 1 already has the id `good` for the same question"),
    ] {
        let reason = reason_of(bad);
        assert!(reason.starts_with(reported), "{reason}");
    }
}

#[test]
fn the_command_that_lists_questions_is_named_once_for_all_answers_to_unknown_questions() {
    let unknown = "{\"question\":\"zebra\",\"answer\":\"x\"}\n";
    let note = "note: the question of 2 answers is not in the bank; `gradus questions` lists all questions\n";
    let batch = |input: &str, arguments: &[&str]| {
        tiny(["batch", "rows.jsonl"].iter().chain(arguments).copied()).file("rows.jsonl", input).run()
    };
    let input = format!("{unknown}{GOOD}{unknown}");
    let ran = batch(&input, &[]).check_failed();
    assert_eq!(ran.err.matches(note).count(), 1, "{}", ran.err);
    assert!(ran.out.contains("\"reason\":\"no question `zebra`\""), "{}", ran.out);
    let quiet = batch(&input, &["--quiet"]).check_failed();
    let unnamed = batch("{\"answer\":\"x\"}\n", &[]).check_failed();
    assert!(![quiet.err, unnamed.err].concat().contains("gradus questions"));
}

#[test]
fn a_line_of_a_hundred_megabytes_is_one_ungraded_row() {
    let mut long = b"{\"question\":\"undo-release\",\"answer\":\"".to_vec();
    long.resize(100_000_000, b'x');
    assert_eq!(reason_of(&long), "the row is longer than 16 MiB");
}

#[test]
fn a_faulty_rubric_affects_only_answers_to_its_question() {
    let ran = tiny(["batch", "rows.jsonl"])
        .file("rows.jsonl", rows(4))
        .file("bank/rubrics/recovery/restore-test.toml", "schema = 1\n")
        .run()
        .check_failed();
    let reasons: Vec<Value> = ran.out.lines().map(|line| serde_json::from_str::<Value>(line).expect("JSON")).collect();
    assert!(
        reasons[1]["reason"].as_str().expect("a reason").contains("restore-test.toml:1:1: missing field `id`; add it"),
        "{}",
        reasons[1]
    );
    assert_eq!(reasons[0]["status"], "graded");
}

#[test]
fn unreadable_input_is_an_error() {
    for (name, content, reported) in [
        ("a.csv", &b"id,text\n1,x\n"[..], "it has no column `answer`; it has `id`, `text`"),
        ("a.csv", b"id,answer\n1,x\n", "it has no column `question`"),
        ("a.csv", b"answer,answer,question\n1,x,y\n", "it has two columns `answer`"),
        ("a.jsonl", b"", "a.jsonl has no answers"),
        ("a.jsonl", b"[{\"answer\":1}]", "it is one JSON list"),
        ("a.jsonl", b"\xff\xfe{\0", "it is UTF-16: save it as UTF-8"),
        ("a.jsonl.gz", b"no gzip", "cannot read a.jsonl.gz"),
        ("a.jsonl.zst", b"no zstd", "cannot read a.jsonl.zst"),
        ("a/notes.png", b"", "it holds no .txt or .md file"),
    ] {
        let input = name.split('/').next().expect("a name");
        let run = tiny(["batch", input, "-o", "out.jsonl"]).file(name, content);
        let (out, work_dir) = (run.path("out.jsonl"), run.path("out.jsonl.gradus"));
        run.run().failure().reports(&[reported]);
        assert!(!out.exists() && !work_dir.exists(), "{name}: no temporary file remains");
    }
    tiny(["batch", "nowhere.jsonl"]).run().failure().reports(&["cannot read nowhere.jsonl: No such file"]);
}

#[test]
fn truncated_compressed_input_keeps_the_rows_before_the_end() {
    let mut packer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    std::io::Write::write_all(&mut packer, rows(3000).as_bytes()).expect("packs");
    let whole = packer.finish().expect("packs");
    let run = tiny(["batch", "in.jsonl.gz", "-o", "out.jsonl"]).file("in.jsonl.gz", &whole[..whole.len() / 2]);
    let next = run.again(["--bank", "bank", "batch", "in.jsonl.gz", "-o", "out.jsonl"]);
    let ran = run.run();
    assert_eq!(ran.code, Some(2), "{}", ran.err);
    let ran = ran.reports(&[
        "its compressed data is truncated after ",
        "results are saved; the same command continues from there",
    ]);
    let saved: usize = ran
        .err
        .split("warning: ")
        .nth(1)
        .and_then(|reported| reported.split(' ').next()?.parse().ok())
        .expect("a number");
    assert!(saved > 500, "{saved}");
    let next = next.file("in.jsonl.gz", &whole);
    next.run().success().prints(&[&format!("{} graded in this run, {saved} reused from an earlier run", 3000 - saved)]);
}

#[test]
#[cfg(target_os = "linux")]
fn outputs_that_cannot_be_written_are_errors() {
    let full = fs::File::options().write(true).open("/dev/full").expect("a device");
    batch(3, &["rows.jsonl"])
        .run_into(full)
        .failure()
        .reports(&["cannot write standard output: No space left on device"]);
    batch(3, &["rows.jsonl", "-o", "/dev/full"]).run().failure().reports(&["cannot write /dev/full: No space left"]);
    batch(3, &["rows.jsonl", "-o", "/dev/null"]).run().success();
    batch(3, &["rows.jsonl", "-o", "/proc/out.jsonl"]).run().failure().reports(&["cannot"]);
    let folder = batch(3, &["rows.jsonl", "-o", "there"]).folder("there");
    folder.run().failure().reports(&["there is a folder"]);
}

#[test]
fn a_report_cannot_overwrite_files_of_the_run_folder() {
    let own = "out.csv.gradus/manifest.json";
    let first = batch(3, &["rows.jsonl", "-o", "out.csv"]);
    let folder = first.path("out.csv.gradus");
    let next = |arguments: &[&str]| first.again([&["--bank", "bank", "batch"], arguments].concat());
    // Once before the run folder exists, and once in a parent folder that does not exist.
    next(&["rows.jsonl", "-o", "out.csv", "--junit", own]).run().failure().reports(&["choose another --junit"]);
    next(&["rows.jsonl", "-o", "new/out.csv", "--junit", "new/out.csv.gradus/manifest.json"])
        .run()
        .failure()
        .reports(&["choose another --junit"]);
    assert!(!folder.exists());
    let runs: Vec<Vec<&str>> = vec![
        vec!["rows.jsonl", "-o", "out.csv", "--junit", own],
        vec!["rows.jsonl", "-o", "other.csv", "--junit", own, "--force"],
        vec!["rows.jsonl", "--junit", "./out.csv.gradus/../out.csv.gradus/journal.1", "--force"],
        vec!["rows.jsonl", "--summary", "out.csv.gradus/manifest.json", "--force"],
        vec!["rows.jsonl", "--junit", "out.csv.gradus/lock", "--force"],
        vec!["rows.jsonl", "-o", "out.csv.gradus/manifest.json", "--format", "jsonl", "--force"],
        vec!["rows.jsonl", "-o", "out.csv", "--junit", "rows.jsonl", "--force"],
        vec!["rows.jsonl", "-o", "out.csv", "--junit", "out.csv", "--force"],
    ];
    let runs: Vec<_> = runs.into_iter().map(|arguments| (next(&arguments), arguments)).collect();
    let last = next(&["rows.jsonl", "-o", "out.csv"]);
    first.run().success();
    let before = snapshot(&folder);
    for (run, arguments) in runs {
        let ran = run.run();
        assert_eq!(ran.code, Some(2), "{arguments:?}: {}", ran.err);
        assert_eq!(snapshot(&folder), before, "{arguments:?}");
    }
    last.run().success().prints(&["0 graded in this run, 3 reused from an earlier run"]);
}

/// All files of a folder with their content, sorted by path.
fn snapshot(folder: &std::path::Path) -> Vec<(std::path::PathBuf, Vec<u8>)> {
    let entries = fs::read_dir(folder).expect("lists").map(|entry| entry.expect("an entry").path());
    let mut files: Vec<_> = entries.map(|path| (path.clone(), fs::read(&path).expect("reads"))).collect();
    files.sort();
    files
}

#[test]
#[cfg(target_os = "linux")]
fn a_limit_on_open_files_is_not_reported_as_a_damaged_run() {
    // The shipped bank is compiled in, so the limit on open files does not affect it.
    let work_dir = crate::cli::tiny_bank::bank_folder(rows(40).replace("undo-release", "error-budget"));
    let run = |files: u32| {
        let program = env!("CARGO_BIN_EXE_gradus");
        let command = format!("ulimit -n {files}; exec {program} batch rows.jsonl -o out.jsonl --jobs 1");
        let output = std::process::Command::new("sh")
            .args(["-c", &command])
            .current_dir(work_dir.path())
            .env_clear()
            .env("HOME", work_dir.path())
            .output()
            .expect("runs");
        (output.status.code(), String::from_utf8(output.stderr).expect("UTF-8"))
    };
    assert_eq!(run(256).0, Some(1), "the bank does not contain the questions of some rows");
    let folder = work_dir.path().join("out.jsonl.gradus");
    let before = snapshot(&folder);
    let mut at_the_manifest = 0;
    for files in 3..16 {
        let (code, reported) = run(files);
        assert!(matches!(code, Some(1 | 2 | 127)), "with {files} files: {code:?} {reported}");
        assert!(!reported.contains("--force") && !reported.contains("removing"), "with {files} files: {reported}");
        at_the_manifest += u32::from(reported.contains("manifest.json: Too many open files"));
        assert!(snapshot(&folder).iter().zip(&before).all(|(one, other)| one.0 == other.0));
    }
    assert!(at_the_manifest > 0, "no number of files made the manifest fail");
    assert_eq!(run(256).0, Some(1));
    assert_eq!(snapshot(&folder), before);
}

#[test]
fn the_output_cannot_be_the_input_file() {
    let run = batch(3, &["rows.jsonl", "-o", "./rows.jsonl", "--force"]);
    let (path, _folder_guard) = (run.path("rows.jsonl"), run.again([""]));
    run.run().failure().reports(&["is the input"]);
    assert_eq!(fs::read_to_string(path).expect("reads"), rows(3));
    batch(3, &["rows.jsonl", "--summary", "rows.md"])
        .file("rows.md", "mine")
        .run()
        .failure()
        .reports(&["would be overwritten"]);
    batch(3, &["rows.jsonl", "--summary", "sum.txt"]).run().failure().reports(&["end the name with .md or .json"]);
}

#[test]
fn invalid_arguments_are_errors() {
    for (arguments, reported) in [
        (&["rows.jsonl", "--shard", "4/3"][..], "expected I/N"),
        (&["rows.jsonl", "--shard", "0/3"], "expected I/N"),
        (&["rows.jsonl", "--jobs", "0"], "expected a whole number from 1"),
        (&["rows.jsonl", "--max-ungraded", "200%"], "a percentage from 0% to 100%"),
        (&["rows.jsonl", "--fail-under", "mean=x"], "expected a number from 0 to 100"),
        (&["rows.jsonl", "--format", "parquet"], "Parquet"),
    ] {
        batch(1, arguments).run().failure().reports(&[reported]);
    }
}

#[test]
fn a_bad_row_keeps_the_fields_that_can_be_read() {
    let table =
        b"id,who,question,answer\nb1,Anna,undo-release,caf\xe9\nb2,Ben,undo-release,x,too many\n,Cleo,undo-release,y\n";
    let ran =
        tiny(["batch", "in.csv", "--keep", "who", "--evidence", "none"]).file("in.csv", table).run().check_failed();
    let rows: Vec<Value> = ran.out.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
    let reported: Vec<String> =
        rows.iter().map(|row| format!("{} {} {}", row["id"], row["kept"]["who"], row["status"])).collect();
    let expected = ["\"b1\" \"Anna\" \"ungraded\"", "\"b2\" \"Ben\" \"ungraded\"", "\"row-3\" \"Cleo\" \"graded\""];
    assert_eq!(reported, expected);
}

#[test]
fn columns_are_found_by_name_in_any_case_and_missing_columns_are_reported() {
    let run =
        |arguments: &[&str], table: &str| tiny([&["batch", "in.csv"], arguments].concat()).file("in.csv", table).run();
    run(&[], "ID,Question,Answer\n1,undo-release,x\n").success();
    run(&["--id", "student"], "id,question,answer\n1,undo-release,x\n").failure().reports(&["no column `student`"]);
    run(&[], "id;question;answer\n1;undo-release;x\n")
        .failure()
        .reports(&["its columns are separated by semicolons\nhint: save it with commas, or with tabs as .tsv"]);
    run(&["-o", "out.xlsx"], "id,question,answer\n").failure().reports(&["cannot tell the output format from `.xlsx`"]);
    let folder =
        |question: &str| tiny(["batch", "in", "--question", question]).file("in/a.md", "We rolled it back.").run();
    folder("Tell me about a time when you had to undo a release.").success().prints(&["\"question\":\"undo-release\""]);
    folder("undo-relase").failure().reports(&["did you mean undo-release"]);
    tiny(["batch", "in.md"]).file("in.md", "We rolled it back.").run().failure().reports(&["gradus grade"]);
}

#[test]
fn a_named_field_may_first_occur_in_a_late_row_of_json_lines() {
    let late = rows(3000) + "{\"question\":\"undo-release\",\"answer\":\"x\",\"note\":null,\"name\":7}\n";
    for (name, output) in [("in.jsonl", "out.jsonl"), ("in.jsonl", "out.csv"), ("in.jsonl.gz", "out.jsonl")] {
        let mut packer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        std::io::Write::write_all(&mut packer, late.as_bytes()).expect("packs");
        let content = if name == "in.jsonl" { late.clone().into_bytes() } else { packer.finish().expect("packs") };
        let run = |flags: &[&str]| {
            let arguments = [&["batch", name, "-o", output][..], flags].concat();
            tiny(arguments).file(name, &content)
        };
        run(&["--keep", "note", "--id", "name"]).run().success().prints(&["3001 answers: 3001 graded"]);
        let missing = run(&["--keep", "note,class"]);
        let folder = missing.path(&format!("{output}.gradus"));
        let _work_dir = missing.again([""]);
        let fields = "only `id`, `question`, `answer`, `note`, `name`";
        missing.run().failure().reports(&[&format!("{name}: no row has `class`, {fields}\nhint: name the columns")]);
        assert!(!folder.exists(), "nothing is graded");
    }
}

#[test]
fn a_pipe_is_not_read_ahead_and_a_field_that_its_first_rows_lack_is_a_warning() {
    let run = |flags: &[&str], input: &str| {
        let ran = tiny([&["batch", "-"][..], flags].concat()).run_with(input.as_bytes());
        (ran.code, ran.err.lines().next().unwrap_or_default().to_owned())
    };
    let warning = "warning: the first rows of standard input do not have `note`, only `id`, `question`, `answer`";
    assert_eq!(run(&["--keep", "note"], &rows(3)), (Some(0), warning.to_owned()));
    let with_note = rows(3).replace("}\n", ",\"note\":1}\n");
    assert!(!run(&["--keep", "note"], &with_note).1.starts_with("warning"));
    // A table reads its rows twice, so a pipe is copied to a file first.
    let (code, error) = run(&["--keep", "note", "--format", "csv"], &rows(3));
    let expected = "error: standard input: no row has `note`, only `id`, `question`, `answer`";
    assert_eq!((code, error.as_str()), (Some(2), expected));
}

#[test]
fn long_numeric_ids_keep_all_digits() {
    let row = |id: &str| format!("{{\"id\":{id},\"question\":\"undo-release\",\"answer\":\"x\"}}\n");
    let input = row("123456789012345678901") + &row("123456789012345678902");
    let ran = tiny(["batch", "-"]).run_with(input.as_bytes()).success();
    ran.prints(&["\"id\":\"123456789012345678901\"", "\"id\":\"123456789012345678902\""]);
}
