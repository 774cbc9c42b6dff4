//! An index on disk, keyed by the fingerprint of what is in it.
//!
//! Built beside its place and moved there whole, so that nobody ever sees half of one. One that
//! cannot be opened is built anew.

use std::path::{Path, PathBuf};
use std::time::Duration;
use std::{fs, io};

use tantivy::directory::MmapDirectory;

use super::index::{Contents, Index, IndexError};
use crate::model::Fingerprint;
use crate::questions::Analyzer;

/// Layout of the index, with which its name begins; older ones are left to the cleaning.
const LAYOUT: &str = "v2-";
/// With which the name of one that is being built begins.
const BUILDING: &str = ".building-";
/// The file that holds the hash of the others.
const SUM: &str = "gradus.sum";
/// Indexes that are kept.
const KEPT: usize = 8;
/// When something half-built was left for good.
const LEFT: Duration = Duration::from_hours(1);

/// Why an index cannot be kept on disk.
#[derive(Debug, thiserror::Error)]
pub enum CacheError {
    /// The folder cannot be used.
    #[error("cannot keep the search index in the cache folder: {0}")]
    Folder(#[from] io::Error),
    /// The index cannot be made.
    #[error(transparent)]
    Index(#[from] IndexError),
}

impl Index {
    /// The index of `contents` from `folder`, built there if it is not there or damaged.
    ///
    /// # Errors
    /// When it cannot be kept in `folder`; it may still be built in memory then.
    pub fn cached(
        folder: &Path,
        key: Fingerprint,
        contents: &[Contents<'_>],
        analyzer: &Analyzer,
    ) -> Result<Self, CacheError> {
        let place = folder.join(format!("{LAYOUT}{key}"));
        if let Some(index) = open(&place, analyzer) {
            return Ok(index);
        }
        fs::create_dir_all(folder)?;
        let beside = tempfile::Builder::new().prefix(BUILDING).tempdir_in(folder)?;
        let directory = directory(beside.path()).map_err(io::Error::other)?;
        Self::build(directory, contents, analyzer).map_err(io::Error::other)?;
        fs::write(beside.path().join(SUM), sum(beside.path())?)?;
        put(beside.keep(), &place, folder);
        clean(folder, &place);
        match open(&place, analyzer) {
            Some(index) => Ok(index),
            None => Ok(Self::in_memory(contents, analyzer)?),
        }
    }
}

/// Moves what was built to its place, and what is there aside. Where another process is faster, its
/// index is as good, and ours goes.
fn put(built: PathBuf, place: &Path, folder: &Path) {
    if fs::rename(&built, place).is_ok() {
        return;
    }
    if let Ok(aside) = tempfile::Builder::new().prefix(BUILDING).tempdir_in(folder) {
        let _ = fs::rename(place, aside.path().join("old"));
    }
    if fs::rename(&built, place).is_err() {
        let _ = fs::remove_dir_all(built);
    }
}

fn directory(path: &Path) -> Result<MmapDirectory, IndexError> {
    MmapDirectory::open(path).map_err(|error| IndexError::from(tantivy::TantivyError::from(error)))
}

/// Opens the index at `place` if it is there, whole and as it was written. Nothing of it is read
/// before that is known.
fn open(place: &Path, analyzer: &Analyzer) -> Option<Index> {
    let written = fs::read_to_string(place.join(SUM)).ok()?;
    if sum(place).ok()? != written {
        return None;
    }
    Index::open(&tantivy::Index::open(directory(place).ok()?).ok()?, analyzer).ok()
}

/// One hash of all files of an index but the one that holds it and the writer's locks.
fn sum(place: &Path) -> io::Result<String> {
    let mut names = Vec::new();
    for entry in fs::read_dir(place)? {
        names.push(entry?.file_name());
    }
    names.sort();
    let mut hasher = blake3::Hasher::new();
    for name in names.iter().filter(|name| *name != SUM && !name.to_string_lossy().ends_with(".lock")) {
        let content = fs::read(place.join(name))?;
        hasher.update(name.as_encoded_bytes());
        hasher.update(&(content.len() as u64).to_le_bytes());
        hasher.update(&content);
    }
    Ok(hasher.finalize().to_hex().to_string())
}

/// Removes the oldest indexes, and what was left half-built an hour ago. What cannot be removed stays.
fn clean(folder: &Path, keep: &Path) {
    let Ok(entries) = fs::read_dir(folder) else { return };
    let aged = |entry: fs::DirEntry| Some((entry.metadata().ok()?.modified().ok()?, entry.path()));
    let (building, mut indexes): (Vec<_>, Vec<_>) = entries
        .flatten()
        .filter_map(aged)
        .filter(|(_, path)| path != keep)
        .partition(|(_, path)| path.file_name().is_some_and(|name| name.to_string_lossy().starts_with(BUILDING)));
    indexes.sort();
    let surplus = indexes.len().saturating_sub(KEPT - 1);
    let left = building.into_iter().filter(|(time, _)| time.elapsed().is_ok_and(|age| age > LEFT));
    for (_, path) in indexes.into_iter().take(surplus).chain(left) {
        let _ = fs::remove_dir_all(path);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Bands, Kind, Level, Question, Sample, SampleLevel};
    use crate::text::Synonyms;
    use std::sync::Arc;

    fn question() -> Question {
        Question {
            id: "backups".into(),
            topic: "t".into(),
            kind: Kind::Process,
            level: Level::Core,
            prompt: "How do you test a restore?".into(),
            also_asked: Vec::new(),
            index_only: Vec::new(),
            known_as: Vec::new(),
            drafted: false,
            bands: Bands::default(),
            criteria: Vec::new(),
            penalties: Vec::new(),
            goldens: Vec::new(),
        }
    }

    #[test]
    fn an_index_is_kept_and_a_damaged_one_is_built_anew() {
        let folder = tempfile::tempdir().expect("a folder");
        let (question, analyzer) = (question(), Analyzer::new(Arc::new(Synonyms::default())));
        let samples = [Sample {
            question: question.id.clone(),
            level: SampleLevel::Strong,
            text: "We test a restore every month.".into(),
            heading: 0..0,
        }];
        let contents = [Contents { question: &question, samples: &samples }];
        let key = Fingerprint([7; 32]);
        let found = || {
            let index = Index::cached(folder.path(), key, &contents, &analyzer).expect("an index");
            index.passages("restore", None, 1).expect("searches").len()
        };
        assert_eq!(found(), 1);
        assert_eq!(found(), 1);
        let place = fs::read_dir(folder.path()).expect("reads").flatten().next().expect("one index").path();
        let files = || {
            let all = fs::read_dir(&place).expect("reads").flatten().map(|file| file.path());
            let mut files: Vec<_> = all.filter(|file| file.extension().is_none_or(|ending| ending != "lock")).collect();
            files.sort_by_key(|file| file.extension().map(std::ffi::OsStr::to_owned));
            files
        };
        for number in 0..files().len() {
            let file = &files()[number];
            let whole = fs::read(file).expect("reads");
            fs::write(file, &whole[..whole.len().min(5)]).expect("writes");
            assert_eq!(found(), 1, "{} cut short", file.display());
        }
        assert_eq!(fs::read_dir(folder.path()).expect("reads").count(), 1);
    }
}
