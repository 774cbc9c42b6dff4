//! `questions`: list, show and find.

use super::tiny::tiny;
use crate::support::Ran;

fn ids(ran: &Ran) -> Vec<String> {
    let questions = ran.json();
    let id = |question: &serde_json::Value| question["id"].as_str().expect("an id").to_owned();
    questions.as_array().expect("a list").iter().map(id).collect()
}

#[test]
fn filters_narrow_the_list_in_both_formats() {
    let rows: [(&[&str], &[&str]); 7] = [
        (&[], &["stage-release", "undo-release", "restore-test"]),
        (&["--topic", "delivery"], &["stage-release", "undo-release"]),
        (&["--kind", "process"], &["stage-release", "restore-test"]),
        (&["--level", "advanced"], &["undo-release"]),
        (&["--kind", "process", "--topic", "recovery"], &["restore-test"]),
        (&["--topic", "delivery", "--kind", "process", "--level", "core"], &["stage-release"]),
        (&["--topic", "delivery", "--kind", "behavioural", "--level", "advanced"], &["undo-release"]),
    ];
    for (filters, expected) in rows {
        for list in [&["questions"] as &[&str], &["questions", "list"]] {
            let run = |format| tiny(list.iter().chain(filters).copied().chain(["--format", format])).run().done();
            assert_eq!(ids(&run("json")), expected, "{filters:?}");
            let text = run("text").out;
            let heads = text.lines().filter(|line| !line.is_empty() && !line.starts_with(' '));
            assert_eq!(heads.filter_map(|line| line.split("  ").next()).collect::<Vec<_>>(), expected, "{filters:?}");
        }
    }
}

#[test]
fn a_list_without_questions_names_the_topics_and_ends_with_1() {
    let ran =
        tiny(["questions", "--topic", "gardening"]).run().found().tells(&["topics there are: delivery, recovery"]);
    assert_eq!(ran.out, "");
    assert_eq!(ids(&tiny(["questions", "--kind", "design", "--format", "json"]).run().found()), [""; 0]);
    tiny(["--quiet", "questions", "--topic", "gardening"]).run().found().tells_nothing();
}

#[test]
fn filters_that_do_not_exist_are_refused_with_those_that_do() {
    let rows = [
        ("--kind", "odd", "design, process, behavioural, concept, motivation"),
        ("--level", "expert", "core, advanced"),
        ("--format", "csv", "text, json"),
    ];
    for (filter, value, expected) in rows {
        tiny(["questions", filter, value]).run().refused().tells(&[filter, expected]);
    }
}

#[test]
fn a_question_is_shown_with_what_its_rubric_asks_for() {
    tiny(["questions", "show", "undo-release"]).run().done().tells_nothing().prints(&[
        "undo-release  delivery, behavioural, advanced\n  Tell me about a time",
        "Also asked as\n  Have you ever rolled back a deployment?\n",
        "Earns points\n  3 undoes-quickly: Undoes the release before",
        "Loses points\n  -1 blames-a-person: Blames an individual.\n",
    ]);
    let plain = tiny(["questions", "show", "stage-release"]).run().done();
    assert!(!plain.out.contains("Also asked") && !plain.out.contains("Loses points"), "{}", plain.out);
}

#[test]
fn a_question_as_json_is_complete() {
    let question = tiny(["questions", "show", "undo-release", "--format", "json"]).run().done().json();
    assert_eq!(
        question,
        serde_json::json!({
            "id": "undo-release",
            "topic": "delivery",
            "kind": "behavioural",
            "level": "advanced",
            "prompt": "Tell me about a time when you had to undo a release.",
            "also_asked": ["Have you ever rolled back a deployment?"],
            "criteria": [
                { "id": "undoes-quickly", "points": 3, "asks": "Undoes the release before looking for the cause." },
                { "id": "tells-people", "points": 2, "asks": "Tells users and colleagues what happens." },
                { "id": "follow-up", "points": 3, "asks": "Gives each follow-up an owner and a date." },
            ],
            "penalties": [{ "id": "blames-a-person", "points": 1, "asks": "Blames an individual." }],
        })
    );
}

#[test]
fn an_unknown_question_is_refused_and_similar_ones_are_named() {
    let show = |id| tiny(["questions", "show", id]).run().refused();
    show("undo-relaese").tells(&["no question `undo-relaese`", "did you mean undo-release"]);
    show("release").tells(&["stage-release", " or ", "undo-release"]);
    let err = show("gardening").tells(&["hint: `gradus questions` lists them all"]).err;
    assert!(!err.contains("did you mean"), "{err}");
}

#[test]
fn questions_are_found_by_their_wording_best_first() {
    let find = |text, limit| ids(&tiny(["questions", "find", text, "--limit", limit, "--format", "json"]).run().done());
    assert_eq!(find("restore drill", "5"), ["restore-test"]);
    assert_eq!(find("undo a deployment", "1"), ["undo-release"]);
    let both = find("release", "5");
    assert_eq!(both.len(), 2, "{both:?}");
    assert_eq!(find("release", "1"), both[..1]);
}

#[test]
fn finding_no_question_ends_with_1() {
    let ran = tiny(["questions", "find", "zebra"]).run().found().tells(&["note: no question fits; try other words"]);
    assert_eq!(ran.out, "");
    assert_eq!(ids(&tiny(["questions", "find", "zebra", "--format", "json"]).run().found()), [""; 0]);
}

#[test]
fn the_shipped_bank_can_be_listed_shown_and_asked() {
    let shipped = |arguments: &[&str]| crate::support::gradus(arguments).run().done();
    let all = ids(&shipped(&["questions", "--format", "json"]));
    assert!(!all.is_empty());
    for id in &all {
        let prompt = shipped(&["questions", "show", id, "--format", "json"]).json()["prompt"].clone();
        assert!(prompt.as_str().is_some_and(|prompt| !prompt.is_empty()), "{id}");
    }
}
