//! The list of project files that the user trusts: their paths and the hashes of their content, in a private file in
//! the user's configuration folder.
//!
//! Symbolic links in the path of the folder are resolved. If the file itself is a link, this link is not resolved: a
//! link to a trusted file is not trusted, because relative paths in the file would be relative to the link's folder.

use std::collections::BTreeMap;
use std::fs::{DirBuilder, File, OpenOptions, TryLockError};
use std::path::{Path, PathBuf};
use std::thread::sleep;
use std::time::Duration;

use anyhow::Context as _;
use serde::{Deserialize, Serialize};

use super::file;
use crate::batch::{FileAccess, StagedFile};
use crate::cli::hints::advised;

/// The folder of the list, in the user's configuration folder.
const FOLDER: &str = "trust";
const FILE: &str = "trusted.json";
const LOCK: &str = "trusted.lock";
/// The version of the file's layout.
const LAYOUT: u32 = 1;
/// The number of attempts to take the lock, and the pause between them: about ten seconds together.
const LOCK_ATTEMPTS: u32 = 1000;
const LOCK_PAUSE: Duration = Duration::from_millis(10);

/// Whether a file is trusted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::cli) enum TrustState {
    /// The file is on the list with its current content.
    Trusted,
    /// The file is on the list with other content.
    Changed,
    /// The file is not on the list.
    Unknown,
}

/// The user's list of trusted files.
#[derive(Debug, Clone)]
pub(in crate::cli) struct Trust {
    folder: PathBuf,
}

#[derive(Debug, Serialize, Deserialize)]
struct List {
    layout: u32,
    /// The BLAKE3 hash of the content of each file, in hexadecimal digits, by path.
    files: BTreeMap<String, String>,
}

impl Trust {
    /// The list in a configuration folder, which need not exist yet.
    pub(in crate::cli) fn in_configuration_folder(config: &Path) -> Self {
        Self { folder: config.join(FOLDER) }
    }

    /// The state of a file with this content.
    ///
    /// # Errors
    /// A list that cannot be read.
    pub(in crate::cli) fn state(&self, path: &Path, content: &str) -> anyhow::Result<TrustState> {
        // A path that cannot be on the list is not trusted.
        let Ok(key) = list_key(path) else { return Ok(TrustState::Unknown) };
        Ok(match self.read()?.files.get(&key) {
            Some(hash) if *hash == hash_of(content) => TrustState::Trusted,
            Some(_) => TrustState::Changed,
            None => TrustState::Unknown,
        })
    }

    /// Adds a file with this content to the list, or updates the entry of the file.
    pub(in crate::cli) fn add(&self, path: &Path, content: &str) -> anyhow::Result<()> {
        let key = list_key(path)?;
        self.change(|list| drop(list.files.insert(key, hash_of(content))))
    }

    /// Removes a file from the list; returns whether it was on the list.
    pub(in crate::cli) fn remove(&self, path: &Path) -> anyhow::Result<bool> {
        let key = list_key(path)?;
        let mut was_listed = false;
        self.change(|list| was_listed = list.files.remove(&key).is_some())?;
        Ok(was_listed)
    }

    /// The paths on the list.
    pub(in crate::cli) fn paths(&self) -> anyhow::Result<Vec<PathBuf>> {
        Ok(self.read()?.files.into_keys().map(PathBuf::from).collect())
    }

    fn read(&self) -> anyhow::Result<List> {
        let path = self.folder.join(FILE);
        let list = file::read(&path)?.map(|text| serde_json::from_str::<List>(&text));
        match list {
            None => Ok(List { layout: LAYOUT, files: BTreeMap::new() }),
            Some(Ok(list)) if list.layout == LAYOUT => Ok(list),
            Some(_) => Err(advised(
                format!("{} is not a valid list of trusted files", path.display()),
                "delete this file, and run `gradus config trust` again for each project",
            )),
        }
    }

    /// Changes the list under a lock, so that concurrent processes do not lose entries, and replaces the file
    /// atomically.
    fn change(&self, change: impl FnOnce(&mut List)) -> anyhow::Result<()> {
        let failed = || format!("cannot write the list of trusted files in {}", self.folder.display());
        self.make_folder().with_context(failed)?;
        let _lock = self.lock(LOCK_ATTEMPTS)?;
        let mut list = self.read()?;
        change(&mut list);
        let mut text = serde_json::to_vec_pretty(&list).with_context(failed)?;
        text.push(b'\n');
        StagedFile::write(&self.folder.join(FILE), FileAccess::OwnerOnly, text.as_slice())
            .and_then(StagedFile::replace_target)
            .with_context(failed)
    }

    fn make_folder(&self) -> std::io::Result<()> {
        let mut builder = DirBuilder::new();
        builder.recursive(true);
        #[cfg(unix)]
        std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
        builder.create(&self.folder)?;
        #[cfg(unix)]
        std::fs::set_permissions(&self.folder, std::os::unix::fs::PermissionsExt::from_mode(0o700))?;
        Ok(())
    }

