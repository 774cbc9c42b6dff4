//! Owns the terminal while an answer is typed: sets its mode, and restores the previous mode in every case.

use std::io::{self, Read as _};

use anyhow::Context as _;

use crate::cli::exit_status::ExitStatus;
use crate::cli::hints::advised;

/// The user pressed Ctrl-C before the end of the answer.
#[derive(Debug, thiserror::Error)]
#[error("stopped")]
pub(in crate::cli) struct Interrupted;

/// Restores the previous mode of the terminal.
pub(in crate::cli) type Restore = Box<dyn Fn() + Send>;

/// The maximum line length of a terminal in canonical mode on Linux and on macOS, in bytes.
const MAX_CANONICAL: [usize; 2] = [4095, 1023];

/// Reads text that is typed or pasted at standard input, which must be a terminal, up to Ctrl-D. The text may be
/// slightly longer than `limit` bytes. `install_signal_handler` is called before the mode of the terminal changes. The
/// handler that it installs must restore the mode before the program ends.
///
/// # Errors
/// [`Interrupted`] after Ctrl-C, errors of the system, and, if the mode of the terminal cannot be set, a line that the
/// terminal may have truncated.
#[cfg_attr(not(unix), allow(unused_variables))]
pub(in crate::cli) fn read_typed(
    limit: usize,
    install_signal_handler: impl FnOnce(Restore) -> anyhow::Result<()>,
) -> anyhow::Result<Vec<u8>> {
    #[cfg(unix)]
    if let Some(session) = unix::Session::start(install_signal_handler)? {
        return session.read(limit);
    }
    let mut bytes = Vec::new();
    io::stdin().lock().take(limit as u64 + 1).read_to_end(&mut bytes)?;
    match truncated_line(&bytes).filter(|_| cfg!(unix)) {
        None => Ok(bytes),
        Some(line) => Err(advised(
            format!("line {line} has the maximum length of a line on this terminal, so its end may be missing"),
            "save the text to a file, and name the file",
        )),
    }
}

/// Installs a signal handler that restores the terminal and ends the program, for commands without their own handler.
///
/// # Errors
/// A handler is already installed.
pub(in crate::cli) fn exit_on_signal(restore: Restore) -> anyhow::Result<()> {
    let leave = move || {
        restore();
        std::process::exit(i32::from(ExitStatus::Interrupted.code()));
    };
    ctrlc::set_handler(leave).context("cannot install a signal handler")
}

/// The number, from 1, of the first line with the maximum length of canonical mode.
fn truncated_line(bytes: &[u8]) -> Option<usize> {
    bytes.split(|byte| *byte == b'\n').position(|line| MAX_CANONICAL.contains(&line.len())).map(|line| line + 1)
}

#[cfg(unix)]
mod unix {
    use std::fs::File;
    use std::io::{self, Write as _};
    use std::sync::{Arc, Mutex, PoisonError};

    use anyhow::Context as _;
    use nix::errno::Errno;
    use nix::sys::signal::{Signal, raise};
    use nix::sys::termios::{InputFlags, LocalFlags, SetArg, SpecialCharacterIndices, Termios, tcgetattr, tcsetattr};
    use nix::unistd::{read, ttyname};

    use super::{Interrupted, Restore};
    use crate::cli::terminal::line_editor::{LineEditor, Request};

    const ENABLE_BRACKETED_PASTE: &[u8] = b"\x1b[?2004h";
    const DISABLE_BRACKETED_PASTE: &[u8] = b"\x1b[?2004l";
    const DEFAULT_COLUMNS: usize = 80;

    /// Sets the mode of the terminal and restores the previous mode.
    #[derive(Clone)]
    struct Mode {
        /// The previous mode; `None` unless it must be restored.
        before: Arc<Mutex<Option<Termios>>>,
        screen: Arc<File>,
        is_dumb: bool,
    }

    impl Mode {
        fn restore(&self) {
            let Some(before) = self.before.lock().unwrap_or_else(PoisonError::into_inner).take() else { return };
            // An error means that the terminal no longer exists.
            let _ = tcsetattr(io::stdin(), SetArg::TCSANOW, &before);
            if !self.is_dumb {
                let _ = (&*self.screen).write_all(DISABLE_BRACKETED_PASTE);
            }
        }

