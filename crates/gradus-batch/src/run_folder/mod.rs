//! The run folder: files next to the output from which an interrupted run continues without losing a result.
//!
//! The folder has a manifest with the settings of the run, journals with a checksum in each line, and the results so far.
//! The results become the output when all rows have results.

mod folder;
mod journal;
mod journal_reader;
#[cfg(all(test, unix))]
mod link_tests;
mod lock;
mod manifest;
mod own_file;
mod publish;
mod sink;
mod window;

pub(super) use folder::RunFolder;
pub use folder::{ExistingOutput, folder_of};
pub(super) use journal::{Entry, append_line as append_journal_line};
pub(super) use journal_reader::{JournalPosition, JournalReader, SavedResults};
pub(super) use manifest::SCHEMA;
pub use manifest::{Manifest, Provenance, ResultSettings, RunState, Shard};
pub use publish::{ConvertResults, OutputEncoding};
pub use sink::{Durable, SyncToDisk};
pub(super) use sink::{RunningChecksum, Sink};
pub(super) use window::Windows;
