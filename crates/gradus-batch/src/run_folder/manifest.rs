//! [`Manifest`]: the settings and the progress of a run. It is written atomically, and read before any other file of the
//! run folder.

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
    /// Version of this format; 1.
    pub schema: u32,
    /// Version of the program that wrote the manifest.
    pub gradus: String,
    /// Name of the input for messages.
    pub input: String,
    /// The form of results.
    pub layout: ResultSettings,
    /// The bank, the judge, and the columns of answers.
    #[serde(rename = "by")]
    pub provenance: Provenance,
    /// The progress.
    pub state: RunState,
    /// The generation of the journal and the results to which the run writes.
    pub generation: u32,
    /// Earlier generations whose results are reused.
    #[serde(rename = "before")]
    pub earlier_generations: Vec<u32>,
    /// Length and checksum of the output that this run or an earlier one wrote; absent if there is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub published: Option<Published>,
    /// Length and checksum of the next output, while the results are moved to it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub publishing: Option<Published>,
    /// Length and checksum of a file of another program that this run may replace with the output.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub replaces: Option<Published>,
    /// Other files that the run wrote. A later run may overwrite them.
    pub reports: Vec<PathBuf>,
}

/// The bank, the judge, and the columns of answers. All parts of one output must have the same.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Provenance {
    /// Name of the bank.
    pub bank: String,
    /// One hash of all files of the bank.
    pub fingerprint: String,
    /// The columns of id, question and answer.
    pub columns: Vec<String>,
    /// One hash of the judge and of everything that its verdicts depend on; absent without a judge.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub judge: Option<String>,
}

/// Length and checksum of an output.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Published {
    /// Length in bytes.
    pub bytes: u64,
    /// CRC-32 of the output.
    pub checksum: u32,
}

/// The progress of a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RunState {
    /// Some rows do not have results yet.
    Running,
    /// All rows have results, and the output is written.
    Complete {
        /// Number and checksum of all rows of the input.
        input: InputDigest,
        /// Number of results.
        results: u64,
    },
}

/// Everything that results depend on besides rows and rubrics. Only results with the same layout can be in one file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ResultSettings {
    /// Name of the output format, such as `jsonl`.
    pub format: String,
    /// Level of detail of the evidence: `full`, `counts` or `none`; `none` for tables.
    pub evidence: String,
    /// Columns that are copied to the results.
    pub keep: Vec<String>,
    /// The header of a table, with its line break; empty in other formats.
    pub head: String,
    /// The grader, with the version of its rules.
    pub grader: String,
    /// Fingerprint of the calibration.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub calibration: Option<String>,
    /// The part of the rows that is graded; absent if all rows are graded.
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
    /// Whether a row belongs to the part. Rows are numbered from 0.
    pub fn has(self, row: u64) -> bool {
        row % u64::from(self.of) == u64::from(self.part - 1)
    }
}

impl ResultSettings {
    /// One hash of all fields except the shard, because results do not depend on the shard.
    pub(crate) fn fingerprint(&self) -> Fingerprint {
        let without_shard = Self { shard: None, ..self.clone() };
        let mut hasher = FingerprintHasher::new();
        // Serialisation cannot fail, because the fields are texts and lists.
        hasher.bytes(&serde_json::to_vec(&without_shard).unwrap_or_default());
        hasher.finish()
    }

    /// The differences between these earlier settings and later ones, each as a phrase: `format: csv before, tsv now`.
    pub fn differences(&self, other: &Self) -> Vec<String> {
        self.differences_as(other, "before", "now")
    }

    /// The differences between two sets of settings, each as a phrase. `own_word` is written after the value of this one,
    /// and `other_word` after that of the other.
    pub(crate) fn differences_as(&self, other: &Self, own_word: &str, other_word: &str) -> Vec<String> {
        let mut found = Vec::new();
        let is_same_format = self.format == other.format;
        let mut differ = |name: &str, one: String, two: String| {
            if one != two {
                found.push(format!("{name}: {one} {own_word}, {two} {other_word}"));
            }
        };
        let listed = |names: &[String]| if names.is_empty() { "none".to_owned() } else { names.join(",") };
        let optional = |text: &Option<String>| text.clone().unwrap_or_else(|| "none".to_owned());
        let part = |shard: Option<Shard>| shard.map_or("all".to_owned(), |of| format!("{}/{}", of.part, of.of));
        // The header is not compared, because it depends on the questions of the rows.
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
    /// Reads a manifest; `None` if the file does not exist.
    ///
    /// # Errors
    /// When the file cannot be read, or is damaged.
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
