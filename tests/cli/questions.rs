//! Tests of `gradus questions list`, `show` and `find`.

use super::tiny_bank::{UNDO_RELEASE, tiny};
use crate::support::RunOutput;

fn ids(ran: &RunOutput) -> Vec<String> {
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
            let run = |format| tiny(list.iter().chain(filters).copied().chain(["--format", format])).run().success();
            assert_eq!(ids(&run("json")), expected, "{filters:?}");
            let text = run("text").out;
            let heads = text.lines().filter(|line| !line.is_empty() && !line.starts_with(' '));
            assert_eq!(heads.filter_map(|line| line.split("  ").next()).collect::<Vec<_>>(), expected, "{filters:?}");
        }
    }
}

#[test]
fn an_empty_list_names_the_topics_and_exits_with_1() {
    let ran = tiny(["questions", "--topic", "gardening"])
        .run()
        .check_failed()
        .reports(&["the topics are: delivery, recovery"]);
    assert_eq!(ran.out, "");
    assert_eq!(ids(&tiny(["questions", "--kind", "design", "--format", "json"]).run().check_failed()), [""; 0]);
    tiny(["--quiet", "questions", "--topic", "gardening"]).run().check_failed().reports_nothing();
}

#[test]
fn unknown_filters_are_errors_that_list_the_valid_ones() {
    let rows = [
        ("--kind", "odd", "design, process, behavioural, concept, motivation"),
        ("--level", "expert", "core, advanced"),
        ("--format", "csv", "text, json"),
    ];
    for (filter, value, expected) in rows {
        tiny(["questions", filter, value]).run().failure().reports(&[filter, expected]);
    }
}

#[test]
fn a_question_is_shown_without_its_criteria() {
    let ran =
        tiny(["questions", "show", "undo-release"]).run().success().reports(&["note: criteria are hidden; --key"]);
    let ran = ran.prints(&[
        "undo-release  delivery, behavioural, advanced\n  Tell me about a time",
        "Also asked as\n  Have you ever rolled back a deployment?\n",
        "Expected\n  a story of your own",
    ]);
    for hidden in ["points", "undoes-quickly", "blames-a-person", "Sample", "Friday"] {
        assert!(!ran.out.contains(hidden), "{hidden}: {}", ran.out);
    }
    let plain = tiny(["questions", "show", "stage-release"]).run().success();
    assert!(!plain.out.contains("Also asked"), "{}", plain.out);
}

#[test]
fn key_shows_criteria_and_penalties() {
    let ran = tiny(["questions", "show", "undo-release", "--key"]).run().success().reports_nothing();
    let ran = ran.prints(&[
        "Earns points\n  3 undoes-quickly: Undoes the release before",
        "Loses points\n  -1 blames-a-person: Blames an individual.\n",
    ]);
    assert!(!ran.out.contains("Sample"), "{}", ran.out);
    let plain = tiny(["questions", "show", "stage-release", "--key"]).run().success();
    assert!(!plain.out.contains("Loses points"), "{}", plain.out);
}

#[test]
fn samples_are_shown_in_full_without_the_key() {
    let ran = tiny(["questions", "show", "restore-test", "--samples"]).run().success();
    let text = ran.out.split_whitespace().collect::<Vec<_>>().join(" ");
    for shown in [
        "Sample answer, strong Each month a job restores last night's backup into an empty account. It compares the rows of \
         every table with the original, and the time goes onto a chart.",
        "Sample answer, weak Our backups are green every day, so I trust them.",
    ] {
        assert!(text.contains(shown), "{text}");
    }
    assert!(!text.contains("Earns points"), "{text}");
    let json = tiny(["questions", "show", "restore-test", "--samples", "--format", "json"]).run().success().json();
    assert_eq!(json["samples"].as_array().map(Vec::len), Some(2));
    assert_eq!(json["samples"][1]["level"], "weak");
    assert!(json.get("criteria").is_none(), "{json}");
}

