//! Several verdicts on one answer: samples, several judges, a last resort, and the offline scorer beside them.

use serde_json::{Value, json};

use super::endpoint::{Act, Asked, Endpoint, verdicts};
use super::played::{GRADE, Played, criterion, decided, sound};
use super::whole::judged;
use crate::cli::tiny::{ANSWER, tiny};
use crate::support::Gradus;

const QUOTE: &str = "rolled the release back within ten minutes";

/// Verdicts on what is asked about: full for the first, nothing else, but for `tells-people` this credit.
fn telling(asked: &Asked, credit: &str) -> String {
    let quote = if credit == "none" { "" } else { "I told support" };
    let why = format!("it earns {credit}");
    let all = [
        ("undoes-quickly", "full", QUOTE, "it was quick"),
        ("tells-people", credit, quote, &why),
        ("follow-up", "none", "", "no follow-up"),
        ("blames-a-person", "none", "", "nobody is blamed"),
    ];
    let ids = asked.criteria();
    verdicts(&asked.token(), &all.into_iter().filter(|(id, ..)| ids.iter().any(|one| one == id)).collect::<Vec<_>>())
}

/// A judge that gives `tells-people` these credits, one a request.
fn wavering(credits: &'static [&'static str]) -> Endpoint {
    Endpoint::new(move |number, asked| Act::Say(telling(asked, credits[number % credits.len()])))
}

/// The program with these arguments more, asking one endpoint.
fn asking(more: &[&str], endpoint: &Endpoint) -> Gradus {
    judged(&[GRADE.as_slice(), more].concat(), endpoint)
}

/// The program with several judges, and this in `[llm]`.
fn panel(more: &[&str], settings: &str, judges: &[(&str, &Endpoint)]) -> Gradus {
    let judge = |(model, endpoint): &(&str, &Endpoint)| {
        format!("[[judge]]\nmodel = \"{model}\"\nbase_url = \"{}\"\n", endpoint.url())
    };
    let tables: String = judges.iter().map(judge).collect();
    let file = format!("[llm]\nattempts = 1\n{settings}\n{tables}");
    tiny(GRADE.iter().chain(more).copied()).trusted_file(file)
}

/// The credits of the votes on a criterion, sorted.
fn votes(grade: &Value, id: &str) -> Vec<f64> {
    let votes = criterion(grade, id)["votes"].as_array().cloned().unwrap_or_default();
    let mut credits: Vec<f64> = votes.iter().filter_map(|vote| vote["credit"].as_f64()).collect();
    credits.sort_by(f64::total_cmp);
    credits
}

fn is_uncertain(grade: &Value) -> bool {
    grade["flags"].to_string().contains("uncertain-band")
}

#[test]
fn of_three_samples_the_median_counts_and_the_spread_is_told() {
    let endpoint = wavering(&["full", "none", "partial"]);
    let played = Played::of(asking(&["--samples", "3"], &endpoint), ANSWER, &endpoint);
    let expected = "undoes-quickly llm 1, tells-people llm 0.5, follow-up llm 0, blames-a-person llm 0";
    played.comes_to("three", expected, 50.0, 3);
    let told = criterion(&played.grade, "tells-people");
    assert_eq!(
        (&told["spread"], &told["why"], &told["status"]),
        (&json!([0, 1]), &json!("it earns partial"), &json!("partial"))
    );
    assert_eq!(votes(&played.grade, "tells-people"), [0.0, 0.5, 1.0]);
    assert_eq!(criterion(&played.grade, "undoes-quickly")["spread"], json!([1, 1]));
    assert_eq!((&played.grade["grader"]["samples"], &played.grade["grader"]["vote"]), (&json!(3), &json!("median")));
    assert_eq!(played.grade["usage"], json!({"prompt_tokens": 300, "completion_tokens": 60}));
    assert_eq!(played.grade["band"], "partial");
    // With full credit there it is solid.
    assert!(is_uncertain(&played.grade), "{}", played.grade["flags"]);
}

#[test]
fn samples_that_differ_within_a_band_are_certain_of_it() {
    for credits in [&["none", "partial", "none"][..], &["full", "full", "full"]] {
        let endpoint = wavering(credits);
        let played = Played::of(asking(&["--samples", "3"], &endpoint), ANSWER, &endpoint);
        assert!(!is_uncertain(&played.grade), "{credits:?} {}", played.grade["flags"]);
        assert_eq!(votes(&played.grade, "tells-people").len(), 3);
        assert_eq!(played.asked.len(), 3);
    }
}

