//! Reads the files that the command line names, and writes files atomically.

use std::fs;
use std::io::{self, IsTerminal as _, Read as _};
use std::path::{Path, PathBuf};

use anyhow::Context as _;

use super::hints::advised;
use super::terminal::{exit_on_signal, read_typed};
use crate::batch::{FileAccess, StagedFile};

/// Maximum size of an input, in bytes.
const MAX_INPUT: usize = 1 << 30;
/// Maximum size of a calibration file, in bytes.
const MAX_CALIBRATION: usize = 16 << 20;

/// The text of a file, or of standard input for `-`.
///
/// # Errors
/// When the file cannot be read, is larger than 1 GiB, or is not UTF-8.
pub(super) fn read_text(path: &Path) -> anyhow::Result<String> {
    decode(path, read(path, MAX_INPUT)?)
}

/// The text of a calibration file, or of standard input for `-`. A named pipe is rejected, because opening it may wait
/// forever.
///
/// # Errors
/// When the file cannot be read, is not a regular file, is larger than 16 MiB, or is not UTF-8.
pub(super) fn read_calibration(path: &Path) -> anyhow::Result<String> {
    if !is_stream(path) {
        let metadata = fs::metadata(path).with_context(|| format!("cannot read {}", path.display()))?;
        if !metadata.is_file() {
            let message = format!("cannot read {}: it is not a regular file", path.display());
            return Err(advised(message, "name the file that `gradus calibrate` wrote"));
        }
    }
    decode(path, read(path, MAX_CALIBRATION)?)
}

fn read(path: &Path, limit: usize) -> anyhow::Result<Vec<u8>> {
    let failed = || format!("cannot read {}", display_name(path));
    if is_stream(path) && io::stdin().is_terminal() {
        return read_typed(limit, exit_on_signal);
    }
    let bytes = if is_stream(path) {
        read_up_to(io::stdin().lock(), limit)
    } else {
        fs::File::open(path).and_then(|file| {
            // because a large file would fill the memory.
            if file.metadata()?.len() > limit as u64 { Ok(None) } else { read_up_to(file, limit) }
        })
    };
    bytes
        .with_context(failed)?
        .ok_or_else(|| advised(format!("{}: it is larger than {} MiB", failed(), limit >> 20), "name a smaller file"))
}

/// The content of a source; `None` if it is longer than `limit` bytes.
fn read_up_to(source: impl io::Read, limit: usize) -> io::Result<Option<Vec<u8>>> {
    let mut bytes = Vec::new();
    source.take(limit as u64 + 1).read_to_end(&mut bytes)?;
    Ok((bytes.len() <= limit).then_some(bytes))
}

fn decode(path: &Path, bytes: Vec<u8>) -> anyhow::Result<String> {
    String::from_utf8(bytes).map_err(|error| {
        let offset = error.utf8_error().valid_up_to();
        advised(
            format!("{} is not UTF-8: the first invalid byte is at offset {offset}", display_name(path)),
            "save it as UTF-8",
        )
    })
}

/// Whether a path is `-`, which means standard input or output.
pub(super) fn is_stream(path: &Path) -> bool {
    path.as_os_str() == "-"
}

/// The name of an input as messages show it.
pub(super) fn display_name(path: &Path) -> String {
    if is_stream(path) { "standard input".to_owned() } else { path.display().to_string() }
}

/// Whether a path names a folder because it ends in a separator. Otherwise the separator would be ignored.
pub(super) fn names_folder(path: &Path) -> bool {
    path.as_os_str().as_encoded_bytes().last().is_some_and(|byte| std::path::is_separator(char::from(*byte)))
}

