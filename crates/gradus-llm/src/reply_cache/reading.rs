//! Opens the database for reading only, also on a disk that cannot be written: nothing is made and nothing changed.
//!
//! A database that no process writes is read without locks; one that is at work, which its shared memory beside it
//! tells, is read like any other.

use std::io;
use std::path::Path;

use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags};

use super::error::{StoreError, at, is_damage_of_ours};
use super::files::{beside, check_kind};
use super::layout::{self, Identity};
use super::open::PATIENCE;

/// A database that is read.
pub(super) struct Readable {
    /// To it.
    pub(super) connection: Connection,
    /// Whether it was seen at rest, and is to be opened again once that changes.
    pub(super) is_at_rest: bool,
}

/// Whether some process may have the database open for writing.
pub(super) fn is_at_work(path: &Path) -> bool {
    beside(path, "-shm").exists()
}

/// Opens the database at a whole path; `None` where there is none, or an empty one.
pub(super) fn open(path: &Path) -> Result<Option<Readable>, StoreError> {
    match path.metadata() {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        known => known.map_err(at("open", path))?,
    };
    check_kind(path)?;
    let is_at_rest = !is_at_work(path);
    // Shared memory that was left behind where nothing can be written is of no use.
    let opened = if is_at_rest { at_rest(path) } else { at_work(path).or_else(|_| at_rest(path)) };
    let failed = |error: rusqlite::Error| StoreError::of("open", path, error);
    let (connection, identity) = opened.map_err(failed)?;
    match identity.checked(path)? {
        Identity::Empty => Ok(None),
        Identity::Older(version) => Err(StoreError::Older { path: path.to_owned(), version }),
        _ => match layout::id(&connection) {
            Ok(Some(_)) => Ok(Some(Readable { connection, is_at_rest })),
            Err(error) if !is_damage_of_ours(&error) => Err(failed(error)),
            _ => Err(StoreError::Damaged { path: path.to_owned() }),
        },
    }
}

const FLAGS: OpenFlags = OpenFlags::SQLITE_OPEN_READ_ONLY.union(OpenFlags::SQLITE_OPEN_NO_MUTEX);

fn at_work(path: &Path) -> rusqlite::Result<(Connection, Identity)> {
    identified(Connection::open_with_flags(path, FLAGS)?)
}

fn at_rest(path: &Path) -> rusqlite::Result<(Connection, Identity)> {
    let has_log = beside(path, "-wal").metadata().is_ok_and(|known| known.len() > 0);
    if has_log {
        return with_log(path);
    }
    unlocked(path)
}

/// Reads a file without locks and without its log.
pub(super) fn unlocked(path: &Path) -> rusqlite::Result<(Connection, Identity)> {
    let uri = format!("{}?immutable=1", uri(path));
    identified(Connection::open_with_flags(uri, FLAGS | OpenFlags::SQLITE_OPEN_URI)?)
}

/// A process was killed and left its log. In exclusive mode the index of the log is kept in memory and not in a file;
/// without locks that mode can be had for a file that cannot be written.
#[cfg(unix)]
fn with_log(path: &Path) -> rusqlite::Result<(Connection, Identity)> {
    let connection = Connection::open_with_flags_and_vfs(path, FLAGS, "unix-none")?;
    connection.pragma_update_and_check(None, "locking_mode", "EXCLUSIVE", |_| Ok(()))?;
    identified(connection)
}

#[cfg(not(unix))]
fn with_log(path: &Path) -> rusqlite::Result<(Connection, Identity)> {
    at_work(path)
}

fn identified(connection: Connection) -> rusqlite::Result<(Connection, Identity)> {
    connection.busy_timeout(PATIENCE)?;
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true)?;
    connection.pragma_update(None, "query_only", true)?;
    let identity = Identity::of(&connection)?;
    Ok((connection, identity))
}

/// A whole path as a URI without parameters; all but letters, digits and a few signs are escaped.
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
    fn a_path_of_any_letters_becomes_a_uri() {
        assert_eq!(uri(Path::new("/a b/c?d#e%f.db")), "file:///a%20b/c%3fd%23e%25f.db");
        assert_eq!(uri(Path::new("/ü")), "file:///%c3%bc");
    }
}
