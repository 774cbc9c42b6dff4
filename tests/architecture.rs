//! Which module may name which inside a crate, and how a source file is built.
//!
//! The compiler enforces the boundaries between crates, and `gradus-core` denies I/O by a lint. The rest is checked
//! here: the sources are read as text, comments, literals and test modules are blanked, and paths are searched for.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use crate::support::root;

/// What each module of `gradus-core` and of the root library may name besides itself.
const MAY_NAME: [(&str, &[&str]); 12] = [
    ("model", &[]),
    ("wording", &["model"]),
    ("text", &["model"]),
    ("pattern", &["model", "text"]),
    ("score", &["model", "text", "pattern"]),
    ("judge", &["model", "text", "score", "wording"]),
    ("agreement", &["model", "wording"]),
    ("report", &["model", "agreement", "wording"]),
    ("bank", &["model", "text", "pattern", "score", "agreement", "wording"]),
    ("questions", &["model", "text", "score", "judge", "bank", "wording"]),
    ("retrieve", &["model", "text", "questions"]),
    ("engine", &["model", "score", "judge", "agreement", "bank", "questions", "retrieve", "llm", "wording"]),
];
/// Folders of the sources of each crate, and whether the table governs it.
const ROOTS: [(&str, bool); 6] = [
    ("src", true),
    ("crates/gradus-core/src", true),
    ("crates/gradus-batch/src", false),
    ("crates/gradus-llm/src", false),
    ("crates/gradus-testing/src", false),
    ("crates/gradus-words/src", false),
];
const PRINTS: [&str; 5] = ["print!", "println!", "eprint!", "eprintln!", "dbg!"];
const MOST_LINES: usize = 400;
const MOST_LINES_OF_MAIN: usize = 39;

/// A source file.
struct Source {
    /// The folder of its crate's sources.
    root: &'static str,
    /// Below that folder.
    path: PathBuf,
    text: String,
}

impl Source {
    /// The module that the table has a line for; `None` for crate roots, the command line and other crates.
    fn module(&self) -> Option<&str> {
        let module = self.path.components().next()?.as_os_str().to_str()?;
        let is_governed = ROOTS.iter().any(|(root, is_governed)| *root == self.root && *is_governed);
        let is_root = matches!(module, "lib.rs" | "main.rs" | "test_bank.rs" | "cli");
        if is_governed && !is_root { Some(module.trim_end_matches(".rs")) } else { None }
    }

    /// The number of modules that it is nested in: that many `super` lead to the crate's root.
    fn depth(&self) -> usize {
        self.path.components().count() - usize::from(self.path.ends_with("mod.rs"))
    }
}

#[allow(clippy::disallowed_methods, reason = "the sources are what is tested")]
fn sources() -> Vec<Source> {
    let mut found: Vec<Source> = ROOTS.iter().flat_map(|(folder, _)| sources_of(folder)).collect();
    found.sort_by(|one, other| (one.root, &one.path).cmp(&(other.root, &other.path)));
    found
}

#[allow(clippy::disallowed_methods, reason = "the sources are what is tested")]
fn sources_of(crate_root: &'static str) -> Vec<Source> {
    let (src, mut found) = (root().join(crate_root), Vec::new());
    let mut folders = vec![src.clone()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).expect("a folder") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|ending| ending == "rs") {
                let text = std::fs::read_to_string(&path).expect("UTF-8");
                let path = path.strip_prefix(&src).expect("below the crate's sources").to_owned();
                found.push(Source { root: crate_root, path, text });
            }
        }
    }
    found
}

/// The files that are test modules as a whole: `#[cfg(test)] mod name;`.
fn test_files(sources: &[Source]) -> BTreeSet<(&'static str, PathBuf)> {
    let mut files = BTreeSet::new();
    for source in sources {
        let code = blank_literals(&source.text);
        for (at, attribute) in code.match_indices(TEST) {
            if let Some(name) = code[at + attribute.len()..].trim_start().strip_prefix("mod ") {
                let name = &name[..word(name)];
                files.insert((source.root, source.path.with_file_name(format!("{name}.rs"))));
            }
        }
    }
    files
}

