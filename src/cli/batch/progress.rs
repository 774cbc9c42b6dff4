//! How far a batch has come, on one line of standard error.

use std::fmt::Write as _;
use std::io::IsTerminal as _;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use indicatif::{HumanCount, HumanDuration, ProgressBar, ProgressDrawTarget, ProgressStyle};

/// How often the line is drawn anew.
const OFTEN: Duration = Duration::from_millis(100);
/// Rows after which the clock is looked at.
const ROWS: u64 = 64;

/// A line that shows how many rows are done, how fast, how long it will take, and what they came to.
pub(super) struct Progress {
    bar: ProgressBar,
    read: Arc<AtomicU64>,
    size: Option<u64>,
    begun: Instant,
    drawn: Instant,
    rows: u64,
}

impl Progress {
    /// Of an input of that size, of which `read` was read. Hidden where nobody would see it.
    pub(super) fn new(read: Arc<AtomicU64>, size: Option<u64>, hidden: bool) -> Self {
        let bar = ProgressBar::with_draw_target(size, ProgressDrawTarget::stderr());
        if hidden || !std::io::stderr().is_terminal() {
            bar.set_draw_target(ProgressDrawTarget::hidden());
        }
        // The templates are right: a test reads them.
        if let Ok(style) = ProgressStyle::with_template(template(size)) {
            bar.set_style(style.progress_chars("━━─"));
        }
        let now = Instant::now();
        Self { bar, read, size, begun: now, drawn: now, rows: 0 }
    }

    /// One more row is done.
    pub(super) fn row(&mut self, fresh: bool, told: impl FnOnce() -> [(&'static str, u64); 2]) {
        self.rows += 1;
        if self.bar.is_hidden() || (fresh && !self.rows.is_multiple_of(ROWS) && self.rows > ROWS) {
            return;
        }
        let now = Instant::now();
        if now - self.drawn < OFTEN {
            return;
        }
        self.drawn = now;
        self.draw(now - self.begun, told());
    }

    fn draw(&self, passed: Duration, told: [(&'static str, u64); 2]) {
        let read = self.read.load(Ordering::Relaxed);
        self.bar.set_position(read);
        self.bar.set_message(self.line(passed, read, told));
    }

    fn line(&self, passed: Duration, read: u64, told: [(&'static str, u64); 2]) -> String {
        let mut line = format!("{} done", HumanCount(self.rows));
        let rate = u128::from(self.rows) * 1000 / passed.as_millis().max(1);
        let _ = write!(line, ", {}/s", HumanCount(u64::try_from(rate).unwrap_or(u64::MAX)));
        for (name, count) in told.into_iter().filter(|(_, count)| *count > 0) {
            let _ = write!(line, ", {} {name}", HumanCount(count));
        }
        if let Some(left) = self.size.and_then(|size| left(passed, read, size)) {
            let _ = write!(line, ", {} left", HumanDuration(left));
        }
        line
    }

    /// Removes the line.
    pub(super) fn finish(&self) {
        self.bar.finish_and_clear();
    }
}

fn template(size: Option<u64>) -> &'static str {
    if size.is_some() { "{msg} {wide_bar} {percent:>3}%" } else { "{spinner} {msg}" }
}

/// The time that the rest takes, if it goes as before.
fn left(passed: Duration, read: u64, size: u64) -> Option<Duration> {
    let rest = u128::from(size.checked_sub(read)?);
    let millis = passed.as_millis() * rest / u128::from(read).max(1);
    u64::try_from(millis).ok().map(Duration::from_millis)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_line_tells_what_is_done_and_what_is_left() {
        for (size, shown) in
            [(Some(1000), "1,000 done, 100/s, 3 ungraded, 30 seconds left"), (None, "1,000 done, 100/s, 3 ungraded")]
        {
            let mut progress = Progress::new(Arc::new(AtomicU64::new(0)), size, true);
            progress.rows = 1000;
            let told = [("fallback", 0), ("ungraded", 3)];
            assert_eq!(progress.line(Duration::from_secs(10), 250, told), shown);
            assert!(ProgressStyle::with_template(template(size)).is_ok());
        }
    }

    #[test]
    fn what_is_left_needs_something_to_go_by() {
        assert_eq!(left(Duration::from_secs(10), 250, 1000), Some(Duration::from_secs(30)));
        assert_eq!(left(Duration::from_secs(10), 20, 10), None);
    }
}
