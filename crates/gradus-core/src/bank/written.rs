//! How text is written into a rubric file: as a phrase, as a string, as an id.

use std::collections::BTreeSet;
use std::fmt::Write as _;

/// A word as it stands in a phrase: signs of the phrase language get a backslash.
pub(super) fn written(word: &str) -> String {
    let mut written = String::with_capacity(word.len());
    for c in word.chars() {
        if matches!(c, '*' | '|' | '"' | '&' | '<' | '>' | '=' | '\\') {
            written.push('\\');
        }
        written.push(c);
    }
    written
}

/// A string on one line, as TOML writes it.
pub(super) fn quoted(text: &str) -> String {
    let mut quoted = String::with_capacity(text.len() + 2);
    quoted.push('"');
    for c in text.chars() {
        match c {
            '"' | '\\' => quoted.extend(['\\', c]),
            '\n' => quoted.push_str("\\n"),
            '\t' => quoted.push_str("\\t"),
            c if c.is_control() => {
                let _ = write!(quoted, "\\u{:04X}", u32::from(c));
            }
            c => quoted.push(c),
        }
    }
    quoted.push('"');
    quoted
}

/// What is left of a name in lower-case letters, digits and single hyphens: an id, or nothing.
pub(super) fn hyphenated(name: &str) -> String {
    let mut id = String::with_capacity(name.len());
    for c in name.chars() {
        if c.is_ascii_alphanumeric() {
            id.push(c.to_ascii_lowercase());
        } else if !id.is_empty() && !id.ends_with('-') {
            id.push('-');
        }
    }
    id.truncate(id.trim_end_matches('-').len());
    id
}

/// The name, with a number where it is taken; it is taken then.
pub(super) fn free(name: &str, taken: &mut BTreeSet<String>) -> String {
    let numbered = (2..).map(|number| format!("{name}-{number}"));
    let free = std::iter::once(name.to_owned()).chain(numbered).find(|name| !taken.contains(name)).unwrap_or_default();
    taken.insert(free.clone());
    free
}
