//! The files around the database: its folder, its companions, the lock under which it is opened, and where a damaged
//! one is put. The database file itself is never opened here once it exists: closing it would end the locks that
//! `SQLite` holds for the whole process.

use std::ffi::OsString;
use std::fs::{DirBuilder, File, OpenOptions, TryLockError};
use std::io;
use std::path::{Path, PathBuf};
use std::thread::sleep;
use std::time::Duration;

use super::error::{StoreError, at};

/// What `SQLite` writes beside a database.
const COMPANIONS: [&str; 2] = ["-wal", "-shm"];

/// How often, and after which pause, the lock is tried: about ten seconds.
const TRIES: u32 = 1000;
const PAUSE: Duration = Duration::from_millis(10);

/// The whole path to the database, the same for everybody: its companions lie beside what a link leads to.
pub(super) fn whole(path: &Path) -> Result<PathBuf, StoreError> {
    let is_link = path.symlink_metadata().is_ok_and(|known| known.file_type().is_symlink());
    let whole = if is_link { path.canonicalize() } else { std::path::absolute(path) };
    whole.map_err(at("find", path))
}

/// The path with something after its last letter.
pub(super) fn beside(path: &Path, suffix: &str) -> PathBuf {
    let mut name = OsString::from(path);
    name.push(suffix);
    name.into()
}

/// Makes the folder that the file shall stand in, for nobody else to look into.
pub(super) fn make_folder(path: &Path) -> Result<(), StoreError> {
    let Some(folder) = path.parent() else { return Ok(()) };
    let mut builder = DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder).map_err(at("make the folder", folder))
}

/// Makes an empty file that nobody else may read, where there is none.
pub(super) fn make_file(path: &Path) -> Result<(), StoreError> {
    match private().create_new(true).open(path) {
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists => Err(at("make", path)(error)),
        _ => Ok(()),
    }
}

/// Waits for the lock under which the database is opened, made and set aside; it is free again when dropped.
pub(super) fn lock(path: &Path) -> Result<File, StoreError> {
    let lock = beside(path, ".lock");
    let file = private().append(true).create(true).open(&lock).map_err(at("make", &lock))?;
    for _ in 0..TRIES {
        match file.try_lock() {
            Ok(()) => return Ok(file),
            Err(TryLockError::WouldBlock) => sleep(PAUSE),
            Err(TryLockError::Error(error)) => return Err(at("lock", &lock)(error)),
        }
    }
    Err(StoreError::Busy { path: path.to_owned() })
}

fn private() -> OpenOptions {
    let mut options = OpenOptions::new();
    options.write(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
}

/// Renames a database and its companions to a name that is free, and tells it. Call it under the lock.
pub(super) fn set_aside(path: &Path) -> Result<PathBuf, StoreError> {
    let aside = free_name(path);
    // The companions go first: what is left by a crash in between is still a damaged database, not a stray log.
    for companion in COMPANIONS {
        rename(&beside(path, companion), &beside(&aside, companion))?;
    }
    rename(path, &aside)?;
    Ok(aside)
}

fn free_name(path: &Path) -> PathBuf {
    let mut number = 1_u64;
    loop {
        let aside = beside(path, &format!(".damaged-{number}"));
        let is_taken = |path: PathBuf| path.symlink_metadata().is_ok();
        if !is_taken(aside.clone()) && !COMPANIONS.iter().any(|suffix| is_taken(beside(&aside, suffix))) {
            return aside;
        }
        number += 1;
    }
}

fn rename(from: &Path, to: &Path) -> Result<(), StoreError> {
    match std::fs::rename(from, to) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(at("set aside the damaged", from)(error)),
        _ => Ok(()),
    }
}

/// How long the database is with what is still in its log.
pub(super) fn bytes(path: &Path) -> u64 {
    let length = |path: &Path| path.metadata().map_or(0, |known| known.len());
    length(path) + length(&beside(path, "-wal"))
}
