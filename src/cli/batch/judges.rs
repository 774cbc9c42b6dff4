//! The parts of `batch` that concern judges: their limits, the estimate of costs, and warnings of fallbacks.
//!
//! Judges are opened in `cli::judge` and asked by the engine.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use super::batch_input::BatchInput;
use crate::batch;
use crate::cli::args::{BatchRun, GraderChoice};
use crate::cli::exit_status::ExitStatus;
use crate::cli::hints::advised;
use crate::cli::judge::{JudgeUse, estimate_text};
use crate::cli::printer::Printer;
use crate::cli::settings::{Origin, Settings};
use crate::engine::{Engine, Estimate};
use crate::score::VERSION;
use crate::wording::{agreeing, counted};

/// The reason for fallbacks of an earlier run, whose reason is not known.
const EARLIER_RUN: &str = "an earlier run recorded it";
/// The hint for [`judge_missing`].
pub(super) const JUDGE_MISSING_HINT: &str =
    "`gradus config check` tests the endpoint; --max-fallback 100% accepts such grades";

/// How judges may be used according to the flags.
pub(super) fn uses(args: &BatchRun, stop: &Arc<AtomicBool>) -> JudgeUse {
    // Cached replies are not used, because a reply that led to a fallback would lead to it again.
    let asks_again = args.judge.refresh || args.spend.retry_fallback;
    let uses = JudgeUse::from_flags(args.judge.replay, asks_again);
    JudgeUse { max_cost: args.spend.max_cost, stop: Arc::clone(stop), ..uses }
}

/// The grader as the settings of the results name it. A run may continue with other models, but not with another kind of
/// grader.
pub(super) fn grader_name(engine: &Engine) -> String {
    engine.judges().map_or(format!("offline scorer {VERSION}"), |_| "judge".to_owned())
}

/// Prints an estimate of the costs of judging the input.
///
/// # Errors
/// When the offline scorer grades, the input cannot be opened, or samples of a question have faults.
pub(super) fn estimate(
    engine: &Engine,
    input: &mut BatchInput<'_>,
    stop: &AtomicBool,
    printer: &Printer,
) -> anyhow::Result<ExitStatus> {
    let Some(judges) = engine.judges() else {
        return Err(advised(
            "--dry-run estimates what a judge would cost, and the offline scorer grades",
            "use --grader llm, or leave --dry-run out",
        ));
    };
    let (mut estimate, mut failed) = (Estimate::default(), None);
    let default_question = input.default_question();
    batch::each_answer(&mut input.open()?, engine.questions(), default_question, stop, |question, answer| {
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

/// Warns that the offline scorer graded instead of the judge, with the reason and what to do.
pub(super) fn warn_of_fallback(answers: u64, why: Option<&str>, is_saved: bool, printer: &Printer) {
    if answers > 0 {
        let (count, were) = (counted(answers, "answer"), agreeing(answers, "was", "were"));
        let why = why.unwrap_or(EARLIER_RUN);
        let text = format!("{count} {were} graded offline in the judge's place, at least in part: {why}");
        if is_saved {
            printer.warning_with_hint(&text, "--retry-fallback grades them again");
        } else {
            printer.warning(&text);
        }
    }
}

/// The origin of the setting `grader = llm`; `None` if no judge is required, as with `auto`.
pub(super) fn required_by(settings: &Settings) -> Option<&Origin> {
    let grader = &settings.grader;
    (grader.value == GraderChoice::Llm).then_some(&grader.origin)
}

/// The warning if a judge is required and graded no answer alone. Its hint is [`JUDGE_MISSING_HINT`].
pub(super) fn judge_missing(required_by: &Origin, answers: u64, why: Option<&str>) -> String {
    let all = if answers == 1 { "the only graded answer".to_owned() } else { format!("all {answers} graded answers") };
    let why = why.unwrap_or(EARLIER_RUN);
    format!(
        "{all} fell back to the offline scorer, at least in part, although grader = llm is set by {required_by}: {why}"
    )
}
