//! Tests of replies in which only some verdicts are usable: only the other criteria are requested again.

use serde_json::{Value, json};

use super::endpoint::{Action, verdicts};
use super::scripted_judge::{ALL_FALLBACK, criterion, judge_with, last_message, valid_verdicts, verdicts_except_first};

const QUOTE: &str = "rolled the release back within ten minutes";

/// The valid verdict on the first criterion with replaced fields. The value `(none)` removes a field.
fn first_verdict_with(fields: &Value) -> Value {
    let mut verdict = json!({"criterion": "undoes-quickly", "credit": "full", "quote": QUOTE, "why": "it says so"});
    let own = verdict.as_object_mut().expect("an object");
    for (name, value) in fields.as_object().expect("fields") {
        if value == "(none)" { drop(own.remove(name)) } else { own[name] = value.clone() }
    }
    verdict
}

/// Invalid verdicts on the first criterion, and the message that describes each fault.
fn unusable_verdicts() -> Vec<(Vec<Value>, &'static str)> {
    let one = |fields: Value| vec![first_verdict_with(&fields)];
    vec![
        (vec![], "no verdict for `undoes-quickly`"),
        (
            vec![first_verdict_with(&json!({})), first_verdict_with(&json!({"credit": "none"}))],
            "two verdicts for `undoes-quickly`",
        ),
        (vec![first_verdict_with(&json!({})), first_verdict_with(&json!({}))], "two verdicts for `undoes-quickly`"),
        (one(json!({"criterion": "undoes-slowly"})), "`undoes-slowly` is no criterion"),
        (one(json!({"criterion": 1})), "names no `criterion`"),
        (one(json!({"criterion": null})), "names no `criterion`"),
        (one(json!({"criterion": "(none)"})), "names no `criterion`"),
        (vec![json!("full")], "names no `criterion`"),
        (vec![json!(null), json!([])], "names no `criterion`"),
        (one(json!({"credit": 9})), "`credit` of `undoes-quickly` is 9; it must be none, partial or full"),
        (one(json!({"credit": 1})), "`credit` of `undoes-quickly` is 1;"),
        (one(json!({"credit": -1})), "`credit` of `undoes-quickly` is -1;"),
        (one(json!({"credit": "9"})), "is \"9\";"),
        (one(json!({"credit": "mostly"})), "is \"mostly\";"),
        (one(json!({"credit": ""})), "is \"\";"),
        (one(json!({"credit": true})), "is true;"),
        (one(json!({"credit": null})), "`credit` of `undoes-quickly` is missing"),
        (one(json!({"credit": ["full"]})), "is [\"full\"];"),
        (one(json!({"credit": {"full": 1}})), "is {\"full\":1};"),
        (one(json!({"credit": "(none)"})), "`credit` of `undoes-quickly` is missing"),
        (one(json!({"quote": 7})), "`quote` of `undoes-quickly` is no text"),
        (one(json!({"quote": [QUOTE]})), "`quote` of `undoes-quickly` is no text"),
        (one(json!({"quote": "(none)"})), "`undoes-quickly`: the quote is empty"),
        (one(json!({"why": {}})), "`why` of `undoes-quickly` is no text"),
        (one(json!({"why": "{j"})), "`why` of `undoes-quickly` is not a sentence"),
        (one(json!({"why": "{j", "credit": "none", "quote": ""})), "`why` of `undoes-quickly` is not a sentence"),
    ]
}

#[test]
fn only_criteria_with_invalid_verdicts_are_requested_again() {
    for (bad, fault) in unusable_verdicts() {
        let case = format!("{bad:?}");
        let script_bad = bad.clone();
        let corrected = judge_with(&[], move |number, request| {
            Action::Reply(if number == 0 {
                verdicts_except_first(request, &script_bad)
            } else {
                valid_verdicts(request)
            })
        });
        corrected.assert_judged(&case, 2);
        let again = &corrected.requests[1];
        assert_eq!(again.criteria(), ["undoes-quickly"], "{case}");
        assert!(last_message(again).contains(fault), "{case}: no {fault:?} in {}", last_message(again));
        assert!(again.prompt().contains(&again.token()) && again.token() == corrected.requests[0].token(), "{case}");
    }
}

#[test]
fn a_verdict_that_stays_wrong_falls_back_and_the_others_stay_judged() {
    let expected = "undoes-quickly fallback 1, tells-people llm 1, follow-up llm 0, blames-a-person llm 0";
    for (bad, fault) in unusable_verdicts() {
        let case = format!("{bad:?}");
        let run = judge_with(&[], move |_, request| Action::Reply(verdicts_except_first(request, &bad)));
        run.assert_verdicts(&case, expected, 62.5, 3);
        let reason = run.grade["fallback"].as_str().expect("a reason");
        assert!(
            reason.starts_with("some criteria have no usable verdict although the judge was asked 3 times: "),
            "{case}: {reason}"
        );
        assert!(reason.contains(fault), "{case}: no {fault:?} in {reason}");
        assert_eq!(criterion(&run.grade, "tells-people")["evidence"][0]["quote"], "I told support", "{case}");
        assert_eq!(criterion(&run.grade, "undoes-quickly")["evidence"][0]["concept"], "rollback", "{case}");
    }
}

