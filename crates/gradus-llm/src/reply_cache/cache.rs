//! The public operations of the cache. Any number of threads and processes may share the file.
//!
//! If a database that is open for writing turns out to be damaged during an operation, it is replaced, at most
//! once per opened cache.

use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use rusqlite::Connection;

use super::error::{CacheError, is_damage_in_cache};
use super::layout::Id;
use super::open_to_write::PathOrigin;
use super::rows::{self, CacheStats, StoredReply};
use super::{files, open_to_read, open_to_write};

/// The replies of judges by the key of their request, and the known dialects of endpoints.
#[derive(Debug)]
pub struct Cache {
    path: PathBuf,
    state: Mutex<State>,
}

/// The result of opening a cache.
#[derive(Debug)]
pub struct OpenedCache {
    /// The cache, open for reading and writing.
    pub cache: Cache,
    /// The new path of the previous file, if that was damaged or had an old layout.
    pub set_aside: Option<PathBuf>,
}

#[derive(Debug)]
struct State {
    /// `None` if the damaged database was closed and no new database could be opened.
    connection: Option<Connection>,
    access: Access,
}

#[derive(Debug)]
enum Access {
    /// `set_aside` is the new path of a database that was found damaged since the cache was opened.
    Write { id: Id, origin: PathOrigin, set_aside: Option<PathBuf>, is_renewed: bool },
    /// See [`open_to_read::Readable`].
    Read { is_unlocked: bool },
}

impl Cache {
    /// Opens the database, or creates it with its folder. A database that is damaged or has an old layout is renamed to
    /// `<name>.damaged-<n>` first. An empty file becomes a new database.
    ///
    /// # Errors
    /// The file is a database of another application or of a newer version, the file at a chosen path is not a cache, or
    /// the file cannot be read and written. In all these cases the file is not changed.
    pub fn open(path: &Path, origin: PathOrigin) -> Result<OpenedCache, CacheError> {
        let path = files::absolute(path)?;
        let open_to_write::Writable { connection, id, set_aside } = open_to_write::open(&path, origin, None)?;
        let access = Access::Write { id, origin, set_aside: None, is_renewed: false };
        let state = Mutex::new(State { connection: Some(connection), access });
        Ok(OpenedCache { cache: Self { path, state }, set_aside })
    }

    /// Opens the database for reading only, without creating or changing a file; `None` if the file is missing or empty.
    ///
    /// # Errors
    /// The errors of [`Cache::open`], or a database that is damaged or has an old layout.
    pub fn open_to_read(path: &Path, origin: PathOrigin) -> Result<Option<Self>, CacheError> {
        let path = files::absolute(path)?;
        files::check_kind(&path)?;
        open_to_write::check_owner(&path, origin)?;
        let Some(open_to_read::Readable { connection, is_unlocked }) = open_to_read::open(&path)? else {
            return Ok(None);
        };
        let state = State { connection: Some(connection), access: Access::Read { is_unlocked } };
        Ok(Some(Self { path, state: Mutex::new(state) }))
    }

    /// The reply that is stored under a key. A reply with a wrong checksum is a cache miss, and is deleted if the
    /// cache is open for writing.
    pub fn get(&self, key: &[u8; 32]) -> Result<Option<StoredReply>, CacheError> {
        let Some(raw) = self.read(|connection| rows::find(connection, key))? else { return Ok(None) };
        let found = raw.checked(key);
        if found.content.is_none() && self.may_write() {
            self.write(|connection| rows::delete(connection, key, &found.checksum))?;
        }
        Ok(found.content)
    }

    /// Stores the reply of `model` under a key; `now` is the time in Unix seconds. Replaces an earlier reply.
    ///
    /// # Errors
    /// The file cannot be written; earlier replies are unchanged.
    pub fn put(&self, key: &[u8; 32], model: &str, now: u64, reply: &StoredReply) -> Result<(), CacheError> {
        let checksum = rows::checksum(key, model, now, reply);
        self.write(|connection| rows::put(connection, key, model, now, reply, &checksum))
    }

    /// The text that is stored about an endpoint. A text with a wrong checksum is handled as in [`Self::get`].
    pub fn endpoint(&self, name: &str) -> Result<Option<String>, CacheError> {
        let Some(found) = self.read(|connection| rows::find_endpoint(connection, name))? else { return Ok(None) };
        if found.content.is_none() && self.may_write() {
            self.write(|connection| rows::delete_endpoint(connection, name, &found.checksum))?;
        }
        Ok(found.content)
    }

