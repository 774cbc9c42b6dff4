//! Tests which quotes in the verdicts of a judge are accepted.

use serde_json::{Value, json};

use super::endpoint::Action;
use super::scripted_judge::{
    criterion, judge_answer_with, judge_with, last_message, valid_verdicts, verdicts_except_first,
};

/// Like [`super::scripted_judge::ALL_JUDGED`], but the offline scorer decides the first criterion.
const ALL_JUDGED_EXCEPT_FIRST: &str =
    "undoes-quickly fallback 1, tells-people llm 1, follow-up llm 0, blames-a-person llm 0";

fn verdict_with_quote(quote: &str) -> Value {
    json!({"criterion": "undoes-quickly", "credit": "full", "quote": quote, "why": "so it says"})
}

#[test]
fn a_verdict_with_an_invented_short_or_empty_quote_falls_back_after_retries() {
    let not_in_answer = "does not stand in the answer";
    let too_short = "the quote is too short";
    for (case, quote, fault) in [
        ("invented", "I undid it before anybody noticed", not_in_answer),
        ("paraphrased", "rolled back the release within 10 minutes", not_in_answer),
        ("one word too many", "rolled the release back within only ten minutes", not_in_answer),
        ("only in the rubric", "Undoes the release before looking for the cause", not_in_answer),
        ("only in a sample", "rolled the release back within five minutes", not_in_answer),
        ("only in the question", "a time when you had to undo a release", not_in_answer),
        ("inside words", "olled the release bac", not_in_answer),
        ("with a part that is not in the answer", "rolled the release back ... then told everybody", not_in_answer),
        ("in the wrong order", "I told support ... rolled the release back", not_in_answer),
        ("one word", "minutes", too_short),
        ("two words", "ten minutes", too_short),
        ("parts of one word", "rolled ... minutes ... support", too_short),
        ("empty", "", "the quote is empty"),
        ("only punctuation", " \"...\" ", "the quote is empty"),
    ] {
        let bad = verdict_with_quote(quote);
        let run = judge_with(&[], move |_, request| {
            Action::Reply(verdicts_except_first(request, std::slice::from_ref(&bad)))
        });
        run.assert_verdicts(case, ALL_JUDGED_EXCEPT_FIRST, 62.5, 3);
        let reason = run.grade["fallback"].as_str().expect("a reason");
        assert!(reason.contains("`undoes-quickly`") && reason.contains(fault), "{case}: {reason}");
        for retry in &run.requests[1..] {
            assert_eq!(retry.criteria(), ["undoes-quickly"], "{case}");
            assert!(last_message(retry).contains(&format!("- `undoes-quickly`: {}", &reason_of(fault))), "{case}");
        }
    }
}

/// The fault as a clause with its subject, as a retry states it.
fn reason_of(fault: &str) -> String {
    if fault.starts_with("the quote") { fault.to_owned() } else { format!("the quote {fault}") }
}

#[test]
fn a_better_quote_in_the_next_round_is_accepted() {
    let run = judge_with(&[], |number, request| {
        Action::Reply(if number == 0 {
            verdicts_except_first(request, &[verdict_with_quote("what nobody said here")])
        } else {
            valid_verdicts(request)
        })
    });
    run.assert_judged("asked again", 2);
}

#[test]
fn a_quote_that_only_repeats_the_question_is_rejected() {
    let answer = "You ask about a time when you had to undo a release. We rolled the release back within ten minutes. \
                  It was their fault, and I told support.\n";
    let quote = "a time when you had to undo a release";
    let run = judge_answer_with(answer, &[], move |_, request| {
        Action::Reply(verdicts_except_first(request, &[verdict_with_quote(quote)]))
    });
    run.assert_verdicts("the question", ALL_JUDGED_EXCEPT_FIRST, 62.5, 3);
    assert!(run.grade["fallback"].to_string().contains("only repeats the question"), "{}", run.grade["fallback"]);
}

#[test]
fn a_quote_with_different_case_spacing_or_emphasis_is_found_in_the_answer() {
    let passage = "rolled the release back within ten minutes";
    for (quote, found) in [
        ("  \"Rolled the RELEASE back\n within ten\u{a0}minutes.\" ", vec![passage]),
        ("**rolled the release back** within ten minutes", vec![passage]),
        (
            "We rolled the release back ... their fault, and I told",
            vec!["We rolled the release back", "their fault, and I told"],
        ),
    ] {
        let verdict = verdict_with_quote(quote);
        let run = judge_with(&[], move |_, request| {
            Action::Reply(verdicts_except_first(request, std::slice::from_ref(&verdict)))
        });
        let first = criterion(&run.grade, "undoes-quickly");
        assert_eq!((&first["source"], &first["status"]), (&json!("llm"), &json!("met")), "{quote}");
        let evidence = first["evidence"].as_array().expect("a list");
        let quotes: Vec<&str> = evidence.iter().filter_map(|piece| piece["quote"].as_str()).collect();
        assert_eq!(quotes, found, "{quote}");
        assert!(evidence.iter().all(|piece| piece["how"] == "quoted"), "{first}");
        assert_eq!(run.requests.len(), 1, "{quote}");
    }
}

#[test]
fn a_penalty_needs_a_quote_as_well() {
    let verdict = json!({"criterion": "blames-a-person", "credit": "full", "quote": "Bob is a fool", "why": ""});
    let run = judge_with(&[], move |_, request| {
        let mut object: Value = serde_json::from_str(&valid_verdicts(request)).expect("an object");
        let list = object["verdicts"].as_array_mut().expect("a list");
        list.retain(|one| one["criterion"] != "blames-a-person");
        list.push(verdict.clone());
        Action::Reply(object.to_string())
    });
    // The offline scorer finds the penalty, which costs a point.
    let expected = "undoes-quickly llm 0.5, tells-people llm 1, follow-up llm 0, blames-a-person fallback 1";
    run.assert_verdicts("a penalty without a quote of the answer", expected, 31.3, 3);
}
