//! Creates and opens the files of a run folder. Files are created new and never opened through a link, so that files
//! outside the folder are neither read nor changed.

use std::fs::{self, File, Metadata, OpenOptions};
use std::io;
use std::path::Path;

/// Creates an empty file. An existing file or link with this name is removed; the target of the link does not change.
pub(super) fn create(path: &Path) -> io::Result<File> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    OpenOptions::new().read(true).write(true).create_new(true).open(path)
}

/// Opens a file for reading.
pub(super) fn open(path: &Path) -> io::Result<File> {
    open_plain(path, OpenOptions::new().read(true))
}

/// Opens a file for locking. Some systems lock only files that are open for writing.
pub(super) fn open_to_lock(path: &Path) -> io::Result<File> {
    open_plain(path, OpenOptions::new().read(true).write(true))
}

/// Opens a file for writing. A file with several hard links is refused, because a change would also affect the file
/// under its other names.
pub(super) fn open_to_write(path: &Path) -> io::Result<File> {
    let file = open_plain(path, OpenOptions::new().read(true).write(true))?;
    if has_other_names(&file.metadata()?) {
        return Err(refused("it is a hard link: copy it to a file of its own"));
    }
    Ok(file)
}

/// Creates the run folder if it does not exist. A link to a folder is refused.
pub(super) fn create_folder(path: &Path) -> io::Result<()> {
    match fs::symlink_metadata(path) {
        Ok(metadata) if metadata.is_symlink() => {
            Err(refused("it is a symbolic link: remove it, or choose another output"))
        }
        Ok(metadata) if !metadata.is_dir() => {
            Err(io::Error::new(io::ErrorKind::AlreadyExists, "it is not a folder: remove it, or choose another output"))
        }
        _ => fs::create_dir_all(path),
    }
}

/// Number of attempts to open a file that another process replaces at the same time, such as a manifest.
const ATTEMPTS: u32 = 16;

/// Opens a plain file. Checks the path before and after the file is opened, so that a file that replaces it in between is
/// recognised.
fn open_plain(path: &Path, options: &OpenOptions) -> io::Result<File> {
    for _ in 0..ATTEMPTS {
        check_plain(&fs::symlink_metadata(path)?)?;
        let file = options.open(path)?;
        let at_path = fs::symlink_metadata(path)?;
        check_plain(&at_path)?;
        if is_same_file(&file.metadata()?, &at_path) {
            return Ok(file);
        }
    }
    Err(refused("it is replaced again and again: stop the program that does so"))
}

fn check_plain(metadata: &Metadata) -> io::Result<()> {
    if metadata.is_symlink() {
        Err(refused("it is a symbolic link: remove it"))
    } else if metadata.is_file() {
        Ok(())
    } else {
        Err(refused("it is not a plain file: remove it"))
    }
}

fn refused(why: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidInput, why)
}

/// Whether both belong to the same file.
#[cfg(unix)]
pub(super) fn is_same_file(one: &Metadata, other: &Metadata) -> bool {
    use std::os::unix::fs::MetadataExt as _;
    (one.dev(), one.ino()) == (other.dev(), other.ino())
}

#[cfg(not(unix))]
pub(super) fn is_same_file(_: &Metadata, _: &Metadata) -> bool {
    true
}

#[cfg(unix)]
fn has_other_names(metadata: &Metadata) -> bool {
    std::os::unix::fs::MetadataExt::nlink(metadata) > 1
}

#[cfg(not(unix))]
fn has_other_names(_: &Metadata) -> bool {
    false
}
