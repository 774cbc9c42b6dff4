//! Whether a file or folder belongs to another user. One rule for project files and for banks that are found upward: the
//! user's own files and root's are accepted. Root can change what this user's program does anyway.

use std::fs::{File, Metadata};
use std::io;
use std::path::Path;

/// Whether the file or folder, or the link that leads to it, belongs to another user. For root, this is any user but
/// root. Of a link that leads nowhere, the link alone counts.
pub(super) fn is_foreign(path: &Path) -> io::Result<bool> {
    if is_of_another_user(&path.symlink_metadata()?) {
        return Ok(true);
    }
    match path.metadata() {
        Ok(about) => Ok(is_of_another_user(&about)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
        Err(error) => Err(error),
    }
}

/// The same of a file that is open already, and of the path that it was opened by.
pub(super) fn is_foreign_file(path: &Path, file: &File) -> io::Result<bool> {
    Ok(is_of_another_user(&file.metadata()?) || is_of_another_user(&path.symlink_metadata()?))
}

#[cfg(unix)]
fn is_of_another_user(about: &Metadata) -> bool {
    use std::os::unix::fs::MetadataExt as _;
    about.uid() != 0 && about.uid() != nix::unistd::geteuid().as_raw()
}

/// Owners are not compared on this system; trust in a file's content is still needed.
#[cfg(not(unix))]
fn is_of_another_user(_: &Metadata) -> bool {
    false
}
