//! Whole outputs, kept in `tests/snapshots`: `INSTA_UPDATE=always cargo test whole` writes them anew.

use super::banks::FAULTY;
use super::tiny::tiny;
use crate::support::gradus;

#[track_caller]
fn assert_is_kept(name: &str, output: &str) {
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path("../snapshots");
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.bind(|| insta::assert_snapshot!(name, output));
}

#[test]
fn a_grade_in_the_formats_that_people_read() {
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
        .done();
        assert_is_kept(&format!("grade-{format}"), &ran.out);
    }
}

#[test]
fn an_answer_that_cannot_be_graded() {
    assert_is_kept("grade-ungraded", &tiny(["grade", "--question", "undo-release"]).run().found().out);
}

#[test]
fn findings_of_a_check() {
    assert_is_kept("bank-check", &gradus(["bank", "check", "faulty"]).files(&FAULTY).run().found().out);
}

#[test]
fn phrases_explained() {
    let answer = b"We did not roll back. Rolled back, previous version, told sales, status page, owner, canary.\n\n\
                   It was their fault, and I told support within an hour.\n";
    assert_is_kept("bank-explain", &tiny(["bank", "explain", "undo-release"]).run_with(answer).done().out);
}

#[test]
fn settings_from_everywhere() {
    let ran = tiny(["config", "show"])
        .file(".config/gradus/config.toml", "quiet = true\n")
        .file("gradus.toml", "fail_under = 60\n")
        .env("GRADUS_FORMAT", "markdown")
        .run();
    assert_is_kept("config-show", &ran.done().out);
}

#[test]
fn a_question_and_passages() {
    assert_is_kept("questions-show", &tiny(["questions", "show", "undo-release"]).run().done().out);
    assert_is_kept("search", &tiny(["search", "restore backups"]).run().done().out);
}
