//! Tests that help, messages and doc comments of the program do not use the phrases of [`super::RULES`].
//!
//! A small scanner collects the doc comments and string literals of all crates. It leaves out test modules and files
//! whose literals are data.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use super::{assert_none, is_at, tokens, violations, without_fences};
use crate::docs::commands::help_of_all_commands;
use crate::support::root;

/// Doc comments must not start with these words, because they refer to the identifier or to another item instead of
/// describing the documented one. Signs count as words.
const OPENINGS: [&str; 9] =
    ["it", "what .", "which .", "who .", "the same .", "the same ,", "the same ;", "the same for", "the same with"];

/// Files whose literals are data and not messages, by the end of their path, with the reason.
const DATA: [(&str, &str); 7] = [
    ("judge/prompt.rs", "a judge's replies depend on every word of the prompt"),
    ("judge/conversation.rs", "its texts are sent to judges and are part of cache keys"),
    ("judge/quote.rs", "its texts are sent to judges and are part of cache keys"),
    ("judge/reply_reader.rs", "its texts are sent to judges and are part of cache keys"),
    ("draft/rubric_file.rs", "drafted files are compared with those of earlier versions"),
    ("src/row_processor.rs", "the reasons of rows are part of the keys by which a run is resumed"),
    ("score/injection/orders.rs", "the phrases are those of answers that address the grader"),
];

/// Doc comments and literals of a source file.
#[derive(Debug, PartialEq, Eq)]
enum Piece {
    Doc { line: usize, text: String },
    Literal { line: usize, text: String },
}

/// The pieces of `code` outside test modules, in order, and the names of modules that exist only for tests.
fn pieces(code: &str) -> (Vec<Piece>, Vec<String>) {
    let (mut pieces, mut at, mut plain) = (Vec::new(), 0, String::with_capacity(code.len()));
    while let Some(c) = code[at..].chars().next() {
        let length = literal_length(&code[at..], &plain);
        if length == 0 {
            plain.push(c);
            at += c.len_utf8();
        } else {
            pieces.push((at, &code[at..at + length]));
            plain.extend(code[at..at + length].bytes().map(|byte| if byte == b'\n' { '\n' } else { ' ' }));
            at += length;
        }
    }
    let (ranges, modules) = test_modules(code, &plain);
    pieces.retain(|(at, _)| ranges.iter().all(|range| !range.contains(at)));
    let line = |at: usize| code[..at].matches('\n').count() + 1;
    (join_docs(pieces.into_iter().filter_map(|(at, text)| piece(line(at), text))), modules)
}

/// A comment or literal as a piece. `None` for plain comments, characters and literals without words.
fn piece(line: usize, text: &str) -> Option<Piece> {
    if let Some(text) = text.strip_prefix("///").or_else(|| text.strip_prefix("//!")) {
        return Some(Piece::Doc { line, text: text.strip_prefix(' ').unwrap_or(text).to_owned() });
    }
    let opening = text.find('"').filter(|_| !text.starts_with('/') && !text.starts_with('\''))?;
    let text = text[opening + 1..].trim_end_matches('#').trim_end_matches('"');
    // A line break in a message separates sentences. A backslash at the end of a line does not.
    let text = text.replace("\\\n", "\n").replace("\\n", " ; ").replace("\\\"", "\"");
    (text.split_whitespace().count() > 2).then_some(Piece::Literal { line, text })
}

/// Joins the lines of each doc comment.
fn join_docs(pieces: impl Iterator<Item = Piece>) -> Vec<Piece> {
    let mut joined: Vec<Piece> = Vec::new();
    for next in pieces {
        match (joined.last_mut(), next) {
            (Some(Piece::Doc { line, text }), Piece::Doc { line: below, text: more })
                if *line + text.matches('\n').count() + 1 == below =>
            {
                text.push('\n');
                text.push_str(&more);
            }
            (_, next) => joined.push(next),
        }
    }
    joined
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
        let is_word = before.ends_with(|c: char| c == '_' || (c.is_alphanumeric() && c != 'b'));
        return if is_word { 0 } else { up_to(2 + hashes, &format!("\"{}", "#".repeat(hashes))) };
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

/// The byte ranges of test modules, and the names of test modules in their own files. A module with a `path` has the
/// name of its file. `plain` is `code` with spaces instead of comments and literals.
fn test_modules(code: &str, plain: &str) -> (Vec<std::ops::Range<usize>>, Vec<String>) {
    let (mut ranges, mut names) = (Vec::new(), Vec::new());
    for (at, _) in plain.match_indices("#[cfg(") {
        let attribute = &plain[at..at + plain[at..].find(']').unwrap_or(0)];
        let is_test = attribute.split(|c: char| !c.is_alphanumeric()).any(|word| word == "test");
        let item = &plain[at + attribute.len()..];
        let (declared, block) = (item.find(';').unwrap_or(item.len()), item.find('{').unwrap_or(item.len()));
        if !is_test || attribute.contains("not(") {
            continue;
        }
        if block < declared {
            ranges.push(at..at + attribute.len() + block + block_length(&item[block..]));
        } else if let Some((_, name)) = item[..declared].rsplit_once("mod ") {
            let path = code[at + attribute.len()..][..declared].split_once("#[path = \"").map(|(_, path)| path);
            let file = path.and_then(|path| path.split_once('"')).map(|(path, _)| path);
            names.push(file.unwrap_or(name.trim()).to_owned());
        }
    }
    (ranges, names)
}

/// Bytes of the block in braces that `code` starts with.
fn block_length(code: &str) -> usize {
    let mut open = 0_usize;
    for (at, c) in code.char_indices() {
        match c {
            '{' => open += 1,
            '}' if open == 1 => return at + 1,
            '}' => open = open.saturating_sub(1),
            _ => {}
        }
    }
    code.len()
}

/// The violations in the doc comments and messages of a file.
fn violations_in_code(name: &str, pieces: &[Piece]) -> Vec<String> {
    let is_data = DATA.iter().any(|(end, _)| name.ends_with(end));
    let mut found = Vec::new();
    for piece in pieces {
        match piece {
            Piece::Literal { .. } if is_data => {}
            Piece::Literal { line, text } => found.extend(violations(name, *line, text)),
            Piece::Doc { line, text } => {
                let text = without_fences(text);
                let words = tokens(&text, *line);
                let opening = OPENINGS.iter().find(|opening| is_at(&words, 0, opening));
                found.extend(opening.map(|opening| format!("{name}:{line}: starts with `{opening}`: name the thing")));
                found.extend(violations(name, *line, &text));
            }
        }
    }
    found
}

/// The Rust files of all crates, by path below the project folder, with their text.
fn sources() -> Vec<(PathBuf, String)> {
    let crates = fs::read_dir(root().join("crates")).expect("a folder of crates");
    let mut folders: Vec<PathBuf> = crates.map(|entry| entry.expect("an entry").path().join("src")).collect();
    folders.push(root().join("src"));
    let mut files = Vec::new();
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).expect("a folder") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let text = fs::read_to_string(&path).expect("UTF-8");
                files.push((path.strip_prefix(root()).expect("below the project").to_owned(), text));
            }
        }
    }
    files.sort();
    files
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

