//! A folder of text files, one answer a file.

use std::borrow::Cow;
use std::fs::{self, File};
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

use super::file_name::named_after;
use super::limits::{BLOCK_BYTES, ROW_BYTES, too_long};
use crate::row::{Columns, Row, not_utf8};
use gradus_core::bank::FrontMatter;
use gradus_core::model::{NonText, non_text};

const ENDINGS: [&str; 2] = ["txt", "md"];

/// Reads the text files of a folder and of the folders in it, in the order of their names. A document, such as
/// `.docx`, is a row that cannot be graded.
pub(super) struct FolderReader {
    folder: PathBuf,
    /// Ids of questions that files and folders may be named after.
    ids: Vec<String>,
    /// Paths below the folder.
    files: Vec<PathBuf>,
    next: usize,
    checksum: crc32fast::Hasher,
    bytes: u64,
}

impl FolderReader {
    /// Looks for files; reads none yet.
    pub(super) fn new(folder: &Path, ids: Vec<String>) -> io::Result<Self> {
        let mut files = Vec::new();
        find(folder, Path::new(""), &mut files)?;
        files.sort_unstable_by(|one, other| encoded(one).cmp(encoded(other)));
        Ok(Self { folder: folder.to_owned(), ids, files, next: 0, checksum: crc32fast::Hasher::new(), bytes: 0 })
    }

    pub(super) fn len(&self) -> usize {
        self.files.len()
    }

    pub(super) fn summed_up(&self) -> (u64, u32) {
        (self.bytes, self.checksum.clone().finalize())
    }

    /// Adds rows until a block is full or there are no more files. A file that cannot be read is a row that
    /// cannot be graded.
    pub(super) fn fill(&mut self, rows: &mut Vec<Row<'static>>, columns: &Columns, most: usize) {
        let mut held = 0;
        while let Some(path) = self.files.get(self.next).filter(|_| rows.len() < most && held < BLOCK_BYTES) {
            self.next += 1;
            let text = match path.to_str() {
                Some(_) => document(path)
                    .map_or_else(|| read(&self.folder, &self.folder.join(path)), |kind| Err(kind.reason())),
                None => Err("the name of the file is not UTF-8: rename it".to_owned()),
            };
            for bytes in [encoded(path), text.as_deref().unwrap_or_default().as_bytes()] {
                self.checksum.update(bytes);
                self.bytes += bytes.len() as u64;
            }
            held += text.as_ref().map_or(0, String::len);
            let name = shown(path);
            let mut row = row(self.next as u64, &name, text, columns);
            if row.question.is_none() {
                row.question = named_after(&name, &self.ids).map(|id| Cow::Owned(id.to_owned()));
            }
            rows.push(row);
        }
    }
}

/// A path below the folder as it is shown, with `/` on every system. Bytes that are not text are replaced.
fn shown(path: &Path) -> String {
    path.components().map(|part| part.as_os_str().to_string_lossy()).collect::<Vec<_>>().join("/")
}

fn encoded(path: &Path) -> &[u8] {
    path.as_os_str().as_encoded_bytes()
}

fn find(folder: &Path, below: &Path, files: &mut Vec<PathBuf>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let name = entry.file_name();
        // Hidden files, and the files that Word keeps beside an open document.
        if name.as_encoded_bytes().starts_with(b".") || name.as_encoded_bytes().starts_with(b"~$") {
            continue;
        }
        let (path, kind) = (entry.path(), entry.file_type()?);
        if kind.is_dir() {
            find(&path, &below.join(name), files)?;
        } else if is_text(&path) || document(&path).is_some() || (kind.is_symlink() && path.is_dir()) {
            files.push(below.join(name));
        }
    }
    Ok(())
}

fn is_text(path: &Path) -> bool {
    path.extension().is_some_and(|of| ENDINGS.iter().any(|one| of.eq_ignore_ascii_case(one)))
}

/// The kind of document that a file is by its name.
fn document(path: &Path) -> Option<NonText> {
    path.extension().and_then(|of| of.to_str()).and_then(NonText::document_by_extension)
}

/// Why a file is not opened. A pipe might never end, a link to a folder may lead back here, and a link to elsewhere may
/// name what the author of a handed-in folder could not read.
fn not_opened(folder: &Path, path: &Path) -> io::Result<Option<&'static str>> {
    let about = fs::metadata(path)?;
    if about.is_dir() {
        return Ok(Some("it is a link to a folder, which is not followed: copy the folder"));
    }
    if !about.is_file() {
        return Ok(Some("it is not a regular file: remove it, or copy what it holds into a file"));
    }
    let is_elsewhere =
        fs::symlink_metadata(path)?.is_symlink() && !fs::canonicalize(path)?.starts_with(fs::canonicalize(folder)?);
    Ok(is_elsewhere.then_some("it is a link to a file outside of this folder, which is not read: copy the file"))
}

fn read(folder: &Path, path: &Path) -> Result<String, String> {
    match not_opened(folder, path) {
        Err(error) => return Err(format!("it cannot be read: {error}")),
        Ok(Some(reason)) => return Err(reason.to_owned()),
        Ok(None) => {}
    }
    let mut bytes = Vec::new();
    let read = File::open(path).and_then(|file| file.take(ROW_BYTES as u64 + 1).read_to_end(&mut bytes));
    match read {
        Err(error) => Err(format!("it cannot be read: {error}")),
        Ok(_) if bytes.len() > ROW_BYTES => Err(too_long()),
        Ok(_) => match non_text(&bytes) {
            Some(kind) => Err(kind.reason()),
            None => String::from_utf8(bytes).map_err(|error| not_utf8(error.utf8_error().valid_up_to())),
        },
    }
}

