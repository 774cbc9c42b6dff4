//! `cache`: what judges replied so far; and the file of kept replies, opened for a run.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use etcetera::BaseStrategy as _;

use crate::cli::args::CacheCommand;
use crate::cli::exit_status::ExitStatus;
use crate::cli::printer::Printer;
use crate::cli::settings::{Settings, one_line};
use crate::llm::Kept;
use crate::llm::{Cache, Opened, Place, Stats};

/// The file of kept replies, in the cache folder.
const REPLIES: &str = "replies.sqlite";

pub(in crate::cli) fn run(command: CacheCommand, settings: &Settings, printer: &Printer) -> anyhow::Result<ExitStatus> {
    let (path, place) = place(settings.llm.panel.cache.value.as_deref())?;
    match command {
        CacheCommand::Path => printer.result(&one_line(&path.display().to_string()))?,
        CacheCommand::Stats => match Cache::open_to_read(&path, place)? {
            Some(cache) => printer.result(&stats(&cache.stats()?))?,
            None => printer.result("no replies are kept")?,
        },
        CacheCommand::Clear if !path.exists() => printer.result("no replies were kept")?,
        CacheCommand::Clear => {
            let Opened { cache, set_aside } = Cache::open(&path, place)?;
            if let Some(aside) = set_aside {
                printer.warning(&format!("the kept replies were damaged; that file is now {}", aside.display()));
            }
            printer.result(&format!("{} forgotten", replies(cache.clear()?)))?;
        }
    }
    Ok(ExitStatus::Done)
}

/// Where replies are kept, and who chose that place.
fn place(chosen: Option<&Path>) -> anyhow::Result<(PathBuf, Place)> {
    let folders = etcetera::choose_base_strategy();
    let default = folders.map(|folders| folders.cache_dir().join("gradus").join(REPLIES));
    match chosen {
        Some(path) => {
            let path = path.to_owned();
            let is_ours = default.is_ok_and(|default| default.parent() == path.parent());
            Ok((path, if is_ours { Place::Default } else { Place::Chosen }))
        }
        None => Ok((default.context("cannot tell the user's cache folder")?, Place::Default)),
    }
}

/// Opens the kept replies for a run; `None` where the run goes on without them.
///
/// # Errors
/// A chosen file that is not a reply cache, and replies that are missing or unreadable where nothing is asked.
pub(super) fn open(chosen: Option<&Path>, kept: Kept, printer: &Printer) -> anyhow::Result<Option<Cache>> {
    let (path, place) = place(chosen)?;
    if kept == Kept::Only {
        let cache = Cache::open_to_read(&path, place)?;
        let hint = "hint: run it without --replay first, or name another file as `cache` in [llm]";
        return cache.map(Some).with_context(|| format!("no replies are kept in {}\n{hint}", path.display()));
    }
    match Cache::open(&path, place) {
        Ok(Opened { cache, set_aside }) => {
            if let Some(place) = set_aside {
                printer.warning(&format!(
                    "the kept replies were damaged; they stand in {} now, and new ones are kept",
                    place.display()
                ));
            }
            Ok(Some(cache))
        }
        Err(error) if error.is_about_writing() => {
            // A cache in a folder that cannot be written still saves requests.
            let cache = Cache::open_to_read(&path, place).ok().flatten();
            let what = if cache.is_some() {
                "kept replies are used and new ones are not kept"
            } else {
                "replies are not kept"
            };
            printer.warning(&format!("{what}: {error}"));
            Ok(cache)
        }
        Err(error) => Err(error.into()),
    }
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
