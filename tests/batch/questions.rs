//! Tests of how rows name their question and of the meanings of `--question`.

use serde_json::{Value, json};

use crate::cli::tiny_bank::{UNDO_RELEASE, tiny};
use crate::support::{Gradus, RunOutput};

const WORDING: &str = "Tell me about a time when you had to undo a release.";

fn lines(text: &str) -> Vec<Value> {
    text.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect()
}

fn row_with_question(question: &str) -> String {
    json!({ "question": question, "answer": "We rolled it back." }).to_string() + "\n"
}

fn grade_rows(questions: &[&str], arguments: &[&str]) -> RunOutput {
    let rows: String = questions.iter().map(|question| row_with_question(question)).collect();
    tiny(["batch", "-"].iter().chain(arguments).copied()).run_with(rows.as_bytes())
}

#[test]
fn results_report_how_their_question_was_found() {
    let odd = "  tell me about a TIME when you had to undo a release??";
    let similar = "How did you undo that release?";
    for detail in ["full", "counts", "none"] {
        let ran = grade_rows(&["undo-release", odd, similar], &["--evidence", detail]).success();
        let found: Vec<_> = lines(&ran.out).into_iter().map(|row| row["question_match"].clone()).collect();
        assert_eq!(found[0], json!({ "by": "id" }));
        assert_eq!(found[1], json!({ "by": "wording", "wording": odd.trim() }));
        assert_eq!((&found[2]["by"], &found[2]["wording"]), (&json!("similar"), &json!(similar)));
        let similarity = found[2]["similarity"].as_f64().expect("a number");
        assert!((0.7..=1.0).contains(&similarity), "{similarity}");
    }
}

#[test]
fn a_long_wording_is_shortened_in_results() {
    let long = format!("{WORDING}{}", " !".repeat(1000));
    let ran = grade_rows(&[&long], &[]).success();
    let kept = lines(&ran.out)[0]["question_match"]["wording"].as_str().expect("a wording").to_owned();
    assert_eq!(kept.chars().count(), 201);
    assert!(long.starts_with(kept.trim_end_matches('…')));
}

#[test]
fn a_row_whose_wording_is_not_similar_to_any_question_is_ungraded() {
    for question in ["why is the sky blue", "How do you release a film?", "Tell me about a time", "?? !!"] {
        let row = &lines(&grade_rows(&[question], &[]).check_failed().out)[0];
        assert_eq!(row["status"], "ungraded", "{question}");
        let reason = row["reason"].as_str().expect("a reason");
        assert!(reason.starts_with("no similar question in this bank"), "{question}: {reason}");
        assert!(row.get("question_match").is_none(), "{question}");
    }
}

#[test]
fn a_row_whose_wording_is_similar_to_two_questions_is_ungraded_and_names_both() {
    let ran = grade_rows(&["Where do you look before you roll back a release?"], &[]).check_failed();
    let reason = lines(&ran.out)[0]["reason"].clone();
    assert_eq!(reason, "it could be undo-release or stage-release: name the question by its id");
}

#[test]
fn a_row_whose_wording_belongs_to_two_questions_is_ungraded_and_names_both() {
    let twin = UNDO_RELEASE.replace("id = \"undo-release\"", "id = \"undo-twin\"");
    let ran = tiny(["batch", "-"])
        .file("bank/rubrics/delivery/undo-twin.toml", twin.as_str())
        .run_with(row_with_question(WORDING).as_bytes())
        .check_failed();
    let reason = lines(&ran.out)[0]["reason"].clone();
    assert_eq!(reason, "this is a wording of undo-release and of undo-twin: name the question by its id");
    let check = tiny(["bank", "check"]).file("bank/rubrics/delivery/undo-twin.toml", twin).run().check_failed();
    check.prints(&["the question `undo-release` has the same wording", "--> rubrics/delivery/undo-twin.toml:6:"]);
    let ask = ["grade", "--ask", WORDING, "answer.md"];
    let twin = UNDO_RELEASE.replace("id = \"undo-release\"", "id = \"undo-twin\"");
    let ran = tiny(ask).file("bank/rubrics/delivery/undo-twin.toml", twin).run().failure();
    ran.reports(&["this is a wording of undo-release and of undo-twin\nhint: name one with --question"]);
}

/// The command `gradus batch` on the export of a form, in which the column with the question ids is called `heading`.
fn batch_form(heading: &str, arguments: &[&str]) -> Gradus {
    let table =
        format!("Name,\"{heading}\",Your answer\nA,undo-release,We rolled it back.\nB,restore-test,We restore it.\n");
    let all = ["batch", "form.csv", "--answer", "Your answer"].iter().chain(arguments).copied();
    tiny(all).file("form.csv", table)
}

