//! Tests of complete outputs against `tests/snapshots`. `INSTA_UPDATE=always cargo test snapshots` rewrites the
//! snapshots.

use super::banks::FAULTY;
use super::tiny_bank::tiny;
use crate::support::gradus;

#[track_caller]
fn assert_matches_snapshot(name: &str, output: &str) {
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path("../snapshots");
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.bind(|| insta::assert_snapshot!(name, output));
}

#[test]
fn a_grade_as_text_and_markdown_matches_its_snapshot() {
    for format in ["text", "markdown", "csv"] {
        let ran = tiny([
            "grade",
            "--ask",
            "Where do you look before you roll back a release?",
            "--format",
            format,
            "answer.md",
        ])
        .run()
        .success();
        assert_matches_snapshot(&format!("grade-{format}"), &ran.out);
    }
}

#[test]
fn an_ungraded_answer_matches_its_snapshot() {
    assert_matches_snapshot("grade-ungraded", &tiny(["grade", "--question", "undo-release"]).run().check_failed().out);
}

#[test]
fn findings_of_a_check_match_their_snapshot() {
    assert_matches_snapshot("bank-check", &gradus(["bank", "check", "faulty"]).files(&FAULTY).run().check_failed().out);
}

#[test]
fn an_explanation_matches_its_snapshot() {
    let answer = b"We did not roll back. Rolled back, previous version, told sales, status page, owner, canary.\n\n\
                   It was their fault, and I told support within an hour.\n";
    assert_matches_snapshot("bank-explain", &tiny(["bank", "explain", "undo-release"]).run_with(answer).success().out);
}

#[test]
fn settings_of_all_layers_match_their_snapshot() {
    let ran = tiny(["config", "show"])
        .file(".config/gradus/config.toml", "quiet = true\n")
        .file("gradus.toml", "fail_under = 60\n")
        .env("GRADUS_FORMAT", "markdown")
        .run();
    assert_matches_snapshot("config-show", &ran.success().out);
}

#[test]
fn a_question_and_search_passages_match_their_snapshots() {
    assert_matches_snapshot("questions-show", &tiny(["questions", "show", "undo-release"]).run().success().out);
    assert_matches_snapshot("search", &tiny(["search", "restore backups"]).run().success().out);
}
