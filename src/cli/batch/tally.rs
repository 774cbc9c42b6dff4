//! What a run comes to: gathered row by row, told at the end.

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};

use super::disputes::Disputes;
use super::junit::Junit;
use super::progress::Progress;
use crate::agreement::Overview;
use crate::batch::{self, Through};
use crate::cli::args::{Least, Most};
use crate::cli::exit_status::ExitStatus;
use crate::cli::files::{check_output, name, place, run_folder_of, write_whole};
use crate::cli::printer::{Printer, is_broken_pipe};
use crate::model::{Came, QuestionMatch};
use crate::report::{self, BatchReport, Below, Disputed, FoundQuestion};

/// Wordings of questions that are told of; more are counted and not named.
const WORDINGS: usize = 1000;
/// Where the rest of the summary is.
const MORE: &str = "--verbose prints every criterion and the spread of scores";

/// What to write besides results, and what scores must reach.
pub(super) struct Wishes {
    pub(super) summary: Option<PathBuf>,
    pub(super) junit: Option<PathBuf>,
    pub(super) disputes: Option<PathBuf>,
    pub(super) fail_under: Option<Least>,
    pub(super) max_ungraded: Most,
    /// `None` where any number may fall back.
    pub(super) max_fallback: Option<Most>,
    /// Whether the whole summary is printed.
    pub(super) verbose: bool,
}

/// In what words a report tells where answers come from and who graded.
pub(super) struct Told {
    pub(super) input: String,
    pub(super) output: Option<PathBuf>,
    pub(super) bank: String,
    pub(super) grader: String,
    pub(super) calibration: Option<String>,
    pub(super) is_judged: bool,
    pub(super) is_cross_checked: bool,
    /// What to say where a judge was requested explicitly and every graded answer fell back.
    pub(super) judge_missing: Option<String>,
}

/// Gathers what results come to.
pub(super) struct Tally {
    overview: Overview,
    progress: Progress,
    junit: Option<Junit>,
    disputes: Option<Disputes>,
    apart: Disputed,
    wishes: Wishes,
    fresh: u64,
    reused: u64,
    below: u64,
    /// By wording.
    found: BTreeMap<String, FoundQuestion>,
    /// By question.
    found_from_answers: BTreeMap<String, FoundQuestion>,
}

impl Wishes {
    /// Files that are written besides the results, by where they stand.
    pub(super) fn reports(&self) -> Vec<PathBuf> {
        self.summary.iter().chain(&self.junit).chain(&self.disputes).map(|path| place(path)).collect()
    }

    /// Refuses what cannot be written, before anything is graded. `known` may be written again.
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
            bail!("--summary {}: its name does not say how to write it\nhint: end it with .md or .json", name(summary));
        }
        let flags = [
            ("--output", output),
            ("--summary", self.summary.as_deref()),
            ("--junit", self.junit.as_deref()),
            ("--cross-check", self.disputes.as_deref()),
        ];
        let files: Vec<(&str, &Path)> = flags.into_iter().filter_map(|(flag, path)| Some((flag, path?))).collect();
        for (at, (flag, path)) in files.iter().enumerate() {
            apart(flag, path, &files[..at], inputs, output)?;
            if let Some(run) = run_folder_of(path) {
                bail!(
                    "{} is inside {}, where a run keeps its results\nhint: choose another {flag}",
                    path.display(),
                    run.display()
                );
            }
            if *flag != "--output" {
                if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
                    std::fs::create_dir_all(folder).with_context(|| format!("cannot write {}", path.display()))?;
                }
                check_output(path, inputs, force || known.contains(&place(path)))?;
            }
        }
        Ok(())
    }
}

/// Refuses a file that is another one too, or that a run would take for its own.
fn apart(
    flag: &str,
    path: &Path,
    others: &[(&str, &Path)],
    inputs: &[&Path],
    output: Option<&Path>,
) -> anyhow::Result<()> {
    let shown = path.display();
    if let Some((other, _)) = others.iter().find(|(_, other)| place(other) == place(path)) {
        bail!("{shown} is both {other} and {flag}\nhint: name another file");
    }
    let run = output.map(|output| batch::folder_of(&place(output)));
    if run.is_some_and(|run| flag != "--output" && place(path).starts_with(run)) {
        bail!("{shown} stands in the folder of the run\nhint: choose another {flag}");
    }
    let reads_it = |input: &&Path| input.is_dir() && place(path).starts_with(place(input));
    let is_text = ["md", "txt"].iter().any(|ending| path.extension().is_some_and(|of| of.eq_ignore_ascii_case(ending)));
    if is_text && inputs.iter().any(reads_it) {
        bail!(
            "{shown} would be an answer the next time: it stands in the folder that is read\nhint: choose another {flag}"
        );
    }
    Ok(())
}

