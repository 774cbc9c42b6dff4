//! Files of a run that is not finished, so that no finished result is lost.
//!
//! The folder beside the output has a manifest with the settings of the run, a journal with a checksum per line, and the
//! results so far. The results become the output when all rows have one.

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

pub(super) use folder::RunFolder;
pub use folder::{Existing, beside as folder_of};
pub(super) use journal::{Entry, write as journal_line};
pub(super) use manifest::SCHEMA;
pub use manifest::{Manifest, Provenance, ResultSettings, Shard, State};
pub use publish::{Convert, OutputEncoding};
pub(super) use replay::{Place, Replay, Source};
pub use sink::{Durable, SyncHandle};
pub(super) use sink::{Sink, Written};
pub(super) use window::Windows;
