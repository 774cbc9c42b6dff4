//! Reads an answer from a file, from standard input, or as it is typed at the terminal.

use std::fs;
use std::io::{self, IsTerminal, Read as _};
use std::path::Path;

use anyhow::Context as _;

use super::hints::advised;
use super::printer::Printer;
use super::terminal::{exit_on_signal, read_typed};
use crate::bank::FrontMatter;
use crate::model::{Answer, non_text};

/// Larger answers are rejected. In bytes.
const MAX_BYTES: usize = Answer::LARGEST;

/// The text of an answer and its front matter.
pub(super) struct Input {
    name: String,
    text: String,
    head: FrontMatter,
}

impl Input {
    /// Reads `file`, or standard input for `-` or no file.
    ///
    /// # Errors
    /// The file cannot be read, is too large or is not text, or its front matter is not valid.
    pub(super) fn read(file: Option<&Path>, printer: &Printer) -> anyhow::Result<Self> {
        let (name, bytes) = match file.filter(|file| *file != Path::new("-")) {
            Some(file) => {
                let name = file.display().to_string();
                if file.is_dir() {
                    return Err(advised(
                        format!("{name} is a folder"),
                        "`gradus batch` grades the answers in a folder",
                    ));
                }
                let read = fs::File::open(file).and_then(bounded);
                let bytes = read.with_context(|| format!("cannot read the answer {name}"))?;
                (name, bytes)
            }
            None => ("-".to_owned(), from_standard_input(printer)?),
        };
        let shown = if name == "-" { "standard input" } else { &name };
        if bytes.len() > MAX_BYTES {
            let message = format!("{shown} is larger than {} MiB, the limit for an answer", MAX_BYTES >> 20);
            return Err(advised(message, "grade its parts separately"));
        }
        if let Some(kind) = non_text(&bytes) {
            return Err(advised(format!("{shown} is {kind}, which is not graded"), "save it as plain text in UTF-8"));
        }
        let text = decode(shown, bytes, printer);
        let head = FrontMatter::split(&text).with_context(|| shown.to_owned())?;
        Ok(Self { name, text, head })
    }

    /// The id of the question that the front matter names.
    pub(super) fn question(&self) -> Option<&str> {
        self.head.question.as_deref()
    }

    /// The answer with its id.
    pub(super) fn answer(&self) -> Answer<'_> {
        Answer { id: &self.name, text: &self.text, body: self.head.body }
    }

    /// The text without the front matter.
    pub(super) fn body(&self) -> &str {
        &self.text[self.head.body..]
    }
}

/// Reads a source up to one byte beyond the limit, so that the caller can tell whether it is too long.
fn bounded(source: impl io::Read) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    source.take(MAX_BYTES as u64 + 1).read_to_end(&mut bytes)?;
    Ok(bytes)
}

fn from_standard_input(printer: &Printer) -> anyhow::Result<Vec<u8>> {
    if io::stdin().is_terminal() {
        let keys = if cfg!(windows) { "Ctrl-Z and Enter" } else { "Ctrl-D" };
        printer.note(&format!("type your answer, then press {keys} on an empty line; Ctrl-C stops without a grade"));
        return read_typed(MAX_BYTES, exit_on_signal);
    }
    bounded(io::stdin().lock()).context("cannot read standard input")
}

/// Decodes UTF-8. Bytes that are not UTF-8 become U+FFFD, with a warning.
fn decode(name: &str, bytes: Vec<u8>, printer: &Printer) -> String {
    String::from_utf8(bytes).unwrap_or_else(|error| {
        let at = error.utf8_error().valid_up_to();
        let byte = error.as_bytes()[at];
        printer.warning(&format!(
            "{name} is not UTF-8: byte {at} is 0x{byte:02x}; it is graded with U+FFFD instead of bytes that are not \
             UTF-8, and offsets refer to that text"
        ));
        String::from_utf8_lossy(error.as_bytes()).into_owned()
    })
}
