//! Tests that no files of a crate import each other in a circle.
//!
//! A file imports another one if a path in it leads to an item that the other file defines. Paths are followed through
//! re-exports. `mod name;` and code for tests are not imports. A lint denies `use path::*`, except in re-exports and
//! tests.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::fmt::Write as _;
use std::path::Path;

use crate::source_files::paths::{CodePath, Import, paths};
use crate::source_files::{SourceFile, is_word, line_at, source_files};

/// Folders of the sources of the crates.
const CHECKED: &[&str] = &[
    "src",
    "crates/gradus-core/src",
    "crates/gradus-llm/src",
    "crates/gradus-batch/src",
    "crates/gradus-words/src",
    "crates/gradus-testing/src",
];

/// The most re-exports that a path is followed through.
const MAX_EXPORTS: usize = 16;

/// Words in front of the names of items that a path can lead through.
const TYPES: [&str; 6] = ["struct", "enum", "union", "trait", "type", "mod"];
/// Words in front of the names of items that end a path.
const VALUES: [&str; 4] = ["fn", "const", "static", "macro_rules"];

/// The names of the modules that lead to a module from the root of its crate.
type ModulePath = Vec<String>;

/// A file as a module.
struct Module {
    file: String,
    /// Whether the file only declares modules, so that no path ends at the file itself.
    is_index: bool,
    /// The text without comments, literals and tests.
    code: String,
    types: BTreeSet<String>,
    /// Includes methods, although paths do not lead to them.
    values: BTreeSet<String>,
    paths: Vec<CodePath>,
}

impl Module {
    fn of(file: &SourceFile) -> Self {
        let code = file.code.without_tests();
        Self {
            file: file.full_path(),
            is_index: ["mod.rs", "lib.rs", "main.rs"].iter().any(|name| file.path.ends_with(name)),
            types: names_after(&TYPES, &code),
            values: names_after(&VALUES, &code),
            paths: paths(&code),
            code,
        }
    }

    fn defines(&self, name: &str, is_last: bool) -> bool {
        self.types.contains(name) || (is_last && self.values.contains(name))
    }

    /// The paths that bind a name.
    fn imports<'m>(&'m self, name: &'m str) -> impl Iterator<Item = &'m CodePath> {
        self.paths.iter().filter(move |path| matches!(&path.import, Import::Name(bound) if bound == name))
    }
}

/// The names that follow one of `words`.
fn names_after(words: &[&str], code: &str) -> BTreeSet<String> {
    let in_code: Vec<&str> = code.split(|c| !is_word(c)).filter(|word| !word.is_empty()).collect();
    in_code.windows(2).filter(|pair| words.contains(&pair[0])).map(|pair| pair[1].to_owned()).collect()
}

/// The modules of a crate.
struct Modules(BTreeMap<ModulePath, Module>);

