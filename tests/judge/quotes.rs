//! Quotes that are worth nothing, and those that are.

use serde_json::{Value, json};

use super::endpoint::Act;
use super::played::{criterion, last_words, played, played_on, sound, sound_but};

/// As [`super::played::JUDGED`], with the scorer in the place of the judge for the first criterion.
const FIRST_STOOD_IN: &str = "undoes-quickly fallback 1, tells-people llm 1, follow-up llm 0, blames-a-person llm 0";

fn quoting(quote: &str) -> Value {
    json!({"criterion": "undoes-quickly", "credit": "full", "quote": quote, "why": "so it says"})
}

#[test]
fn a_worthless_quote_is_refused_like_a_wrong_verdict() {
    let there = "does not stand in the answer";
    let short = "the quote is too short";
    for (case, quote, fault) in [
        ("invented", "I undid it before anybody noticed", there),
        ("paraphrased", "rolled back the release within 10 minutes", there),
        ("one word too many", "rolled the release back within only ten minutes", there),
        ("in the rubric alone", "Undoes the release before looking for the cause", there),
        ("in a sample alone", "rolled the release back within five minutes", there),
        ("in the question alone", "a time when you had to undo a release", there),
        ("inside words", "olled the release bac", there),
        ("of two places", "rolled the release back ... then told everybody", there),
        ("in the wrong order", "I told support ... rolled the release back", there),
        ("one word", "minutes", short),
        ("two words", "ten minutes", short),
        ("parts of one word", "rolled ... minutes ... support", short),
        ("empty", "", "the quote is empty"),
        ("marks alone", " \"...\" ", "the quote is empty"),
    ] {
        let bad = quoting(quote);
        let played = played(&[], move |_, asked| Act::Say(sound_but(asked, std::slice::from_ref(&bad))));
        played.comes_to(case, FIRST_STOOD_IN, 62.5, 3);
        let reason = played.grade["fallback"].as_str().expect("a reason");
        assert!(reason.contains("`undoes-quickly`") && reason.contains(fault), "{case}: {reason}");
        for again in &played.asked[1..] {
            assert_eq!(again.criteria(), ["undoes-quickly"], "{case}");
            assert!(last_words(again).contains(&format!("- `undoes-quickly`: {}", &reason_of(fault))), "{case}");
        }
    }
}

/// How a fault begins where it is told.
fn reason_of(fault: &str) -> String {
    if fault.starts_with("the quote") { fault.to_owned() } else { format!("the quote {fault}") }
}

#[test]
fn a_better_quote_is_taken_when_asked_again() {
    let played = played(&[], |number, asked| {
        Act::Say(if number == 0 { sound_but(asked, &[quoting("what nobody said here")]) } else { sound(asked) })
    });
    played.is_judged("asked again", 2);
}

#[test]
fn what_only_repeats_the_question_earns_nothing() {
    let answer = "You ask about a time when you had to undo a release. We rolled the release back within ten minutes. \
                  It was their fault, and I told support.\n";
    let quote = "a time when you had to undo a release";
    let played = played_on(answer, &[], move |_, asked| Act::Say(sound_but(asked, &[quoting(quote)])));
    played.comes_to("the question", FIRST_STOOD_IN, 62.5, 3);
    assert!(played.grade["fallback"].to_string().contains("only repeats the question"), "{}", played.grade["fallback"]);
}

#[test]
fn a_quote_that_reads_the_same_is_found_where_it_stands() {
    let stands = "rolled the release back within ten minutes";
    for (quote, found) in [
        ("  \"Rolled the RELEASE back\n within ten\u{a0}minutes.\" ", vec![stands]),
        ("**rolled the release back** within ten minutes", vec![stands]),
        (
            "We rolled the release back ... their fault, and I told",
            vec!["We rolled the release back", "their fault, and I told"],
        ),
    ] {
        let verdict = quoting(quote);
        let played = played(&[], move |_, asked| Act::Say(sound_but(asked, std::slice::from_ref(&verdict))));
        let first = criterion(&played.grade, "undoes-quickly");
        assert_eq!((&first["source"], &first["status"]), (&json!("llm"), &json!("met")), "{quote}");
        let evidence = first["evidence"].as_array().expect("a list");
        let quotes: Vec<&str> = evidence.iter().filter_map(|piece| piece["quote"].as_str()).collect();
        assert_eq!(quotes, found, "{quote}");
        assert!(evidence.iter().all(|piece| piece["how"] == "quoted"), "{first}");
        assert_eq!(played.asked.len(), 1, "{quote}");
    }
}

#[test]
fn a_fault_needs_a_quote_as_well() {
    let verdict = json!({"criterion": "blames-a-person", "credit": "full", "quote": "Bob is a fool", "why": ""});
    let played = played(&[], move |_, asked| {
        let mut object: Value = serde_json::from_str(&sound(asked)).expect("an object");
        let list = object["verdicts"].as_array_mut().expect("a list");
        list.retain(|one| one["criterion"] != "blames-a-person");
        list.push(verdict.clone());
        Act::Say(object.to_string())
    });
    // The scorer finds the fault: it costs a point.
    let expected = "undoes-quickly llm 0.5, tells-people llm 1, follow-up llm 0, blames-a-person fallback 1";
    played.comes_to("a fault", expected, 31.3, 3);
}
