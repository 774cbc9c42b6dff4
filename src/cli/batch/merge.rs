//! `gradus batch merge`: merges the results of parts into one output.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;

use super::progress::Progress;
use super::results::{conversion, format_by_extension, format_of};
use super::tally::{BatchDescription, Tally, TallyOptions};
use crate::batch::{self, ExistingOutput};
use crate::cli::args::BatchMerge;
use crate::cli::exit_status::ExitStatus;
use crate::cli::files::{is_stream, resolved_path};
use crate::cli::hints::advised;
use crate::cli::printer::Printer;
use crate::cli::settings::Settings;

pub(super) fn run(args: &BatchMerge, settings: &Settings, printer: &Printer) -> anyhow::Result<ExitStatus> {
    let output = &args.output;
    if is_stream(output) {
        return Err(advised("`-` is not a file to write", "name a file with --output"));
    }
    let options = TallyOptions {
        summary: args.summary.clone(),
        junit: args.junit.clone(),
        disputes: None,
        is_folder: false, // because the results of parts do not record the kind of their input
        fail_under: args.fail_under,
        fail_under_source: "--fail-under".to_owned(),
        max_ungraded: args.max_ungraded,
        max_fallback: args.max_fallback,
        verbose: args.verbose,
    };
    let existing = ExistingOutput { restart: false, force: args.force };
    let inputs: Vec<&Path> = args.parts.iter().map(AsRef::as_ref).collect();
    let known = match batch::reports_of(output) {
        Err(_) if args.force => Vec::new(), // A damaged manifest is about to be replaced.
        known => known?,
    };
    options.check(&known, &inputs, Some(output), args.force)?;
    if args.parts.iter().any(|part| resolved_path(part) == resolved_path(output)) {
        return Err(advised(format!("{} is a part", output.display()), "choose another --output"));
    }
    for part in &args.parts {
        if format_by_extension(part) != format_by_extension(output) {
            let message = format!("{} and {} have different formats", part.display(), output.display());
            return Err(advised(message, "give --output the file extension of the parts, compressed or not"));
        }
    }
    let engine = crate::cli::open::offline(settings)?;
    let reports = options.reports();
    let progress = Progress::new(Arc::new(AtomicU64::new(0)), None, printer.is_quiet());
    let mut tally = Tally::new(options, progress)?;
    let convert = conversion(format_of(None, Some(output), false)?);
    let merged =
        batch::merge(&args.parts, output, convert, existing, reports, engine.questions(), &mut |row| tally.add(&row));
    tally.clear_progress();
    let merged = merged?;
    let description = BatchDescription {
        input: merged.input,
        output: Some(output.clone()),
        bank: merged.bank,
        grader: merged.grader,
        calibration: None,
        is_judged: merged.is_judged,
        is_cross_checked: false,
        judge_missing: None,
    };
    tally.finish(description, printer)
}
