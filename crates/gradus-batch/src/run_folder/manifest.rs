//! The manifest of a run: its settings and its progress. It is written atomically and read before any other file.

use std::fs;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::own_file;
use crate::atomic_file::move_into_place;
use crate::error::BatchError;
use crate::input::InputDigest;
use gradus_core::model::{Fingerprint, FingerprintHasher};

/// Version of the manifest format that this program writes and reads.
pub(crate) const SCHEMA: u32 = 1;

/// The settings and the progress of a run.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    /// Version of the manifest format; always 1.
    pub schema: u32,
    /// Version of the program that wrote the manifest.
    pub gradus: String,
    /// The input, as it was named; for messages.
    pub input: String,
    /// The settings that all results in one file share.
    pub layout: ResultSettings,
    /// The bank, the judge and the columns of the answers.
    #[serde(rename = "by")]
    pub provenance: Provenance,
    /// The progress.
    pub state: State,
    /// The number of the journal and the results that are being written.
    pub generation: u32,
    /// Earlier generations, whose results are looked up by key and reused.
    #[serde(rename = "before")]
    pub earlier_generations: Vec<u32>,
    /// Length and checksum of the output that this run or an earlier one wrote; absent until an output is written.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub published: Option<Published>,
    /// Length and checksum of the next output, while it is moved into place.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub publishing: Option<Published>,
    /// Length and checksum of another file at the path of the output, which this run may replace.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub replaces: Option<Published>,
    /// Other files that the run wrote and may write again.
    pub reports: Vec<PathBuf>,
}

/// The bank, the judge and the columns of the answers. The result of each row depends on them, and only shards with the
/// same bank, judge and columns can be merged.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Provenance {
    /// The bank, as it was named.
    pub bank: String,
    /// Fingerprint of all files of the bank.
    pub fingerprint: String,
    /// Names of the id, question and answer columns, in this order.
    pub columns: Vec<String>,
    /// Fingerprint of the judges and of everything that their verdicts depend on; absent without judges.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub judge: Option<String>,
}

/// Length and checksum of an output.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Published {
    /// Length in bytes.
    pub bytes: u64,
    /// Checksum of these bytes.
    pub checksum: u32,
}

/// The progress of a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum State {
    /// Rows are missing.
    Running,
    /// All rows have results, and the output is written.
    Complete {
        /// Count and checksum of all rows that were read.
        input: InputDigest,
        /// Number of results.
        results: u64,
    },
}

/// The settings that all results in one file share: format, evidence, kept columns, grader, calibration and shard.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ResultSettings {
    /// `jsonl`, `csv` and so on.
    pub format: String,
    /// Level of detail of the evidence: `full`, `counts` or `none`; `none` for tables.
    pub evidence: String,
    /// Columns that are copied to the results.
    pub keep: Vec<String>,
    /// The heading of a table, with its line break; empty for other formats.
    pub head: String,
    /// The grader, with the version of its rules.
    pub grader: String,
    /// Fingerprint of the calibration of scores; absent without a calibration.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub calibration: Option<String>,
    /// The part of the rows; absent for all rows.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shard: Option<Shard>,
}

/// A part of the rows: every `of`-th row, starting with row `part`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Shard {
    /// Number of the part, from 1.
    pub part: u32,
    /// Number of all parts.
    pub of: u32,
}

impl Shard {
    /// Whether the shard contains the row with this number, counted from 0.
    pub fn has(self, row: u64) -> bool {
        row % u64::from(self.of) == u64::from(self.part - 1)
    }
}

impl ResultSettings {
    /// One hash of everything but the shard, because no result depends on that.
    pub(crate) fn fingerprint(&self) -> Fingerprint {
        let whole = Self { shard: None, ..self.clone() };
        let mut hasher = FingerprintHasher::new();
        // A struct of texts and lists can always be serialized as JSON.
        hasher.bytes(&serde_json::to_vec(&whole).unwrap_or_default());
        hasher.finish()
    }

    /// The differences between these earlier settings and later ones, each as a phrase: `format: csv before, tsv now`.
    pub fn differences(&self, other: &Self) -> Vec<String> {
        self.differences_as(other, ("before", "now"))
    }

    /// The differences between two sets of settings, each as a phrase. `words` are written after the value of this one and
    /// after that of the other.
    pub(crate) fn differences_as(&self, other: &Self, words: (&str, &str)) -> Vec<String> {
        let mut found = Vec::new();
        let is_same_format = self.format == other.format;
        let mut differ = |name: &str, one: String, two: String| {
            if one != two {
                found.push(format!("{name}: {one} {}, {two} {}", words.0, words.1));
            }
        };
        let listed = |names: &[String]| if names.is_empty() { "none".to_owned() } else { names.join(",") };
        let optional = |text: &Option<String>| text.clone().unwrap_or_else(|| "none".to_owned());
        let part = |shard: Option<Shard>| shard.map_or("all".to_owned(), |of| format!("{}/{}", of.part, of.of));
        // The heading is not compared, because it follows from the other fields and from the questions of the rows.
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
    /// When the file cannot be read, or was read and is damaged.
    pub(super) fn read(path: &Path) -> Result<Option<Self>, BatchError> {
        let text = match own_file::open(path).and_then(|mut file| read_all(&mut file)) {
            Ok(text) => text,
            Err(error) if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) => {
                return Ok(None);
            }
            Err(error) => return Err(BatchError::ManifestUnreadable { path: path.to_owned(), error }),
        };
        let damaged = |why: String| BatchError::ManifestDamaged { path: path.to_owned(), why };
        let manifest: Self = serde_json::from_slice(&text).map_err(|error| damaged(error.to_string()))?;
        let is_shard = |shard: &Shard| (1..=shard.of).contains(&shard.part);
        if manifest.schema != SCHEMA {
            return Err(damaged(format!(
                "its `schema` is {}, but this program reads schema {SCHEMA}",
                manifest.schema
            )));
        }
        if !manifest.layout.shard.as_ref().is_none_or(is_shard) || manifest.generation == u32::MAX {
            return Err(damaged("its shard or its generation is out of range".to_owned()));
        }
        Ok(Some(manifest))
    }

    /// Writes the manifest atomically.
    pub(super) fn write(&self, path: &Path) -> io::Result<()> {
        let text = serde_json::to_vec_pretty(self)?;
        let staged = path.with_extension("new");
        let mut file = own_file::create(&staged)?;
        io::Write::write_all(&mut file, &text)?;
        file.sync_all()?;
        move_into_place(&staged, path)
    }
}

fn read_all(file: &mut fs::File) -> io::Result<Vec<u8>> {
    let mut text = Vec::new();
    file.read_to_end(&mut text)?;
    Ok(text)
}
