//! The lock of a run folder. Only one process at a time can hold it.

use std::fs::{File, TryLockError, symlink_metadata};
use std::io;
use std::path::Path;
use std::thread::sleep;
use std::time::Duration;

use super::own_file;
use crate::error::{BatchError, disk_error};

pub(super) const LOCK: &str = "lock";

/// Number of attempts. More than one is made, because a process that was killed may take a moment to end.
const ATTEMPTS: u32 = 20;
/// Pause between two attempts.
const PAUSE: Duration = Duration::from_millis(50);

/// Locks a folder until the returned file is closed. Creates the folder if it does not exist. `None` if another process
/// holds the lock.
///
/// # Errors
/// When the folder or the lock file cannot be used.
pub(super) fn acquire(folder: &Path) -> Result<Option<File>, BatchError> {
    let path = folder.join(LOCK);
    for _ in 0..ATTEMPTS {
        own_file::create_folder(folder).map_err(disk_error("make the folder", folder))?;
        let file = match open_or_create(&path) {
            // Another process created or removed the lock file or the folder at the same time.
            Err(error) if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::AlreadyExists) => continue,
            file => file.map_err(disk_error("lock", &path))?,
        };
        match file.try_lock() {
            // The previous owner may have removed the lock file, and another process may have created a new one.
            Ok(()) if is_at(&file, &path) => return Ok(Some(file)),
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

/// Whether the open file is still the file at this path.
fn is_at(file: &File, path: &Path) -> bool {
    let (Ok(opened), Ok(at_path)) = (file.metadata(), symlink_metadata(path)) else { return false };
    own_file::is_same_file(&opened, &at_path)
}
