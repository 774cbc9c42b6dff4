//! `config trust`: which project files may configure judges.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};

use super::args::Trust as Args;
use super::exit_status::ExitStatus;
use super::judge::one_line;
use super::printer::Printer;
use super::project::{self, FILE, MISSING, State, Trust};
use super::settings::{Said, Surroundings};

pub(super) fn run(args: &Args, printer: &Printer) -> anyhow::Result<ExitStatus> {
    let around = Surroundings::of_process()?;
    let trust = around.trust().context(
        "cannot tell the user's configuration folder, where trust is noted\nhint: set HOME, or XDG_CONFIG_HOME",
    )?;
    if args.list {
        printer.result(&list(&trust)?)?;
        return Ok(ExitStatus::Done);
    }
    let path = match &args.folder {
        Some(folder) => project::whole(&in_folder(folder))?,
        None => project::find(around.folder()).found.with_context(|| format!("{MISSING}\nhint: name its folder"))?,
    };
    if args.remove {
        let was_trusted = trust.remove(&path)?;
        let told = if was_trusted { "is trusted no longer" } else { "was not trusted" };
        printer.result(&one_line(&format!("{} {told}", path.display())))?;
        return Ok(ExitStatus::Done);
    }
    if path.symlink_metadata().is_err() {
        bail!("{} does not exist\nhint: name the folder that holds a {FILE}", path.display());
    }
    let text = project::read_own(&path)?;
    let said = Said::of_file(&path, &text)?;
    trust.add(&path, &text)?;
    printer.result(&told(&path, &said))?;
    Ok(ExitStatus::Done)
}

/// The project file of a folder; the path of the file itself is taken as well.
fn in_folder(folder: &Path) -> PathBuf {
    if folder.ends_with(FILE) && !folder.is_dir() { folder.to_owned() } else { folder.join(FILE) }
}

/// What was trusted.
fn told(path: &Path, said: &Said) -> String {
    let mut text = one_line(&format!("{} is trusted until it is edited", path.display()));
    let rows = said.needing_trust();
    if rows.is_empty() {
        text.push_str("\n  it has no settings of judges");
    }
    let width = rows.iter().map(|row| row.name.chars().count()).max().unwrap_or(0);
    for row in rows {
        // Writing to a string does not fail.
        let _ = write!(text, "\n  {:width$}  {}", row.name, one_line(&row.value));
    }
    text
}

fn list(trust: &Trust) -> anyhow::Result<String> {
    let mut text = String::new();
    for path in trust.paths()? {
        let state = match project::read(&path) {
            Ok(None) => "missing",
            Err(_) => "unreadable",
            Ok(Some(content)) => match trust.state(&path, &content)? {
                State::Trusted => "trusted",
                State::Changed | State::Unknown => "changed since it was trusted",
            },
        };
        text.push_str(&one_line(&format!("{}  {state}", path.display())));
        text.push('\n');
    }
    Ok(if text.is_empty() { "no project file is trusted".to_owned() } else { text })
}
