//! The owner and the table layout of a database: read from any file, written into an empty one.

use std::path::Path;

use rusqlite::{Connection, Transaction, TransactionBehavior};

use super::error::CacheError;

/// The application id of this program's databases: "Grds".
pub(super) const APPLICATION: i32 = 0x4772_6473;
/// Version of the table layout; it increases whenever the tables change.
const LAYOUT: i32 = 1;

/// The owner and layout version of a database.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Identity {
    /// The database is empty.
    Empty,
    /// The database belongs to this program and has the current layout.
    Ours,
    /// The database belongs to this program and has this older layout.
    Older(i32),
    /// The database belongs to this program and has this newer layout.
    Newer(i32),
    /// The database belongs to the application with this id.
    Foreign(i32),
}

impl Identity {
    /// Reads the identity without changing the database.
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

    /// Refuses databases that this version must not use.
    ///
    /// # Errors
    /// The database belongs to another application or has a newer layout.
    pub(super) fn checked(self, path: &Path) -> Result<Self, CacheError> {
        let path = || path.to_owned();
        match self {
            Self::Foreign(application) => Err(CacheError::Foreign { path: path(), application }),
            Self::Newer(version) => Err(CacheError::Newer { path: path(), version }),
            Self::Empty | Self::Ours | Self::Older(_) => Ok(self),
        }
    }
}

fn is_bare(connection: &Connection) -> rusqlite::Result<bool> {
    connection.query_row("SELECT count(*) = 0 FROM sqlite_schema", [], |row| row.get(0))
}

/// A random id that distinguishes a database from its replacement.
pub(super) type Id = [u8; 16];

/// Creates the tables of an empty database, unless another process did so in the meantime.
pub(super) fn create_tables(connection: &mut Connection) -> rusqlite::Result<()> {
    let transaction = Transaction::new(connection, TransactionBehavior::Immediate)?;
    if Identity::of(&transaction)? == Identity::Empty {
        transaction.execute_batch(TABLES)?;
        transaction.pragma_update(None, "application_id", APPLICATION)?;
        transaction.pragma_update(None, "user_version", LAYOUT)?;
    }
    transaction.commit()
}

/// The id of a database; `None` if a table is missing or invalid.
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

/// Long columns are last, so that counting the others does not read them.
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
