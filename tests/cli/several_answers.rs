//! Tests of `gradus grade` with several answers and with `--output`.

use super::tiny_bank::{ANSWER, tiny};
use crate::support::Gradus;

/// A command in a folder with two answers, `a.md` and `b.md`, that name their questions.
fn with_two_answers(arguments: &[&str]) -> Gradus {
    let head = |id: &str| format!("+++\nquestion = \"{id}\"\n+++\n");
    tiny(arguments.iter().copied())
        .file("a.md", head("undo-release") + ANSWER)
        .file("b.md", head("restore-test") + "Every month we compare the rows.\n")
}

#[test]
fn each_answer_is_graded_against_its_own_question() {
    let ran = with_two_answers(&["grade", "--quiet", "a.md", "b.md"]).run().success().reports_nothing();
    assert_eq!(ran.out, "a.md  undo-release  37.5  partial\nb.md  restore-test  100.0  strong\n");
}

#[test]
fn reports_equal_those_of_single_runs_with_a_line_between() {
    for format in ["text", "markdown"] {
        let one = |file: &str| with_two_answers(&["grade", "--format", format, file]).run().success().out;
        let both = with_two_answers(&["grade", "--format", format, "a.md", "b.md"]).run().success().out;
        assert_eq!(both, format!("{}\n{}", one("a.md"), one("b.md")));
    }
}

#[test]
fn json_is_one_object_per_line_and_indented_for_a_single_answer() {
    let both = with_two_answers(&["grade", "--format", "json", "a.md", "b.md"]).run().success().out;
    let lines: Vec<serde_json::Value> =
        both.lines().map(|line| serde_json::from_str(line).expect("an object")).collect();
    for (line, file) in lines.iter().zip(["a.md", "b.md"]) {
        let single = with_two_answers(&["grade", "--format", "json", file]).run().success();
        assert_eq!(*line, single.json());
        assert!(single.out.starts_with("{\n  \"schema\": 1,"), "{}", single.out);
    }
    assert_eq!(lines.len(), 2);
}

#[test]
fn a_table_of_several_answers_has_one_heading() {
    let table = with_two_answers(&["grade", "--format", "csv", "a.md", "b.md"]).run().success().out;
    let starts: Vec<&str> = table.lines().map(|line| line.split(',').next().unwrap_or_default()).collect();
    assert_eq!(starts, ["id", "a.md", "b.md"]);
}

#[test]
fn the_exit_code_is_the_highest_and_the_other_answers_are_graded() {
    with_two_answers(&["grade", "--fail-under", "60", "a.md", "b.md"])
        .run()
        .check_failed()
        .reports(&["note: a.md: 37.5 is below the 60"]);
    with_two_answers(&["grade", "--quiet", "--fail-under", "30", "a.md", "b.md"]).run().success();
    let ran = with_two_answers(&["grade", "--quiet", "gone.md", "a.md", "odd.md"])
        .file("odd.md", "+++\nquestion = \"x\"\n+++\nx")
        .run();
    assert_eq!((ran.code, ran.out.as_str()), (Some(2), "a.md  undo-release  37.5  partial\n"));
    ran.reports(&[
        "error: gone.md: cannot read the answer",
        "error: odd.md: ",
        "error: 2 of 3 answers could not be graded",
    ]);
    with_two_answers(&["grade", "-", "a.md", "-"]).run().failure().reports(&["standard input can be read only once"]);
}

#[test]
fn output_to_a_file_equals_standard_output() {
    for format in ["text", "json", "markdown", "csv"] {
        let printed = with_two_answers(&["grade", "--format", format, "a.md", "b.md"]).run().success().out;
        let gradus = with_two_answers(&["grade", "--format", format, "a.md", "b.md", "--output", "out"]);
        let out = gradus.path("out");
        let again = gradus.again(["--bank", "bank", "grade", "--format", format, "a.md", "--output", "out"]);
        assert_eq!(gradus.run().success().out, "");
        assert_eq!(std::fs::read_to_string(&out).expect("written"), printed);
        let forced = again.again(["--bank", "bank", "grade", "-q", "a.md", "-o", "out", "--force"]);
        let _folder = again.again([""]);
        again.run().failure().reports(&["out would be overwritten\nhint: "]);
        assert_eq!(std::fs::read_to_string(&out).expect("still there"), printed);
        forced.run().success();
        assert_eq!(std::fs::read_to_string(&out).expect("written"), "a.md  undo-release  37.5  partial\n");
    }
}

#[test]
fn an_answer_is_never_overwritten() {
    for arguments in [["grade", "a.md", "-o", "./a.md", "--force"], ["grade", "b.md", "-o", "b.md", "--force"]] {
        let gradus = with_two_answers(&arguments);
        let answer = gradus.path(arguments[1]);
        let before = std::fs::read(&answer).expect("there");
        let _folder = gradus.again([""]);
        gradus.run().failure().reports(&["is also the input"]);
        assert_eq!(std::fs::read(&answer).expect("there"), before);
    }
    with_two_answers(&["grade", "a.md", "--force"]).run().failure().reports(&["--output"]);
}

#[test]
fn the_extension_of_the_output_selects_the_format() {
    let written = |arguments: &[&str]| {
        let gradus = with_two_answers(&[&["grade", "a.md", "-o"], arguments].concat());
        let (path, _folder) = (gradus.path(arguments[0]), gradus.again([""]));
        gradus.run();
        std::fs::read_to_string(path).expect("written")
    };
    for (name, start) in [("out.json", "{\n  \"schema\""), ("out.md", "# "), ("out.csv", "id,"), ("out.txt", "a.md")] {
        let text = written(&[name]);
        assert!(text.starts_with(start), "{name}: {text}");
    }
    assert!(written(&["out.json", "--format", "csv"]).starts_with("id,"), "--format goes first");
}

#[test]
fn a_question_that_is_unknown_is_reported_once_for_all_answers() {
    for (flag, message) in [("--question", "error: no question `nope`"), ("--ask", "error: no similar question")] {
        let ran = with_two_answers(&["grade", flag, "nope", "a.md", "gone.md", "b.md"]).run().failure();
        assert!(ran.err.starts_with(message) && ran.err.matches("error").count() == 1, "{}", ran.err);
    }
}
