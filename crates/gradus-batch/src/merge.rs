//! Parts of one input, graded apart, become one output.

use std::io::{self, IoSlice};
use std::path::{Path, PathBuf};

use super::error::{BatchError, at};
use super::input::SummedUp;
use super::order::{Observe, Through};
use super::run_folder::{
    Convert, Existing, Layout, Manifest, Replay, RunFolder, SCHEMA, Shard, Sink, State, Stored, journal_line,
};
use gradus_core::questions::{PreparedQuestion, Questions};

/// What was joined.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Merged {
    /// What the parts were made of, as it was named.
    pub input: String,
    /// By which bank, as it was named.
    pub bank: String,
    /// Who graded.
    pub grader: String,
    /// How many results there are.
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

/// Joins parts in the order of rows; `convert` is what results need that are no text.
///
/// # Errors
/// When parts are missing, stand there twice, are not complete, or are not of one input.
pub fn merge<'c>(
    parts: &[PathBuf],
    output: &Path,
    convert: Option<&'c Convert<'c>>,
    (existing, reports): (Existing, Vec<PathBuf>),
    questions: &Questions,
    observe: &mut Observe<'_>,
) -> Result<Merged, BatchError> {
    for (place, path) in parts.iter().enumerate() {
        let same = |other: &PathBuf| std::fs::canonicalize(other).ok() == std::fs::canonicalize(path).ok();
        if path.exists() && parts[..place].iter().any(same) {
            return Err(refuse(&format!("{} is given twice", path.display())));
        }
    }
    let mut all = parts.iter().map(|path| Part::open(path, convert)).collect::<Result<Vec<_>, _>>()?;
    all.sort_by_key(|part| part.shard.part);
    check(&all)?;
    let Some(first) = all.first() else { return Err(refuse("no parts")) };
    let manifest = Manifest {
        schema: SCHEMA,
        gradus: env!("CARGO_PKG_VERSION").to_owned(),
        input: first.manifest.input.clone(),
        layout: first.whole_layout(),
        by: first.manifest.by.clone(),
        state: State::Running,
        generation: 1,
        before: Vec::new(),
        published: None,
        publishing: None,
        replaces: None,
        reports,
    };
    let folder = RunFolder::hold(output, Stored::of(output, convert))?;
    match join(&folder, manifest, &all, existing, questions, observe) {
        Ok(merged) => Ok(merged),
        Err(error) => {
            folder.leave();
            Err(error)
        }
    }
}

impl<'c> Part<'c> {
    fn open(path: &Path, convert: Option<&'c Convert<'c>>) -> Result<Self, BatchError> {
        let shown = path.display();
        let Some(manifest) = RunFolder::peek(path)? else {
            let told = format!("{shown} is no result of `gradus batch --shard`, or its folder {shown}.gradus is gone");
            return Err(refuse(&told));
        };
        let Some(shard) = manifest.layout.shard else {
            return Err(refuse(&format!("{shown} is no part: it was graded without --shard")));
        };
        let folder = RunFolder::hold(path, Stored::of(path, convert))?;
        if manifest.state == State::Running {
            return Err(refuse(&format!("{shown} is not complete: run its command again")));
        }
        if !folder.output().exists() {
            return Err(refuse(&format!("{shown} is gone: run its command again")));
        }
        folder.check_output(&manifest)?;
        Ok(Self { folder, manifest, shard })
    }

    /// The layout of all parts together.
    fn whole_layout(&self) -> Layout {
        Layout { shard: None, ..self.manifest.layout.clone() }
    }
}

