//! [`RunStop`]: the reasons for the threads of a run to stop before the last row.
//!
//! After a request of the caller, no further answer is started. After a failure in a block, the blocks before it are still
//! graded, so that every result before the failure is saved.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

/// The value of [`RunStop::failed`] if no block has failed.
const NONE: u64 = u64::MAX;

/// A stop that all threads of a run share.
pub(super) struct RunStop<'s> {
    /// Set by the caller, and after a failure, so that no thread waits for rows that are not needed.
    stop: &'s AtomicBool,
    /// Number of the first block that has failed.
    failed: AtomicU64,
}

impl<'s> RunStop<'s> {
    /// `stop` is set by the caller to stop the run.
    pub(super) fn new(stop: &'s AtomicBool) -> Self {
        Self { stop, failed: AtomicU64::new(NONE) }
    }

    /// Whether no further rows are read.
    pub(super) fn ends_reading(&self) -> bool {
        self.stop.load(Ordering::Relaxed)
    }

    /// Whether another answer of a block may be started.
    pub(super) fn may_start(&self, block: u64) -> bool {
        // A failure is recorded before `stop` is set, so a stop without a failure is a request of the caller.
        !self.stop.load(Ordering::Acquire) || {
            let failed = self.failed.load(Ordering::Relaxed);
            failed != NONE && block < failed
        }
    }

    /// Stops the run after a failure in a block; 0 if no further results can be used.
    pub(super) fn fail(&self, block: u64) {
        self.failed.fetch_min(block, Ordering::Relaxed);
        self.stop.store(true, Ordering::Release);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn after_a_request_no_answer_is_started_and_after_a_failure_only_answers_before_it() {
        let flag = AtomicBool::new(false);
        let stop = RunStop::new(&flag);
        assert!(stop.may_start(0) && stop.may_start(7) && !stop.ends_reading());
        stop.fail(5);
        stop.fail(6);
        assert!(stop.may_start(4) && !stop.may_start(5) && !stop.may_start(6) && stop.ends_reading());
        let stop = RunStop::new(&flag);
        assert!(!stop.may_start(0) && stop.ends_reading());
    }
}
