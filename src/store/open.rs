//! Opens the database for writing: makes it where there is none, and sets it aside where it is damaged.
//!
//! All of that happens under a lock file, so that nobody opens a database half of whose files are renamed.

use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::{Connection, OpenFlags};

use super::error::{StoreError, is_damage, is_damage_of_ours};
use super::files;
use super::layout::{self, Id, Identity};

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

/// Opens or makes the database at a whole path. The one of the id `distrusted` counts as damaged; another may have
/// taken its place already.
pub(super) fn open(path: &Path, distrusted: Option<&Id>) -> Result<Writable, StoreError> {
    files::make_folder(path)?;
    let _lock = files::lock(path)?;
    if let Some((connection, id)) = sound(path)?
        && distrusted != Some(&id)
    {
        return Ok(Writable { connection, id, set_aside: None });
    }
    let set_aside = Some(files::set_aside(path)?);
    let (connection, id) = sound(path)?.ok_or_else(|| StoreError::Damaged { path: path.to_owned() })?;
    Ok(Writable { connection, id, set_aside })
}

/// What is at the path, made if need be; `None` where it is damaged or of an old layout.
fn sound(path: &Path) -> Result<Option<(Connection, Id)>, StoreError> {
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
