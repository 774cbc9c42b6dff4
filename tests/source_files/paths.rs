//! Finds the paths in Rust code: those that `use` statements import, and those in expressions and types.
//!
//! Takes code without comments, literals and tests. The caller decides which item a path refers to.

use super::{block_length, is_word};

/// A path such as `crate::model::Span`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct CodePath {
    /// Offset, in bytes, of the path or of its `use` statement.
    pub(crate) at: usize,
    /// The names of the path, at least one. A `super` of an inline module is removed, so that paths start at the file.
    pub(crate) names: Vec<String>,
    pub(crate) import: Import,
}

/// The name that a path binds in its file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Import {
    /// An imported or renamed item.
    Name(String),
    /// All names of a module: `use path::*`.
    Glob,
    /// The path is not part of a `use` statement.
    None,
}

/// The imported paths of `code`, and its other paths of two or more names.
pub(crate) fn paths(code: &str) -> Vec<CodePath> {
    let (mut found, mut at) = (Vec::new(), 0);
    while let Some(start) = code[at..].find(is_word).map(|offset| at + offset) {
        let end = start + word_length(&code[start..]);
        let statement = code[end..].split(';').next().unwrap_or_default();
        at = if &code[start..end] == "use" && statement.starts_with(char::is_whitespace) {
            add_imports(start, &[], statement, &mut found);
            end + statement.len()
        } else {
            let names = names_at(&code[start..]);
            let length = names.iter().map(|name| name.len() + 2).sum::<usize>() - 2;
            let before = code[..start].trim_end();
            // `pub(in path)` limits who may use the item. A path behind `::` starts outside the crate.
            let is_visibility = before.ends_with("(in");
            if names.len() > 1 && !is_visibility && !before.ends_with("::") {
                found.push(CodePath { at: start, names, import: Import::None });
            }
            start + length
        };
    }
    leave_inline_modules(code, &mut found);
    found
}

/// Number of bytes of the name that `text` starts with.
pub(crate) fn word_length(text: &str) -> usize {
    text.find(|c| !is_word(c)).unwrap_or(text.len())
}

/// The names of the path that `code` starts with.
fn names_at(code: &str) -> Vec<String> {
    let (mut names, mut rest) = (Vec::new(), code);
    loop {
        let length = word_length(rest);
        names.push(rest[..length].to_owned());
        match rest[length..].strip_prefix("::").filter(|next| next.starts_with(is_word)) {
            Some(next) => rest = next,
            None => return names,
        }
    }
}

/// Adds the paths of the tree of a `use` statement.
fn add_imports(at: usize, prefix: &[String], tree: &str, found: &mut Vec<CodePath>) {
    let names_of = |path: &str| {
        path.split("::").map(str::trim).filter(|name| !name.is_empty()).map(str::to_owned).collect::<Vec<_>>()
    };
    if let Some(brace) = tree.find('{') {
        let prefix = [prefix, &names_of(&tree[..brace])].concat();
        let group = &tree[brace + 1..brace + block_length(&tree[brace..]).max(2) - 1];
        for branch in branches(group) {
            add_imports(at, &prefix, branch, found);
        }
        return;
    }
    let (path, alias) = tree.split_once(" as ").map_or((tree, None), |(path, alias)| (path, Some(alias.trim())));
    let mut names = [prefix, &names_of(path)].concat();
    let Some(last) = names.last().cloned() else { return };
    if last == "*" || (last == "self" && names.len() > 1) {
        names.pop();
    }
    let import = match alias.or(names.last().map(String::as_str)) {
        _ if last == "*" => Import::Glob,
        Some(name) => Import::Name(name.to_owned()),
        None => return,
    };
    found.push(CodePath { at, names, import });
}

/// The parts of a `use` group, split at the commas that are not inside inner braces.
fn branches(group: &str) -> Vec<&str> {
    let (mut branches, mut open, mut start) = (Vec::new(), 0_usize, 0);
    for (at, c) in group.char_indices().chain([(group.len(), ',')]) {
        match c {
            '{' => open += 1,
            '}' => open -= 1,
            ',' if open == 0 => {
                branches.push(&group[start..at]);
                start = at + 1;
            }
            _ => {}
        }
    }
    branches.retain(|branch| !branch.trim().is_empty());
    branches
}

/// Removes each `super` that leads from an inline module to its file, and then each path outside `use` that has only
/// one name left.
fn leave_inline_modules(code: &str, paths: &mut Vec<CodePath>) {
    let mut modules = Vec::new();
    for (at, _) in code.match_indices("mod ") {
        let name = &code[at + 4..];
        let block = at + 4 + word_length(name);
        if !code[..at].ends_with(is_word) && code[block..].trim_start().starts_with('{') {
            modules.push(block..block + block_length(&code[block..]));
        }
    }
    paths.retain_mut(|path| {
        let depth = modules.iter().filter(|module| module.contains(&path.at)).count();
        let supers = path.names.iter().take_while(|name| *name == "super").count();
        path.names.drain(..depth.min(supers));
        path.names.len() > usize::from(path.import == Import::None)
    });
}

#[test]
fn imports_and_other_paths_are_found() {
    let shown = |code: &str| -> Vec<String> {
        let show = |path: CodePath| {
            let names = path.names.join("::");
            match path.import {
                Import::Name(name) if path.names.last() == Some(&name) => format!("use {names}"),
                Import::Name(name) => format!("use {names} as {name}"),
                Import::Glob => format!("use {names}::*"),
                Import::None => names,
            }
        };
        paths(code).into_iter().map(show).collect()
    };
    for (code, expected) in [
        ("use crate::a::B;", &["use crate::a::B"] as &[_]),
        (
            "pub(crate) use a::{self, b::{C as D, e}, f::*,\n};",
            &["use a", "use a::b::C as D", "use a::b::e", "use a::f::*"],
        ),
        ("use a::B as _;", &["use a::B as _"]),
        ("fn f() -> crate::a::B<c::D> { e::<F>(); g::<H>::i() }", &["crate::a::B", "c::D"]),
        ("pub(in crate::a) fn f() { ::std::b() } impl A + use<'a>;", &[]),
        ("mod a { use super::B; use super::super::c; fn f() { super::d(); } }", &["use B", "use super::c"]),
    ] {
        assert_eq!(shown(code), expected, "{code}");
    }
}
