//! `config trust`: decides which project files may configure judges.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use super::args::Trust as Args;
use super::exit_status::ExitStatus;
use super::hints::advised;
use super::printer::Printer;
use super::project::{self, PROJECT_FILE, Trust, TrustState};
use super::settings::{Environment, SettingsFile, one_line};

pub(super) fn run(args: &Args, printer: &Printer) -> anyhow::Result<ExitStatus> {
    let environment = Environment::of_process()?;
    let trust = environment.trust().ok_or_else(|| {
        let message = "cannot find the user's configuration folder, which holds the list of trusted files";
        advised(message, "set HOME, or XDG_CONFIG_HOME")
    })?;
    if args.list {
        printer.result(&list(&trust)?)?;
        return Ok(ExitStatus::Done);
    }
    let path = match &args.folder {
        Some(folder) => project::resolved_path(&in_folder(folder))?,
        None => project::find(environment.folder()).found.ok_or_else(|| {
            advised(
                format!("no {PROJECT_FILE} in this folder or in a folder above it"),
                "name the folder that contains it",
            )
        })?,
    };
    if args.remove {
        let state = if trust.remove(&path)? { "is no longer trusted" } else { "was not trusted" };
        printer.result(&one_line(&format!("{} {state}", path.display())))?;
        return Ok(ExitStatus::Done);
    }
    if path.symlink_metadata().is_err() {
        let hint = format!("name the folder that contains a {PROJECT_FILE}");
        return Err(advised(format!("{} does not exist", path.display()), hint));
    }
    let text = project::read_own(&path)?;
    let file = SettingsFile::parse(&path, &text)?;
    trust.add(&path, &text)?;
    printer.result(&trust_report(&path, &file))?;
    Ok(ExitStatus::Done)
}

/// The project file in a folder. The argument may also be the path of the file itself.
fn in_folder(folder: &Path) -> PathBuf {
    if folder.ends_with(PROJECT_FILE) && !folder.is_dir() { folder.to_owned() } else { folder.join(PROJECT_FILE) }
}

/// A report of the settings that are trusted from now on.
fn trust_report(path: &Path, file: &SettingsFile) -> String {
    let mut text = one_line(&format!("{} is trusted until it is edited", path.display()));
    let rows = file.needing_trust();
    if rows.is_empty() {
        text.push_str("\n  the file has no judge settings");
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
                TrustState::Trusted => "trusted",
                // A listed file is unknown only if its folder became a link, or another process changed the list.
                TrustState::Changed | TrustState::Unknown => "changed since it was trusted",
            },
        };
        text.push_str(&one_line(&format!("{}  {state}", path.display())));
        text.push('\n');
    }
    Ok(if text.is_empty() { "no project file is trusted".to_owned() } else { text })
}
