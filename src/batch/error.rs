//! Why a batch cannot go on.

use std::io;
use std::path::{Path, PathBuf};

use super::input::InputError;

/// Why a batch cannot go on. What was finished before is saved.
#[derive(Debug, thiserror::Error)]
pub enum BatchError {
    /// The input ends where it should not.
    #[error(transparent)]
    Input(#[from] InputError),
    /// A file cannot be read or written.
    #[error("cannot {doing} {}", .path.display())]
    Disk {
        /// What was tried.
        doing: &'static str,
        /// With which file.
        path: PathBuf,
        /// What the system says.
        #[source]
        error: io::Error,
    },
    /// Something stands where the output shall be.
    #[error("{} would be overwritten\nhint: choose another --output, or say --force", .output.display())]
    AlreadyThere {
        /// What.
        output: PathBuf,
    },
    /// What stands there was made in another way.
    #[error(
        "{} was made in another way: {}\nhint: choose another --output, or replace it with --restart",
        .output.display(), .differences.join("; ")
    )]
    Different {
        /// What.
        output: PathBuf,
        /// In which ways.
        differences: Vec<String>,
    },
    /// What stands there was changed by somebody.
    #[error(
        "{} was changed since it was written\nhint: choose another --output, or say --force to lose the changes",
        .output.display()
    )]
    Touched {
        /// What.
        output: PathBuf,
    },
    /// Another process is at work.
    #[error("another process writes {}\nhint: wait for it, or choose another --output", .output.display())]
    Busy {
        /// What it writes.
        output: PathBuf,
    },
    /// The manifest cannot be understood.
    #[error("{} cannot be understood: {error}\nhint: begin anew with --force, or delete the folder", .path.display())]
    Manifest {
        /// Which.
        path: PathBuf,
        /// Why.
        error: io::Error,
    },
    /// Parts that do not make a whole.
    #[error("{what}\nhint: give each part of one input once, graded by the same command but for --shard")]
    Parts {
        /// What is wrong with them.
        what: String,
    },
    /// Whoever grades cannot go on.
    #[error("{why}")]
    Halted {
        /// Why, and what to do.
        why: String,
    },
    /// There are no rows at all.
    #[error("{input} holds no answer\nhint: write one JSON object a line, or a table with a heading")]
    Empty {
        /// What was read.
        input: String,
    },
}

impl BatchError {
    /// Whether it ended a run that had begun, so that running again goes on from there.
    pub fn came_midway(&self) -> bool {
        matches!(self, Self::Input(_) | Self::Disk { .. } | Self::Halted { .. })
    }
}

/// Tells of a file what was tried with it.
pub(super) fn at(doing: &'static str, path: &Path) -> impl FnOnce(io::Error) -> BatchError {
    let path = path.to_owned();
    move |error| BatchError::Disk { doing, path, error }
}
