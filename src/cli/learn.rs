//! `bank learn`: from graded answers to phrases that the rubrics lack.

use std::collections::BTreeMap;

use super::args::{Learn as Args, LearnFormat};
use super::exit_status::ExitStatus;
use super::files::{check_output, name, write_whole};
use super::graded::few;
use super::hints::advised;
use super::learned;
use super::printer::Printer;
use super::read_rows::{read_rows, report_bad_rows};
use super::settings::Settings;
use crate::agreement::Row;
use crate::bank::{Bank, BankError, Entry, GradedAnswer, LearnOptions, Learned, Learner};
use crate::batch::ReadRows;

pub(super) fn run(args: &Args, settings: &Settings, printer: &Printer) -> anyhow::Result<ExitStatus> {
    if let Some(path) = &args.output {
        check_output(path, &[&args.answers], args.force)?;
    }
    let bank = super::bank::open(settings)?;
    let ReadRows { rows, bad } = read_rows(&args.answers, &args.columns, &bank)?;
    let status = report_bad_rows(&bad, &name(&args.answers), printer);
    let groups = groups(&bank, &rows, args, printer)?;
    let vocabulary = bank.vocabulary()?;
    let mut learner = Learner::new(&bank, &vocabulary)?;
    let options = LearnOptions { limit: args.limit, seed: args.seed };
    let mut all = Vec::with_capacity(groups.len());
    for (entry, rows) in groups {
        let answers: Vec<GradedAnswer<'_>> = rows.into_iter().map(answer).collect();
        all.push(learner.learn(entry, &answers, options)?);
    }
    warn_of_dropped(&all, printer);
    let patch: String = all.iter().map(|learned| learned.patch.as_str()).collect();
    match args.format {
        LearnFormat::Text => printer.result(&learned::text(&all, printer))?,
        LearnFormat::Json => printer.result(&learned::json(&all)?)?,
        LearnFormat::Patch if patch.is_empty() => {}
        LearnFormat::Patch => printer.result(&patch)?,
    }
    if args.format == LearnFormat::Patch {
        warn_of_refused(&all, printer);
    }
    finish(args, settings, &patch, printer)?;
    Ok(status)
}

/// Writes the patch to --output, and reports how to apply it.
fn finish(args: &Args, settings: &Settings, patch: &str, printer: &Printer) -> anyhow::Result<()> {
    if patch.is_empty() {
        return nothing(args, printer);
    }
    if let Some(path) = &args.output {
        write_whole(path, patch)?;
        let folder = match &settings.bank.value {
            Some(folder) => folder.display().to_string(),
            None => "<folder of the shipped rubrics>".to_owned(),
        };
        printer.note(&format!("read {0}, then `patch -p1 -d {folder} < {0}`", path.display()));
    } else if args.format == LearnFormat::Text {
        printer.note("--output FILE writes them as a patch of the rubrics");
    }
    Ok(())
}

/// Reports that there is nothing to propose. The file is written all the same, as an empty patch: a script can rely on it,
/// and a patch of an earlier run must not be taken for the patch of this one.
fn nothing(args: &Args, printer: &Printer) -> anyhow::Result<()> {
    let Some(path) = &args.output else {
        printer.note("nothing to propose");
        return Ok(());
    };
    write_whole(path, "")?;
    printer.note(&format!("nothing to propose; wrote an empty patch to {}", path.display()));
    Ok(())
}

fn answer(row: &Row) -> GradedAnswer<'_> {
    GradedAnswer { text: &row.answer, score: row.score, credits: row.criteria.clone() }
}

/// The answers by question, in the order of the bank. Reports questions that are not in the bank.
fn groups<'b, 'r>(
    bank: &'b Bank,
    rows: &'r [Row],
    args: &Args,
    printer: &Printer,
) -> anyhow::Result<Vec<(&'b Entry, Vec<&'r Row>)>> {
    let wanted = args.only.as_deref().map(|id| bank.entry(id)).transpose()?;
    let mut questions: BTreeMap<&str, Vec<&Row>> = BTreeMap::new();
    for row in rows {
        questions.entry(&row.question).or_default().push(row);
    }
    let mut unknown = Vec::new();
    let mut groups: BTreeMap<usize, Vec<&Row>> = BTreeMap::new();
    for (&id, rows) in &questions {
        let entry = match bank.entry(id) {
            Ok(entry) => entry,
            Err(BankError::UnknownQuestion { .. }) => {
                unknown.push(id);
                continue;
            }
            Err(error) => return Err(error.into()),
        };
        if wanted.is_none_or(|wanted| wanted == entry) {
            let place = bank.entries().iter().position(|known| known == entry).unwrap_or_default();
            groups.entry(place).or_default().extend(rows);
        }
    }
    if unknown.len() == questions.len() {
        return Err(advised(
            format!("no question of {} is in the bank: {}", name(&args.answers), few(&unknown)),
            "`gradus questions` lists the questions of the bank; name another folder with --bank",
        ));
    }
    if let Some(wanted) = wanted.filter(|_| groups.is_empty()) {
        return Err(advised(
            format!("no answer to `{}` in {}", wanted.id, name(&args.answers)),
            "name another question, or none",
        ));
    }
    if !unknown.is_empty() && wanted.is_none() {
        let count =
            if unknown.len() == 1 { "1 question is".to_owned() } else { format!("{} questions are", unknown.len()) };
        printer.warning(&format!("{count} not in the bank, and left out: {}", few(&unknown)));
    }
    Ok(groups.into_iter().filter_map(|(number, rows)| Some((bank.entries().get(number)?, rows))).collect())
}

fn warn_of_dropped(all: &[Learned], printer: &Printer) {
    for learned in all {
        for dropped in &learned.dropped {
            printer.warning(&format!(
                "`{}` for `{}` of `{}` has no place in the rubric file as it is written, and is left out\n\
                 hint: write concepts as `[[criterion.concept]]` tables and terms as `[criterion.reference.terms]`",
                dropped.phrase, dropped.criterion, learned.question
            ));
        }
    }
}

/// Reports refused questions, because a patch does not contain them.
fn warn_of_refused(all: &[Learned], printer: &Printer) {
    let refused: Vec<String> = all
        .iter()
        .flat_map(|learned| learned.refusals.iter().map(|refusal| format!("`{}`: {refusal}", learned.question)))
        .collect();
    if let Some((first, others)) = refused.split_first() {
        let more = if others.is_empty() { String::new() } else { format!(", and {} more like it", others.len()) };
        printer.warning(&format!("nothing learned: {first}{more}\nhint: --format text shows all"));
    }
}
