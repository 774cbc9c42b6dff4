//! What a run leaves on disk while it goes on, so that nothing finished is lost.
//!
//! Beside the output stands a folder: a manifest that says what the run is, a journal with a checksum a
//! line, and the results as far as they have come. They become the output when all rows are through.

mod existing;
mod folder;
mod journal;
#[cfg(all(test, unix))]
mod link_tests;
mod lock;
mod manifest;
mod own_file;
mod publish;
mod replay;
mod sink;
mod window;

pub use existing::Existing;
pub(super) use folder::RunFolder;
pub use folder::beside as folder_of;
pub(super) use journal::{Entry, write as journal_line};
pub(super) use manifest::SCHEMA;
pub use manifest::{By, Layout, Manifest, Shard, State};
pub use publish::{Convert, Stored};
pub(super) use replay::{Place, Replay, Source};
pub use sink::{Durable, Keep};
pub(super) use sink::{Sink, Written};
pub(super) use window::Windows;
