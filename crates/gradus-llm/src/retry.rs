//! When a request that failed is sent again, and after how long.
//!
//! Takes the trouble, the time that is left and a random number from the caller; knows no clock and sleeps never.

use std::time::{Duration, SystemTime};

/// The longest that a server's wish is taken for.
const LONGEST_WISH: Duration = Duration::from_hours(1);

/// How often and how fast to try.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Policy {
    /// Requests in all, the first one included.
    pub(super) attempts: u32,
    /// The longest wait after the first failure; it doubles from one failure to the next.
    pub(super) first: Duration,
    /// What no wait exceeds, unless the server wishes it.
    pub(super) longest: Duration,
}

/// Why a request failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Trouble {
    /// The server said no.
    Status {
        /// Its HTTP status.
        code: u16,
        /// How long it wants to be left alone.
        retry_after: Option<Duration>,
    },
    /// There is no connection, or it broke.
    Connection,
    /// No answer came in time.
    Timeout,
    /// An answer came and ends in the middle.
    Unreadable,
}

impl Trouble {
    /// Whether the same request may succeed later.
    pub(super) fn is_passing(&self) -> bool {
        match self {
            Self::Status { code, .. } => matches!(code, 408 | 409 | 429 | 500 | 502..=599),
            Self::Connection | Self::Timeout | Self::Unreadable => true,
        }
    }

    /// What the server wishes. Zero is no wish: it would have everybody return at once.
    fn wish(&self) -> Option<Duration> {
        match self {
            Self::Status { retry_after, .. } => retry_after.filter(|wish| !wish.is_zero()),
            Self::Connection | Self::Timeout | Self::Unreadable => None,
        }
    }
}

impl Policy {
    /// How long to wait after `attempt` failed requests, counted from 1; `None` to give up. `left` is the time to the
    /// deadline, which the wait must leave something of, and `jitter` a random number from 0 to 1.
    pub(super) fn wait(&self, attempt: u32, trouble: &Trouble, left: Duration, jitter: f64) -> Option<Duration> {
        if attempt >= self.attempts || !trouble.is_passing() {
            return None;
        }
        let wait = match trouble.wish() {
            Some(wish) => wish.saturating_add(part(self.first, jitter)),
            None => part(self.spread(attempt), jitter),
        };
        (wait < left).then_some(wait)
    }

    /// The longest wait after so many failures.
    fn spread(&self, attempt: u32) -> Duration {
        let doubled = 2_u32.saturating_pow(attempt.saturating_sub(1));
        self.first.saturating_mul(doubled).min(self.longest)
    }
}

/// The share `jitter` of `whole`; all of it where that is no share.
fn part(whole: Duration, jitter: f64) -> Duration {
    let share = if (0.0..=1.0).contains(&jitter) { jitter } else { 1.0 };
    Duration::try_from_secs_f64(whole.as_secs_f64() * share).unwrap_or(whole)
}

/// How long a `Retry-After` header asks to wait: seconds, also with decimals, or an HTTP date. A date in the past is
/// zero, more than an hour is an hour, and what is neither is `None`.
pub(super) fn retry_after(value: &str, now: SystemTime) -> Option<Duration> {
    let value = value.trim();
    let wish = match seconds(value) {
        // What is too large for a duration is capped like all that is too large.
        Some(seconds) => Duration::try_from_secs_f64(seconds).unwrap_or(LONGEST_WISH),
        None => httpdate::parse_http_date(value).ok()?.duration_since(now).unwrap_or_default(),
    };
    Some(wish.min(LONGEST_WISH))
}

/// Digits with or without a decimal point; no sign, no exponent, no "inf".
fn seconds(value: &str) -> Option<f64> {
    let is_plain = value.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
    value.parse().ok().filter(|_| is_plain)
}

#[cfg(test)]
mod tests {
    use super::*;