#[test]
fn help_does_not_use_banned_phrases() {
    let help = help_of_all_commands();
    let found = help.iter().flat_map(|(command, help)| violations(&format!("help of `{command}`"), 1, help));
    assert_none(&found.collect::<Vec<_>>());
}

#[test]
fn messages_and_doc_comments_do_not_use_banned_phrases() {
    let sources = sources();
    let read: Vec<_> = sources.iter().map(|(path, text)| (path, pieces(text))).collect();
    let tests: BTreeSet<PathBuf> =
        read.iter().flat_map(|(path, (_, names))| names.iter().flat_map(|name| places_of_module(path, name))).collect();
    let is_test = |path: &Path| path.ancestors().any(|ancestor| tests.contains(ancestor));
    let mut found = Vec::new();
    for (path, (pieces, _)) in read.iter().filter(|(path, _)| !is_test(path)) {
        found.extend(violations_in_code(&path.to_string_lossy(), pieces));
    }
    assert_none(&found);
}

#[test]
fn files_with_data_exist() {
    let sources = sources();
    for (end, reason) in DATA {
        assert!(sources.iter().any(|(path, _)| path.to_string_lossy().ends_with(end)), "{end}: {reason}");
    }
}

#[test]
fn violations_in_comments_and_literals_are_found() {
    for (code, expected) in [
        ("fn f() {\n    error(\"this is no\\\n        file\");\n}\n", "a.rs:2: `is no`, better: is not a"),
        ("/// A file\n/// of which one is read.\nstruct A;\n", "a.rs:2: `of which`, better: one of, some of them"),
        ("//! Reads.\n\n/// What.\nstruct A;", "a.rs:3: starts with `what .`: name the thing"),
        ("const A: char = '\"'; const B: &str = r#\"a mend\" x\"#;", "a.rs:1: `mend`, better: fix"),
        ("fn f<'a>(x: &'a str) { g(\"done \\\" and begun at last\") }", "a.rs:1: `begun`, better: started"),
        ("#[cfg(not(test))]\nmod a { const A: &str = \"asked anew by it\"; }", "a.rs:2: `anew`, better: again"),
    ] {
        assert_eq!(violations_in_code("a.rs", &pieces(code).0), [expected], "{code}");
    }
}

#[test]
fn tests_plain_comments_and_short_literals_are_left_out() {
    for code in [
        "#[cfg(test)]\nmod tests {\n    /// Nobody.\n    const A: &str = \"nobody at all { there\";\n}\n",
        "#[cfg(all(test, unix))]\nmod tests { const A: &str = \"anew, anew, anew\"; }",
        "// nobody reads this\nconst A: &str = \"nobody\"; const B: char = '\\'';",
        "/// Prints `nobody is told`.\n///\n/// ```\n/// begin();\n/// ```\nfn f() {}",
    ] {
        assert_eq!(violations_in_code("a.rs", &pieces(code).0), [""; 0], "{code}");
    }
    let (_, modules) =
        pieces("#[cfg(test)]\nmod fixture;\n#[cfg(test)]\n#[path = \"a_tests.rs\"]\nmod tests;\nmod other;");
    assert_eq!(modules, ["fixture", "a_tests.rs"]);
    assert_eq!(places_of_module(Path::new("src/a.rs"), "b"), [PathBuf::from("src/a/b.rs"), PathBuf::from("src/a/b")]);
    assert_eq!(places_of_module(Path::new("src/lib.rs"), "b"), [PathBuf::from("src/b.rs"), PathBuf::from("src/b")]);
    assert_eq!(places_of_module(Path::new("src/a.rs"), "c.rs")[0], PathBuf::from("src/c.rs"));
}
