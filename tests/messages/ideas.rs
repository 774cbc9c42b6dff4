//! Messages about ideas: files with faults, sentences that an idea recognises wrongly, and `gradus ideas`.

use super::{Run, assert_messages, run};
use crate::cli::tiny_bank::UNDO_RELEASE;

/// A sound idea with another id, wordings, and sentences.
fn idea(id: &str, any: &str, says: &str, not: &str) -> String {
    format!("[[idea]]\nid = \"{id}\"\nmeans = \"Tea.\"\nany = [{any}]\nsays = [{says}]\nnot = [{not}]\n")
}

/// A check of the tiny bank with this file of ideas.
fn check(text: &str) -> Run {
    run("bank check bank").file("bank/rubrics/ideas/tea.toml", format!("schema = 1\n{text}")).with_output()
}

#[test]
fn faults_in_files_of_ideas_are_reported() {
    let (says, not) = ("'We warm the pot.'", "'The potter is warm.'");
    let sound = idea("warm-pot", "'warm pot'", says, not);
    assert_messages(
        "idea-files",
        &[
            check(&idea("warm-pot", "", says, not)),
            check(&idea("warm-pot", "'warm pot'", says, "")),
            check("[[words]]\nid = \"pots\"\nany = []\n"),
            check(&format!("{sound}{sound}")),
            check(
                "idea = [{ id = \"hot-pot\", means = \"Tea.\", any = ['hot pot'], says = ['A hot pot.'], not = ['A pot.'] }]\n",
            ),
            check(&idea("warm-pot", "'warm pot'", "'We warm the cup.'", "'A warm pot.'")),
            check(&idea("warm-pot", "'!warm pot'", says, not)),
            check(&idea("warm-pot", "'<warm-pot> now'", says, not)),
            check(&idea("warm-pot", "'<hot-pot>'", says, not)),
            check(&idea("users", "'drinker'", "'A drinker.'", "'A pot.'")),
        ],
    );
}

#[test]
fn faults_of_phrases_with_ideas_are_reported() {
    let with_phrase = |phrase: &str| {
        let rubric = UNDO_RELEASE.replacen("'roll* back'", &format!("'{phrase}'"), 1);
        assert_ne!(rubric, UNDO_RELEASE, "the phrase to replace");
        run("bank check bank").file("bank/rubrics/delivery/undo-release.toml", rubric).with_output()
    };
    assert_messages(
        "phrases-with-ideas",
        &[
            with_phrase("roll &0 back"),
            with_phrase("<users"),
            with_phrase("<Users>"),
            with_phrase("<user>"),
            with_phrase("<numbr>"),
            with_phrase("<no-such-idea>"),
            with_phrase("<warm-pot>")
                .file("bank/rubrics/ideas/tea.toml", "schema = 1\n[[idea]]\nid = \"warm-pot\"\nany = 3\n"),
        ],
    );
}

#[test]
fn ideas_are_listed_shown_and_found() {
    let none = "ideas find 'Bananas ripen.' --bank bank";
    assert_messages(
        "ideas",
        &[
            run(none),
            run(&format!("{none} --format json")).with_output(),
            run("ideas find 'We warm the pot first.' --bank bank")
                .file(
                    "bank/rubrics/ideas/tea.toml",
                    format!("schema = 1\n{}", idea("warm-pot", "'warm pot'", "'We warm the pot.'", "'A pot.'")),
                )
                .with_output(),
            run("ideas show user --bank bank"),
            run("ideas show no-such-idea --bank bank"),
            run("ideas show users --bank bank").with_output(),
        ],
    );
}
