//! Reads the folders of a bank into [`Files`].
//!
//! Takes the path of the folder that contains `rubrics` and `corpus`; gives the texts of their files. Faults in the texts
//! are found by `gradus_core::bank`.

use std::path::{Path, PathBuf};
use std::{fs, io};

use gradus_core::bank::Files;

use super::shipped::SHIPPED;

/// Limit for the depth of folders below `rubrics` or `corpus`.
const DEEPEST: usize = 4;

/// An error while the folder of a bank is read.
#[derive(Debug, thiserror::Error)]
pub enum LoadError {
    /// The folder is not that of a bank.
    #[error("no `rubrics` folder in {}", folder.display())]
    NoRubrics {
        /// The folder.
        folder: PathBuf,
    },
    /// A file or folder cannot be read.
    #[error("cannot read {}", path.display())]
    Read {
        /// The file or folder.
        path: PathBuf,
        /// Error of the operating system.
        source: io::Error,
    },
    /// Folders are nested too deeply.
    #[error("{} is nested too deeply", path.display())]
    TooDeep {
        /// The innermost folder.
        path: PathBuf,
    },
    /// A file is not text.
    #[error("{} is not UTF-8: the first invalid byte is byte {at}", path.display())]
    NotText {
        /// The file.
        path: PathBuf,
        /// Offset of the first invalid byte, from 0.
        at: usize,
    },
}

impl LoadError {
    /// How to resolve the error.
    pub fn hint(&self) -> Option<&'static str> {
        match self {
            Self::NoRubrics { .. } => Some("name the folder that contains `rubrics` and `corpus`"),
            Self::Read { .. } => None,
            Self::TooDeep { .. } => Some("move rubrics to rubrics/<topic>/<id>.toml"),
            Self::NotText { .. } => Some("save the file as UTF-8"),
        }
    }
}

/// Reads the folders `rubrics` and `corpus` of `folder`. Hidden files are ignored.
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

/// Adds the texts below `folder`, which has the name `name` in the bank.
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
            continue; // because editors keep such files beside those of the bank
        }
        let name = format!("{name}/{own}");
        let is_text = [".toml", ".md", ".txt"].iter().any(|ending| name.ends_with(ending));
        if path.is_dir() {
            if depth == DEEPEST {
                return Err(LoadError::TooDeep { path });
            }
            collect(&path, &name, depth + 1, texts)?;
        } else if is_text && !path.is_file() {
            // Reading a pipe might never end.
            let source = io::Error::new(io::ErrorKind::InvalidInput, "it is not a regular file");
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

#[cfg(test)]
mod tests {
    use super::*;

    #[cfg(unix)]
    #[test]
    fn a_file_whose_name_is_not_utf_8_is_an_error() {
        use std::os::unix::ffi::OsStrExt as _;
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join(std::ffi::OsStr::from_bytes(b"\xff.md"));
        fs::write(&path, "").expect("writes");
        let error = load_corpus(folder.path()).expect_err("not UTF-8");
        assert_eq!(error.to_string(), format!("cannot read {}", path.display()));
        let source = std::error::Error::source(&error).map(ToString::to_string);
        assert_eq!(source.as_deref(), Some("its name is not UTF-8"));
    }

    #[test]
    fn every_error_has_a_message_in_one_line_and_a_hint_if_something_can_be_done() {
        let path = || PathBuf::from("b/rubrics");
        let source = || io::Error::other("broken");
        for (error, message, hint) in [
            (
                LoadError::NoRubrics { folder: "b".into() },
                "no `rubrics` folder in b",
                Some("name the folder that contains `rubrics` and `corpus`"),
            ),
            (LoadError::Read { path: path(), source: source() }, "cannot read b/rubrics", None),
            (
                LoadError::TooDeep { path: path() },
                "b/rubrics is nested too deeply",
                Some("move rubrics to rubrics/<topic>/<id>.toml"),
            ),
            (
                LoadError::NotText { path: path(), at: 7 },
                "b/rubrics is not UTF-8: the first invalid byte is byte 7",
                Some("save the file as UTF-8"),
            ),
        ] {
            assert_eq!((error.to_string().as_str(), error.hint()), (message, hint));
        }
    }
}
