//! Opens the database for reading only, also on a write-protected disk, without creating or changing a file.
//!
//! A database that no process writes is read without locks. A shared-memory file beside the database means that a
//! process may be writing it; then it is read with locks.

use std::io;
use std::path::Path;
use std::time::Duration;

use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags};

use super::error::{CacheError, at, is_damage_in_cache};
use super::files::{beside, check_kind};
use super::layout::{self, Identity};

/// Time that `SQLite` waits for another process.
pub(super) const BUSY_TIMEOUT: Duration = Duration::from_secs(10);

/// A database that is open for reading.
pub(super) struct Readable {
    /// The open connection.
    pub(super) connection: Connection,
    /// Whether it is read without locks, and must be opened again when a process starts to write it.
    pub(super) is_unlocked: bool,
}

/// Whether a process may have the database open for writing.
pub(super) fn is_written(path: &Path) -> bool {
    beside(path, "-shm").exists()
}

/// Opens the database at an absolute path; `None` if it is missing or empty.
pub(super) fn open(path: &Path) -> Result<Option<Readable>, CacheError> {
    match path.metadata() {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        known => known.map_err(at("open", path))?,
    };
    check_kind(path)?;
    let is_unlocked = !is_written(path);
    // Falls back to reading without locks, because the shared memory of a killed process cannot be used on a
    // write-protected disk.
    let opened = if is_unlocked { without_locks(path) } else { with_locks(path).or_else(|_| without_locks(path)) };
    let failed = |error: rusqlite::Error| CacheError::of("open", path, error);
    let (connection, identity) = opened.map_err(failed)?;
    match identity.checked(path)? {
        Identity::Empty => Ok(None),
        Identity::Older(version) => Err(CacheError::Older { path: path.to_owned(), version }),
        _ => match layout::id(&connection) {
            Ok(Some(_)) => Ok(Some(Readable { connection, is_unlocked })),
            Err(error) if !is_damage_in_cache(&error) => Err(failed(error)),
            _ => Err(CacheError::Damaged { path: path.to_owned() }),
        },
    }
}

const FLAGS: OpenFlags = OpenFlags::SQLITE_OPEN_READ_ONLY.union(OpenFlags::SQLITE_OPEN_NO_MUTEX);

fn with_locks(path: &Path) -> rusqlite::Result<(Connection, Identity)> {
    identified(Connection::open_with_flags(path, FLAGS)?)
}

fn without_locks(path: &Path) -> rusqlite::Result<(Connection, Identity)> {
    let has_log = beside(path, "-wal").metadata().is_ok_and(|known| known.len() > 0);
    if has_log {
        return with_log(path);
    }
    immutable(path)
}

/// Opens a file without locks and without its log.
pub(super) fn immutable(path: &Path) -> rusqlite::Result<(Connection, Identity)> {
    let uri = format!("{}?immutable=1", uri(path));
    identified(Connection::open_with_flags(uri, FLAGS | OpenFlags::SQLITE_OPEN_URI)?)
}

/// Opens a file with the log of a killed process. Exclusive mode keeps the index of the log in memory instead of a file;
/// without locks, that mode also works for a file that cannot be written.
#[cfg(unix)]
fn with_log(path: &Path) -> rusqlite::Result<(Connection, Identity)> {
    let connection = Connection::open_with_flags_and_vfs(path, FLAGS, "unix-none")?;
    connection.pragma_update_and_check(None, "locking_mode", "EXCLUSIVE", |_| Ok(()))?;
    identified(connection)
}

#[cfg(not(unix))]
fn with_log(path: &Path) -> rusqlite::Result<(Connection, Identity)> {
    with_locks(path)
}

fn identified(connection: Connection) -> rusqlite::Result<(Connection, Identity)> {
    connection.busy_timeout(BUSY_TIMEOUT)?;
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true)?;
    connection.pragma_update(None, "query_only", true)?;
    let identity = Identity::of(&connection)?;
    Ok((connection, identity))
}

/// An absolute path as a URI without parameters; all bytes except letters, digits and a few signs are escaped.
fn uri(path: &Path) -> String {
    use std::fmt::Write as _;
    let mut uri = String::from("file://");
    if cfg!(windows) {
        uri.push('/');
    }
    for &byte in path.as_os_str().as_encoded_bytes() {
        match byte {
            b'\\' if cfg!(windows) => uri.push('/'),
            b'/' | b'.' | b'-' | b'_' | b':' => uri.push(char::from(byte)),
            _ if byte.is_ascii_alphanumeric() => uri.push(char::from(byte)),
            // Writing to a string does not fail.
            _ => drop(write!(uri, "%{byte:02x}")),
        }
    }
    uri
}

#[cfg(test)]
mod tests {
    use super::*;

    #[cfg(unix)]
    #[test]
    fn special_characters_of_a_path_are_escaped() {
        assert_eq!(uri(Path::new("/a b/c?d#e%f.db")), "file:///a%20b/c%3fd%23e%25f.db");
        assert_eq!(uri(Path::new("/ü")), "file:///%c3%bc");
    }
}
