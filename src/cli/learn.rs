//! `gradus bank learn`: learns phrases that the rubrics lack from graded answers.
//!
//! Groups the rows by question, runs the learner of `bank` on each group, and prints proposals or writes a patch. The
//! text and the JSON are in `learn_report`.

use std::collections::BTreeMap;

use super::args::{Learn as Args, LearnFormat};
use super::exit_status::ExitStatus;
use super::files::{check_output, display_name, write_atomically};
use super::hints::advised;
use super::learn_report;
use super::open;
use super::printer::Printer;
use super::read_rows::{read_rows, report_bad_rows};
use super::scored_rows::first_names;
use super::settings::Settings;
use crate::agreement::ScoredRow;
use crate::bank::{Bank, BankError, Entry, GradedAnswer, LearnOptions, Learned, Learner};
use crate::batch::ReadRows;
use crate::wording::{agreeing, counted};

pub(super) fn run(args: &Args, settings: &Settings, printer: &Printer) -> anyhow::Result<ExitStatus> {
    if let Some(path) = &args.output {
        check_output(path, &[&args.answers], args.force)?;
    }
    let engine = open::offline(settings)?;
    let (questions, bank) = (engine.questions(), engine.bank());
    let ReadRows { rows, bad } = read_rows(&args.answers, &args.columns, None, questions, printer)?;
    let status = report_bad_rows(&bad, &display_name(&args.answers), printer);
    let groups = rows_by_question(bank, &rows, args, printer)?;
    let mut learner = Learner::new(bank, questions.vocabulary())?;
    let options = LearnOptions { limit: args.limit, seed: args.seed };
    let mut all = Vec::with_capacity(groups.len());
    for (entry, rows) in groups {
        let answers: Vec<GradedAnswer<'_>> = rows.into_iter().map(answer).collect();
        all.push(learner.learn(entry, &answers, options)?);
    }
    warn_of_dropped(&all, printer);
    let patch: String = all.iter().map(|learned| learned.patch.as_str()).collect();
    match args.format {
        LearnFormat::Text => printer.result(&learn_report::text(&all, printer))?,
        LearnFormat::Json => printer.result(&learn_report::json(&all)?)?,
        LearnFormat::Patch if patch.is_empty() => {}
        LearnFormat::Patch => printer.result(&patch)?,
    }
    if args.format == LearnFormat::Patch {
        warn_of_refusals(&all, printer);
    }
    finish(args, settings, &patch, printer)?;
    Ok(status)
}

/// Writes the patch to --output, and reports how to apply it.
fn finish(args: &Args, settings: &Settings, patch: &str, printer: &Printer) -> anyhow::Result<()> {
    if patch.is_empty() {
        return finish_without_proposals(args, printer);
    }
    if let Some(path) = &args.output {
        write_atomically(path, patch)?;
        let folder = match &settings.bank.value {
            Some(folder) => folder.display().to_string(),
            None => "<folder of the shipped rubrics>".to_owned(),
        };
        printer.note(&format!("read {0}, then run `patch -p1 -d {folder} < {0}`", path.display()));
    } else if args.format == LearnFormat::Text {
        printer.note("--output FILE writes the proposals as a patch of the rubrics");
    }
    Ok(())
}

/// Reports that there are no proposals. An empty patch is still written to --output, so that a script finds the file and
/// does not apply the patch of an earlier run.
fn finish_without_proposals(args: &Args, printer: &Printer) -> anyhow::Result<()> {
    let Some(path) = &args.output else {
        printer.note("no proposals");
        return Ok(());
    };
    write_atomically(path, "")?;
    printer.note(&format!("no proposals; wrote an empty patch to {}", path.display()));
    Ok(())
}

fn answer(row: &ScoredRow) -> GradedAnswer<'_> {
    GradedAnswer { text: &row.answer, score: row.score, credits: row.criteria.clone() }
}

/// The rows of each question, in the order of the bank; with --only, the rows of one question. Warns of questions that
/// are not in the bank.
fn rows_by_question<'b, 'r>(
    bank: &'b Bank,
    rows: &'r [ScoredRow],
    args: &Args,
    printer: &Printer,
) -> anyhow::Result<Vec<(&'b Entry, Vec<&'r ScoredRow>)>> {
    let only = args.only.as_deref().map(|id| bank.entry(id)).transpose()?;
    let mut questions: BTreeMap<&str, Vec<&ScoredRow>> = BTreeMap::new();
    for row in rows {
        questions.entry(&row.question).or_default().push(row);
    }
    let mut unknown = Vec::new();
    let mut groups: BTreeMap<usize, Vec<&ScoredRow>> = BTreeMap::new();
    for (&id, rows) in &questions {
        let entry = match bank.entry(id) {
            Ok(entry) => entry,
            Err(BankError::UnknownQuestion { .. }) => {
                unknown.push(id);
                continue;
            }
            Err(error) => return Err(error.into()),
        };
        if only.is_none_or(|only| only == entry) {
            let position = bank.entries().iter().position(|known| known == entry).unwrap_or_default();
            groups.entry(position).or_default().extend(rows);
        }
    }
    if unknown.len() == questions.len() {
        return Err(advised(
            format!("no question of {} is in the bank: {}", display_name(&args.answers), first_names(&unknown)),
            "`gradus questions` lists the questions of the bank; name another folder with --bank",
        ));
    }
    if let Some(only) = only.filter(|_| groups.is_empty()) {
        return Err(advised(
            format!("no answer to `{}` in {}", only.id, display_name(&args.answers)),
            "name another question with --only, or omit --only",
        ));
    }
    if !unknown.is_empty() && only.is_none() {
        let (count, is) = (counted(unknown.len(), "question"), agreeing(unknown.len(), "is", "are"));
        printer.warning(&format!("{count} {is} not in the bank, and left out: {}", first_names(&unknown)));
    }
    Ok(groups.into_iter().filter_map(|(number, rows)| Some((bank.entries().get(number)?, rows))).collect())
}

fn warn_of_dropped(all: &[Learned], printer: &Printer) {
    for learned in all {
        for dropped in &learned.dropped {
            let message = format!(
                "`{}` for `{}` of `{}` cannot be inserted because of the formatting of the rubric file, and is left out",
                dropped.phrase, dropped.criterion, learned.question
            );
            let hint = "write concepts as `[[criterion.concept]]` tables and terms as `[criterion.reference.terms]`";
            printer.warning_with_hint(&message, hint);
        }
    }
}

/// Warns of questions from which nothing was learned, because a patch does not show them.
fn warn_of_refusals(all: &[Learned], printer: &Printer) {
    let refused: Vec<String> = all
        .iter()
        .flat_map(|learned| learned.refusals.iter().map(|refusal| format!("`{}`: {refusal}", learned.question)))
        .collect();
    if let Some((first, others)) = refused.split_first() {
        let more = if others.is_empty() { String::new() } else { format!(", and {} more", others.len()) };
        printer.warning_with_hint(&format!("nothing learned: {first}{more}"), "use --format text to see all of them");
    }
}
