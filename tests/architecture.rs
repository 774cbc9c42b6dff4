//! Which module may name which inside a crate, and how a source file is built.
//!
//! The compiler enforces the boundaries between crates, and `gradus-core` denies I/O by a lint. The rest is checked
//! here: the sources are read as text, comments, literals and test modules are blanked, and paths are searched for.

mod file_circles;

use std::path::Path;

use crate::source_files::paths::{CodePath, paths};
use crate::source_files::{Code, SourceFile, is_word, line_at, source_files};

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
/// Folders of the sources of the crates that the table governs.
const GOVERNED: [&str; 2] = ["src", "crates/gradus-core/src"];
const PRINTS: [&str; 5] = ["print!", "println!", "eprint!", "eprintln!", "dbg!"];
const MOST_LINES: usize = 400;
const MOST_LINES_OF_MAIN: usize = 39;

/// The module that the table has a line for; `None` for crate roots, the command line and other crates.
fn governed_module(file: &SourceFile) -> Option<&str> {
    let module = file.path.components().next()?.as_os_str().to_str()?;
    let is_root = matches!(module, "lib.rs" | "main.rs" | "test_bank.rs" | "cli");
    let is_governed = GOVERNED.contains(&file.crate_root.as_str()) && !is_root;
    is_governed.then(|| module.trim_end_matches(".rs"))
}

/// The number of modules that a file is nested in: that many `super` lead to the crate's root.
fn depth(path: &Path) -> usize {
    path.components().count() - usize::from(path.ends_with("mod.rs"))
}

/// Fails with every fault that `faults` finds in the sources.
fn assert_none(faults: impl Fn(&SourceFile) -> Vec<String>) {
    let all: Vec<String> = source_files()
        .iter()
        .flat_map(|file| {
            faults(file).into_iter().map(|fault| format!("{}: {fault}", file.full_path())).collect::<Vec<_>>()
        })
        .collect();
    assert!(all.is_empty(), "{}", all.join("\n"));
}

/// Paths out of `module` that the table does not allow.
fn forbidden_names(module: &str, depth: usize, code: &str) -> Vec<String> {
    let Some((_, allowed)) = MAY_NAME.iter().find(|(name, _)| *name == module) else {
        return vec![format!("module `{module}` is not in the table")];
    };
    // Test modules in files of other names may use the bank for tests.
    let is_allowed = |name: &str| name == module || name == "test_bank" || allowed.contains(&name);
    let mut faults: Vec<String> = paths(code)
        .iter()
        .filter_map(|path| Some((path.at, name_below_root(path, depth)?)))
        .filter(|(_, name)| !is_allowed(name))
        .map(|(at, name)| format!("line {}: `{module}` may not name `{name}`", line_at(code, at)))
        .collect();
    faults.dedup(); // a group of imports has several paths
    faults
}

/// The module below the root of the crate that a path leads to.
fn name_below_root(path: &CodePath, depth: usize) -> Option<&str> {
    let supers = path.names.iter().take_while(|name| *name == "super").count();
    match path.names.first()?.as_str() {
        "crate" => path.names.get(1),
        "super" if supers == depth => path.names.get(depth),
        _ => None,
    }
    .map(String::as_str)
}

/// Macros that print.
fn prints(code: &str) -> Vec<String> {
    let mut found = Vec::new();
    for print in PRINTS {
        let mut starts = code.match_indices(print).map(|(at, _)| &code[..at]);
        found.extend(starts.find(|before| !before.ends_with(is_word)).map(|_| print.to_owned()));
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
    assert_none(|file| match governed_module(file) {
        Some(module) if !file.is_test => forbidden_names(module, depth(&file.path), &file.code.without_tests()),
        _ => Vec::new(),
    });
}

#[test]
fn only_the_command_line_prints() {
    assert_none(|file| {
        let is_exempt = file.path.starts_with("cli") || file.path == Path::new("main.rs");
        if is_exempt || file.is_test { Vec::new() } else { prints(&file.code.without_tests()) }
    });
}

#[test]
fn mod_files_only_declare() {
    assert_none(
        |file| {
            if file.path.ends_with("mod.rs") { more_than_declarations(&file.code.plain) } else { Vec::new() }
        },
    );
}

#[test]
fn files_begin_with_a_header_and_stay_short() {
    assert_none(|file| {
        let (lines, is_main) = (file.text.lines().count(), file.path == Path::new("main.rs"));
        let most = if is_main { MOST_LINES_OF_MAIN } else { MOST_LINES };
        let mut faults = Vec::new();
        faults.extend((!file.text.starts_with("//! ")).then(|| "no `//!` header".to_owned()));
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
        assert_eq!(forbidden_names(module, depth, &Code::of(code).without_tests()).len(), 1, "{code}");
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
        assert_eq!(forbidden_names(module, depth, &Code::of(code).without_tests()), [""; 0], "{code}");
    }
    assert_eq!(prints("my_print!(1);"), [""; 0]);
}

#[test]
fn the_check_of_printing_finds_every_macro_that_prints() {
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
