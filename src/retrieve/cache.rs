//! Caches indexes on disk, each under the fingerprint of its content.
//!
//! An index is built in a temporary folder and then renamed, so that other processes never see half of it. A damaged index
//! is built again.

use std::path::{Path, PathBuf};
use std::time::Duration;
use std::{fs, io};

use tantivy::directory::MmapDirectory;

use super::index::{Contents, Index, IndexError};
use crate::model::{Fingerprint, FingerprintHasher};
use crate::questions::Analyzer;

/// Prefix of an index's folder: the version of the layout. Folders of older layouts are removed like old indexes.
const LAYOUT: &str = "v2-";
/// Prefix of the folder of an index that is being built.
const BUILDING: &str = ".building-";
/// Name of the file with the hash of the other files.
const SUM: &str = "gradus.sum";
/// Maximum number of indexes on disk.
const MAX_INDEXES: usize = 8;
/// Age from which an index that is being built counts as abandoned.
const ABANDONED_AFTER: Duration = Duration::from_hours(1);

/// An error while an index is cached.
#[derive(Debug, thiserror::Error)]
pub enum IndexCacheError {
    /// The cache folder cannot be read or written.
    #[error("cannot keep the search index in the cache folder")]
    Folder(#[from] io::Error),
    /// The index cannot be built.
    #[error(transparent)]
    Index(#[from] IndexError),
}

impl Index {
    /// Opens the index of `contents` in `folder`. Builds it if it is missing or damaged.
    ///
    /// # Errors
    /// When the index cannot be stored in `folder`. It may still be possible to build it in memory.
    pub fn cached(
        folder: &Path,
        key: Fingerprint,
        contents: &[Contents<'_>],
        analyzer: &Analyzer,
    ) -> Result<Self, IndexCacheError> {
        let path = folder.join(format!("{LAYOUT}{key}"));
        if let Some(index) = open(&path, analyzer) {
            return Ok(index);
        }
        fs::create_dir_all(folder)?;
        let building = tempfile::Builder::new().prefix(BUILDING).tempdir_in(folder)?;
        let directory = directory(building.path()).map_err(io::Error::other)?;
        Self::build(directory, contents, analyzer).map_err(io::Error::other)?;
        fs::write(building.path().join(SUM), hash_of_files(building.path())?)?;
        move_into_place(building.keep(), &path, folder);
        clean(folder, &path);
        match open(&path, analyzer) {
            Some(index) => Ok(index),
            // Another process may have replaced or removed the index.
            None => Ok(Self::in_memory(contents, analyzer)?),
        }
    }
}

/// Renames a new index to its path and removes a damaged one there. If another process is faster, its index is just as
/// good, and the new one is removed.
fn move_into_place(built: PathBuf, path: &Path, folder: &Path) {
    if fs::rename(&built, path).is_ok() {
        return;
    }
    if let Ok(aside) = tempfile::Builder::new().prefix(BUILDING).tempdir_in(folder) {
        let _ = fs::rename(path, aside.path().join("old"));
    }
    if fs::rename(&built, path).is_err() {
        let _ = fs::remove_dir_all(built);
    }
}

fn directory(path: &Path) -> Result<MmapDirectory, IndexError> {
    MmapDirectory::open(path).map_err(|error| IndexError::from(tantivy::TantivyError::from(error)))
}

/// Opens the index at `path` if it is complete and unchanged. The hash is compared before anything else is read.
fn open(path: &Path, analyzer: &Analyzer) -> Option<Index> {
    let stored = fs::read_to_string(path.join(SUM)).ok()?;
    if hash_of_files(path).ok()? != stored {
        return None;
    }
    Index::open(&tantivy::Index::open(directory(path).ok()?).ok()?, analyzer).ok()
}

/// A hash of all files of an index, without the file with the hash and the locks of the writer.
fn hash_of_files(path: &Path) -> io::Result<String> {
    let mut names = Vec::new();
    for entry in fs::read_dir(path)? {
        names.push(entry?.file_name());
    }
    names.sort();
    let mut hasher = FingerprintHasher::new();
    for name in names.iter().filter(|name| *name != SUM && !name.to_string_lossy().ends_with(".lock")) {
        let content = fs::read(path.join(name))?;
        hasher.bytes(name.as_encoded_bytes());
        hasher.sized_bytes(&content);
    }
    Ok(hasher.finish().to_string())
}

/// Removes the oldest indexes and abandoned ones. Errors are ignored, because the next run tries again.
fn clean(folder: &Path, keep: &Path) {
    let Ok(entries) = fs::read_dir(folder) else { return };
    let aged = |entry: fs::DirEntry| Some((entry.metadata().ok()?.modified().ok()?, entry.path()));
    let (building, mut indexes): (Vec<_>, Vec<_>) = entries
        .flatten()
        .filter_map(aged)
        .filter(|(_, path)| path != keep)
        .partition(|(_, path)| path.file_name().is_some_and(|name| name.to_string_lossy().starts_with(BUILDING)));
    indexes.sort();
    let surplus = indexes.len().saturating_sub(MAX_INDEXES - 1);
    let abandoned = building.into_iter().filter(|(time, _)| time.elapsed().is_ok_and(|age| age > ABANDONED_AFTER));
    for (_, path) in indexes.into_iter().take(surplus).chain(abandoned) {
        let _ = fs::remove_dir_all(path);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Bands, Level, Question, QuestionKind, Sample, SampleLevel};
    use crate::text::Synonyms;
    use std::sync::Arc;

    fn question() -> Question {
        Question {
            id: "backups".into(),
            topic: "t".into(),
            kind: QuestionKind::Process,
            level: Level::Core,
            prompt: "How do you test a restore?".into(),
            also_asked: Vec::new(),
            index_only: Vec::new(),
            known_as: Vec::new(),
            drafted: false,
            bands: Bands::default(),
            enough: None,
            criteria: Vec::new(),
            penalties: Vec::new(),
            goldens: Vec::new(),
        }
    }

    #[test]
    fn an_index_is_cached_and_a_damaged_one_is_built_again() {
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