#[test]
fn index_only_wordings_find_their_question_and_are_not_shown() {
    let odd = "Upon which precepts do you predicate a reversion?";
    let rubric = UNDO_RELEASE.replace("also_asked = [", &format!("index_only = [\"{odd}\"]\nalso_asked = ["));
    let bank = |arguments: &[&str]| {
        tiny(arguments.iter().copied()).file("bank/rubrics/delivery/undo-release.toml", rubric.as_str()).run().success()
    };
    assert_eq!(ids(&bank(&["questions", "find", odd, "--format", "json", "--limit", "1"])), ["undo-release"]);
    bank(&["grade", "--ask", odd, "--quiet", "answer.md"]).prints(&["undo-release"]);
    for format in ["text", "json"] {
        for more in [&["questions", "list"] as &[&str], &["questions", "show", "undo-release", "--key", "--samples"]] {
            let ran = bank(&[more, &["--format", format]].concat());
            assert!(!ran.out.contains("precepts"), "{}", ran.out);
        }
    }
}

#[test]
fn a_question_as_json_is_complete() {
    let show = |more: &[&str]| {
        let arguments = ["questions", "show", "undo-release", "--format", "json"].iter().chain(more);
        tiny(arguments.copied()).run().success().json()
    };
    let mut question = serde_json::json!({
        "id": "undo-release",
        "topic": "delivery",
        "kind": "behavioural",
        "level": "advanced",
        "prompt": "Tell me about a time when you had to undo a release.",
        "also_asked": ["Have you ever rolled back a deployment?"],
    });
    assert_eq!(show(&[]), question);
    question["criteria"] = serde_json::json!([
        { "id": "undoes-quickly", "points": 3, "asks": "Undoes the release before looking for the cause." },
        { "id": "tells-people", "points": 2, "asks": "Tells users and colleagues what happens." },
        { "id": "follow-up", "points": 3, "asks": "Gives each follow-up an owner and a date." },
    ]);
    question["penalties"] =
        serde_json::json!([{ "id": "blames-a-person", "points": 1, "asks": "Blames an individual." }]);
    assert_eq!(show(&["--key"]), question);
}

#[test]
fn an_unknown_question_is_an_error_that_names_similar_ones() {
    let show = |id| tiny(["questions", "show", id]).run().failure();
    show("undo-relaese").reports(&["no question `undo-relaese`", "did you mean undo-release"]);
    show("release").reports(&["stage-release", " or ", "undo-release"]);
    let err = show("gardening").reports(&["hint: `gradus questions` lists all questions"]).err;
    assert!(!err.contains("did you mean"), "{err}");
}

#[test]
fn questions_are_found_by_wording_with_the_best_match_first() {
    let find =
        |text, limit| ids(&tiny(["questions", "find", text, "--limit", limit, "--format", "json"]).run().success());
    assert_eq!(find("restore drill", "5"), ["restore-test"]);
    assert_eq!(find("undo a deployment", "1"), ["undo-release"]);
    let both = find("tell me how you roll back a release", "5");
    assert_eq!(both.len(), 2, "{both:?}");
    assert_eq!(find("tell me how you roll back a release", "1"), both[..1]);
}

#[test]
fn finding_no_question_exits_with_1() {
    let ran = tiny(["questions", "find", "zebra"])
        .run()
        .check_failed()
        .reports(&["note: no similar question in this bank; try other words"]);
    assert_eq!(ran.out, "");
    assert_eq!(ids(&tiny(["questions", "find", "zebra", "--format", "json"]).run().check_failed()), [""; 0]);
}

#[test]
fn questions_of_the_shipped_bank_can_be_listed_shown_and_found() {
    let shipped = |arguments: &[&str]| crate::support::gradus(arguments).run().success();
    let all = ids(&shipped(&["questions", "--format", "json"]));
    assert!(!all.is_empty());
    for id in &all {
        let prompt = shipped(&["questions", "show", id, "--format", "json"]).json()["prompt"].clone();
        assert!(prompt.as_str().is_some_and(|prompt| !prompt.is_empty()), "{id}");
    }
}