/// Fails with every fault that `faults` finds in the sources.
fn assert_none(faults: impl Fn(&Source) -> Vec<String>) {
    let all: Vec<String> = sources()
        .iter()
        .flat_map(|source| {
            faults(source)
                .into_iter()
                .map(|fault| format!("{}/{}: {fault}", source.root, source.path.display()))
                .collect::<Vec<_>>()
        })
        .collect();
    assert!(all.is_empty(), "{}", all.join("\n"));
}

const TEST: &str = "#[cfg(test)]";

/// Bytes of the word that `text` begins with.
fn word(text: &str) -> usize {
    text.find(|c: char| c != '_' && !c.is_alphanumeric()).unwrap_or(text.len())
}

/// Blanks comments and the inside of literals; line breaks stay.
fn blank_literals(text: &str) -> String {
    let mut code = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        let length = literal(rest, &code);
        if length == 0 {
            code.push(c);
            rest = &rest[c.len_utf8()..];
        } else {
            code.extend(rest[..length].chars().map(|c| if c == '\n' { c } else { ' ' }));
            rest = &rest[length..];
        }
    }
    code
}

/// Bytes of the comment or literal that `rest` begins with; `before` is the code up to there.
fn literal(rest: &str, before: &str) -> usize {
    let up_to = |from: usize, end: &str| rest[from..].find(end).map_or(rest.len(), |at| from + at + end.len());
    let hashes = rest.strip_prefix('r').map(|raw| raw.len() - raw.trim_start_matches('#').len());
    if rest.starts_with("//") {
        return rest.find('\n').unwrap_or(rest.len());
    } else if rest.starts_with("/*") {
        return up_to(2, "*/");
    } else if let Some(hashes) = hashes.filter(|hashes| rest[1 + hashes..].starts_with('"')) {
        let is_word = before.ends_with(|c: char| c == '_' || (c.is_alphanumeric() && c != 'b'));
        return if is_word { 0 } else { up_to(2 + hashes, &format!("\"{}", "#".repeat(hashes))) };
    }
    let Some(quote) = rest.chars().next().filter(|c| matches!(c, '"' | '\'')) else { return 0 };
    let mut chars = rest.char_indices().skip(1);
    while let Some((at, c)) = chars.next() {
        // A quote that is not closed after one character begins a lifetime.
        let is_lifetime = quote == '\'' && at > 1 && c != '\'' && !rest[1..].starts_with('\\');
        match c {
            _ if is_lifetime => return 0,
            '\\' => drop(chars.next()),
            _ if c == quote => return at + 1,
            _ => {}
        }
    }
    rest.len()
}

/// Blanks the `#[cfg(test)]` modules of code without literals.
fn blank_tests(code: &str) -> String {
    let mut left = String::with_capacity(code.len());
    let mut rest = code;
    while let Some((before, after)) = rest.split_once(TEST) {
        left.push_str(before);
        let (declared, block) = (after.find(';'), after.find('{'));
        let length = match block.filter(|block| declared.is_none_or(|declared| *block < declared)) {
            Some(block) => block + block_length(&after[block..]),
            None => declared.map_or(after.len(), |declared| declared + 1),
        };
        left.extend(after[..length].chars().filter(|c| *c == '\n'));
        rest = &after[length..];
    }
    left + rest
}

/// Bytes of the block in braces that `code` begins with.
fn block_length(code: &str) -> usize {
    let mut open = 0_usize;
    for (at, c) in code.char_indices() {
        match c {
            '{' => open += 1,
            '}' if open == 1 => return at + 1,
            '}' => open -= 1,
            _ => {}
        }
    }
    code.len()
}

