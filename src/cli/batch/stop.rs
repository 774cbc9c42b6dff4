//! Ctrl-C and signals: the first asks to come to an end, the second leaves at once.

use std::io::{self, Write as _};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use anyhow::Context as _;

use crate::cli::exit_status::ExitStatus;
use crate::cli::terminal::Restore;

/// What a signal does to the run.
pub(super) struct Interrupts {
    /// Set when the person, or the system, wants the process to come to an end.
    pub(super) stop: Arc<AtomicBool>,
    /// Restores the terminal, as long as rows are typed there. A signal then leaves at once.
    typing: Arc<Mutex<Option<Restore>>>,
}

impl Interrupts {
    /// Listens from now on; a process can do this once.
    pub(super) fn listen() -> anyhow::Result<Self> {
        let interrupts = Self { stop: Arc::default(), typing: Arc::default() };
        let (stop, typing) = (Arc::clone(&interrupts.stop), Arc::clone(&interrupts.typing));
        ctrlc::set_handler(move || {
            let restore = typing.lock().unwrap_or_else(PoisonError::into_inner).take();
            if let Some(restore) = &restore {
                restore();
            }
            if restore.is_some() || stop.swap(true, Ordering::Relaxed) {
                std::process::exit(i32::from(ExitStatus::Interrupted.code()));
            }
            // Nobody is left to tell when standard error is closed.
            let _ = writeln!(io::stderr(), "\nfinishing what has begun; Ctrl-C once more leaves at once");
        })
        .context("cannot listen for Ctrl-C")?;
        Ok(interrupts)
    }

    /// Says how to restore the terminal while rows are typed there; `None` when they have been typed.
    pub(super) fn while_typing(&self, restore: Option<Restore>) {
        *self.typing.lock().unwrap_or_else(PoisonError::into_inner) = restore;
    }
}
