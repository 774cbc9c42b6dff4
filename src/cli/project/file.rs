//! Finds the project file and reads settings files: only regular files of limited size, and a project file only if it
//! belongs to root or to the user who runs the program.

use std::fs::{File, OpenOptions};
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

use anyhow::Context as _;

use crate::cli::hints::advised;
use crate::cli::owner::{is_foreign, is_foreign_file};

/// The name of the project file.
pub(in crate::cli) const PROJECT_FILE: &str = "gradus.toml";
/// Maximum size of a settings file, in bytes.
const MAX_BYTES: u64 = 1 << 20;

/// The result of the search for a project file.
#[derive(Debug, Default, PartialEq, Eq)]
pub(in crate::cli) struct Search {
    /// The nearest project file, from the folder up to the root, that is not ignored.
    pub(in crate::cli) found: Option<PathBuf>,
    /// Nearer project files in parent folders that belong to another user. They are ignored, because anyone can put a
    /// file into a shared parent folder such as `/tmp`.
    pub(in crate::cli) ignored: Vec<PathBuf>,
}

/// Searches for the project file from `folder` up. A file of another user in `folder` itself counts as found, and
/// reading it is an error.
pub(in crate::cli) fn find(folder: &Path) -> Search {
    let mut search = Search::default();
    for (depth, folder) in folder.ancestors().enumerate() {
        let path = folder.join(PROJECT_FILE);
        if path.symlink_metadata().is_err() {
            continue;
        }
        if depth > 0 && is_foreign(&path).unwrap_or(false) {
            search.ignored.push(path);
        } else {
            search.found = Some(path);
            break;
        }
    }
    search
}

/// The text of a settings file; `None` if there is no file.
///
/// # Errors
/// The file is not regular, too large, unreadable or not UTF-8.
pub(in crate::cli) fn read(path: &Path) -> anyhow::Result<Option<String>> {
    match open(path) {
        Ok(file) => text(path, file).map(Some),
        Err(error) if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) => Ok(None),
        Err(error) => Err(error).with_context(|| format!("cannot read {}", path.display())),
    }
}

/// The text of a project file.
///
/// # Errors
/// The errors of [`read`], a missing file, or another user who owns the file or the link to it. That user could change
/// what the program does.
pub(in crate::cli) fn read_own(path: &Path) -> anyhow::Result<String> {
    let file = open(path).with_context(|| format!("cannot read {}", path.display()))?;
    if is_foreign_file(path, &file).with_context(|| format!("cannot read {}", path.display()))? {
        return Err(advised(
            format!("{} belongs to another user and is not used", path.display()),
            "remove it, take ownership with chown, or put your own gradus.toml, which may be empty, into the current \
             folder",
        ));
    }
    text(path, file)
}

fn text(path: &Path, file: File) -> anyhow::Result<String> {
    let failed = || format!("cannot read {}", path.display());
    let metadata = file.metadata().with_context(failed)?;
    if !metadata.is_file() {
        let kind = if metadata.is_dir() { "a folder" } else { "a pipe or a device" };
        let message = format!("cannot read {}: it is {kind}, not a regular file", path.display());
        return Err(advised(message, "replace it with a file, or remove it"));
    }
    let mut bytes = Vec::new();
    file.take(MAX_BYTES + 1).read_to_end(&mut bytes).with_context(failed)?;
    if bytes.len() as u64 > MAX_BYTES {
        let message = format!("cannot read {}: it is larger than 1 MiB", path.display());
        return Err(advised(message, "check its content; settings files are small"));
    }
    String::from_utf8(bytes).ok().with_context(|| format!("cannot read {}: it is not UTF-8", path.display()))
}

/// Opens a file. A pipe is opened without waiting for a writer.
#[cfg(unix)]
fn open(path: &Path) -> io::Result<File> {
    use std::os::unix::fs::OpenOptionsExt as _;
    OpenOptions::new().read(true).custom_flags(nix::fcntl::OFlag::O_NONBLOCK.bits()).open(path)
}

/// Opens a regular file. This system has no flag that opens a pipe without waiting.
#[cfg(not(unix))]
fn open(path: &Path) -> io::Result<File> {
    if path.metadata()?.is_file() {
        OpenOptions::new().read(true).open(path)
    } else {
        Err(io::ErrorKind::InvalidInput.into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_project_file_is_found() {
        let folder = tempfile::tempdir().expect("a folder");
        let root = folder.path().canonicalize().expect("a folder");
        let deep = root.join("a/b/c");
        std::fs::create_dir_all(&deep).expect("folders");
        std::fs::write(root.join(PROJECT_FILE), "").expect("written");
        assert_eq!(find(&deep).found, Some(root.join(PROJECT_FILE)));
        std::fs::write(root.join("a").join(PROJECT_FILE), "").expect("written");
        assert_eq!(find(&deep).found, Some(root.join("a").join(PROJECT_FILE)));
        assert_eq!(find(&root).found, Some(root.join(PROJECT_FILE)));
    }

    #[test]
    fn a_settings_file_of_one_mebibyte_is_read_and_a_larger_one_is_rejected() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join(PROJECT_FILE);
        std::fs::write(&path, "#".repeat(1 << 20)).expect("written");
        assert!(read(&path).is_ok_and(|text| text.is_some()));
        std::fs::write(&path, "#".repeat((1 << 20) + 1)).expect("written");
        assert!(read(&path).is_err_and(|error| error.to_string().contains("larger than 1 MiB")));
        // A sparse file of many gigabytes is rejected without reading it.
        File::options().write(true).open(&path).and_then(|file| file.set_len(1 << 38)).expect("a sparse file");
        assert!(read_own(&path).is_err());
        assert!(read(&folder.path().join("none")).is_ok_and(|text| text.is_none()));
    }
}
