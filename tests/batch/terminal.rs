//! Tests of the table, the short summary, and exit codes when a pipe closes.

use super::rows::{batch, rows};
use crate::cli::tiny_bank::tiny;

#[test]
fn a_pipe_gets_json_lines_unless_a_table_is_requested() {
    let piped = batch(3, &["rows.jsonl"]).run().success();
    assert!(piped.out.lines().all(|line| line.starts_with('{')), "{}", piped.out);
    let table = batch(3, &["rows.jsonl", "--format", "table"]).run().success();
    insta::assert_snapshot!(table.out);
    assert!(table.out.lines().all(|line| line.chars().count() <= 80), "{}", table.out);
}

#[test]
fn a_table_reports_what_it_leaves_out() {
    let ran = batch(2, &["rows.jsonl", "--format", "table", "--keep", "question"]).run().success();
    ran.reports(&["note: the table does not show the columns of --keep"]);
}

#[test]
fn a_table_cannot_be_written_with_output() {
    let ran = batch(3, &["rows.jsonl", "--format", "table", "-o", "out.txt"]).run().failure();
    ran.reports(&["--format table is for reading on a terminal and cannot be stored in out.txt", "hint: "]);
    batch(3, &["rows.jsonl", "--input-format", "table"]).run().failure().reports(&["invalid value 'table'"]);
}

#[test]
fn a_table_has_a_row_for_each_bad_row_and_shows_no_control_character() {
    let answers = "{\"id\":\"a\\u001b[31m\\u202eb\",\"question\":\"undo-release\",\"answer\":\"We rolled it back.\"}\n\
                   {\"id\":\"c\",\"question\":\"no-\\u009bsuch\",\"answer\":\"x\"}\n";
    let ran = tiny(["batch", "-", "--format", "table"]).run_with(answers.as_bytes()).check_failed();
    assert_eq!(ran.out.lines().count(), 3, "{}", ran.out);
    assert!(!ran.out.contains(|c: char| c.is_control() && c != '\n') && !ran.out.contains('\u{202e}'), "{}", ran.out);
    ran.prints(&["a␛[31mb", "ungraded: "]);
}

#[test]
fn output_to_a_pipe_is_not_escaped() {
    let answers = "{\"id\":\"a\\u001b[31m\\u202eb\",\"question\":\"undo-release\",\"answer\":\"We rolled it back.\"}\n";
    for format in ["csv", "tsv"] {
        let ran = tiny(["batch", "-", "--format", format]).run_with(answers.as_bytes()).success();
        ran.prints(&["a\u{1b}[31m\u{202e}b"]);
    }
}

#[test]
fn the_summary_is_short_unless_everything_is_requested() {
    let short = batch(24, &["rows.jsonl", "-o", "out.jsonl"]).run().success();
    assert!(short.out.lines().count() <= 30, "{}", short.out);
    short.prints(&["24 answers: 24 graded", "median", "lowest criteria", "--verbose prints every criterion"]);
    let whole = batch(24, &["rows.jsonl", "-o", "out.jsonl", "--verbose"]).run().success();
    assert!(whole.out.lines().count() > 40, "{}", whole.out);
    whole.prints(&["standard deviation", "hardest criteria", "90-100"]);
    // A summary in a file is never shortened.
    let run = batch(24, &["rows.jsonl", "-o", "out.jsonl", "--summary", "sum.md"]);
    let (path, _folder_guard) = (run.path("sum.md"), run.again([""]));
    run.run().success();
    let page = std::fs::read_to_string(path).expect("reads");
    assert!(page.contains("## By criterion") && page.contains("| 90-100 |"), "{page}");
}

#[test]
fn a_closed_result_pipe_is_an_error_of_one_line() {
    for format in ["jsonl", "csv", "table"] {
        let (reader, writer) = std::io::pipe().expect("a pipe");
        drop(reader);
        let ran = batch(3, &["rows.jsonl", "--format", format, "-q"]).run_into(writer);
        let reported = "error: standard output was closed before all results were written\n";
        assert_eq!((ran.code, ran.err.as_str()), (Some(2), reported), "{format}");
    }
}

