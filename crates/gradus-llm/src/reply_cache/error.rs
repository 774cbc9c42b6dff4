//! The reasons why replies cannot be cached or read, with advice as data.

use std::borrow::Cow;
use std::io;
use std::path::{Path, PathBuf};

use rusqlite::ErrorCode;

/// The reason why the cache of replies cannot be used. Each message is one line and names the file.
#[derive(Debug, thiserror::Error)]
#[allow(missing_docs, reason = "the messages explain the fields")]
pub enum CacheError {
    /// A file cannot be created, opened, locked or renamed. `action` is a verb.
    #[error("cannot {action} {}: {error}", .path.display())]
    Disk { action: &'static str, path: PathBuf, error: io::Error },
    /// The database cannot perform an operation. `action` is a verb.
    #[error("cannot {action} {}: {error}", .path.display())]
    Database { action: &'static str, path: PathBuf, error: rusqlite::Error },
    /// The file is a database of another application; `application` is its `application_id`, 0 if it has none.
    #[error("{} is a database of another application (id {application:#010x}), not a reply cache", .path.display())]
    Foreign { path: PathBuf, application: i32 },
    /// The file is outside the default folder and does not have this program's application id. It is not changed.
    #[error("{} is not a reply cache", .path.display())]
    NotACache { path: PathBuf },
    /// The path is a folder, pipe, socket or device; `kind` is its name with an article.
    #[error("{} is {kind}, not a reply cache", .path.display())]
    NotAFile { path: PathBuf, kind: &'static str },
    /// The database was written by a later version of the program.
    #[error("{} was written by a newer version (layout {version})", .path.display())]
    Newer { path: PathBuf, version: i32 },
    /// The database was written by an earlier version of the program, and may only be read.
    #[error("{} has an old layout ({version})", .path.display())]
    Older { path: PathBuf, version: i32 },
    /// The database is damaged and could not, or must not, be renamed.
    #[error("{} is damaged", .path.display())]
    Damaged { path: PathBuf },
    /// The cache was opened for reading only.
    #[error("{} is opened for reading only", .path.display())]
    ReadOnly { path: PathBuf },
    /// Another process holds the lock.
    #[error("another process is opening {} and does not finish", .path.display())]
    Busy { path: PathBuf },
}

impl CacheError {
    /// The error of an `SQLite` operation on a file.
    pub(super) fn of(action: &'static str, path: &Path, error: rusqlite::Error) -> Self {
        let path = path.to_owned();
        if is_damage(&error) { Self::Damaged { path } } else { Self::Database { action, path, error } }
    }

    /// Whether a file that cannot be opened for writing may still be readable.
    pub fn is_about_writing(&self) -> bool {
        matches!(self, Self::Disk { .. } | Self::Database { .. } | Self::Busy { .. })
    }

    /// How to resolve the error, without names of flags or commands.
    pub fn hint(&self) -> Option<Cow<'static, str>> {
        Some(Cow::Borrowed(match self {
            Self::Disk { error, .. } => hint_of_system(error),
            Self::Database { error, .. } => hint_of_database(error),
            Self::Foreign { .. } => "name another file for the cache",
            Self::NotACache { .. } => "name a new or empty file; this one was not changed",
            Self::NotAFile { .. } => "name a regular file for the cache",
            Self::Newer { .. } => "update this program, or name another file",
            Self::Older { .. } => "cache the replies again with this version",
            Self::Damaged { .. } => "delete it, or replace it by a good copy",
            Self::ReadOnly { .. } => "open it for writing to cache more replies",
            Self::Busy { .. } => "end that process, or name another file",
        }))
    }
}

/// Adds the operation and the file to an error of the system.
pub(super) fn at(action: &'static str, path: &Path) -> impl FnOnce(io::Error) -> CacheError {
    let path = path.to_owned();
    move |error| CacheError::Disk { action, path, error }
}

/// Whether an error means that the file is not a valid database.
pub(super) fn is_damage(error: &rusqlite::Error) -> bool {
    matches!(error.sqlite_error_code(), Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase))
}

/// Whether an error means that a database of this program is damaged. In such a database, a missing table or column or
/// a newer file format is damage too.
pub(super) fn is_damage_in_cache(error: &rusqlite::Error) -> bool {
    is_damage(error) || error.sqlite_error().is_some_and(|error| error.extended_code == rusqlite::ffi::SQLITE_ERROR)
}

fn hint_of_system(error: &io::Error) -> &'static str {
    match error.kind() {
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => FULL,
        io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem => PROTECTED,
        _ => UNUSABLE,
    }
}

