//! Merges the results of parts of one input, which were graded separately, into one output.

use std::fs;
use std::io::{self, IoSlice};
use std::path::{Path, PathBuf};

use super::error::{BatchError, PartsFault, PartsMismatch, disk_error};
use super::finished_row::{FinishedRow, RowObserver};
use super::input::InputDigest;
use super::run_folder::{
    ConvertResults, ExistingOutput, JournalReader, Manifest, OutputEncoding, ResultSettings, RunFolder, RunState,
    SCHEMA, Shard, Sink, append_journal_line,
};
use gradus_core::questions::{PreparedQuestion, Questions};

/// A merged output.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MergedOutput {
    /// The input of the parts, as the caller named it.
    pub input: String,
    /// The bank, as the caller named it.
    pub bank: String,
    /// The grader, with the version of its rules.
    pub grader: String,
    /// Number of results.
    pub results: u64,
    /// Whether a judge graded.
    pub is_judged: bool,
}

/// A part that is complete.
struct Part<'c> {
    folder: RunFolder<'c>,
    manifest: Manifest,
    shard: Shard,
}

/// Merges parts in the order of rows. `convert` converts results to an output format that is not text.
///
/// # Errors
/// When a part is missing, is given twice, is not complete, or belongs to another input or other settings, and when the
/// output exists and may not be replaced.
pub fn merge<'c>(
    parts: &[PathBuf],
    output: &Path,
    convert: Option<&'c ConvertResults<'c>>,
    existing: ExistingOutput,
    reports: Vec<PathBuf>,
    questions: &Questions,
    observe: &mut RowObserver<'_>,
) -> Result<MergedOutput, BatchError> {
    refuse_repeated(parts)?;
    let mut all = parts.iter().map(|path| Part::open(path, convert)).collect::<Result<Vec<_>, _>>()?;
    all.sort_by_key(|part| part.shard.part);
    check_parts(&all)?;
    let first = all.first().ok_or(PartsFault::None)?;
    let manifest = first.merged_manifest(reports);
    let folder = RunFolder::lock(output, OutputEncoding::of(output, convert))?;
    match write_merged(&folder, manifest, &all, existing, questions, observe) {
        Ok(merged) => Ok(merged),
        Err(error) => {
            folder.remove_if_unused();
            Err(error)
        }
    }
}

/// Refuses a file that is given twice, also through a link.
fn refuse_repeated(parts: &[PathBuf]) -> Result<(), PartsFault> {
    for (place, path) in parts.iter().enumerate() {
        let same = |other: &PathBuf| fs::canonicalize(other).ok() == fs::canonicalize(path).ok();
        if path.exists() && parts[..place].iter().any(same) {
            return Err(PartsFault::GivenTwice { path: path.clone() });
        }
    }
    Ok(())
}

impl<'c> Part<'c> {
    fn open(path: &Path, convert: Option<&'c ConvertResults<'c>>) -> Result<Self, BatchError> {
        let manifest =
            RunFolder::read_manifest_of(path)?.ok_or_else(|| PartsFault::NotAResult { path: path.to_owned() })?;
        let shard = manifest.layout.shard.ok_or_else(|| PartsFault::HasAllRows { path: path.to_owned() })?;
        let folder = RunFolder::lock(path, OutputEncoding::of(path, convert))?;
        if manifest.state == RunState::Running {
            return Err(PartsFault::Incomplete { path: path.to_owned() }.into());
        }
        if !folder.output().exists() {
            return Err(PartsFault::MissingFile { path: path.to_owned() }.into());
        }
        folder.check_output(&manifest)?;
        Ok(Self { folder, manifest, shard })
    }

    /// The settings of the results in the merged output.
    fn merged_layout(&self) -> ResultSettings {
        ResultSettings { shard: None, ..self.manifest.layout.clone() }
    }

    /// The manifest of the merged output, before it is written.
    fn merged_manifest(&self, reports: Vec<PathBuf>) -> Manifest {
        Manifest {
            schema: SCHEMA,
            gradus: env!("CARGO_PKG_VERSION").to_owned(),
            input: self.manifest.input.clone(),
            layout: self.merged_layout(),
            provenance: self.manifest.provenance.clone(),
            state: RunState::Running,
            generation: 1,
            earlier_generations: Vec::new(),
            published: None,
            publishing: None,
            replaces: None,
            reports,
        }
    }

    /// The difference that prevents a merge of this part and another one; `None` if they can be merged.
    fn mismatch_with(&self, other: &Self) -> Option<PartsMismatch> {
        if self.shard.of != other.shard.of {
            return Some(PartsMismatch::Counts { one: self.shard.of, other: other.shard.of });
        }
        if self.shard.part == other.shard.part {
            return Some(PartsMismatch::SamePart { part: self.shard.part });
        }
        let differences = self.merged_layout().differences_as(&other.merged_layout(), "in the first", "in the second");
        if !differences.is_empty() {
            return Some(PartsMismatch::Layouts { differences });
        }
        let (own, others) = (&self.manifest.provenance, &other.manifest.provenance);
        if own.fingerprint != others.fingerprint {
            return Some(PartsMismatch::Banks { one: own.bank.clone(), other: others.bank.clone() });
        }
        if own.columns != others.columns {
            return Some(PartsMismatch::Columns { one: own.columns.clone(), other: others.columns.clone() });
        }
        if own.judge != others.judge {
            return Some(PartsMismatch::Judges);
        }
        (input_digest(&self.manifest) != input_digest(&other.manifest)).then_some(PartsMismatch::Inputs)
    }
}

