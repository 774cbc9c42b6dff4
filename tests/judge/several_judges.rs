//! Tests of several verdicts on one answer: samples, several judges, escalation and cross-check.

use serde_json::{Value, json};

use super::endpoint::{Action, ChatRequest, Endpoint, verdicts};
use super::judged_report::judged;
use super::scripted_judge::{GRADE, JudgedRun, criterion, decided, valid_verdicts};
use crate::cli::tiny_bank::{ANSWER, tiny};
use crate::support::Gradus;

const QUOTE: &str = "rolled the release back within ten minutes";

/// Verdicts on the requested criteria: full credit for the first, `credit` for `tells-people`, none for the others.
fn verdicts_with_credit(request: &ChatRequest, credit: &str) -> String {
    let quote = if credit == "none" { "" } else { "I told support" };
    let why = format!("it earns {credit}");
    let all = [
        ("undoes-quickly", "full", QUOTE, "it was quick"),
        ("tells-people", credit, quote, &why),
        ("follow-up", "none", "", "no follow-up"),
        ("blames-a-person", "none", "", "nobody is blamed"),
    ];
    let ids = request.criteria();
    verdicts(&request.token(), &all.into_iter().filter(|(id, ..)| ids.iter().any(|one| one == id)).collect::<Vec<_>>())
}

/// A judge that gives `tells-people` these credits in turn, one per request.
fn judge_giving(credits: &'static [&'static str]) -> Endpoint {
    Endpoint::new(move |number, request| Action::Reply(verdicts_with_credit(request, credits[number % credits.len()])))
}

/// The command `gradus grade` with additional arguments and one endpoint.
fn grade_with_judge(more: &[&str], endpoint: &Endpoint) -> Gradus {
    judged(&[GRADE.as_slice(), more].concat(), endpoint)
}