impl Tally {
    pub(super) fn new(wishes: Wishes, progress: Progress) -> anyhow::Result<Self> {
        let junit = wishes.junit.as_deref().map(Junit::new).transpose()?;
        let disputes = wishes.disputes.as_deref().map(Disputes::new).transpose()?;
        let (overview, found, apart) = (Overview::new(), BTreeMap::new(), Disputed::default());
        Ok(Self {
            overview,
            progress,
            junit,
            disputes,
            apart,
            wishes,
            fresh: 0,
            reused: 0,
            below: 0,
            found,
            found_from_answers: BTreeMap::new(),
        })
    }

    /// Takes a result.
    pub(super) fn note(&mut self, row: &Through<'_>) -> io::Result<()> {
        self.overview.note(row.line, row.id, row.marks, row.question);
        if row.fresh {
            self.fresh += 1;
        } else {
            self.reused += 1;
        }
        let least = match self.wishes.fail_under {
            Some(Least::Each(least)) => Some(least),
            _ => None,
        };
        if let (Came::Graded { score, .. }, Some(least)) = (&row.marks.outcome, least) {
            self.below += u64::from(score.as_f64() < least);
        }
        if let (Some(found), Some(question)) = (row.found, row.question) {
            self.note_found(&found.matched, &question.id);
        }
        if let Some(junit) = &mut self.junit {
            junit.add(row, least)?;
        }
        self.apart.answers += u64::from(!row.marks.disputed.is_empty());
        self.apart.criteria += row.marks.disputed.len() as u64;
        if let Some(disputes) = &mut self.disputes {
            disputes.add(row)?;
        }
        let overview = &self.overview;
        self.progress.row(row.fresh, || [("fallback", overview.fallback), ("ungraded", overview.ungraded())]);
        Ok(())
    }

    fn note_found(&mut self, matched: &QuestionMatch<'_>, question: &str) {
        let (found, key, wording) = match matched {
            QuestionMatch::Id | QuestionMatch::Only => return,
            QuestionMatch::Answer { .. } => (&mut self.found_from_answers, question.to_owned(), None),
            QuestionMatch::Wording { wording } | QuestionMatch::Similar { wording, .. } => {
                let wording = batch::short(wording).into_owned();
                (&mut self.found, wording.clone(), Some(wording))
            }
        };
        if let Some(known) = found.get_mut(&key) {
            known.answers += 1;
        } else if found.len() < WORDINGS {
            found.insert(key, FoundQuestion { wording, question: question.to_owned(), answers: 1 });
        }
    }

    /// For how many answers the offline scorer stood in.
    pub(super) fn fallbacks(&self) -> u64 {
        self.overview.fallback
    }

    /// Whether every graded answer fell back, and no `--max-fallback` says how many may.
    pub(super) fn judge_is_missing(&self) -> bool {
        let (fallbacks, graded) = (self.overview.fallback, self.overview.graded());
        self.wishes.max_fallback.is_none() && graded > 0 && fallbacks == graded
    }

    /// How many results there are.
    pub(super) fn results(&self) -> u64 {
        self.fresh + self.reused
    }

    /// Removes the line that shows how far it is.
    pub(super) fn clear(&self) {
        self.progress.finish();
    }

