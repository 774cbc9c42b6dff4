//! `cache`: what judges replied so far.

use std::fmt::Write as _;

use super::setup::cache_path;
use crate::cli::Outcome;
use crate::cli::args::CacheCommand;
use crate::cli::printer::Printer;
use crate::cli::settings::Settings;
use crate::store::{Cache, Stats};

pub(in crate::cli) fn run(command: CacheCommand, settings: &Settings, printer: &Printer) -> anyhow::Result<Outcome> {
    let path = cache_path(&settings.llm.base)?;
    match command {
        CacheCommand::Path => printer.result(&path.display().to_string())?,
        CacheCommand::Stats => match Cache::open_to_read(&path)? {
            Some(cache) => printer.result(&stats(&cache.stats()?))?,
            None => printer.result("no replies are kept")?,
        },
        CacheCommand::Clear if !path.exists() => printer.result("no replies were kept")?,
        CacheCommand::Clear => {
            let forgotten = Cache::open(&path)?.cache.clear()?;
            printer.result(&format!("{} forgotten", replies(forgotten)))?;
        }
    }
    Ok(Outcome::Done)
}

fn replies(count: u64) -> String {
    if count == 1 { "1 reply".to_owned() } else { format!("{count} replies") }
}

fn stats(stats: &Stats) -> String {
    #[allow(clippy::cast_precision_loss)] // shown to a tenth
    let megabytes = stats.bytes as f64 / 1e6;
    let mut text = format!("{} kept, {megabytes:.1} MB\n", replies(stats.replies));
    for (model, count) in &stats.models {
        // Writing to a string does not fail.
        let _ = writeln!(text, "  {count:>8}  {}", crate::report::printable(model));
    }
    let _ = writeln!(
        text,
        "they took {} tokens of prompts and {} of replies",
        stats.prompt_tokens, stats.completion_tokens
    );
    text
}
