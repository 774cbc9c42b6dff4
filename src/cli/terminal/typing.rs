//! The terminal while an answer is typed: its mode, and how it gets its old one back in every case.

use std::io::{self, Read as _};

use anyhow::{Context as _, bail};

use crate::cli::exit_status::ExitStatus;

/// The user pressed Ctrl-C instead of finishing.
#[derive(Debug, thiserror::Error)]
#[error("stopped")]
pub(in crate::cli) struct Interrupted;

/// Gives the terminal its old mode back.
pub(in crate::cli) type Restore = Box<dyn Fn() + Send>;

/// The lengths at which terminals in canonical mode cut lines: Linux, and macOS.
const CUT_AT: [usize; 2] = [4095, 1023];

/// Reads what is typed or pasted on standard input, a terminal, up to Ctrl-D; a little more than `limit` bytes
/// at most. `listen` is called before the mode of the terminal changes, and has signals from other processes
/// restore it before the program ends.
///
/// # Errors
/// [`Interrupted`] after Ctrl-C; what the system reports; and, for a terminal whose mode cannot be set, a line
/// that it may have cut.
#[cfg_attr(not(unix), allow(unused_variables))]
pub(in crate::cli) fn read_typed(
    limit: usize,
    listen: impl FnOnce(Restore) -> anyhow::Result<()>,
) -> anyhow::Result<Vec<u8>> {
    #[cfg(unix)]
    if let Some(session) = unix::Session::begin(listen)? {
        return session.read(limit);
    }
    let mut bytes = Vec::new();
    io::stdin().lock().take(limit as u64 + 1).read_to_end(&mut bytes)?;
    match cut_line(&bytes).filter(|_| cfg!(unix)) {
        None => Ok(bytes),
        Some(line) => bail!(
            "line {line} is as long as this terminal lets a line be, so its end may be missing\nhint: save the text as \
             a file, and name the file"
        ),
    }
}

/// Has signals restore the terminal and end the program, where nothing else listens for them.
///
/// # Errors
/// Where something listens already.
pub(in crate::cli) fn leave_on_signal(restore: Restore) -> anyhow::Result<()> {
    let leave = move || {
        restore();
        std::process::exit(i32::from(ExitStatus::Interrupted.code()));
    };
    ctrlc::set_handler(leave).context("cannot listen for signals")
}

/// The first line, from 1, that is exactly as long as lines can be in canonical mode.
fn cut_line(bytes: &[u8]) -> Option<usize> {
    bytes.split(|byte| *byte == b'\n').position(|line| CUT_AT.contains(&line.len())).map(|line| line + 1)
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

    const PASTES_ARE_BRACKETED: &[u8] = b"\x1b[?2004h";
    const PASTES_ARE_PLAIN: &[u8] = b"\x1b[?2004l";
    const USUAL_COLUMNS: usize = 80;

    /// The mode of the terminal before, as long as it is to be restored.
    #[derive(Clone)]
    struct Mode {
        before: Arc<Mutex<Option<Termios>>>,
        screen: Arc<File>,
        is_dumb: bool,
    }

    impl Mode {
        fn restore(&self) {
            let Some(before) = self.before.lock().unwrap_or_else(PoisonError::into_inner).take() else { return };
            // Nothing can be done about a terminal that went away.
            let _ = tcsetattr(io::stdin(), SetArg::TCSANOW, &before);
            if !self.is_dumb {
                let _ = (&*self.screen).write_all(PASTES_ARE_PLAIN);
            }
        }

        /// Has every byte delivered at once, and none of them shown or acted upon.
        fn set(&self) -> io::Result<()> {
            let before = tcgetattr(io::stdin())?;
            let mut typing = before.clone();
            typing.local_flags &= !(LocalFlags::ICANON | LocalFlags::ECHO | LocalFlags::ISIG | LocalFlags::IEXTEN);
            typing.input_flags &= !(InputFlags::ICRNL | InputFlags::INLCR | InputFlags::IGNCR | InputFlags::ISTRIP);
            typing.control_chars[SpecialCharacterIndices::VMIN as usize] = 1;
            typing.control_chars[SpecialCharacterIndices::VTIME as usize] = 0;
            // Known before the mode changes, so that a signal in between finds it.
            *self.before.lock().unwrap_or_else(PoisonError::into_inner) = Some(before);
            tcsetattr(io::stdin(), SetArg::TCSANOW, &typing)?;
            if !self.is_dumb {
                (&*self.screen).write_all(PASTES_ARE_BRACKETED)?;
            }
            Ok(())
        }
    }

    /// A terminal on which an answer is typed.
    pub(super) struct Session {
        mode: Mode,
    }

    impl Drop for Session {
        fn drop(&mut self) {
            self.mode.restore();
        }
    }

    impl Session {
        /// Takes over the terminal; `None` where its mode cannot be set or its screen not be written to.
        pub(super) fn begin(listen: impl FnOnce(Restore) -> anyhow::Result<()>) -> anyhow::Result<Option<Self>> {
            let Ok(screen) = ttyname(io::stdin()).map_err(io::Error::from).and_then(|name| {
                // What is typed is shown where it was typed, wherever results go.
                File::options().write(true).open(name)
            }) else {
                return Ok(None);
            };
            let is_dumb = std::env::var_os("TERM").is_none_or(|term| term.is_empty() || term == "dumb");
            let mode = Mode { before: Arc::default(), screen: Arc::new(screen), is_dumb };
            let on_signal = mode.clone();
            // Ctrl-C is read as a byte. These come from outside.
            listen(Box::new(move || on_signal.restore()))?;
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

        /// Stops the process as Ctrl-Z does, and goes on when it is continued.
        fn suspend(&self) -> anyhow::Result<()> {
            self.mode.restore();
            raise(Signal::SIGTSTP).map_err(io::Error::from).context("cannot stop")?;
            self.mode.set().context("cannot set the mode of the terminal")
        }

        fn show(&self, bytes: &[u8]) -> anyhow::Result<()> {
            (&*self.mode.screen).write_all(bytes).context("cannot write to the terminal")
        }

        fn columns(&self) -> usize {
            terminal_size::terminal_size_of(&*self.mode.screen).map_or(USUAL_COLUMNS, |(width, _)| usize::from(width.0))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_that_may_have_been_cut_is_found() {
        let line = |length: usize| "a".repeat(length);
        assert_eq!(cut_line(format!("x\n{}\n", line(4095)).as_bytes()), Some(2));
        assert_eq!(cut_line(line(1023).as_bytes()), Some(1));
        assert_eq!(cut_line(format!("{}\n{}\n", line(4094), line(4096)).as_bytes()), None);
    }
}
