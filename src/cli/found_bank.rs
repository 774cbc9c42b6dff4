//! Finds the bank of the folder that the user works in: the nearest folder upward whose `rubrics` folder
//! holds a rubric, as `just` finds its file. `bank check` takes any `rubrics` folder: its files may all be broken.
//!
//! It is used where neither a flag nor the environment nor a settings file names a bank. A folder of
//! another user is reported and not used: anyone can put one above a shared folder such as `/tmp`, and
//! nobody would notice that their grades come from it.

use std::fs;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use anyhow::bail;

use super::owner::is_foreign;
use super::printer::Printer;
use super::settings::{Origin, Settings};

/// Folders in `rubrics` are searched this deep.
const DEEPEST: usize = 3;
/// At most so many files of one `rubrics` folder are read to find out whether it holds a rubric.
const MOST_FILES: usize = 1000;
/// A rubric has its `schema` and `id` within so many bytes.
const HEAD: u64 = 64 * 1024;

/// What was found upward of a folder.
#[derive(Debug, PartialEq, Eq)]
enum Found {
    Bank(PathBuf),
    OfAnotherUser(PathBuf),
}

/// What a command does with a bank that is found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum BankUse {
    /// The command's result rests on the bank and does not name it.
    Announced,
    /// The command's output names the bank.
    Silent,
    /// The command checks the bank, so any folder that is named `rubrics` is one.
    Checked,
    /// The command uses no bank of the settings.
    Unused,
}

/// `settings` with the bank found upward of `folder`, if they name none.
///
/// # Errors
/// When the bank is to be checked, and it belongs to another user or has no rubric file.
pub(super) fn with_found_bank(
    settings: Settings,
    folder: &Path,
    purpose: BankUse,
    printer: &Printer,
) -> anyhow::Result<Settings> {
    if settings.bank.origin != Origin::Default || purpose == BankUse::Unused {
        return Ok(settings);
    }
    if purpose == BankUse::Checked {
        let bank = bank_to_check(folder)?;
        return Ok(match bank {
            Some(bank) => settings.with_found_bank(bank),
            None => settings,
        });
    }
    let (found, passed_over) = find_upward(folder);
    if purpose == BankUse::Announced {
        for PassedOver { bank, files } in passed_over {
            let (rubrics, shown) = (bank.join("rubrics"), bank.display());
            printer.note(&format!(
                "{} is not used as a bank: no .toml file in it has `schema` and `id` at the top ({files} read); \
                 `gradus bank check {shown}` reports what is wrong",
                rubrics.display()
            ));
        }
    }
    match found {
        None => Ok(settings),
        Some(Found::OfAnotherUser(bank)) => {
            let shown = bank.display();
            printer.warning(&format!(
                "the bank in {shown} belongs to another user and is not used; name it with --bank {shown} if you trust it"
            ));
            Ok(settings)
        }
        Some(Found::Bank(bank)) => {
            if purpose == BankUse::Announced {
                let shown = bank.display();
                printer.note(&format!(
                    "using the bank found in {shown}; `--bank shipped` uses the shipped one, --bank DIR another"
                ));
            }
            Ok(settings.with_found_bank(bank))
        }
    }
}

/// The nearest folder upward of `folder` that has a `rubrics` folder, whatever that holds.
fn bank_to_check(folder: &Path) -> anyhow::Result<Option<PathBuf>> {
    let Some(bank) = folder.ancestors().find(|folder| folder.join("rubrics").is_dir()) else { return Ok(None) };
    let (rubrics, shown) = (bank.join("rubrics"), bank.display());
    if !belongs_to_user(&rubrics) {
        bail!(
            "{} belongs to another user\n\
             hint: check it with `gradus bank check {shown}`, or the shipped bank with --bank shipped",
            rubrics.display()
        );
    }
    if is_without_toml(&rubrics) {
        bail!(
            "no .toml file in {}\n\
             hint: write rubrics/<topic>/<id>.toml, name another bank, or check the shipped bank with --bank shipped",
            rubrics.display()
        );
    }
    Ok(Some(bank.to_owned()))
}

