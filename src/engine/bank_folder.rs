//! Reads the folders of a bank into [`Files`].

use std::path::{Path, PathBuf};
use std::{fs, io};

use gradus_core::bank::Files;

use super::shipped::SHIPPED;

/// Folders in folders are followed this far.
const DEEPEST: usize = 4;

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

/// Reads the folders `rubrics` and `corpus` of `folder`.
///
/// # Errors
/// When there is no `rubrics` folder, or a file cannot be read or is not UTF-8.
pub fn load_files(folder: &Path) -> Result<Files, LoadError> {
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
    Ok(Files::from_texts(texts, SHIPPED))
}

/// Reads a folder of sample answers as the `corpus` of a bank without rubrics.
///
/// # Errors
/// When a file cannot be read or is not UTF-8.
pub fn load_corpus(folder: &Path) -> Result<Files, LoadError> {
    let mut texts = Vec::new();
    collect(folder, "corpus", 0, &mut texts)?;
    Ok(Files::from_texts(texts, SHIPPED))
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