/// The command `gradus grade` with several judges and these lines in `[llm]`.
fn grade_with_judges(more: &[&str], settings: &str, judges: &[(&str, &Endpoint)]) -> Gradus {
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
fn the_median_of_three_samples_counts_and_the_spread_is_reported() {
    let endpoint = judge_giving(&["full", "none", "partial"]);
    let run = JudgedRun::of(grade_with_judge(&["--samples", "3"], &endpoint), ANSWER, &endpoint);
    let expected = "undoes-quickly llm 1, tells-people llm 0.5, follow-up llm 0, blames-a-person llm 0";
    run.assert_verdicts("three", expected, 50.0, 3);
    let reported = criterion(&run.grade, "tells-people");
    assert_eq!(
        (&reported["spread"], &reported["why"], &reported["status"]),
        (&json!([0, 1]), &json!("it earns partial"), &json!("partial"))
    );
    assert_eq!(votes(&run.grade, "tells-people"), [0.0, 0.5, 1.0]);
    assert_eq!(criterion(&run.grade, "undoes-quickly")["spread"], json!([1, 1]));
    assert_eq!((&run.grade["grader"]["samples"], &run.grade["grader"]["vote"]), (&json!(3), &json!("median")));
    assert_eq!(run.grade["usage"], json!({"prompt_tokens": 300, "completion_tokens": 60}));
    assert_eq!(run.grade["band"], "partial");
    // With full credit the answer is in the band solid.
    assert!(is_uncertain(&run.grade), "{}", run.grade["flags"]);
}

#[test]
fn samples_that_differ_within_a_band_are_not_flagged_uncertain() {
    for credits in [&["none", "partial", "none"][..], &["full", "full", "full"]] {
        let endpoint = judge_giving(credits);
        let run = JudgedRun::of(grade_with_judge(&["--samples", "3"], &endpoint), ANSWER, &endpoint);
        assert!(!is_uncertain(&run.grade), "{credits:?} {}", run.grade["flags"]);
        assert_eq!(votes(&run.grade, "tells-people").len(), 3);
        assert_eq!(run.requests.len(), 3);
    }
}

#[test]
fn one_sample_has_no_votes_and_no_spread() {
    let endpoint = judge_giving(&["full"]);
    let run = JudgedRun::of(grade_with_judge(&[], &endpoint), ANSWER, &endpoint);
    assert!(decided(&run.grade).all(|one| one["spread"].is_null() && one["votes"].is_null()));
    assert!(run.grade["grader"]["vote"].is_null());
}

#[test]
fn an_unusable_sample_is_left_out_of_the_vote() {
    let endpoint = Endpoint::new(|number, request| {
        let is_first_round = request.body["messages"].as_array().map(Vec::len) == Some(2);
        // All replies of one conversation are unusable.
        if number == 0 || !is_first_round {
            Action::Reply("8 of 10".to_owned())
        } else {
            Action::Reply(verdicts_with_credit(request, "full"))
        }
    });
    let run = JudgedRun::of(grade_with_judge(&["--samples", "3"], &endpoint), ANSWER, &endpoint);
    let expected = "undoes-quickly llm 1, tells-people llm 1, follow-up llm 0, blames-a-person llm 0";
    run.assert_verdicts("two of three", expected, 62.5, 5);
    assert_eq!(votes(&run.grade, "tells-people"), [1.0, 1.0]);
}

#[test]
fn the_median_of_two_judges_is_between_their_verdicts() {
    for vote in ["median", "majority"] {
        let (one, other) = (judge_giving(&["full"]), judge_giving(&["none"]));
        let gradus = grade_with_judges(&[], &format!("vote = \"{vote}\""), &[("small", &one), ("large", &other)]);
        let run = JudgedRun::of(gradus, ANSWER, &one);
        let expected = "undoes-quickly llm 1, tells-people llm 0.5, follow-up llm 0, blames-a-person llm 0";
        run.assert_verdicts(vote, expected, 50.0, 1);
        assert_eq!(other.requests().len(), 1);
        let grader = &run.grade["grader"];
        assert_eq!((&grader["model"], &grader["others"][0]["model"]), (&json!("small"), &json!("large")));
        assert_eq!(grader["vote"], vote);
        let votes = json!([{"model": "small", "credit": 1}, {"model": "large", "credit": 0}]);
        assert_eq!(criterion(&run.grade, "tells-people")["votes"], votes);
        assert!(is_uncertain(&run.grade), "{}", run.grade["flags"]);
        assert_eq!(
            (&one.requests()[0].body["model"], &other.requests()[0].body["model"]),
            (&json!("small"), &json!("large"))
        );
    }
}

#[test]
fn two_of_three_judges_decide() {
    for vote in ["median", "majority"] {
        let judges = [judge_giving(&["none"]), judge_giving(&["full"]), judge_giving(&["none"])];
        let named = [("a", &judges[0]), ("b", &judges[1]), ("c", &judges[2])];
        let run = JudgedRun::of(grade_with_judges(&[], &format!("vote = \"{vote}\""), &named), ANSWER, &judges[1]);
        let expected = "undoes-quickly llm 1, tells-people llm 0, follow-up llm 0, blames-a-person llm 0";
        run.assert_verdicts(vote, expected, 37.5, 1);
    }
}

#[test]
fn majority_and_median_can_differ() {
    for (vote, credit) in [("median", 0.25), ("majority", 0.0)] {
        let endpoint = judge_giving(&["none", "none", "partial", "full"]);
        let gradus = grade_with_judge(&["--samples", "4", "--vote", vote], &endpoint);
        let run = JudgedRun::of(gradus, ANSWER, &endpoint);
        assert_eq!(criterion(&run.grade, "tells-people")["credit"].as_f64(), Some(credit), "{vote}");
    }
}

#[test]
fn a_failing_judge_leaves_the_verdict_to_the_other_judge() {
    let (one, other) = (judge_giving(&["full"]), Endpoint::new(|_, _| Action::Status(401, vec![], "no".to_owned())));
    let gradus = grade_with_judges(&[], "", &[("small", &one), ("large", &other)]);
    let run = JudgedRun::of(gradus, ANSWER, &one);
    let expected = "undoes-quickly llm 1, tells-people llm 1, follow-up llm 0, blames-a-person llm 0";
    run.assert_verdicts("one of two", expected, 62.5, 1);
    assert_eq!(other.requests().len(), 1);
}

#[test]
fn a_failing_judge_is_reported_even_if_another_judge_decided() {
    let (one, other) =
        (judge_giving(&["full"]), Endpoint::new(|_, _| Action::Status(401, vec![], "no key".to_owned())));
    let ran = grade_with_judges(&[], "", &[("small", &one), ("large", &other)]).run().success();
    assert!(format!("{}{}", ran.out, ran.err).contains("no key"), "{}{}", ran.out, ran.err);
}

#[test]
fn escalation_asks_the_last_judge_where_samples_differ() {
    let cheap = judge_giving(&["none", "partial", "none"]);
    let dear = judge_giving(&["full"]);
    let more = ["--samples", "3", "--escalate"];
    let run = JudgedRun::of(grade_with_judges(&more, "", &[("cheap", &cheap), ("dear", &dear)]), ANSWER, &cheap);
    let expected = "undoes-quickly llm 1, tells-people llm 1, follow-up llm 0, blames-a-person llm 0";
    run.assert_verdicts("escalated", expected, 62.5, 3);
    let requests = dear.requests();
    assert_eq!(requests.iter().map(ChatRequest::criteria).collect::<Vec<_>>(), [["tells-people"]]);
    assert_eq!(criterion(&run.grade, "tells-people")["why"], "it earns full");
    assert_eq!(votes(&run.grade, "tells-people"), [0.0, 0.0, 0.5, 1.0]);
    assert_eq!(votes(&run.grade, "undoes-quickly"), [1.0, 1.0, 1.0]);
    assert_eq!(run.grade["usage"]["prompt_tokens"], 400);
}

#[test]
fn escalation_does_not_ask_the_last_judge_where_all_agree() {
    let (cheap, dear) = (judge_giving(&["none"]), judge_giving(&["full"]));
    let more = ["--samples", "2", "--escalate"];
    let run = JudgedRun::of(grade_with_judges(&more, "", &[("cheap", &cheap), ("dear", &dear)]), ANSWER, &cheap);
    let expected = "undoes-quickly llm 1, tells-people llm 0, follow-up llm 0, blames-a-person llm 0";
    run.assert_verdicts("agreed", expected, 37.5, 2);
    assert_eq!(dear.requests().len(), 0);
}

#[test]
fn escalation_asks_the_last_judge_where_the_first_gives_no_verdict() {
    let (cheap, dear) = (Endpoint::new(|_, _| Action::Status(500, vec![], "oh".to_owned())), judge_giving(&["full"]));
    let run = JudgedRun::of(
        grade_with_judges(&["--samples", "2", "--escalate"], "", &[("cheap", &cheap), ("dear", &dear)]),
        ANSWER,
        &cheap,
    );
    let expected = "undoes-quickly llm 1, tells-people llm 1, follow-up llm 0, blames-a-person llm 0";
    run.assert_verdicts("unanswered", expected, 62.5, 2);
    assert_eq!(dear.requests().len(), 1);
}

#[test]
fn a_failing_last_judge_keeps_the_verdicts_of_the_others() {
    let cheap = judge_giving(&["none", "full"]);
    let dear = Endpoint::new(|_, _| Action::Status(500, vec![], "oh".to_owned()));
    let more = ["--samples", "2", "--escalate"];
    let run = JudgedRun::of(grade_with_judges(&more, "", &[("cheap", &cheap), ("dear", &dear)]), ANSWER, &cheap);
    let expected = "undoes-quickly llm 1, tells-people llm 0.5, follow-up llm 0, blames-a-person llm 0";
    run.assert_verdicts("no last word", expected, 50.0, 2);
    assert_eq!(dear.requests().len(), 1);
    assert!(is_uncertain(&run.grade), "{}", run.grade["flags"]);
}

#[test]
fn cross_check_adds_the_credit_of_the_offline_scorer() {
    let offline = |grade: &Value| decided(grade).map(|one| one["offline"].as_f64()).collect::<Vec<_>>();
    let endpoint = Endpoint::new(|_, request| Action::Reply(valid_verdicts(request)));
    let crossed = JudgedRun::of(grade_with_judge(&["--cross-check"], &endpoint), ANSWER, &endpoint);
    crossed.assert_judged("crossed", 1);
    assert_eq!(offline(&crossed.grade), [Some(1.0), Some(0.5), Some(0.0), Some(1.0)]);
    let plain = JudgedRun::of(grade_with_judge(&[], &endpoint), ANSWER, &endpoint);
    assert_eq!(offline(&plain.grade), [None; 4]);
    assert_ne!(plain.grade["fingerprint"], crossed.grade["fingerprint"]);
}

#[test]
fn cross_check_report_lists_differences_of_judge_and_scorer() {
    let endpoint = Endpoint::new(|_, request| Action::Reply(valid_verdicts(request)));
    let arguments = ["grade", "answer.md", "--question", "undo-release", "--cross-check"];
    let crossed = judged(&arguments, &endpoint).run().success();
    let plain = judged(&arguments[..4], &endpoint).run().success();
    assert_ne!(crossed.out, plain.out, "no difference is listed");
    assert!(crossed.out.to_lowercase().contains("offline"), "{}", crossed.out);
}

#[test]
fn prompt_prints_the_messages_and_tokens_of_each_judge() {
    let file = "[[judge]]\nmodel = \"small\"\ncontext = 20000\n[[judge]]\nmodel = \"gpt-4o\"\ncontext = 30000\n";
    let prompt = |more: &[&str]| {
        let arguments = ["prompt", "undo-release", "answer.md"].iter().chain(more).copied();
        tiny(arguments).trusted_file(file).run().success()
    };
    let text = prompt(&[]).out;
    let (small, large) = text.split_once("=== for gpt-4o\n").expect("two judges");
    assert!(
        small.starts_with("=== for small\n") && small.contains("because the tokenizer of small is not known"),
        "{small}"
    );
    assert!(large.contains("tokens are counted with the tokenizer of gpt-4o"), "{large}");
    let judges = prompt(&["--format", "json"]).json();
    let of = |key: &str| [judges[0][key].clone(), judges[1][key].clone()];
    assert_eq!((of("model"), of("counting")), ([json!("small"), json!("gpt-4o")], [json!("guessed"), json!("known")]));
    assert!(of("room")[0].as_u64() < of("room")[1].as_u64(), "{:?}", of("room"));
}