/// All parts of one input, each once.
fn check(parts: &[Part<'_>]) -> Result<(), BatchError> {
    let Some(first) = parts.first() else { return Ok(()) };
    let name = |part: &Part<'_>| format!("{}", part.folder.output().display());
    for pair in parts.windows(2) {
        let [one, other] = pair else { continue };
        let apart = |why: &str| refuse(&format!("{} and {} do not belong together: {why}", name(one), name(other)));
        if one.shard.of != other.shard.of {
            return Err(apart(&format!("one is of {} parts, the other of {}", one.shard.of, other.shard.of)));
        }
        if one.shard.part == other.shard.part {
            return Err(apart(&format!("both are part {}", one.shard.part)));
        }
        let differences = one.whole_layout().differences(&other.whole_layout());
        if !differences.is_empty() {
            return Err(apart(&differences.join("; ").replace(" before", " there").replace(" now", " here")));
        }
        let (by, and) = (&one.manifest.by, &other.manifest.by);
        if by.fingerprint != and.fingerprint {
            return Err(apart(&format!("they were graded by different banks, {} and {}", by.bank, and.bank)));
        }
        if by.columns != and.columns {
            return Err(apart(&format!("columns {} there, {} here", by.columns.join(","), and.columns.join(","))));
        }
        if by.judge != and.judge {
            return Err(apart("they were graded by different judges"));
        }
        if of_input(&one.manifest) != of_input(&other.manifest) {
            return Err(apart("they were made of different inputs"));
        }
    }
    let missing: Vec<String> = (1..=first.shard.of)
        .filter(|wanted| parts.iter().all(|part| part.shard.part != *wanted))
        .map(|part| format!("{part}/{}", first.shard.of))
        .take(10)
        .collect();
    if missing.is_empty() { Ok(()) } else { Err(refuse(&format!("parts are missing: {}", missing.join(", ")))) }
}

fn of_input(manifest: &Manifest) -> Option<SummedUp> {
    match manifest.state {
        State::Running => None,
        State::Complete { input, .. } => Some(input),
    }
}

fn join(
    folder: &RunFolder<'_>,
    mut manifest: Manifest,
    parts: &[Part<'_>],
    existing: Existing,
    questions: &Questions,
    observe: &mut Observe<'_>,
) -> Result<Merged, BatchError> {
    let output = folder.output();
    let known = match folder.manifest() {
        Err(BatchError::Manifest { .. }) if existing.force => None,
        known => known?,
    };
    if let Some(known) = known {
        let is_of_these = known.layout == manifest.layout
            && (known.state == State::Running
                || of_input(&known) == parts.first().and_then(|part| of_input(&part.manifest)));
        if !is_of_these && !existing.force {
            return Err(BatchError::AlreadyThere { output: output.to_owned() });
        }
        manifest.generation = known.generation + 1;
        (manifest.published, manifest.publishing) = (known.published, known.publishing);
    }
    manifest.replaces = if existing.force { folder.there()? } else { None };
    folder.check_output(&manifest)?;
    let mut replays = Vec::new();
    for part in parts {
        let source = part.folder.source(part.manifest.generation)?;
        let head = part.manifest.layout.head.as_bytes();
        let replay = Replay::open(&source, head).map_err(at("read", &source.data))?;
        replays.push(replay.ok_or_else(|| BatchError::Touched { output: part.folder.output().to_owned() })?);
    }
    let mut sink = folder.begin(&manifest)?;
    let results = interleave(&mut replays, &mut sink, questions, observe).map_err(at("write", output))?;
    sink.keep().map_err(at("write", output))?;
    let merged = Merged {
        input: manifest.input.clone(),
        bank: manifest.by.bank.clone(),
        grader: manifest.layout.grader.clone(),
        is_judged: manifest.by.judge.is_some(),
        results,
    };
    let input = parts.first().and_then(|part| of_input(&part.manifest));
    let Some(input) = input.filter(|input| input.rows == results) else {
        return Err(refuse("the parts together have not as many results as the input has rows: grade them again"));
    };
    folder.finish(&mut manifest, (input, results), sink.written())?;
    Ok(merged)
}

/// One row of each part in turn: that is how they were dealt.
fn interleave(
    parts: &mut [Replay],
    sink: &mut Sink<'_>,
    questions: &Questions,
    observe: &mut Observe<'_>,
) -> io::Result<u64> {
    let (mut results, mut line) = (0, Vec::new());
    'rows: loop {
        for part in &mut *parts {
            let Some((entry, _)) = part.next()? else { break 'rows };
            line.clear();
            journal_line(&entry, &mut line)?;
            sink.append(&mut [IoSlice::new(part.bytes())], &line)?;
            results += 1;
            let named = questions.by_name(&entry.marks.question);
            let question = named.as_ref().as_ref().ok().and_then(|found| questions.prepare(found).ok());
            let question = question.map(PreparedQuestion::question);
            observe(Through {
                line: entry.line,
                id: &entry.id,
                marks: &entry.marks,
                question,
                found: None,
                fresh: true,
            })?;
        }
    }
    Ok(results)
}

fn refuse(what: &str) -> BatchError {
    BatchError::Parts { what: what.to_owned() }
}
