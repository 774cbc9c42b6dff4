//! Tests of edge cases of several commands.

use super::tiny_bank::{BANK, tiny};
use crate::support::gradus;

#[test]
fn a_limit_above_the_number_of_results_shows_all_results() {
    for command in [["search", "backup"].as_slice(), &["questions", "find", "tell me how you roll back a release"]] {
        for limit in ["1000000000000", "18446744073709551615"] {
            tiny(command.iter().copied().chain(["--limit", limit])).run().success();
        }
    }
}

#[test]
#[cfg(target_os = "linux")]
fn help_that_cannot_be_written_is_an_error_with_a_message() {
    for flag in ["--help", "--version"] {
        let full = std::fs::File::options().write(true).open("/dev/full").expect("a device");
        gradus([flag])
            .run_into(full)
            .failure()
            .reports(&["error: cannot write to standard output: No space left on device"]);
    }
}

#[test]
fn a_closed_help_pipe_is_not_an_error() {
    for flag in ["--help", "--version"] {
        let (reader, writer) = std::io::pipe().expect("a pipe");
        drop(reader);
        gradus([flag]).run_into(writer).success().reports_nothing();
    }
}

#[test]
fn help_has_at_most_80_columns_without_a_terminal() {
    for arguments in [["--help"].as_slice(), &["-h"], &["grade", "--help"], &["bank", "--help"]] {
        let help = gradus(arguments).run().success().out;
        assert_eq!(help.lines().find(|line| line.chars().count() > 80), None, "{arguments:?}");
    }
}

#[test]
fn a_nested_rubric_is_found_or_reported() {
    let rubric = gradus(["--quiet", "bank", "new", "deep", "--topic", "inner"]).run().success().out;
    let path = "bank/rubrics/outer/inner/deep.toml";
    let check = gradus(["bank", "check", "bank"]).file(path, &rubric).run();
    if check.code == Some(0) {
        gradus(["--bank", "bank", "questions", "show", "deep"]).file(path, &rubric).run().success();
    }
}

#[test]
fn sample_answers_may_start_with_a_byte_order_mark() {
    let marked = BANK.map(|(name, text)| (name, format!("\u{feff}{}", text.replace('\n', "\r\n"))));
    let files = marked.each_ref().map(|(name, text)| (*name, text.as_str()));
    gradus(["bank", "check", "bank"]).files(&files).run().success();
}

#[test]
fn a_new_rubric_cannot_have_the_topic_shared() {
    gradus(["bank", "new", "mine", "--topic", "shared"]).run().failure();
}

#[test]
fn an_empty_question_id_gets_no_suggestion() {
    let ran = tiny(["grade", "--question", "", "answer.md"]).run().failure();
    assert!(!ran.err.contains("did you mean"), "{}", ran.err);
}

#[test]
fn a_comment_after_the_question_in_front_matter_is_ignored() {
    let head = "---\nquestion: undo-release  # mine\n---\nWe rolled back.\n";
    tiny(["grade", "--quiet", "mine.md"]).file("mine.md", head).run().success();
}

#[test]
fn prose_between_two_rules_belongs_to_the_answer() {
    let answer = "---\nWe rolled the release back.\n---\nThe end.\n";
    let ran = tiny(["grade", "--quiet", "--question", "undo-release", "mine.md"]).file("mine.md", answer).run();
    assert_eq!(ran.success().out, "mine.md  undo-release  37.5  partial\n");
}

#[test]
fn a_threshold_out_of_range_is_an_error_with_its_place() {
    let gradus = gradus(["config", "show"]).file("gradus.toml", "quiet = true\nfail_under = 101\n");
    gradus.run().failure().reports(&["[home]/gradus.toml:2:14: fail_under = 101: expected a number from 0 to 100"]);
}

#[test]
fn color_settings_apply_to_errors() {
    let ran = tiny(["grade", "nowhere.md"]).env("GRADUS_COLOR", "always").run();
    assert!(ran.err.starts_with('\u{1b}'), "{:?}", ran.err);
}

#[test]
fn a_text_and_an_empty_table_are_refused_with_a_hint_that_fits_every_command() {
    for command in [&["eval"][..], &["calibrate", "-o", "c.toml"], &["bank", "learn"], &["bank", "draft", "-o", "b"]] {
        let run = |name: &'static str, text: &str| {
            let ran = gradus([command, &[name]].concat()).file(name, text).run().failure();
            ran.err
        };
        let text = "error: a.md: it is a text file, not JSON Lines, CSV or TSV\nhint: write the rows as JSON Lines or as a \
                    table, or name the folder that contains the file\n";
        assert_eq!(run("a.md", "Some text.\n"), text);
        let empty =
            "error: a.csv: it is empty and has no header row\nhint: write a header row with the names of the columns\n";
        assert_eq!(run("a.csv", ""), empty);
    }
}
