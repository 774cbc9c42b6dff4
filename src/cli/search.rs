//! `gradus search`: finds passages of sample answers and highlights the words of the query.

use etcetera::BaseStrategy as _;
use serde_json::json;

use super::args::{ListFormat, Search as Args};
use super::exit_status::ExitStatus;
use super::hints::advised;
use super::open;
use super::printer::Printer;
use super::settings::Settings;
use crate::engine::Passages;
use crate::report;
use crate::retrieve::PassageFound;

pub(super) fn run(args: &Args, settings: &Settings, printer: &Printer) -> anyhow::Result<ExitStatus> {
    if !args.words.contains(char::is_alphanumeric) {
        return Err(advised("no words to search for", "name words that an answer contains, such as \"restore test\""));
    }
    let folder = etcetera::choose_base_strategy().ok().map(|base| base.cache_dir().join("gradus").join("index"));
    let Passages { found, cache_error } =
        open::offline(settings)?.search(&args.words, args.limit, folder.as_deref())?;
    if let Some(error) = cache_error {
        printer.note(&format!("{:#}; the index is built in memory for this search", anyhow::Error::from(error)));
    }
    let shown = match args.format {
        ListFormat::Json => report::json(&found.iter().map(as_json).collect::<Vec<_>>())?,
        ListFormat::Text if found.is_empty() => {
            printer.note("no sample answer contains these words; try other words");
            return Ok(ExitStatus::CheckFailed);
        }
        ListFormat::Text => found.iter().map(|found| as_text(found, printer)).collect::<Vec<_>>().join("\n"),
    };
    printer.result(&shown)?;
    Ok(if found.is_empty() { ExitStatus::CheckFailed } else { ExitStatus::Done })
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