#[test]
fn one_sample_has_no_votes_and_no_spread() {
    let endpoint = wavering(&["full"]);
    let played = Played::of(asking(&[], &endpoint), ANSWER, &endpoint);
    assert!(decided(&played.grade).all(|one| one["spread"].is_null() && one["votes"].is_null()));
    assert!(played.grade["grader"]["vote"].is_null());
}

#[test]
fn a_sample_that_cannot_be_used_is_left_out_of_the_vote() {
    let endpoint = Endpoint::new(|number, asked| {
        let is_first_round = asked.body["messages"].as_array().map(Vec::len) == Some(2);
        // One conversation goes wrong from its first reply to its last.
        if number == 0 || !is_first_round { Act::Say("8 of 10".to_owned()) } else { Act::Say(telling(asked, "full")) }
    });
    let played = Played::of(asking(&["--samples", "3"], &endpoint), ANSWER, &endpoint);
    let expected = "undoes-quickly llm 1, tells-people llm 1, follow-up llm 0, blames-a-person llm 0";
    played.comes_to("two of three", expected, 62.5, 5);
    assert_eq!(votes(&played.grade, "tells-people"), [1.0, 1.0]);
}

#[test]
fn two_judges_meet_in_the_middle() {
    for vote in ["median", "majority"] {
        let (one, other) = (wavering(&["full"]), wavering(&["none"]));
        let gradus = panel(&[], &format!("vote = \"{vote}\""), &[("small", &one), ("large", &other)]);
        let played = Played::of(gradus, ANSWER, &one);
        let expected = "undoes-quickly llm 1, tells-people llm 0.5, follow-up llm 0, blames-a-person llm 0";
        played.comes_to(vote, expected, 50.0, 1);
        assert_eq!(other.asked().len(), 1);
        let grader = &played.grade["grader"];
        assert_eq!((&grader["model"], &grader["others"][0]["model"]), (&json!("small"), &json!("large")));
        assert_eq!(grader["vote"], vote);
        let votes = json!([{"model": "small", "credit": 1}, {"model": "large", "credit": 0}]);
        assert_eq!(criterion(&played.grade, "tells-people")["votes"], votes);
        assert!(is_uncertain(&played.grade), "{}", played.grade["flags"]);
        assert_eq!(
            (&one.asked()[0].body["model"], &other.asked()[0].body["model"]),
            (&json!("small"), &json!("large"))
        );
    }
}

#[test]
fn of_three_judges_two_decide() {
    for vote in ["median", "majority"] {
        let judges = [wavering(&["none"]), wavering(&["full"]), wavering(&["none"])];
        let named = [("a", &judges[0]), ("b", &judges[1]), ("c", &judges[2])];
        let played = Played::of(panel(&[], &format!("vote = \"{vote}\""), &named), ANSWER, &judges[1]);
        let expected = "undoes-quickly llm 1, tells-people llm 0, follow-up llm 0, blames-a-person llm 0";
        played.comes_to(vote, expected, 37.5, 1);
    }
}

#[test]
fn what_most_judges_say_is_not_what_lies_in_the_middle() {
    for (vote, credit) in [("median", 0.25), ("majority", 0.0)] {
        let endpoint = wavering(&["none", "none", "partial", "full"]);
        let gradus = asking(&["--samples", "4", "--vote", vote], &endpoint);
        let played = Played::of(gradus, ANSWER, &endpoint);
        assert_eq!(criterion(&played.grade, "tells-people")["credit"].as_f64(), Some(credit), "{vote}");
    }
}

#[test]
fn a_judge_that_fails_leaves_the_verdict_to_the_other() {
    let (one, other) = (wavering(&["full"]), Endpoint::new(|_, _| Act::Status(401, vec![], "no".to_owned())));
    let gradus = panel(&[], "", &[("small", &one), ("large", &other)]);
    let played = Played::of(gradus, ANSWER, &one);
    let expected = "undoes-quickly llm 1, tells-people llm 1, follow-up llm 0, blames-a-person llm 0";
    played.comes_to("one of two", expected, 62.5, 1);
    assert_eq!(other.asked().len(), 1);
}

#[test]
fn a_judge_that_fails_is_told_of_though_another_decided() {
    let (one, other) = (wavering(&["full"]), Endpoint::new(|_, _| Act::Status(401, vec![], "no key".to_owned())));
    let ran = panel(&[], "", &[("small", &one), ("large", &other)]).run().done();
    assert!(format!("{}{}", ran.out, ran.err).contains("no key"), "{}{}", ran.out, ran.err);
}

