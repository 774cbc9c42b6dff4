//! The Rust files of all crates, and a small scanner for them.
//!
//! The scanner finds comments, literals and code for tests. The tests of the architecture and of the wording decide what
//! may be in the rest.

pub(crate) mod paths;

use std::collections::BTreeSet;
use std::fs;
use std::ops::Range;
use std::path::{Path, PathBuf};

use crate::support::root;

/// A source file.
pub(crate) struct SourceFile {
    /// The folder of its crate's sources, below the project folder.
    pub(crate) crate_root: String,
    /// Below the folder of its crate's sources.
    pub(crate) path: PathBuf,
    pub(crate) text: String,
    pub(crate) code: Code,
    /// Whether it belongs to a module that exists only for tests.
    pub(crate) is_test: bool,
}

impl SourceFile {
    pub(crate) fn new(crate_root: impl Into<String>, path: impl Into<PathBuf>, text: impl Into<String>) -> Self {
        let text = text.into();
        Self { crate_root: crate_root.into(), path: path.into(), code: Code::of(&text), text, is_test: false }
    }

    /// The path below the project folder.
    pub(crate) fn full_path(&self) -> String {
        format!("{}/{}", self.crate_root, self.path.display())
    }
}

/// The source files of all crates, sorted by path.
pub(crate) fn source_files() -> Vec<SourceFile> {
    let crates = fs::read_dir(root().join("crates")).expect("a folder of crates");
    let names = crates.map(|entry| entry.expect("an entry").file_name().into_string().expect("UTF-8"));
    let mut roots: Vec<String> = names.map(|name| format!("crates/{name}/src")).collect();
    roots.push("src".to_owned());
    let mut files: Vec<SourceFile> = roots.iter().flat_map(|crate_root| files_of_crate(crate_root)).collect();
    files.sort_by_cached_key(SourceFile::full_path);
    mark_tests(&mut files);
    files
}

fn files_of_crate(crate_root: &str) -> Vec<SourceFile> {
    let (src, mut files) = (root().join(crate_root), Vec::new());
    let mut folders = vec![src.clone()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).expect("a folder") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let text = fs::read_to_string(&path).expect("UTF-8");
                files.push(SourceFile::new(crate_root, path.strip_prefix(&src).expect("below the sources"), text));
            }
        }
    }
    files
}

/// Marks the files that are test modules as a whole: `#[cfg(test)] mod name;`.
fn mark_tests(files: &mut [SourceFile]) {
    let tests: BTreeSet<(String, PathBuf)> = files
        .iter()
        .flat_map(|file| {
            file.code
                .test_modules
                .iter()
                .flat_map(|name| places_of_module(&file.path, name))
                .map(|path| (file.crate_root.clone(), path))
        })
        .collect();
    for file in files {
        let mut places = file.path.ancestors();
        file.is_test = places.any(|place| tests.contains(&(file.crate_root.clone(), place.to_owned())));
    }
}

/// The file and the folder of a submodule of the module in `path`. `name` may be the name of its file.
fn places_of_module(path: &Path, name: &str) -> [PathBuf; 2] {
    if Path::new(name).extension().is_some() {
        return [path.with_file_name(name), path.with_file_name(name).with_extension("")];
    }
    let is_root = ["mod.rs", "lib.rs", "main.rs"].iter().any(|root| path.ends_with(root));
    let folder = if is_root { path.with_file_name(name) } else { path.with_extension("").join(name) };
    [folder.with_extension("rs"), folder]
}

/// The parts of a Rust text, as ranges of bytes.
pub(crate) struct Code {
    /// The text with spaces instead of comments and literals. Offsets and line breaks stay.
    pub(crate) plain: String,
    /// Comments and literals, in order.
    pub(crate) literals: Vec<Range<usize>>,
    /// Items with `#[cfg(test)]`.
    tests: Vec<Range<usize>>,
    /// The names of test modules in their own files. A module with a `path` has the name of its file.
    pub(crate) test_modules: Vec<String>,
}

impl Code {
    pub(crate) fn of(text: &str) -> Self {
        let (mut plain, mut literals) = (String::with_capacity(text.len()), Vec::new());
        while let Some(c) = text[plain.len()..].chars().next() {
            let (at, length) = (plain.len(), literal_length(&text[plain.len()..], &plain));
            if length == 0 {
                plain.push(c);
            } else {
                plain.push_str(&blank(&text[at..at + length]));
                literals.push(at..at + length);
            }
        }
        let (tests, test_modules) = test_items(text, &plain);
        Self { plain, literals, tests, test_modules }
    }

    /// Whether the byte at `at` belongs to code for tests.
    pub(crate) fn is_test(&self, at: usize) -> bool {
        self.tests.iter().any(|range| range.contains(&at))
    }

    /// The plain text with spaces instead of code for tests.
    pub(crate) fn without_tests(&self) -> String {
        let mut code = self.plain.clone();
        for range in &self.tests {
            code.replace_range(range.clone(), &blank(&code[range.clone()]));
        }
        code
    }
}

/// As many bytes as `text`, all of them spaces or line breaks.
fn blank(text: &str) -> String {
    text.bytes().map(|byte| if byte == b'\n' { '\n' } else { ' ' }).collect()
}

/// The line, from 1, of the byte at `at`.
pub(crate) fn line_at(text: &str, at: usize) -> usize {
    text[..at].matches('\n').count() + 1
}

/// Whether `c` may be part of a name.
pub(crate) fn is_word(c: char) -> bool {
    c == '_' || c.is_alphanumeric()
}