/// Maximum number of missing parts that a message lists.
const MAX_LISTED_PARTS: usize = 10;

/// Checks that `parts`, which are sorted by number, are all parts of one input, and each is given once.
fn check_parts(parts: &[Part<'_>]) -> Result<(), PartsFault> {
    let Some(first) = parts.first() else { return Ok(()) };
    let path = |part: &Part<'_>| part.folder.output().to_owned();
    for pair in parts.windows(2) {
        let [one, other] = pair else { continue };
        if let Some(why) = one.mismatch_with(other) {
            return Err(PartsFault::Mismatch { one: path(one), other: path(other), why });
        }
    }
    let of = first.shard.of;
    let is_there = |wanted: &u32| parts.iter().any(|part| part.shard.part == *wanted);
    let missing: Vec<u32> = (1..=of).filter(|wanted| !is_there(wanted)).take(MAX_LISTED_PARTS).collect();
    if missing.is_empty() { Ok(()) } else { Err(PartsFault::MissingParts { parts: missing, of }) }
}

/// Count and checksum of the rows of the undivided input; `None` if the run is not complete.
fn input_digest(manifest: &Manifest) -> Option<InputDigest> {
    match manifest.state {
        RunState::Running => None,
        RunState::Complete { input, .. } => Some(input),
    }
}

fn write_merged(
    folder: &RunFolder<'_>,
    mut manifest: Manifest,
    parts: &[Part<'_>],
    existing: ExistingOutput,
    questions: &Questions,
    observe: &mut RowObserver<'_>,
) -> Result<MergedOutput, BatchError> {
    let output = folder.output();
    let input = parts.first().and_then(|part| input_digest(&part.manifest));
    take_over(folder, &mut manifest, input, existing)?;
    let mut readers = readers_of(parts)?;
    let mut sink = folder.start_generation(&manifest)?;
    let results = interleave(&mut readers, &mut sink, questions, observe).map_err(disk_error("write", output))?;
    sink.sync().map_err(disk_error("write", output))?;
    let merged = MergedOutput {
        input: manifest.input.clone(),
        bank: manifest.provenance.bank.clone(),
        grader: manifest.layout.grader.clone(),
        is_judged: manifest.provenance.judge.is_some(),
        results,
    };
    let input = input.filter(|input| input.rows == results).ok_or(PartsFault::WrongResultCount)?;
    folder.complete(&mut manifest, input, results, sink.checksum())?;
    Ok(merged)
}

/// Makes `manifest` the next generation after an earlier merge of the same parts. Refuses to replace any other output
/// unless `existing.force` is set.
fn take_over(
    folder: &RunFolder<'_>,
    manifest: &mut Manifest,
    input: Option<InputDigest>,
    existing: ExistingOutput,
) -> Result<(), BatchError> {
    let known = match folder.manifest() {
        Err(BatchError::ManifestMissing { .. } | BatchError::ManifestDamaged { .. }) if existing.force => None,
        known => known?,
    };
    if let Some(known) = known {
        let is_same_merge =
            known.layout == manifest.layout && (known.state == RunState::Running || input_digest(&known) == input);
        if !is_same_merge && !existing.force {
            return Err(BatchError::OutputExists { output: folder.output().to_owned() });
        }
        manifest.generation = known.generation + 1;
        (manifest.published, manifest.publishing) = (known.published, known.publishing);
    }
    manifest.replaces = if existing.force { folder.existing_output()? } else { None };
    folder.check_output(manifest)
}

/// A reader for the results of each part, at the first entry.
fn readers_of(parts: &[Part<'_>]) -> Result<Vec<JournalReader>, BatchError> {
    let mut readers = Vec::with_capacity(parts.len());
    for part in parts {
        let saved = part.folder.saved_results(part.manifest.generation)?;
        let head = part.manifest.layout.head.as_bytes();
        let reader = JournalReader::open(&saved, head).map_err(disk_error("read", &saved.results))?;
        readers.push(reader.ok_or_else(|| BatchError::OutputChanged { output: part.folder.output().to_owned() })?);
    }
    Ok(readers)
}

/// Takes one row of each part in turn, because that is how rows were divided into parts.
fn interleave(
    parts: &mut [JournalReader],
    sink: &mut Sink<'_>,
    questions: &Questions,
    observe: &mut RowObserver<'_>,
) -> io::Result<u64> {
    let (mut results, mut line) = (0, Vec::new());
    'rows: loop {
        for part in &mut *parts {
            let Some((entry, _)) = part.next_entry()? else { break 'rows };
            line.clear();
            append_journal_line(&entry, &mut line)?;
            sink.append(&mut [IoSlice::new(part.result())], &line)?;
            results += 1;
            let named = questions.by_name(&entry.summary.question);
            let question = named.as_ref().as_ref().ok().and_then(|found| questions.prepare(found).ok());
            let question = question.map(PreparedQuestion::question);
            observe(FinishedRow {
                line: entry.line,
                id: &entry.id,
                summary: &entry.summary,
                question,
                found: None,
                is_question_unknown: false,
                is_new: true,
            })?;
        }
    }
    Ok(results)
}