#[test]
fn the_last_judge_is_asked_where_samples_differ_and_decides() {
    let cheap = wavering(&["none", "partial", "none"]);
    let dear = wavering(&["full"]);
    let more = ["--samples", "3", "--escalate"];
    let played = Played::of(panel(&more, "", &[("cheap", &cheap), ("dear", &dear)]), ANSWER, &cheap);
    let expected = "undoes-quickly llm 1, tells-people llm 1, follow-up llm 0, blames-a-person llm 0";
    played.comes_to("escalated", expected, 62.5, 3);
    let asked = dear.asked();
    assert_eq!(asked.iter().map(Asked::criteria).collect::<Vec<_>>(), [["tells-people"]]);
    assert_eq!(criterion(&played.grade, "tells-people")["why"], "it earns full");
    assert_eq!(votes(&played.grade, "tells-people"), [0.0, 0.0, 0.5, 1.0]);
    assert_eq!(votes(&played.grade, "undoes-quickly"), [1.0, 1.0, 1.0]);
    assert_eq!(played.grade["usage"]["prompt_tokens"], 400);
}

#[test]
fn the_last_judge_is_not_asked_where_all_agree() {
    let (cheap, dear) = (wavering(&["none"]), wavering(&["full"]));
    let more = ["--samples", "2", "--escalate"];
    let played = Played::of(panel(&more, "", &[("cheap", &cheap), ("dear", &dear)]), ANSWER, &cheap);
    let expected = "undoes-quickly llm 1, tells-people llm 0, follow-up llm 0, blames-a-person llm 0";
    played.comes_to("agreed", expected, 37.5, 2);
    assert_eq!(dear.asked().len(), 0);
}

#[test]
fn the_last_judge_is_asked_where_the_first_gives_no_verdict() {
    let (cheap, dear) = (Endpoint::new(|_, _| Act::Status(500, vec![], "oh".to_owned())), wavering(&["full"]));
    let played =
        Played::of(panel(&["--samples", "2", "--escalate"], "", &[("cheap", &cheap), ("dear", &dear)]), ANSWER, &cheap);
    let expected = "undoes-quickly llm 1, tells-people llm 1, follow-up llm 0, blames-a-person llm 0";
    played.comes_to("unanswered", expected, 62.5, 2);
    assert_eq!(dear.asked().len(), 1);
}

#[test]
fn a_last_judge_that_fails_leaves_what_the_others_said() {
    let cheap = wavering(&["none", "full"]);
    let dear = Endpoint::new(|_, _| Act::Status(500, vec![], "oh".to_owned()));
    let more = ["--samples", "2", "--escalate"];
    let played = Played::of(panel(&more, "", &[("cheap", &cheap), ("dear", &dear)]), ANSWER, &cheap);
    let expected = "undoes-quickly llm 1, tells-people llm 0.5, follow-up llm 0, blames-a-person llm 0";
    played.comes_to("no last word", expected, 50.0, 2);
    assert_eq!(dear.asked().len(), 1);
    assert!(is_uncertain(&played.grade), "{}", played.grade["flags"]);
}

#[test]
fn what_the_scorer_says_besides_is_told_when_asked_for() {
    let offline = |grade: &Value| decided(grade).map(|one| one["offline"].as_f64()).collect::<Vec<_>>();
    let endpoint = Endpoint::new(|_, asked| Act::Say(sound(asked)));
    let crossed = Played::of(asking(&["--cross-check"], &endpoint), ANSWER, &endpoint);
    crossed.is_judged("crossed", 1);
    assert_eq!(offline(&crossed.grade), [Some(1.0), Some(0.5), Some(0.0), Some(1.0)]);
    let plain = Played::of(asking(&[], &endpoint), ANSWER, &endpoint);
    assert_eq!(offline(&plain.grade), [None; 4]);
    assert_ne!(plain.grade["fingerprint"], crossed.grade["fingerprint"]);
}

#[test]
fn the_report_lists_what_judge_and_scorer_see_differently() {
    let endpoint = Endpoint::new(|_, asked| Act::Say(sound(asked)));
    let arguments = ["grade", "answer.md", "--question", "undo-release", "--cross-check"];
    let crossed = judged(&arguments, &endpoint).run().done();
    let plain = judged(&arguments[..4], &endpoint).run().done();
    assert_ne!(crossed.out, plain.out, "nothing is listed");
    assert!(crossed.out.to_lowercase().contains("offline"), "{}", crossed.out);
}