impl Modules {
    fn of<'f>(files: impl Iterator<Item = &'f SourceFile>) -> Self {
        let files: Vec<&SourceFile> = files.filter(|file| !file.is_test).collect();
        let has_library = files.iter().any(|file| file.path == Path::new("lib.rs"));
        Self(files.into_iter().map(|file| (module_path(&file.path, has_library), Module::of(file))).collect())
    }

    /// The module whose file defines the item at the end of a path in the module `from`. `None` if another crate defines
    /// it, or if the path ends at a file that only declares modules. `exports` limits the re-exports on the way.
    fn defining(&self, from: &[String], names: &[String], exports: usize) -> Option<ModulePath> {
        let first = names.first()?;
        if first == "crate" {
            return self.defining_below(Vec::new(), &names[1..], exports);
        }
        let module = self.0.get(from)?;
        let is_bound = ["self", "super"].contains(&first.as_str())
            || self.0.contains_key(&child(from, first))
            || module.defines(first, names.len() == 1)
            || module.imports(first).next().is_some();
        if is_bound { self.defining_below(from.to_owned(), names, exports) } else { None }
    }

    /// As [`Self::defining`], for a path that starts below the module `at`.
    fn defining_below(&self, at: ModulePath, names: &[String], exports: usize) -> Option<ModulePath> {
        let module = self.0.get(&at)?;
        let Some((name, rest)) = names.split_first() else { return (!module.is_index).then_some(at) };
        if let Some(next) = self.step(&at, name) {
            return self.defining_below(next, rest, exports);
        }
        if module.defines(name, rest.is_empty()) {
            return Some(at);
        }
        let more = exports.checked_sub(1)?;
        let mut imports = module.imports(name).peekable();
        if imports.peek().is_some() {
            return imports.find_map(|import| self.defining(&at, &[&import.names, rest].concat(), more));
        }
        let globs = module.paths.iter().filter(|path| path.import == Import::Glob);
        let mut exporting = globs.filter_map(|glob| self.module_at(&at, &glob.names));
        if let Some(exporting) = exporting.find(|exporting| self.has(exporting, name, rest.is_empty())) {
            return self.defining_below(exporting, names, more);
        }
        // A macro may define the item in the file.
        (!module.is_index).then_some(at)
    }

    /// The module that one name leads to.
    fn step(&self, at: &[String], name: &str) -> Option<ModulePath> {
        match name {
            "crate" => Some(Vec::new()),
            "self" => Some(at.to_owned()),
            "super" => at.split_last().map(|(_, parent)| parent.to_owned()),
            name => Some(child(at, name)).filter(|child| self.0.contains_key(child)),
        }
    }

    fn module_at(&self, from: &[String], names: &[String]) -> Option<ModulePath> {
        names.iter().try_fold(from.to_owned(), |at, name| self.step(&at, name))
    }

    fn has(&self, module: &[String], name: &str, is_last: bool) -> bool {
        let found = self.0.get(module);
        self.step(module, name).is_some()
            || found.is_some_and(|module| module.defines(name, is_last) || module.imports(name).next().is_some())
    }

    /// For each file the files that it imports, with the line of the first path.
    fn imports(&self) -> Imports {
        let mut imports = Imports::new();
        for (at, module) in &self.0 {
            let imported = imports.entry(module.file.clone()).or_default();
            for path in &module.paths {
                let target = self.defining(at, &path.names, MAX_EXPORTS).filter(|target| target != at);
                if let Some(target) = target.and_then(|target| self.0.get(&target)) {
                    imported.entry(target.file.clone()).or_insert_with(|| line_at(&module.code, path.at));
                }
            }
        }
        imports
    }
}

fn child(module: &[String], name: &str) -> ModulePath {
    [module, &[name.to_owned()]].concat()
}

/// The path of the module in a file. `main.rs` next to `lib.rs` is the root of a crate of its own, which nothing imports.
fn module_path(file: &Path, has_library: bool) -> ModulePath {
    let mut names: ModulePath =
        file.with_extension("").components().map(|name| name.as_os_str().to_string_lossy().into_owned()).collect();
    let is_root = file == Path::new("lib.rs") || (file == Path::new("main.rs") && !has_library);
    if is_root || file.ends_with("mod.rs") {
        names.pop();
    }
    names
}

/// For each file the files that it imports, with a line.
type Imports = BTreeMap<String, BTreeMap<String, usize>>;

/// The shortest circle through a file, as the files behind it. Empty if there is none.
fn circle(imports: &Imports, file: &str) -> Vec<String> {
    let (mut previous, mut queue) = (BTreeMap::<&str, &str>::new(), VecDeque::from([file]));
    while let Some(at) = queue.pop_front() {
        for next in imports.get(at).into_iter().flat_map(BTreeMap::keys) {
            if !previous.contains_key(next.as_str()) {
                previous.insert(next, at);
                queue.push_back(next);
            }
        }
    }
    let mut circle = Vec::new();
    let mut at = file;
    while let Some(before) = previous.get(at) {
        circle.push(at.to_owned());
        at = before;
        if at == file {
            break;
        }
    }
    circle.reverse();
    circle
}

