//! Opens the database for writing: creates a missing one, and replaces one that is damaged or has an old layout after
//! renaming it.
//!
//! The lock is held until the database is open, so that no other process opens it for writing while its files are being
//! renamed.

use std::path::{Path, PathBuf};

use rusqlite::{Connection, OpenFlags};

use super::error::{CacheError, is_damage, is_damage_in_cache};
use super::files;
use super::layout::{self, Id, Identity};
use super::open_to_read::{self, BUSY_TIMEOUT};

/// A database that can be written.
pub(super) struct Writable {
    /// The open connection.
    pub(super) connection: Connection,
    /// The id of the database.
    pub(super) id: Id,
    /// The new path of the previous database; `None` unless it was renamed because of damage or an old layout.
    pub(super) set_aside: Option<PathBuf>,
}

/// The origin of a database's path, which decides whether an unknown file may be renamed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PathOrigin {
    /// The path is in the program's own folder: any damaged file there may be renamed.
    Default,
    /// The user chose the path: only a file with the program's application id may be renamed.
    Chosen,
}

/// Opens or creates the database at an absolute path. The database with the id `distrusted` counts as damaged. If
/// another process has replaced it already, opens the replacement.
pub(super) fn open(path: &Path, origin: PathOrigin, distrusted: Option<&Id>) -> Result<Writable, CacheError> {
    files::check_kind(path)?;
    // Checked before a folder or a lock file is created, because no file may be created beside an unknown file.
    if distrusted.is_none() {
        check_owner(path, origin)?;
    }
    files::create_folder(path)?;
    let _lock = files::lock(path)?;
    if let Some((connection, id)) = open_sound(path)?
        && distrusted != Some(&id)
    {
        return Ok(Writable { connection, id, set_aside: None });
    }
    if origin == PathOrigin::Chosen && !files::has_our_id(path)? {
        return Err(CacheError::NotACache { path: path.to_owned() });
    }
    let set_aside = Some(files::set_aside(path)?);
    let (connection, id) = open_sound(path)?.ok_or_else(|| CacheError::Damaged { path: path.to_owned() })?;
    Ok(Writable { connection, id, set_aside })
}

/// Refuses a file that belongs to another application. Does not change the file or any file beside it, because `SQLite`
/// reads it without locks and without its log.
pub(super) fn check_owner(path: &Path, origin: PathOrigin) -> Result<(), CacheError> {
    if !path.metadata().is_ok_and(|metadata| metadata.len() > 0) {
        return Ok(());
    }
    match open_to_read::immutable(path) {
        // Refused, because `SQLite` treats a file shorter than a page as an empty database and would overwrite it.
        Ok((connection, Identity::Empty)) if origin == PathOrigin::Chosen && !has_pages(&connection) => {
            Err(CacheError::NotACache { path: path.to_owned() })
        }
        Ok((_, identity)) => identity.checked(path).map(drop),
        Err(_) if origin == PathOrigin::Chosen && !files::has_our_id(path)? => {
            Err(CacheError::NotACache { path: path.to_owned() })
        }
        // The file is damaged or unreadable; opening it for writing shows which.
        Err(_) => Ok(()),
    }
}

fn has_pages(connection: &Connection) -> bool {
    connection.pragma_query_value(None, "page_count", |row| row.get(0)).is_ok_and(|pages: i64| pages > 0)
}

/// The database at the path, created if it is missing; `None` if it is damaged or has an old layout.
fn open_sound(path: &Path) -> Result<Option<(Connection, Id)>, CacheError> {
    files::check_kind(path)?;
    files::create_file(path)?;
    let failed = |error: rusqlite::Error| CacheError::of("open", path, error);
    match connect(path) {
        Err(error) if is_damage(&error) => Ok(None),
        Err(error) => Err(failed(error)),
        Ok((connection, identity)) => match identity.checked(path)? {
            Identity::Older(_) => Ok(None),
            identity => match prepare(connection, identity) {
                Err(error) if is_damage_in_cache(&error) => Ok(None),
                ready => ready.map_err(failed),
            },
        },
    }
}

/// Opens a file and reads its identity without changing it.
fn connect(path: &Path) -> rusqlite::Result<(Connection, Identity)> {
    // Not opened as a URI, because a file name may start with `file:`.
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags)?;
    connection.busy_timeout(BUSY_TIMEOUT)?;
    // Checked here, because `SQLite` opens a write-protected file without an error and fails at the first write.
    if connection.is_readonly("main")? {
        return Err(failure(rusqlite::ffi::SQLITE_READONLY));
    }
    let identity = Identity::of(&connection)?;
    // Checked again after reading, because `SQLite` then treats a database as read-only if its header has an unknown
    // version of the file format. No current `SQLite` writes such a header.
    if connection.is_readonly("main")? {
        return Err(failure(rusqlite::ffi::SQLITE_CORRUPT));
    }
    Ok((connection, identity))
}

fn failure(code: i32) -> rusqlite::Error {
    rusqlite::Error::SqliteFailure(rusqlite::ffi::Error::new(code), None)
}

fn prepare(mut connection: Connection, identity: Identity) -> rusqlite::Result<Option<(Connection, Id)>> {
    connection.pragma_update_and_check(None, "journal_mode", "WAL", |_| Ok(()))?;
    connection.pragma_update(None, "synchronous", "NORMAL")?;
    if identity == Identity::Empty {
        layout::create_tables(&mut connection)?;
    }
    Ok(layout::id(&connection)?.map(|id| (connection, id)))
}
