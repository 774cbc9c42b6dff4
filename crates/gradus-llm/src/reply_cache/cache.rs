//! The cache as its users see it: each call is one transaction, from any thread, beside any number of processes.
//!
//! Where the database turns out damaged while it is used, it is set aside and a new one takes its place, once.

use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use rusqlite::Connection;

use super::error::{StoreError, is_damage_of_ours};
use super::layout::Id;
use super::open::Place;
use super::rows::{self, Stats, Stored};
use super::{files, open, reading};

/// The replies of judges by the key of their request, and what is known of endpoints.
#[derive(Debug)]
pub struct Cache {
    path: PathBuf,
    state: Mutex<State>,
}

/// A cache that was just opened.
#[derive(Debug)]
pub struct Opened {
    /// It.
    pub cache: Cache,
    /// Where the file is now that was there, where that was damaged or of an old layout.
    pub set_aside: Option<PathBuf>,
}

#[derive(Debug)]
struct State {
    /// None where the damaged database was closed and no other could be opened.
    connection: Option<Connection>,
    access: Access,
}

#[derive(Debug)]
enum Access {
    /// With what is known of the database, and where one before it was put since it was opened.
    Write { id: Id, place: Place, set_aside: Option<PathBuf>, is_renewed: bool },
    /// See [`reading::Readable`].
    Read { is_at_rest: bool },
}

impl Cache {
    /// Opens the database, or makes it with its folder. One that is damaged or of an old layout is renamed to
    /// `<name>.damaged-<n>` first. An empty file is used as it is.
    ///
    /// # Errors
    /// A database of another application or of a newer version, any other file at a chosen place, and what cannot be
    /// read and written. None of these is changed.
    pub fn open(path: &Path, place: Place) -> Result<Opened, StoreError> {
        let path = files::whole(path)?;
        let open::Writable { connection, id, set_aside } = open::open(&path, place, None)?;
        let access = Access::Write { id, place, set_aside: None, is_renewed: false };
        let state = Mutex::new(State { connection: Some(connection), access });
        Ok(Opened { cache: Self { path, state }, set_aside })
    }

    /// Opens what is there for reading, and makes and changes no file; `None` where nothing is there, or an empty file.
    ///
    /// # Errors
    /// As [`Cache::open`], and where the database is damaged or of an old layout.
    pub fn open_to_read(path: &Path, place: Place) -> Result<Option<Self>, StoreError> {
        let path = files::whole(path)?;
        files::check_kind(&path)?;
        open::check_owner(&path, place)?;
        let Some(reading::Readable { connection, is_at_rest }) = reading::open(&path)? else { return Ok(None) };
        let state = State { connection: Some(connection), access: Access::Read { is_at_rest } };
        Ok(Some(Self { path, state: Mutex::new(state) }))
    }

    /// The reply of a key. One that is not as it was put counts as absent, and is forgotten.
    pub fn get(&self, key: &[u8; 32]) -> Result<Option<Stored>, StoreError> {
        let Some(raw) = self.read(|connection| rows::find(connection, key))? else { return Ok(None) };
        let found = raw.checked(key);
        if found.whole.is_none() && self.may_write() {
            self.write(|connection| rows::forget(connection, key, &found.checksum))?;
        }
        Ok(found.whole)
    }

    /// Keeps the reply of a key, made by `model` at `now` in Unix seconds, in place of one that is there.
    ///
    /// # Errors
    /// Where it cannot be written; what was kept before is as it was.
    pub fn put(&self, key: &[u8; 32], model: &str, now: u64, reply: &Stored) -> Result<(), StoreError> {
        let checksum = rows::checksum(key, model, now, reply);
        self.write(|connection| rows::put(connection, (key, model, now, reply), &checksum))
    }

    /// What is known of an endpoint.
    pub fn endpoint(&self, name: &str) -> Result<Option<String>, StoreError> {
        let Some(found) = self.read(|connection| rows::find_endpoint(connection, name))? else { return Ok(None) };
        if found.whole.is_none() && self.may_write() {
            self.write(|connection| rows::forget_endpoint(connection, name, &found.checksum))?;
        }
        Ok(found.whole)
    }