/// A `rubrics` folder with TOML files and no rubric.
#[derive(Debug, PartialEq, Eq)]
struct PassedOver {
    /// The folder that it is in.
    bank: PathBuf,
    /// How many TOML files were read.
    files: usize,
}

/// The nearest bank upward of `folder`, and the folders that are nearer and were passed over.
fn find_upward(folder: &Path) -> (Option<Found>, Vec<PassedOver>) {
    let mut passed_over = Vec::new();
    for folder in folder.ancestors() {
        let (rubrics, bank) = (folder.join("rubrics"), folder.to_owned());
        let mut files = 0;
        if holds_rubric(&rubrics, 0, &mut files) {
            let found = if belongs_to_user(&rubrics) { Found::Bank(bank) } else { Found::OfAnotherUser(bank) };
            return (Some(found), passed_over);
        }
        if files > 0 {
            passed_over.push(PassedOver { bank, files });
        }
    }
    (None, passed_over)
}

/// Whether a folder is the user's own or root's. One whose owner cannot be found out is not.
fn belongs_to_user(rubrics: &Path) -> bool {
    is_foreign(rubrics).is_ok_and(|is_foreign| !is_foreign)
}

/// Whether a `rubrics` folder can be listed and has no TOML file.
fn is_without_toml(rubrics: &Path) -> bool {
    let mut files = 0;
    fs::read_dir(rubrics).is_ok() && !holds_rubric(rubrics, 0, &mut files) && files == 0
}

/// Whether the folder or one in it has a file that looks like a rubric; `read` counts files over all calls.
fn holds_rubric(folder: &Path, depth: usize, read: &mut usize) -> bool {
    let Ok(entries) = fs::read_dir(folder) else { return false };
    for path in entries.filter_map(Result::ok).map(|entry| entry.path()) {
        if *read >= MOST_FILES {
            return false;
        }
        let is_hidden = path.file_name().is_some_and(|name| name.to_string_lossy().starts_with('.'));
        let is_rubric = if is_hidden {
            false // not part of a bank
        } else if path.is_dir() {
            depth < DEEPEST && holds_rubric(&path, depth + 1, read)
        } else if path.extension().is_some_and(|extension| extension == "toml") && path.is_file() {
            *read += 1;
            let mut head = Vec::new();
            let is_read = fs::File::open(&path).and_then(|file| file.take(HEAD).read_to_end(&mut head)).is_ok();
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

/// Whether `schema` and `id` are keys at the top of a file. The file need not be sound: `bank check` must
/// find a bank whose only rubric has a fault.
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
            let (found, passed_over) = find_upward(&root.path().join(from));
            let expected = root.path().join(bank).components().collect();
            assert_eq!(found, Some(Found::Bank(expected)), "from {from:?}");
            let expected =
                if from == "a/b/c" { vec![PassedOver { bank: root.path().join("a/b"), files: 1 }] } else { Vec::new() };
            assert_eq!(passed_over, expected, "from {from:?}");
        }
    }

    #[test]
    fn a_rubrics_folder_of_something_else_is_not_a_bank() {
        for text in ["", "schema = 1\n", "id = 1\n", "identity = 1\nschema_of = 2\n", "[x]\nschema = 1\nid = 2\n"] {
            assert!(!looks_like_rubric(text), "{text:?}");
        }
        assert!(looks_like_rubric("\u{feff}id = \"q\"\r\nschema = 1\r\n"));
    }

    #[test]
    #[cfg(unix)]
    fn a_folder_of_another_user_is_told_apart() {
        use std::os::unix::fs::chown;
        let root = folder(&[("rubrics/t/q.toml", RUBRIC)]);
        // Only the system's own account may give files away.
        if chown(root.path().join("rubrics"), Some(65_534), None).is_err() {
            return;
        }
        assert_eq!(find_upward(root.path()).0, Some(Found::OfAnotherUser(root.path().to_owned())));
        let error = bank_to_check(root.path()).expect_err("it belongs to another user").to_string();
        assert!(error.contains("belongs to another user\nhint: ") && error.contains("--bank shipped"), "{error}");
    }
}
