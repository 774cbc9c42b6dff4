//! Whose a database is and how it is laid out: read from any, written into an empty one.

use std::path::Path;

use rusqlite::{Connection, Transaction, TransactionBehavior};

use super::error::StoreError;

/// "Grds", by which the file is known as ours.
pub(super) const APPLICATION: i32 = 0x4772_6473;
/// Counted up whenever the tables change.
const LAYOUT: i32 = 1;

/// What a database says of itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Identity {
    /// Nothing, for it is empty.
    Empty,
    /// Ours, and as it should be.
    Ours,
    /// Ours, of a version before this one.
    Older(i32),
    /// Ours, of a version after this one.
    Newer(i32),
    /// Another application's.
    Foreign(i32),
}

impl Identity {
    /// Reads it and changes nothing.
    pub(super) fn of(connection: &Connection) -> rusqlite::Result<Self> {
        let application = connection.pragma_query_value(None, "application_id", |row| row.get(0))?;
        let version = connection.pragma_query_value(None, "user_version", |row| row.get(0))?;
        Ok(match (application, version) {
            (APPLICATION, LAYOUT) => Self::Ours,
            (APPLICATION, ..LAYOUT) => Self::Older(version),
            (APPLICATION, _) => Self::Newer(version),
            (0, 0) if is_bare(connection)? => Self::Empty,
            _ => Self::Foreign(application),
        })
    }

    /// Refuses what is none of our business.
    ///
    /// # Errors
    /// A database of another application, or of a newer version.
    pub(super) fn checked(self, path: &Path) -> Result<Self, StoreError> {
        let path = || path.to_owned();
        match self {
            Self::Foreign(application) => Err(StoreError::Foreign { path: path(), application }),
            Self::Newer(version) => Err(StoreError::Newer { path: path(), version }),
            Self::Empty | Self::Ours | Self::Older(_) => Ok(self),
        }
    }
}

fn is_bare(connection: &Connection) -> rusqlite::Result<bool> {
    connection.query_row("SELECT count(*) = 0 FROM sqlite_schema", [], |row| row.get(0))
}

/// By what one database is told from the next that takes its place.
pub(super) type Id = [u8; 16];

/// Lays out an empty database, unless somebody else did so in the meantime.
pub(super) fn lay_out(connection: &mut Connection) -> rusqlite::Result<()> {
    let transaction = Transaction::new(connection, TransactionBehavior::Immediate)?;
    if Identity::of(&transaction)? == Identity::Empty {
        transaction.execute_batch(TABLES)?;
        transaction.pragma_update(None, "application_id", APPLICATION)?;
        transaction.pragma_update(None, "user_version", LAYOUT)?;
    }
    transaction.commit()
}

/// The id of a database that is laid out; `None` where a table is missing or is not as it should be.
pub(super) fn id(connection: &Connection) -> rusqlite::Result<Option<Id>> {
    let tables = "SELECT count(*) FROM sqlite_schema WHERE type = 'table' AND name IN ('about', 'reply', 'endpoint')";
    let tables: i64 = connection.query_row(tables, [], |row| row.get(0))?;
    if tables != 3 {
        return Ok(None);
    }
    let mut statement = connection.prepare("SELECT * FROM about")?;
    let mut rows = statement.query([])?;
    let Some(row) = rows.next()? else { return Ok(None) };
    Ok(row.get_ref(0)?.as_blob().ok().and_then(|id| id.try_into().ok()))
}

/// What is long stands last, so that counting the rest does not read it.
const TABLES: &str = "
    CREATE TABLE about (id BLOB NOT NULL) STRICT;
    INSERT INTO about VALUES (randomblob(16));
    CREATE TABLE reply (
        key BLOB NOT NULL UNIQUE,
        made INTEGER NOT NULL,
        flags INTEGER NOT NULL,
        prompt_tokens INTEGER NOT NULL,
        completion_tokens INTEGER NOT NULL,
        model TEXT NOT NULL,
        checksum BLOB NOT NULL,
        text BLOB NOT NULL
    ) STRICT;
    CREATE TABLE endpoint (name TEXT NOT NULL UNIQUE, checksum BLOB NOT NULL, known TEXT NOT NULL) STRICT;
";
