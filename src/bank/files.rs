//! The files of a bank, by name: `rubrics/<topic>/<id>.toml`, `corpus/<topic>/<id>.md`.

use std::borrow::Cow;
use std::path::{Path, PathBuf};
use std::{fs, io};

use crate::model::Fingerprint;

include!(concat!(env!("OUT_DIR"), "/embedded.rs"));

/// Words of the shipped bank, sorted, one a line.
pub(super) static WORDS: &str = include_str!(concat!(env!("OUT_DIR"), "/words.txt"));

/// Folders in folders are followed this far.
const DEEPEST: usize = 4;

/// The files of a bank, sorted by name.
#[derive(Debug, Clone)]
pub struct Files {
    entries: Vec<(Cow<'static, str>, Cow<'static, str>)>,
    shipped: bool,
}

/// Why a folder cannot be read as a bank.
#[derive(Debug, thiserror::Error)]
pub enum LoadError {
    /// It has no `rubrics` folder.
    #[error("no `rubrics` folder in {folder}\nhint: name the folder that holds `rubrics` and `corpus`")]
    NoRubrics {
        /// The folder that was named.
        folder: PathBuf,
    },
    /// Something in it cannot be read.
    #[error("cannot read {path}")]
    Read {
        /// What was read.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// Folders stand in folders too deep.
    #[error("{path} stands too deep\nhint: rubrics stand in rubrics/<topic>/<id>.toml")]
    TooDeep {
        /// The folder.
        path: PathBuf,
    },
    /// A file is not text.
    #[error("{path} is not UTF-8: the first bad byte is byte {at}\nhint: save it as UTF-8")]
    NotText {
        /// The file.
        path: PathBuf,
        /// Offset of the first bad byte.
        at: usize,
    },
}

impl Files {
    /// The bank that the program carries.
    pub fn shipped() -> Self {
        let entries = FILES.iter().map(|&(name, text)| (Cow::Borrowed(name), Cow::Borrowed(text))).collect();
        Self { entries, shipped: true }
    }

    /// Of texts by name.
    pub fn from_texts<N: Into<String>, T: Into<String>>(texts: impl IntoIterator<Item = (N, T)>) -> Self {
        let entry = |(name, text): (N, T)| (Cow::Owned(name.into()), Cow::Owned(text.into()));
        let mut entries: Vec<_> = texts.into_iter().map(entry).collect();
        entries.sort();
        Self { entries, shipped: false }
    }

    /// Reads the folders `rubrics` and `corpus` of `folder`.
    ///
    /// # Errors
    /// When there is no `rubrics` folder, or a file cannot be read or is not UTF-8.
    pub fn load(folder: &Path) -> Result<Self, LoadError> {
        if !folder.join("rubrics").is_dir() {
            return Err(LoadError::NoRubrics { folder: folder.to_owned() });
        }
        let mut texts = Vec::new();
        for name in ["rubrics", "corpus"] {
            let path = folder.join(name);
            if path.is_dir() {
                collect(&path, name, 0, &mut texts)?;
            }
        }
        Ok(Self::from_texts(texts))
    }

    /// Reads a folder of sample answers as the `corpus` of a bank that has nothing else.
    ///
    /// # Errors
    /// When a file cannot be read or is not UTF-8.
    pub fn load_corpus(folder: &Path) -> Result<Self, LoadError> {
        let mut texts = Vec::new();
        collect(folder, "corpus", 0, &mut texts)?;
        Ok(Self::from_texts(texts))
    }

    /// Of all names and texts, and of the shipped words that a bank may rely on.
    pub fn fingerprint(&self) -> Fingerprint {
        let mut hasher = blake3::Hasher::new();
        hasher.update(env!("CARGO_PKG_VERSION").as_bytes());
        for (_, text) in FILES.iter().filter(|(name, _)| name.matches('/').count() == 1 || name.contains("/shared/")) {
            hasher.update(text.as_bytes());
        }
        for part in self.entries.iter().flat_map(|(name, text)| [name, text]) {
            hasher.update(&(part.len() as u64).to_le_bytes());
            hasher.update(part.as_bytes());
        }
        Fingerprint(*hasher.finalize().as_bytes())
    }

    /// Whether it is the bank that the program carries.
    pub fn is_shipped(&self) -> bool {
        self.shipped
    }

    /// The text of a file.
    pub fn text(&self, name: &str) -> Option<&str> {
        let at = self.entries.binary_search_by(|(entry, _)| entry.as_ref().cmp(name)).ok()?;
        Some(&self.entries[at].1)
    }

    /// The text of a file, of the shipped bank where this one has none of that name: for the files that
    /// every bank may rely on.
    pub fn text_or_shipped(&self, name: &str) -> Option<&str> {
        let shipped = || FILES.iter().find(|(shipped, _)| *shipped == name).map(|(_, text)| *text);
        self.text(name).or_else(shipped)
    }

    /// All files whose names begin with `folder` and end with `ending`: name and text.
    pub fn within<'a>(&'a self, folder: &'a str, ending: &'a str) -> impl Iterator<Item = (&'a str, &'a str)> {
        let entries = self.entries.iter().map(|(name, text)| (name.as_ref(), text.as_ref()));
        entries.filter(move |(name, _)| name.starts_with(folder) && name.ends_with(ending))
    }
}

fn collect(folder: &Path, name: &str, depth: usize, texts: &mut Vec<(String, String)>) -> Result<(), LoadError> {
    let failed = |path: &Path| {
        let path = path.to_owned();
        move |source| LoadError::Read { path, source }
    };
    for entry in fs::read_dir(folder).map_err(failed(folder))? {
        let path = entry.map_err(failed(folder))?.path();
        let Some(own) = path.file_name().and_then(|own| own.to_str()) else {
            let source = io::Error::new(io::ErrorKind::InvalidData, "its name is not UTF-8");
            return Err(LoadError::Read { path, source });
        };
        if own.starts_with('.') {
            continue; // an editor's, not the bank's
        }
        let name = format!("{name}/{own}");
        let is_text = [".toml", ".md", ".txt"].iter().any(|ending| name.ends_with(ending));
        if path.is_dir() {
            if depth == DEEPEST {
                return Err(LoadError::TooDeep { path });
            }
            collect(&path, &name, depth + 1, texts)?;
        } else if is_text && !path.is_file() {
            let source = io::Error::new(io::ErrorKind::InvalidInput, "it is no regular file");
            return Err(LoadError::Read { path, source });
        } else if is_text {
            let bytes = fs::read(&path).map_err(failed(&path))?;
            let text = String::from_utf8(bytes)
                .map_err(|error| LoadError::NotText { path: path.clone(), at: error.utf8_error().valid_up_to() })?;
            texts.push((name, text));
        }
    }
    Ok(())
}