    const POLICY: Policy = Policy { attempts: 5, first: Duration::from_millis(500), longest: Duration::from_secs(3) };
    const FOR_EVER: Duration = Duration::MAX;

    fn status(code: u16, retry_after: Option<u64>) -> Trouble {
        Trouble::Status { code, retry_after: retry_after.map(Duration::from_secs) }
    }

    fn millis(wait: Option<Duration>) -> Option<u128> {
        wait.map(|wait| wait.as_millis())
    }

    #[test]
    fn only_passing_trouble_is_tried_again() {
        for code in [408, 409, 429, 500, 502, 503, 504, 520, 529, 599] {
            assert!(status(code, None).is_passing(), "{code}");
            assert!(POLICY.wait(1, &status(code, None), FOR_EVER, 0.5).is_some(), "{code}");
        }
        for code in [200, 301, 400, 401, 402, 403, 404, 413, 422, 501, 600] {
            assert!(!status(code, None).is_passing(), "{code}");
            assert_eq!(POLICY.wait(1, &status(code, Some(1)), FOR_EVER, 0.5), None, "{code}");
        }
        for trouble in [Trouble::Connection, Trouble::Timeout, Trouble::Unreadable] {
            assert!(trouble.is_passing(), "{trouble:?}");
        }
    }

    #[test]
    fn waits_double_up_to_the_longest_and_then_end() {
        let waits = [1, 2, 3, 4, 5, 6].map(|attempt| millis(POLICY.wait(attempt, &Trouble::Timeout, FOR_EVER, 1.0)));
        assert_eq!(waits, [Some(500), Some(1000), Some(2000), Some(3000), None, None]);
    }

    #[test]
    fn jitter_takes_any_share_of_a_wait() {
        for (jitter, expected) in [(0.0, 0), (0.25, 250), (1.0, 1000), (7.0, 1000), (-1.0, 1000), (f64::NAN, 1000)] {
            assert_eq!(millis(POLICY.wait(2, &Trouble::Connection, FOR_EVER, jitter)), Some(expected), "{jitter}");
        }
    }

    #[test]
    fn a_wish_is_never_undercut_and_may_be_longer_than_the_longest() {
        for (jitter, expected) in [(0.0, 20_000), (0.5, 20_250), (1.0, 20_500)] {
            assert_eq!(millis(POLICY.wait(1, &status(429, Some(20)), FOR_EVER, jitter)), Some(expected), "{jitter}");
        }
    }

    #[test]
    fn a_wish_for_no_wait_waits_as_without_it() {
        assert_eq!(millis(POLICY.wait(3, &status(503, Some(0)), FOR_EVER, 1.0)), Some(2000));
    }

    #[test]
    fn what_does_not_fit_before_the_deadline_is_given_up() {
        let left = Duration::from_secs(1);
        assert_eq!(POLICY.wait(2, &Trouble::Timeout, left, 1.0), None);
        assert_eq!(millis(POLICY.wait(2, &Trouble::Timeout, left, 0.9)), Some(900));
        assert_eq!(POLICY.wait(1, &status(429, Some(2)), left, 0.0), None);
        assert_eq!(POLICY.wait(1, &Trouble::Timeout, Duration::ZERO, 0.0), None);
    }

    #[test]
    fn no_policy_overflows() {
        let endless = Policy { attempts: u32::MAX, first: Duration::MAX, longest: Duration::MAX };
        for attempt in [0, 1, 40, u32::MAX - 1] {
            assert_eq!(endless.wait(attempt, &Trouble::Timeout, Duration::MAX, 0.0), Some(Duration::ZERO));
            let wait = endless.wait(attempt, &status(429, Some(u64::MAX)), Duration::MAX, 1.0);
            assert_eq!(wait, None, "{attempt}");
        }
    }

    #[test]
    fn a_wish_is_read_as_seconds_or_as_a_date() {
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
        assert_eq!(retry_after(&value, SystemTime::UNIX_EPOCH), Some(LONGEST_WISH));
    }
}
