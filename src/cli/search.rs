//! `search`: passages of sample answers, with the words that were looked for.

use etcetera::BaseStrategy as _;
use serde_json::json;

use super::args::{ListFormat, Search as Args};
use super::exit_status::ExitStatus;
use super::printer::Printer;
use super::settings::Settings;
use crate::bank::{Bank, BankError};
use crate::model::{Question, Sample};
use crate::report;
use crate::retrieve::{Analyzer, CacheError, Contents, Index, PassageFound};

pub(super) fn run(args: &Args, settings: &Settings, printer: &Printer) -> anyhow::Result<ExitStatus> {
    let bank = super::bank::open(settings)?;
    let found = whole_index(&bank, printer)?.passages(&args.words, None, args.limit)?;
    let shown = match args.format {
        ListFormat::Json => report::json(&found.iter().map(as_json).collect::<Vec<_>>())?,
        ListFormat::Text if found.is_empty() => {
            printer.note("no sample answer says that; try other words");
            return Ok(ExitStatus::CheckFailed);
        }
        ListFormat::Text => found.iter().map(|found| as_text(found, printer)).collect::<Vec<_>>().join("\n"),
    };
    printer.result(&shown)?;
    Ok(if found.is_empty() { ExitStatus::CheckFailed } else { ExitStatus::Done })
}

/// The passages of a whole bank: in memory, or for a folder kept on disk.
fn whole_index(bank: &Bank, printer: &Printer) -> anyhow::Result<Index> {
    let mut all: Vec<(Question, Vec<Sample>)> = Vec::with_capacity(bank.entries().len());
    for entry in bank.entries() {
        all.push((bank.question(entry)?, bank.samples(entry)?));
    }
    let contents: Vec<Contents<'_>> = all.iter().map(|(question, samples)| Contents { question, samples }).collect();
    let analyzer = Analyzer::new(bank.synonyms().map_err(BankError::Faulty)?);
    let base = if bank.files().is_built_in() { None } else { etcetera::choose_base_strategy().ok() };
    if let Some(base) = base {
        let folder = base.cache_dir().join("gradus").join("index");
        match Index::cached(&folder, bank.files().fingerprint(), &contents, &analyzer) {
            Ok(index) => return Ok(index),
            Err(CacheError::Index(error)) => return Err(error.into()),
            Err(error @ CacheError::Folder(_)) => printer.note(&format!("{error}; it is built in memory this time")),
        }
    }
    Ok(Index::in_memory(&contents, &analyzer)?)
}

fn as_json(found: &PassageFound) -> serde_json::Value {
    let highlights: Vec<_> =
        found.highlights.iter().map(|range| json!({ "start": range.start, "end": range.end })).collect();
    json!({
        "question": found.question,
        "level": found.level,
        "text": found.text,
        "highlights": highlights,
        "score": found.score,
    })
}

fn as_text(found: &PassageFound, printer: &Printer) -> String {
    let passage = report::passage(&found.text, &found.highlights, 2, printer.style);
    format!("{} ({} sample)\n{passage}", found.question, found.level.name())
}
