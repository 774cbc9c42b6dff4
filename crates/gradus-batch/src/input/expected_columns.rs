//! Opens an input and checks that it can have the columns that the caller named.
//!
//! A folder and a file with JSON lines are checked here. A table has a heading, in which its reader looks columns up.

use std::path::Path;

use super::error::{InputError, InputFault};
use super::field_search::FieldSearch;
use super::format::InputFormat;
use super::lines::LineReader;
use super::open::{InputContext, Opened, Reader, open};

/// Columns that an input without a heading must have.
pub(super) struct ExpectedColumns {
    /// At least one row of JSON must have each of these.
    pub(super) in_rows: Vec<String>,
    /// A column that no file of a folder has.
    pub(super) not_in_folder: Option<String>,
}

/// Opens an input as [`open`] does.
///
/// # Errors
/// Also when a folder is asked for a column that its files do not have, or no row of a file with JSON lines has an expected
/// column. A pipe is not read ahead.
pub(super) fn open_with_columns(
    path: &Path,
    format: Option<InputFormat>,
    expected: &ExpectedColumns,
    context: &InputContext,
) -> Result<Opened, InputError> {
    let mut opened = open(path, format, context)?;
    let fault = match &mut opened.reader {
        Reader::Folder(_) => expected.not_in_folder.clone().map(|column| InputFault::NoColumnInFolder { column }),
        Reader::Lines(lines) if opened.size.is_some() => {
            // Opened again, because the rows must stay unread.
            missing_field(lines, expected, || open(path, format, context).map(|opened| opened.reader))?
        }
        _ => None,
    };
    match fault {
        None => Ok(opened),
        Some(fault) => Err(InputError::Unusable { name: opened.name, fault }),
    }
}

/// An expected column that no row of a file with JSON lines has. Reads as far as the rows that have the columns: usually
/// only the first row in the buffer, and otherwise rows of a second reader, which `again` opens.
fn missing_field(
    lines: &mut LineReader,
    expected: &ExpectedColumns,
    again: impl FnOnce() -> Result<Reader, InputError>,
) -> Result<Option<InputFault>, InputError> {
    let mut search = FieldSearch::new(expected.in_rows.clone());
    // Errors of the input are reported when rows are read.
    search.add_lines(lines.peek().unwrap_or_default());
    if search.is_done() {
        return Ok(None);
    }
    let Reader::Lines(mut lines) = again()? else { return Ok(None) };
    Ok(search.add_all(&mut lines).ok().and_then(|()| search.fault()))
}
