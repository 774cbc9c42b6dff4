//! A cache of judges' replies in one `SQLite` file, so that no request is sent and paid for twice.
//!
//! The cache may be lost at any time: a damaged file is renamed and a new one is created, which is reported to the
//! caller. Keys and times are arguments; the key of a request is computed in `pool`.

mod cache;
mod error;
mod files;
mod layout;
mod open_to_read;
mod open_to_write;
mod rows;
#[cfg(test)]
mod tests;

pub use cache::{Cache, OpenedCache};
pub use error::CacheError;
pub use open_to_write::PathOrigin;
pub use rows::CacheStats;
pub(crate) use rows::StoredReply;
