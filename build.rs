//! Collects the shipped bank, so that the program carries it: the files, and the list of their words.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs, io};

use gradus_words::KnownWords;

fn main() -> io::Result<()> {
    let root = PathBuf::from(env::var_os("CARGO_MANIFEST_DIR").unwrap_or_default());
    let out = PathBuf::from(env::var_os("OUT_DIR").unwrap_or_default());
    // A target folder may be shared by several copies of the sources.
    println!("cargo::rerun-if-env-changed=CARGO_MANIFEST_DIR");
    let mut files = Vec::new();
    for folder in ["rubrics", "corpus"] {
        println!("cargo::rerun-if-changed={folder}");
        collect(&root.join(folder), folder, &mut files)?;
    }
    files.sort();
    let mut embedded = String::from("static FILES: &[(&str, &str)] = &[\n");
    let mut texts = Vec::new();
    for (name, path) in &files {
        let path = path.to_string_lossy();
        writeln!(embedded, "    ({name:?}, include_str!({path:?})),").map_err(io::Error::other)?;
        texts.push(fs::read_to_string(path.as_ref())?);
    }
    embedded.push_str("];\n");
    fs::write(out.join("embedded.rs"), embedded)?;
    fs::write(out.join("words.txt"), KnownWords::of(texts.iter().map(String::as_str)).lines())
}

fn collect(folder: &Path, name: &str, files: &mut Vec<(String, PathBuf)>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let name = format!("{name}/{}", entry.file_name().to_string_lossy());
        if entry.file_type()?.is_dir() {
            collect(&entry.path(), &name, files)?;
        } else if [".toml", ".md", ".txt"].iter().any(|ending| name.ends_with(ending)) {
            files.push((name, entry.path()));
        }
    }
    Ok(())
}
