//! Opens the database for writing: makes it where there is none, and sets it aside where it is damaged.
//!
//! All of that happens under a lock file, so that nobody opens a database half of whose files are renamed.

use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::{Connection, OpenFlags};

use super::error::{StoreError, is_damage, is_damage_of_ours};
use super::layout::{self, Id, Identity};
use super::{files, reading};

/// How long `SQLite` waits for another process.
pub(super) const PATIENCE: Duration = Duration::from_secs(10);

/// A database that can be written.
pub(super) struct Writable {
    /// To it.
    pub(super) connection: Connection,
    /// Which one it is.
    pub(super) id: Id,
    /// Where the one before it is now, if that was damaged.
    pub(super) set_aside: Option<PathBuf>,
}

/// Who chose the path of a database.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// The program, or a person in the program's own folder: whatever is there may be set aside.
    Default,
    /// A person: only a file that carries the program's application id may be set aside.
    Chosen,
}

/// Opens or makes the database at a whole path. The one of the id `distrusted` counts as damaged; another may have
/// taken its place already.
pub(super) fn open(path: &Path, place: Place, distrusted: Option<&Id>) -> Result<Writable, StoreError> {
    files::check_kind(path)?;
    // Before a folder or a lock file is made: a file of somebody else gets no company.
    if distrusted.is_none() {
        check_owner(path, place)?;
    }
    files::make_folder(path)?;
    let _lock = files::lock(path)?;
    if let Some((connection, id)) = sound(path)?
        && distrusted != Some(&id)
    {
        return Ok(Writable { connection, id, set_aside: None });
    }
    if place == Place::Chosen && !files::bears_our_id(path)? {
        return Err(StoreError::NotACache { path: path.to_owned() });
    }
    let set_aside = Some(files::set_aside(path)?);
    let (connection, id) = sound(path)?.ok_or_else(|| StoreError::Damaged { path: path.to_owned() })?;
    Ok(Writable { connection, id, set_aside })
}

/// Refuses a file that is not ours without changing it or anything beside it: `SQLite` reads it without locks, and
/// leaves its log alone.
pub(super) fn check_owner(path: &Path, place: Place) -> Result<(), StoreError> {
    if !path.metadata().is_ok_and(|known| known.len() > 0) {
        return Ok(());
    }
    match reading::unlocked(path) {
        // `SQLite` takes what is shorter than a page for an empty database and would overwrite it.
        Ok((connection, Identity::Empty)) if place == Place::Chosen && !has_pages(&connection) => {
            Err(StoreError::NotACache { path: path.to_owned() })
        }
        Ok((_, identity)) => identity.checked(path).map(drop),
        Err(_) if place == Place::Chosen && !files::bears_our_id(path)? => {
            Err(StoreError::NotACache { path: path.to_owned() })
        }
        // Damaged or unreadable; opening it for real says which.
        Err(_) => Ok(()),
    }
}

fn has_pages(connection: &Connection) -> bool {
    connection.pragma_query_value(None, "page_count", |row| row.get(0)).is_ok_and(|pages: i64| pages > 0)
}

/// What is at the path, made if need be; `None` where it is damaged or of an old layout.
fn sound(path: &Path) -> Result<Option<(Connection, Id)>, StoreError> {
    files::check_kind(path)?;
    files::make_file(path)?;
    let failed = |error: rusqlite::Error| StoreError::of("open", path, error);
    match connect(path) {
        Err(error) if is_damage(&error) => Ok(None),
        Err(error) => Err(failed(error)),
        Ok((connection, identity)) => match identity.checked(path)? {
            Identity::Older(_) => Ok(None),
            identity => match made_ready(connection, identity) {
                Err(error) if is_damage_of_ours(&error) => Ok(None),
                ready => ready.map_err(failed),
            },
        },
    }
}

/// Opens it and changes nothing before it is known whose it is.
fn connect(path: &Path) -> rusqlite::Result<(Connection, Identity)> {
    // No URI: a name is a name, whatever it begins with.
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags)?;
    connection.busy_timeout(PATIENCE)?;
    // A protected file is opened without a word, and would be complained of only when something is written.
    if connection.is_readonly("main")? {
        return Err(failure(rusqlite::ffi::SQLITE_READONLY));
    }
    let identity = Identity::of(&connection)?;
    // What is protected only once it was read has a header that no `SQLite` of today writes.
    if connection.is_readonly("main")? {
        return Err(failure(rusqlite::ffi::SQLITE_CORRUPT));
    }
    Ok((connection, identity))
}

fn failure(code: i32) -> rusqlite::Error {
    rusqlite::Error::SqliteFailure(rusqlite::ffi::Error::new(code), None)
}

fn made_ready(mut connection: Connection, identity: Identity) -> rusqlite::Result<Option<(Connection, Id)>> {
    connection.pragma_update_and_check(None, "journal_mode", "WAL", |_| Ok(()))?;
    connection.pragma_update(None, "synchronous", "NORMAL")?;
    if identity == Identity::Empty {
        layout::lay_out(&mut connection)?;
    }
    Ok(layout::id(&connection)?.map(|id| (connection, id)))
}
