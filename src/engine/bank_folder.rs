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
    /// There is no such folder.
    #[error("{} does not exist", folder.display())]
    Missing {
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
            Self::NoRubrics { .. } | Self::Missing { .. } => {
                Some("name the folder that contains `rubrics` and `corpus`")
            }
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
    collect_bank(folder)?.into_files()
}

/// Reads the same folders as [`load_files`] for a check of all files. Of a file that is not UTF-8, the bytes that are not
/// UTF-8 become U+FFFD, and the file is returned in the second value.
///
/// # Errors
/// When there is no `rubrics` folder, or a file cannot be read.
pub fn load_files_to_check(folder: &Path) -> Result<(Files, Vec<NotUtf8>), LoadError> {
    let Collected { texts, not_text } = collect_bank(folder)?;
    Ok((Files::from_texts(texts, SHIPPED), not_text))
}

/// A file of a bank that is not UTF-8.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NotUtf8 {
    /// Name of the file in the bank.
    pub file: String,
    /// The path of the file.
    pub path: PathBuf,
    /// Offset of the first invalid byte, from 0.
    pub at: usize,
}

/// The files below a folder.
#[derive(Default)]
struct Collected {
    /// Names and texts.
    texts: Vec<(String, String)>,
    /// The files that are not UTF-8. Their texts have U+FFFD instead of invalid bytes.
    not_text: Vec<NotUtf8>,
}

impl Collected {
    /// The files, or an error for the first one that is not UTF-8.
    fn into_files(self) -> Result<Files, LoadError> {
        match self.not_text.into_iter().next() {
            None => Ok(Files::from_texts(self.texts, SHIPPED)),
            Some(file) => Err(LoadError::NotText { path: file.path, at: file.at }),
        }
    }
}

fn collect_bank(folder: &Path) -> Result<Collected, LoadError> {
    if !folder.join("rubrics").is_dir() {
        let folder = folder.to_owned();
        return Err(if folder.exists() { LoadError::NoRubrics { folder } } else { LoadError::Missing { folder } });
    }
    let mut collected = Collected::default();
    for name in ["rubrics", "corpus"] {
        let path = folder.join(name);
        if path.is_dir() {
            collect(&path, name, 0, &mut collected)?;
        }
    }
    Ok(collected)
}

/// Reads a folder of sample answers as the `corpus` of a bank without rubrics.
///
/// # Errors
/// When a file cannot be read or is not UTF-8.
pub fn load_corpus(folder: &Path) -> Result<Files, LoadError> {
    let mut collected = Collected::default();
    collect(folder, "corpus", 0, &mut collected)?;
    collected.into_files()
}

/// Adds the texts below `folder`, which has the name `name` in the bank.
fn collect(folder: &Path, name: &str, depth: usize, collected: &mut Collected) -> Result<(), LoadError> {
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
            collect(&path, &name, depth + 1, collected)?;
        } else if is_text && !path.is_file() {
            // Reading a pipe might never end.
            let source = io::Error::new(io::ErrorKind::InvalidInput, "it is not a regular file");
            return Err(LoadError::Read { path, source });
        } else if is_text {
            let bytes = fs::read(&path).map_err(failed(&path))?;
            let text = String::from_utf8(bytes).unwrap_or_else(|error| {
                let at = error.utf8_error().valid_up_to();
                collected.not_text.push(NotUtf8 { file: name.clone(), path, at });
                String::from_utf8_lossy(error.as_bytes()).into_owned()
            });
            collected.texts.push((name, text));
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
    fn files_that_are_not_utf_8_are_checked_with_replacement_characters() {
        let folder = tempfile::tempdir().expect("a folder");
        let rubrics = folder.path().join("rubrics");
        fs::create_dir(&rubrics).expect("a folder");
        fs::write(rubrics.join("a.toml"), b"a\xffb").expect("writes");
        fs::write(rubrics.join("b.toml"), "b").expect("writes");
        let (files, not_utf8) = load_files_to_check(folder.path()).expect("reads");
        assert_eq!((files.text("rubrics/a.toml"), files.text("rubrics/b.toml")), (Some("a\u{fffd}b"), Some("b")));
        let expected = NotUtf8 { file: "rubrics/a.toml".to_owned(), path: rubrics.join("a.toml"), at: 1 };
        assert_eq!(not_utf8, [expected]);
        let error = load_files(folder.path()).expect_err("not UTF-8");
        assert!(matches!(error, LoadError::NotText { at: 1, .. }), "{error}");
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
            (
                LoadError::Missing { folder: "b".into() },
                "b does not exist",
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
