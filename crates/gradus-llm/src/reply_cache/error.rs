//! Why replies cannot be kept or read, with what to do about it.

use std::io;
use std::path::{Path, PathBuf};

use rusqlite::ErrorCode;

/// Why the cache of replies cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// A file cannot be made, opened, locked or renamed.
    #[error("cannot {doing} {}: {error}\nhint: {}", .path.display(), hint_of_system(.error))]
    Disk {
        /// What was tried.
        doing: &'static str,
        /// With which file.
        path: PathBuf,
        /// What the system says.
        error: io::Error,
    },
    /// The database does not do what it is asked.
    #[error("cannot {doing} {}: {error}\nhint: {}", .path.display(), hint_of_database(.error))]
    Database {
        /// What was tried.
        doing: &'static str,
        /// With which file.
        path: PathBuf,
        /// What `SQLite` says.
        error: rusqlite::Error,
    },
    /// Something else is kept in that file.
    #[error(
        "{} is a database of another application (id {application:#010x}), not a reply cache; choose another file\nhint: name another file for the cache",
        .path.display()
    )]
    Foreign {
        /// The file.
        path: PathBuf,
        /// Its `application_id`, 0 where it tells none.
        application: i32,
    },
    /// A file outside the default folder that does not carry this program's application id. It is left as it is.
    #[error(
        "{} is not a reply cache; choose another file\nhint: name a new or empty file; this one was not changed",
        .path.display()
    )]
    NotACache {
        /// The file.
        path: PathBuf,
    },
    /// A folder, pipe, socket or device.
    #[error("{} is {kind}, not a reply cache; choose another file\nhint: name a regular file for the cache", .path.display())]
    NotAFile {
        /// The path.
        path: PathBuf,
        /// What it is, with its article.
        kind: &'static str,
    },
    /// A later version of the program made it.
    #[error(
        "{} was written by a newer version (layout {version})\nhint: update this program, or name another file",
        .path.display()
    )]
    Newer {
        /// The file.
        path: PathBuf,
        /// The version of its layout.
        version: i32,
    },
    /// An earlier version of the program made it, and it may only be read.
    #[error("{} has an old layout ({version})\nhint: record the replies again with this version", .path.display())]
    Older {
        /// The file.
        path: PathBuf,
        /// The version of its layout.
        version: i32,
    },
    /// It is damaged, and could not or must not be set aside.
    #[error("{} is damaged\nhint: delete it, or put a good copy in its place", .path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
    },
    /// It was opened for reading only.
    #[error("{} is opened for reading only\nhint: open it for writing to keep more replies", .path.display())]
    ForReading {
        /// The file.
        path: PathBuf,
    },
    /// Another process does not let go of it.
    #[error("another process is opening {} and does not finish\nhint: end it, or name another file", .path.display())]
    Busy {
        /// The file.
        path: PathBuf,
    },
}

impl StoreError {
    /// Of an error of `SQLite`, which was doing something with a file.
    pub(super) fn of(doing: &'static str, path: &Path, error: rusqlite::Error) -> Self {
        let path = path.to_owned();
        if is_damage(&error) { Self::Damaged { path } } else { Self::Database { doing, path, error } }
    }
}

impl StoreError {
    /// Whether a file that cannot be opened for writing may still be worth reading.
    pub fn is_about_writing(&self) -> bool {
        matches!(self, Self::Disk { .. } | Self::Database { .. } | Self::Busy { .. })
    }
}

/// Tells of a file what was tried with it.
pub(super) fn at(doing: &'static str, path: &Path) -> impl FnOnce(io::Error) -> StoreError {
    let path = path.to_owned();
    move |error| StoreError::Disk { doing, path, error }
}

/// Whether an error says that the file is no sound database.
pub(super) fn is_damage(error: &rusqlite::Error) -> bool {
    matches!(error.sqlite_error_code(), Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase))
}

/// The same of a database that is known as ours: there, a table or column that is missing, or a file format of the
/// future, comes from damage as well.
pub(super) fn is_damage_of_ours(error: &rusqlite::Error) -> bool {
    is_damage(error) || error.sqlite_error().is_some_and(|error| error.extended_code == rusqlite::ffi::SQLITE_ERROR)
}

fn hint_of_system(error: &io::Error) -> &'static str {
    match error.kind() {
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => FULL,
        io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem => PROTECTED,
        _ => PLACE,
    }
}

fn hint_of_database(error: &rusqlite::Error) -> &'static str {
    match error.sqlite_error_code() {
        Some(ErrorCode::DiskFull) => FULL,
        Some(ErrorCode::ReadOnly | ErrorCode::PermissionDenied) => PROTECTED,
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => "another process writes it: try again later",
        Some(ErrorCode::TooBig) => "a reply of this size cannot be kept",
        _ => PLACE,
    }
}

const FULL: &str = "free some space, or name a file on another disk";
const PROTECTED: &str = "make the file and its folder writable, or name another file";
const PLACE: &str = "see that the path leads to a file on a local disk that works, or name another file";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_error_names_the_file_and_says_what_to_do() {
        let path = PathBuf::from("some/cache.db");
        let code = |code| rusqlite::Error::SqliteFailure(rusqlite::ffi::Error::new(code), None);
        let database = |number| StoreError::of("write", &path, code(number));
        let cases = [
            (at("open", &path)(io::ErrorKind::StorageFull.into()), FULL),
            (at("open", &path)(io::ErrorKind::ReadOnlyFilesystem.into()), PROTECTED),
            (at("open", &path)(io::ErrorKind::NotADirectory.into()), PLACE),
            (database(rusqlite::ffi::SQLITE_FULL), FULL),
            (database(rusqlite::ffi::SQLITE_READONLY), PROTECTED),
            (database(rusqlite::ffi::SQLITE_CANTOPEN), PLACE),
            (database(rusqlite::ffi::SQLITE_BUSY), "try again later"),
            (database(rusqlite::ffi::SQLITE_TOOBIG), "of this size"),
            (database(rusqlite::ffi::SQLITE_CORRUPT), "delete it"),
            (database(rusqlite::ffi::SQLITE_NOTADB), "delete it"),
            (StoreError::Foreign { path: path.clone(), application: 7 }, "name another file"),
            (StoreError::NotACache { path: path.clone() }, "name a new or empty file"),
            (StoreError::NotAFile { path: path.clone(), kind: "a folder" }, "name a regular file"),
            (StoreError::Newer { path: path.clone(), version: 7 }, "update"),
        ];
        for (error, hint) in cases {
            let shown = error.to_string();
            let (what, after) = shown.split_once("\nhint: ").expect("a hint");
            assert!(what.contains("some/cache.db") && after.contains(hint), "{shown}");
        }
    }
}