/// Names that stand right below `root`, with their lines: `root::name`, `root::{name, other::name}`.
fn names_below(root: &str, code: &str) -> Vec<(usize, String)> {
    let mut names = Vec::new();
    for (at, _) in code.match_indices(root) {
        let is_start = !code[..at].ends_with(|c: char| c == '_' || c == ':' || c.is_alphanumeric());
        if let Some(path) = code[at + root.len()..].trim_start().strip_prefix("::").filter(|_| is_start) {
            let line = code[..at].matches('\n').count() + 1;
            names.extend(first_names(path).into_iter().map(|name| (line, name)));
        }
    }
    names
}

/// The first name of a path, or of each path of a group.
fn first_names(path: &str) -> Vec<String> {
    let path = path.trim_start();
    if !path.starts_with('{') {
        return vec![path[..word(path)].to_owned()];
    }
    let group = &path[1..block_length(path).max(2) - 1];
    let (mut names, mut open, mut start) = (Vec::new(), 0_usize, 0);
    for (at, c) in group.char_indices().chain([(group.len(), ',')]) {
        match c {
            '{' => open += 1,
            '}' => open -= 1,
            ',' if open == 0 => {
                names.extend(first_names(&group[start..at]));
                start = at + 1;
            }
            _ => {}
        }
    }
    names.retain(|name| !name.is_empty());
    names
}

/// Paths out of `module` that the table does not allow.
fn forbidden_names(module: &str, depth: usize, code: &str) -> Vec<String> {
    let Some((_, allowed)) = MAY_NAME.iter().find(|(name, _)| *name == module) else {
        return vec![format!("module `{module}` is not in the table")];
    };
    let supers = vec!["super"; depth].join("::");
    let found = names_below("crate", code).into_iter().chain(names_below(&supers, code));
    found
        // Test modules in files of other names may use the bank for tests.
        .filter(|(_, name)| name != module && name != "test_bank" && !allowed.contains(&name.as_str()))
        .map(|(line, name)| format!("line {line}: `{module}` may not name `{name}`"))
        .collect()
}

/// Macros that print.
fn prints(code: &str) -> Vec<String> {
    let mut found = Vec::new();
    for print in PRINTS {
        let mut starts = code.match_indices(print).map(|(at, _)| &code[..at]);
        let is_word = |before: &str| before.ends_with(|c: char| c == '_' || c.is_alphanumeric());
        found.extend(starts.find(|before| !is_word(before)).map(|_| print.to_owned()));
    }
    found
}

/// Statements that neither declare a module nor import or re-export something.
fn more_than_declarations(code: &str) -> Vec<String> {
    let statements = code.split_inclusive(';').map(without_attributes).filter(|statement| !statement.is_empty());
    let declares = |statement: &str| {
        let plain = statement.strip_prefix("pub").map_or(statement, |rest| {
            rest.trim_start().strip_prefix('(').and_then(|rest| rest.split_once(')')).map_or(rest, |(_, rest)| rest)
        });
        let plain = plain.trim_start();
        statement.ends_with(';') && (plain.starts_with("use ") || (plain.starts_with("mod ") && !plain.contains('{')))
    };
    statements.filter(|statement| !declares(statement)).map(|found| format!("`{}`", first_line(found))).collect()
}

fn without_attributes(statement: &str) -> &str {
    let statement = statement.trim();
    let inside = statement.strip_prefix("#![").or_else(|| statement.strip_prefix("#["));
    inside.and_then(|inside| inside.split_once(']')).map_or(statement, |(_, rest)| without_attributes(rest))
}

fn first_line(text: &str) -> &str {
    text.lines().next().unwrap_or_default()
}

#[test]
fn modules_name_only_what_the_table_allows() {
    let tests = test_files(&sources());
    assert_none(|source| match source.module() {
        Some(module) if !tests.contains(&(source.root, source.path.clone())) => {
            forbidden_names(module, source.depth(), &blank_tests(&blank_literals(&source.text)))
        }
        _ => Vec::new(),
    });
}

#[test]
fn only_the_command_line_prints() {
    let tests = test_files(&sources());
    assert_none(|source| {
        let is_exempt = source.path.starts_with("cli") || source.path == Path::new("main.rs");
        if is_exempt || tests.contains(&(source.root, source.path.clone())) {
            return Vec::new();
        }
        prints(&blank_tests(&blank_literals(&source.text)))
    });
}

