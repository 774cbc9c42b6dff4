//! Support for tests and benchmarks of all crates: the files of the shipped bank, folders that cannot be read, and a
//! scripted HTTP server.
//!
//! This crate depends on no other crate of gradus, so that the unit tests of each of them can use it.

#[cfg(feature = "server")]
pub mod server;
mod unreadable_folder;

pub use unreadable_folder::create_unreadable_folder;

use std::path::Path;
use std::sync::LazyLock;
use std::{fs, io};

/// Name and text of each file in `rubrics` and `corpus`, sorted by name.
///
/// # Panics
/// A file cannot be read.
pub fn shipped_files() -> &'static [(&'static str, &'static str)] {
    static FILES: LazyLock<Vec<(&'static str, &'static str)>> = LazyLock::new(|| {
        let root = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../.."));
        let mut files = Vec::new();
        for folder in ["rubrics", "corpus"] {
            read_folder(&root.join(folder), folder, &mut files).expect("the shipped bank can be read");
        }
        files.sort_unstable();
        files
    });
    &FILES
}

fn read_folder(folder: &Path, name: &str, files: &mut Vec<(&'static str, &'static str)>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let name = format!("{name}/{}", entry.file_name().to_string_lossy());
        if entry.file_type()?.is_dir() {
            read_folder(&entry.path(), &name, files)?;
        } else if [".toml", ".md", ".txt"].iter().any(|extension| name.ends_with(extension)) {
            files.push((name.leak(), fs::read_to_string(entry.path())?.leak()));
        }
    }
    Ok(())
}