/// The absolute path of a file with all links resolved. The file and its folders may be missing.
pub(super) fn resolved_path(path: &Path) -> PathBuf {
    if let Ok(place) = fs::canonicalize(path) {
        return place;
    }
    match (path.parent(), path.file_name()) {
        (Some(folder), Some(name)) if folder.as_os_str().is_empty() => resolved_path(Path::new(".")).join(name),
        (Some(folder), Some(name)) => resolved_path(folder).join(name),
        (Some(folder), None) if path.ends_with("..") => {
            resolved_path(folder).parent().unwrap_or(Path::new("/")).to_owned()
        }
        _ => path.to_owned(),
    }
}

/// The run folder that contains a path: a parent folder `NAME.gradus` with a manifest or a lock. The path itself may be
/// missing.
pub(super) fn run_folder_of(path: &Path) -> Option<PathBuf> {
    let is_run = |folder: &&Path| {
        let is_named = folder.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("gradus"));
        is_named && ["manifest.json", "lock"].iter().any(|file| fs::symlink_metadata(folder.join(file)).is_ok())
    };
    resolved_path(path).ancestors().skip(1).find(is_run).map(Path::to_owned)
}

/// Checks that an output file is outside all run folders, is not an input, and replaces at most a regular file or a
/// link. Without `force`, it must not replace anything.
///
/// # Errors
/// The reason why the file must not be written.
pub(super) fn check_output(output: &Path, inputs: &[&Path], force: bool) -> anyhow::Result<()> {
    let shown = output.display();
    if is_stream(output) {
        return Err(advised("`-` is not a file that can be written", "name a file with --output"));
    }
    if names_folder(output) {
        return Err(advised(format!("{shown} names a folder"), "name a file"));
    }
    if let Some(run) = run_folder_of(output) {
        let message = format!("{shown} is inside {}, where a batch saves its results", run.display());
        return Err(advised(message, "name another file"));
    }
    let Ok(found) = fs::symlink_metadata(output) else { return Ok(()) };
    if inputs.iter().any(|input| is_same_file(input, output)) {
        return Err(advised(format!("{shown} is also the input"), "name another file"));
    }
    if !found.is_symlink() && !found.is_file() {
        return Err(advised(format!("{shown} is not a regular file"), "name another file"));
    }
    if !force {
        return Err(advised(format!("{shown} would be overwritten"), "name another file, or use --force"));
    }
    Ok(())
}

/// Whether an output is the same file as an input, which may be standard input.
pub(super) fn is_same_file(input: &Path, output: &Path) -> bool {
    if is_stream(input) {
        return is_standard_input(output);
    }
    fs::canonicalize(input).is_ok_and(|input| fs::canonicalize(output).is_ok_and(|output| input == output))
}

/// Whether standard input is redirected from a file.
#[cfg(unix)]
fn is_standard_input(file: &Path) -> bool {
    use std::os::fd::AsFd as _;
    use std::os::unix::fs::MetadataExt as _;
    let input = io::stdin().as_fd().try_clone_to_owned().map(fs::File::from).and_then(|input| input.metadata());
    let is_same = |input: fs::Metadata, file: fs::Metadata| {
        input.is_file() && (input.dev(), input.ino()) == (file.dev(), file.ino())
    };
    input.is_ok_and(|input| fs::metadata(file).is_ok_and(|file| is_same(input, file)))
}

#[cfg(not(unix))]
fn is_standard_input(_: &Path) -> bool {
    false
}

/// Writes a file atomically: to a temporary file in the same folder, which then replaces it.
pub(super) fn write_atomically(path: &Path, text: &str) -> anyhow::Result<()> {
    write_together(&[(path.to_owned(), text)])
}

/// Copies a source to a file atomically.
pub(super) fn write_from(path: &Path, from: impl io::Read) -> anyhow::Result<()> {
    let target = link_target(path);
    let staged = StagedFile::write(&target, FileAccess::Usual, from)
        .with_context(|| format!("cannot write {}", path.display()))?;
    staged.replace_target().with_context(|| format!("cannot write {}", target.display()))
}

