//! The one place that prints: results to standard output, notes and errors to standard error.

use std::io::{self, IsTerminal as _, Write};

use anstream::stream::RawStream;
use anstream::{AutoStream, ColorChoice};
use anstyle::{AnsiColor, Style as Paint};
use anyhow::Context as _;
use terminal_size::{Height, Width, terminal_size_of};

use super::args::Color;
use super::hints;
use super::settings::Settings;
use crate::report::{self, DataLayout, Style};

/// Width of a report where there is no terminal to ask.
const USUAL_WIDTH: usize = 80;

/// Prints for one command.
pub(super) struct Printer {
    pub(super) style: Style,
    /// For what is written to standard error.
    pub(super) style_aside: Style,
    /// Whether standard output is a terminal.
    pub(super) is_terminal: bool,
    errors: bool,
    quiet: bool,
}

impl Printer {
    pub(super) fn new(settings: &Settings) -> Self {
        let color = Some(settings.color.value);
        let (out, errors) = (io::stdout(), io::stderr());
        let colors_errors = uses_color(color, &errors);
        Self {
            style: Style { width: width(terminal_size_of(&out)), color: uses_color(color, &out) },
            style_aside: Style { width: width(terminal_size_of(&errors)), color: colors_errors },
            is_terminal: out.is_terminal(),
            errors: colors_errors,
            quiet: settings.quiet.value,
        }
    }

    /// For when there are no settings yet.
    pub(super) fn for_errors(color: Option<Color>) -> Self {
        let errors = uses_color(color, &io::stderr());
        let style = Style::default();
        Self { style, style_aside: style, is_terminal: false, errors, quiet: false }
    }

    /// Writes a result, whole.
    #[allow(clippy::unused_self)] // printing is the printer's, whether or not it needs to know anything
    pub(super) fn result(&self, text: &str) -> anyhow::Result<()> {
        write_whole(text).context("cannot write the result")
    }

    /// Writes data for programs. A terminal gets it with control characters made visible.
    pub(super) fn data(&self, text: &str, layout: DataLayout) -> anyhow::Result<()> {
        if self.is_terminal { self.result(&report::for_terminal(text, layout)) } else { self.result(text) }
    }

    /// Writes what is no result, because results go to standard output.
    #[allow(clippy::unused_self)] // as above
    pub(super) fn aside(&self, text: &str) {
        // Nobody is left to tell when standard error is closed.
        let _ = io::stderr().lock().write_all(text.as_bytes());
    }

    /// Whether the least is to be printed.
    pub(super) fn is_quiet(&self) -> bool {
        self.quiet
    }

    /// Tells the person something that is not the result.
    pub(super) fn note(&self, text: &str) {
        if !self.quiet {
            self.say("note", AnsiColor::Cyan, text);
        }
    }

    /// Warns of something that changed the result, even when quiet.
    pub(super) fn warning(&self, text: &str) {
        self.say("warning", AnsiColor::Yellow, text);
    }

    /// Says why the program could not run.
    pub(super) fn error(&self, error: &anyhow::Error) {
        let hint = hints::of(error).map_or_else(String::new, |hint| format!("\nhint: {hint}"));
        self.say("error", AnsiColor::Red, &format!("{error:#}{hint}"));
    }

    fn say(&self, what: &str, color: AnsiColor, text: &str) {
        let paint = if self.errors { Paint::new().bold().fg_color(Some(color.into())) } else { Paint::new() };
        let printable = report::printable(text);
        // Nobody is left to tell when standard error is closed.
        let _ = writeln!(io::stderr().lock(), "{paint}{what}{paint:#}: {printable}");
    }
}

fn write_whole(text: &str) -> io::Result<()> {
    let mut out = io::stdout().lock();
    out.write_all(text.as_bytes())?;
    if !text.ends_with('\n') {
        out.write_all(b"\n")?;
    }
    out.flush()
}

fn uses_color(choice: Option<Color>, stream: &impl RawStream) -> bool {
    match choice {
        Some(Color::Always) => true,
        Some(Color::Never) => false,
        Some(Color::Auto) | None => {
            stream.is_terminal() && AutoStream::choice(stream) != ColorChoice::Never && !no_color()
        }
    }
}

fn no_color() -> bool {
    std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty())
}

/// Columns of a terminal. Some terminals report 0, which means that they do not know.
fn width(terminal: Option<(Width, Height)>) -> usize {
    terminal.map(|(width, _)| usize::from(width.0)).filter(|width| *width > 0).unwrap_or(USUAL_WIDTH)
}

/// Whether the reader of standard output went away: no fault of ours.
pub(super) fn is_broken_pipe(error: &anyhow::Error) -> bool {
    error.root_cause().downcast_ref::<io::Error>().is_some_and(|error| error.kind() == io::ErrorKind::BrokenPipe)
}
