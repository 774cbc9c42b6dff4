//! Odd places where it would be easy to do the wrong thing.

use super::tiny::{BANK, tiny};
use crate::support::gradus;

#[test]
fn a_limit_beyond_all_there_is_shows_all_there_is() {
    for command in [["search", "backup"].as_slice(), &["questions", "find", "tell me how you roll back a release"]] {
        for limit in ["1000000000000", "18446744073709551615"] {
            tiny(command.iter().copied().chain(["--limit", limit])).run().done();
        }
    }
}

#[test]
#[cfg(target_os = "linux")]
fn help_that_cannot_be_written_is_an_error_with_a_message() {
    for flag in ["--help", "--version"] {
        let full = std::fs::File::options().write(true).open("/dev/full").expect("a device");
        gradus([flag]).run_into(full).refused().tells(&["No space left on device"]);
    }
}

#[test]
fn a_reader_of_help_that_went_away_is_no_fault() {
    for flag in ["--help", "--version"] {
        let (reader, writer) = std::io::pipe().expect("a pipe");
        drop(reader);
        gradus([flag]).run_into(writer).done().tells_nothing();
    }
}

#[test]
fn help_keeps_to_80_columns_without_a_terminal() {
    for arguments in [["--help"].as_slice(), &["-h"], &["grade", "--help"], &["bank", "--help"]] {
        let help = gradus(arguments).run().done().out;
        assert_eq!(help.lines().find(|line| line.chars().count() > 80), None, "{arguments:?}");
    }
}

#[test]
fn a_rubric_in_a_folder_of_a_folder_is_found_wrong_or_found() {
    let rubric = gradus(["--quiet", "bank", "new", "deep", "--topic", "inner"]).run().done().out;
    let path = "bank/rubrics/outer/inner/deep.toml";
    let check = gradus(["bank", "check", "bank"]).file(path, &rubric).run();
    if check.code == Some(0) {
        gradus(["--bank", "bank", "questions", "show", "deep"]).file(path, &rubric).run().done();
    }
}

#[test]
fn sample_answers_may_begin_with_a_byte_order_mark() {
    let marked = BANK.map(|(name, text)| (name, format!("\u{feff}{}", text.replace('\n', "\r\n"))));
    let files = marked.each_ref().map(|(name, text)| (*name, text.as_str()));
    gradus(["bank", "check", "bank"]).files(&files).run().done();
}

#[test]
fn a_new_rubric_cannot_stand_among_the_shared_criteria() {
    gradus(["bank", "new", "mine", "--topic", "shared"]).run().refused();
}

#[test]
fn an_empty_id_resembles_none() {
    let ran = tiny(["grade", "--question", "", "answer.md"]).run().refused();
    assert!(!ran.err.contains("did you mean"), "{}", ran.err);
}

#[test]
fn a_comment_behind_a_question_in_the_head_is_none_of_it() {
    let head = "---\nquestion: undo-release  # mine\n---\nWe rolled back.\n";
    tiny(["grade", "--quiet", "mine.md"]).file("mine.md", head).run().done();
}

#[test]
fn prose_between_two_rules_is_part_of_the_answer() {
    let answer = "---\nWe rolled the release back.\n---\nThe end.\n";
    let ran = tiny(["grade", "--quiet", "--question", "undo-release", "mine.md"]).file("mine.md", answer).run();
    assert_eq!(ran.done().out, "mine.md  undo-release  37.5  partial\n");
}

#[test]
fn a_threshold_out_of_range_is_told_with_its_line() {
    let gradus = gradus(["config", "show"]).file("gradus.toml", "quiet = true\nfail_under = 101\n");
    gradus.run().refused().tells(&["[home]/gradus.toml:2: "]);
}

#[test]
fn an_error_is_coloured_as_the_settings_say() {
    let ran = tiny(["grade", "nowhere.md"]).env("GRADUS_COLOR", "always").run();
    assert!(ran.err.starts_with('\u{1b}'), "{:?}", ran.err);
}
