//! Destinations of results: a file, for which a stopped run can be continued, a device, or standard output.

use std::fs;
use std::io::{self, IsTerminal as _};
use std::path::Path;

use anyhow::Context as _;

use crate::batch::{BatchError, Durable, SyncToDisk};
use crate::cli::files::is_same_file;
use crate::cli::hints::advised;

/// The kind of an output.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum OutputKind {
    /// A file that exists or will be created.
    File,
    /// A device or pipe with a name, such as `/dev/tty`.
    Device,
    /// Standard output.
    Stream,
}

impl OutputKind {
    /// The kind of an output that is named by a path.
    ///
    /// # Errors
    /// The output is a folder or the input file.
    pub(super) fn of(output: &Path, input: &Path) -> anyhow::Result<Self> {
        let shown = output.display();
        let Ok(metadata) = fs::metadata(output) else { return Ok(Self::File) };
        if metadata.is_dir() {
            return Err(advised(format!("{shown} is a folder"), "name a file with --output"));
        }
        if !metadata.is_file() {
            return Ok(Self::Device);
        }
        if is_same_file(input, output) {
            return Err(advised(format!("{shown} is the input"), "choose another --output"));
        }
        Ok(Self::File)
    }
}

/// The error to show if the reader of the output closed it early. `None` for every other error.
pub(super) fn closed_by_reader(error: &BatchError) -> Option<anyhow::Error> {
    match error {
        BatchError::Disk { doing: "write", path, error } if error.kind() == io::ErrorKind::BrokenPipe => {
            Some(anyhow::anyhow!("{} was closed before all results were written", path.display()))
        }
        _ => None,
    }
}

/// Opens a device. The second value is whether the device is a terminal.
pub(super) fn open_device(output: &Path) -> anyhow::Result<(UnsyncedOutput<fs::File>, bool)> {
    let failed = || format!("cannot write {}", output.display());
    let file = if is_pipe(output) {
        open_pipe(output)?
    } else {
        fs::OpenOptions::new().write(true).open(output).with_context(failed)?
    };
    let is_terminal = file.is_terminal();
    Ok((UnsyncedOutput(file), is_terminal))
}

#[cfg(unix)]
fn is_pipe(output: &Path) -> bool {
    use std::os::unix::fs::FileTypeExt as _;
    fs::metadata(output).is_ok_and(|metadata| metadata.file_type().is_fifo())
}

#[cfg(not(unix))]
fn is_pipe(_: &Path) -> bool {
    false
}

/// Opens a named pipe without waiting for a reader. Once it is open, writing blocks as usual.
#[cfg(unix)]
fn open_pipe(output: &Path) -> anyhow::Result<fs::File> {
    use nix::errno::Errno;
    use nix::fcntl::{FcntlArg, OFlag, fcntl};
    use std::os::unix::fs::OpenOptionsExt as _;
    let failed = || format!("cannot write {}", output.display());
    let opened = fs::OpenOptions::new().write(true).custom_flags(OFlag::O_NONBLOCK.bits()).open(output);
    if opened.as_ref().is_err_and(|error| error.raw_os_error() == Some(Errno::ENXIO as i32)) {
        let message = format!("{}: nothing reads from this pipe", failed());
        return Err(advised(message, "first start the program that reads the pipe"));
    }
    let file = opened.with_context(failed)?;
    let flags = fcntl(&file, FcntlArg::F_GETFL).with_context(failed)?;
    let flags = OFlag::from_bits_retain(flags) - OFlag::O_NONBLOCK;
    fcntl(&file, FcntlArg::F_SETFL(flags)).with_context(failed)?;
    Ok(file)
}

#[cfg(not(unix))]
fn open_pipe(output: &Path) -> anyhow::Result<fs::File> {
    fs::OpenOptions::new().write(true).open(output).with_context(|| format!("cannot write {}", output.display()))
}

/// An output whose bytes need no sync to disk: a device, a pipe or standard output.
pub(super) struct UnsyncedOutput<W>(pub(super) W);

impl<W: io::Write> io::Write for UnsyncedOutput<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.write(bytes)
    }

    fn write_vectored(&mut self, pieces: &[io::IoSlice<'_>]) -> io::Result<usize> {
        self.0.write_vectored(pieces)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

impl<W: io::Write + Send> Durable for UnsyncedOutput<W> {
    fn syncer(&self) -> io::Result<SyncToDisk> {
        Ok(Box::new(|| Ok(())))
    }
}
