//! Grades arbitrary bytes. The first byte selects the question.

#![no_main]

use gradus::model::Answer;
use gradus::score::Workspace;
use gradus_fuzz::{SCORERS, assert_valid_grade};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let Some((first, rest)) = bytes.split_first() else { return };
    let scorer = &SCORERS[usize::from(*first) % SCORERS.len()];
    let text = String::from_utf8_lossy(rest);
    let answer = Answer::new("fuzz", &text);
    let grade = scorer.grade(&answer, &mut Workspace::new());
    assert_valid_grade(scorer.question(), &answer, &grade);
});
