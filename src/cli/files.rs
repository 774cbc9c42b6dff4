//! Reading what was named on the command line, and writing files whole or not at all.

use std::fs;
use std::io::{self, IsTerminal as _, Read as _, Write as _};
use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};
use tempfile::TempPath;

use super::terminal::{leave_on_signal, read_typed};

/// Larger inputs are not read. In bytes.
const LARGEST: usize = 1 << 30;
/// Larger calibrations are not read. In bytes.
const LARGEST_CALIBRATION: usize = 16 << 20;

/// The text of a file, or of standard input where it is `-`.
///
/// # Errors
/// It cannot be read, is larger than 1 GiB, or is not UTF-8.
pub(super) fn read_text(path: &Path) -> anyhow::Result<String> {
    decode(path, read(path, LARGEST)?)
}

/// The text of a calibration: of a regular file, or of standard input where it is `-`. A named pipe is refused, because
/// opening it may wait for ever.
///
/// # Errors
/// It cannot be read, is not a regular file, is larger than 16 MiB, or is not UTF-8.
pub(super) fn read_calibration(path: &Path) -> anyhow::Result<String> {
    if !is_stream(path) {
        let about = fs::metadata(path).with_context(|| format!("cannot read {}", path.display()))?;
        if !about.is_file() {
            bail!(
                "cannot read {}: it is not a regular file\nhint: name the file that `gradus calibrate` wrote",
                path.display()
            );
        }
    }
    decode(path, read(path, LARGEST_CALIBRATION)?)
}

fn read(path: &Path, largest: usize) -> anyhow::Result<Vec<u8>> {
    let failed = || format!("cannot read {}", name(path));
    if is_stream(path) && io::stdin().is_terminal() {
        return read_typed(largest, leave_on_signal);
    }
    let bytes = if is_stream(path) {
        read_up_to(io::stdin().lock(), largest)
    } else {
        fs::File::open(path).and_then(|file| {
            // A large file is refused before it fills the memory.
            if file.metadata()?.len() > largest as u64 { Ok(None) } else { read_up_to(file, largest) }
        })
    };
    match bytes.with_context(failed)? {
        Some(bytes) => Ok(bytes),
        None => bail!("{}: it is larger than {} MiB\nhint: name a smaller file", failed(), largest >> 20),
    }
}

/// All that a source gives; `None` where it gives more than `largest` bytes.
fn read_up_to(source: impl io::Read, largest: usize) -> io::Result<Option<Vec<u8>>> {
    let mut bytes = Vec::new();
    source.take(largest as u64 + 1).read_to_end(&mut bytes)?;
    Ok((bytes.len() <= largest).then_some(bytes))
}

fn decode(path: &Path, bytes: Vec<u8>) -> anyhow::Result<String> {
    match String::from_utf8(bytes) {
        Ok(text) => Ok(text),
        Err(error) => bail!(
            "{} is not UTF-8: the first bad byte is byte {}\nhint: save it as UTF-8",
            name(path),
            error.utf8_error().valid_up_to()
        ),
    }
}

/// Whether standard input is meant.
pub(super) fn is_stream(path: &Path) -> bool {
    path.as_os_str() == "-"
}

/// What to call a file that is read or written.
pub(super) fn name(path: &Path) -> String {
    if is_stream(path) { "standard input".to_owned() } else { path.display().to_string() }
}

/// Where a file stands, or would, by all links and whatever the current folder. Folders may be missing.
pub(super) fn place(path: &Path) -> PathBuf {
    if let Ok(place) = fs::canonicalize(path) {
        return place;
    }
    match (path.parent(), path.file_name()) {
        (Some(folder), Some(name)) if folder.as_os_str().is_empty() => place(Path::new(".")).join(name),
        (Some(folder), Some(name)) => place(folder).join(name),
        (Some(folder), None) if path.ends_with("..") => place(folder).parent().unwrap_or(Path::new("/")).to_owned(),
        _ => path.to_owned(),
    }
}

/// The run folder that a path is in, or would be: `NAME.gradus` with a manifest or a lock.
pub(super) fn run_folder_of(path: &Path) -> Option<PathBuf> {
    let is_run = |folder: &&Path| {
        let is_named = folder.extension().is_some_and(|of| of.eq_ignore_ascii_case("gradus"));
        is_named && ["manifest.json", "lock"].iter().any(|own| fs::symlink_metadata(folder.join(own)).is_ok())
    };
    place(path).ancestors().skip(1).find(is_run).map(Path::to_owned)
}

/// Refuses a file to write that would replace something: what is read, what is no plain file, and, unless
/// it may be overwritten, what is there at all.
pub(super) fn check_output(output: &Path, inputs: &[&Path], force: bool) -> anyhow::Result<()> {
    let shown = output.display();
    if is_stream(output) {
        bail!("`-` is no file to write\nhint: name a file with --output");
    }
    if let Some(run) = run_folder_of(output) {
        bail!("{shown} is inside {}, where a batch keeps its results\nhint: name another file", run.display());
    }
    let Ok(found) = fs::symlink_metadata(output) else { return Ok(()) };
    let same = |input: &&Path| {
        fs::canonicalize(input).is_ok_and(|input| fs::canonicalize(output).is_ok_and(|output| input == output))
    };
    if inputs.iter().any(same) {
        bail!("{shown} is what is read\nhint: name another file");
    }
    if !found.is_symlink() && !found.is_file() {
        bail!("{shown} is no plain file\nhint: name another file");
    }
    if !force {
        bail!("{shown} would be overwritten\nhint: name another file, or say --force");
    }
    Ok(())
}

