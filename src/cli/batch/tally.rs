//! Adds up the results of a batch, and reports them at the end of the run.
//!
//! Takes the results of a run in order; writes the summary, the `JUnit` file and the disputes, prints the summary, and
//! decides the exit status. Progress, `JUnit` and disputes have modules of their own.

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};

use anyhow::Context as _;

use super::disputes::Disputes;
use super::judges::JUDGE_MISSING_HINT;
use super::junit::Junit;
use super::progress::Progress;
use crate::agreement::Overview;
use crate::batch::{self, FinishedRow};
use crate::cli::args::{AnswerLimit, ScoreLimit};
use crate::cli::exit_status::ExitStatus;
use crate::cli::files::{check_output, display_name, names_folder, resolved_path, run_folder_of, write_atomically};
use crate::cli::hints::advised;
use crate::cli::printer::{Printer, is_broken_pipe};
use crate::model::{QuestionMatch, RowOutcome};
use crate::report::{self, AnswersBelow, BatchReport, DisputeCounts, MatchedQuestion};
use crate::wording::{agreeing, counted};

/// Maximum number of question wordings that are reported. Answers with other wordings are left out of the list.
const WORDINGS: usize = 1000;
/// The note at the end of a short summary.
const MORE: &str = "--verbose prints every criterion and the distribution of scores";

/// The reports to write besides results, and the limits that decide the exit status.
pub(super) struct TallyOptions {
    /// File for the summary, as Markdown or JSON by its extension.
    pub(super) summary: Option<PathBuf>,
    /// File for the results as `JUnit` XML.
    pub(super) junit: Option<PathBuf>,
    /// File for the criteria on which judge and offline scorer disagree.
    pub(super) disputes: Option<PathBuf>,
    /// Whether the input is a folder, whose files are the ids of the answers.
    pub(super) is_folder: bool,
    pub(super) fail_under: Option<ScoreLimit>,
    /// The name of the flag, variable or settings file that sets `fail_under`, for messages.
    pub(super) fail_under_source: String,
    pub(super) max_ungraded: AnswerLimit,
    /// `None` if there is no limit: every answer may fall back.
    pub(super) max_fallback: Option<AnswerLimit>,
    /// Whether the whole summary is printed.
    pub(super) verbose: bool,
}

/// The input, output, bank and grader of a batch, as the summary names them.
pub(super) struct BatchDescription {
    pub(super) input: String,
    pub(super) output: Option<PathBuf>,
    pub(super) bank: String,
    pub(super) grader: String,
    pub(super) calibration: Option<String>,
    pub(super) is_judged: bool,
    pub(super) is_cross_checked: bool,
    /// Warning for a batch in which every graded answer fell back although a judge was requested explicitly; `None` for
    /// every other batch.
    pub(super) judge_missing: Option<String>,
}

/// The totals of a batch so far.
pub(super) struct Tally {
    overview: Overview,
    progress: Progress,
    junit: Option<Junit>,
    disputes: Option<Disputes>,
    dispute_counts: DisputeCounts,
    options: TallyOptions,
    fresh: u64,
    reused: u64,
    below: u64,
    /// Number of answers to questions that the bank does not have.
    unknown: u64,
    /// Questions found from a wording, by the wording.
    found: BTreeMap<String, MatchedQuestion>,
    /// Questions found from answers, by the id of the question.
    found_from_answers: BTreeMap<String, MatchedQuestion>,
}

impl TallyOptions {
    /// The resolved paths of the files that are written besides the results.
    pub(super) fn reports(&self) -> Vec<PathBuf> {
        self.summary.iter().chain(&self.junit).chain(&self.disputes).map(|path| resolved_path(path)).collect()
    }

