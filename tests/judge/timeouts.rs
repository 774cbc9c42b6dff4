//! Tests of timeouts, the deadline, attempts and `Retry-After`.

use std::time::{Duration, Instant, SystemTime};

use super::endpoint::{Action, ChatRequest};
use super::scripted_judge::{JudgedRun, Respond, judge_with, valid_verdicts};

/// Much longer than the maximum wait of any test.
const LONG: Duration = Duration::from_mins(2);

fn too_many_requests(after: Option<String>) -> Action {
    let headers = after.map(|after| ("retry-after", after)).into_iter().collect();
    Action::Status(429, headers, r#"{"error":{"message":"too many requests at once"}}"#.to_owned())
}

/// The grade and its duration.
fn timed_grade(
    settings: &[(&str, &str)],
    script: impl Fn(usize, &ChatRequest) -> Action + Send + Sync + 'static,
) -> (JudgedRun, Duration) {
    let started = Instant::now();
    (judge_with(settings, script), started.elapsed())
}

#[test]
fn three_429_responses_are_retried_until_a_reply_comes() {
    for after in [None, Some("0"), Some("soon"), Some("-5")] {
        let (run, took) = timed_grade(&[("GRADUS_LLM_ATTEMPTS", "5")], move |number, request| {
            if number < 3 {
                too_many_requests(after.map(str::to_owned))
            } else {
                Action::Reply(valid_verdicts(request))
            }
        });
        run.assert_judged(&format!("{after:?}"), 4);
        assert!(took < Duration::from_secs(20), "{took:?}");
    }
}

#[test]
fn the_number_of_attempts_is_limited() {
    let (run, _) = timed_grade(&[("GRADUS_LLM_ATTEMPTS", "3")], |_, _| too_many_requests(None));
    run.assert_fell_back("always", 3, "127.0.0.1 answered 429: too many requests at once (after 3 attempts)");
    let (run, _) = timed_grade(&[("GRADUS_LLM_ATTEMPTS", "1")], |_, _| too_many_requests(None));
    run.assert_fell_back("one attempt", 1, "too many requests at once");
    assert!(!run.grade["fallback"].to_string().contains("times"), "{}", run.grade["fallback"]);
}

#[test]
fn retry_after_in_seconds_is_respected() {
    let (run, took) = timed_grade(&[], |number, request| {
        if number == 0 { too_many_requests(Some("1".to_owned())) } else { Action::Reply(valid_verdicts(request)) }
    });
    run.assert_judged("seconds", 2);
    assert!(took >= Duration::from_secs(1), "{took:?}");
}

#[test]
fn retry_after_as_a_date_is_respected() {
    // The date has no fractions of a second, so of two seconds at least one is left.
    let (run, took) = timed_grade(&[], |number, request| {
        let date = httpdate::fmt_http_date(SystemTime::now() + Duration::from_secs(2));
        if number == 0 { too_many_requests(Some(date)) } else { Action::Reply(valid_verdicts(request)) }
    });
    run.assert_judged("a date", 2);
    assert!(took >= Duration::from_secs(1), "{took:?}");
}

#[test]
fn retry_after_in_the_past_does_not_delay_the_retry() {
    let (run, took) = timed_grade(&[], |number, request| {
        let date = httpdate::fmt_http_date(SystemTime::now() - LONG);
        if number == 0 { too_many_requests(Some(date)) } else { Action::Reply(valid_verdicts(request)) }
    });
    run.assert_judged("the past", 2);
    assert!(took < Duration::from_secs(20), "{took:?}");
}

#[test]
fn retry_after_beyond_the_deadline_gives_up_immediately() {
    let date = httpdate::fmt_http_date(SystemTime::now() + LONG);
    for retry_after in ["120".to_owned(), date, "99999999999999999999".to_owned()] {
        let reported = retry_after.clone();
        let settings = [("GRADUS_LLM_ATTEMPTS", "5"), ("GRADUS_LLM_DEADLINE", "20")];
        let (run, took) = timed_grade(&settings, move |_, _| too_many_requests(Some(reported.clone())));
        run.assert_fell_back(&retry_after, 1, "127.0.0.1 answered 429: too many requests at once");
        assert!(took < Duration::from_secs(20), "{retry_after}: {took:?}");
    }
}

#[test]
fn a_slow_first_byte_within_the_timeout_is_accepted() {
    let slow = |_: usize, request: &ChatRequest| {
        Action::After(Duration::from_millis(300), Box::new(Action::Reply(valid_verdicts(request))))
    };
    let (run, took) = timed_grade(&[("GRADUS_LLM_TIMEOUT", "20")], slow);
    run.assert_judged("slow", 1);
    assert!(took >= Duration::from_millis(300), "{took:?}");
}

#[test]
fn a_reply_slower_than_the_timeout_is_retried_and_then_given_up() {
    let silent: Respond = |_| Action::Hang;
    let slow: Respond = |request| Action::After(LONG, Box::new(Action::Reply(valid_verdicts(request))));
    let drips: Respond = |request| Action::Drip(valid_verdicts(request), Duration::from_millis(50));
    for (case, act) in [("silent", silent), ("slow", slow), ("drips", drips)] {
        let settings = [("GRADUS_LLM_TIMEOUT", "0.5")];
        let (always, took) = timed_grade(&settings, move |_, request| act(request));
        always.assert_fell_back(case, 2, "127.0.0.1 did not answer within 0.5 s (after 2 attempts)");
        assert!(took >= Duration::from_secs(1) && took < Duration::from_secs(20), "{case}: {took:?}");
        let settings = [("GRADUS_LLM_TIMEOUT", "2")];
        let once = |number: usize, request: &ChatRequest| {
            if number == 0 { Action::Hang } else { Action::Reply(valid_verdicts(request)) }
        };
        timed_grade(&settings, once).0.assert_judged(case, 2);
    }
}

#[test]
fn the_deadline_limits_all_attempts_together() {
    let settings = [("GRADUS_LLM_TIMEOUT", "60"), ("GRADUS_LLM_DEADLINE", "1"), ("GRADUS_LLM_ATTEMPTS", "9")];
    let (run, took) = timed_grade(&settings, |_, _| Action::Hang);
    run.assert_fell_back("silent", 1, "127.0.0.1 did not answer within 1.0 s");
    assert!(took < Duration::from_secs(20), "{took:?}");
}

#[test]
fn the_deadline_limits_all_rounds_together() {
    let settings = [("GRADUS_LLM_TIMEOUT", "60"), ("GRADUS_LLM_DEADLINE", "1.5")];
    let (run, took) = timed_grade(&settings, |number, _| {
        if number == 0 {
            Action::After(Duration::from_millis(700), Box::new(Action::Reply("8 of 10".to_owned())))
        } else {
            Action::Hang
        }
    });
    run.assert_fell_back("asked again", 2, "127.0.0.1 did not answer within 0.");
    assert!(took < Duration::from_secs(20), "{took:?}");
}
