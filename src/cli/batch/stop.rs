//! Handles Ctrl-C and signals: after the first, a run finishes the answers in progress; the second ends the process.

use std::io::{self, Write as _};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use anyhow::Context as _;

use crate::cli::exit_status::ExitStatus;
use crate::cli::terminal::Restore;

/// The effect of a signal on the run.
pub(super) struct Interrupts {
    /// Set when the user or the system asks the process to stop.
    pub(super) stop: Arc<AtomicBool>,
    /// Restores the terminal while rows are typed there. A signal then ends the process at once.
    typing: Arc<Mutex<Option<Restore>>>,
}

impl Interrupts {
    /// Installs the handler. A process can do this only once.
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
            // A closed standard error has no reader to inform.
            let _ =
                writeln!(io::stderr(), "\nfinishing the answers in progress; press Ctrl-C again to stop immediately");
        })
        .context("cannot listen for Ctrl-C")?;
        Ok(interrupts)
    }

    /// Sets how to restore the terminal while rows are typed there. `None` means that typing has ended.
    pub(super) fn while_typing(&self, restore: Option<Restore>) {
        *self.typing.lock().unwrap_or_else(PoisonError::into_inner) = restore;
    }
}