    /// Refuses files that cannot be written, before anything is graded. Files in `known` may be overwritten.
    pub(super) fn check(
        &self,
        known: &[PathBuf],
        inputs: &[&Path],
        output: Option<&Path>,
        force: bool,
    ) -> anyhow::Result<()> {
        if let Some(summary) = &self.summary
            && !["md", "json"]
                .iter()
                .any(|ending| summary.extension().is_some_and(|of| of.eq_ignore_ascii_case(ending)))
        {
            return Err(advised(
                format!("cannot tell the format of --summary {} from its name", display_name(summary)),
                "end the name with .md or .json",
            ));
        }
        let flags = [
            ("--output", output),
            ("--summary", self.summary.as_deref()),
            ("--junit", self.junit.as_deref()),
            ("--cross-check", self.disputes.as_deref()),
        ];
        let files: Vec<(&str, &Path)> = flags.into_iter().filter_map(|(flag, path)| Some((flag, path?))).collect();
        for (at, (flag, path)) in files.iter().enumerate() {
            if names_folder(path) {
                return Err(advised(format!("{} names a folder", path.display()), format!("name a file with {flag}")));
            }
            check_separate(flag, path, &files[..at], inputs, output)?;
            if let Some(run) = run_folder_of(path) {
                return Err(advised(
                    format!("{} is inside {}, where a run saves its results", path.display(), run.display()),
                    format!("choose another {flag}"),
                ));
            }
            if *flag != "--output" {
                check_output(path, inputs, force || known.contains(&resolved_path(path)))?;
            }
        }
        Ok(())
    }

    /// Creates the folders of the reports, so that a folder that cannot be created is reported before answers are graded.
    fn create_folders(&self) -> anyhow::Result<()> {
        for path in self.summary.iter().chain(&self.junit).chain(&self.disputes) {
            if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
                std::fs::create_dir_all(folder).with_context(|| format!("cannot write {}", path.display()))?;
            }
        }
        Ok(())
    }
}

/// Refuses a file that another flag also names, that is in the folder of the run, or that the next run would read as an
/// answer.
fn check_separate(
    flag: &str,
    path: &Path,
    others: &[(&str, &Path)],
    inputs: &[&Path],
    output: Option<&Path>,
) -> anyhow::Result<()> {
    let shown = path.display();
    if let Some((other, _)) = others.iter().find(|(_, other)| resolved_path(other) == resolved_path(path)) {
        return Err(advised(format!("{shown} is both {other} and {flag}"), "name another file"));
    }
    let run = output.map(|output| batch::folder_of(&resolved_path(output)));
    if run.is_some_and(|run| flag != "--output" && resolved_path(path).starts_with(run)) {
        return Err(advised(format!("{shown} is in the folder of the run"), format!("choose another {flag}")));
    }
    let reads_it = |input: &&Path| input.is_dir() && resolved_path(path).starts_with(resolved_path(input));
    let is_text = ["md", "txt"].iter().any(|ending| path.extension().is_some_and(|of| of.eq_ignore_ascii_case(ending)));
    if is_text && inputs.iter().any(reads_it) {
        return Err(advised(
            format!("{shown} would be read as an answer by the next run, because it is in the input folder"),
            format!("choose another {flag}"),
        ));
    }
    Ok(())
}

impl Tally {
    /// Prepares the reports. The input is open by now, so a missing input leaves no folders behind.
    pub(super) fn new(options: TallyOptions, progress: Progress) -> anyhow::Result<Self> {
        options.create_folders()?;
        let junit = options.junit.as_deref().map(|path| Junit::new(path, options.is_folder)).transpose()?;
        let disputes = options.disputes.as_deref().map(Disputes::new).transpose()?;
        let (overview, found, dispute_counts) = (Overview::new(), BTreeMap::new(), DisputeCounts::default());
        Ok(Self {
            overview,
            progress,
            junit,
            disputes,
            dispute_counts,
            options,
            fresh: 0,
            reused: 0,
            below: 0,
            unknown: 0,
            found,
            found_from_answers: BTreeMap::new(),
        })
    }

