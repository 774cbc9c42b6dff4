//! What a judge changes about a batch: what it may spend, what it would cost, and who grades a row.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use anyhow::bail;

use crate::batch::{self, Input, Questions};
use crate::cli::args::{BatchRun, GraderChoice};
use crate::cli::exit_status::ExitStatus;
use crate::cli::judge::{self, Estimate, Judging, Uses};
use crate::cli::printer::Printer;
use crate::cli::settings::{Origin, Settings};
use crate::model::{Answer, Fingerprint, Grade, Grader};
use crate::score::{Scorer, VERSION, Workspace};

/// Where criteria are collected on which judge and offline scorer differ.
pub(super) fn disputes(args: &BatchRun, output: Option<&Path>) -> Option<PathBuf> {
    let named = args.cross_check.as_deref()?;
    if !named.is_empty() {
        return Some(PathBuf::from(named));
    }
    let mut name = output?.as_os_str().to_owned();
    name.push(".check.csv");
    Some(PathBuf::from(name))
}

/// The reason where the fallback is older than this run.
const BEFORE: &str = "an earlier run recorded it";

/// What judges are wanted for, as the flags say.
pub(super) fn uses(args: &BatchRun, stop: &Arc<AtomicBool>) -> Uses {
    // What was of no use before would be of no use again.
    let anew = args.judge.refresh || args.spend.retry_fallback;
    let uses = Uses::of_flags(args.judge.replay, anew);
    Uses { max_cost: args.spend.max_cost, stop: Arc::clone(stop), ..uses }
}

/// As the layout of results names who grades: models may change between rows, kinds of graders may not.
pub(super) fn grader_name(judging: Option<&Judging<'_>>) -> String {
    judging.map_or(format!("offline scorer {VERSION}"), |_| "judge".to_owned())
}

/// Tells what the judge would take.
pub(super) fn estimate(
    judging: Option<&Judging<'_>>,
    rows: &mut Input,
    questions: &Questions<'_>,
    otherwise: Option<&str>,
    stop: &AtomicBool,
    printer: &Printer,
) -> anyhow::Result<ExitStatus> {
    let Some(judging) = judging else {
        bail!(
            "--dry-run tells what a judge would cost, and the offline scorer grades\nhint: say --grader llm, or leave it out"
        );
    };
    let (mut estimate, mut failed) = (Estimate::default(), None);
    batch::each_answer(rows, questions, otherwise, stop, &mut |_, scorer, answer| {
        if let Err(error) = judge::estimate(&mut estimate, judging, scorer, answer) {
            failed.get_or_insert(error);
        }
    });
    if let Some(error) = failed {
        return Err(error);
    }
    if stop.load(Ordering::Relaxed) {
        return Ok(ExitStatus::Interrupted);
    }
    printer.result(&estimate.told(judging))?;
    Ok(ExitStatus::Done)
}

/// Warns that the offline scorer stood in, with the reason and what to do.
pub(super) fn warn_of_fallback(answers: u64, why: Option<&str>, is_saved: bool, printer: &Printer) {
    if answers > 0 {
        let verb = if answers == 1 { "answer was" } else { "answers were" };
        let why = why.unwrap_or(BEFORE);
        let hint = if is_saved { "\nhint: --retry-fallback grades them again" } else { "" };
        printer
            .warning(&format!("{answers} {verb} graded offline in the judge's place, at least in part: {why}{hint}"));
    }
}

/// Where `grader = llm` is set. `auto` requests no judge.
pub(super) fn demand(settings: &Settings) -> Option<&Origin> {
    let grader = &settings.grader;
    (grader.value == GraderChoice::Llm).then_some(&grader.origin)
}

/// What is said where a judge was requested and not one answer was graded by it alone.
pub(super) fn judge_missing(demand: &Origin, answers: u64, why: Option<&str>) -> String {
    let all = if answers == 1 { "the only graded answer".to_owned() } else { format!("all {answers} graded answers") };
    let why = why.unwrap_or(BEFORE);
    format!(
        "{all} fell back to the offline scorer, at least in part, although grader = llm is set by {demand}: {why}\nhint: \
         `gradus config check` tests the endpoint; --max-fallback 100% accepts such grades"
    )
}

/// Judges, as batches know them.
pub(super) struct ByJudge<'j>(pub(super) &'j Judging<'j>);

impl batch::Judged for ByJudge<'_> {
    fn print(&self, offline: Fingerprint) -> Fingerprint {
        self.0.setup.panel.print(offline)
    }

    fn grader(&self) -> Grader {
        self.0.setup.panel.grader()
    }

    fn grade<'a>(
        &self,
        scorer: &'a Scorer,
        answer: &Answer<'a>,
        offline: Fingerprint,
        workspace: &mut Workspace,
    ) -> Result<Grade<'a>, batch::Halt> {
        self.0.grade(scorer, answer, offline, workspace).map_err(judge::halted)
    }
}
