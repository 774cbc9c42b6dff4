//! Tests that the same answer and rubric give the same bytes: as in the snapshots, in any order, and on any thread.

use std::fs;
use std::thread;

use gradus::bank::FrontMatter;
use gradus::model::Answer;
use gradus::report;
use gradus::score::{Scorer, Workspace};

use crate::support::root;

struct Draft {
    name: String,
    text: String,
    question: String,
    body: usize,
}

fn drafts() -> Vec<Draft> {
    let mut drafts: Vec<Draft> = fs::read_dir(root().join("evals/drafts"))
        .expect("the drafts")
        .map(|entry| {
            let path = entry.expect("an entry").path();
            let text = fs::read_to_string(&path).expect("text");
            let head = FrontMatter::split(&text).expect("front matter");
            let name = path.file_stem().expect("a name").to_string_lossy().into_owned();
            Draft { name, question: head.question.expect("a question"), body: head.body, text }
        })
        .collect();
    drafts.sort_by(|one, other| one.name.cmp(&other.name));
    drafts
}

/// A scorer for every draft.
fn scorers(drafts: &[Draft]) -> Vec<Scorer> {
    let bank = gradus::engine::shipped_bank();
    let vocabulary = bank.vocabulary().expect("the shipped bank is valid");
    drafts
        .iter()
        .map(|draft| bank.scorer(bank.entry(&draft.question).expect("known"), &vocabulary).expect("sound"))
        .collect()
}

fn grade_as_json(draft: &Draft, scorer: &Scorer, workspace: &mut Workspace) -> String {
    let answer = Answer { id: &draft.name, text: &draft.text, body: draft.body };
    report::json(&scorer.grade(&answer, workspace)).expect("writes")
}

#[test]
fn the_json_of_every_draft_matches_its_snapshot() {
    let drafts = drafts();
    let mut workspace = Workspace::new();
    for (draft, scorer) in drafts.iter().zip(&scorers(&drafts)) {
        insta::with_settings!({ snapshot_path => "snapshots/drafts", prepend_module_to_snapshot => false, omit_expression => true }, {
            insta::assert_snapshot!(draft.name.as_str(), grade_as_json(draft, scorer, &mut workspace));
        });
    }
}

#[test]
fn order_and_threads_do_not_change_a_grade() {
    let drafts = drafts();
    let scorers = scorers(&drafts);
    let alone: Vec<String> = drafts
        .iter()
        .zip(&scorers)
        .map(|(draft, scorer)| grade_as_json(draft, scorer, &mut Workspace::new()))
        .collect();

    let mut workspace = Workspace::new();
    for at in (0..drafts.len()).rev().chain(0..drafts.len()) {
        assert_eq!(grade_as_json(&drafts[at], &scorers[at], &mut workspace), alone[at], "{}", drafts[at].name);
    }

    thread::scope(|scope| {
        for offset in 0..4 {
            let (drafts, scorers, alone) = (&drafts, &scorers, &alone);
            scope.spawn(move || {
                let mut workspace = Workspace::new();
                for step in 0..drafts.len() {
                    let at = (step * 7 + offset * 11) % drafts.len();
                    assert_eq!(
                        grade_as_json(&drafts[at], &scorers[at], &mut workspace),
                        alone[at],
                        "{}",
                        drafts[at].name
                    );
                }
            });
        }
    });
}