        /// Sets a mode in which the terminal delivers every byte at once, and neither shows nor interprets it.
        fn set(&self) -> io::Result<()> {
            let before = tcgetattr(io::stdin())?;
            let mut typing = before.clone();
            typing.local_flags &= !(LocalFlags::ICANON | LocalFlags::ECHO | LocalFlags::ISIG | LocalFlags::IEXTEN);
            typing.input_flags &= !(InputFlags::ICRNL | InputFlags::INLCR | InputFlags::IGNCR | InputFlags::ISTRIP);
            typing.control_chars[SpecialCharacterIndices::VMIN as usize] = 1;
            typing.control_chars[SpecialCharacterIndices::VTIME as usize] = 0;
            // Stored before the change, because a signal that arrives during the change must find the previous mode.
            *self.before.lock().unwrap_or_else(PoisonError::into_inner) = Some(before);
            tcsetattr(io::stdin(), SetArg::TCSANOW, &typing)?;
            if !self.is_dumb {
                (&*self.screen).write_all(ENABLE_BRACKETED_PASTE)?;
            }
            Ok(())
        }
    }

    /// A terminal at which an answer is being typed.
    pub(super) struct Session {
        mode: Mode,
    }

    impl Drop for Session {
        fn drop(&mut self) {
            self.mode.restore();
        }
    }

    impl Session {
        /// Takes over the terminal; `None` if its mode cannot be set or its screen cannot be written to.
        pub(super) fn start(
            install_signal_handler: impl FnOnce(Restore) -> anyhow::Result<()>,
        ) -> anyhow::Result<Option<Self>> {
            let Ok(screen) = ttyname(io::stdin()).map_err(io::Error::from).and_then(|name| {
                // Opens the terminal itself, because typed text must appear there even if standard output is
                // redirected.
                File::options().write(true).open(name)
            }) else {
                return Ok(None);
            };
            let is_dumb = std::env::var_os("TERM").is_none_or(|term| term.is_empty() || term == "dumb");
            let mode = Mode { before: Arc::default(), screen: Arc::new(screen), is_dumb };
            let on_signal = mode.clone();
            // The handler is for signals from other processes. Ctrl-C at the terminal is read as a byte.
            install_signal_handler(Box::new(move || on_signal.restore()))?;
            let session = Self { mode };
            Ok(session.mode.set().is_ok().then_some(session))
        }

        pub(super) fn read(&self, limit: usize) -> anyhow::Result<Vec<u8>> {
            let mut editor = LineEditor::new(self.columns());
            let mut buffer = [0; 4096];
            while editor.len() <= limit {
                let count = match read(io::stdin(), &mut buffer) {
                    Ok(0) => break,
                    Ok(count) => count,
                    Err(Errno::EINTR) => continue,
                    Err(error) => return Err(io::Error::from(error)).context("cannot read from the terminal"),
                };
                editor.resize(self.columns());
                let mut screen = Vec::with_capacity(count);
                for &byte in buffer.get(..count).unwrap_or_default() {
                    match editor.feed(byte, &mut screen) {
                        Request::Continue => {}
                        Request::Suspend => {
                            screen.extend_from_slice(b"^Z\r\n");
                            self.show(&screen)?;
                            screen.clear();
                            self.suspend()?;
                            editor.repaint(&mut screen);
                        }
                        Request::End => {
                            self.show(&screen)?;
                            return Ok(editor.into_text());
                        }
                        Request::Interrupt => {
                            screen.extend_from_slice(b"^C\r\n");
                            self.show(&screen)?;
                            return Err(Interrupted.into());
                        }
                    }
                }
                self.show(&screen)?;
            }
            Ok(editor.into_text())
        }

        /// Suspends the process as Ctrl-Z does, and returns when it is continued.
        fn suspend(&self) -> anyhow::Result<()> {
            self.mode.restore();
            raise(Signal::SIGTSTP).map_err(io::Error::from).context("cannot suspend the program")?;
            self.mode.set().context("cannot set the mode of the terminal")
        }

        fn show(&self, bytes: &[u8]) -> anyhow::Result<()> {
            (&*self.mode.screen).write_all(bytes).context("cannot write to the terminal")
        }

        fn columns(&self) -> usize {
            terminal_size::terminal_size_of(&*self.mode.screen)
                .map_or(DEFAULT_COLUMNS, |(width, _)| usize::from(width.0))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_of_the_maximum_length_may_be_truncated() {
        let line = |length: usize| "a".repeat(length);
        assert_eq!(truncated_line(format!("x\n{}\n", line(4095)).as_bytes()), Some(2));
        assert_eq!(truncated_line(line(1023).as_bytes()), Some(1));
        assert_eq!(truncated_line(format!("{}\n{}\n", line(4094), line(4096)).as_bytes()), None);
    }
}
