//! Ctrl-C: the first press asks to come to an end, the second leaves at once.

use std::io::{self, Write as _};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use anyhow::Context as _;

use crate::cli::run::INTERRUPTED;

/// Set when the person, or the system, wants the process to come to an end.
pub(super) fn on_interrupt() -> anyhow::Result<Arc<AtomicBool>> {
    let stop = Arc::new(AtomicBool::new(false));
    let asked = Arc::clone(&stop);
    ctrlc::set_handler(move || {
        if asked.swap(true, Ordering::Relaxed) {
            std::process::exit(i32::from(INTERRUPTED));
        }
        // Nobody is left to tell when standard error is closed.
        let _ = writeln!(io::stderr(), "\nfinishing what has begun; Ctrl-C once more leaves at once");
    })
    .context("cannot listen for Ctrl-C")?;
    Ok(stop)
}
