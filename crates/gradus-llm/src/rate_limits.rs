//! Limits on requests to one endpoint: concurrent requests, requests per minute and tokens per minute.

use std::num::NonZeroU32;
use std::time::Duration;

use governor::clock::{Clock as _, DefaultClock};
use governor::{DefaultDirectRateLimiter, Quota, RateLimiter};
use tokio::sync::Semaphore;

use super::endpoint::Limits;

const MINUTE: Duration = Duration::from_mins(1);
/// One tenth of a minute's limit may be used at once; the rest is spread evenly, so that no minute exceeds the limit.
const BURST_DIVISOR: u32 = 10;

/// Applies the limits of one endpoint.
pub(super) struct RateLimits {
    /// One permit for each request that may be sent at the same time.
    pub(super) concurrency: Semaphore,
    requests: Option<Rate>,
    tokens: Option<Rate>,
}

struct Rate {
    limiter: DefaultDirectRateLimiter,
    at_once: NonZeroU32,
}

impl Rate {
    fn new(a_minute: NonZeroU32) -> Option<Self> {
        let at_once = NonZeroU32::new(a_minute.get() / BURST_DIVISOR).unwrap_or(NonZeroU32::MIN);
        let evenly = (a_minute.get() - at_once.get()).max(1);
        let quota = Quota::with_period(MINUTE / evenly)?.allow_burst(at_once);
        Some(Self { limiter: RateLimiter::direct(quota), at_once })
    }

    /// Takes as many units of `left` as are available now. The error is the wait if none is available.
    fn take(&self, left: NonZeroU32) -> Result<NonZeroU32, Duration> {
        let most = left.min(self.at_once);
        match self.limiter.check_n(most) {
            Ok(Ok(())) => Ok(most),
            Ok(Err(later)) => Err(later.wait_time_from(DefaultClock::default().now())),
            // The error means more than one burst, which `min` above excludes.
            Err(_) => Ok(most),
        }
    }
}

impl RateLimits {
    pub(super) fn new(limits: &Limits) -> Self {
        Self {
            concurrency: Semaphore::new(limits.concurrency.max(1)),
            requests: limits.requests_per_minute.and_then(Rate::new),
            tokens: limits.tokens_per_minute.and_then(Rate::new),
        }
    }

    /// Whether tokens are limited and must be counted.
    pub(super) fn counts_tokens(&self) -> bool {
        self.tokens.is_some()
    }

    /// The limits that a request with this number of tokens must pass.
    pub(super) fn ticket(&self, tokens: usize) -> Ticket<'_> {
        let tokens = NonZeroU32::new(u32::try_from(tokens).unwrap_or(u32::MAX));
        Ticket {
            limits: self,
            requests: self.requests.as_ref().map(|_| NonZeroU32::MIN),
            tokens: self.tokens.as_ref().and(tokens),
        }
    }
}

/// The units that a request still needs before it may be sent.
pub(super) struct Ticket<'l> {
    limits: &'l RateLimits,
    requests: Option<NonZeroU32>,
    tokens: Option<NonZeroU32>,
}

impl Ticket<'_> {
    /// Takes the available units. Returns the wait before the next attempt, or `None` if the request may be sent.
    pub(super) fn wait(&mut self) -> Option<Duration> {
        for (rate, left) in [(&self.limits.requests, &mut self.requests), (&self.limits.tokens, &mut self.tokens)] {
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

    fn limits(requests: u32, tokens: u32) -> RateLimits {
        RateLimits::new(&Limits {
            concurrency: 2,
            requests_per_minute: NonZeroU32::new(requests),
            tokens_per_minute: NonZeroU32::new(tokens),
        })
    }

    #[test]
    fn a_tenth_of_the_limit_is_available_at_once_and_the_rest_evenly() {
        let limits = limits(100, 0);
        for _ in 0..10 {
            assert_eq!(limits.ticket(5).wait(), None);
        }
        let wait = limits.ticket(5).wait().expect("a wait");
        assert!(wait <= MINUTE / 90 && wait >= Duration::from_millis(300), "{wait:?}");
    }

    #[test]
    fn a_request_with_many_tokens_takes_them_in_several_steps() {
        let limits = limits(0, 60_000);
        let mut ticket = limits.ticket(6_500);
        assert!(limits.counts_tokens());
        let wait = ticket.wait().expect("a wait for 500 of the 6,500 tokens");
        assert!(wait <= Duration::from_millis(600), "{wait:?}");
        assert_eq!(ticket.tokens.map(NonZeroU32::get), Some(500));
    }

    #[test]
    fn without_limits_no_request_waits() {
        let limits = limits(0, 0);
        assert!((0..1000).all(|_| limits.ticket(1_000_000).wait().is_none()));
    }
}
