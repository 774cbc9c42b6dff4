//! Tests that texts that look the same get the same grade, and that thousands of single letters are not evidence.

use gradus::model::{Answer, Flag, Grade, Invisible, Outcome, is_unseen};
use gradus::score::Workspace;

use crate::properties::oracle::SCORERS;
use crate::unusual_texts::letters;

/// Every invisible character of the first Unicode plane, and some of each class beyond it.
fn invisible_characters() -> Vec<char> {
    let low = ('\0'..='\u{ffff}').filter(|c| is_unseen(*c));
    let high = ['\u{1bca0}', '\u{1bca3}', '\u{1d173}', '\u{1d17a}', '\u{e0000}', '\u{e0001}', '\u{e0020}', '\u{e0041}'];
    low.chain(high).chain(['\u{e007f}', '\u{e0080}', '\u{e0100}', '\u{e01ef}', '\u{e0fff}']).collect()
}

/// Answers with constructs that the reader treats specially: contractions, abbreviations, lists, numbers, letters,
/// negations.
const ANSWERS: [&str; 3] = [
    "We didn't page anyone, e.g. at night. First I rolled the release back within 10 minutes, then I told support.\n\n\
     - p95 latency fell by 30.5% to $1,200 a month.\n- We never had an S L O, so I wrote one.\n\n2) The error budget was \
     spent: no releases until it recovered.",
    "So um the primary database was gone, and we'd no tested backup. We restored it on-call at 3 a.m. in forty five minutes; \
     that's how we found out. After that we ran a restore drill each month (feature_flag, C I C D), and the runbook was \
     reviewed by two people.",
    "Secrets live in a vault. They're rotated every 90 days, nobody has a copy, and the audit log shows who read which one.",
];

/// Inserts `c` into every word: before it (`place` 0), after each letter but the last (1), or after it (2).
fn insert_into_words(text: &str, c: char, place: u8) -> String {
    let mut marked = String::new();
    for (at, letter) in text.char_indices() {
        let is_word = letter.is_alphanumeric();
        let (before, after) = (text[..at].chars().next_back(), text[at + letter.len_utf8()..].chars().next());
        let [begins, ends] = [before, after].map(|next| !next.is_some_and(char::is_alphanumeric));
        if is_word && ((place == 0 && begins) || (place == 1 && !begins)) {
            marked.push(c);
        }
        marked.push(letter);
        if is_word && place == 2 && ends {
            marked.push(c);
        }
    }
    marked
}

/// The visible parts of a grade: score, flags, and the quotes without invisible characters.
fn visible_parts(grade: &Grade<'_>) -> (Option<u32>, Vec<Flag>, Vec<String>) {
    let quotes = grade.criteria.iter().chain(&grade.penalties).flat_map(|of| of.evidence.iter());
    let words = quotes.map(|of| of.quote.chars().filter(|c| !is_unseen(*c)).collect());
    (grade.score().map(|score| score.0), grade.flags.clone(), words.collect())
}

#[test]
fn invisible_characters_do_not_change_a_grade() {
    let mut workspace = Workspace::new();
    let mut scored = 0;
    for answer in ANSWERS {
        for scorer in
            SCORERS.iter().filter(|of| ["db-upgrade-rollback", "primary-db-recovery"].contains(&&*of.question().id))
        {
            let plain = visible_parts(&scorer.grade(&Answer::new("a", answer), &mut workspace));
            scored += u32::from(plain.0 > Some(0));
            for (c, place) in invisible_characters().into_iter().flat_map(|c| (0..3).map(move |place| (c, place))) {
                let text = insert_into_words(answer, c, place);
                let mut hidden = visible_parts(&scorer.grade(&Answer::new("a", &text), &mut workspace));
                // Tag characters outside emoji flags spell hidden text, so the answer is flagged.
                if Invisible::of(c) == Some(Invisible::Tag) {
                    assert!(hidden.1.contains(&Flag::AddressesTheGrader), "{c:?}");
                    hidden.1.retain(|flag| *flag != Flag::AddressesTheGrader || plain.1.contains(flag));
                }
                assert_eq!(hidden, plain, "{c:?} at place {place} in {}", scorer.question().id);
            }
        }
    }
    assert!(scored > 2, "the answers earn points");
}

#[test]
fn thousands_of_single_letters_are_not_evidence() {
    let mut workspace = Workspace::new();
    for row in [usize::MAX, 40, 13, 12, 4] {
        let text = letters(20_000, row);
        for scorer in SCORERS.iter().take(6) {
            let grade = scorer.grade(&Answer::new("a", &text), &mut workspace);
            let Outcome::Graded { score, .. } = grade.outcome else { panic!("an answer with words is graded") };
            assert!(score.0 <= 50, "{score} for rows of {row} letters in {}", scorer.question().id);
        }
    }
}
