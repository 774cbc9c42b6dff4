//! Finds the bank for the current folder if no flag, variable or settings file names one: the nearest folder, from the
//! current one up, whose `rubrics` folder contains a rubric. `bank check` accepts any `rubrics` folder with a TOML
//! file, because all of its files may have faults.
//!
//! A folder of another user is reported and not used: anyone can put one into a shared folder such as `/tmp`, and
//! answers in folders below would silently be graded with it.

use std::fs;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use super::hints::advised;
use super::owner::is_foreign;
use super::printer::Printer;
use super::settings::{Origin, Settings};

/// Maximum number of folder levels below `rubrics` that are searched.
const MAX_DEPTH: usize = 3;
/// Maximum number of files of one `rubrics` folder that are read to decide whether it contains a rubric.
const MAX_FILES: usize = 1000;
/// Number of bytes at the start of a file that are searched for `schema` and `id`.
const HEAD_BYTES: u64 = 64 * 1024;

/// The nearest folder with a rubric.
#[derive(Debug, PartialEq, Eq)]
enum FoundBank {
    Bank(PathBuf),
    OfAnotherUser(PathBuf),
}

/// How a command uses a bank that is found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum BankUse {
    /// The output depends on the bank and does not name it, so a note names it.
    Announced,
    /// The command's output names the bank.
    Silent,
    /// The command checks the bank, so its `rubrics` folder need not contain a file that looks like a rubric.
    Checked,
    /// The command does not use the bank of the settings.
    Unused,
}

/// `settings` with the bank that is found from `folder` up, if they do not name a bank.
///
/// # Errors
/// For [`BankUse::Checked`]: a bank that belongs to another user or does not contain a TOML file.
pub(super) fn with_found_bank(
    settings: Settings,
    folder: &Path,
    bank_use: BankUse,
    printer: &Printer,
) -> anyhow::Result<Settings> {
    if settings.bank.origin != Origin::Default || bank_use == BankUse::Unused {
        return Ok(settings);
    }
    if bank_use == BankUse::Checked {
        let bank = bank_to_check(folder, belongs_to_user)?;
        return Ok(match bank {
            Some(bank) => settings.with_found_bank(bank),
            None => settings,
        });
    }
    let (found, rejected) = find_upward(folder, belongs_to_user);
    if bank_use == BankUse::Announced {
        for RejectedFolder { bank, files } in rejected {
            let (rubrics, shown) = (bank.join("rubrics"), bank.display());
            printer.note(&format!(
                "{} is not used as a bank: no .toml file in it has `schema` and `id` at the top (files read: {files}); \
                 `gradus bank check {shown}` reports what is wrong",
                rubrics.display()
            ));
        }
    }
    match found {
        None => Ok(settings),
        Some(FoundBank::OfAnotherUser(bank)) => {
            let shown = bank.display();
            printer.warning(&format!(
                "the bank in {shown} belongs to another user and is not used; if you trust it, use --bank {shown}"
            ));
            Ok(settings)
        }
        Some(FoundBank::Bank(bank)) => {
            if bank_use == BankUse::Announced {
                let shown = bank.display();
                printer.note(&format!(
                    "using the bank found in {shown}; use --bank DIR for another one, or --bank shipped for the shipped one"
                ));
            }
            Ok(settings.with_found_bank(bank))
        }
    }
}

/// The nearest folder, from `folder` up, that has a `rubrics` folder. `None` if there is no such folder.
///
/// # Errors
/// The `rubrics` folder belongs to another user, or contains no TOML file.
fn bank_to_check(folder: &Path, belongs_to_user: impl Fn(&Path) -> bool) -> anyhow::Result<Option<PathBuf>> {
    let Some(bank) = folder.ancestors().find(|folder| folder.join("rubrics").is_dir()) else { return Ok(None) };
    let (rubrics, shown) = (bank.join("rubrics"), bank.display());
    if !belongs_to_user(&rubrics) {
        return Err(advised(
            format!("{} belongs to another user", rubrics.display()),
            format!("check it with `gradus bank check {shown}`, or the shipped bank with --bank shipped"),
        ));
    }
    if is_without_toml(&rubrics) {
        return Err(advised(
            format!("no .toml file in {}", rubrics.display()),
            "write rubrics/<topic>/<id>.toml, name another bank, or check the shipped bank with --bank shipped",
        ));
    }
    Ok(Some(bank.to_owned()))
}

/// A `rubrics` folder that contains TOML files and no rubric.
#[derive(Debug, PartialEq, Eq)]
struct RejectedFolder {
    /// The parent folder of the `rubrics` folder.
    bank: PathBuf,
    /// The number of TOML files that were read.
    files: usize,
}

/// The nearest bank from `folder` up, and the nearer `rubrics` folders that contain TOML files but no rubric.
fn find_upward(folder: &Path, belongs_to_user: impl Fn(&Path) -> bool) -> (Option<FoundBank>, Vec<RejectedFolder>) {
    let mut rejected = Vec::new();
    for folder in folder.ancestors() {
        let (rubrics, bank) = (folder.join("rubrics"), folder.to_owned());
        let mut files = 0;
        if holds_rubric(&rubrics, 0, &mut files) {
            let found = if belongs_to_user(&rubrics) { FoundBank::Bank(bank) } else { FoundBank::OfAnotherUser(bank) };
            return (Some(found), rejected);
        }
        if files > 0 {
            rejected.push(RejectedFolder { bank, files });
        }
    }
    (None, rejected)
}

