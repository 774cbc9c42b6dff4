//! Tests of learning from graded answers.

use super::super::holdout::HeldOut;
use super::super::placement::Slot;
use super::*;

use crate::test_bank::{files_from_texts, shipped_bank};

const HIGH: &str = "A circuit breaker sits in front.";
const LOW: &str = "Nothing at all.";
const SHARED: (&str, &str) = (
    "rubrics/shared/common.toml",
    "schema = 1\n[[criterion]]\nid = \"common\"\npoints = 1\nasks = \"x\"\n[[criterion.concept]]\nid = \"c\"\nany = ['common']\n",
);

/// Learns from 30 high and 30 low answers to a question. `head` has more fields of its rubric, `criterion` the rest of
/// its criterion, and `high` the texts and scores that the high answers repeat.
fn learned(head: &str, criterion: &str, high: &[(&str, f64)]) -> Learned {
    let text = format!(
        "schema = 1\nid = \"q\"\ntopic = \"t\"\nkind = \"concept\"\nlevel = \"core\"\nprompt = \"What sits there?\"\n\
         {head}\n[[criterion]]\nid = \"own\"\npoints = 1\nasks = \"Names the circuit breaker in front.\"\n{criterion}"
    );
    let bank = Bank::new(files_from_texts([("rubrics/t/q.toml", text.as_str()), SHARED]));
    let vocabulary = bank.vocabulary().expect("words");
    let high = high.iter().copied().cycle().take(30);
    let low = std::iter::repeat_n((LOW, 0.0), 30);
    let texts: Vec<(String, f64)> =
        high.chain(low).enumerate().map(|(number, (text, score))| (format!("{text} Case {number}."), score)).collect();
    let answers: Vec<GradedAnswer<'_>> =
        texts.iter().map(|(text, score)| GradedAnswer { text, score: Some(*score), ..Default::default() }).collect();
    let mut learner = Learner::new(&bank, &vocabulary).expect("words");
    learner.learn(&bank.entries()[0], &answers, LearnOptions { limit: 10, seed: 1 }).expect("a sound bank")
}

fn targets(proposals: &[Proposal]) -> Vec<(String, Target)> {
    let target = |proposal: &Proposal| (proposal.phrase.clone(), proposal.target.clone());
    proposals.iter().map(target).collect()
}

#[test]
fn a_phrase_is_added_to_the_concept_that_answers_miss() {
    let found = learned("", "[[criterion.concept]]\nid = \"c\"\nany = ['fuse', 'front']\n", &[(HIGH, 1.0)]);
    assert_eq!(targets(&found.proposals), [], "the criterion is met");
    let found = learned("", "[[criterion.concept]]\nid = \"c\"\nany = ['fuse']\n", &[(HIGH, 1.0)]);
    let target = Target::Alternative { concept: "c".to_owned() };
    assert_eq!(targets(&found.proposals), [("circuit breaker sits".to_owned(), target)]);
    assert!(found.patch.contains("+any = ['fuse', 'circuit breaker sits']\n"), "{}", found.patch);
    assert_eq!(
        (found.answers, found.held_out, found.tried),
        (60, 12, 2),
        "`front` does not raise agreement after the first phrase"
    );
}

#[test]
fn a_proposal_has_the_agreement_on_held_out_answers_before_and_after() {
    let found = learned("", "[[criterion.concept]]\nid = \"c\"\nany = ['fuse']\n", &[(HIGH, 1.0)]);
    // Before, all 12 answers are graded 0: F1 is 0 for "right" and 6 / (6 + 3) for "wrong", 0.333 on average. With the
    // phrase, all grades agree with the scores.
    let expected = HeldOut { metric: "macro-f1", answers: 12, before: 0.333, after: 1.0 };
    assert_eq!(found.proposals[0].held_out, expected);
    assert!(found.patch.contains("macro-f1 from 0.333 to 1.000 on 12 held-out answers"), "{}", found.patch);
}

#[test]
fn a_phrase_without_a_related_concept_is_a_suggestion_and_not_in_the_patch() {
    let found = learned("", "[[criterion.concept]]\nid = \"c\"\nany = ['fuse']\n", &[("A walrus hummed loudly.", 1.0)]);
    assert_eq!((targets(&found.proposals), found.patch.as_str(), found.tried), (Vec::new(), "", 0));
    let suggested: Vec<_> = found.suggestions.iter().map(|one| (one.criterion.as_str(), one.phrase.as_str())).collect();
    assert_eq!(suggested, [("own", "walrus hummed loudly")]);
}

#[test]
fn nothing_is_learned_for_shared_criteria() {
    let own = "[[criterion.concept]]\nid = \"c\"\nany = ['front']\n";
    let found = learned("include = [\"common\"]", own, &[(HIGH, 1.0)]);
    assert_eq!((found.proposals.len(), found.patch.as_str()), (0, ""));
}

#[test]
fn a_criterion_with_need_gets_a_new_concept() {
    let concept = |id: &str| format!("[[criterion.concept]]\nid = \"{id}\"\nany = ['{id}']\n");
    let own = format!("need = 3\n{}{}{}", concept("one"), concept("two"), concept("three"));
    // Each concept is missing in fewer than half of the answers with the phrase, and no answer has all three
    // concepts.
    let high = [
        ("A circuit breaker has one. It also has two.", 1.0),
        ("A circuit breaker has two. It also has three.", 1.0),
        ("A circuit breaker has one. It also has three.", 1.0),
        ("It has one. It also has three.", 0.6),
    ];
    let found = learned("", &own, &high);
    let target = Target::NewConcept { concept: "circuit-breaker".to_owned() };
    assert_eq!(targets(&found.proposals).first(), Some(&("circuit breaker".to_owned(), target)));
    assert!(found.patch.contains("+[[criterion.concept]]\n+id = \"circuit-breaker\"\n"), "{}", found.patch);
}

#[test]
fn a_phrase_that_cannot_be_inserted_is_reported_as_dropped() {
    let own = "[[criterion.reference]]\ntext = \"A lamp.\"\nterms = { lamp = 1.0 }\n";
    let found = learned("", own, &[(HIGH, 1.0)]);
    assert_eq!((found.proposals.len(), found.patch.as_str()), (0, ""));
    assert_eq!(found.dropped.len(), 2);
    let own = "[[criterion.reference]]\ntext = \"A lamp.\"\n[criterion.reference.terms]\nlamp = 1.0\n";
    let found = learned("", own, &[(HIGH, 1.0)]);
    assert_eq!((found.proposals.len(), found.dropped.len()), (1, 0));
}

#[test]
fn a_phrase_can_be_inserted_into_every_concept_of_the_shipped_bank() {
    let bank = shipped_bank();
    let vocabulary = bank.vocabulary().expect("words");
    let mut learner = Learner::new(&bank, &vocabulary).expect("words");
    let new = NewPhrase { phrase: "zyzzyva \\*it it's", comment: "why", id: "zyzzyva" };
    for entry in bank.entries() {
        let (file, rubric) = (entry.rubric_path(), bank.parsed(entry).expect("sound"));
        let text = bank.files().text(&file).expect("a file");
        let mut all = Vec::new();
        for locations in rubric.locations.criteria.iter().filter(|locations| locations.id.file == file) {
            for slot in (0..locations.concepts.len()).map(Slot::Concept).chain([Slot::NewConcept]) {
                all.extend(insertions(text, locations, slot, &new).expect("room"));
            }
        }
        let changed = applied(text, &ordered(text, &all.iter().collect::<Vec<_>>()));
        assert!(learner.scorer_from(entry, &changed).is_some(), "{}", unified_diff(&file, text, &changed));
    }
}
