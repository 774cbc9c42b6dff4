//! Generates answers to the questions of the tiny bank.

use std::fmt::Write as _;

use crate::cli::tiny_bank::tiny;
use crate::support::Gradus;

const SAID: [(&str, &str); 4] = [
    ("undo-release", "We rolled the release back within ten minutes and wrote it on the status page."),
    ("restore-test", "We restore a backup every month and time how long it takes."),
    ("stage-release", "We release to one percent first."),
    ("undo-release", "It was their fault, and I told support."),
];

/// `count` rows as JSON Lines. Each answer contains its row number, so that no two answers are equal.
pub(super) fn rows(count: usize) -> String {
    let mut rows = String::new();
    for at in 0..count {
        let (question, said) = SAID[at % SAID.len()];
        let _ = writeln!(rows, "{{\"id\":\"r{at}\",\"question\":\"{question}\",\"answer\":\"{said} That was {at}.\"}}");
    }
    rows
}

/// The command `gradus batch` in a folder with the tiny bank and `count` rows in `rows.jsonl`.
pub(super) fn batch(count: usize, arguments: &[&str]) -> Gradus {
    tiny(["batch"].iter().chain(arguments).copied()).file("rows.jsonl", rows(count))
}
