//! A circuit breaker: stops requests to an endpoint after consecutive failures, and lets a single one through after each
//! cool-down to find out whether the endpoint works again.
//!
//! Shared by threads; the time is an argument. Sending and waiting are left to the caller.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// Counts the failed requests to one endpoint. `C` is the cause of a failure.
#[derive(Debug)]
pub(super) struct CircuitBreaker<C> {
    limit: u32,
    cool_down: Duration,
    state: Mutex<State<C>>,
}

/// The state of the circuit for one request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Circuit {
    /// The request may be sent.
    Closed,
    /// The request may be sent as a test: its result closes the circuit, or keeps it open for another cool-down.
    HalfOpen,
    /// No request may be sent.
    Open,
}

#[derive(Debug)]
enum State<C> {
    Closed {
        /// Number of consecutive failures.
        failed: u32,
    },
    Open {
        /// Start of the cool-down; `None` if the circuit stays open for good.
        since: Option<Instant>,
        /// The last failure, or the permanent one.
        cause: C,
    },
}

impl<C: Clone> CircuitBreaker<C> {
    /// Opens after `limit` consecutive failures (at least one), and is half-open once after each `cool_down`.
    pub(super) fn new(limit: u32, cool_down: Duration) -> Self {
        Self { limit: limit.max(1), cool_down, state: Mutex::new(State::Closed { failed: 0 }) }
    }

    /// The state for a request at `now`. After a cool-down one caller gets `HalfOpen`; if that caller never reports a
    /// result, another caller gets `HalfOpen` after the next cool-down.
    pub(super) fn allow(&self, now: Instant) -> Circuit {
        match &mut *self.state() {
            State::Closed { .. } => Circuit::Closed,
            State::Open { since: Some(since), .. } if now.saturating_duration_since(*since) >= self.cool_down => {
                *since = now;
                Circuit::HalfOpen
            }
            State::Open { .. } => Circuit::Open,
        }
    }

    /// Records a success, which closes the circuit unless a permanent failure opened it.
    pub(super) fn succeeded(&self) {
        let mut state = self.state();
        if !matches!(*state, State::Open { since: None, .. }) {
            *state = State::Closed { failed: 0 };
        }
    }

    /// Records a failure at `now`; `is_permanent` means that no later request can succeed. Returns whether this failure
    /// opened the circuit.
    pub(super) fn failed(&self, now: Instant, cause: &C, is_permanent: bool) -> bool {
        let mut state = self.state();
        let was_open = match &mut *state {
            State::Closed { failed } => {
                *failed = failed.saturating_add(1);
                if *failed < self.limit && !is_permanent {
                    return false;
                }
                false
            }
            // A permanent failure is kept, because it explains more than later failures do.
            State::Open { since: None, .. } if !is_permanent => return false,
            State::Open { .. } => true,
        };
        *state = State::Open { since: (!is_permanent).then_some(now), cause: cause.clone() };
        !was_open
    }

    /// The failure that keeps the circuit open; `None` if it is closed.
    pub(super) fn cause(&self) -> Option<C> {
        match &*self.state() {
            State::Closed { .. } => None,
            State::Open { cause, .. } => Some(cause.clone()),
        }
    }

    /// Ignores poisoning, because each change of the state is a single assignment.
    fn state(&self) -> MutexGuard<'_, State<C>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const COOL_DOWN: Duration = Duration::from_secs(10);

    /// An open circuit breaker and the time at which it opened.
    fn opened() -> (CircuitBreaker<&'static str>, Instant) {
        let (breaker, start) = (CircuitBreaker::new(1, COOL_DOWN), Instant::now());
        assert!(breaker.failed(start, &"down", false));
        (breaker, start)
    }

