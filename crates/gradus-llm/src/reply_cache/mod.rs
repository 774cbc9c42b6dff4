//! What judges replied, kept in one `SQLite` file, so that nothing is asked and paid for twice.
//!
//! It is a cache and may be lost at any time: what is damaged is set aside and begun anew, with a word to the caller.
//! It takes keys and times as arguments; what makes two requests the same is decided elsewhere.

mod cache;
mod error;
mod files;
mod layout;
mod open;
mod reading;
mod rows;
#[cfg(test)]
mod tests;

pub use cache::{Cache, Opened};
pub(crate) use error::StoreError;
pub use open::Place;
pub use rows::Stats;
pub(crate) use rows::Stored;
