//! Replaces files atomically: a complete and synced file in the same folder takes the place of the old one.
//!
//! [`StagedFile`] has a random name and is removed if it is not used. Files of a run folder are staged under fixed names
//! by `run_folder`, because only one process uses the folder and replaces what a killed one left behind.

use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use tempfile::TempPath;

/// Who may read and write a new file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FileAccess {
    /// Those who may access the file that is replaced, or, if there is none, any new file.
    Usual,
    /// Only the user who runs the program.
    OwnerOnly,
}

/// The complete new content of a file that is not replaced yet. Removed on drop.
#[derive(Debug)]
pub struct StagedFile {
    temporary: TempPath,
    target: PathBuf,
}

impl StagedFile {
    /// Writes `content` to a temporary file in the folder of `target`, and syncs it. A missing folder is created.
    ///
    /// # Errors
    /// When the content cannot be read, or the file cannot be written.
    pub fn write(target: &Path, access: FileAccess, mut content: impl Read) -> io::Result<Self> {
        let folder = target.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        fs::create_dir_all(folder)?;
        let mut builder = tempfile::Builder::new();
        #[cfg(unix)]
        if access == FileAccess::Usual {
            // because a temporary file is private by default
            use std::os::unix::fs::PermissionsExt as _;
            let usual = fs::Permissions::from_mode(0o666);
            builder.permissions(fs::metadata(target).map_or(usual, |replaced| replaced.permissions()));
        }
        #[cfg(not(unix))]
        let _ = access;
        let mut file = builder.prefix(".gradus-").tempfile_in(folder)?;
        io::copy(&mut content, file.as_file_mut())?;
        file.as_file().sync_all()?;
        Ok(Self { temporary: file.into_temp_path(), target: target.to_owned() })
    }

    /// Replaces the target. A link is replaced, not its target.
    ///
    /// # Errors
    /// When the target is a folder, or must not be replaced.
    pub fn replace_target(self) -> io::Result<()> {
        self.temporary.persist(&self.target).map_err(|failed| failed.error)
    }
}

/// Moves a complete and synced file to its place atomically, and makes the move outlast a loss of power.
pub(crate) fn move_into_place(staged: &Path, path: &Path) -> io::Result<()> {
    fs::rename(staged, path)?;
    // Only Unix can sync a folder.
    if cfg!(unix) { File::open(path.parent().unwrap_or(Path::new(".")))?.sync_all() } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_staged_file_replaces_its_target_or_leaves_no_trace() {
        let folder = tempfile::tempdir().expect("a folder");
        let target = folder.path().join("new/file");
        let stage = |text: &str| StagedFile::write(&target, FileAccess::Usual, text.as_bytes()).expect("writes");
        let names = || fs::read_dir(folder.path().join("new")).expect("lists").count();
        stage("one").replace_target().expect("replaces");
        let unused = stage("two");
        assert_eq!((fs::read_to_string(&target).expect("reads"), names()), ("one".to_owned(), 2));
        drop(unused);
        assert_eq!(names(), 1);
        stage("three").replace_target().expect("replaces");
        assert_eq!((fs::read_to_string(&target).expect("reads"), names()), ("three".to_owned(), 1));
    }

    #[cfg(unix)]
    #[test]
    fn a_new_file_has_the_permissions_of_the_old_one_unless_it_is_private() {
        use std::os::unix::fs::PermissionsExt as _;
        let folder = tempfile::tempdir().expect("a folder");
        let target = folder.path().join("file");
        fs::write(&target, "").expect("writes");
        for (mode, access, expected) in [
            (0o640, FileAccess::Usual, 0o640),
            (0o604, FileAccess::Usual, 0o604),
            (0o644, FileAccess::OwnerOnly, 0o600),
        ] {
            fs::set_permissions(&target, fs::Permissions::from_mode(mode)).expect("sets");
            StagedFile::write(&target, access, &b"x"[..]).and_then(StagedFile::replace_target).expect("replaces");
            assert_eq!(fs::metadata(&target).expect("there").permissions().mode() & 0o777, expected);
        }
    }
}
