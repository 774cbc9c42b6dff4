//! Tests of answers that are not graded, and of the flag for off-topic answers.

use std::borrow::Cow;

use super::Workspace;
use crate::model::{Answer, Flag, Outcome};
use crate::test_bank::shipped_bank;

#[test]
fn a_text_above_the_limit_is_ungraded_with_a_reason() {
    let bank = shipped_bank();
    let entry = &bank.entries()[0];
    let vocabulary = bank.vocabulary().expect("sound");
    let scorer = bank.scorer(entry, &vocabulary).expect("sound");
    // U+FDFA has a compatibility decomposition of eighteen characters.
    let (text, mut workspace) = ("\u{fdfa} ".repeat(100), Workspace::new());
    let answer = Answer::new("a", &text);
    let mut outcome = |limit| {
        let grade = scorer.grade_within(limit, &answer, scorer.fingerprint_of(&answer), &mut workspace);
        assert!(grade.flags != [Flag::Empty]);
        grade.outcome
    };
    assert!(matches!(outcome(400), Outcome::Graded { .. }));
    let reason = "the answer has 400 bytes, and at most 399 can be graded: grade its parts one by one";
    assert_eq!(outcome(399), Outcome::Ungraded { reason: Cow::Borrowed(reason) });
}

#[test]
fn an_answer_is_off_topic_only_if_the_question_has_samples() {
    let bank = shipped_bank();
    let entry = bank.entry("error-budget").expect("a shipped question");
    let (vocabulary, mut workspace) = (bank.vocabulary().expect("sound"), Workspace::new());
    let text = "I peel the carrots and slice an onion. Then I melt butter in a heavy pan, and the onion cooks in it until it \
        is soft. Flour goes in next, and the broth a ladle at a time. The soup simmers for an hour with thyme and a bay leaf, \
        and my aunt eats it with bread.";
    let mut is_off_topic = |samples: &[crate::model::Sample]| {
        let question = bank.question(entry).expect("sound");
        let scorer = crate::score::Scorers::new(&vocabulary).prepare(question, samples).expect("sound");
        scorer.grade(&Answer::new("a", text), &mut workspace).flags.contains(&Flag::OffTopic)
    };
    assert!(is_off_topic(&bank.samples(entry).expect("sound")));
    assert!(!is_off_topic(&[]));
}