/// Writes several files. Each file is replaced atomically, after the temporary files of all files are written.
pub(super) fn write_together(files: &[(PathBuf, &str)]) -> anyhow::Result<()> {
    let mut staged = Vec::with_capacity(files.len());
    for (path, text) in files {
        let target = link_target(path);
        let written = StagedFile::write(&target, FileAccess::Usual, text.as_bytes())
            .with_context(|| format!("cannot write {}", path.display()))?;
        staged.push((target, written));
    }
    for (target, written) in staged {
        written.replace_target().with_context(|| format!("cannot write {}", target.display()))?;
    }
    Ok(())
}

/// The file that is written for a path: the target of a link, so that the link stays a link.
fn link_target(path: &Path) -> PathBuf {
    fs::canonicalize(path).unwrap_or_else(|_| path.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn inputs_beyond_the_limit_are_rejected() {
        let text = |limit| read_up_to(&b"four"[..], limit).expect("reads");
        assert_eq!((text(3), text(4), text(5)), (None, Some(b"four".to_vec()), Some(b"four".to_vec())));
        // An endless source is also rejected.
        assert_eq!(read_up_to(io::repeat(0), 1 << 16).expect("reads"), None);
    }

    #[test]
    fn writing_to_a_link_replaces_its_target() {
        let folder = tempfile::tempdir().expect("a folder");
        let (file, link) = (folder.path().join("file"), folder.path().join("link"));
        write_atomically(&file, "old").expect("writes");
        #[cfg(unix)]
        {
            std::os::unix::fs::symlink(&file, &link).expect("links");
            write_atomically(&link, "new").expect("writes");
            assert!(fs::symlink_metadata(&link).expect("there").is_symlink());
            assert_eq!(fs::read_to_string(&file).expect("reads"), "new");
        }
        assert_eq!(fs::read_dir(folder.path()).expect("lists").count(), 2, "no temporary file remains");
    }

    #[test]
    fn inputs_and_folders_are_never_overwritten() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("file");
        assert!(check_output(&file, &[], false).is_ok());
        write_atomically(&file, "x").expect("writes");
        assert!(check_output(&file, &[], false).is_err(), "it exists");
        assert!(check_output(&file, &[], true).is_ok());
        assert!(check_output(&file, &[&file], true).is_err(), "it is the input");
        assert!(check_output(folder.path(), &[], true).is_err(), "it is a folder");
        assert!(check_output(Path::new("-"), &[], true).is_err());
        assert!(check_output(&folder.path().join("new/"), &[], true).is_err(), "it names a folder");
    }

    #[test]
    fn files_in_a_run_folder_are_never_overwritten() {
        let folder = tempfile::tempdir().expect("a folder");
        let run = folder.path().join("out.csv.gradus");
        fs::create_dir(&run).expect("a folder");
        assert!(
            check_output(&run.join("mine"), &[], true).is_ok(),
            "named like a run folder, but without a manifest or lock"
        );
        write_atomically(&run.join("manifest.json"), "{}").expect("writes");
        for name in ["manifest.json", "journal.1", "new", "deeper/new"] {
            assert!(check_output(&run.join(name), &[], true).is_err(), "{name}");
        }
        assert!(
            check_output(&folder.path().join("x/../out.csv.gradus/y"), &[], true).is_err(),
            "through a folder that does not exist"
        );
        #[cfg(unix)]
        {
            let link = folder.path().join("link.xml");
            std::os::unix::fs::symlink(run.join("manifest.json"), &link).expect("links");
            assert!(check_output(&link, &[], true).is_err(), "through a link");
        }
    }

    #[test]
    fn several_files_are_written_all_or_none() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("one");
        fs::write(folder.path().join("three"), "").expect("writes");
        let blocked = folder.path().join("three").join("four"); // `three` is a file and cannot contain another file
        let blocked_second = [(file.clone(), "x"), (blocked.clone(), "x")];
        assert!(write_together(&blocked_second).is_err());
        assert!(!file.exists() && !blocked.exists());
    }
}