    #[test]
    fn consecutive_failures_open_the_circuit_once() {
        let (breaker, now) = (CircuitBreaker::new(3, COOL_DOWN), Instant::now());
        let opened: Vec<_> = (0..5).map(|_| breaker.failed(now, &"down", false)).collect();
        assert_eq!(opened, [false, false, true, false, false]);
        assert_eq!(breaker.allow(now), Circuit::Open);
    }

    #[test]
    fn a_success_resets_the_count_of_failures() {
        let (breaker, now) = (CircuitBreaker::new(2, COOL_DOWN), Instant::now());
        for _ in 0..5 {
            assert!(!breaker.failed(now, &"down", false));
            breaker.succeeded();
        }
        assert_eq!((breaker.allow(now), breaker.cause()), (Circuit::Closed, None));
    }

    #[test]
    fn one_caller_is_let_through_after_each_cool_down() {
        let (breaker, start) = opened();
        let circuits = [9, 10, 11, 19, 20, 21].map(|second| breaker.allow(start + Duration::from_secs(second)));
        assert_eq!(
            circuits,
            [Circuit::Open, Circuit::HalfOpen, Circuit::Open, Circuit::Open, Circuit::HalfOpen, Circuit::Open]
        );
    }

    #[test]
    fn a_test_request_closes_the_circuit_or_starts_another_cool_down() {
        let (breaker, start) = opened();
        assert_eq!(breaker.allow(start + COOL_DOWN), Circuit::HalfOpen);
        let failed_at = start + COOL_DOWN + Duration::from_secs(5);
        assert!(!breaker.failed(failed_at, &"still down", false));
        assert_eq!(breaker.cause(), Some("still down"));
        assert_eq!(breaker.allow(start + 2 * COOL_DOWN), Circuit::Open);
        assert_eq!(breaker.allow(failed_at + COOL_DOWN), Circuit::HalfOpen);
        breaker.succeeded();
        assert_eq!((breaker.allow(failed_at + COOL_DOWN), breaker.cause()), (Circuit::Closed, None));
    }

    #[test]
    fn a_permanent_failure_opens_the_circuit_at_once() {
        let (breaker, start) = (CircuitBreaker::new(5, COOL_DOWN), Instant::now());
        assert!(breaker.failed(start, &"no such key", true));
        breaker.succeeded();
        assert!(!breaker.failed(start, &"timed out", false));
        assert_eq!(breaker.allow(start + 100 * COOL_DOWN), Circuit::Open);
        assert_eq!(breaker.cause(), Some("no such key"));
    }

    #[test]
    fn an_open_circuit_can_become_permanently_open() {
        let (breaker, start) = opened();
        assert!(!breaker.failed(start, &"no such key", true));
        assert_eq!(breaker.allow(start + 100 * COOL_DOWN), Circuit::Open);
    }

    #[test]
    fn times_out_of_order_and_endless_cool_downs_are_accepted() {
        let start = Instant::now() + COOL_DOWN;
        let breaker = CircuitBreaker::new(0, Duration::MAX);
        assert!(breaker.failed(start, &"down", false));
        assert_eq!(breaker.allow(start.checked_sub(COOL_DOWN).unwrap_or(start)), Circuit::Open);
        assert_eq!(breaker.allow(start + COOL_DOWN), Circuit::Open);
    }

    #[test]
    fn among_many_threads_one_opens_the_circuit_and_one_tests_it() {
        let (breaker, now) = (CircuitBreaker::new(4, COOL_DOWN), Instant::now());
        let count = |is_first: &(dyn Fn() -> bool + Sync)| {
            std::thread::scope(|scope| {
                let threads: Vec<_> = (0..8).map(|_| scope.spawn(is_first)).collect();
                threads.into_iter().filter_map(|thread| thread.join().ok()).filter(|is_first| *is_first).count()
            })
        };
        assert_eq!(count(&|| breaker.failed(now, &"down", false)), 1);
        assert_eq!(count(&|| breaker.allow(now + COOL_DOWN) == Circuit::HalfOpen), 1);
    }
}
