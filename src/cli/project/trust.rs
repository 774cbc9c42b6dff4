//! Which project files the user trusts: their paths and the hashes of their content, in a private file of the user's
//! configuration folder.
//!
//! The path is that of the folder without links, and the name below it: a link elsewhere to a trusted file is another
//! file, because relative paths in it lead elsewhere.

use std::collections::BTreeMap;
use std::fs::{DirBuilder, File, OpenOptions, TryLockError};
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::thread::sleep;
use std::time::Duration;

use anyhow::{Context as _, bail};
use serde::{Deserialize, Serialize};

use super::file;

/// Below the user's configuration folder.
const FOLDER: &str = "trust";
const FILE: &str = "trusted.json";
const LOCK: &str = "trusted.lock";
/// Layout of the file.
const LAYOUT: u32 = 1;
/// How often, and after which pause, the lock is tried: about ten seconds.
const TRIES: u32 = 1000;
const PAUSE: Duration = Duration::from_millis(10);

/// Whether a file is trusted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::cli) enum State {
    Trusted,
    /// It was trusted, with other content.
    Changed,
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
    /// BLAKE3 of the content, in hexadecimal digits, by path.
    files: BTreeMap<String, String>,
}

impl Trust {
    /// The list below a configuration folder, which need not be there yet.
    pub(in crate::cli) fn below(config: &Path) -> Self {
        Self { folder: config.join(FOLDER) }
    }

    /// Whether a file with this content is trusted.
    pub(in crate::cli) fn state(&self, path: &Path, content: &str) -> anyhow::Result<State> {
        // A path that cannot be on the list is not trusted.
        let Ok(name) = name(path) else { return Ok(State::Unknown) };
        Ok(match self.read()?.files.get(&name) {
            Some(hash) if *hash == hash_of(content) => State::Trusted,
            Some(_) => State::Changed,
            None => State::Unknown,
        })
    }

    /// Trusts a file with this content.
    pub(in crate::cli) fn add(&self, path: &Path, content: &str) -> anyhow::Result<()> {
        let name = name(path)?;
        self.change(|list| drop(list.files.insert(name, hash_of(content))))
    }

    /// Trusts a file no longer; returns whether it was on the list.
    pub(in crate::cli) fn remove(&self, path: &Path) -> anyhow::Result<bool> {
        let name = name(path)?;
        let mut was_there = false;
        self.change(|list| was_there = list.files.remove(&name).is_some())?;
        Ok(was_there)
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
            Some(_) => bail!(
                "{} cannot be read as a list of trusted files\nhint: delete it, and trust the folders again",
                path.display()
            ),
        }
    }

    /// Changes the list under a lock, so that two processes do not lose an entry, and puts it in place at once.
    fn change(&self, change: impl FnOnce(&mut List)) -> anyhow::Result<()> {
        let failed = || format!("cannot write the list of trusted files in {}", self.folder.display());
        self.make_folder().with_context(failed)?;
        let _lock = self.lock()?;
        let mut list = self.read()?;
        change(&mut list);
        let mut new = tempfile::NamedTempFile::new_in(&self.folder).with_context(failed)?;
        serde_json::to_writer_pretty(&mut new, &list).with_context(failed)?;
        new.write_all(b"\n").and_then(|()| new.as_file().sync_all()).with_context(failed)?;
        // A temporary file is readable for its owner alone, and keeps that.
        new.persist(self.folder.join(FILE)).with_context(failed)?;
        Ok(())
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

    fn lock(&self) -> anyhow::Result<File> {
        let path = self.folder.join(LOCK);
        let failed = || format!("cannot lock {}", path.display());
        let mut options = OpenOptions::new();
        options.append(true).create(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let file = options.open(&path).with_context(failed)?;
        for _ in 0..TRIES {
            match file.try_lock() {
                Ok(()) => return Ok(file),
                Err(TryLockError::WouldBlock) => sleep(PAUSE),
                Err(TryLockError::Error(error)) => return Err(error).with_context(failed),
            }
        }
        bail!("{} is locked by another process\nhint: try again when it has finished", path.display())
    }
}

fn hash_of(content: &str) -> String {
    blake3::hash(content.as_bytes()).to_hex().to_string()
}

/// The path of a file with the links of its folder resolved. A folder that is gone keeps its path as it is written.
pub(in crate::cli) fn whole(path: &Path) -> anyhow::Result<PathBuf> {
    let path = std::path::absolute(path).with_context(|| format!("cannot find {}", path.display()))?;
    let folder = path.parent().unwrap_or(Path::new("/"));
    let folder = folder.canonicalize().unwrap_or_else(|_| folder.to_owned());
    Ok(path.file_name().map_or_else(|| folder.clone(), |name| folder.join(name)))
}

/// The whole path as the list holds it.
fn name(path: &Path) -> anyhow::Result<String> {
    let whole = whole(path)?;
    whole.to_str().map(str::to_owned).with_context(|| {
        format!("{} cannot be trusted: its path is not UTF-8\nhint: rename the folder", whole.display())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_trusted_with_its_content_alone() {
        let folder = tempfile::tempdir().expect("a folder");
        let (trust, path) = (Trust::below(folder.path()), folder.path().join("gradus.toml"));
        let state = |content| trust.state(&path, content).expect("a state");
        assert_eq!(state("a"), State::Unknown);
        trust.add(&path, "a").expect("written");
        assert_eq!((state("a"), state("b")), (State::Trusted, State::Changed));
        assert_eq!(trust.state(&folder.path().join("x/gradus.toml"), "a").expect("a state"), State::Unknown);
        assert!(trust.remove(&path).expect("written") && !trust.remove(&path).expect("written"));
        assert_eq!(state("a"), State::Unknown);
    }

    #[test]
    fn many_who_trust_at_once_lose_no_entry() {
        let folder = tempfile::tempdir().expect("a folder");
        let trust = Trust::below(folder.path());
        std::thread::scope(|scope| {
            for number in 0..16 {
                let (trust, path) = (&trust, folder.path().join(format!("{number}/gradus.toml")));
                scope.spawn(move || trust.add(&path, "content").expect("written"));
            }
        });
        assert_eq!(trust.paths().expect("a list").len(), 16);
    }

    #[test]
    fn a_damaged_list_trusts_nothing_and_is_an_error() {
        let folder = tempfile::tempdir().expect("a folder");
        let (trust, path) = (Trust::below(folder.path()), folder.path().join("gradus.toml"));
        trust.add(&path, "a").expect("written");
        for damaged in ["", "{", "[]", "{\"layout\":2,\"files\":{}}"] {
            std::fs::write(folder.path().join("trust/trusted.json"), damaged).expect("written");
            let error = trust.state(&path, "a").expect_err("damaged").to_string();
            assert!(error.contains("trusted.json") && error.contains("hint: "), "{error}");
        }
    }

    #[cfg(unix)]
    #[test]
    fn nobody_else_may_read_the_list_or_write_to_its_folder() {
        use std::os::unix::fs::PermissionsExt as _;
        let folder = tempfile::tempdir().expect("a folder");
        std::fs::create_dir(folder.path().join("trust")).expect("a folder with usual permissions");
        let trust = Trust::below(folder.path());
        trust.add(&folder.path().join("gradus.toml"), "a").expect("written");
        let mode = |name: &str| folder.path().join(name).metadata().expect("there").permissions().mode() & 0o777;
        assert_eq!((mode("trust"), mode("trust/trusted.json"), mode("trust/trusted.lock")), (0o700, 0o600, 0o600));
    }
}
