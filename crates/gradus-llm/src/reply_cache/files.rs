//! The files around the database: its folder, the files that `SQLite` writes beside it, the lock for opening it, and the
//! renamed copies of damaged databases.
//!
//! The database file itself is not opened here once it exists, because closing it would release the locks that `SQLite`
//! holds for the whole process. [`has_our_id`] is the exception.

use std::ffi::OsString;
use std::fs::{DirBuilder, File, OpenOptions, TryLockError};
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};
use std::thread::sleep;
use std::time::Duration;

use super::error::{CacheError, at};
use super::layout::APPLICATION;

/// Suffixes of the files that `SQLite` writes beside a database.
const COMPANIONS: [&str; 2] = ["-wal", "-shm"];

/// Number of attempts to take the lock and the pause between them: about ten seconds.
const TRIES: u32 = 1000;
const PAUSE: Duration = Duration::from_millis(10);

/// The absolute path to the database, with a symbolic link resolved, because the companions are beside its target.
pub(super) fn absolute(path: &Path) -> Result<PathBuf, CacheError> {
    let is_link = path.symlink_metadata().is_ok_and(|known| known.file_type().is_symlink());
    let absolute = if is_link { path.canonicalize() } else { std::path::absolute(path) };
    absolute.map_err(at("find", path))
}

/// The path with a suffix appended to its last component.
pub(super) fn beside(path: &Path, suffix: &str) -> PathBuf {
    let mut name = OsString::from(path);
    name.push(suffix);
    name.into()
}

/// Creates the folder of the file, accessible to the current user only.
pub(super) fn create_folder(path: &Path) -> Result<(), CacheError> {
    let Some(folder) = path.parent() else { return Ok(()) };
    let mut builder = DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder).map_err(at("create the folder", folder))
}

/// Refuses a path that is not a regular file before it is opened, because opening a pipe may block forever. A missing
/// file is accepted.
pub(super) fn check_kind(path: &Path) -> Result<(), CacheError> {
    let kind = match path.metadata() {
        Ok(known) if known.is_file() => return Ok(()),
        Ok(known) if known.is_dir() => "a folder",
        Ok(_) => "a pipe, socket or device",
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(at("open", path)(error)),
    };
    Err(CacheError::NotAFile { path: path.to_owned(), kind })
}

/// Whether the file starts like a database of this program.
///
/// Closing the file releases the locks that `SQLite` holds on it for this process, so call this only for a file that
/// `SQLite` cannot read.
pub(super) fn has_our_id(path: &Path) -> Result<bool, CacheError> {
    const MAGIC: &[u8; 16] = b"SQLite format 3\0";
    const APPLICATION_AT: usize = 68;
    let mut header = Vec::new();
    let file = File::open(path).map_err(at("open", path))?;
    file.take(APPLICATION_AT as u64 + 4).read_to_end(&mut header).map_err(at("read", path))?;
    Ok(header.starts_with(MAGIC) && header.get(APPLICATION_AT..) == Some(&APPLICATION.to_be_bytes()[..]))
}

/// Creates an empty file that only the current user may read, if the file is missing.
pub(super) fn create_file(path: &Path) -> Result<(), CacheError> {
    match private().create_new(true).open(path) {
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists => Err(at("create", path)(error)),
        _ => Ok(()),
    }
}

/// Waits for the lock that is held while the database is opened, created or renamed. Dropping the file releases it.
pub(super) fn lock(path: &Path) -> Result<File, CacheError> {
    let lock = beside(path, ".lock");
    let file = private().append(true).create(true).open(&lock).map_err(at("create", &lock))?;
    for _ in 0..TRIES {
        match file.try_lock() {
            Ok(()) => return Ok(file),
            Err(TryLockError::WouldBlock) => sleep(PAUSE),
            Err(TryLockError::Error(error)) => return Err(at("lock", &lock)(error)),
        }
    }
    Err(CacheError::Busy { path: path.to_owned() })
}

fn private() -> OpenOptions {
    let mut options = OpenOptions::new();
    options.write(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
}

/// Renames a database and its companions to an unused name and returns it. The caller must hold the lock.
pub(super) fn set_aside(path: &Path) -> Result<PathBuf, CacheError> {
    let aside = free_name(path);
    // The companions are renamed first, because a crash in between must not leave a log without its database.
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

fn rename(from: &Path, to: &Path) -> Result<(), CacheError> {
    match std::fs::rename(from, to) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(at("rename the damaged", from)(error)),
        _ => Ok(()),
    }
}

/// Bytes of the database and its log.
pub(super) fn bytes(path: &Path) -> u64 {
    let length = |path: &Path| path.metadata().map_or(0, |known| known.len());
    length(path) + length(&beside(path, "-wal"))
}
