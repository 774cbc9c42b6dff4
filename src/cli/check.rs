//! `bank check`: everything that is wrong with a bank, or with some files of one.

use std::collections::BTreeSet;
use std::env;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};

use super::args::ListFormat;
use super::diagnostics;
use super::exit_status::ExitStatus;
use super::files::read_text;
use super::printer::Printer;
use super::settings::Settings;
use crate::bank::{self, Bank, Files, Finding};
use crate::report;

/// What is checked: a bank, some files of one, or a file that is in none.
struct Target {
    bank: Bank,
    /// The files, by their names in the bank; all of them where there is nothing.
    files: Option<BTreeSet<String>>,
    /// What it is called in the summary.
    name: String,
    /// The path of a file that is in no bank, in place of its name.
    alone: Option<String>,
}

pub(super) fn run(
    paths: &[PathBuf],
    format: ListFormat,
    settings: &Settings,
    printer: &Printer,
) -> anyhow::Result<ExitStatus> {
    let targets = if paths.is_empty() {
        let folder = settings.bank.value.as_deref();
        let name = folder.map_or("the shipped bank".to_owned(), shown);
        vec![Target { bank: load(folder)?, files: None, name, alone: None }]
    } else {
        targets(paths)?
    };
    let (mut all, mut text) = (Vec::new(), String::new());
    for target in &targets {
        let mut findings = match &target.files {
            None => check_whole(&target.bank, &target.name)?,
            Some(files) => bank::check_files(&target.bank, files),
        };
        let summary = target.summary(findings.len());
        match format {
            ListFormat::Json => printer.note(&summary),
            ListFormat::Text => {
                let shown = |file: &str| target.alone.clone().unwrap_or_else(|| file.to_owned());
                text.push_str(&diagnostics::render(&findings, target.bank.files(), shown, printer));
                text.push_str(&summary);
                text.push('\n');
            }
        }
        if let Some(path) = &target.alone {
            findings.iter_mut().for_each(|finding| finding.file.clone_from(path));
        }
        all.append(&mut findings);
    }
    print(&all, &text, format, printer)?;
    Ok(if all.is_empty() { ExitStatus::Done } else { ExitStatus::CheckFailed })
}

/// The bank of a folder, or the shipped one. Unlike other commands, this one takes a bank without a question: its rubrics
/// may be in the wrong place, which is a finding.
fn load(folder: Option<&Path>) -> anyhow::Result<Bank> {
    let files = folder.map_or_else(|| Ok(Files::of_built_in(crate::engine::SHIPPED)), crate::engine::load_files)?;
    Ok(Bank::new(files))
}

fn check_whole(bank: &Bank, name: &str) -> anyhow::Result<Vec<Finding>> {
    let findings = bank::check(bank);
    if findings.is_empty() && bank.entries().is_empty() {
        bail!("no rubric in {name}\nhint: write rubrics/<topic>/<id>.toml; `gradus bank new <id>` prints a template");
    }
    Ok(findings)
}

fn print(findings: &[Finding], text: &str, format: ListFormat, printer: &Printer) -> anyhow::Result<()> {
    match format {
        ListFormat::Json => printer.result(&report::json(findings)?),
        ListFormat::Text => printer.result(text),
    }
}

impl Target {
    fn summary(&self, findings: usize) -> String {
        let counted = |count: usize, what: &str| format!("{count} {what}{}", if count == 1 { "" } else { "s" });
        let checked = match (&self.alone, &self.files) {
            (Some(path), _) => format!("{path}, which is not in a bank"),
            (None, Some(files)) => format!("{} of {}", counted(files.len(), "file"), self.name),
            (None, None) => format!("{} of {}", counted(self.bank.entries().len(), "question"), self.name),
        };
        match findings {
            0 => format!("checked {checked}: nothing to fix"),
            count => format!("checked {checked}: {count} to fix"),
        }
    }
}

/// Where a path that was given belongs.
enum Place {
    Bank { folder: PathBuf },
    InBank { root: PathBuf, file: String },
    Alone,
}