fn row(number: u64, name: &str, text: Result<String, String>, columns: &Columns) -> Row<'static> {
    let mut row = Row::faulty(number, columns, String::new());
    row.id = Some(Cow::Owned(name.to_owned()));
    row.answer = text.and_then(|text| {
        let head = FrontMatter::split(&text).map_err(|error| {
            let told = error.to_string();
            told.lines().next().unwrap_or_default().to_owned()
        })?;
        row.question = head.question.filter(|question| !question.trim().is_empty()).map(Cow::Owned);
        row.body = head.body;
        Ok(Cow::Owned(text))
    });
    row
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_rows_in_the_order_of_their_names() {
        let folder = tempfile::tempdir().expect("a folder");
        let write = |name: &str, bytes: &[u8]| {
            let path = folder.path().join(name);
            fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
            fs::write(path, bytes).expect("writes");
        };
        write("b.md", b"+++\nquestion = \"q\"\n+++\nMine.");
        write("a/q.TXT", b"\xff");
        write("a/.hidden.txt", b"x");
        write("c.docx", b"PK\x03\x04\x14\0\x06\0");
        write("c.png", b"x");
        write("~$c.docx", b"x");
        write("q/e.PDF", b"Mine.");
        write("d.md", b"+++\n?\n+++\n");
        let mut reader = FolderReader::new(folder.path(), vec!["q".to_owned()]).expect("lists");
        let mut rows = Vec::new();
        reader.fill(&mut rows, &Columns::default(), 100);
        let ids: Vec<_> = rows.iter().map(|row| row.id.as_deref().unwrap_or_default()).collect();
        assert_eq!(ids, ["a/q.TXT", "b.md", "c.docx", "d.md", "q/e.PDF"]);
        assert_eq!((rows[0].question.as_deref(), rows[1].question.as_deref()), (Some("q"), Some("q")));
        assert_eq!(rows[0].answer, Err("not UTF-8 from byte 1 on: save it as UTF-8".to_owned()));
        assert_eq!(&rows[1].answer.as_ref().expect("text")[rows[1].body..], "Mine.");
        let reason = |kind: &str| Err(format!("it is {kind}: save it as plain text in UTF-8"));
        assert_eq!(rows[2].answer, reason("a Word document (.docx)"));
        assert!(rows[3].answer.as_ref().is_err_and(|told| told.starts_with("line 2: the front matter")));
        assert_eq!(rows[4].answer, reason("a PDF document (.pdf)"));
        assert_eq!(rows[4].question.as_deref(), Some("q"));
    }

    #[test]
    #[cfg(unix)]
    fn a_name_that_is_not_utf8_and_a_link_to_nothing_are_one_bad_row_each() {
        use std::ffi::OsStr;
        use std::os::unix::ffi::OsStrExt as _;
        let folder = tempfile::tempdir().expect("a folder");
        let write = |name: &[u8]| fs::write(folder.path().join(OsStr::from_bytes(name)), "Mine.").expect("writes");
        write(b"a.txt");
        write(b"b-\xff.txt");
        write(b"c.txt");
        std::os::unix::fs::symlink("nowhere", folder.path().join("d.txt")).expect("links");
        let mut reader = FolderReader::new(folder.path(), vec!["q".to_owned()]).expect("lists");
        let mut rows = Vec::new();
        reader.fill(&mut rows, &Columns::default(), 100);
        let ids: Vec<_> = rows.iter().map(|row| row.id.as_deref().unwrap_or_default()).collect();
        assert_eq!(ids, ["a.txt", "b-\u{fffd}.txt", "c.txt", "d.txt"]);
        assert_eq!(rows[1].answer, Err("the name of the file is not UTF-8: rename it".to_owned()));
        assert!(rows[3].answer.as_ref().is_err_and(|told| told.starts_with("it cannot be read: ")));
        assert!(rows[0].answer.is_ok() && rows[2].answer.is_ok());
    }

    #[test]
    #[cfg(unix)]
    fn links_out_of_the_folder_and_pipes_are_not_opened() {
        use std::os::unix::fs::symlink;
        let outside = tempfile::tempdir().expect("a folder");
        fs::write(outside.path().join("private.txt"), "Secret.").expect("writes");
        let folder = tempfile::tempdir().expect("a folder");
        fs::write(folder.path().join("a.txt"), "Mine.").expect("writes");
        symlink("a.txt", folder.path().join("b.txt")).expect("links");
        symlink(outside.path().join("private.txt"), folder.path().join("c.txt")).expect("links");
        symlink(outside.path(), folder.path().join("d")).expect("links");
        nix::unistd::mkfifo(&folder.path().join("e.txt"), nix::sys::stat::Mode::S_IRWXU).expect("a pipe");
        let mut reader = FolderReader::new(folder.path(), Vec::new()).expect("lists");
        let mut rows = Vec::new();
        reader.fill(&mut rows, &Columns::default(), 100);
        let told: Vec<_> = rows.iter().map(|row| (row.id.as_deref(), row.answer.as_deref())).collect();
        assert_eq!((told[0], told[1]), ((Some("a.txt"), Ok("Mine.")), (Some("b.txt"), Ok("Mine."))));
        for (row, start) in
            told[2..].iter().zip(["it is a link to a file outside", "it is a link to a folder", "it is not"])
        {
            assert!(row.1.is_err_and(|told| told.starts_with(start)), "{row:?}");
        }
        assert_eq!(rows.len(), 5);
    }
}
