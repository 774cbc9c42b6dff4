//! Reasons why a batch cannot continue.

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

use super::catch_panic::Panicked;
use super::input::InputError;
use super::row::first_characters;
use gradus_core::judge::Halt;
use gradus_core::wording::counted;

/// The reason why a batch cannot continue. Results that were finished before the error are saved.
#[derive(Debug, thiserror::Error)]
#[allow(missing_docs, reason = "the message of each variant explains its fields")]
pub enum BatchError {
    /// The input cannot be opened, or reading fails before its end.
    #[error(transparent)]
    Input(#[from] InputError),
    /// A file cannot be read or written; `doing` completes "cannot".
    #[error("cannot {doing} {}", .path.display())]
    Disk {
        doing: &'static str,
        path: PathBuf,
        #[source]
        error: io::Error,
    },
    /// A file that is not a result of this run has the name of the output.
    #[error("{} would be overwritten", .output.display())]
    OutputExists { output: PathBuf },
    /// The output was written with other settings; each difference is a phrase.
    #[error("{} was written with other settings: {}", .output.display(), .differences.join("; "))]
    OtherSettings { output: PathBuf, differences: Vec<String> },
    /// Another program changed the output after it was written.
    #[error("{} was changed since it was written", .output.display())]
    OutputChanged { output: PathBuf },
    /// Another process holds the lock of the run folder.
    #[error("another process is writing {}", .output.display())]
    Busy { output: PathBuf },
    /// The folder contains results, but no manifest.
    #[error("{} is missing, although the folder contains results", .path.display())]
    ManifestMissing { path: PathBuf },
    /// The manifest was read and is damaged.
    #[error("{} is damaged: {why}", .path.display())]
    ManifestDamaged { path: PathBuf, why: String },
    /// The manifest cannot be read. It may be intact: the disk or the permissions may be the cause.
    #[error("cannot read {}: {error}", .path.display())]
    ManifestUnreadable { path: PathBuf, error: io::Error },
    /// Parts cannot be merged.
    #[error(transparent)]
    Parts(#[from] PartsFault),
    /// Code of this program panicked.
    #[error("the program failed {at}: {panicked}")]
    Panicked { at: PanicPlace, panicked: Panicked },
    /// The grader cannot continue.
    #[error("{0}")]
    Halted(Halt),
    /// The input has no rows.
    #[error("{input} has no answers")]
    Empty { input: String },
}

/// The reason why parts cannot be merged into one output.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[allow(missing_docs, reason = "the message of each variant explains its fields")]
pub enum PartsFault {
    #[error("no parts are given")]
    None,
    #[error("{} is given twice", .path.display())]
    GivenTwice { path: PathBuf },
    #[error("{0} is not the result of a part, or its folder {0}.gradus is missing", .path.display())]
    NotAResult { path: PathBuf },
    #[error("{} is not a part: it has the results of all rows", .path.display())]
    HasAllRows { path: PathBuf },
    #[error("{} is not complete", .path.display())]
    Incomplete { path: PathBuf },
    #[error("{} is missing", .path.display())]
    MissingFile { path: PathBuf },
    #[error("{} and {} do not belong together: {why}", .one.display(), .other.display())]
    Mismatch { one: PathBuf, other: PathBuf, why: PartsMismatch },
    /// Numbers of at most ten parts, from 1; `of` is the number of all parts.
    #[error("parts are missing: {}", .parts.iter().map(|part| format!("{part}/{of}")).collect::<Vec<_>>().join(", "))]
    MissingParts { parts: Vec<u32>, of: u32 },
    #[error("the parts together have fewer or more results than the input has rows")]
    WrongResultCount,
}

/// The reason why two parts do not belong together.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[allow(missing_docs, reason = "the message of each variant explains its fields")]
pub enum PartsMismatch {
    #[error("one is from a run with {one} parts, the other from a run with {other}")]
    Counts { one: u32, other: u32 },
    #[error("both are part {part}")]
    SamePart { part: u32 },
    #[error("{}", .differences.join("; "))]
    Layouts { differences: Vec<String> },
    #[error("they were graded by different banks, {one} and {other}")]
    Banks { one: String, other: String },
    #[error("they were read from different columns, {} and {}", .one.join(","), .other.join(","))]
    Columns { one: Vec<String>, other: Vec<String> },
    #[error("they were graded by different judges")]
    Judges,
    #[error("they were graded from different inputs")]
    Inputs,
}

impl BatchError {
    /// Whether the error ended a run that had started, so that the same command can continue it.
    pub fn is_resumable(&self) -> bool {
        matches!(self, Self::Input(_) | Self::Disk { .. } | Self::Panicked { .. } | Self::Halted(_))
    }

    /// How to resolve the error, without names of flags or commands; `None` if there is none.
    pub fn hint(&self) -> Option<&'static str> {
        match self {
            Self::Input(error) => error.hint(),
            Self::Disk { .. } | Self::Halted(_) => None,
            Self::OutputExists { .. } => Some("choose another output, or allow it to be overwritten"),
            Self::OtherSettings { .. } => Some("choose another output, or start again from the first row"),
            Self::OutputChanged { .. } => Some("choose another output, or allow the changes to be lost"),
            Self::Busy { .. } => Some("wait for that process, or choose another output"),
            Self::ManifestMissing { .. } => Some("to start again from the first row, remove the folder"),
            Self::ManifestDamaged { .. } => {
                Some("to start again from the first row, remove the folder that contains this file")
            }
            Self::ManifestUnreadable { .. } => {
                Some("finished results are kept; correct the cause, and run the same command again")
            }
            Self::Parts(fault) => Some(fault.hint()),
            Self::Panicked { at, .. } => Some(at.hint()),
            Self::Empty { .. } => Some("write one JSON object per line, or a table with a header"),
        }
    }
}

impl PartsFault {
    /// How to resolve the error, without names of flags or commands.
    pub fn hint(&self) -> &'static str {
        match self {
            Self::None | Self::GivenTwice { .. } | Self::Mismatch { .. } | Self::MissingParts { .. } => {
                "give each part of one input once, all graded with the same settings"
            }
            Self::NotAResult { .. } | Self::HasAllRows { .. } => "grade each part of the input on its own",
            Self::Incomplete { .. } | Self::MissingFile { .. } => "grade that part again: the run continues",
            Self::WrongResultCount => "grade the parts again",
        }
    }
}

