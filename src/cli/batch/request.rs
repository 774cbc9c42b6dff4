//! What the flags of `batch` request, checked before anything is read.

use std::io;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};

use super::destination::{Device, OutputKind, open_device};
use super::results::{conversion, format_of};
use super::tally::TallyOptions;
use crate::batch::{self, Existing, Stored, Target};
use crate::cli::args::{BatchRun, Least, ResultFormat};
use crate::cli::files::is_stream;
use crate::cli::printer::Printer;

/// A run as the flags alone describe it.
pub(super) struct Request<'a> {
    pub(super) input: &'a Path,
    /// `None` where results go to standard output.
    pub(super) output: Option<&'a Path>,
    pub(super) kind: OutputKind,
    pub(super) format: ResultFormat,
    existing: Existing,
    pub(super) wishes: TallyOptions,
}

impl<'a> Request<'a> {
    /// Refuses what cannot be done before anything is read.
    pub(super) fn check(args: &'a BatchRun, fail_under: Option<f64>, is_terminal: bool) -> anyhow::Result<Self> {
        let input = args.input.as_deref().context("no input")?;
        let output = args.output.as_deref().filter(|output| !is_stream(output));
        let format = format_of(args.format, output, is_terminal)?;
        let keep = &args.columns.keep;
        if let Some((_, name)) = keep.iter().enumerate().find(|(at, name)| keep[..*at].contains(name)) {
            bail!("--keep names `{name}` twice\nhint: name each column once");
        }
        let existing = Existing { restart: args.existing.restart, force: args.existing.force };
        let wishes = TallyOptions {
            summary: args.summary.clone(),
            junit: args.junit.clone(),
            disputes: disputes(args, output),
            fail_under: args.fail_under.or(fail_under.map(Least::Each)),
            max_ungraded: args.max_ungraded,
            max_fallback: args.max_fallback,
            verbose: args.verbose,
        };
        let known = match output.map(batch::reports_of).transpose() {
            Err(_) if existing.restart || existing.force => None, // what cannot be understood is about to go
            known => known?,
        };
        wishes.check(&known.unwrap_or_default(), &[input], output, existing.force)?;
        let kind = output.map_or(Ok(OutputKind::Stream), |output| OutputKind::of(output, input))?;
        Ok(Self { input, output, kind, format, existing, wishes })
    }

    pub(super) fn input_name(&self) -> String {
        if is_stream(self.input) { "standard input".to_owned() } else { self.input.display().to_string() }
    }

    /// Where results go, and whether a terminal shows them.
    pub(super) fn target(&self, printer: &Printer) -> anyhow::Result<(Target<'a>, bool)> {
        Ok(match (self.kind, self.output) {
            (OutputKind::File, Some(output)) => {
                let stored = Stored::of(output, conversion(self.format));
                (Target::File { output, stored, existing: self.existing, reports: self.wishes.reports() }, false)
            }
            (OutputKind::Device, Some(output)) => {
                let (device, is_terminal) = open_device(output)?;
                (Target::Stream { name: output, stream: Box::new(device) }, is_terminal)
            }
            _ => {
                let (name, stream) = (Path::new("standard output"), Box::new(Device(io::stdout())));
                (Target::Stream { name, stream }, printer.is_terminal)
            }
        })
    }
}

/// The file of criteria on which judge and offline scorer differ.
fn disputes(args: &BatchRun, output: Option<&Path>) -> Option<PathBuf> {
    let named = args.cross_check.as_deref()?;
    if !named.is_empty() {
        return Some(PathBuf::from(named));
    }
    let mut name = output?.as_os_str().to_owned();
    name.push(".check.csv");
    Some(PathBuf::from(name))
}
