//! Reports the end of a run: the summary of a complete run, or what is saved of another, and the exit status.
//!
//! A run that fails keeps its error; a note about saved results is printed before it.

use super::destination::closed_by_reader;
use super::tally::{BatchDescription, Tally};
use crate::batch::{BatchError, RunSummary};
use crate::cli::exit_status::ExitStatus;
use crate::cli::printer::Printer;
use crate::wording::{agreeing, counted};

/// "1 result is", "2 results are".
fn results_are(results: u64) -> String {
    format!("{} {}", counted(results, "result"), agreeing(results, "is", "are"))
}

/// Prints the summary of a complete run, or what is saved of another.
///
/// # Errors
/// The error of the run, or an error while the reports are written.
pub(super) fn conclude(
    result: Result<RunSummary, BatchError>,
    tally: Tally,
    description: BatchDescription,
    is_saved: bool,
    printer: &Printer,
) -> anyhow::Result<ExitStatus> {
    let results = tally.results();
    match result {
        Err(error) => {
            if let Some(closed) = closed_by_reader(&error) {
                return Err(closed);
            }
            if error.is_resumable() && is_saved && results > 0 {
                printer.warning(&format!("{} saved; the same command continues from there", results_are(results)));
            }
            Err(error.into())
        }
        Ok(summary) if !summary.is_complete => {
            printer.warning(&if is_saved && results > 0 {
                format!("stopped; {} saved, and the same command continues from there", results_are(results))
            } else {
                format!("stopped after {}", counted(results, "result"))
            });
            Ok(ExitStatus::Interrupted)
        }
        Ok(summary) => {
            if summary.has_lost_results {
                printer
                    .warning("the journal of the earlier run was damaged; results after the damage were graded again");
            }
            if summary.has_unchecked_ids {
                printer.warning(
                    "there are too many ids to compare all of them with each other; only the first were compared",
                );
            }
            tally.finish(description, printer)
        }
    }
}