    /// Writes the reports, prints the summary, and says whether something is found wanting.
    pub(super) fn finish(self, told: Told, printer: &Printer) -> anyhow::Result<ExitStatus> {
        let Wishes { summary, fail_under, max_ungraded, max_fallback, verbose, .. } = self.wishes;
        let goes_to_file = told.output.is_some();
        let below = fail_under.filter(|of| matches!(of, Least::Each(_)));
        let report = BatchReport {
            overview: &self.overview,
            input: told.input,
            output: told.output.map(|output| output.display().to_string()),
            bank: told.bank,
            grader: told.grader,
            is_judged: told.is_judged,
            calibration: told.calibration,
            fresh: self.fresh,
            reused: self.reused,
            disputed: told.is_cross_checked.then_some(self.apart),
            below: below.map(|least| Below { threshold: least.to_string(), answers: self.below }),
            found_questions: self.found.into_values().chain(self.found_from_answers.into_values()).collect(),
        };
        if let Some(mut junit) = self.junit {
            if let Some(Least::Mean(_)) = fail_under {
                junit.add_mean(mean_below(&self.overview, fail_under))?;
            }
            junit.finish()?;
        }
        let disputes = self.disputes.map(Disputes::finish).transpose()?;
        if let Some(path) = summary {
            let is_json = path.extension().is_some_and(|of| of.eq_ignore_ascii_case("json"));
            let text = if is_json { report::json(&report.to_json())? } else { report::batch_markdown(&report) };
            write_whole(&path, &text)?;
        }
        let shown = print(&report, goes_to_file, verbose, printer);
        if let (Some(path), true) = (disputes, self.apart.answers > 0) {
            printer.note(&format!("where judge and offline scorer differ stands in {}", path.display()));
        }
        let mut wanting = wanting(&self.overview, fail_under, self.below, max_ungraded);
        wanting.extend(max_fallback.and_then(|most| fallen_back(&self.overview, most)));
        wanting.extend(told.judge_missing);
        wanting.iter().for_each(|told| printer.warning(told));
        // Without a reader of the summary the exit code counts all the more.
        shown.or_else(|error| if is_broken_pipe(&error) { Ok(()) } else { Err(error) })?;
        Ok(if wanting.is_empty() { ExitStatus::Done } else { ExitStatus::CheckFailed })
    }
}

/// Prints the summary: to standard output, unless results are there.
fn print(report: &BatchReport<'_>, goes_to_file: bool, verbose: bool, printer: &Printer) -> anyhow::Result<()> {
    if printer.is_quiet() {
        let brief = || printer.result(&report::batch_brief(report, printer.style));
        return if goes_to_file { brief() } else { Ok(()) };
    }
    let style = if goes_to_file { printer.style } else { printer.style_aside };
    let summary = if verbose {
        report::batch_text(report, style)
    } else {
        report::batch_short(report, style) + &report::paragraph(MORE, 0, style)
    };
    if goes_to_file {
        return printer.result(&summary);
    }
    // The summary stands below the table of results.
    let gap = if printer.is_terminal { "\n" } else { "" };
    printer.aside(&format!("{gap}{summary}"));
    Ok(())
}

/// What is wrong where more answers fell back than may.
fn fallen_back(overview: &Overview, most: Most) -> Option<String> {
    let (fallbacks, answers) = (overview.fallback, overview.answers);
    most.is_exceeded(fallbacks, answers).then(|| {
        format!("{fallbacks} of {answers} answers fell back to the offline scorer; --max-fallback allows {most}")
    })
}

/// What is wrong with the mean, where something is asked of it.
fn mean_below(overview: &Overview, fail_under: Option<Least>) -> Option<String> {
    let Some(Least::Mean(least)) = fail_under else { return None };
    match overview.scores.mean() {
        Ok(mean) if mean < least => {
            Some(format!("the mean of {mean:.1} is below the {least} that --fail-under asks for"))
        }
        Ok(_) => None,
        Err(absent) => Some(format!("there is no mean for --fail-under: {absent}")),
    }
}

/// What is not as it should be.
fn wanting(overview: &Overview, fail_under: Option<Least>, below: u64, max_ungraded: Most) -> Vec<String> {
    let mut told = Vec::new();
    match fail_under {
        Some(Least::Each(least)) if below > 0 => {
            told.push(format!("{below} of {} scores below the {least} that --fail-under asks for", overview.graded()));
        }
        _ => told.extend(mean_below(overview, fail_under)),
    }
    if max_ungraded.is_exceeded(overview.ungraded(), overview.answers) {
        let (ungraded, answers) = (overview.ungraded(), overview.answers);
        told.push(format!("{ungraded} of {answers} answers could not be graded; --max-ungraded allows {max_ungraded}"));
    }
    told
}
