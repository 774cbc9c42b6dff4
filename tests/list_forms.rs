//! Tests of lists and tables: statements count in any form, and keywords in cells stay keywords.

use gradus::model::{Answer, Flag, Grade};
use gradus::score::{Scorer, Workspace};

use crate::properties::oracle::SCORERS;

const STATEMENTS: [&str; 6] = [
    "Deleted alerts that nobody had acted on for a month",
    "paged only on symptoms that users notice, tied to the error budget",
    "moved the rest to tickets that are reviewed weekly",
    "gave each alert an owner and a link to its runbook",
    "measured pages per shift before and after, from 40 to 6",
    "reviewed noisy alerts with the team at each handover",
];
const KEYWORDS: [&str; 8] = [
    "symptom-based alerts",
    "error budget",
    "runbook",
    "alert owner",
    "ticket queue",
    "noise reduction",
    "handover",
    "burn rate",
];

fn forms(items: &[&str]) -> [(&'static str, String); 6] {
    let each = |with: &dyn Fn((usize, &&str)) -> String| (1..).zip(items).map(with).collect::<Vec<_>>();
    [
        ("numbers with a bracket", each(&|(number, item)| format!("{number}) {item}")).join(" ")),
        ("numbers with a full stop", each(&|(number, item)| format!("{number}. {item}")).join(" ")),
        (
            "numbers in brackets",
            format!("What we did: {}", each(&|(number, item)| format!("({number}) {item}")).join("; ")),
        ),
        ("dots", each(&|(_, item)| format!("• {item}")).join(" ")),
        (
            "a table",
            format!("| Step | What |\n|---|---|\n{}", each(&|(n, item)| format!("| {n} | {item} |\n")).concat()),
        ),
        ("cells with tabs", format!("step\twhat\n{}", each(&|(number, item)| format!("{number}\t{item}\n")).concat())),
    ]
}

fn scorer() -> &'static Scorer {
    SCORERS.iter().find(|scorer| scorer.question().id == "alert-fatigue").expect("a shipped question")
}

fn graded<T>(text: &str, read: impl FnOnce(&Grade<'_>) -> T) -> T {
    read(&scorer().grade(&Answer::new("a", text), &mut Workspace::new()))
}

#[test]
fn statements_earn_the_same_in_every_list_form() {
    let prose =
        STATEMENTS.map(|statement| format!("We {}{}.", statement[..1].to_lowercase(), &statement[1..])).join("\n\n");
    let mut expected = None;
    graded(&prose, |grade| expected = grade.score());
    assert!(expected > Some(gradus::model::Tenths(500)));
    for (form, text) in forms(&STATEMENTS) {
        graded(&text, |grade| {
            let halved =
                grade.criteria.iter().flat_map(|criterion| &criterion.evidence).filter(|found| found.half).count();
            assert!(halved == 0 && !grade.flags.contains(&Flag::Stuffed), "{form}: {grade:#?}");
            assert_eq!(grade.score(), expected, "{form}");
        });
    }
}

#[test]
fn keywords_stay_weak_in_every_list_form() {
    for (form, text) in forms(&KEYWORDS) {
        graded(&text, |grade| assert!(grade.score().is_some_and(|score| score.0 < 200), "{form}: {grade:#?}"));
    }
}
