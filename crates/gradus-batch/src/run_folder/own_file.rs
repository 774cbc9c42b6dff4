//! Files of a run folder. They are created new and never opened through a link, so that no file elsewhere is read or
//! changed.

use std::fs::{self, File, Metadata, OpenOptions};
use std::io;
use std::path::Path;

/// Creates an empty file, and replaces anything with this name; a link is removed, and its target is left alone.
pub(super) fn create(path: &Path) -> io::Result<File> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    OpenOptions::new().read(true).write(true).create_new(true).open(path)
}

/// Opens a file to read it.
pub(super) fn open(path: &Path) -> io::Result<File> {
    open_plain(path, OpenOptions::new().read(true))
}

/// Opens a file to lock it. Some systems only lock files that may be written.
pub(super) fn open_to_lock(path: &Path) -> io::Result<File> {
    open_plain(path, OpenOptions::new().read(true).write(true))
}

/// Opens a file to change it. A second name of the file elsewhere is refused, because that would change too.
pub(super) fn open_to_write(path: &Path) -> io::Result<File> {
    let file = open_plain(path, OpenOptions::new().read(true).write(true))?;
    if has_other_names(&file.metadata()?) {
        return Err(refused("it is a hard link: copy it to a file of its own"));
    }
    Ok(file)
}

/// Makes the run folder if there is none. A link to a folder is not the run folder.
pub(super) fn create_folder(path: &Path) -> io::Result<()> {
    match fs::symlink_metadata(path) {
        Ok(about) if about.is_symlink() => Err(refused("it is a symbolic link: remove it, or choose another output")),
        Ok(about) if !about.is_dir() => {
            Err(io::Error::new(io::ErrorKind::AlreadyExists, "it is not a folder: remove it, or choose another output"))
        }
        _ => fs::create_dir_all(path),
    }
}

/// How often a file is opened again that is replaced meanwhile, as a manifest is while another process writes it.
const TRIES: u32 = 16;

/// Opens a plain file, and checks that it is still the file at this path, so that nothing can be put in its place
/// between the check and the opening.
fn open_plain(path: &Path, options: &OpenOptions) -> io::Result<File> {
    for _ in 0..TRIES {
        check_plain(&fs::symlink_metadata(path)?)?;
        let file = options.open(path)?;
        let there = fs::symlink_metadata(path)?;
        check_plain(&there)?;
        if is_same_file(&file.metadata()?, &there) {
            return Ok(file);
        }
    }
    Err(refused("it is replaced again and again: stop the program that does so"))
}

fn check_plain(about: &Metadata) -> io::Result<()> {
    if about.is_symlink() {
        Err(refused("it is a symbolic link: remove it"))
    } else if about.is_file() {
        Ok(())
    } else {
        Err(refused("it is not a plain file: remove it"))
    }
}

fn refused(why: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidInput, why)
}

/// Whether two descriptions are of one file.
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
fn has_other_names(about: &Metadata) -> bool {
    std::os::unix::fs::MetadataExt::nlink(about) > 1
}

#[cfg(not(unix))]
fn has_other_names(_: &Metadata) -> bool {
    false
}