#[test]
fn mod_files_only_declare() {
    assert_none(|source| {
        if source.path.ends_with("mod.rs") { more_than_declarations(&blank_literals(&source.text)) } else { Vec::new() }
    });
}

#[test]
fn files_begin_with_a_header_and_stay_short() {
    assert_none(|source| {
        let (lines, is_main) = (source.text.lines().count(), source.path == Path::new("main.rs"));
        let most = if is_main { MOST_LINES_OF_MAIN } else { MOST_LINES };
        let mut faults = Vec::new();
        faults.extend((!source.text.starts_with("//! ")).then(|| "no `//!` header".to_owned()));
        faults.extend((lines > most).then(|| format!("{lines} lines, at most {most}")));
        faults
    });
}

#[test]
fn forbidden_paths_are_seen() {
    for (module, depth, code) in [
        ("model", 2, "use crate::text::Document;"),
        ("text", 2, "use crate::{model::Span, pattern::{Hit, Compiler}};"),
        ("text", 2, "use crate::{\n    model,\n    score,\n};"),
        ("score", 2, "fn f() -> crate::bank::Bank { todo!() }"),
        ("score", 2, "use super::super::bank::Bank;"),
        ("report", 1, "use super::{model, bank};"),
        ("bank", 3, "use super::super::super::cli;"),
        ("retrieve", 2, "use crate::bank;\n#[cfg(test)]\nmod tests { use crate::cli; }"),
        ("unheard-of", 2, ""),
    ] {
        assert_eq!(forbidden_names(module, depth, &blank_tests(code)).len(), 1, "{code}");
    }
}

#[test]
fn allowed_paths_are_left_alone() {
    for (module, depth, code) in [
        ("text", 2, "use crate::model::Span; use super::fold; use crate::text::Lexicon;"),
        ("model", 2, "// crate::text\n/* crate::bank */ const A: &str = \"crate::cli\"; const B: char = '\"';"),
        (
            "model",
            2,
            "fn f<'a>(a: &'a str) {} const A: &str = r#\"\" crate::cli\"#; const B: &[u8] = br\"crate::cli\";",
        ),
        ("retrieve", 2, "#[cfg(test)]\nmod tests { fn f() { use crate::bank; } }\n"),
        ("report", 1, "#[cfg(test)]\nmod fixture;\nuse super::model;"),
        ("bank", 2, "use super::bank; use my_crate::cli;"),
    ] {
        assert_eq!(forbidden_names(module, depth, &blank_tests(&blank_literals(code))), [""; 0], "{code}");
    }
    assert_eq!(prints("my_print!(1);"), [""; 0]);
}

#[test]
fn printing_is_found() {
    for code in ["println!(\"\")", "if a { eprint!(\"\") }", "dbg!(a)"] {
        assert_eq!(prints(code).len(), 1, "{code}");
    }
}

#[test]
fn only_declarations_pass_for_declarations() {
    for code in
        ["fn f() {}", "mod tests { fn f(); }", "pub struct A;", "use a; const B: u8 = 1;", "#[cfg(test)] fn f() {}"]
    {
        assert!(!more_than_declarations(code).is_empty(), "{code}");
    }
    let code = "mod a;\n#[cfg(test)]\nmod b;\npub(crate) mod c;\npub use a::{\n    A, B,\n};\nuse c::C;\n";
    assert_eq!(more_than_declarations(code), [""; 0]);
}

#[test]
fn test_modules_in_files_of_their_own_are_found() {
    let source = |path: &str, text: &str| Source { root: "src", path: path.into(), text: text.to_owned() };
    let found =
        test_files(&[source("report/mod.rs", "mod a;\n#[cfg(test)]\nmod fixture;\n"), source("b.rs", "mod c;")]);
    assert_eq!(found.into_iter().collect::<Vec<_>>(), [("src", PathBuf::from("report/fixture.rs"))]);
}
