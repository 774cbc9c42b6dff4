//! What is spent, and what may be.

use std::sync::{Mutex, PoisonError};

/// Watches over what is spent. One for all judges and threads.
#[derive(Debug)]
pub struct Meter {
    most: Option<f64>,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    /// What replies cost.
    spent: f64,
    /// What requests that are under way cost at most.
    under_way: f64,
}

/// What comes of wanting to spend something.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Leave {
    /// It may be spent.
    Granted,
    /// It may be spent if what is under way costs less than it could.
    Wait,
    /// It may not, whatever becomes of the rest: so much is spent.
    Refused(f64),
}

impl Meter {
    /// Spends `most` at most; all that is asked for where there is nothing.
    pub fn new(most: Option<f64>) -> Self {
        Self { most, state: Mutex::default() }
    }

    /// What may be spent.
    pub fn most(&self) -> Option<f64> {
        self.most
    }

    /// What is spent.
    pub fn spent(&self) -> f64 {
        self.lock().spent
    }

    /// Counts what was spent by a run before.
    pub fn add(&self, spent: f64) {
        self.lock().spent += spent;
    }

    /// Asks to spend `at_most`, and sets it aside where that is granted.
    pub(super) fn ask(&self, at_most: f64) -> Leave {
        let mut state = self.lock();
        match self.most {
            Some(most) if state.spent + at_most > most => Leave::Refused(state.spent),
            Some(most) if state.spent + state.under_way + at_most > most => Leave::Wait,
            _ => {
                state.under_way += at_most;
                Leave::Granted
            }
        }
    }

    /// What was set aside is settled: it cost this.
    pub(super) fn settle(&self, at_most: f64, cost: f64) {
        let mut state = self.lock();
        state.under_way = (state.under_way - at_most).max(0.0);
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
    fn no_more_is_spent_than_may_be() {
        let meter = Meter::new(Some(1.0));
        assert_eq!(meter.ask(0.6), Leave::Granted);
        assert_eq!(meter.ask(0.6), Leave::Wait);
        meter.settle(0.6, 0.1);
        assert_eq!(meter.ask(0.6), Leave::Granted);
        meter.settle(0.6, 0.5);
        assert_eq!(meter.ask(0.5), Leave::Refused(0.6));
        assert!((meter.spent() - 0.6).abs() < 1e-9);
    }

    #[test]
    fn what_was_spent_before_counts() {
        let meter = Meter::new(Some(1.0));
        meter.add(0.9);
        assert_eq!(meter.ask(0.2), Leave::Refused(0.9));
        assert_eq!(Meter::new(None).ask(1e9), Leave::Granted);
    }
}
