//! Tests of grading quality on answers that were not used to write the rubrics. `cargo test --test suite evals --
//! --nocapture` prints the figures; the tests fail if they get worse.

#![allow(clippy::print_stdout, reason = "the figures are for people to see")]

use std::fmt::Write as _;
use std::fs;

use gradus::bank::FrontMatter;
use gradus::model::{Answer, Band, Flag};
use gradus::score::Workspace;
use serde::Deserialize;

use crate::support::root;

/// The front matter of an evaluation answer.
#[derive(Deserialize)]
struct Head {
    question: String,
    expected: Expected,
    #[serde(default)]
    kind: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Expected {
    Strong,
    Fair,
    Weak,
}

impl Expected {
    fn contains(self, band: Band) -> bool {
        match self {
            Self::Strong => band == Band::Strong,
            Self::Fair => matches!(band, Band::Partial | Band::Solid),
            Self::Weak => band == Band::Weak,
        }
    }
}

struct Draft {
    name: String,
    head: Head,
    band: Band,
    score: f64,
    flags: Vec<Flag>,
}

/// Grades every answer of a folder, sorted by file name.
fn grade_all(folder: &str) -> Vec<Draft> {
    let questions = gradus::engine::shipped_bank();
    let vocabulary = questions.vocabulary().expect("the shipped bank is valid");
    let mut workspace = Workspace::new();
    let mut paths: Vec<_> =
        fs::read_dir(root().join(folder)).expect("the folder").map(|entry| entry.expect("an entry").path()).collect();
    paths.sort();
    let grade = |path: &std::path::PathBuf| {
        let text = fs::read_to_string(path).expect("text");
        let name = path.file_stem().expect("a name").to_string_lossy().into_owned();
        let head = text.split("+++").nth(1).unwrap_or_else(|| panic!("{name} has no front matter"));
        let head: Head = toml::from_str(head).unwrap_or_else(|error| panic!("{name}: {error}"));
        let body = FrontMatter::split(&text).expect("front matter").body;
        let scorer = questions.scorer(questions.entry(&head.question).expect("known"), &vocabulary).expect("sound");
        let grade = scorer.grade(&Answer { id: &name, text: &text, body }, &mut workspace);
        let score = grade.score().expect("graded");
        let band = scorer.question().bands.of(score);
        Draft { head, band, score: score.as_f64(), flags: grade.flags.clone(), name: name.clone() }
    };
    paths.iter().map(grade).collect()
}

fn table(drafts: &[Draft]) -> String {
    let mut table = String::new();
    for Draft { name, head, band, score, flags } in drafts {
        let sign = if head.expected.contains(*band) { ' ' } else { '!' };
        let _ = writeln!(table, "{sign} {name:<56} expected {:<7?} {score:>5.1} {band:?} {flags:?}", head.expected);
    }
    table
}

fn count_in_expected_band(drafts: &[Draft]) -> usize {
    drafts.iter().filter(|draft| draft.head.expected.contains(draft.band)).count()
}

#[test]
fn unseen_drafts_fall_into_the_expected_bands() {
    let drafts = grade_all("evals/drafts");
    let in_band = count_in_expected_band(&drafts);
    println!("{}bands: {in_band} of {}", table(&drafts), drafts.len());
    assert_eq!(drafts.len(), 32);
    assert!(in_band >= 27, "{in_band} of 32 in their band");
    let far = drafts.iter().filter(|draft| {
        matches!((draft.head.expected, draft.band), (Expected::Strong, Band::Weak) | (Expected::Weak, Band::Strong))
    });
    assert_eq!(far.count(), 0, "a strong draft graded weak, or the reverse");
}

#[test]
fn adversarial_answers_stay_weak_and_good_answers_in_unusual_form_stay_strong() {
    let drafts = grade_all("evals/adversarial");
    println!("{}bands: {} of {}", table(&drafts), count_in_expected_band(&drafts), drafts.len());
    let (good, bad): (Vec<_>, Vec<_>) = drafts.into_iter().partition(|draft| draft.head.expected == Expected::Strong);
    assert_eq!((good.len(), bad.len()), (15, 116));
    assert_eq!(count_in_expected_band(&bad), bad.len(), "an adversarial answer is not weak");
    assert_eq!(count_in_expected_band(&good), good.len(), "a good answer in unusual form is not strong");
    let flagged = |kind: &str, flag: Flag| {
        bad.iter().filter(|draft| draft.head.kind == kind).all(|draft| draft.flags.contains(&flag))
    };
    assert!(flagged("keyword-list", Flag::Stuffed));
    assert!(flagged("off-topic", Flag::OffTopic));
}
