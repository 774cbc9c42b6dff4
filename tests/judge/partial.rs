//! Replies of which some verdicts can be used: only the others are asked for again.

use serde_json::{Value, json};

use super::endpoint::{Act, verdicts};
use super::played::{STOOD_IN, criterion, last_words, played, sound, sound_but};

const QUOTE: &str = "rolled the release back within ten minutes";

/// A verdict on the first criterion, with fields in the place of its own, or without them: `(none)`.
fn but(fields: &Value) -> Value {
    let mut verdict = json!({"criterion": "undoes-quickly", "credit": "full", "quote": QUOTE, "why": "it says so"});
    let own = verdict.as_object_mut().expect("an object");
    for (name, value) in fields.as_object().expect("fields") {
        if value == "(none)" { drop(own.remove(name)) } else { own[name] = value.clone() }
    }
    verdict
}

/// What stands in the place of the verdict on the first criterion, and what is said of it.
fn unusable() -> Vec<(Vec<Value>, &'static str)> {
    let one = |fields: Value| vec![but(&fields)];
    vec![
        (vec![], "no verdict for `undoes-quickly`"),
        (vec![but(&json!({})), but(&json!({"credit": "none"}))], "two verdicts for `undoes-quickly`"),
        (vec![but(&json!({})), but(&json!({}))], "two verdicts for `undoes-quickly`"),
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
fn one_wrong_verdict_is_asked_for_again_and_no_other() {
    for (bad, fault) in unusable() {
        let case = format!("{bad:?}");
        let script_bad = bad.clone();
        let mended = played(&[], move |number, asked| {
            Act::Say(if number == 0 { sound_but(asked, &script_bad) } else { sound(asked) })
        });
        mended.is_judged(&case, 2);
        let again = &mended.asked[1];
        assert_eq!(again.criteria(), ["undoes-quickly"], "{case}");
        assert!(last_words(again).contains(fault), "{case}: no {fault:?} in {}", last_words(again));
        assert!(again.prompt().contains(&again.token()) && again.token() == mended.asked[0].token(), "{case}");
    }
}

#[test]
fn a_verdict_that_stays_wrong_is_the_scorers_and_the_others_stay_the_judges() {
    let expected = "undoes-quickly fallback 1, tells-people llm 1, follow-up llm 0, blames-a-person llm 0";
    for (bad, fault) in unusable() {
        let case = format!("{bad:?}");
        let played = played(&[], move |_, asked| Act::Say(sound_but(asked, &bad)));
        played.comes_to(&case, expected, 62.5, 3);
        let reason = played.grade["fallback"].as_str().expect("a reason");
        assert!(reason.starts_with("the judge gave no usable verdict, asked 3 times: "), "{case}: {reason}");
        assert!(reason.contains(fault), "{case}: no {fault:?} in {reason}");
        assert_eq!(criterion(&played.grade, "tells-people")["evidence"][0]["quote"], "I told support", "{case}");
        assert_eq!(criterion(&played.grade, "undoes-quickly")["evidence"][0]["concept"], "rollback", "{case}");
    }
}

#[test]
fn the_schema_of_a_second_request_offers_what_is_open_alone() {
    let played = played(&[], |number, asked| Act::Say(if number == 0 { sound_but(asked, &[]) } else { sound(asked) }));
    let offered = |number: usize| {
        let schema = &played.asked[number].body["response_format"]["json_schema"]["schema"];
        schema["properties"]["verdicts"]["required"].clone()
    };
    assert_eq!(offered(0), json!(["undoes-quickly", "tells-people", "follow-up", "blames-a-person"]));
    assert_eq!(offered(1), json!(["undoes-quickly"]));
}

#[test]
fn each_round_asks_for_less_until_the_third() {
    let played = played(&[], |number, asked| {
        let credit = if number < 2 { "mostly" } else { "some" };
        let told = ("tells-people", "full", "I told support", "support was told");
        let none = ("follow-up", "none", "", "");
        let open = ("undoes-quickly", credit, QUOTE, "it says so");
        let fault = ("blames-a-person", "perhaps", "", "");
        Act::Say(match number {
            0 => verdicts(&asked.token(), &[open, ("tells-people", "9", "", ""), none, fault]),
            1 => verdicts(&asked.token(), &[told, open, fault]),
            _ => verdicts(&asked.token(), &[open, fault]),
        })
    });
    let expected = "undoes-quickly fallback 1, tells-people llm 1, follow-up llm 0, blames-a-person fallback 1";
    played.comes_to("rounds", expected, 50.0, 3);
    let asked: Vec<_> = played.asked.iter().map(super::endpoint::Asked::criteria).collect();
    assert_eq!(asked[0], ["undoes-quickly", "tells-people", "follow-up", "blames-a-person"]);
    assert_eq!(asked[1], ["undoes-quickly", "tells-people", "blames-a-person"]);
    assert_eq!(asked[2], ["undoes-quickly", "blames-a-person"]);
    assert_eq!(played.grade["usage"]["prompt_tokens"], 300);
}

#[test]
fn what_was_decided_is_not_decided_again() {
    let played = played(&[], |number, asked| {
        if number == 0 {
            return Act::Say(sound_but(asked, &[]));
        }
        let first = ("undoes-quickly", "partial", QUOTE, "it says so");
        Act::Say(verdicts(
            &asked.token(),
            &[("tells-people", "none", "", ""), ("follow-up", "full", QUOTE, "it says so"), first],
        ))
    });
    played.is_judged("decided twice", 2);
}

#[test]
fn a_model_that_refuses_when_asked_again_keeps_what_it_said() {
    let played = played(&[], |number, asked| {
        if number == 0 { Act::Say(sound_but(asked, &[])) } else { Act::Refuse("No more of this.".to_owned()) }
    });
    let expected = "undoes-quickly fallback 1, tells-people llm 1, follow-up llm 0, blames-a-person llm 0";
    played.comes_to("refused later", expected, 62.5, 3);
    assert!(played.grade["fallback"].to_string().contains("it refused: No more of this."));
}

#[test]
fn an_endpoint_that_fails_when_asked_again_keeps_what_was_said() {
    let played = played(&[], |number, asked| {
        if number == 0 {
            Act::Say(sound_but(asked, &[]))
        } else {
            Act::Status(401, Vec::new(), r#"{"error":{"message":"key revoked"}}"#.to_owned())
        }
    });
    let expected = "undoes-quickly fallback 1, tells-people llm 1, follow-up llm 0, blames-a-person llm 0";
    played.comes_to("failed later", expected, 62.5, 2);
    assert!(played.grade["fallback"].to_string().contains("key revoked"), "{}", played.grade["fallback"]);
}

#[test]
fn strangers_among_the_verdicts_change_nothing_once_all_is_decided() {
    let stranger = json!({"criterion": "charm", "credit": "full", "quote": QUOTE, "why": "it says so"});
    let first = but(&json!({"credit": "partial"}));
    let played = played(&[], move |_, asked| Act::Say(sound_but(asked, &[stranger.clone(), first.clone()])));
    played.is_judged("a stranger", 1);
}

#[test]
fn all_wrong_is_as_good_as_nothing() {
    let played = played(&[], |_, asked| {
        let all = asked.criteria();
        let wrong: Vec<_> = all.iter().map(|id| (id.as_str(), "9", QUOTE, "")).collect();
        Act::Say(verdicts(&asked.token(), &wrong))
    });
    played.comes_to("all wrong", STOOD_IN, 37.5, 3);
    assert_eq!(played.asked[2].criteria().len(), 4);
}
