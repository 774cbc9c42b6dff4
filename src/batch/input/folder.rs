//! A folder of text files, one answer a file.

use std::borrow::Cow;
use std::fs::{self, File};
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

use super::limits::{BLOCK_BYTES, ROW_BYTES, too_long};
use crate::bank::FrontMatter;
use crate::batch::row::{Columns, Row, not_utf8};

const ENDINGS: [&str; 2] = ["txt", "md"];

/// Reads the text files of a folder and of the folders in it, in the order of their names.
pub(super) struct FolderReader {
    folder: PathBuf,
    /// Ids of questions that files and folders may be named after, the longest first.
    ids: Vec<String>,
    files: Vec<String>,
    next: usize,
    checksum: crc32fast::Hasher,
    bytes: u64,
}

impl FolderReader {
    /// Looks for files; reads none yet.
    pub(super) fn new(folder: &Path, mut ids: Vec<String>) -> io::Result<Self> {
        let mut files = Vec::new();
        find(folder, "", &mut files)?;
        files.sort_unstable();
        ids.sort_unstable_by_key(|id| std::cmp::Reverse(id.len()));
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
        while let Some(name) = self.files.get(self.next).filter(|_| rows.len() < most && held < BLOCK_BYTES) {
            self.next += 1;
            let text = read(&self.folder.join(name));
            for bytes in [name.as_bytes(), text.as_deref().unwrap_or_default().as_bytes()] {
                self.checksum.update(bytes);
                self.bytes += bytes.len() as u64;
            }
            held += text.as_ref().map_or(0, String::len);
            let mut row = row(self.next as u64, name, text, columns);
            if row.question.is_none() {
                row.question = named_after(name, &self.ids).map(|id| Cow::Owned(id.to_owned()));
            }
            rows.push(row);
        }
    }
}

fn find(folder: &Path, prefix: &str, files: &mut Vec<String>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let name = entry.file_name();
        let Some(name) = name.to_str() else {
            let shown = entry.path().display().to_string();
            return Err(io::Error::new(io::ErrorKind::InvalidData, format!("the name of {shown} is not UTF-8")));
        };
        if name.starts_with('.') {
            continue;
        }
        let path = entry.path();
        // A link to a folder is not followed: it may lead back here.
        if entry.file_type()?.is_dir() {
            find(&path, &format!("{prefix}{name}/"), files)?;
        } else if path.extension().is_some_and(|of| ENDINGS.iter().any(|one| of.eq_ignore_ascii_case(one)))
            && path.is_file()
        {
            files.push(format!("{prefix}{name}"));
        }
    }
    Ok(())
}

fn read(path: &Path) -> Result<String, String> {
    let mut bytes = Vec::new();
    let read = File::open(path).and_then(|file| file.take(ROW_BYTES as u64 + 1).read_to_end(&mut bytes));
    match read {
        Err(error) => Err(format!("it cannot be read: {error}")),
        Ok(_) if bytes.len() > ROW_BYTES => Err(too_long()),
        Ok(_) => String::from_utf8(bytes).map_err(|error| not_utf8(error.utf8_error())),
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

/// The question that a file is named after, or a folder it stands in: `error-budget.md`,
/// `error-budget_anna.txt`, `error-budget/anna.md`.
fn named_after<'i>(name: &str, ids: &'i [String]) -> Option<&'i str> {
    let begins = |part: &str, id: &String| {
        part.strip_prefix(id.as_str()).is_some_and(|rest| !rest.starts_with(|c: char| c.is_alphanumeric()))
    };
    name.rsplit('/').find_map(|part| ids.iter().find(|id| begins(part, id))).map(String::as_str)
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
        write("c.pdf", b"x");
        write("d.md", b"+++\n?\n+++\n");
        let mut reader = FolderReader::new(folder.path(), vec!["q".to_owned()]).expect("lists");
        let mut rows = Vec::new();
        reader.fill(&mut rows, &Columns::default(), 100);
        let ids: Vec<_> = rows.iter().map(|row| row.id.as_deref().unwrap_or_default()).collect();
        assert_eq!(ids, ["a/q.TXT", "b.md", "d.md"]);
        assert_eq!((rows[0].question.as_deref(), rows[1].question.as_deref()), (Some("q"), Some("q")));
        assert_eq!(rows[0].answer, Err("not UTF-8 from byte 1 on: save it as UTF-8".to_owned()));
        assert_eq!(&rows[1].answer.as_ref().expect("text")[rows[1].body..], "Mine.");
        assert!(rows[2].answer.as_ref().is_err_and(|told| told.starts_with("line 2: the front matter")));
    }

    #[test]
    fn the_longest_id_at_the_beginning_of_a_name_is_meant() {
        let ids = ["budget-cuts", "budget"].map(str::to_owned);
        for (name, id) in [
            ("budget.md", Some("budget")),
            ("anna/budget-cuts.md", Some("budget-cuts")),
            ("budget_anna.md", Some("budget")),
            ("budget/anna.md", Some("budget")),
            ("budgets.md", None),
            ("my-budget.md", None),
        ] {
            assert_eq!(named_after(name, &ids), id, "{name}");
        }
    }
}
