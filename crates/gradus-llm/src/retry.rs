//! Decides whether a failed request is sent again, and after which wait.
//!
//! Takes the number of attempts, the remaining time and a random number from the caller; reads no clock and never
//! sleeps.

use std::time::{Duration, SystemTime};

/// Longest wait that a server may request; longer requests are cut to this time.
const LONGEST_RETRY_AFTER: Duration = Duration::from_hours(1);

/// The number of attempts and the waits between them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Policy {
    /// Number of requests, including the first one.
    pub(super) attempts: u32,
    /// The longest wait after the first failure; it doubles with each failure.
    pub(super) first: Duration,
    /// The longest wait, unless the server requests a longer one.
    pub(super) longest: Duration,
}

/// Whether the same request may succeed later.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Retry {
    /// The request will fail again.
    Never,
    /// The request may succeed, after the wait that the server requests, if any.
    After(Option<Duration>),
}

impl Policy {
    /// The wait after `attempt` failed requests, counted from 1; `None` to give up. The wait is shorter than `left`, the
    /// time to the deadline; `jitter` is a random number from 0 to 1.
    pub(super) fn wait(&self, attempt: u32, retry: Retry, left: Duration, jitter: f64) -> Option<Duration> {
        let Retry::After(retry_after) = retry else { return None };
        if attempt >= self.attempts {
            return None;
        }
        // A requested wait of zero is ignored, because all clients would return at the same time.
        let wait = match retry_after.filter(|wait| !wait.is_zero()) {
            Some(retry_after) => retry_after.saturating_add(part(self.first, jitter)),
            None => part(self.longest_after(attempt), jitter),
        };
        (wait < left).then_some(wait)
    }

    /// The longest wait after `attempt` failures.
    fn longest_after(&self, attempt: u32) -> Duration {
        let doubled = 2_u32.saturating_pow(attempt.saturating_sub(1));
        self.first.saturating_mul(doubled).min(self.longest)
    }
}

/// The share `jitter` of `whole`; all of it if `jitter` is not between 0 and 1.
fn part(whole: Duration, jitter: f64) -> Duration {
    let share = if (0.0..=1.0).contains(&jitter) { jitter } else { 1.0 };
    Duration::try_from_secs_f64(whole.as_secs_f64() * share).unwrap_or(whole)
}

/// The wait that a `Retry-After` header requests: seconds, also with decimals, or an HTTP date. A date in the past is
/// zero, more than an hour is an hour, and any other value is `None`.
pub(super) fn retry_after(value: &str, now: SystemTime) -> Option<Duration> {
    let value = value.trim();
    let wait = match seconds(value) {
        // A number that is too large for a duration is capped like any other large number.
        Some(seconds) => Duration::try_from_secs_f64(seconds).unwrap_or(LONGEST_RETRY_AFTER),
        None => httpdate::parse_http_date(value).ok()?.duration_since(now).unwrap_or_default(),
    };
    Some(wait.min(LONGEST_RETRY_AFTER))
}

/// Parses digits with or without a decimal point; a sign, an exponent and "inf" are refused.
fn seconds(value: &str) -> Option<f64> {
    let is_plain = value.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
    value.parse().ok().filter(|_| is_plain)
}

#[cfg(test)]
mod tests {
    use super::*;

    const POLICY: Policy = Policy { attempts: 5, first: Duration::from_millis(500), longest: Duration::from_secs(3) };
    const FOR_EVER: Duration = Duration::MAX;
    const ANY: Retry = Retry::After(None);

    fn after(seconds: u64) -> Retry {
        Retry::After(Some(Duration::from_secs(seconds)))
    }

    fn millis(wait: Option<Duration>) -> Option<u128> {
        wait.map(|wait| wait.as_millis())
    }

    #[test]
    fn a_permanent_failure_is_not_retried() {
        assert_eq!(POLICY.wait(1, Retry::Never, FOR_EVER, 0.5), None);
    }

