//! A folder of text files: every file is one row.
//!
//! Reads the text files of a folder and of its subfolders in the order of their names. A document, such as `.docx`, and a
//! subfolder that cannot be read are rows that cannot be graded. The first lines of a file may be front matter with the
//! values of columns.

use std::borrow::Cow;
use std::fs::{self, File};
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

use super::fault::{BadRow, RowFault};
use super::field_search::FieldSearch;
use super::file_name::named_after;
use super::front_matter;
use super::limits::{BLOCK_BYTES, ROW_BYTES, too_long};
use super::record::{Field, Record, RecordColumns};
use crate::row::{Columns, Row};
use gradus_core::bank::FrontMatter;
use gradus_core::model::{NonText, RowLocation, non_text};

const EXTENSIONS: [&str; 2] = ["txt", "md"];

/// Reads the files of a folder.
pub(super) struct FolderReader {
    folder: PathBuf,
    /// Ids of questions that files and folders may be named after.
    ids: Vec<String>,
    /// In the order of their paths.
    entries: Vec<FolderEntry>,
    next: usize,
    checksum: crc32fast::Hasher,
    bytes: u64,
}

/// A file of the folder, or a subfolder that cannot be read.
struct FolderEntry {
    /// Path below the folder.
    path: PathBuf,
    /// Why the entry is not opened; `None` for a file that looks like a text or a document.
    fault: Option<RowFault>,
}

/// A file of the folder that was read, or an entry that cannot be read.
struct TextFile {
    /// Position in the folder, from 1.
    number: u64,
    /// Path below the folder, with `/` on every system.
    name: String,
    text: Result<String, RowFault>,
}

impl FolderReader {
    /// Lists the files; reads none yet.
    ///
    /// # Errors
    /// When the folder itself cannot be read. A subfolder that cannot be read is a row.
    pub(super) fn new(folder: &Path, ids: Vec<String>) -> io::Result<Self> {
        let mut entries = entries_below(folder)?;
        entries.sort_unstable_by(|one, other| encoded(&one.path).cmp(encoded(&other.path)));
        Ok(Self { folder: folder.to_owned(), ids, entries, next: 0, checksum: crc32fast::Hasher::new(), bytes: 0 })
    }

    pub(super) fn len(&self) -> usize {
        self.entries.len()
    }

    /// Length and checksum of the names and texts that were read.
    pub(super) fn length_and_checksum(&self) -> (u64, u32) {
        (self.bytes, self.checksum.clone().finalize())
    }

    /// Adds rows until the block is full or there are no more files. A file that cannot be read is a row that cannot
    /// be graded.
    pub(super) fn fill(&mut self, rows: &mut Vec<Row<'static>>, columns: &Columns, most: usize) {
        let mut held = 0;
        while rows.len() < most && held < BLOCK_BYTES {
            let Some(file) = self.next_file() else { break };
            held += file.text.as_ref().map_or(0, String::len);
            rows.push(self.row(file, columns));
        }
    }

    /// The next file as a record: `id` is the file's name, `answer` its text, and every other column is in its front
    /// matter. `None` at the end. `named` searches the front matter for the columns that the caller named.
    pub(super) fn next_record(
        &mut self,
        columns: &FolderColumns<'_>,
        named: &mut FieldSearch,
    ) -> Option<Result<Record, BadRow>> {
        let file = self.next_file()?;
        let at = RowLocation::File { number: file.number, name: file.name.clone() };
        let record =
            self.record(file, columns, named).map(|fields| Record { at: at.clone(), fields, present: Vec::new() });
        Some(record.map_err(|fault| BadRow { at, fault }))
    }

    fn next_file(&mut self) -> Option<TextFile> {
        let FolderEntry { path, fault } = self.entries.get(self.next)?;
        self.next += 1;
        let text = match (fault, path.to_str()) {
            (Some(fault), _) => Err(fault.clone()),
            (None, Some(_)) => document(path)
                .map_or_else(|| read(&self.folder, &self.folder.join(path)), |kind| Err(RowFault::Document(kind))),
            (None, None) => Err(RowFault::FileName),
        };
        for bytes in [encoded(path), text.as_deref().unwrap_or_default().as_bytes()] {
            self.checksum.update(bytes);
            self.bytes += bytes.len() as u64;
        }
        Some(TextFile { number: self.next as u64, name: shown(path), text })
    }

