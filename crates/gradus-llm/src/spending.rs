//! The spending limit of a run and the cost of its replies.

use std::sync::{Mutex, PoisonError};

/// Counts the cost of all replies and grants further requests. All judges and threads share one meter.
#[derive(Debug)]
pub struct Meter {
    limit: Option<f64>,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    /// Cost of all replies.
    spent: f64,
    /// Highest possible cost of the requests that wait for a reply.
    reserved: f64,
}

/// The answer to a reservation.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum SpendPermit {
    /// The amount is reserved.
    Granted,
    /// The amount may become available when pending requests cost less than reserved.
    Wait,
    /// The amount exceeds the limit, whatever the pending requests cost.
    Refused {
        /// Cost of all replies so far.
        spent: f64,
        /// The spending limit.
        limit: f64,
    },
}

impl Meter {
    /// Starts with nothing spent; `None` means no limit.
    pub fn new(limit: Option<f64>) -> Self {
        Self { limit, state: Mutex::default() }
    }

    /// The spending limit.
    pub fn limit(&self) -> Option<f64> {
        self.limit
    }

    /// Cost of all replies so far.
    pub fn spent(&self) -> f64 {
        self.lock().spent
    }

    /// Adds a cost that an earlier run paid, such as that of a cached reply.
    pub fn add(&self, spent: f64) {
        self.lock().spent += spent;
    }

    /// Reserves `at_most`, the highest possible cost of a request, if the limit allows it.
    pub(super) fn reserve(&self, at_most: f64) -> SpendPermit {
        let mut state = self.lock();
        match self.limit {
            Some(limit) if state.spent + at_most > limit => SpendPermit::Refused { spent: state.spent, limit },
            Some(limit) if state.spent + state.reserved + at_most > limit => SpendPermit::Wait,
            _ => {
                state.reserved += at_most;
                SpendPermit::Granted
            }
        }
    }

    /// Replaces a reserved amount with the actual cost.
    pub(super) fn settle(&self, at_most: f64, cost: f64) {
        let mut state = self.lock();
        state.reserved = (state.reserved - at_most).max(0.0);
        state.spent += cost;
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn requests_beyond_the_limit_are_refused() {
        let meter = Meter::new(Some(1.0));
        assert_eq!(meter.reserve(0.6), SpendPermit::Granted);
        assert_eq!(meter.reserve(0.6), SpendPermit::Wait);
        meter.settle(0.6, 0.1);
        assert_eq!(meter.reserve(0.6), SpendPermit::Granted);
        meter.settle(0.6, 0.5);
        assert_eq!(meter.reserve(0.5), SpendPermit::Refused { spent: 0.6, limit: 1.0 });
        assert!((meter.spent() - 0.6).abs() < 1e-9);
    }

    #[test]
    fn the_cost_of_an_earlier_run_counts() {
        let meter = Meter::new(Some(1.0));
        meter.add(0.9);
        assert_eq!(meter.reserve(0.2), SpendPermit::Refused { spent: 0.9, limit: 1.0 });
        assert_eq!(Meter::new(None).reserve(1e9), SpendPermit::Granted);
    }
}
