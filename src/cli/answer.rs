//! Reads an answer: from a file, a pipe, or typed.

use std::fs;
use std::io::{self, IsTerminal, Read as _};
use std::path::Path;

use anyhow::{Context as _, bail};

use super::printer::Printer;
use super::terminal::{leave_on_signal, read_typed};
use crate::bank::FrontMatter;
use crate::model::{Answer, non_text};

const LARGEST: usize = Answer::LARGEST;

/// An answer's text, and what its head says.
pub(super) struct Input {
    name: String,
    text: String,
    head: FrontMatter,
}

impl Input {
    /// Reads `file`; standard input where it is `-` or absent.
    pub(super) fn read(file: Option<&Path>, printer: &Printer) -> anyhow::Result<Self> {
        let (name, bytes) = match file.filter(|file| *file != Path::new("-")) {
            Some(file) => {
                let name = file.display().to_string();
                let read = fs::File::open(file).and_then(bounded);
                let bytes = read.with_context(|| format!("cannot read the answer {name}"))?;
                (name, bytes)
            }
            None => ("-".to_owned(), from_standard_input(printer)?),
        };
        let shown = if name == "-" { "standard input" } else { &name };
        if bytes.len() > LARGEST {
            bail!(
                "{shown} holds more than the {} MiB that an answer may hold\nhint: grade its parts one by one",
                LARGEST >> 20
            );
        }
        if let Some(kind) = non_text(&bytes) {
            bail!("{shown} is {kind}, which is not graded\nhint: save it as plain text in UTF-8");
        }
        let text = decode(&name, bytes, printer);
        let head = FrontMatter::split(&text).with_context(|| name.clone())?;
        Ok(Self { name, text, head })
    }

    /// The id of the question that the head names.
    pub(super) fn question(&self) -> Option<&str> {
        self.head.question.as_deref()
    }

    /// The answer below the head.
    pub(super) fn answer(&self) -> Answer<'_> {
        Answer { id: &self.name, text: &self.text, body: self.head.body }
    }

    /// The answer's own words.
    pub(super) fn body(&self) -> &str {
        &self.text[self.head.body..]
    }
}

/// All there is, up to what is too much.
fn bounded(source: impl io::Read) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    source.take(LARGEST as u64 + 1).read_to_end(&mut bytes)?;
    Ok(bytes)
}

fn from_standard_input(printer: &Printer) -> anyhow::Result<Vec<u8>> {
    if io::stdin().is_terminal() {
        let keys = if cfg!(windows) { "Ctrl-Z and Enter" } else { "Ctrl-D" };
        printer.note(&format!("type your answer, then press {keys} on an empty line; Ctrl-C leaves without a grade"));
        return read_typed(LARGEST, leave_on_signal);
    }
    bounded(io::stdin().lock()).context("cannot read standard input")
}

/// Text of bytes; what is not UTF-8 becomes U+FFFD, and is told.
fn decode(name: &str, bytes: Vec<u8>, printer: &Printer) -> String {
    String::from_utf8(bytes).unwrap_or_else(|error| {
        let at = error.utf8_error().valid_up_to();
        let byte = error.as_bytes()[at];
        printer.warning(&format!(
            "{name} is not UTF-8: byte {at} is 0x{byte:02x}; it is graded with U+FFFD in place of what cannot be read, and \
             offsets count in that text"
        ));
        String::from_utf8_lossy(error.as_bytes()).into_owned()
    })
}