    /// Stores a short text about an endpoint. Replaces an earlier text.
    pub fn remember_endpoint(&self, name: &str, known: &str) -> Result<(), CacheError> {
        self.write(|connection| rows::put_endpoint(connection, name, known))
    }

    /// The numbers of replies and tokens, and the size of the files.
    pub fn stats(&self) -> Result<CacheStats, CacheError> {
        let stats = self.read(rows::stats)?;
        Ok(CacheStats { bytes: files::bytes(&self.path), ..stats })
    }

    /// Deletes all replies and endpoints and shrinks the file; returns the number of deleted replies.
    ///
    /// # Errors
    /// The file cannot be written. If only shrinking fails, everything is still deleted.
    pub fn clear(&self) -> Result<u64, CacheError> {
        self.write(rows::clear)
    }

    /// The new path of a database that was found damaged since the cache was opened.
    pub fn set_aside_path(&self) -> Option<PathBuf> {
        match &self.state().access {
            Access::Write { set_aside, .. } => set_aside.clone(),
            Access::Read { .. } => None,
        }
    }

    fn may_write(&self) -> bool {
        matches!(self.state().access, Access::Write { .. })
    }

    fn read<T>(&self, operation: impl Fn(&Connection) -> rusqlite::Result<T>) -> Result<T, CacheError> {
        self.run("read", operation)
    }

    fn write<T>(&self, operation: impl Fn(&Connection) -> rusqlite::Result<T>) -> Result<T, CacheError> {
        if !self.may_write() {
            return Err(CacheError::ReadOnly { path: self.path.clone() });
        }
        self.run("write", operation)
    }

    /// Performs an operation, and repeats it with a new database if the current one is damaged.
    fn run<T>(
        &self,
        action: &'static str,
        operation: impl Fn(&Connection) -> rusqlite::Result<T>,
    ) -> Result<T, CacheError> {
        let mut state = self.state();
        state.reopen_if_written(&self.path)?;
        let tried = operation(state.connection(&self.path)?);
        let done = match tried {
            Err(error) if is_damage_in_cache(&error) && state.may_renew() => {
                state.renew(&self.path)?;
                operation(state.connection(&self.path)?)
            }
            tried => tried,
        };
        done.map_err(|error| CacheError::of(action, &self.path, error))
    }

    /// Ignores poisoning, because a transaction is rolled back when it is dropped.
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Runs an operation on the connection, so that a test can damage the database.
    #[cfg(test)]
    pub(super) fn with_connection<T>(
        &self,
        operation: impl Fn(&Connection) -> rusqlite::Result<T>,
    ) -> Result<T, CacheError> {
        self.run("damage", operation)
    }
}

impl State {
    fn connection(&self, path: &Path) -> Result<&Connection, CacheError> {
        self.connection.as_ref().ok_or_else(|| CacheError::Damaged { path: path.to_owned() })
    }

    fn may_renew(&self) -> bool {
        matches!(self.access, Access::Write { is_renewed: false, .. })
    }

    /// Replaces the connection to a damaged database with one to a good database, which another process may have created.
    fn renew(&mut self, path: &Path) -> Result<(), CacheError> {
        let Access::Write { id, origin, set_aside, is_renewed } = &mut self.access else { return Ok(()) };
        *is_renewed = true;
        // The connection is closed before the file is renamed, because some systems do not rename open files.
        self.connection = None;
        let writable = open_to_write::open(path, *origin, Some(id))?;
        (*id, *set_aside) = (writable.id, writable.set_aside);
        self.connection = Some(writable.connection);
        Ok(())
    }

    /// Opens the database again, with locks, if it is read without locks and another process may have started to write
    /// to it.
    fn reopen_if_written(&mut self, path: &Path) -> Result<(), CacheError> {
        if matches!(self.access, Access::Read { is_unlocked: true })
            && open_to_read::is_written(path)
            && let Some(readable) = open_to_read::open(path)?
        {
            self.connection = Some(readable.connection);
            self.access = Access::Read { is_unlocked: readable.is_unlocked };
        }
        Ok(())
    }
}