#[test]
fn the_schema_of_a_second_request_has_only_open_criteria() {
    let run = judge_with(&[], |number, request| {
        Action::Reply(if number == 0 { verdicts_except_first(request, &[]) } else { valid_verdicts(request) })
    });
    let offered = |number: usize| {
        let schema = &run.requests[number].body["response_format"]["json_schema"]["schema"];
        schema["properties"]["verdicts"]["required"].clone()
    };
    assert_eq!(offered(0), json!(["undoes-quickly", "tells-people", "follow-up", "blames-a-person"]));
    assert_eq!(offered(1), json!(["undoes-quickly"]));
}

#[test]
fn each_round_asks_only_for_open_criteria_up_to_three_rounds() {
    let run = judge_with(&[], |number, request| {
        let credit = if number < 2 { "mostly" } else { "some" };
        let reported = ("tells-people", "full", "I told support", "support was told");
        let none = ("follow-up", "none", "", "");
        let open = ("undoes-quickly", credit, QUOTE, "it says so");
        let fault = ("blames-a-person", "perhaps", "", "");
        Action::Reply(match number {
            0 => verdicts(&request.token(), &[open, ("tells-people", "9", "", ""), none, fault]),
            1 => verdicts(&request.token(), &[reported, open, fault]),
            _ => verdicts(&request.token(), &[open, fault]),
        })
    });
    let expected = "undoes-quickly fallback 1, tells-people llm 1, follow-up llm 0, blames-a-person fallback 1";
    run.assert_verdicts("rounds", expected, 50.0, 3);
    let criteria: Vec<_> = run.requests.iter().map(super::endpoint::ChatRequest::criteria).collect();
    assert_eq!(criteria[0], ["undoes-quickly", "tells-people", "follow-up", "blames-a-person"]);
    assert_eq!(criteria[1], ["undoes-quickly", "tells-people", "blames-a-person"]);
    assert_eq!(criteria[2], ["undoes-quickly", "blames-a-person"]);
    assert_eq!(run.grade["usage"]["prompt_tokens"], 300);
}

#[test]
fn a_decided_criterion_is_not_changed_by_a_later_reply() {
    let run = judge_with(&[], |number, request| {
        if number == 0 {
            return Action::Reply(verdicts_except_first(request, &[]));
        }
        let first = ("undoes-quickly", "partial", QUOTE, "it says so");
        Action::Reply(verdicts(
            &request.token(),
            &[("tells-people", "none", "", ""), ("follow-up", "full", QUOTE, "it says so"), first],
        ))
    });
    run.assert_judged("decided twice", 2);
}

#[test]
fn a_refusal_in_a_later_round_keeps_earlier_verdicts() {
    let run = judge_with(&[], |number, request| {
        if number == 0 {
            Action::Reply(verdicts_except_first(request, &[]))
        } else {
            Action::Refuse("No more of this.".to_owned())
        }
    });
    let expected = "undoes-quickly fallback 1, tells-people llm 1, follow-up llm 0, blames-a-person llm 0";
    run.assert_verdicts("refused later", expected, 62.5, 3);
    assert!(run.grade["fallback"].to_string().contains("it refused: No more of this."));
}

#[test]
fn an_endpoint_failure_in_a_later_round_keeps_earlier_verdicts() {
    let run = judge_with(&[], |number, request| {
        if number == 0 {
            Action::Reply(verdicts_except_first(request, &[]))
        } else {
            Action::Status(401, Vec::new(), r#"{"error":{"message":"key revoked"}}"#.to_owned())
        }
    });
    let expected = "undoes-quickly fallback 1, tells-people llm 1, follow-up llm 0, blames-a-person llm 0";
    run.assert_verdicts("failed later", expected, 62.5, 2);
    assert!(run.grade["fallback"].to_string().contains("key revoked"), "{}", run.grade["fallback"]);
}

#[test]
fn verdicts_on_unknown_criteria_are_ignored_if_all_others_are_decided() {
    let unknown_criterion = json!({"criterion": "charm", "credit": "full", "quote": QUOTE, "why": "it says so"});
    let first = first_verdict_with(&json!({"credit": "partial"}));
    let run = judge_with(&[], move |_, request| {
        Action::Reply(verdicts_except_first(request, &[unknown_criterion.clone(), first.clone()]))
    });
    run.assert_judged("unknown criterion", 1);
}

#[test]
fn a_reply_with_only_wrong_verdicts_falls_back_for_all_criteria() {
    let run = judge_with(&[], |_, request| {
        let all = request.criteria();
        let wrong: Vec<_> = all.iter().map(|id| (id.as_str(), "9", QUOTE, "")).collect();
        Action::Reply(verdicts(&request.token(), &wrong))
    });
    run.assert_verdicts("all wrong", ALL_FALLBACK, 37.5, 3);
    assert_eq!(run.requests[2].criteria().len(), 4);
}
