//! [`BatchRequest`]: the flags of `batch`, checked before the input is read.
//!
//! It decides input, output, format and reports of a run from the flags alone. Flags that depend on the bank or the rows
//! are left to `batch_input`.

use std::io;
use std::path::{Path, PathBuf};

use anyhow::Context as _;

use super::destination::{OutputKind, UnsyncedOutput, open_device};
use super::results::{conversion, format_of};
use super::tally::TallyOptions;
use crate::batch::{self, ExistingOutput, OutputEncoding, RunTarget};
use crate::cli::args::{BatchRun, ResultFormat, ScoreLimit};
use crate::cli::files::is_stream;
use crate::cli::hints::advised;
use crate::cli::printer::Printer;
use crate::cli::settings::Settings;

/// A run as the flags alone describe it.
pub(super) struct BatchRequest<'a> {
    pub(super) input: &'a Path,
    /// `None` for standard output.
    pub(super) output: Option<&'a Path>,
    pub(super) kind: OutputKind,
    pub(super) format: ResultFormat,
    existing: ExistingOutput,
    pub(super) tally_options: TallyOptions,
}

impl<'a> BatchRequest<'a> {
    /// Checks the flags, which override the threshold for scores in the settings.
    ///
    /// # Errors
    /// When flags contradict each other, or an output would overwrite another file.
    pub(super) fn check(args: &'a BatchRun, settings: &Settings, is_terminal: bool) -> anyhow::Result<Self> {
        let input = args.input.as_deref().context("no input")?;
        let output = args.output.as_deref().filter(|output| !is_stream(output));
        let format = format_of(args.format, output, is_terminal)?;
        let keep = &args.columns.keep;
        if let Some((_, name)) = keep.iter().enumerate().find(|(at, name)| keep[..*at].contains(name)) {
            return Err(advised(format!("--keep names `{name}` twice"), "name each column once"));
        }
        let existing = ExistingOutput { restart: args.existing.restart, force: args.existing.force };
        let tally_options = TallyOptions {
            summary: args.summary.clone(),
            junit: args.junit.clone(),
            disputes: disputes(args, output),
            is_folder: input.is_dir(),
            fail_under: args.fail_under.or(settings.fail_under.value.map(ScoreLimit::Each)),
            fail_under_source: match args.fail_under {
                Some(_) => "--fail-under".to_owned(),
                None => settings.fail_under_source(),
            },
            max_ungraded: args.max_ungraded,
            max_fallback: args.max_fallback,
            verbose: args.verbose,
        };
        let earlier_reports = match output.map(batch::reports_of).transpose() {
            Err(_) if existing.restart || existing.force => None, // because the damaged manifest is about to be replaced
            reports => reports?,
        };
        tally_options.check(&earlier_reports.unwrap_or_default(), &[input], output, existing.force)?;
        let kind = output.map_or(Ok(OutputKind::Stream), |output| OutputKind::of(output, input))?;
        Ok(Self { input, output, kind, format, existing, tally_options })
    }

    /// The input as messages name it.
    pub(super) fn input_name(&self) -> String {
        if is_stream(self.input) { "standard input".to_owned() } else { self.input.display().to_string() }
    }

    /// Where results are written, and whether that is a terminal.
    pub(super) fn target(&self, printer: &Printer) -> anyhow::Result<(RunTarget<'a>, bool)> {
        Ok(match (self.kind, self.output) {
            (OutputKind::File, Some(output)) => {
                let encoding = OutputEncoding::of(output, conversion(self.format));
                (
                    RunTarget::File {
                        output,
                        encoding,
                        existing: self.existing,
                        reports: self.tally_options.reports(),
                    },
                    false,
                )
            }
            (OutputKind::Device, Some(output)) => {
                let (device, is_terminal) = open_device(output)?;
                (RunTarget::Stream { name: output, stream: Box::new(device) }, is_terminal)
            }
            _ => {
                let (name, stream) = (Path::new("standard output"), Box::new(UnsyncedOutput(io::stdout())));
                (RunTarget::Stream { name, stream }, printer.is_terminal)
            }
        })
    }
}

/// The file for criteria on which judge and offline scorer disagree. By default it is named after the output.
fn disputes(args: &BatchRun, output: Option<&Path>) -> Option<PathBuf> {
    let named = args.cross_check.as_deref()?;
    if !named.is_empty() {
        return Some(PathBuf::from(named));
    }
    let mut name = output?.as_os_str().to_owned();
    name.push(".check.csv");
    Some(PathBuf::from(name))
}
