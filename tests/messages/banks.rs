//! Messages of `gradus bank check` and `gradus bank new`, and about the bank that a folder contains.

use super::{Run, assert_messages, run};
use crate::cli::tiny_bank::{RESTORE_TEST, UNDO_RELEASE};

const UNDO: &str = "rubrics/delivery/undo-release.toml";

#[test]
fn banks_that_cannot_be_checked_are_reported() {
    assert_messages(
        "checked-banks",
        &[
            run("bank check none"),
            run("bank check answer.md"),
            run("bank check other bank").file("other/rubrics/delivery/undo-release.toml", UNDO_RELEASE),
            run("bank check bank/rubrics/delivery/.hidden.toml").file("bank/rubrics/delivery/.hidden.toml", "x"),
            run("bank check none.toml"),
            run("bank check empty").file("empty/rubrics/readme.md", "x"),
            run("bank check").file("rubrics/readme.md", "x"),
            run("bank check bank").with_output(),
            run("bank check bank --format json").with_output(),
            run("bank check bank/rubrics/delivery/undo-release.toml").with_output(),
            run("bank check undo-release.toml").file("undo-release.toml", UNDO_RELEASE).with_output(),
        ],
    );
}

#[test]
fn names_of_new_rubrics_that_are_not_valid_are_reported() {
    assert_messages(
        "new-rubrics",
        &[run("bank new 'My question'"), run("bank new a --topic shared"), run("bank new my-question --topic tea")],
    );
}

#[test]
fn banks_that_are_found_or_empty_are_reported() {
    let graded = "grade answer.md --question undo-release --format csv";
    assert_messages(
        "found-banks",
        &[
            run(graded).file(UNDO, UNDO_RELEASE),
            run(graded).file("rubrics/delivery/notes.toml", "a = 1\n"),
            run(&format!("{graded} --bank none")),
            run(&format!("{graded} --bank empty")).file("empty/rubrics/readme.md", "x"),
            run(&format!("{graded} --bank answer.md")),
        ],
    );
}

/// A check of the tiny bank with these synonyms.
fn with_synonyms(text: &str) -> Run {
    run("bank check bank").file("bank/rubrics/synonyms.toml", text).with_output()
}

/// A check of the tiny bank with these related words, which are only read if a criterion has references.
fn with_related_words(text: &str) -> Run {
    let reference = "[[criterion.reference]]\ntext = \"A kettle.\"\n[criterion.reference.terms]\nkettle = 1.0\n";
    let rubric = format!("{}\n{reference}", RESTORE_TEST.split("[[criterion.concept]]").next().unwrap_or_default());
    let check = run("bank check bank").file("bank/rubrics/recovery/restore-test.toml", rubric).with_output();
    check.file("bank/rubrics/related.toml", text)
}

#[test]
fn findings_in_word_lists_are_reported() {
    assert_messages(
        "word-lists",
        &[
            with_synonyms("x = 1\n"),
            with_synonyms("schema = 1\n[[group]]\nwords = ['a']\n"),
            with_synonyms("schema = 1\n[[group]]\nwords = ['kettle', 'pot']\n[[group]]\nwords = ['pot', 'pan']\n"),
            with_related_words("x = 1\n"),
            with_related_words("schema = 2\n"),
        ],
    );
}

#[test]
fn findings_in_phrases_are_reported() {
    let phrases = [
        r#""a & b""#,
        r#""""#,
        &"a ".repeat(65),
        "a&b",
        "*a",
        r"a\",
        "a|",
        &"a".repeat(65),
        "=a*",
        "<numbers>",
        "<number>s",
        "\"a",
        "a (b",
        "~",
    ];
    let quoted: Vec<String> = phrases.iter().map(|phrase| format!("'''{phrase}'''")).collect();
    let checks: Vec<Run> = quoted
        .iter()
        .map(|phrase| {
            let rubric = UNDO_RELEASE.replace("['owner']", &format!("['owner', {phrase}]"));
            run("bank check bank").file("bank/rubrics/delivery/undo-release.toml", rubric).with_output()
        })
        .collect();
    assert_messages("phrases", &checks);
}