    /// Keeps what is known of an endpoint, a short text, in place of what was known.
    pub fn remember_endpoint(&self, name: &str, known: &str) -> Result<(), StoreError> {
        self.write(|connection| rows::put_endpoint(connection, name, known))
    }

    /// Counts what is kept.
    pub fn stats(&self) -> Result<Stats, StoreError> {
        let stats = self.read(rows::stats)?;
        Ok(Stats { bytes: files::bytes(&self.path), ..stats })
    }

    /// Forgets all replies and endpoints, and gives the space back; says how many replies there were.
    ///
    /// # Errors
    /// Where it cannot be written. If only the space could not be given back, all is forgotten nevertheless.
    pub fn clear(&self) -> Result<u64, StoreError> {
        self.write(rows::clear)
    }

    /// Where the database is now that turned out damaged since the cache was opened.
    pub fn was_set_aside(&self) -> Option<PathBuf> {
        match &self.state().access {
            Access::Write { set_aside, .. } => set_aside.clone(),
            Access::Read { .. } => None,
        }
    }

    fn may_write(&self) -> bool {
        matches!(self.state().access, Access::Write { .. })
    }

    fn read<T>(&self, work: impl Fn(&Connection) -> rusqlite::Result<T>) -> Result<T, StoreError> {
        self.run("read", work)
    }

    fn write<T>(&self, work: impl Fn(&Connection) -> rusqlite::Result<T>) -> Result<T, StoreError> {
        if !self.may_write() {
            return Err(StoreError::ForReading { path: self.path.clone() });
        }
        self.run("write", work)
    }

    /// Does the work, if need be again with a new database.
    fn run<T>(&self, doing: &'static str, work: impl Fn(&Connection) -> rusqlite::Result<T>) -> Result<T, StoreError> {
        let mut state = self.state();
        state.follow(&self.path)?;
        let tried = work(state.connection(&self.path)?);
        let done = match tried {
            Err(error) if is_damage_of_ours(&error) && state.may_renew() => {
                state.renew(&self.path)?;
                work(state.connection(&self.path)?)
            }
            tried => tried,
        };
        done.map_err(|error| StoreError::of(doing, &self.path, error))
    }

    /// A thread that panicked left no transaction behind: each is rolled back when dropped.
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The connection itself, to spoil things with.
    #[cfg(test)]
    pub(super) fn with<T>(&self, work: impl Fn(&Connection) -> rusqlite::Result<T>) -> Result<T, StoreError> {
        self.run("spoil", work)
    }
}

impl State {
    fn connection(&self, path: &Path) -> Result<&Connection, StoreError> {
        self.connection.as_ref().ok_or_else(|| StoreError::Damaged { path: path.to_owned() })
    }

    fn may_renew(&self) -> bool {
        matches!(self.access, Access::Write { is_renewed: false, .. })
    }

    /// Replaces the connection to a damaged database by one to a sound database, whoever made that.
    fn renew(&mut self, path: &Path) -> Result<(), StoreError> {
        let Access::Write { id, place, set_aside, is_renewed } = &mut self.access else { return Ok(()) };
        *is_renewed = true;
        // Closed before it is renamed: not every system renames a file that is open.
        self.connection = None;
        let writable = open::open(path, *place, Some(id))?;
        (*id, *set_aside) = (writable.id, writable.set_aside);
        self.connection = Some(writable.connection);
        Ok(())
    }

    /// Where somebody began to write a database that was read at rest, reads it with locks from now on.
    fn follow(&mut self, path: &Path) -> Result<(), StoreError> {
        if matches!(self.access, Access::Read { is_at_rest: true })
            && reading::is_at_work(path)
            && let Some(readable) = reading::open(path)?
        {
            self.connection = Some(readable.connection);
            self.access = Access::Read { is_at_rest: readable.is_at_rest };
        }
        Ok(())
    }
}
