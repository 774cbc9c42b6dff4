//! Prints results to standard output, and notes, warnings and errors to standard error. Other modules print only while
//! a batch runs: its results, its progress and the reply to Ctrl-C.

use std::io::{self, IsTerminal as _, Write};

use anstream::stream::RawStream;
use anstream::{AutoStream, ColorChoice};
use anstyle::{AnsiColor, Style as Paint};
use anyhow::Context as _;
use terminal_size::{Height, Width, terminal_size_of};

use super::args::Color;
use super::hints;
use crate::report::{self, DataLayout, Style};

/// Width of a report in columns, if standard output is not a terminal or the terminal does not report its width.
const DEFAULT_WIDTH: usize = 80;

/// Prints the output of one command.
pub(super) struct Printer {
    /// The style of standard output.
    pub(super) style: Style,
    /// The style of standard error.
    pub(super) stderr_style: Style,
    /// Whether standard output is a terminal.
    pub(super) is_terminal: bool,
    colors_errors: bool,
    quiet: bool,
}

impl Printer {
    pub(super) fn new(color: Color, quiet: bool) -> Self {
        let color = Some(color);
        let (out, errors) = (io::stdout(), io::stderr());
        let colors_errors = uses_color(color, &errors);
        Self {
            style: Style { width: width(terminal_size_of(&out)), color: uses_color(color, &out) },
            stderr_style: Style { width: width(terminal_size_of(&errors)), color: colors_errors },
            is_terminal: out.is_terminal(),
            colors_errors,
            quiet,
        }
    }

    /// A printer for errors before the settings are resolved.
    pub(super) fn for_errors(color: Option<Color>) -> Self {
        let colors_errors = uses_color(color, &io::stderr());
        let style = Style::default();
        Self { style, stderr_style: style, is_terminal: false, colors_errors, quiet: false }
    }

    /// Writes a result to standard output, and a line break if it does not end with one.
    #[allow(clippy::unused_self, reason = "callers print through a printer only")]
    pub(super) fn result(&self, text: &str) -> anyhow::Result<()> {
        write_result(text).context("cannot write the result")
    }

    /// Writes machine-readable data. On a terminal, control characters are made visible.
    pub(super) fn data(&self, text: &str, layout: DataLayout) -> anyhow::Result<()> {
        if self.is_terminal { self.result(&report::for_terminal(text, layout)) } else { self.result(text) }
    }

    /// Writes text that is neither a result nor a note to standard error.
    #[allow(clippy::unused_self, reason = "callers print through a printer only")]
    pub(super) fn write_to_stderr(&self, text: &str) {
        // If standard error is closed, the failure cannot be reported anywhere.
        let _ = io::stderr().lock().write_all(text.as_bytes());
    }

    /// Whether only results, warnings and errors are printed.
    pub(super) fn is_quiet(&self) -> bool {
        self.quiet
    }

    /// Prints a note, unless quiet.
    pub(super) fn note(&self, text: &str) {
        if !self.quiet {
            self.say("note", AnsiColor::Cyan, text);
        }
    }

    /// Prints a warning, even when quiet.
    pub(super) fn warning(&self, text: &str) {
        self.say("warning", AnsiColor::Yellow, text);
    }

    /// Prints a warning with a hint on what to do, even when quiet.
    pub(super) fn warning_with_hint(&self, text: &str, hint: &str) {
        self.warning(&with_hint(text, hint));
    }

    /// Prints the error that ended the program, with its hint.
    pub(super) fn error(&self, error: &anyhow::Error) {
        let message = format!("{error:#}");
        let text = hints::hint_for(error).map_or_else(|| message.clone(), |hint| with_hint(&message, &hint));
        self.say("error", AnsiColor::Red, &text);
    }

    fn say(&self, label: &str, color: AnsiColor, text: &str) {
        let paint = if self.colors_errors { Paint::new().bold().fg_color(Some(color.into())) } else { Paint::new() };
        let printable = report::printable(text);
        // If standard error is closed, the failure cannot be reported anywhere.
        let _ = writeln!(io::stderr().lock(), "{paint}{label}{paint:#}: {printable}");
    }
}

fn with_hint(text: &str, hint: &str) -> String {
    format!("{text}\nhint: {hint}")
}

fn write_result(text: &str) -> io::Result<()> {
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

/// The width of a terminal in columns, or [`DEFAULT_WIDTH`] without a terminal or if its width is unknown. Some
/// terminals report an unknown width as 0.
fn width(terminal: Option<(Width, Height)>) -> usize {
    terminal.map(|(width, _)| usize::from(width.0)).filter(|width| *width > 0).unwrap_or(DEFAULT_WIDTH)
}

/// Whether the error is that the reader of standard output closed it, as `head` does. That is not a failure.
pub(super) fn is_broken_pipe(error: &anyhow::Error) -> bool {
    error.root_cause().downcast_ref::<io::Error>().is_some_and(|error| error.kind() == io::ErrorKind::BrokenPipe)
}
