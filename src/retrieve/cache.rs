//! An index on disk, keyed by the fingerprint of what is in it.
//!
//! Built beside its place and moved there whole, so that nobody ever sees half of one. One that
//! cannot be opened is built anew.

use std::path::Path;
use std::{fs, io};

use tantivy::directory::MmapDirectory;

use super::analyzer::Analyzer;
use super::index::{Contents, Holds, Index, IndexError};
use crate::model::Fingerprint;

/// Layout of the index; older ones are left to the cleaning.
const LAYOUT: u32 = 1;
/// Indexes that are kept.
const KEPT: usize = 8;

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
    /// When the folder cannot be written, or the index cannot be built.
    pub fn cached(
        folder: &Path,
        key: Fingerprint,
        contents: &[Contents<'_>],
        analyzer: &Analyzer,
    ) -> Result<Self, CacheError> {
        let place = folder.join(format!("v{LAYOUT}-{key}"));
        if let Some(index) = open(&place, analyzer) {
            return Ok(index);
        }
        fs::create_dir_all(folder)?;
        let beside = tempfile::Builder::new().prefix(".building-").tempdir_in(folder)?;
        Self::build(directory(beside.path())?, contents, Holds::All, analyzer)?;
        let built = beside.keep();
        if place.exists() {
            fs::remove_dir_all(&place)?;
        }
        if fs::rename(&built, &place).is_err() {
            // Another process was faster: its index is as good.
            fs::remove_dir_all(&built)?;
        }
        clean(folder, &place);
        match open(&place, analyzer) {
            Some(index) => Ok(index),
            None => Ok(Self::in_memory(contents, Holds::All, analyzer)?),
        }
    }
}

fn directory(path: &Path) -> Result<MmapDirectory, IndexError> {
    MmapDirectory::open(path).map_err(|error| IndexError::from(tantivy::TantivyError::from(error)))
}

fn open(place: &Path, analyzer: &Analyzer) -> Option<Index> {
    if !place.is_dir() {
        return None;
    }
    let index = tantivy::Index::open(directory(place).ok()?).ok()?;
    let whole = index.validate_checksum().is_ok_and(|damaged| damaged.is_empty());
    if whole { Index::open(&index, analyzer).ok() } else { None }
}

/// Removes the indexes that were not used for the longest time. What cannot be removed stays.
fn clean(folder: &Path, keep: &Path) {
    let Ok(entries) = fs::read_dir(folder) else { return };
    let aged = |entry: fs::DirEntry| Some((entry.metadata().ok()?.modified().ok()?, entry.path()));
    let mut others: Vec<_> = entries.flatten().filter_map(aged).filter(|(_, path)| path != keep).collect();
    others.sort();
    let surplus = others.len().saturating_sub(KEPT - 1);
    for (_, path) in others.into_iter().take(surplus) {
        let _ = fs::remove_dir_all(path);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Bands, Kind, Level, Question};
    use crate::retrieve::Wanted;
    use crate::text::Synonyms;

    fn question() -> Question {
        Question {
            id: "backups".into(),
            topic: "t".into(),
            kind: Kind::Process,
            level: Level::Core,
            prompt: "How do you test a restore?".into(),
            also_asked: Vec::new(),
            bands: Bands::default(),
            criteria: Vec::new(),
            penalties: Vec::new(),
            goldens: Vec::new(),
        }
    }

    #[test]
    fn an_index_is_kept_and_a_damaged_one_is_built_anew() {
        let folder = tempfile::tempdir().expect("a folder");
        let (question, analyzer) = (question(), Analyzer::new(Synonyms::default()));
        let contents = [Contents { question: &question, samples: &[] }];
        let key = Fingerprint([7; 32]);
        let found = || {
            let index = Index::cached(folder.path(), key, &contents, &analyzer).expect("an index");
            index.questions(Wanted::Wording("restore"), 1).expect("searches").len()
        };
        assert_eq!(found(), 1);
        assert_eq!(found(), 1);
        let place = fs::read_dir(folder.path()).expect("reads").flatten().next().expect("one index").path();
        for file in fs::read_dir(&place).expect("reads").flatten() {
            fs::write(file.path(), b"damaged").expect("writes");
        }
        assert_eq!(found(), 1);
        assert_eq!(fs::read_dir(folder.path()).expect("reads").count(), 1);
    }
}