/// The targets of the paths that were given: at most one bank, whole or some of its files, and files that
/// are in no bank.
fn targets(paths: &[PathBuf]) -> anyhow::Result<Vec<Target>> {
    let mut targets = Vec::new();
    // The bank's folder, what to call it, and its files where it is not checked whole.
    let mut chosen: Option<(PathBuf, PathBuf, Option<BTreeSet<String>>)> = None;
    for path in paths {
        let (root, folder, file) = match place(path)? {
            Place::Alone => {
                targets.push(alone(path)?);
                continue;
            }
            Place::Bank { folder } => (super::files::place(&folder), folder, None),
            Place::InBank { root, file } => (root.clone(), root, Some(file)),
        };
        match &mut chosen {
            None => chosen = Some((root, folder, file.map(|file| BTreeSet::from([file])))),
            Some((known, ..)) if *known != root => {
                bail!("{} and {} are different banks\nhint: check one bank at a time", known.display(), root.display())
            }
            Some((_, _, files)) => match (files.as_mut(), file) {
                (Some(files), Some(file)) => drop(files.insert(file)),
                _ => *files = None,
            },
        }
    }
    if let Some((_, folder, files)) = chosen {
        let bank = load(Some(&folder))?;
        if let Some(file) = files.iter().flatten().find(|file| bank.files().text(file).is_none()) {
            bail!(
                "{file} is hidden, and hidden files are not part of a bank\nhint: give it a name without a leading dot"
            );
        }
        targets.insert(0, Target { bank, files, name: shown(&folder), alone: None });
    }
    Ok(targets)
}

fn place(path: &Path) -> anyhow::Result<Place> {
    if path.is_dir() || !path.extension().is_some_and(|extension| extension == "toml" || extension == "md") {
        // Loading reports a path that is not the folder of a bank.
        return Ok(Place::Bank { folder: folder_of_bank(path) });
    }
    let whole = fs::canonicalize(path).with_context(|| format!("cannot read {}", path.display()))?;
    Ok(bank_of(&whole).map_or(Place::Alone, |(root, file)| Place::InBank { root, file }))
}

/// The folder of a bank that is named by its own path or by that of its `rubrics` folder.
fn folder_of_bank(path: &Path) -> PathBuf {
    if path.join("rubrics").is_dir() || !path.is_dir() {
        return path.to_owned();
    }
    match path.parent() {
        Some(parent) if path.ends_with("rubrics") && parent.as_os_str().is_empty() => PathBuf::from("."),
        Some(parent) if path.ends_with("rubrics") => parent.to_owned(),
        // `.` or `..`, perhaps
        _ => {
            let whole = super::files::place(path);
            let parent = whole.parent().filter(|_| whole.ends_with("rubrics"));
            parent.unwrap_or(path).to_owned()
        }
    }
}

/// The folder of the bank that a file belongs to by where it is, and its name there.
fn bank_of(file: &Path) -> Option<(PathBuf, String)> {
    let parts = file.ancestors().skip(1);
    let part = parts.into_iter().find(|folder| folder.ends_with("rubrics") || folder.ends_with("corpus"))?;
    let root = part.parent().filter(|root| root.join("rubrics").is_dir())?;
    let name: Option<Vec<&str>> = file.strip_prefix(root).ok()?.iter().map(|part| part.to_str()).collect();
    Some((root.to_owned(), name?.join("/")))
}

/// A rubric that is in no bank, as the only one of a bank of its own.
fn alone(path: &Path) -> anyhow::Result<Target> {
    let shown = path.display().to_string();
    if path.extension().is_some_and(|extension| extension == "md") {
        bail!(
            "{shown} is not in a bank\nhint: sample answers are checked with their rubric: keep them in corpus/<topic>"
        );
    }
    let text = read_text(path)?;
    let is_id = |topic: &&str| {
        !topic.is_empty()
            && *topic != "shared"
            && topic.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
    };
    // Its topic cannot be compared with the name of a folder, so that of the rubric itself stands for it.
    let table: Option<toml::Table> = toml::from_str(&text).ok();
    let topic = table.as_ref().and_then(|table| table.get("topic")?.as_str()).filter(is_id).unwrap_or("topic");
    let stem = path.file_stem().unwrap_or_default().to_string_lossy();
    let name = format!("rubrics/{topic}/{stem}.toml");
    let bank = crate::engine::bank_from_texts([(name, text)]);
    Ok(Target { bank, files: None, name: shown.clone(), alone: Some(shown) })
}

/// The `rubrics` folder of a bank, beginning with `./` where that is in the current folder.
fn shown(folder: &Path) -> String {
    let is_here = env::current_dir().is_ok_and(|current| {
        fs::canonicalize(current).ok().is_some_and(|current| fs::canonicalize(folder).is_ok_and(|it| it == current))
    });
    let folder = if is_here { Path::new(".") } else { folder };
    folder.join("rubrics").display().to_string()
}
