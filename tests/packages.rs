//! Tests of what the packages of the published crates declare and contain. `.ci/packages` packages them.

use std::fs;
use std::path::PathBuf;

use crate::support::root;

const LICENCES: [&str; 2] = ["LICENSE-MIT", "LICENSE-APACHE"];

/// The manifests of the crates that are published, with their folders.
fn published() -> Vec<(PathBuf, toml::Table)> {
    let crates = fs::read_dir(root().join("crates")).expect("a folder of crates");
    let folders = crates.map(|entry| entry.expect("an entry").path()).chain([root().to_owned()]);
    let manifest = |folder: PathBuf| {
        let text = fs::read_to_string(folder.join("Cargo.toml")).expect("a manifest");
        let package = text.parse::<toml::Table>().expect("TOML").remove("package").expect("a package");
        (folder, package.as_table().expect("a table").clone())
    };
    folders.map(manifest).filter(|(_, package)| !package.contains_key("publish")).collect()
}

#[test]
fn every_published_crate_describes_itself() {
    let published = published();
    assert_eq!(published.len(), 5);
    for (folder, package) in published {
        let text = |key: &str| package.get(key).and_then(toml::Value::as_str).unwrap_or_default().to_owned();
        let name = text("name");
        assert!(text("description").len() > 20, "{name}");
        assert_eq!(text("documentation"), format!("https://docs.rs/{name}"));
        assert!(folder.join(text("readme")).is_file(), "{name}");
        assert!(package.get("categories").is_some_and(|value| !value.as_array().expect("a list").is_empty()), "{name}");
        for key in ["version", "edition", "rust-version", "license", "keywords"] {
            let inherited = package.get(key).and_then(|value| value.get("workspace")?.as_bool());
            assert_eq!(inherited, Some(true), "{name}: {key}");
        }
    }
}

#[test]
fn every_published_crate_contains_the_licences_of_the_project() {
    for (folder, package) in published() {
        let include = package.get("include").and_then(toml::Value::as_array).expect("a list of files");
        assert!(include.iter().any(|pattern| pattern.as_str() == Some("/LICENSE-*")), "{}", folder.display());
        for licence in LICENCES {
            let read = |folder: &std::path::Path| fs::read_to_string(folder.join(licence)).expect("a licence");
            assert!(read(&folder) == read(root()), "{} differs in {}", licence, folder.display());
        }
    }
}
