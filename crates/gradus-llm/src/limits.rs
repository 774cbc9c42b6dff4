//! How much is asked of an endpoint: requests at a time, requests and tokens a minute.

use std::num::NonZeroU32;
use std::time::Duration;

use governor::clock::{Clock as _, DefaultClock};
use governor::{DefaultDirectRateLimiter, Quota, RateLimiter};
use tokio::sync::Semaphore;

use super::endpoint::Limits;

const MINUTE: Duration = Duration::from_mins(1);
/// Of what is allowed a minute, this part may go out at once; the rest comes evenly, so that no minute has more.
const AT_ONCE: u32 = 10;

/// Lets requests through as endpoints allow them.
pub(super) struct Gate {
    pub(super) under_way: Semaphore,
    requests: Option<Rate>,
    tokens: Option<Rate>,
}

struct Rate {
    limiter: DefaultDirectRateLimiter,
    at_once: NonZeroU32,
}

impl Rate {
    fn new(a_minute: NonZeroU32) -> Option<Self> {
        let at_once = NonZeroU32::new(a_minute.get() / AT_ONCE).unwrap_or(NonZeroU32::MIN);
        let evenly = (a_minute.get() - at_once.get()).max(1);
        let quota = Quota::with_period(MINUTE / evenly)?.allow_burst(at_once);
        Some(Self { limiter: RateLimiter::direct(quota), at_once })
    }

    /// Takes as many as may go out now of `left`; how long to wait where that is none.
    fn take(&self, left: NonZeroU32) -> Result<NonZeroU32, Duration> {
        let most = left.min(self.at_once);
        match self.limiter.check_n(most) {
            Ok(Ok(())) => Ok(most),
            Ok(Err(later)) => Err(later.wait_time_from(DefaultClock::default().now())),
            // Never more than go out at once.
            Err(_) => Ok(most),
        }
    }
}

impl Gate {
    pub(super) fn new(limits: &Limits) -> Self {
        Self {
            under_way: Semaphore::new(limits.concurrency.max(1)),
            requests: limits.requests_per_minute.and_then(Rate::new),
            tokens: limits.tokens_per_minute.and_then(Rate::new),
        }
    }

    /// Whether tokens have to be counted.
    pub(super) fn counts_tokens(&self) -> bool {
        self.tokens.is_some()
    }

    /// What one more request of so many tokens has to pass.
    pub(super) fn ticket(&self, tokens: usize) -> Ticket<'_> {
        let tokens = NonZeroU32::new(u32::try_from(tokens).unwrap_or(u32::MAX));
        Ticket {
            gate: self,
            requests: self.requests.as_ref().map(|_| NonZeroU32::MIN),
            tokens: self.tokens.as_ref().and(tokens),
        }
    }
}

/// What a request still has to pass.
pub(super) struct Ticket<'g> {
    gate: &'g Gate,
    requests: Option<NonZeroU32>,
    tokens: Option<NonZeroU32>,
}

impl Ticket<'_> {
    /// Goes on as far as it is let; how long to wait before the next try, or nothing when it is through.
    pub(super) fn wait(&mut self) -> Option<Duration> {
        for (rate, left) in [(&self.gate.requests, &mut self.requests), (&self.gate.tokens, &mut self.tokens)] {
            while let (Some(rate), Some(wanted)) = (rate, *left) {
                match rate.take(wanted) {
                    Ok(taken) => *left = NonZeroU32::new(wanted.get() - taken.get()),
                    Err(wait) => return Some(wait.max(Duration::from_millis(1))),
                }
            }
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn gate(requests: u32, tokens: u32) -> Gate {
        Gate::new(&Limits {
            concurrency: 2,
            requests_per_minute: NonZeroU32::new(requests),
            tokens_per_minute: NonZeroU32::new(tokens),
        })
    }

    #[test]
    fn a_tenth_goes_out_at_once_and_the_rest_evenly() {
        let gate = gate(100, 0);
        for _ in 0..10 {
            assert_eq!(gate.ticket(5).wait(), None);
        }
        let wait = gate.ticket(5).wait().expect("it has to wait");
        assert!(wait <= MINUTE / 90 && wait >= Duration::from_millis(300), "{wait:?}");
    }

    #[test]
    fn a_request_of_many_tokens_passes_bit_by_bit() {
        let gate = gate(0, 60_000);
        let mut ticket = gate.ticket(6_500);
        assert!(gate.counts_tokens());
        let wait = ticket.wait().expect("6,000 at once, 500 later");
        assert!(wait <= Duration::from_millis(600), "{wait:?}");
        assert_eq!(ticket.tokens.map(NonZeroU32::get), Some(500));
    }

    #[test]
    fn without_limits_nothing_waits() {
        let gate = gate(0, 0);
        assert!((0..1000).all(|_| gate.ticket(1_000_000).wait().is_none()));
    }
}