fn hint_of_database(error: &rusqlite::Error) -> &'static str {
    match error.sqlite_error_code() {
        Some(ErrorCode::DiskFull) => FULL,
        Some(ErrorCode::ReadOnly | ErrorCode::PermissionDenied) => PROTECTED,
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => {
            "another process is writing to the cache: try again later"
        }
        Some(ErrorCode::TooBig) => "a reply of this size cannot be cached",
        _ => UNUSABLE,
    }
}

const FULL: &str = "free some space, or name a file on another disk";
const PROTECTED: &str = "make the file and its folder writable, or name another file";
const UNUSABLE: &str = "check that the path leads to a file on a working local disk, or name another file";

#[cfg(test)]
mod tests {
    use super::*;

    fn path() -> PathBuf {
        PathBuf::from("some/cache.db")
    }

    #[test]
    fn errors_of_the_system_and_the_database_have_a_hint_for_their_cause() {
        let full = "free some space, or name a file on another disk";
        let protected = "make the file and its folder writable, or name another file";
        let unusable = "check that the path leads to a file on a working local disk, or name another file";
        let code = |code| rusqlite::Error::SqliteFailure(rusqlite::ffi::Error::new(code), None);
        for (number, hint) in [
            (rusqlite::ffi::SQLITE_FULL, full),
            (rusqlite::ffi::SQLITE_READONLY, protected),
            (rusqlite::ffi::SQLITE_CANTOPEN, unusable),
            (rusqlite::ffi::SQLITE_BUSY, "another process is writing to the cache: try again later"),
            (rusqlite::ffi::SQLITE_TOOBIG, "a reply of this size cannot be cached"),
        ] {
            let message = format!("cannot write some/cache.db: {}", code(number));
            assert_error(&CacheError::of("write", &path(), code(number)), &message, hint);
        }
        for (kind, hint) in [
            (io::ErrorKind::StorageFull, full),
            (io::ErrorKind::ReadOnlyFilesystem, protected),
            (io::ErrorKind::NotADirectory, unusable),
        ] {
            let message = format!("cannot open some/cache.db: {}", io::Error::from(kind));
            assert_error(&at("open", &path())(kind.into()), &message, hint);
        }
        for number in [rusqlite::ffi::SQLITE_CORRUPT, rusqlite::ffi::SQLITE_NOTADB] {
            let error = CacheError::of("write", &path(), code(number));
            assert_error(&error, "some/cache.db is damaged", "delete it, or replace it by a good copy");
        }
    }

    #[test]
    fn every_other_error_is_one_line_that_names_the_file_and_has_a_hint() {
        let cases = [
            (
                CacheError::Foreign { path: path(), application: 7 },
                "some/cache.db is a database of another application (id 0x00000007), not a reply cache",
                "name another file for the cache",
            ),
            (
                CacheError::NotACache { path: path() },
                "some/cache.db is not a reply cache",
                "name a new or empty file; this one was not changed",
            ),
            (
                CacheError::NotAFile { path: path(), kind: "a folder" },
                "some/cache.db is a folder, not a reply cache",
                "name a regular file for the cache",
            ),
            (
                CacheError::Newer { path: path(), version: 7 },
                "some/cache.db was written by a newer version (layout 7)",
                "update this program, or name another file",
            ),
            (
                CacheError::Older { path: path(), version: 0 },
                "some/cache.db has an old layout (0)",
                "cache the replies again with this version",
            ),
            (
                CacheError::ReadOnly { path: path() },
                "some/cache.db is opened for reading only",
                "open it for writing to cache more replies",
            ),
            (
                CacheError::Busy { path: path() },
                "another process is opening some/cache.db and does not finish",
                "end that process, or name another file",
            ),
        ];
        for (error, message, hint) in cases {
            assert_error(&error, message, hint);
        }
    }

    fn assert_error(error: &CacheError, message: &str, hint: &str) {
        assert_eq!(error.to_string(), message);
        assert_eq!(error.hint().as_deref(), Some(hint), "{message}");
    }
}