fn questions(ran: &RunOutput) -> Vec<String> {
    lines(&ran.out).iter().map(|row| row["question"].as_str().expect("a question").to_owned()).collect()
}

#[test]
fn question_option_prefers_a_column_to_a_wording_and_an_id() {
    for heading in ["Which question?", WORDING, "restore-test"] {
        let ran = batch_form(heading, &["--question", heading]).run().success();
        assert_eq!(questions(&ran), ["undo-release", "restore-test"], "{heading}");
        ran.reports(&[&format!("note: --question `{heading}` is a column of the input")]);
    }
    batch_form("restore-test", &["--question", "restore-test"]).run().reports(&["it is also the id of a question"]);
    batch_form("Which question?", &["--question", "Which question?", "--quiet"]).run().success().reports_nothing();
}

#[test]
fn question_option_that_is_not_a_column_is_an_id_or_a_wording() {
    let similar = "How did you undo that release?";
    for (question, note) in [
        ("undo-release", "is the id of a question".to_owned()),
        (WORDING, "is a wording of question undo-release".to_owned()),
        (similar, "is similar to the wordings of question undo-release (similarity ".to_owned()),
    ] {
        let ran = batch_form("Which?", &["--question", question]).run().success();
        assert_eq!(questions(&ran), ["undo-release", "undo-release"], "{question}");
        ran.reports(&[&format!("note: --question `{question}` {note}")]);
    }
}

#[test]
fn question_option_that_matches_nothing_is_an_error_with_columns_and_nearest_question() {
    let columns = "hint: the columns of form.csv are `Name`, `Which?`, `Your answer`";
    let ran = batch_form("Which?", &["--question", "Which question is it?"]).run().failure();
    ran.reports(&["not a column of the input, and no similar question in this bank", columns]);
    let ran = batch_form("Which?", &["--question", "undo-relaese"]).run().failure();
    ran.reports(&["no question `undo-relaese`; did you mean undo-release", columns]);
}

#[test]
fn question_option_accepts_fields_of_json_rows_in_files_and_pipes() {
    let one = json!({ "Which question?": "undo-release", "answer": "We rolled it back." });
    let two = json!({ "Which question?": "restore-test", "answer": "We restore it." });
    let rows = format!("{one}\n{two}\n");
    let flag = ["--question", "Which question?"];
    for format in ["jsonl", "csv"] {
        let arguments = |input| ["batch", input, "--format", format].into_iter().chain(flag);
        let piped = tiny(arguments("-")).run_with(rows.as_bytes()).success();
        let file = tiny(arguments("rows.jsonl")).file("rows.jsonl", rows.as_str()).run().success();
        assert_eq!(piped.out, file.out, "{format}");
        assert!(piped.out.contains("undo-release") && piped.out.contains("restore-test"), "{}", piped.out);
        piped.reports(&["`Which question?` is a column of the input"]);
    }
    let table = "Which question?,answer\nundo-release,We rolled it back.\nrestore-test,We restore it.\n";
    let piped =
        tiny(["batch", "-", "--input-format", "csv"].into_iter().chain(flag)).run_with(table.as_bytes()).success();
    assert_eq!(questions(&piped), ["undo-release", "restore-test"]);
}

#[test]
fn json_fields_are_case_sensitive_and_table_headings_are_not() {
    let rows = json!({ "Frage": "undo-release", "answer": "We rolled it back." }).to_string();
    let ran = tiny(["batch", "rows.jsonl", "--question", "frage"]).file("rows.jsonl", rows).run().failure();
    ran.reports(&["`frage`: not a column of the input", "hint: the columns of rows.jsonl are `Frage`, `answer`"]);
    let ran = batch_form("Frage", &["--question", "frage"]).run().success();
    assert_eq!(questions(&ran), ["undo-release", "restore-test"]);
}

#[test]
fn every_wording_of_the_shipped_bank_is_graded_against_its_own_question() {
    let bank = gradus::engine::shipped_bank();
    let mut rows = String::new();
    let mut expected = Vec::new();
    for entry in bank.entries() {
        for wording in bank.question(entry).expect("a valid question").wordings() {
            rows += &row_with_question(wording);
            expected.push(entry.id.clone());
        }
    }
    let ran = crate::support::gradus(["batch", "-", "--evidence", "none"]).run_with(rows.as_bytes()).success();
    assert_eq!(questions(&ran), expected);
    assert!(lines(&ran.out).iter().all(|row| row["question_match"]["by"] == "wording"));
}
