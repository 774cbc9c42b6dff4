//! `cache`: shows and clears the cached replies of judges; also opens the cache for a run.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use etcetera::BaseStrategy as _;

use crate::cli::args::CacheCommand;
use crate::cli::exit_status::ExitStatus;
use crate::cli::hints;
use crate::cli::printer::Printer;
use crate::cli::settings::{Settings, one_line};
use crate::llm::{Cache, CacheStats, CacheUse, CacheWarning, OpenedCache, PathOrigin};
use crate::wording::counted;

/// The name of the cache file in the cache folder.
const FILE_NAME: &str = "replies.sqlite";

pub(in crate::cli) fn run(command: CacheCommand, settings: &Settings, printer: &Printer) -> anyhow::Result<ExitStatus> {
    let (path, origin) = path(settings.llm.panel.cache.value.as_deref())?;
    match command {
        CacheCommand::Path => printer.result(&one_line(&path.display().to_string()))?,
        CacheCommand::Stats => match Cache::open_to_read(&path, origin)? {
            Some(cache) => printer.result(&stats(&cache.stats()?))?,
            None => printer.result("no replies are cached")?,
        },
        CacheCommand::Clear if !path.exists() => printer.result("no replies were cached")?,
        CacheCommand::Clear => {
            let OpenedCache { cache, set_aside } = Cache::open(&path, origin)?;
            if let Some(aside) = set_aside {
                printer.warning(&format!("the cached replies were damaged and are now in {}", aside.display()));
            }
            printer.result(&format!("{} deleted", counted(cache.clear()?, "reply")))?;
        }
    }
    Ok(ExitStatus::Done)
}

/// The path of the cache and its origin. A chosen file in the default folder is treated like the default file.
fn path(chosen: Option<&Path>) -> anyhow::Result<(PathBuf, PathOrigin)> {
    let folders = etcetera::choose_base_strategy();
    let default = folders.map(|folders| folders.cache_dir().join("gradus").join(FILE_NAME));
    match chosen {
        Some(path) => {
            let path = path.to_owned();
            let is_in_default_folder = default.is_ok_and(|default| default.parent() == path.parent());
            Ok((path, if is_in_default_folder { PathOrigin::Default } else { PathOrigin::Chosen }))
        }
        None => Ok((default.context("cannot find the user's cache folder")?, PathOrigin::Default)),
    }
}

/// Opens the cache for a run; `None` if the run continues without a cache.
///
/// # Errors
/// When a chosen file is not a reply cache, or when no request may be sent and the cache is missing or unreadable.
pub(super) fn open(chosen: Option<&Path>, cache_use: CacheUse, printer: &Printer) -> anyhow::Result<Option<Cache>> {
    let (path, origin) = path(chosen)?;
    if cache_use == CacheUse::ReplayOnly {
        let missing = || {
            let hint = "first run the command without --replay, or name another file as `cache` in [llm]";
            hints::advised(format!("no replies are cached in {}", path.display()), hint)
        };
        return Cache::open_to_read(&path, origin)?.map(Some).ok_or_else(missing);
    }
    match Cache::open(&path, origin) {
        Ok(OpenedCache { cache, set_aside }) => {
            if let Some(aside) = set_aside {
                printer.warning(&CacheWarning::SetAside(aside).to_string());
            }
            Ok(Some(cache))
        }
        Err(error) if error.is_about_writing() => {
            // Opened for reading, because cached replies save requests even if no reply can be added.
            let cache = Cache::open_to_read(&path, origin).ok().flatten();
            let effect = if cache.is_some() {
                "cached replies are used and new ones are not cached"
            } else {
                "replies are not cached"
            };
            printer.warning(&format!("{effect}: {}", hints::with_hint(error)));
            Ok(cache)
        }
        Err(error) => Err(error.into()),
    }
}

fn stats(stats: &CacheStats) -> String {
    #[allow(clippy::cast_precision_loss)] // shown to a tenth
    let megabytes = stats.bytes as f64 / 1e6;
    let mut text = format!("{} cached, {megabytes:.1} MB\n", counted(stats.replies, "reply"));
    for (model, count) in &stats.models {
        // Writing to a string does not fail.
        let _ = writeln!(text, "  {count:>8}  {}", crate::report::printable(model));
    }
    let _ = writeln!(
        text,
        "their requests used {} prompt tokens and {} reply tokens",
        stats.prompt_tokens, stats.completion_tokens
    );
    text
}