/// Writes a file beside its place and moves it there, so that nobody ever finds half of it.
pub(super) fn write_whole(path: &Path, text: &str) -> anyhow::Result<()> {
    write_together(&[(path.to_owned(), text)])
}

/// Writes a file from what is read, beside its place, and moves it there.
pub(super) fn write_from(path: &Path, mut from: impl io::Read) -> anyhow::Result<()> {
    let target = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    let write = |file: &mut fs::File| io::copy(&mut from, file).map(drop);
    let staged = stage(&target, write).with_context(|| format!("cannot write {}", path.display()))?;
    staged.persist(&target).map_err(|error| error.error).with_context(|| format!("cannot write {}", target.display()))
}

/// Writes files, none of them before all are written out beside their places.
pub(super) fn write_together(files: &[(PathBuf, &str)]) -> anyhow::Result<()> {
    let mut staged = Vec::with_capacity(files.len());
    for (path, text) in files {
        // Where a link stands, what it leads to is written.
        let target = fs::canonicalize(path).unwrap_or_else(|_| path.clone());
        let written = stage(&target, |file| file.write_all(text.as_bytes()))
            .with_context(|| format!("cannot write {}", path.display()))?;
        staged.push((target, written));
    }
    for (target, written) in staged {
        let failed = || format!("cannot write {}", target.display());
        written.persist(&target).map_err(|error| error.error).with_context(failed)?;
    }
    Ok(())
}

fn stage(target: &Path, write: impl FnOnce(&mut fs::File) -> io::Result<()>) -> io::Result<TempPath> {
    let folder = target.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    fs::create_dir_all(folder)?;
    let mut builder = tempfile::Builder::new();
    #[cfg(unix)]
    let mode = {
        // A file like any other: with the rights of the one it replaces, or those that new files get.
        use std::os::unix::fs::PermissionsExt as _;
        fs::metadata(target).map_or_else(|_| fs::Permissions::from_mode(0o666), |known| known.permissions())
    };
    #[cfg(unix)]
    builder.permissions(mode);
    let mut file = builder.prefix(".gradus-").tempfile_in(folder)?;
    write(file.as_file_mut())?;
    file.as_file().sync_all()?;
    Ok(file.into_temp_path())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_more_than_the_limit_is_read() {
        let text = |limit| read_up_to(&b"four"[..], limit).expect("reads");
        assert_eq!((text(3), text(4), text(5)), (None, Some(b"four".to_vec()), Some(b"four".to_vec())));
        // An endless source ends as well.
        assert_eq!(read_up_to(io::repeat(0), 1 << 16).expect("reads"), None);
    }

    #[test]
    fn a_link_stays_and_what_it_leads_to_is_written() {
        let folder = tempfile::tempdir().expect("a folder");
        let (file, link) = (folder.path().join("file"), folder.path().join("link"));
        write_whole(&file, "old").expect("writes");
        #[cfg(unix)]
        {
            std::os::unix::fs::symlink(&file, &link).expect("links");
            write_whole(&link, "new").expect("writes");
            assert!(fs::symlink_metadata(&link).expect("there").is_symlink());
            assert_eq!(fs::read_to_string(&file).expect("reads"), "new");
        }
        assert_eq!(fs::read_dir(folder.path()).expect("lists").count(), 2, "nothing is left over");
    }

    #[test]
    fn what_is_read_or_no_file_is_never_written() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("file");
        assert!(check_output(&file, &[], false).is_ok());
        write_whole(&file, "x").expect("writes");
        assert!(check_output(&file, &[], false).is_err(), "it is there");
        assert!(check_output(&file, &[], true).is_ok());
        assert!(check_output(&file, &[&file], true).is_err(), "it is read");
        assert!(check_output(folder.path(), &[], true).is_err(), "it is a folder");
        assert!(check_output(Path::new("-"), &[], true).is_err());
    }

    #[test]
    fn a_file_of_a_run_is_never_written() {
        let folder = tempfile::tempdir().expect("a folder");
        let run = folder.path().join("out.csv.gradus");
        fs::create_dir(&run).expect("a folder");
        assert!(check_output(&run.join("mine"), &[], true).is_ok(), "a folder that is only called so");
        write_whole(&run.join("manifest.json"), "{}").expect("writes");
        for name in ["manifest.json", "journal.1", "new", "deeper/new"] {
            assert!(check_output(&run.join(name), &[], true).is_err(), "{name}");
        }
        assert!(check_output(&folder.path().join("x/../out.csv.gradus/y"), &[], true).is_err(), "through a new folder");
        #[cfg(unix)]
        {
            let link = folder.path().join("link.xml");
            std::os::unix::fs::symlink(run.join("manifest.json"), &link).expect("links");
            assert!(check_output(&link, &[], true).is_err(), "through a link");
        }
    }

    #[test]
    fn files_that_go_together_are_written_all_or_none() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("one");
        let blocked = file.join("two"); // below a file there is no place
        fs::write(folder.path().join("three"), "").expect("writes");
        let blocked_first = [(file.clone(), "x"), (folder.path().join("three").join("four"), "x")];
        assert!(write_together(&blocked_first).is_err());
        assert!(!file.exists() && !blocked.exists());
    }
}