    /// Adds a result.
    pub(super) fn add(&mut self, row: &FinishedRow<'_>) -> io::Result<()> {
        self.overview.add(row.line, row.id, row.summary, row.question);
        if row.is_new {
            self.fresh += 1;
        } else {
            self.reused += 1;
        }
        let least = match self.options.fail_under {
            Some(ScoreLimit::Each(least)) => Some(least),
            _ => None,
        };
        if let (RowOutcome::Graded { score, .. }, Some(least)) = (&row.summary.outcome, least) {
            self.below += u64::from(score.as_f64() < least);
        }
        self.unknown += u64::from(row.is_question_unknown);
        if let (Some(found), Some(question)) = (row.found, row.question) {
            self.note_found(&found.matched, &question.id);
        }
        if let Some(junit) = &mut self.junit {
            junit.add(row, least)?;
        }
        self.dispute_counts.answers += u64::from(!row.summary.disputed.is_empty());
        self.dispute_counts.criteria += row.summary.disputed.len() as u64;
        if let Some(disputes) = &mut self.disputes {
            disputes.add(row)?;
        }
        let overview = &self.overview;
        self.progress.row(row.is_new, || [("fallback", overview.fallback), ("ungraded", overview.ungraded())]);
        Ok(())
    }

    fn note_found(&mut self, matched: &QuestionMatch<'_>, question: &str) {
        let (found, key, wording) = match matched {
            QuestionMatch::Id | QuestionMatch::Only => return,
            QuestionMatch::Answer { .. } => (&mut self.found_from_answers, question.to_owned(), None),
            QuestionMatch::Wording { wording } | QuestionMatch::Similar { wording, .. } => {
                let wording = batch::first_characters(wording).into_owned();
                (&mut self.found, wording.clone(), Some(wording))
            }
        };
        if let Some(known) = found.get_mut(&key) {
            known.answers += 1;
        } else if found.len() < WORDINGS {
            found.insert(key, MatchedQuestion { wording, question: question.to_owned(), answers: 1 });
        }
    }

    /// Number of answers for which the offline scorer replaced the judge, at least in part.
    pub(super) fn fallbacks(&self) -> u64 {
        self.overview.fallback
    }

    /// Whether every graded answer fell back, and `--max-fallback` is not given.
    pub(super) fn judge_is_missing(&self) -> bool {
        let (fallbacks, graded) = (self.overview.fallback, self.overview.graded());
        self.options.max_fallback.is_none() && graded > 0 && fallbacks == graded
    }

    /// Number of results, from this run and from an earlier one.
    pub(super) fn results(&self) -> u64 {
        self.fresh + self.reused
    }

    /// Removes the progress line.
    pub(super) fn clear_progress(&self) {
        self.progress.finish();
    }

    /// Writes the reports, prints the summary, and returns the exit status: `CheckFailed` if a limit is exceeded.
    pub(super) fn finish(self, description: BatchDescription, printer: &Printer) -> anyhow::Result<ExitStatus> {
        let TallyOptions {
            summary, is_folder, fail_under, fail_under_source, max_ungraded, max_fallback, verbose, ..
        } = self.options;
        let threshold = Threshold { limit: fail_under, source: &fail_under_source };
        let goes_to_file = description.output.is_some();
        let below = fail_under.filter(|of| matches!(of, ScoreLimit::Each(_)));
        let report = BatchReport {
            overview: &self.overview,
            input: description.input,
            is_folder,
            output: description.output.map(|output| output.display().to_string()),
            bank: description.bank,
            grader: description.grader,
            is_judged: description.is_judged,
            calibration: description.calibration,
            fresh: self.fresh,
            reused: self.reused,
            disputed: description.is_cross_checked.then_some(self.dispute_counts),
            below: below.map(|least| AnswersBelow { threshold: least.to_string(), answers: self.below }),
            found_questions: self.found.into_values().chain(self.found_from_answers.into_values()).collect(),
        };
        if let Some(mut junit) = self.junit {
            if let Some(ScoreLimit::Mean(_)) = fail_under {
                junit.add_mean(mean_below(&self.overview, threshold))?;
            }
            junit.finish()?;
        }
        let disputes = self.disputes.map(Disputes::finish).transpose()?;
        if let Some(path) = summary {
            let is_json = path.extension().is_some_and(|of| of.eq_ignore_ascii_case("json"));
            let text = if is_json { report::json(&report.to_json())? } else { report::batch_markdown(&report) };
            write_atomically(&path, &text)?;
        }
        let shown = print(&report, goes_to_file, verbose, printer);
        if let (Some(path), true) = (disputes, self.dispute_counts.answers > 0) {
            printer.note(&format!("criteria on which judge and offline scorer differ are in {}", path.display()));
        }
        let mut exceeded = exceeded_limits(&self.overview, threshold, self.below, max_ungraded);
        exceeded.extend(max_fallback.and_then(|most| fallen_back(&self.overview, most)));
        exceeded.iter().for_each(|limit| printer.warning(limit));
        if self.unknown > 0 {
            let answers = counted(self.unknown, "answer");
            printer
                .note(&format!("the question of {answers} is not in the bank; `gradus questions` lists all questions"));
        }
        let judge_missing = description.judge_missing;
        if let Some(missing) = &judge_missing {
            printer.warning_with_hint(missing, JUDGE_MISSING_HINT);
        }
        // The exit status must be right even if nothing reads the summary.
        shown.or_else(|error| if is_broken_pipe(&error) { Ok(()) } else { Err(error) })?;
        Ok(if exceeded.is_empty() && judge_missing.is_none() { ExitStatus::Done } else { ExitStatus::CheckFailed })
    }
}

