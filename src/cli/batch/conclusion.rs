//! How a run ended: what is saved, and the exit status.

use super::destination::closed;
use super::tally::{Provenance, Tally};
use crate::batch::{BatchError, Ended};
use crate::cli::exit_status::ExitStatus;
use crate::cli::printer::Printer;

fn counted(results: u64) -> String {
    if results == 1 { "1 result is".to_owned() } else { format!("{results} results are") }
}

/// Prints the summary of a complete run, or what is saved of another.
pub(super) fn conclude(
    ended: Result<Ended, BatchError>,
    tally: Tally,
    (told, is_saved): (Provenance, bool),
    printer: &Printer,
) -> anyhow::Result<ExitStatus> {
    let results = tally.results();
    match ended {
        Err(error) => {
            if let Some(closed) = closed(&error) {
                return Err(closed);
            }
            if error.came_midway() && is_saved && results > 0 {
                printer.warning(&format!("{} saved; the same command goes on from there", counted(results)));
            }
            Err(error.into())
        }
        Ok(ended) if !ended.complete => {
            printer.warning(&if is_saved && results > 0 {
                format!("stopped; {} saved, and the same command goes on from there", counted(results))
            } else {
                format!("stopped after {results} results")
            });
            Ok(ExitStatus::Interrupted)
        }
        Ok(ended) => {
            if ended.lost_lines {
                printer
                    .warning("the journal of the earlier run was damaged; results after the damage were graded again");
            }
            if ended.forgot_ids {
                printer.warning(
                    "there are too many ids to compare all of them with each other; only the first were compared",
                );
            }
            tally.finish(told, printer)
        }
    }
}