/// Bytes of the comment or literal that `rest` starts with, or 0. `before` is the code in front of it.
fn literal_length(rest: &str, before: &str) -> usize {
    let up_to = |from: usize, end: &str| rest[from..].find(end).map_or(rest.len(), |at| from + at + end.len());
    let raw = rest.strip_prefix('r').map(|raw| raw.len() - raw.trim_start_matches('#').len());
    if rest.starts_with("//") {
        return rest.find('\n').unwrap_or(rest.len());
    } else if rest.starts_with("/*") {
        return up_to(2, "*/");
    } else if let Some(hashes) = raw.filter(|hashes| rest[1 + hashes..].starts_with('"')) {
        let is_in_word = before.ends_with(|c: char| is_word(c) && c != 'b');
        return if is_in_word { 0 } else { up_to(2 + hashes, &format!("\"{}", "#".repeat(hashes))) };
    }
    match rest.as_bytes() {
        [b'"', ..] => escaped_length(rest, '"'),
        [b'\'', b'\\', ..] => escaped_length(rest, '\''),
        // A quote that is not closed after one character is a lifetime.
        [b'\'', ..] => rest.char_indices().nth(2).filter(|(_, c)| *c == '\'').map_or(0, |(at, _)| at + 1),
        _ => 0,
    }
}

/// Bytes up to and including the closing quote.
fn escaped_length(rest: &str, quote: char) -> usize {
    let mut chars = rest.char_indices().skip(1);
    while let Some((at, c)) = chars.next() {
        match c {
            '\\' => drop(chars.next()),
            _ if c == quote => return at + 1,
            _ => {}
        }
    }
    rest.len()
}

/// The byte ranges of items for tests, and the names of test modules in their own files. `plain` is `text` with spaces
/// instead of comments and literals.
fn test_items(text: &str, plain: &str) -> (Vec<Range<usize>>, Vec<String>) {
    let (mut ranges, mut names) = (Vec::new(), Vec::new());
    for (at, _) in plain.match_indices("#[cfg(") {
        let attribute = &plain[at..at + plain[at..].find(']').unwrap_or(0)];
        let is_test = attribute.split(|c: char| !c.is_alphanumeric()).any(|word| word == "test");
        let start = at + attribute.len();
        let item = &plain[start..];
        let (declared, block) = (item.find(';').unwrap_or(item.len()), item.find('{').unwrap_or(item.len()));
        // Code for `not(test)` or `any(test, ..)` also exists outside tests.
        if !is_test || attribute.contains("not(") || attribute.contains("any(") {
            continue;
        }
        if block < declared {
            ranges.push(at..start + block + block_length(&item[block..]));
            continue;
        }
        ranges.push(at..(start + declared + 1).min(plain.len()));
        if let Some((_, name)) = item[..declared].rsplit_once("mod ") {
            let path = text[start..][..declared].split_once("#[path = \"").map(|(_, path)| path);
            let file = path.and_then(|path| path.split_once('"')).map(|(path, _)| path);
            names.push(file.unwrap_or(name.trim()).to_owned());
        }
    }
    (ranges, names)
}

/// Bytes of the block in braces that `code` starts with.
pub(crate) fn block_length(code: &str) -> usize {
    let mut open = 0_usize;
    for (at, c) in code.char_indices() {
        match c {
            '{' => open += 1,
            '}' if open <= 1 => return at + 1,
            '}' => open -= 1,
            _ => {}
        }
    }
    code.len()
}

#[test]
fn comments_literals_and_code_for_tests_are_blanked() {
    for (text, expected) in [
        ("a // b\nc /* d */ e", "a     \nc         e"),
        ("f(\"g\\\"\", 'h', '\\'', br#\"\"i\"#)", "f(     ,    ,     , b       )"),
        ("fn f<'a>(a: &'a str)", "fn f<'a>(a: &'a str)"),
        ("a\n#[cfg(test)]\nmod tests { b }\nc", "a\n            \n               \nc"),
        ("#[cfg(all(test, unix))] use a::b; c", "                                  c"),
        ("#[cfg(not(test))] a", "#[cfg(not(test))] a"),
    ] {
        assert_eq!(Code::of(text).without_tests(), expected, "{text}");
    }
}

#[test]
fn test_modules_in_files_of_their_own_are_found() {
    let mut files = [
        SourceFile::new("src", "b.rs", "#[cfg(test)]\n#[path = \"b_tests.rs\"]\nmod tests;"),
        SourceFile::new("src", "b_tests.rs", ""),
        SourceFile::new("src", "report/fixture.rs", ""),
        SourceFile::new("src", "report/fixture/text.rs", ""),
        SourceFile::new("src", "report/mod.rs", "mod a;\n#[cfg(test)]\nmod fixture;\n"),
        SourceFile::new("crates/a/src", "report/fixture.rs", ""),
    ];
    mark_tests(&mut files);
    let tests: Vec<String> = files.iter().filter(|file| file.is_test).map(SourceFile::full_path).collect();
    assert_eq!(tests, ["src/b_tests.rs", "src/report/fixture.rs", "src/report/fixture/text.rs"]);
}

#[test]
fn submodules_are_next_to_root_files_and_below_others() {
    assert_eq!(places_of_module(Path::new("src/a.rs"), "b"), [PathBuf::from("src/a/b.rs"), PathBuf::from("src/a/b")]);
    assert_eq!(places_of_module(Path::new("src/lib.rs"), "b"), [PathBuf::from("src/b.rs"), PathBuf::from("src/b")]);
    assert_eq!(places_of_module(Path::new("src/a.rs"), "c.rs")[0], PathBuf::from("src/c.rs"));
}