/// Prints the summary to standard output, or to standard error if standard output has the results.
fn print(report: &BatchReport<'_>, goes_to_file: bool, verbose: bool, printer: &Printer) -> anyhow::Result<()> {
    if printer.is_quiet() {
        let one_line = || printer.result(&report::batch_line(report, printer.style));
        return if goes_to_file { one_line() } else { Ok(()) };
    }
    let style = if goes_to_file { printer.style } else { printer.stderr_style };
    let summary = if verbose {
        report::batch_text(report, style)
    } else {
        report::batch_short_text(report, style) + &report::paragraph(MORE, 0, style)
    };
    if goes_to_file {
        return printer.result(&summary);
    }
    // The summary follows the table of results.
    let gap = if printer.is_terminal { "\n" } else { "" };
    printer.write_to_stderr(&format!("{gap}{summary}"));
    Ok(())
}

/// The warning that more answers fell back than the limit allows.
fn fallen_back(overview: &Overview, most: AnswerLimit) -> Option<String> {
    let (fallbacks, answers) = (overview.fallback, overview.answers);
    most.is_exceeded(fallbacks, answers).then(|| {
        let answers = counted(answers, "answer");
        format!("{fallbacks} of {answers} fell back to the offline scorer; --max-fallback allows {most}")
    })
}

/// The limit for scores.
#[derive(Clone, Copy)]
struct Threshold<'s> {
    limit: Option<ScoreLimit>,
    /// Name of the flag, variable or file that sets the limit.
    source: &'s str,
}

/// The warning that the mean score is below its limit, or that it cannot be computed.
fn mean_below(overview: &Overview, threshold: Threshold<'_>) -> Option<String> {
    let Threshold { limit: Some(ScoreLimit::Mean(least)), source } = threshold else { return None };
    match overview.scores.mean() {
        Ok(mean) if mean < least => Some(format!("the mean of {mean:.1} is below the {least} that {source} requires")),
        Ok(_) => None,
        Err(absent) => Some(format!("there is no mean for {source}: {absent}")),
    }
}

/// The warnings for low scores and ungraded answers.
fn exceeded_limits(
    overview: &Overview,
    threshold: Threshold<'_>,
    below: u64,
    max_ungraded: AnswerLimit,
) -> Vec<String> {
    let mut warnings = Vec::new();
    match threshold.limit {
        Some(ScoreLimit::Each(least)) if below > 0 => {
            let (graded, are, source) = (overview.graded(), agreeing(below, "is", "are"), threshold.source);
            warnings.push(format!("{below} of {graded} scores {are} below the {least} that {source} requires"));
        }
        _ => warnings.extend(mean_below(overview, threshold)),
    }
    if max_ungraded.is_exceeded(overview.ungraded(), overview.answers) {
        let (ungraded, answers) = (overview.ungraded(), counted(overview.answers, "answer"));
        warnings.push(format!("{ungraded} of {answers} could not be graded; --max-ungraded allows {max_ungraded}"));
    }
    warnings
}