    fn row(&self, file: TextFile, columns: &Columns) -> Row<'static> {
        let TextFile { number, name, text } = file;
        let mut row = Row::faulty(number, columns, String::new());
        let answer = text.and_then(|text| {
            let head = FrontMatter::split(&text)?;
            row.question = head.question.filter(|question| !question.trim().is_empty()).map(Cow::Owned);
            row.body = head.body;
            Ok(Cow::Owned(text))
        });
        row.answer = answer.map_err(|fault: RowFault| fault.to_string());
        if row.question.is_none() {
            row.question = named_after(&name, &self.ids).map(|id| Cow::Owned(id.to_owned()));
        }
        row.id = Some(Cow::Owned(name));
        row
    }

    fn record(
        &self,
        file: TextFile,
        columns: &FolderColumns<'_>,
        named: &mut FieldSearch,
    ) -> Result<Vec<(String, Field)>, RowFault> {
        let text = file.text?;
        let head = FrontMatter::split(&text)?;
        let mut fields = front_matter::fields(text.get(..head.body).unwrap_or_default());
        let present = fields.iter().map(|(name, _)| name.as_str()).chain([columns.answer]);
        named.add_valid_row(present.map(str::to_owned));
        fields.retain(|(name, _)| columns.wanted.has(name) && name != columns.answer);
        let has = |fields: &[(String, Field)], column: &str| fields.iter().any(|(name, _)| name == column);
        if !has(&fields, columns.id) {
            fields.push((columns.id.to_owned(), Field::Text(file.name.clone())));
        }
        if !has(&fields, columns.question) {
            let question = head.question.filter(|question| !question.trim().is_empty());
            let question = question.or_else(|| named_after(&file.name, &self.ids).map(str::to_owned));
            fields.extend(question.map(|question| (columns.question.to_owned(), Field::Text(question))));
        }
        let answer = text.get(head.body..).unwrap_or_default().to_owned();
        fields.push((columns.answer.to_owned(), Field::Text(answer)));
        Ok(fields)
    }
}

/// The columns of records that a folder gives without front matter.
pub(super) struct FolderColumns<'c> {
    pub(super) id: &'c str,
    pub(super) question: &'c str,
    pub(super) answer: &'c str,
    pub(super) wanted: &'c RecordColumns,
}

/// A path below the folder as it is shown, with `/` on every system. Bytes that are not text are replaced.
fn shown(path: &Path) -> String {
    path.components().map(|part| part.as_os_str().to_string_lossy()).collect::<Vec<_>>().join("/")
}

fn encoded(path: &Path) -> &[u8] {
    path.as_os_str().as_encoded_bytes()
}

/// The files of a folder and of its subfolders that are rows, and the subfolders that cannot be read, in any order.
///
/// # Errors
/// When the folder itself cannot be read.
fn entries_below(folder: &Path) -> io::Result<Vec<FolderEntry>> {
    let (mut entries, mut subfolders) = (Vec::new(), Vec::new());
    find(folder, Path::new(""), &mut entries, &mut subfolders)?;
    while let Some(path) = subfolders.pop() {
        if let Err(error) = find(&folder.join(&path), &path, &mut entries, &mut subfolders) {
            let fault = Some(RowFault::UnreadableFolder { message: error.to_string() });
            entries.push(FolderEntry { path, fault });
        }
    }
    Ok(entries)
}

/// Adds the files and subfolders of a folder, with paths that start with `below`.
fn find(folder: &Path, below: &Path, entries: &mut Vec<FolderEntry>, subfolders: &mut Vec<PathBuf>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let name = entry.file_name();
        // Hidden files, and the files that Word keeps beside an open document.
        if name.as_encoded_bytes().starts_with(b".") || name.as_encoded_bytes().starts_with(b"~$") {
            continue;
        }
        let (path, below) = (entry.path(), below.join(name));
        match entry.file_type() {
            Ok(kind) if kind.is_dir() => subfolders.push(below),
            Ok(kind) if is_text(&path) || document(&path).is_some() || (kind.is_symlink() && path.is_dir()) => {
                entries.push(FolderEntry { path: below, fault: None });
            }
            Ok(_) => {}
            Err(error) => {
                let fault = Some(RowFault::Unreadable { message: error.to_string() });
                entries.push(FolderEntry { path: below, fault });
            }
        }
    }
    Ok(())
}

fn is_text(path: &Path) -> bool {
    path.extension().is_some_and(|of| EXTENSIONS.iter().any(|one| of.eq_ignore_ascii_case(one)))
}

/// The kind of document that a file is by its name.
fn document(path: &Path) -> Option<NonText> {
    path.extension().and_then(|of| of.to_str()).and_then(NonText::document_by_extension)
}

/// Why a file is not opened. A pipe might never end, a link to a folder may lead back here, and a link to elsewhere may
/// name a file that the author of a handed-in folder could not read.
fn not_opened(folder: &Path, path: &Path) -> io::Result<Option<RowFault>> {
    let about = fs::metadata(path)?;
    if about.is_dir() {
        return Ok(Some(RowFault::LinkToFolder));
    }
    if !about.is_file() {
        return Ok(Some(RowFault::NotAFile));
    }
    let is_elsewhere =
        fs::symlink_metadata(path)?.is_symlink() && !fs::canonicalize(path)?.starts_with(fs::canonicalize(folder)?);
    Ok(is_elsewhere.then_some(RowFault::LinkOutside))
}

