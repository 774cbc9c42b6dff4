//! One process at a time.

use std::fs::{File, TryLockError, symlink_metadata};
use std::io;
use std::path::Path;
use std::thread::sleep;
use std::time::Duration;

use super::own_file;
use crate::error::{BatchError, at};

pub(super) const LOCK: &str = "lock";

/// How often, and after which pause, it is tried: a process that was killed may take a moment to end.
const TRIES: u32 = 20;
const PAUSE: Duration = Duration::from_millis(50);

/// Makes a folder if need be, and takes its lock for as long as the file is open; `None` where somebody else has it.
///
/// # Errors
/// With the path of the folder or of the lock, whichever cannot be used.
pub(super) fn take(folder: &Path) -> Result<Option<File>, BatchError> {
    let path = folder.join(LOCK);
    for _ in 0..TRIES {
        own_file::create_folder(folder).map_err(at("make the folder", folder))?;
        let file = match open_or_create(&path) {
            // Another process removed or made the lock, or the folder, in between.
            Err(error) if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::AlreadyExists) => continue,
            file => file.map_err(at("lock", &path))?,
        };
        match file.try_lock() {
            // Whoever held it may have removed it in the meantime, and somebody else have made a new one.
            Ok(()) if is_at(&file, &path) => return Ok(Some(file)),
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => sleep(PAUSE),
            Err(TryLockError::Error(error)) => return Err(at("lock", &path)(error)),
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

fn is_at(file: &File, path: &Path) -> bool {
    let (Ok(open), Ok(there)) = (file.metadata(), symlink_metadata(path)) else { return false };
    own_file::is_same_file(&open, &there)
}
