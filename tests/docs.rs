//! Tests of README.md and `docs/`: commands print the output that a page shows, and the target of every link exists.
//!
//! `UPDATE_DOCS=1 cargo test --test suite docs` regenerates `docs/commands.md` and writes the real output into console
//! blocks that differ from it. Read the difference before you keep it.

mod blocks;
pub(crate) mod commands;
mod links;
mod run;

use std::fs;
use std::path::PathBuf;

use crate::support::root;

/// Maximum number of lines of README.md.
const MOST_LINES_OF_README: usize = 250;

/// Whether the environment requests that pages are rewritten.
fn is_update() -> bool {
    std::env::var_os("UPDATE_DOCS").is_some_and(|value| value == "1")
}

/// README.md and every page of `docs/`, by path below the project folder, sorted.
fn pages() -> Vec<PathBuf> {
    let listed = fs::read_dir(root().join("docs")).expect("a folder of pages");
    let mut pages: Vec<PathBuf> = listed
        .map(|entry| PathBuf::from("docs").join(entry.expect("an entry").file_name()))
        .filter(|path| path.extension().is_some_and(|extension| extension == "md"))
        .collect();
    pages.push(PathBuf::from("README.md"));
    pages.sort();
    pages
}

fn read(page: &std::path::Path) -> String {
    fs::read_to_string(root().join(page)).unwrap_or_else(|error| panic!("{}: {error}", page.display()))
}

#[test]
fn the_readme_has_at_most_250_lines() {
    let lines = read("README.md".as_ref()).lines().count();
    assert!(lines <= MOST_LINES_OF_README, "README.md has {lines} lines, at most {MOST_LINES_OF_README}");
}

#[test]
fn the_index_links_every_page() {
    let index = read("docs/README.md".as_ref());
    for page in pages().iter().filter(|page| page.starts_with("docs") && !page.ends_with("README.md")) {
        let name = page.file_name().expect("a name").to_str().expect("UTF-8");
        assert!(index.contains(&format!("]({name})")), "docs/README.md does not link {name}");
    }
}
