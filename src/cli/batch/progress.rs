//! The progress of a batch, on one line of standard error.

use std::fmt::Write as _;
use std::io::IsTerminal as _;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use indicatif::{HumanCount, HumanDuration, ProgressBar, ProgressDrawTarget, ProgressStyle};

/// Minimum time between two updates of the line.
const INTERVAL: Duration = Duration::from_millis(100);
/// Number of rows after which the clock is read.
const ROWS: u64 = 64;

/// A line with the number of graded rows, their rate, the remaining time, and numbers of results.
pub(super) struct Progress {
    bar: ProgressBar,
    read: Arc<AtomicU64>,
    size: Option<u64>,
    start: Instant,
    drawn: Instant,
    rows: u64,
}

impl Progress {
    /// The progress of an input of `size` bytes; `read` counts the bytes read so far. Hidden unless standard
    /// error is a terminal.
    pub(super) fn new(read: Arc<AtomicU64>, size: Option<u64>, hidden: bool) -> Self {
        let bar = ProgressBar::with_draw_target(size, ProgressDrawTarget::stderr());
        if hidden || !std::io::stderr().is_terminal() {
            bar.set_draw_target(ProgressDrawTarget::hidden());
        }
        // This cannot fail, because a test parses the templates.
        if let Ok(style) = ProgressStyle::with_template(template(size)) {
            bar.set_style(style.progress_chars("━━─"));
        }
        let now = Instant::now();
        Self { bar, read, size, start: now, drawn: now, rows: 0 }
    }

    /// Counts a row, and updates the line if it is due. `counts` gives names and numbers of results.
    pub(super) fn row(&mut self, fresh: bool, counts: impl FnOnce() -> [(&'static str, u64); 2]) {
        self.rows += 1;
        if self.bar.is_hidden() || (fresh && !self.rows.is_multiple_of(ROWS) && self.rows > ROWS) {
            return;
        }
        let now = Instant::now();
        if now - self.drawn < INTERVAL {
            return;
        }
        self.drawn = now;
        self.draw(now - self.start, counts());
    }

    fn draw(&self, passed: Duration, counts: [(&'static str, u64); 2]) {
        let read = self.read.load(Ordering::Relaxed);
        self.bar.set_position(read);
        self.bar.set_message(self.line(passed, read, counts));
    }

    fn line(&self, passed: Duration, read: u64, counts: [(&'static str, u64); 2]) -> String {
        let mut line = format!("{} done", HumanCount(self.rows));
        let rate = u128::from(self.rows) * 1000 / passed.as_millis().max(1);
        let _ = write!(line, ", {}/s", HumanCount(u64::try_from(rate).unwrap_or(u64::MAX)));
        for (name, count) in counts.into_iter().filter(|(_, count)| *count > 0) {
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

/// The time for the rest of the input at the rate so far.
fn left(passed: Duration, read: u64, size: u64) -> Option<Duration> {
    let rest = u128::from(size.checked_sub(read)?);
    let millis = passed.as_millis() * rest / u128::from(read).max(1);
    u64::try_from(millis).ok().map(Duration::from_millis)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_line_shows_rows_done_and_time_left() {
        for (size, shown) in
            [(Some(1000), "1,000 done, 100/s, 3 ungraded, 30 seconds left"), (None, "1,000 done, 100/s, 3 ungraded")]
        {
            let mut progress = Progress::new(Arc::new(AtomicU64::new(0)), size, true);
            progress.rows = 1000;
            let counts = [("fallback", 0), ("ungraded", 3)];
            assert_eq!(progress.line(Duration::from_secs(10), 250, counts), shown);
            assert!(ProgressStyle::with_template(template(size)).is_ok());
        }
    }

    #[test]
    fn the_time_left_is_unknown_if_more_was_read_than_expected() {
        assert_eq!(left(Duration::from_secs(10), 250, 1000), Some(Duration::from_secs(30)));
        assert_eq!(left(Duration::from_secs(10), 20, 10), None);
    }
}
