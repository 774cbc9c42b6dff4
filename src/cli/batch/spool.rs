//! Copies an input that can be read only once to a temporary file.
//!
//! A pipe is copied if it must be read twice. A terminal is always copied: its own line buffer cuts lines after 4,095
//! bytes, so rows are typed or pasted in a mode without that buffer.

use std::fs;
use std::io::{self, IsTerminal as _, Write as _};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use anyhow::Context as _;
use tempfile::NamedTempFile;

use super::stop::Interrupts;
use crate::batch::{BatchError, InputError, Pipe};
use crate::cli::files::{display_name, is_stream};
use crate::cli::hints::advised;
use crate::cli::printer::Printer;
use crate::cli::terminal::read_typed;

/// Maximum number of bytes that can be typed or pasted. They are kept in memory.
const LARGEST_TYPED: usize = 1 << 30;

/// Copies `input`. `None` if the input itself can be read. A pipe is copied only if `is_read_twice` is true.
pub(super) fn spool(
    input: &Path,
    is_read_twice: bool,
    interrupts: &Interrupts,
    printer: &Printer,
) -> anyhow::Result<Option<NamedTempFile>> {
    if is_stream(input) && io::stdin().is_terminal() {
        return typed(interrupts, printer).map(Some);
    }
    // An input that is missing is reported when it is opened.
    let is_read_once = || fs::metadata(input).is_ok_and(|about| !about.is_file() && !about.is_dir());
    if !is_read_twice || !(is_stream(input) || is_read_once()) {
        return Ok(None);
    }
    match copy(input, interrupts) {
        Err(_) if interrupts.stop.load(Ordering::Relaxed) => {
            Err(BatchError::from(InputError::Stopped { name: input.display().to_string() }).into())
        }
        copied => copied
            .with_context(|| format!("cannot copy {} to a temporary file (a table is read twice)", display_name(input)))
            .map(Some),
    }
}

fn copy(input: &Path, interrupts: &Interrupts) -> io::Result<NamedTempFile> {
    let (path, is_stream) = (input.to_owned(), is_stream(input));
    let open = move || -> io::Result<Box<dyn io::Read>> {
        Ok(if is_stream { Box::new(io::stdin()) } else { Box::new(fs::File::open(path)?) })
    };
    let mut file = NamedTempFile::new()?;
    io::copy(&mut Pipe::new(open, Arc::clone(&interrupts.stop)), &mut file)?;
    Ok(file)
}

/// Copies the rows that the user types or pastes on the terminal.
fn typed(interrupts: &Interrupts, printer: &Printer) -> anyhow::Result<NamedTempFile> {
    let keys = if cfg!(windows) { "Ctrl-Z and Enter" } else { "Ctrl-D" };
    printer.note(&format!("type or paste the rows, then press {keys} on an empty line; Ctrl-C stops without grading"));
    let rows = read_typed(LARGEST_TYPED, |restore| {
        interrupts.while_typing(Some(restore));
        Ok(())
    });
    interrupts.while_typing(None);
    let rows = rows?;
    if rows.len() > LARGEST_TYPED {
        let message = format!("more than {LARGEST_TYPED} bytes were typed");
        return Err(advised(message, "save the rows as a file, and name the file"));
    }
    let keep = || -> io::Result<NamedTempFile> {
        let mut file = NamedTempFile::new()?;
        file.write_all(&rows)?;
        Ok(file)
    };
    keep().context("cannot keep the typed rows in a temporary file")
}
