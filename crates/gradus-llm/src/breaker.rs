//! Keeps requests from an endpoint that does not work: closed while it works, open after failures in a row, and now
//! and then one request to find out whether it works again.
//!
//! Shared by threads; the time is an argument. Who asks and who waits is left to the caller.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// Counts the failed requests to one endpoint.
#[derive(Debug)]
pub(super) struct Breaker {
    limit: u32,
    cool: Duration,
    state: Mutex<State>,
}

/// Whether a request may be sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Pass {
    /// It may.
    Closed,
    /// It may, alone, and what becomes of it decides over those that follow.
    Probe,
    /// It may not.
    Open,
}

#[derive(Debug)]
enum State {
    Closed {
        /// Failed requests since the last that did not.
        failed: u32,
    },
    Open {
        /// The last failure or probe; probing waits from here. `None`: there is no probing.
        since: Option<Instant>,
        /// Of the failure that tells most.
        words: String,
    },
}

impl Breaker {
    /// Opens after `limit` failed requests in a row (at least one), and lets a probe through every `cool` from then.
    pub(super) fn new(limit: u32, cool: Duration) -> Self {
        Self { limit: limit.max(1), cool, state: Mutex::new(State::Closed { failed: 0 }) }
    }

    /// Whether a request may be sent at `now`. Of all callers in one cool-down, one is told to probe; should it never
    /// report, another one is after the next.
    pub(super) fn allow(&self, now: Instant) -> Pass {
        match &mut *self.state() {
            State::Closed { .. } => Pass::Closed,
            State::Open { since: Some(since), .. } if now.saturating_duration_since(*since) >= self.cool => {
                *since = now;
                Pass::Probe
            }
            State::Open { .. } => Pass::Open,
        }
    }

    /// A request succeeded: closes, unless what failed before failed for good.
    pub(super) fn succeeded(&self) {
        let mut state = self.state();
        if !matches!(*state, State::Open { since: None, .. }) {
            *state = State::Closed { failed: 0 };
        }
    }

    /// A request failed at `now`, in these words; `for_good` where no later one can succeed. Whether this opened it:
    /// false where it was open already.
    pub(super) fn failed(&self, now: Instant, words: &str, for_good: bool) -> bool {
        let mut state = self.state();
        let was_open = match &mut *state {
            State::Closed { failed } => {
                *failed = failed.saturating_add(1);
                if *failed < self.limit && !for_good {
                    return false;
                }
                false
            }
            // What failed for good says more than what was still under way and fails after it.
            State::Open { since: None, .. } if !for_good => return false,
            State::Open { .. } => true,
        };
        *state = State::Open { since: (!for_good).then_some(now), words: words.to_owned() };
        !was_open
    }

    /// The words of the last failure while it is open, or of the one that was for good.
    pub(super) fn words(&self) -> Option<String> {
        match &*self.state() {
            State::Closed { .. } => None,
            State::Open { words, .. } => Some(words.clone()),
        }
    }

    /// A thread that panicked leaves a state that is whole: each change is one assignment.
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const COOL: Duration = Duration::from_secs(10);

    /// A breaker that opened at the time that is returned.
    fn opened() -> (Breaker, Instant) {
        let (breaker, start) = (Breaker::new(1, COOL), Instant::now());
        assert!(breaker.failed(start, "down", false));
        (breaker, start)
    }

    #[test]
    fn failures_in_a_row_open_it_once() {
        let (breaker, now) = (Breaker::new(3, COOL), Instant::now());
        let told: Vec<_> = (0..5).map(|_| breaker.failed(now, "down", false)).collect();
        assert_eq!(told, [false, false, true, false, false]);
        assert_eq!(breaker.allow(now), Pass::Open);
    }

    #[test]
    fn a_success_in_between_begins_the_row_anew() {
        let (breaker, now) = (Breaker::new(2, COOL), Instant::now());
        for _ in 0..5 {
            assert!(!breaker.failed(now, "down", false));
            breaker.succeeded();
        }
        assert_eq!((breaker.allow(now), breaker.words()), (Pass::Closed, None));
    }

    #[test]
    fn one_caller_probes_in_each_cool_down() {
        let (breaker, start) = opened();
        let passes = [9, 10, 11, 19, 20, 21].map(|second| breaker.allow(start + Duration::from_secs(second)));
        assert_eq!(passes, [Pass::Open, Pass::Probe, Pass::Open, Pass::Open, Pass::Probe, Pass::Open]);
    }

    #[test]
    fn a_probe_that_succeeds_closes_it_and_one_that_fails_waits_again() {
        let (breaker, start) = opened();
        assert_eq!(breaker.allow(start + COOL), Pass::Probe);
        let failed_at = start + COOL + Duration::from_secs(5);
        assert!(!breaker.failed(failed_at, "still down", false));
        assert_eq!(breaker.words().as_deref(), Some("still down"));
        assert_eq!(breaker.allow(start + 2 * COOL), Pass::Open);
        assert_eq!(breaker.allow(failed_at + COOL), Pass::Probe);
        breaker.succeeded();
        assert_eq!((breaker.allow(failed_at + COOL), breaker.words()), (Pass::Closed, None));
    }

    #[test]
    fn what_fails_for_good_opens_at_once_and_stays() {
        let (breaker, start) = (Breaker::new(5, COOL), Instant::now());
        assert!(breaker.failed(start, "no such key", true));
        breaker.succeeded();
        assert!(!breaker.failed(start, "timed out", false));
        assert_eq!(breaker.allow(start + 100 * COOL), Pass::Open);
        assert_eq!(breaker.words().as_deref(), Some("no such key"));
    }

    #[test]
    fn an_open_one_may_turn_out_to_be_so_for_good() {
        let (breaker, start) = opened();
        assert!(!breaker.failed(start, "no such key", true));
        assert_eq!(breaker.allow(start + 100 * COOL), Pass::Open);
    }

    #[test]
    fn times_out_of_order_and_endless_cool_downs_do_no_harm() {
        let start = Instant::now() + COOL;
        let breaker = Breaker::new(0, Duration::MAX);
        assert!(breaker.failed(start, "down", false));
        assert_eq!(breaker.allow(start.checked_sub(COOL).unwrap_or(start)), Pass::Open);
        assert_eq!(breaker.allow(start + COOL), Pass::Open);
    }

    #[test]
    fn of_many_threads_one_opens_and_one_probes() {
        let (breaker, now) = (Breaker::new(4, COOL), Instant::now());
        let count = |told: &(dyn Fn() -> bool + Sync)| {
            std::thread::scope(|scope| {
                let threads: Vec<_> = (0..8).map(|_| scope.spawn(told)).collect();
                threads.into_iter().filter_map(|thread| thread.join().ok()).filter(|told| *told).count()
            })
        };
        assert_eq!(count(&|| breaker.failed(now, "down", false)), 1);
        assert_eq!(count(&|| breaker.allow(now + COOL) == Pass::Probe), 1);
    }
}
