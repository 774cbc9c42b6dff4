//! Why a batch cannot go on.

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

use super::caught::Panicked;
use super::input::InputError;
use super::row::short;

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
    /// The manifest was read and is damaged.
    #[error(
        "{} is damaged: {why}\nhint: --force starts again from the first row; so does removing the folder it is in",
        .path.display()
    )]
    Manifest {
        /// The manifest.
        path: PathBuf,
        /// What is wrong with it.
        why: String,
    },
    /// The manifest cannot be read now; nothing is known to be wrong with it.
    #[error("cannot read {}: {error}\nhint: finished results are kept; correct this, and run the same command again", .path.display())]
    ManifestUnread {
        /// The manifest.
        path: PathBuf,
        /// What the system says.
        error: io::Error,
    },
    /// Parts that do not make a whole.
    #[error("{what}\nhint: give each part of one input once, graded by the same command but for --shard")]
    Parts {
        /// What is wrong with them.
        what: String,
    },
    /// A part of the program panicked.
    #[error("the program failed {at}: {panicked}\nhint: {}", panic_hint(.at))]
    Panicked {
        /// At which row, or while doing what.
        at: PanicPlace,
        /// The panic.
        panicked: Panicked,
    },
    /// The grader cannot go on.
    #[error("{0}")]
    Halted(gradus_core::judge::Halt),
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
        matches!(self, Self::Input(_) | Self::Disk { .. } | Self::Panicked { .. } | Self::Halted(_))
    }
}

/// Where a panic happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PanicPlace {
    /// While this row was graded, or its result was made.
    Row {
        /// Line that the row begins at.
        line: u64,
        /// Id of the row, where it is known.
        id: Option<String>,
    },
    /// While rows were read after so many.
    Reading {
        /// Rows before it.
        rows: u64,
    },
    /// While results were written.
    Writing,
    /// Anywhere else in the run.
    Run,
}

impl fmt::Display for PanicPlace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Row { line, id: Some(id) } => write!(f, "at the row `{}` (line {line})", short(id)),
            Self::Row { line, id: None } => write!(f, "at the row in line {line}"),
            Self::Reading { rows } => write!(f, "while reading, after {rows} rows"),
            Self::Writing => f.write_str("while writing results"),
            Self::Run => f.write_str("while preparing the run"),
        }
    }
}

fn panic_hint(at: &PanicPlace) -> &'static str {
    match at {
        PanicPlace::Row { .. } => {
            "report this fault with the row; finished results are kept, and without that row the same command goes on"
        }
        PanicPlace::Reading { .. } => "report this fault with the input; finished results are kept",
        PanicPlace::Writing | PanicPlace::Run => {
            "report this fault; finished results are kept, and the same command goes on from there"
        }
    }
}

/// Tells of a file what was tried with it.
pub(super) fn at(doing: &'static str, path: &Path) -> impl FnOnce(io::Error) -> BatchError {
    let path = path.to_owned();
    move |error| BatchError::Disk { doing, path, error }
}
