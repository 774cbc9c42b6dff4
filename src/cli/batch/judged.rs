//! What judges change about a batch: what they may spend, what they would cost, and what happens when they fail.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use anyhow::bail;

use super::source::Source;
use crate::batch;
use crate::cli::args::{BatchRun, GraderChoice};
use crate::cli::exit_status::ExitStatus;
use crate::cli::judge::{Uses, estimate_text};
use crate::cli::printer::Printer;
use crate::cli::settings::{Origin, Settings};
use crate::engine::{Engine, Estimate};
use crate::score::VERSION;

/// The reason where an earlier run recorded the fallback.
const BEFORE: &str = "an earlier run recorded it";

/// How judges may be used, as the flags say.
pub(super) fn uses(args: &BatchRun, stop: &Arc<AtomicBool>) -> Uses {
    // A cached reply that led to a fallback would lead to it again.
    let asks_again = args.judge.refresh || args.spend.retry_fallback;
    let uses = Uses::of_flags(args.judge.replay, asks_again);
    Uses { max_cost: args.spend.max_cost, stop: Arc::clone(stop), ..uses }
}

/// The grader as the layout of results names it: models may change between rows, kinds of graders may not.
pub(super) fn grader_name(engine: &Engine) -> String {
    engine.judges().map_or(format!("offline scorer {VERSION}"), |_| "judge".to_owned())
}

/// Prints what judging the input would cost.
pub(super) fn estimate(
    engine: &Engine,
    source: &mut Source<'_>,
    stop: &AtomicBool,
    printer: &Printer,
) -> anyhow::Result<ExitStatus> {
    let Some(judges) = engine.judges() else {
        bail!(
            "--dry-run estimates what a judge would cost, and the offline scorer grades\nhint: use --grader llm, or leave --dry-run out"
        );
    };
    let (mut estimate, mut failed) = (Estimate::default(), None);
    let otherwise = source.otherwise();
    batch::each_answer(&mut source.open()?, engine.questions(), otherwise, stop, &mut |question, answer| {
        if let Err(error) = engine.estimate(&mut estimate, question, answer) {
            failed.get_or_insert(error);
        }
    });
    if let Some(error) = failed {
        return Err(error.into());
    }
    if stop.load(Ordering::Relaxed) {
        return Ok(ExitStatus::Interrupted);
    }
    printer.result(&estimate_text(&estimate, judges))?;
    Ok(ExitStatus::Done)
}

/// Warns that the offline scorer graded in place of the judge, with the reason and what to do.
pub(super) fn warn_of_fallback(answers: u64, why: Option<&str>, is_saved: bool, printer: &Printer) {
    if answers > 0 {
        let verb = if answers == 1 { "answer was" } else { "answers were" };
        let why = why.unwrap_or(BEFORE);
        let hint = if is_saved { "\nhint: --retry-fallback grades them again" } else { "" };
        printer
            .warning(&format!("{answers} {verb} graded offline in the judge's place, at least in part: {why}{hint}"));
    }
}

/// Where `grader = llm` is set. `auto` does not require a judge.
pub(super) fn required_by(settings: &Settings) -> Option<&Origin> {
    let grader = &settings.grader;
    (grader.value == GraderChoice::Llm).then_some(&grader.origin)
}

/// The warning where a judge is required and it graded no answer alone.
pub(super) fn judge_missing(required_by: &Origin, answers: u64, why: Option<&str>) -> String {
    let all = if answers == 1 { "the only graded answer".to_owned() } else { format!("all {answers} graded answers") };
    let why = why.unwrap_or(BEFORE);
    format!(
        "{all} fell back to the offline scorer, at least in part, although grader = llm is set by {required_by}: {why}\nhint: \
         `gradus config check` tests the endpoint; --max-fallback 100% accepts such grades"
    )
}
