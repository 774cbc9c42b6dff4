//! What a run is: written whole, read before anything else.

use std::fs;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::own_file;
use crate::error::BatchError;
use crate::input::SummedUp;
use gradus_core::model::Fingerprint;

/// Layout of the manifest that this program writes and reads.
pub(crate) const SCHEMA: u32 = 1;

/// What a run is, and how far it has come.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    /// Layout of this object; 1.
    pub schema: u32,
    /// Version of the program that wrote it.
    pub gradus: String,
    /// What was read, as it was named; for people to see.
    pub input: String,
    /// How results are written.
    pub layout: Layout,
    /// By what answers were graded, and where it was read.
    pub by: By,
    /// How far it has come.
    pub state: State,
    /// The number of the journal and the results that are being written.
    pub generation: u32,
    /// Those of before, from which results are taken over.
    pub before: Vec<u32>,
    /// The output as this run, or one before, wrote it; absent where it is not written yet.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub published: Option<Published>,
    /// What the output is about to be, while results are moved there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub publishing: Option<Published>,
    /// Something else that stands in the place of the output and is to be replaced.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub replaces: Option<Published>,
    /// Other files that were written: they may be written again.
    pub reports: Vec<PathBuf>,
}

/// By what answers are graded, and where answers are read. Results rest on it row by row; parts of one whole must
/// have it in common.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct By {
    /// The bank, as it was named.
    pub bank: String,
    /// All that stands in it, as one hash.
    pub fingerprint: String,
    /// The columns of id, question and answer, and the question of rows that name none.
    pub columns: Vec<String>,
    /// The judge, with all that its verdicts rest on; absent where there is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub judge: Option<String>,
}

/// An output as it was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Published {
    /// How long it is.
    pub bytes: u64,
    /// Its checksum.
    pub checksum: u32,
}

/// How far a run has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum State {
    /// Rows are missing.
    Running,
    /// All rows are through, and the output is written.
    Complete {
        /// All rows that were read.
        input: SummedUp,
        /// How many results there are.
        results: u64,
    },
}

/// Everything about results that does not stand in rows or rubrics. Results of one layout can stand in one file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Layout {
    /// `jsonl`, `csv` and so on.
    pub format: String,
    /// How much of the evidence is written.
    pub evidence: String,
    /// Columns that are carried through.
    pub keep: Vec<String>,
    /// What stands above results: the heading of a table, with its line break, or nothing.
    pub head: String,
    /// Who grades, with the version of its rules.
    pub grader: String,
    /// The calibration that scores are brought to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub calibration: Option<String>,
    /// Which part of the rows.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shard: Option<Shard>,
}

/// A part of the rows: each `of`-th one, from the `part`-th on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Shard {
    /// From 1.
    pub part: u32,
    /// How many parts there are.
    pub of: u32,
}

impl Shard {
    /// Whether the row of that number, from 0, belongs to it.
    pub fn has(self, row: u64) -> bool {
        row % u64::from(self.of) == u64::from(self.part - 1)
    }
}

impl Layout {
    /// As one hash, which of the rows they are left out: a result does not rest on that.
    pub(crate) fn fingerprint(&self) -> Fingerprint {
        let whole = Self { shard: None, ..self.clone() };
        let mut hasher = blake3::Hasher::new();
        // A struct of texts and lists has a JSON form.
        hasher.update(&serde_json::to_vec(&whole).unwrap_or_default());
        Fingerprint(*hasher.finalize().as_bytes())
    }

    /// What differs between two layouts, in words.
    pub fn differences(&self, other: &Self) -> Vec<String> {
        let mut found = Vec::new();
        let is_same_format = self.format == other.format;
        let mut differ = |name: &str, one: String, two: String| {
            if one != two {
                found.push(format!("{name}: {one} before, {two} now"));
            }
        };
        let listed = |names: &[String]| if names.is_empty() { "none".to_owned() } else { names.join(",") };
        let optional = |text: &Option<String>| text.clone().unwrap_or_else(|| "none".to_owned());
        let part = |shard: Option<Shard>| shard.map_or("all".to_owned(), |of| format!("{}/{}", of.part, of.of));
        // What stands above results follows from the questions that rows are about.
        let Self { format, evidence, keep, head: _, grader, calibration, shard } = self;
        differ("format", format.clone(), other.format.clone());
        if is_same_format {
            differ("evidence", evidence.clone(), other.evidence.clone());
        }
        differ("kept columns", listed(keep), listed(&other.keep));
        differ("grader", grader.clone(), other.grader.clone());
        differ("calibration", optional(calibration), optional(&other.calibration));
        differ("shard", part(*shard), part(other.shard));
        found
    }
}

impl Manifest {
    /// Reads a manifest; `None` where there is none.
    ///
    /// # Errors
    /// A file that was read and is not a manifest is damage; everything else is an I/O error.
    pub(super) fn read(path: &Path) -> Result<Option<Self>, BatchError> {
        let text = match own_file::open(path).and_then(|mut file| read_all(&mut file)) {
            Ok(text) => text,
            Err(error) if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) => {
                return Ok(None);
            }
            Err(error) => return Err(BatchError::ManifestUnread { path: path.to_owned(), error }),
        };
        let damaged = |why: String| BatchError::Manifest { path: path.to_owned(), why };
        let manifest: Self = serde_json::from_slice(&text).map_err(|error| damaged(error.to_string()))?;
        let is_shard = |shard: &Shard| (1..=shard.of).contains(&shard.part);
        if manifest.schema != SCHEMA {
            return Err(damaged(format!("it has layout {}, this program reads {SCHEMA}", manifest.schema)));
        }
        if !manifest.layout.shard.as_ref().is_none_or(is_shard) || manifest.generation == u32::MAX {
            return Err(damaged("its numbers are not possible".to_owned()));
        }
        Ok(Some(manifest))
    }

    /// Writes it whole: at no moment is there half of it.
    pub(super) fn write(&self, path: &Path) -> io::Result<()> {
        let text = serde_json::to_vec_pretty(self)?;
        let folder = path.parent().unwrap_or(Path::new("."));
        let staged = path.with_extension("new");
        let mut file = own_file::create(&staged)?;
        io::Write::write_all(&mut file, &text)?;
        file.sync_all()?;
        fs::rename(&staged, path)?;
        sync_folder(folder)
    }
}

fn read_all(file: &mut fs::File) -> io::Result<Vec<u8>> {
    let mut text = Vec::new();
    file.read_to_end(&mut text)?;
    Ok(text)
}

/// Makes the names in a folder last.
pub(super) fn sync_folder(folder: &Path) -> io::Result<()> {
    if cfg!(unix) { fs::File::open(folder)?.sync_all() } else { Ok(()) }
}