/// A circle of each group of files that import each other, with the lines of the imports.
fn circles(imports: &Imports) -> Vec<String> {
    let (mut seen, mut found) = (BTreeSet::new(), Vec::new());
    for file in imports.keys() {
        let circle = circle(imports, file);
        if circle.is_empty() || !circle.iter().all(|file| seen.insert(file.clone())) {
            continue;
        }
        let mut text = String::new();
        let mut at = file;
        for next in &circle {
            let _ = write!(text, "{at}:{} imports ", imports[at][next]);
            at = next;
        }
        found.push(text + file);
    }
    found
}

#[test]
fn files_do_not_import_each_other_in_circles() {
    let files = source_files();
    let mut found = Vec::new();
    for crate_root in CHECKED {
        let modules = Modules::of(files.iter().filter(|file| file.crate_root == *crate_root));
        assert!(!modules.0.is_empty(), "{crate_root} has no files");
        found.extend(circles(&modules.imports()));
    }
    assert!(found.is_empty(), "{} circles:\n{}", found.len(), found.join("\n"));
}

fn circles_of(files: &[(&str, &str)]) -> Vec<String> {
    let files: Vec<SourceFile> = files.iter().map(|(path, text)| SourceFile::new("src", *path, *text)).collect();
    circles(&Modules::of(files.iter()).imports())
}

#[test]
fn circles_are_found_through_reexports_and_inline_paths() {
    let a_and_b = "src/a.rs:1 imports src/b.rs:1 imports src/a.rs";
    for (a, b) in [
        ("use crate::b::B;", "use super::a::A;"),
        ("use crate::{b};", "fn f() -> super::a::A { todo!() }"),
        ("use super::b; fn f() { b::g() }", "fn g() { crate::a::h() }"),
        ("use super::B; struct A;", "use crate::{A as Other}; struct B;"),
        ("use crate::b as c; struct A;", "mod inner { use super::super::A; } struct B;"),
    ] {
        let lib = "mod a; mod b; pub use a::*; pub use b::B;";
        assert_eq!(circles_of(&[("lib.rs", lib), ("a.rs", a), ("b.rs", b)]), [a_and_b], "{a} {b}");
    }
    let three = [("a.rs", "use crate::b::B;"), ("b.rs", "\n\nuse crate::c::C;"), ("c/mod.rs", "mod d; pub use d::C;")];
    let found = circles_of(&[&three[..], &[("lib.rs", ""), ("c/d.rs", "use crate::a::A; struct C;")]].concat());
    assert_eq!(found, ["src/a.rs:1 imports src/b.rs:3 imports src/c/d.rs:1 imports src/a.rs"]);
}

#[test]
fn imports_in_one_direction_are_not_circles() {
    for (a, b) in [
        ("use crate::b::B;", "#[cfg(test)]\nmod tests { use crate::a::A; }"),
        ("use crate::b::B;", "// crate::a::A\nconst A: &str = \"crate::a::A\"; pub(in crate::a) fn f() {}"),
        ("use crate::b;", "use other::a::A; fn f() { a::A::new() }"),
        ("use crate::b::B;", "use super::{Other, c}; fn f() -> c::A {}"),
    ] {
        let lib = "mod a; mod b; pub use a::A; use other::{Other, c};";
        assert_eq!(circles_of(&[("lib.rs", lib), ("a.rs", a), ("b.rs", b)]), [""; 0], "{a} {b}");
    }
    assert_eq!(
        circles_of(&[
            ("lib.rs", "mod a; pub use a::A;"),
            ("a/mod.rs", "mod b; pub use b::A;"),
            ("a/b.rs", "use crate::A;")
        ]),
        [""; 0]
    );
}