/// Whether a folder belongs to the user or to root; `false` if its owner cannot be determined.
fn belongs_to_user(rubrics: &Path) -> bool {
    is_foreign(rubrics).is_ok_and(|is_foreign| !is_foreign)
}

/// Whether a `rubrics` folder is readable and contains no TOML file.
fn is_without_toml(rubrics: &Path) -> bool {
    let mut files = 0;
    fs::read_dir(rubrics).is_ok() && !holds_rubric(rubrics, 0, &mut files) && files == 0
}

/// Whether the folder or a folder in it contains a file that looks like a rubric. `files` counts the TOML files that
/// were read in all calls; the search stops at [`MAX_FILES`].
fn holds_rubric(folder: &Path, depth: usize, files: &mut usize) -> bool {
    let Ok(entries) = fs::read_dir(folder) else { return false };
    for path in entries.filter_map(Result::ok).map(|entry| entry.path()) {
        if *files >= MAX_FILES {
            return false;
        }
        let is_hidden = path.file_name().is_some_and(|name| name.to_string_lossy().starts_with('.'));
        let is_rubric = if is_hidden {
            false // not part of a bank
        } else if path.is_dir() {
            depth < MAX_DEPTH && holds_rubric(&path, depth + 1, files)
        } else if path.extension().is_some_and(|extension| extension == "toml") && path.is_file() {
            *files += 1;
            let mut head = Vec::new();
            let is_read = fs::File::open(&path).and_then(|file| file.take(HEAD_BYTES).read_to_end(&mut head)).is_ok();
            is_read && looks_like_rubric(&String::from_utf8_lossy(&head))
        } else {
            false
        };
        if is_rubric {
            return true;
        }
    }
    false
}

/// Whether `schema` and `id` are keys at the top of a file. The file need not be valid: `bank check` must find a bank
/// whose only rubric has a fault.
fn looks_like_rubric(text: &str) -> bool {
    let text = text.trim_start_matches('\u{feff}');
    let top = || text.lines().map(str::trim_start).take_while(|line| !line.starts_with('['));
    let has =
        |key: &str| top().any(|line| line.strip_prefix(key).is_some_and(|rest| rest.trim_start().starts_with('=')));
    has("schema") && has("id")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::hints;

    const RUBRIC: &str = "# A comment.\nschema = 1\n  id=\"q\"\n[[criterion]\nbroken";

    fn folder(files: &[(&str, &str)]) -> tempfile::TempDir {
        let folder = tempfile::tempdir().expect("a folder");
        for (name, text) in files {
            let path = folder.path().join(name);
            fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
            fs::write(path, text).expect("writes");
        }
        folder
    }

    #[test]
    fn the_nearest_folder_with_a_rubric_is_found() {
        let root = folder(&[
            ("rubrics/t/far.toml", RUBRIC),
            ("a/rubrics/t/near.toml", RUBRIC),
            ("a/b/c/x", ""),
            ("a/b/rubrics/t/other.toml", "schema = 1\n[table]\nid = 2\n"),
            ("a/b/rubrics/t/rubric.md", RUBRIC),
            ("a/b/rubrics/t/.hidden.toml", RUBRIC),
        ]);
        for (from, bank) in [("", ""), ("a", "a"), ("a/b/c", "a"), ("a/rubrics/t", "a"), ("rubrics", "")] {
            let (found, rejected) = find_upward(&root.path().join(from), belongs_to_user);
            let expected = root.path().join(bank).components().collect();
            assert_eq!(found, Some(FoundBank::Bank(expected)), "from {from:?}");
            let expected = if from == "a/b/c" {
                vec![RejectedFolder { bank: root.path().join("a/b"), files: 1 }]
            } else {
                Vec::new()
            };
            assert_eq!(rejected, expected, "from {from:?}");
        }
    }

    #[test]
    fn toml_files_without_schema_and_id_are_not_rubrics() {
        for text in ["", "schema = 1\n", "id = 1\n", "identity = 1\nschema_of = 2\n", "[x]\nschema = 1\nid = 2\n"] {
            assert!(!looks_like_rubric(text), "{text:?}");
        }
        assert!(looks_like_rubric("\u{feff}id = \"q\"\r\nschema = 1\r\n"));
    }

    #[test]
    fn a_bank_of_another_user_is_not_used() {
        let root = folder(&[("rubrics/t/q.toml", RUBRIC)]);
        let belongs_to_user = |folder: &Path| folder != root.path().join("rubrics");
        let found = find_upward(root.path(), belongs_to_user).0;
        assert_eq!(found, Some(FoundBank::OfAnotherUser(root.path().to_owned())));
        let error = bank_to_check(root.path(), belongs_to_user).expect_err("it belongs to another user");
        assert!(error.to_string().ends_with("belongs to another user"), "{error}");
        assert!(hints::hint_for(&error).is_some_and(|hint| hint.contains("--bank shipped")));
    }
}
