//! The files around the database: its folder, its companions, the lock under which it is opened, and where a damaged
//! one is put. The database file itself is not opened here once it exists: closing it would end the locks that
//! `SQLite` holds for the whole process. [`bears_our_id`] is the exception.

use std::ffi::OsString;
use std::fs::{DirBuilder, File, OpenOptions, TryLockError};
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};
use std::thread::sleep;
use std::time::Duration;

use super::error::{StoreError, at};
use super::layout::APPLICATION;

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

/// Refuses what is not a regular file, before anything opens it: opening a pipe may wait for ever. A path without a
/// file passes.
pub(super) fn check_kind(path: &Path) -> Result<(), StoreError> {
    let kind = match path.metadata() {
        Ok(known) if known.is_file() => return Ok(()),
        Ok(known) if known.is_dir() => "a folder",
        Ok(_) => "a pipe, socket or device",
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(at("open", path)(error)),
    };
    Err(StoreError::NotAFile { path: path.to_owned(), kind })
}

/// Whether the first bytes are those of a database of this program.
///
/// Closing the file ends the locks that `SQLite` holds on it for this process, so this is for a file that `SQLite`
/// cannot read.
pub(super) fn bears_our_id(path: &Path) -> Result<bool, StoreError> {
    const MAGIC: &[u8; 16] = b"SQLite format 3\0";
    const APPLICATION_AT: usize = 68;
    let mut header = Vec::new();
    let file = File::open(path).map_err(at("open", path))?;
    file.take(APPLICATION_AT as u64 + 4).read_to_end(&mut header).map_err(at("read", path))?;
    Ok(header.starts_with(MAGIC) && header.get(APPLICATION_AT..) == Some(&APPLICATION.to_be_bytes()[..]))
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