    fn lock(&self, attempts: u32) -> anyhow::Result<File> {
        let path = self.folder.join(LOCK);
        let failed = || format!("cannot lock {}", path.display());
        let mut options = OpenOptions::new();
        options.append(true).create(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let file = options.open(&path).with_context(failed)?;
        for _ in 0..attempts {
            match file.try_lock() {
                Ok(()) => return Ok(file),
                Err(TryLockError::WouldBlock) => sleep(LOCK_PAUSE),
                Err(TryLockError::Error(error)) => return Err(error).with_context(failed),
            }
        }
        Err(advised(
            format!("{} is locked by another process", path.display()),
            "try again when that process has finished",
        ))
    }
}

fn hash_of(content: &str) -> String {
    blake3::hash(content.as_bytes()).to_hex().to_string()
}

/// The absolute path of a file, with the links in its folder resolved. The path of a missing folder stays as it is.
pub(in crate::cli) fn resolved_path(path: &Path) -> anyhow::Result<PathBuf> {
    let path = std::path::absolute(path).with_context(|| format!("cannot find {}", path.display()))?;
    let folder = path.parent().unwrap_or(Path::new("/"));
    let folder = folder.canonicalize().unwrap_or_else(|_| folder.to_owned());
    Ok(path.file_name().map_or_else(|| folder.clone(), |name| folder.join(name)))
}

/// The resolved path as the list stores it.
fn list_key(path: &Path) -> anyhow::Result<String> {
    let path = resolved_path(path)?;
    path.to_str().map(str::to_owned).ok_or_else(|| {
        advised(format!("{} cannot be trusted: its path is not UTF-8", path.display()), "rename the folder")
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::hints;

    #[test]
    fn a_file_is_trusted_only_with_the_content_it_had() {
        let folder = tempfile::tempdir().expect("a folder");
        let (trust, path) = (Trust::in_configuration_folder(folder.path()), folder.path().join("gradus.toml"));
        let state = |content| trust.state(&path, content).expect("a state");
        assert_eq!(state("a"), TrustState::Unknown);
        trust.add(&path, "a").expect("written");
        assert_eq!((state("a"), state("b")), (TrustState::Trusted, TrustState::Changed));
        assert_eq!(trust.state(&folder.path().join("x/gradus.toml"), "a").expect("a state"), TrustState::Unknown);
        assert!(trust.remove(&path).expect("written") && !trust.remove(&path).expect("written"));
        assert_eq!(state("a"), TrustState::Unknown);
    }

    #[test]
    fn concurrent_additions_lose_no_entry() {
        let folder = tempfile::tempdir().expect("a folder");
        let trust = Trust::in_configuration_folder(folder.path());
        std::thread::scope(|scope| {
            for number in 0..16 {
                let (trust, path) = (&trust, folder.path().join(format!("{number}/gradus.toml")));
                scope.spawn(move || trust.add(&path, "content").expect("written"));
            }
        });
        assert_eq!(trust.paths().expect("a list").len(), 16);
    }

    #[test]
    fn a_damaged_list_is_an_error() {
        let folder = tempfile::tempdir().expect("a folder");
        let (trust, path) = (Trust::in_configuration_folder(folder.path()), folder.path().join("gradus.toml"));
        trust.add(&path, "a").expect("written");
        for damaged in ["", "{", "[]", "{\"layout\":2,\"files\":{}}"] {
            std::fs::write(folder.path().join("trust/trusted.json"), damaged).expect("written");
            let error = trust.state(&path, "a").expect_err("damaged");
            assert!(error.to_string().contains("trusted.json") && hints::hint_for(&error).is_some(), "{error}");
        }
    }

    #[test]
    fn a_list_that_another_process_changes_is_an_error_after_some_attempts() {
        let folder = tempfile::tempdir().expect("a folder");
        let trust = Trust::in_configuration_folder(folder.path());
        trust.make_folder().expect("a folder");
        let _held = trust.lock(1).expect("the lock");
        let error = trust.lock(2).expect_err("the lock is held");
        let path = folder.path().join("trust/trusted.lock");
        assert_eq!(error.to_string(), format!("{} is locked by another process", path.display()));
        assert_eq!(hints::hint_for(&error).as_deref(), Some("try again when that process has finished"));
    }

    #[cfg(unix)]
    #[test]
    fn a_path_that_is_not_utf_8_cannot_be_trusted() {
        use std::os::unix::ffi::OsStrExt as _;
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join(std::ffi::OsStr::from_bytes(b"\xff")).join("gradus.toml");
        let error = Trust::in_configuration_folder(folder.path()).add(&path, "a").expect_err("not UTF-8");
        assert_eq!(error.to_string(), format!("{} cannot be trusted: its path is not UTF-8", path.display()));
        assert_eq!(hints::hint_for(&error).as_deref(), Some("rename the folder"));
    }

    #[cfg(unix)]
    #[test]
    fn only_the_user_can_read_the_list_and_write_to_its_folder() {
        use std::os::unix::fs::PermissionsExt as _;
        let folder = tempfile::tempdir().expect("a folder");
        std::fs::create_dir(folder.path().join("trust")).expect("a folder with default permissions");
        let trust = Trust::in_configuration_folder(folder.path());
        trust.add(&folder.path().join("gradus.toml"), "a").expect("written");
        let mode = |name: &str| folder.path().join(name).metadata().expect("there").permissions().mode() & 0o777;
        assert_eq!((mode("trust"), mode("trust/trusted.json"), mode("trust/trusted.lock")), (0o700, 0o600, 0o600));
    }
}
