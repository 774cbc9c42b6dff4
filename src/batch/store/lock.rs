//! One process at a time.

use std::fs::{File, OpenOptions, TryLockError};
use std::io;
use std::path::Path;
use std::thread::sleep;
use std::time::Duration;

pub(super) const LOCK: &str = "lock";

/// How often, and after which pause, it is tried: a process that was killed may take a moment to end.
const TRIES: u32 = 20;
const PAUSE: Duration = Duration::from_millis(50);

/// Makes a folder if need be, and takes its lock for as long as the file is open; `None` where somebody else has it.
pub(super) fn take(folder: &Path) -> io::Result<Option<File>> {
    let path = folder.join(LOCK);
    for _ in 0..TRIES {
        std::fs::create_dir_all(folder)?;
        let file = match OpenOptions::new().create(true).append(true).open(&path) {
            // Somebody left the folder in between, and took it along.
            Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
            file => file?,
        };
        match file.try_lock() {
            // Whoever held it may have removed it in the meantime, and somebody else have made a new one.
            Ok(()) if is_at(&file, &path) => return Ok(Some(file)),
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => sleep(PAUSE),
            Err(TryLockError::Error(error)) => return Err(error),
        }
    }
    Ok(None)
}

#[cfg(unix)]
fn is_at(file: &File, path: &Path) -> bool {
    use std::os::unix::fs::MetadataExt as _;
    let (Ok(open), Ok(there)) = (file.metadata(), path.metadata()) else { return false };
    (open.dev(), open.ino()) == (there.dev(), there.ino())
}

#[cfg(not(unix))]
fn is_at(_: &File, path: &Path) -> bool {
    path.exists()
}
