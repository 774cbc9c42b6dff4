//! Answers to the tiny bank's questions, as many as wanted.

use std::fmt::Write as _;

use crate::cli::tiny::tiny;
use crate::support::Gradus;

const SAID: [(&str, &str); 4] = [
    ("undo-release", "We rolled the release back within ten minutes and wrote it on the status page."),
    ("restore-test", "We restore a backup every month and time how long it takes."),
    ("stage-release", "We release to one percent first."),
    ("undo-release", "It was their fault, and I told support."),
];

/// One JSON object a line; the answer of row `at` says its number.
pub(super) fn rows(count: usize) -> String {
    let mut rows = String::new();
    for at in 0..count {
        let (question, said) = SAID[at % SAID.len()];
        let _ = writeln!(rows, "{{\"id\":\"r{at}\",\"question\":\"{question}\",\"answer\":\"{said} That was {at}.\"}}");
    }
    rows
}

/// `gradus batch` beside the tiny bank and so many rows in `rows.jsonl`.
pub(super) fn batch(count: usize, arguments: &[&str]) -> Gradus {
    tiny(["batch"].iter().chain(arguments).copied()).file("rows.jsonl", rows(count))
}