/// Where a panic happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PanicPlace {
    /// While a row was graded or its result was formatted.
    Row {
        /// Line at which the row starts.
        line: u64,
        /// Id of the row, where it is known.
        id: Option<String>,
    },
    /// While rows were read.
    Reading {
        /// Number of rows that were read before.
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
            Self::Row { line, id: Some(id) } => write!(f, "at the row `{}` (line {line})", first_characters(id)),
            Self::Row { line, id: None } => write!(f, "at the row in line {line}"),
            Self::Reading { rows } => write!(f, "while reading, after {}", counted(*rows, "row")),
            Self::Writing => f.write_str("while writing results"),
            Self::Run => f.write_str("while running the batch"),
        }
    }
}

impl PanicPlace {
    fn hint(&self) -> &'static str {
        match self {
            Self::Row { .. } => {
                "report this fault with the row; finished results are kept, and without that row the same command \
                 continues"
            }
            Self::Reading { .. } => "report this fault with the input; finished results are kept",
            Self::Writing | Self::Run => {
                "report this fault; finished results are kept, and the same command continues from there"
            }
        }
    }
}

/// Adds the path and the failed operation to an I/O error. `doing` completes "cannot", as in "cannot write".
pub(super) fn disk_error(doing: &'static str, path: &Path) -> impl FnOnce(io::Error) -> BatchError {
    let path = path.to_owned();
    move |error| BatchError::Disk { doing, path, error }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn disk() -> io::Error {
        io::Error::other("no space")
    }

    fn panicked(at: PanicPlace) -> BatchError {
        BatchError::Panicked { at, panicked: Panicked { message: "oops".to_owned(), location: None } }
    }

    fn parts(fault: PartsFault) -> BatchError {
        BatchError::Parts(fault)
    }

    fn apart(why: PartsMismatch) -> BatchError {
        parts(PartsFault::Mismatch { one: "a".into(), other: "b".into(), why })
    }

    #[track_caller]
    fn check(table: Vec<(BatchError, &str, Option<&str>)>) {
        for (error, message, hint) in table {
            assert_eq!((error.to_string().as_str(), error.hint()), (message, hint));
        }
    }

    #[test]
    fn errors_of_inputs_and_outputs_have_messages_and_advice_without_flags() {
        let (path, output) = (|| PathBuf::from("m.json"), || PathBuf::from("out"));
        let text = str::to_owned;
        check(vec![
            (BatchError::Disk { doing: "write", path: path(), error: disk() }, "cannot write m.json", None),
            (
                BatchError::OutputExists { output: output() },
                "out would be overwritten",
                Some("choose another output, or allow it to be overwritten"),
            ),
            (
                BatchError::OtherSettings { output: output(), differences: vec![text("x"), text("y")] },
                "out was written with other settings: x; y",
                Some("choose another output, or start again from the first row"),
            ),
            (
                BatchError::OutputChanged { output: output() },
                "out was changed since it was written",
                Some("choose another output, or allow the changes to be lost"),
            ),
            (
                BatchError::Busy { output: output() },
                "another process is writing out",
                Some("wait for that process, or choose another output"),
            ),
            (
                BatchError::ManifestMissing { path: path() },
                "m.json is missing, although the folder contains results",
                Some("to start again from the first row, remove the folder"),
            ),
            (
                BatchError::ManifestDamaged { path: path(), why: text("it is empty") },
                "m.json is damaged: it is empty",
                Some("to start again from the first row, remove the folder that contains this file"),
            ),
            (
                BatchError::ManifestUnreadable { path: path(), error: disk() },
                "cannot read m.json: no space",
                Some("finished results are kept; correct the cause, and run the same command again"),
            ),
            (BatchError::Halted(Halt::Requested), "stopped", None),
            (
                BatchError::Empty { input: text("a.csv") },
                "a.csv has no answers",
                Some("write one JSON object per line, or a table with a header"),
            ),
        ]);
    }

    #[test]
    fn panics_are_reported_with_their_place() {
        let resumed = Some("report this fault; finished results are kept, and the same command continues from there");
        let skipped = Some(
            "report this fault with the row; finished results are kept, and without that row the same command continues",
        );
        let row = |id: Option<&str>| PanicPlace::Row { line: 3, id: id.map(str::to_owned) };
        check(vec![
            (panicked(row(Some("a"))), "the program failed at the row `a` (line 3): oops", skipped),
            (panicked(row(None)), "the program failed at the row in line 3: oops", skipped),
            (
                panicked(PanicPlace::Reading { rows: 7 }),
                "the program failed while reading, after 7 rows: oops",
                Some("report this fault with the input; finished results are kept"),
            ),
            (panicked(PanicPlace::Writing), "the program failed while writing results: oops", resumed),
            (panicked(PanicPlace::Run), "the program failed while running the batch: oops", resumed),
        ]);
    }

    #[test]
    fn parts_that_cannot_be_merged_are_refused_with_advice() {
        let path = || PathBuf::from("out");
        let together = Some("give each part of one input once, all graded with the same settings");
        let (alone, again) =
            (Some("grade each part of the input on its own"), Some("grade that part again: the run continues"));
        check(vec![
            (parts(PartsFault::None), "no parts are given", together),
            (parts(PartsFault::GivenTwice { path: path() }), "out is given twice", together),
            (
                parts(PartsFault::NotAResult { path: path() }),
                "out is not the result of a part, or its folder out.gradus is missing",
                alone,
            ),
            (
                parts(PartsFault::HasAllRows { path: path() }),
                "out is not a part: it has the results of all rows",
                alone,
            ),
            (parts(PartsFault::Incomplete { path: path() }), "out is not complete", again),
            (parts(PartsFault::MissingFile { path: path() }), "out is missing", again),
            (parts(PartsFault::MissingParts { parts: vec![2, 3], of: 4 }), "parts are missing: 2/4, 3/4", together),
            (
                parts(PartsFault::WrongResultCount),
                "the parts together have fewer or more results than the input has rows",
                Some("grade the parts again"),
            ),
        ]);
    }

    #[test]
    fn parts_that_do_not_belong_together_are_refused_with_the_reason() {
        let text = str::to_owned;
        for (why, message) in [
            (PartsMismatch::Counts { one: 2, other: 3 }, "one is from a run with 2 parts, the other from a run with 3"),
            (PartsMismatch::SamePart { part: 2 }, "both are part 2"),
            (
                PartsMismatch::Layouts { differences: vec![text("format: csv before, tsv now")] },
                "format: csv before, tsv now",
            ),
            (PartsMismatch::Banks { one: text("x"), other: text("y") }, "they were graded by different banks, x and y"),
            (
                PartsMismatch::Columns { one: vec![text("a"), text("b")], other: vec![text("c")] },
                "they were read from different columns, a,b and c",
            ),
            (PartsMismatch::Judges, "they were graded by different judges"),
            (PartsMismatch::Inputs, "they were graded from different inputs"),
        ] {
            assert_eq!(apart(why).to_string(), format!("a and b do not belong together: {message}"));
        }
    }
}