fn read(folder: &Path, path: &Path) -> Result<String, RowFault> {
    let unreadable = |error: io::Error| RowFault::Unreadable { message: error.to_string() };
    if let Some(fault) = not_opened(folder, path).map_err(unreadable)? {
        return Err(fault);
    }
    let mut bytes = Vec::new();
    let file = File::open(path).map_err(unreadable)?;
    file.take(ROW_BYTES as u64 + 1).read_to_end(&mut bytes).map_err(unreadable)?;
    if bytes.len() > ROW_BYTES {
        return Err(too_long());
    }
    if let Some(kind) = non_text(&bytes) {
        return Err(RowFault::Document(kind));
    }
    String::from_utf8(bytes).map_err(|error| RowFault::NotUtf8 { valid: error.utf8_error().valid_up_to() })
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
        write("e.md", b"+++\nquestion = \"q\"\nMine.");
        let mut reader = FolderReader::new(folder.path(), vec!["q".to_owned()]).expect("lists");
        let mut rows = Vec::new();
        reader.fill(&mut rows, &Columns::default(), 100);
        let ids: Vec<_> = rows.iter().map(|row| row.id.as_deref().unwrap_or_default()).collect();
        assert_eq!(ids, ["a/q.TXT", "b.md", "c.docx", "d.md", "e.md", "q/e.PDF"]);
        assert_eq!((rows[0].question.as_deref(), rows[1].question.as_deref()), (Some("q"), Some("q")));
        assert_eq!(rows[0].answer, Err("not UTF-8 from byte 1 on: save it as UTF-8".to_owned()));
        assert_eq!(&rows[1].answer.as_ref().expect("text")[rows[1].body..], "Mine.");
        let reason = |kind: &str| Err(format!("it is {kind}: save it as plain text in UTF-8"));
        assert_eq!(rows[2].answer, reason("a Word document (.docx)"));
        assert!(rows[3].answer.as_ref().is_err_and(|reason| reason.starts_with("line 2: the front matter")));
        let not_closed = "line 1: the front matter is not closed: expected a second line `+++`";
        assert_eq!(rows[4].answer, Err(not_closed.to_owned()));
        assert_eq!(rows[5].answer, reason("a PDF document (.pdf)"));
        assert_eq!(rows[5].question.as_deref(), Some("q"));
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
        assert!(rows[3].answer.as_ref().is_err_and(|reason| reason.starts_with("it cannot be read: ")));
        assert!(rows[0].answer.is_ok() && rows[2].answer.is_ok());
    }

    #[test]
    #[cfg(unix)]
    fn a_subfolder_that_cannot_be_read_is_one_bad_row_with_its_path() {
        let folder = tempfile::tempdir().expect("a folder");
        for name in ["a.txt", "b.txt", "d.txt"] {
            fs::write(folder.path().join(name), "Mine.").expect("writes");
        }
        gradus_testing::create_unreadable_folder(&folder.path().join("c")).expect("folders");
        let mut reader = FolderReader::new(folder.path(), Vec::new()).expect("lists");
        let mut rows = Vec::new();
        reader.fill(&mut rows, &Columns::default(), 100);
        let ids: Vec<_> = rows.iter().map(|row| row.id.as_deref().unwrap_or_default()).collect();
        assert_eq!((ids.len(), ids[0], ids[1], ids[3]), (4, "a.txt", "b.txt", "d.txt"), "{ids:?}");
        assert!(ids[2].starts_with("c/xxxx") && ids[2].ends_with('x'), "{}", ids[2]);
        assert!(fs::read_dir(folder.path().join(ids[2])).is_err(), "the row names the folder that cannot be read");
        let reason = rows[2].answer.as_ref().expect_err("a reason");
        assert!(reason.starts_with("this folder cannot be read: File name too long"), "{reason}");
        assert!(FolderReader::new(&folder.path().join(ids[2]), Vec::new()).is_err(), "the input itself is an error");
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
        let found: Vec<_> = rows.iter().map(|row| (row.id.as_deref(), row.answer.as_deref())).collect();
        assert_eq!((found[0], found[1]), ((Some("a.txt"), Ok("Mine.")), (Some("b.txt"), Ok("Mine."))));
        for (row, start) in
            found[2..].iter().zip(["it is a link to a file outside", "it is a link to a folder", "it is not"])
        {
            assert!(row.1.is_err_and(|reason| reason.starts_with(start)), "{row:?}");
        }
        assert_eq!(rows.len(), 5);
    }
}
