//! Messages and results of `gradus bank learn` with enough answers to learn from.

use super::{Run, assert_messages, run};
use crate::cli::learning::{HIGH, LOW, answer_lines, scored_answers};
use crate::cli::tiny_bank::UNDO_RELEASE;

fn learn(arguments: &str, answers: &str) -> Run {
    run(&format!("bank learn --bank bank graded.jsonl{arguments}")).file("graded.jsonl", answers)
}

#[test]
fn proposals_are_reported_with_the_next_step() {
    let answers = scored_answers("undo-release");
    let inline = UNDO_RELEASE.replace(
        "[[criterion.concept]]\nid = \"status-page\"\nany = ['status page']",
        "[[criterion.concept]]\nid = \"status-page\"\nany = [ # by hand\n  'status page' ]",
    );
    assert_messages(
        "proposals",
        &[
            learn("", &answers),
            learn(" --output learned.patch", &answers),
            run("bank learn graded.jsonl --bank shipped --output learned.patch")
                .file("graded.jsonl", scored_answers("error-budget")),
            learn("", &answers).file("bank/rubrics/delivery/undo-release.toml", inline),
        ],
    );
}

#[test]
fn answers_without_a_new_phrase_are_reported() {
    let high = ["Alpha one.", "Beta two.", "Gamma three.", "Delta four.", "Epsilon five.", "Zeta six."];
    let answers = |high: &[&str], low: &[&str]| {
        answer_lines("undo-release", high, low, |is_high| format!("\"score\":{}", u8::from(is_high)))
    };
    assert_messages(
        "no-proposals",
        &[
            learn("", &answers(&high, &LOW)).with_output(),
            learn("", &answers(&[HIGH[0]; 6], &LOW)).with_output(),
            learn("", &answers(&HIGH[..1], &LOW[..1])).with_output(),
        ],
    );
}
