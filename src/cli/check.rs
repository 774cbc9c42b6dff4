//! `gradus bank check`: reports the faults of a bank, or of some of its files.
//!
//! Finds the bank that each path belongs to, runs the checks of `bank`, and prints findings with hints that name commands.

use std::collections::BTreeSet;
use std::env;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::Context as _;

use super::args::ListFormat;
use super::diagnostics;
use super::exit_status::ExitStatus;
use super::files::read_text;
use super::hints::{advised, finding_hint};
use super::printer::Printer;
use super::scored_rows::first_names;
use super::settings::Settings;
use crate::bank::{self, Bank, Files, Finding};
use crate::engine::{NotUtf8, SHIPPED, load_files_to_check};
use crate::report;
use crate::wording::counted;

/// A bank to check, some files of one, or a file that is not in a bank.
struct Target {
    bank: Bank,
    /// The files of the bank that are not UTF-8.
    not_utf8: Vec<NotUtf8>,
    /// Names of the files to check. `None` for all files of the bank.
    files: Option<BTreeSet<String>>,
    /// Name of the bank in the summary.
    name: String,
    /// Path of a file that is not in a bank. Shown instead of its name.
    alone: Option<String>,
}

pub(super) fn run(
    paths: &[PathBuf],
    with_lint: bool,
    format: ListFormat,
    settings: &Settings,
    printer: &Printer,
) -> anyhow::Result<ExitStatus> {
    let targets = if paths.is_empty() {
        let folder = settings.bank.value.as_deref();
        let name = folder.map_or("the shipped bank".to_owned(), shown);
        let (bank, not_utf8) = load(folder)?;
        vec![Target { bank, not_utf8, files: None, name, alone: None }]
    } else {
        targets(paths)?
    };
    let (mut all, mut text) = (Vec::new(), String::new());
    for target in &targets {
        let mut findings = match &target.files {
            None => check_whole(&target.bank, &target.name)?,
            Some(files) => bank::check_files(&target.bank, files),
        };
        findings.extend(target.encoding_findings());
        if with_lint {
            let is_checked =
                |finding: &Finding| target.files.as_ref().is_none_or(|files| files.contains(&finding.file));
            findings.extend(bank::lint(&target.bank).into_iter().filter(is_checked));
        }
        findings.sort();
        findings.iter_mut().for_each(|finding| finding.hint = finding_hint(finding));
        let replaced = target.bank.replaced_ideas();
        if !replaced.is_empty() && target.files.is_none() {
            printer.note(&format!("{} replaces built-in ideas: {}", target.name, first_names(&replaced)));
        }
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

/// The bank of a folder, or the shipped bank. Unlike other commands, this one accepts a bank without questions, because
/// rubrics in the wrong folder are findings.
/// A file that is not UTF-8 is a finding too.
fn load(folder: Option<&Path>) -> anyhow::Result<(Bank, Vec<NotUtf8>)> {
    let shipped = || Ok((Files::of_built_in(SHIPPED), Vec::new()));
    let (files, not_utf8) = folder.map_or_else(shipped, load_files_to_check)?;
    Ok((Bank::new(files), not_utf8))
}

fn check_whole(bank: &Bank, name: &str) -> anyhow::Result<Vec<Finding>> {
    let findings = bank::check(bank);
    if findings.is_empty() && bank.entries().is_empty() {
        let hint = "write rubrics/<topic>/<id>.toml; `gradus bank new <id>` prints a template";
        return Err(advised(format!("no rubric in {name}"), hint));
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
    /// The findings for the checked files that are not UTF-8.
    fn encoding_findings(&self) -> impl Iterator<Item = Finding> {
        let is_checked = |file: &&NotUtf8| self.files.as_ref().is_none_or(|files| files.contains(&file.file));
        self.not_utf8.iter().filter(is_checked).map(|NotUtf8 { file, at, .. }| {
            let text = self.bank.files().text(file).unwrap_or_default();
            let message = format!("the file is not UTF-8: the first invalid byte is byte {at}");
            Finding::new(
                file,
                text,
                *at..at + char::REPLACEMENT_CHARACTER.len_utf8(),
                message,
                "save the file as UTF-8",
            )
        })
    }

    fn summary(&self, findings: usize) -> String {
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

/// The kinds of paths that can be checked.
enum PathTarget {
    /// The folder of a bank.
    Bank { folder: PathBuf },
    /// A file of a bank.
    InBank { root: PathBuf, file: String },
    /// A file that is not in a bank.
    Alone,
}

/// The targets of the given paths: at most one bank or some of its files, and files that are not in a bank.
fn targets(paths: &[PathBuf]) -> anyhow::Result<Vec<Target>> {
    let mut targets = Vec::new();
    // The folder of the bank, its path as shown, and the files to check if not all.
    let mut chosen: Option<(PathBuf, PathBuf, Option<BTreeSet<String>>)> = None;
    for path in paths {
        let (root, folder, file) = match path_target(path)? {
            PathTarget::Alone => {
                targets.push(alone(path)?);
                continue;
            }
            PathTarget::Bank { folder } => (super::files::resolved_path(&folder), folder, None),
            PathTarget::InBank { root, file } => (root.clone(), root, Some(file)),
        };
        match &mut chosen {
            None => chosen = Some((root, folder, file.map(|file| BTreeSet::from([file])))),
            Some((known, ..)) if *known != root => {
                let message = format!("{} and {} are different banks", known.display(), root.display());
                return Err(advised(message, "check one bank at a time"));
            }
            Some((_, _, files)) => match (files.as_mut(), file) {
                (Some(files), Some(file)) => drop(files.insert(file)),
                // One of the paths names the whole bank.
                _ => *files = None,
            },
        }
    }
    if let Some((_, folder, files)) = chosen {
        let (bank, not_utf8) = load(Some(&folder))?;
        if let Some(file) = files.iter().flatten().find(|file| bank.files().text(file).is_none()) {
            let message = format!("{file} is hidden, and hidden files are not part of a bank");
            return Err(advised(message, "give it a name without a leading dot"));
        }
        targets.insert(0, Target { bank, not_utf8, files, name: shown(&folder), alone: None });
    }
    Ok(targets)
}

fn path_target(path: &Path) -> anyhow::Result<PathTarget> {
    if path.is_dir() || !path.extension().is_some_and(|extension| extension == "toml" || extension == "md") {
        // Loading reports a path that is not the folder of a bank.
        return Ok(PathTarget::Bank { folder: folder_of_bank(path) });
    }
    let whole = fs::canonicalize(path).with_context(|| format!("cannot read {}", path.display()))?;
    Ok(bank_of(&whole).map_or(PathTarget::Alone, |(root, file)| PathTarget::InBank { root, file }))
}

/// The folder of a bank, given the path of this folder or of its `rubrics` folder.
fn folder_of_bank(path: &Path) -> PathBuf {
    if path.join("rubrics").is_dir() || !path.is_dir() {
        return path.to_owned();
    }
    match path.parent() {
        Some(parent) if path.ends_with("rubrics") && parent.as_os_str().is_empty() => PathBuf::from("."),
        Some(parent) if path.ends_with("rubrics") => parent.to_owned(),
        // The path may be `.` or `..`, which do not end with the name of the folder.
        _ => {
            let whole = super::files::resolved_path(path);
            let parent = whole.parent().filter(|_| whole.ends_with("rubrics"));
            parent.unwrap_or(path).to_owned()
        }
    }
}

/// The folder of the bank that contains a file, and the name of the file in the bank.
fn bank_of(file: &Path) -> Option<(PathBuf, String)> {
    let parts = file.ancestors().skip(1);
    let part = parts.into_iter().find(|folder| folder.ends_with("rubrics") || folder.ends_with("corpus"))?;
    let root = part.parent().filter(|root| root.join("rubrics").is_dir())?;
    let name: Option<Vec<&str>> = file.strip_prefix(root).ok()?.iter().map(|part| part.to_str()).collect();
    Some((root.to_owned(), name?.join("/")))
}

/// A bank that consists of one rubric, which is not in another bank.
fn alone(path: &Path) -> anyhow::Result<Target> {
    let shown = path.display().to_string();
    if path.extension().is_some_and(|extension| extension == "md") {
        let hint = "sample answers are checked with their rubric: keep them in corpus/<topic>";
        return Err(advised(format!("{shown} is not in a bank"), hint));
    }
    let text = read_text(path)?;
    let is_id = |topic: &&str| {
        !topic.is_empty()
            && *topic != "shared"
            && topic.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
    };
    // The check compares the topic with the name of the folder. This file has no such folder, so its own topic is used.
    let table: Option<toml::Table> = toml::from_str(&text).ok();
    let topic = table.as_ref().and_then(|table| table.get("topic")?.as_str()).filter(is_id).unwrap_or("topic");
    let stem = path.file_stem().unwrap_or_default().to_string_lossy();
    let name = format!("rubrics/{topic}/{stem}.toml");
    let bank = crate::engine::bank_from_texts([(name, text)]);
    Ok(Target { bank, not_utf8: Vec::new(), files: None, name: shown.clone(), alone: Some(shown) })
}

/// The path of the `rubrics` folder of a bank, with a leading `./` if it is in the current folder.
fn shown(folder: &Path) -> String {
    let is_here = env::current_dir().is_ok_and(|current| {
        fs::canonicalize(current).ok().is_some_and(|current| fs::canonicalize(folder).is_ok_and(|it| it == current))
    });
    let folder = if is_here { Path::new(".") } else { folder };
    folder.join("rubrics").display().to_string()
}
