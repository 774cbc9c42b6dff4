//! The lock of a run folder: one process at a time.

use std::fs::{File, TryLockError, symlink_metadata};
use std::io;
use std::path::Path;
use std::thread::sleep;
use std::time::Duration;

use super::own_file;
use crate::error::{BatchError, disk_error};

pub(super) const LOCK: &str = "lock";

/// Number of attempts to take the lock. A killed process may hold the lock for a moment before it ends.
const LOCK_ATTEMPTS: u32 = 20;
/// Pause between two attempts.
const PAUSE: Duration = Duration::from_millis(50);

/// Takes the lock of a folder for as long as the returned file is open, and makes the folder if it is missing; `None`
/// where another process has the lock.
///
/// # Errors
/// When the folder or the lock cannot be used.
pub(super) fn take(folder: &Path) -> Result<Option<File>, BatchError> {
    let path = folder.join(LOCK);
    for _ in 0..LOCK_ATTEMPTS {
        own_file::create_folder(folder).map_err(disk_error("make the folder", folder))?;
        let file = match open_or_create(&path) {
            // Another process removed or made the lock, or the folder, in between.
            Err(error) if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::AlreadyExists) => continue,
            file => file.map_err(disk_error("lock", &path))?,
        };
        match file.try_lock() {
            // The last owner may have removed the lock meanwhile, and another process may have made a new one.
            Ok(()) if is_still_at(&file, &path) => return Ok(Some(file)),
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => sleep(PAUSE),
            Err(TryLockError::Error(error)) => return Err(disk_error("lock", &path)(error)),
        }
    }
    Ok(None)
}

fn open_or_create(path: &Path) -> io::Result<File> {
    match own_file::open_to_lock(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => File::create_new(path),
        file => file,
    }
}

fn is_still_at(file: &File, path: &Path) -> bool {
    let (Ok(open), Ok(there)) = (file.metadata(), symlink_metadata(path)) else { return false };
    own_file::is_same_file(&open, &there)
}