    #[test]
    fn waits_double_up_to_the_longest_and_then_end() {
        let waits = [1, 2, 3, 4, 5, 6].map(|attempt| millis(POLICY.wait(attempt, ANY, FOR_EVER, 1.0)));
        assert_eq!(waits, [Some(500), Some(1000), Some(2000), Some(3000), None, None]);
    }

    #[test]
    fn jitter_takes_any_share_of_a_wait() {
        for (jitter, expected) in [(0.0, 0), (0.25, 250), (1.0, 1000), (7.0, 1000), (-1.0, 1000), (f64::NAN, 1000)] {
            assert_eq!(millis(POLICY.wait(2, ANY, FOR_EVER, jitter)), Some(expected), "{jitter}");
        }
    }

    #[test]
    fn a_requested_wait_is_respected_even_if_it_is_longer_than_the_longest() {
        for (jitter, expected) in [(0.0, 20_000), (0.5, 20_250), (1.0, 20_500)] {
            assert_eq!(millis(POLICY.wait(1, after(20), FOR_EVER, jitter)), Some(expected), "{jitter}");
        }
    }

    #[test]
    fn a_requested_wait_of_zero_is_ignored() {
        assert_eq!(millis(POLICY.wait(3, after(0), FOR_EVER, 1.0)), Some(2000));
    }

    #[test]
    fn a_wait_beyond_the_deadline_is_not_started() {
        let left = Duration::from_secs(1);
        assert_eq!(POLICY.wait(2, ANY, left, 1.0), None);
        assert_eq!(millis(POLICY.wait(2, ANY, left, 0.9)), Some(900));
        assert_eq!(POLICY.wait(1, after(2), left, 0.0), None);
        assert_eq!(POLICY.wait(1, ANY, Duration::ZERO, 0.0), None);
    }

    #[test]
    fn the_longest_waits_and_most_attempts_do_not_overflow() {
        let endless = Policy { attempts: u32::MAX, first: Duration::MAX, longest: Duration::MAX };
        for attempt in [0, 1, 40, u32::MAX - 1] {
            assert_eq!(endless.wait(attempt, ANY, Duration::MAX, 0.0), Some(Duration::ZERO));
            let wait = endless.wait(attempt, after(u64::MAX), Duration::MAX, 1.0);
            assert_eq!(wait, None, "{attempt}");
        }
    }

    #[test]
    fn a_retry_after_header_holds_seconds_or_a_date() {
        let now = SystemTime::UNIX_EPOCH + Duration::from_secs(784_111_777); // Sun, 06 Nov 1994 08:49:37 GMT
        let cases = [
            ("0", Some(0)),
            (" 7 ", Some(7000)),
            ("1.5", Some(1500)),
            (".25", Some(250)),
            ("86400", Some(3_600_000)),
            ("99999999999999999999999999", Some(3_600_000)),
            ("Sun, 06 Nov 1994 08:49:47 GMT", Some(10_000)),
            ("Sunday, 06-Nov-94 08:50:37 GMT", Some(60_000)),
            ("Sun, 06 Nov 1994 08:49:00 GMT", Some(0)),
            ("Tue, 06 Dec 1994 08:49:37 GMT", Some(3_600_000)),
            ("", None),
            (".", None),
            ("1.2.3", None),
            ("-5", None),
            ("+5", None),
            ("1e3", None),
            ("inf", None),
            ("NaN", None),
            ("soon", None),
            ("Sun, 99 Nov 1994 08:49:37 GMT", None),
        ];
        for (value, expected) in cases {
            assert_eq!(millis(retry_after(value, now)), expected, "{value:?}");
        }
    }

    #[test]
    fn a_huge_number_of_seconds_is_capped() {
        let value = "9".repeat(400);
        assert_eq!(retry_after(&value, SystemTime::UNIX_EPOCH), Some(LONGEST_RETRY_AFTER));
    }
}