/// Runs the program and closes its standard output after the first results, like `gradus batch big.jsonl | head -1`.
#[test]
fn a_pipe_that_closes_midway_is_an_error_too() {
    use std::io::BufRead as _;
    let (reader, writer) = std::io::pipe().expect("a pipe");
    let head = std::thread::spawn(move || {
        let mut line = String::new();
        std::io::BufReader::new(reader).read_line(&mut line).expect("reads");
        line
    });
    // The output must exceed the buffer of a pipe.
    let ran = batch(5000, &["rows.jsonl"]).run_into(writer);
    assert!(head.join().expect("reads").starts_with('{'));
    assert_eq!(ran.code, Some(2), "{}", ran.err);
    assert_eq!(ran.err, "error: standard output was closed before all results were written\n");
}

#[test]
fn a_closed_summary_pipe_does_not_change_the_exit_code() {
    for (least, code) in [("0", 0), ("100", 1)] {
        let (reader, writer) = std::io::pipe().expect("a pipe");
        drop(reader);
        let ran = batch(3, &["rows.jsonl", "-o", "out.jsonl", "--fail-under", least]).run_into(writer);
        assert_eq!(ran.code, Some(code), "{}", ran.err);
    }
}

#[test]
fn without_a_judge_no_answer_falls_back() {
    for most in ["0", "0%"] {
        batch(4, &["rows.jsonl", "--max-fallback", most]).run().success();
    }
    for wrong in ["101%", "-1", "some", "1.5"] {
        let ran = tiny(["batch", "rows.jsonl", &format!("--max-fallback={wrong}")]).file("rows.jsonl", rows(1)).run();
        ran.failure().reports(&["expected a number of answers, or a percentage from 0% to 100%"]);
    }
}

#[test]
fn an_argument_in_an_error_shows_no_control_character() {
    let name = "a\u{1b}]0;title\u{7}\u{9b}2J\u{202e}b";
    for arguments in
        [&["rows.jsonl", name][..], &["rows.jsonl", "--jobs", name], &[name], &["rows.jsonl", "--fail-under", name]]
    {
        let ran =
            tiny(["--color", "always", "batch"].iter().chain(arguments).copied()).file("rows.jsonl", rows(1)).run();
        assert_eq!((ran.code, ran.out.as_str()), (Some(2), ""), "{ran:?}");
        let reported = ran.err.replace("\u{1b}[1m\u{1b}[31merror\u{1b}[0m", "error");
        assert!(
            !reported.contains(|c: char| c.is_control() && c != '\n') && !reported.contains('\u{202e}'),
            "{reported:?}"
        );
    }
}

#[test]
fn the_summary_lists_questions_found_from_answers_and_counts_graded_answers() {
    let answer = "We rolled the release back within ten minutes, and I told support what had happened to users.";
    let run = tiny(["batch", "drafts", "-o", "out.jsonl", "--summary", "sum.json"])
        .file("drafts/anna.txt", answer)
        .file("drafts/ben.txt", answer)
        .file("drafts/undo-release.txt", " ");
    let (path, page) = (run.path("sum.json"), run.path("sum.md"));
    let again = run.again(["--bank", "bank", "batch", "drafts", "-o", "all.jsonl", "--summary", "sum.md", "--verbose"]);
    let _folder_guard = run.again([""]);
    let short = run.run().check_failed().out;
    let row_below = |text: &str, heading: &str| {
        let mut lines = text.lines().skip_while(|line| !line.split_whitespace().eq(heading.split(' '))).skip(1);
        lines.next().map(|row| row.split_whitespace().take(2).collect::<Vec<_>>().join(" "))
    };
    assert_eq!(row_below(&short, "question graded mean").as_deref(), Some("undo-release 2"), "{short}");
    assert!(short.contains("questions found from the answer:\n  undo-release (2 answers)\n"), "{short}");
    let summary: serde_json::Value = serde_json::from_slice(&std::fs::read(path).expect("reads")).expect("JSON");
    let found = serde_json::json!([{ "wording": null, "question": "undo-release", "answers": 2 }]);
    assert_eq!(summary["found_questions"], found);
    let whole = again.run().check_failed().out;
    assert_eq!(row_below(&whole, "graded mean").as_deref(), Some("undo-release 2"), "{whole}");
    assert!(whole.contains("undo-release — 3 answers, 2 of them graded\n"), "{whole}");
    assert!(whole.contains("questions found from the answer\n  undo-release (2 answers)\n"), "{whole}");
    let page = std::fs::read_to_string(page).expect("reads");
    assert!(page.contains("\n## Questions found from the answer\n\n- undo-release (2 answers)\n"), "{page}");
    for text in [&short, &whole, &page] {
        assert!(!text.contains("wording") && !text.contains("anna"), "{text}");
    }
}
