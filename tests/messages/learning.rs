//! Messages and results of `gradus bank learn` with enough answers to learn from.

use super::{Run, assert_messages, run};
use crate::cli::learning::{HIGH, LOW, answer_lines, scored_answers};

fn learn(arguments: &str, answers: &str) -> Run {
    run(&format!("bank learn --bank bank graded.jsonl{arguments}")).file("graded.jsonl", answers)
}

#[test]
fn proposals_are_reported_with_the_next_step() {
    let answers = scored_answers("undo-release");
    assert_messages(
        "proposals",
        &[
            learn("", &answers),
            learn(" --output learned.patch", &answers),
            run("bank learn graded.jsonl --bank shipped --output learned.patch")
                .file("graded.jsonl", scored_answers("error-budget")),
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

/// A run about a question with one criterion, whose high answers contain `high`.
fn learn_about_breakers(criterion: &str, high: &str) -> Run {
    let rubric = format!(
        "schema = 1\nid = \"breaker\"\ntopic = \"nets\"\nkind = \"concept\"\nlevel = \"core\"\nprompt = \"What sits \
         there?\"\n[[criterion]]\nid = \"own\"\npoints = 1\nasks = \"Names the circuit breaker in front.\"\n{criterion}"
    );
    let row = |text: &str, number: usize, score: u8| {
        format!("{{\"question\": \"breaker\", \"answer\": \"{text} Case {number}.\", \"score\": {score}}}\n")
    };
    let rows: String = (0..30).flat_map(|number| [row(high, number, 1), row("Nothing at all.", number, 0)]).collect();
    learn("", &rows).file("bank/rubrics/nets/breaker.toml", rubric).with_output()
}

#[test]
fn phrases_that_do_not_become_proposals_are_reported() {
    let concept = "[[criterion.concept]]\nid = \"c\"\nany = ['fuse']\n";
    let golden = |text: &str| format!("{concept}[[golden]]\ntext = \"{text}\"\nexpect = {{ own = 0.0 }}\n");
    let (long, short) = ("A circuit breaker sits in front.", "A circuit breaker.");
    assert_messages(
        "no-proposals-of-phrases",
        &[
            learn_about_breakers("[[criterion.reference]]\ntext = \"A lamp.\"\nterms = { lamp = 1.0 }\n", long),
            learn_about_breakers(&golden(long), long),
            learn_about_breakers(&golden(short), short),
        ],
    );
}
