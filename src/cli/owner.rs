//! Decides whether a file or folder belongs to another user, for project files and for banks found in parent folders.
//!
//! The user's own files and those of root are accepted: root can change what this user's program does anyway.

use std::fs::{File, Metadata};
use std::io;
use std::path::Path;

/// Whether the file or folder, or the link to it, belongs to another user. For root, every user except root is another
/// user. For a broken link, only the owner of the link counts.
pub(super) fn is_foreign(path: &Path) -> io::Result<bool> {
    if is_of_another_user(&path.symlink_metadata()?) {
        return Ok(true);
    }
    match path.metadata() {
        Ok(metadata) => Ok(is_of_another_user(&metadata)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
        Err(error) => Err(error),
    }
}

/// Whether an open file, or the path that it was opened with, belongs to another user.
pub(super) fn is_foreign_file(path: &Path, file: &File) -> io::Result<bool> {
    Ok(is_of_another_user(&file.metadata()?) || is_of_another_user(&path.symlink_metadata()?))
}

#[cfg(unix)]
fn is_of_another_user(metadata: &Metadata) -> bool {
    use std::os::unix::fs::MetadataExt as _;
    metadata.uid() != 0 && metadata.uid() != nix::unistd::geteuid().as_raw()
}

/// Owners are not compared on this system. Judge settings still need trust in the content of the file.
#[cfg(not(unix))]
fn is_of_another_user(_: &Metadata) -> bool {
    false
}
