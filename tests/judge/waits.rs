//! How long a judge is waited for: timeouts, the deadline, and what servers wish.

use std::time::{Duration, Instant, SystemTime};

use super::endpoint::{Act, Asked};
use super::played::{Played, Plays, played, sound};

/// Far more than the longest that a test may wait.
const LONG: Duration = Duration::from_mins(2);

fn limited(after: Option<String>) -> Act {
    let headers = after.map(|after| ("retry-after", after)).into_iter().collect();
    Act::Status(429, headers, r#"{"error":{"message":"too many requests at once"}}"#.to_owned())
}

/// The grade and how long it took.
fn timed(
    settings: &[(&str, &str)],
    script: impl Fn(usize, &Asked) -> Act + Send + Sync + 'static,
) -> (Played, Duration) {
    let begun = Instant::now();
    (played(settings, script), begun.elapsed())
}

#[test]
fn three_429s_and_then_a_reply_are_waited_out() {
    for after in [None, Some("0"), Some("soon"), Some("-5")] {
        let (played, took) = timed(&[("GRADUS_LLM_ATTEMPTS", "5")], move |number, asked| {
            if number < 3 { limited(after.map(str::to_owned)) } else { Act::Say(sound(asked)) }
        });
        played.is_judged(&format!("{after:?}"), 4);
        assert!(took < Duration::from_secs(20), "{took:?}");
    }
}

#[test]
fn attempts_are_counted() {
    let (played, _) = timed(&[("GRADUS_LLM_ATTEMPTS", "3")], |_, _| limited(None));
    played.is_stood_in_for("always", 3, "127.0.0.1 answered 429: too many requests at once, 3 times");
    let (played, _) = timed(&[("GRADUS_LLM_ATTEMPTS", "1")], |_, _| limited(None));
    played.is_stood_in_for("one attempt", 1, "too many requests at once");
    assert!(!played.grade["fallback"].to_string().contains("times"), "{}", played.grade["fallback"]);
}

#[test]
fn a_server_that_wishes_seconds_is_left_alone_for_so_long() {
    let (played, took) =
        timed(&[], |number, asked| if number == 0 { limited(Some("1".to_owned())) } else { Act::Say(sound(asked)) });
    played.is_judged("seconds", 2);
    assert!(took >= Duration::from_secs(1), "{took:?}");
}

#[test]
fn a_server_that_wishes_a_date_is_left_alone_until_then() {
    // The date has no fractions of a second: at least one second is left of two.
    let (played, took) = timed(&[], |number, asked| {
        let date = httpdate::fmt_http_date(SystemTime::now() + Duration::from_secs(2));
        if number == 0 { limited(Some(date)) } else { Act::Say(sound(asked)) }
    });
    played.is_judged("a date", 2);
    assert!(took >= Duration::from_secs(1), "{took:?}");
}

#[test]
fn a_date_in_the_past_is_not_waited_for() {
    let (played, took) = timed(&[], |number, asked| {
        let date = httpdate::fmt_http_date(SystemTime::now() - LONG);
        if number == 0 { limited(Some(date)) } else { Act::Say(sound(asked)) }
    });
    played.is_judged("the past", 2);
    assert!(took < Duration::from_secs(20), "{took:?}");
}

#[test]
fn a_wish_beyond_the_deadline_is_given_up_at_once() {
    let date = httpdate::fmt_http_date(SystemTime::now() + LONG);
    for wish in ["120".to_owned(), date, "99999999999999999999".to_owned()] {
        let told = wish.clone();
        let settings = [("GRADUS_LLM_ATTEMPTS", "5"), ("GRADUS_LLM_DEADLINE", "20")];
        let (played, took) = timed(&settings, move |_, _| limited(Some(told.clone())));
        played.is_stood_in_for(&wish, 1, "127.0.0.1 answered 429: too many requests at once");
        assert!(took < Duration::from_secs(20), "{wish}: {took:?}");
    }
}

#[test]
fn a_slow_first_byte_within_the_timeout_is_waited_for() {
    let slow = |_: usize, asked: &Asked| Act::After(Duration::from_millis(300), Box::new(Act::Say(sound(asked))));
    let (played, took) = timed(&[("GRADUS_LLM_TIMEOUT", "20")], slow);
    played.is_judged("slow", 1);
    assert!(took >= Duration::from_millis(300), "{took:?}");
}

#[test]
fn what_takes_longer_than_the_timeout_is_tried_again_and_given_up() {
    let silent: Plays = |_| Act::Hang;
    let slow: Plays = |asked| Act::After(LONG, Box::new(Act::Say(sound(asked))));
    let drips: Plays = |asked| Act::Drip(sound(asked), Duration::from_millis(50));
    for (case, act) in [("silent", silent), ("slow", slow), ("drips", drips)] {
        let settings = [("GRADUS_LLM_TIMEOUT", "0.5")];
        let (always, took) = timed(&settings, move |_, asked| act(asked));
        always.is_stood_in_for(case, 2, "127.0.0.1 did not answer within 0.5 s, 2 times");
        assert!(took >= Duration::from_secs(1) && took < Duration::from_secs(20), "{case}: {took:?}");
        let settings = [("GRADUS_LLM_TIMEOUT", "2")];
        let once = |number: usize, asked: &Asked| if number == 0 { Act::Hang } else { Act::Say(sound(asked)) };
        timed(&settings, once).0.is_judged(case, 2);
    }
}

#[test]
fn the_deadline_bounds_all_attempts_together() {
    let settings = [("GRADUS_LLM_TIMEOUT", "60"), ("GRADUS_LLM_DEADLINE", "1"), ("GRADUS_LLM_ATTEMPTS", "9")];
    let (played, took) = timed(&settings, |_, _| Act::Hang);
    played.is_stood_in_for("silent", 1, "127.0.0.1 did not answer within 1.0 s");
    assert!(took < Duration::from_secs(20), "{took:?}");
}

#[test]
fn the_deadline_bounds_questions_that_are_asked_again() {
    let settings = [("GRADUS_LLM_TIMEOUT", "60"), ("GRADUS_LLM_DEADLINE", "1.5")];
    let (played, took) = timed(&settings, |number, _| {
        if number == 0 {
            Act::After(Duration::from_millis(700), Box::new(Act::Say("8 of 10".to_owned())))
        } else {
            Act::Hang
        }
    });
    played.is_stood_in_for("asked again", 2, "127.0.0.1 did not answer within 0.");
    assert!(took < Duration::from_secs(20), "{took:?}");
}
