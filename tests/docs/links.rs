//! Tests of the links between the documents of the project.

use std::path::Path;

use super::{pages, read};
use crate::support::root;

/// Targets of links to project files and headings, in text outside fenced blocks.
fn links(page: &str) -> Vec<String> {
    let mut is_fenced = false;
    let mut links = Vec::new();
    for line in page.lines() {
        is_fenced ^= line.starts_with("```");
        if !is_fenced {
            let targets = line.split("](").skip(1).filter_map(|rest| rest.split_once(')'));
            links.extend(targets.map(|(target, _)| target.to_owned()));
        }
    }
    links.retain(|target| !target.contains("://"));
    links
}

/// The anchors that GitHub gives to the headings of a page.
fn anchors(page: &str) -> Vec<String> {
    let mut is_fenced = false;
    let mut anchors = Vec::new();
    for line in page.lines() {
        is_fenced ^= line.starts_with("```");
        if let (false, Some((marks, heading))) = (is_fenced, line.split_once(' '))
            && !marks.is_empty()
            && marks.bytes().all(|byte| byte == b'#')
        {
            let kept = heading.to_lowercase();
            let kept = kept.chars().filter(|c| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_'));
            anchors.push(kept.collect::<String>().trim().replace(' ', "-"));
        }
    }
    anchors
}

/// The fault of a link on `page`; `None` if the target exists.
fn fault(page: &Path, target: &str) -> Option<String> {
    let (file, anchor) = target.split_once('#').map_or((target, None), |(file, anchor)| (file, Some(anchor)));
    let folder = page.parent().unwrap_or(Path::new(""));
    let file = if file.is_empty() { page.to_owned() } else { folder.join(file) };
    if !root().join(&file).exists() {
        return Some(format!("{}: `{target}` does not point to a file", page.display()));
    }
    let is_heading = |anchor: &str| anchors(&read(&file)).iter().any(|heading| heading == anchor);
    let missing = anchor.filter(|anchor| !is_heading(anchor));
    missing.map(|_| format!("{}: `{target}` does not point to a heading", page.display()))
}

#[test]
fn links_point_to_existing_files_and_headings() {
    let others = ["ARCHITECTURE.md", "CONTRIBUTING.md", "evals/README.md"].map(Into::into);
    let faults: Vec<String> = pages()
        .iter()
        .chain(&others)
        .flat_map(|page| links(&read(page)).into_iter().filter_map(|target| fault(page, &target)).collect::<Vec<_>>())
        .collect();
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn a_broken_link_is_a_fault() {
    let page = Path::new("docs/README.md");
    assert_eq!(fault(page, "../README.md"), None);
    assert!(fault(page, "no-such-page.md").is_some());
    assert!(fault(page, "../README.md#no-such-heading").is_some());
    assert_eq!(links("[a](b.md#c) and [d](e)\n```text\n[x](y)\n```\n[w](https://example.org)"), ["b.md#c", "e"]);
    assert_eq!(anchors("# A `b`: c-d?\n```sh\n# not a heading\n```\n## E"), ["a-b-c-d", "e"]);
}
