//! Checks the names that rubrics give their questions besides the ids.
//!
//! Takes the whole bank, because a name must be unique in it; gives findings.

use std::ops::Range;

use hashbrown::{HashMap, HashSet};

use super::finding::{Finding, SourceText};
use super::names::name_key;
use super::question_bank::{Bank, Entry};
use crate::model::is_unseen;

/// Message and hint about a name.
type Fault = (String, &'static str);

/// A finding for every `known_as` that is empty, unreadable or not unique in `bank`, or a wording of another question.
pub(super) fn check_names(bank: &Bank) -> Vec<Finding> {
    let ids: HashMap<String, &Entry> = bank.entries().iter().map(|entry| (name_key(&entry.id), entry)).collect();
    let mut seen: HashMap<String, FirstUse> = HashMap::new();
    let mut findings = Vec::new();
    for entry in bank.entries() {
        let file = entry.rubric_path();
        // Only rubrics with names are parsed here. A rubric that cannot be parsed has separate findings.
        let Some(text) = bank.files().text(&file).filter(|text| text.contains("known_as")) else { continue };
        let Ok(rubric) = bank.parsed(entry) else { continue };
        let source = SourceText::new(text);
        let names: Vec<(String, Range<usize>)> =
            rubric.question.known_as.into_iter().zip(rubric.locations.known_as).collect();
        let mut own: HashSet<String> = HashSet::new();
        for (name, span) in names {
            let key = name_key(&name);
            let fault = unreadable(&name)
                .or_else(|| ids.get(&key).and_then(|other| same_as_id(&name, entry, other)))
                .or_else(|| {
                    own.contains(&name).then(|| (format!("`{name}` is listed twice"), "remove one of the two names"))
                })
                .or_else(|| {
                    seen.get(&name)
                        .or_else(|| seen.get(&key))
                        .filter(|seen| seen.file != file)
                        .map(|seen| seen.fault(&name))
                })
                .or_else(|| same_as_wording(&name, entry, bank));
            if let Some((message, hint)) = fault {
                findings.push(source.finding(&file, span, message, hint));
            }
            own.insert(name.clone());
            for spelling in [key, name.clone()] {
                seen.entry(spelling).or_insert_with(|| FirstUse { name: name.clone(), file: file.clone() });
            }
        }
    }
    findings
}

/// The first use of a name.
struct FirstUse {
    name: String,
    file: String,
}

impl FirstUse {
    /// The fault of `name`, a name of another question.
    fn fault(&self, name: &str) -> Fault {
        let file = &self.file;
        let message = if self.name == name {
            format!("`{name}` is also a name of the question in {file}")
        } else {
            format!("`{name}` looks like `{}`, a name of the question in {file}", self.name)
        };
        (message, "give each question names that no other question has")
    }
}

/// The fault of a name of `entry` that equals the id of `other` or looks like it.
fn same_as_id(name: &str, entry: &Entry, other: &Entry) -> Option<Fault> {
    let (id, file) = (&other.id, other.rubric_path());
    let hint = "remove the name: ids are looked up before names, so this name never finds the question";
    match (other == entry, id == name) {
        (true, true) => {
            Some((format!("`{name}` is the id of this question"), "remove the name: every question is known by its id"))
        }
        // A draft keeps the id of its data set as a name. That id may contain spaces, which ids of questions cannot.
        (true, false) => None,
        (false, true) => Some((format!("`{name}` is the id of the question in {file}"), hint)),
        (false, false) => Some((
            format!("`{name}` looks like `{id}`, the id of the question in {file}"),
            "give each question names that no other question has",
        )),
    }
}

/// The fault of a name of `entry` that is a wording of another question.
fn same_as_wording(name: &str, entry: &Entry, bank: &Bank) -> Option<Fault> {
    let other = bank.entries_with_wording(name).into_iter().find(|other| other.id != entry.id)?;
    let message = format!("`{name}` is a wording of the question in {}", other.rubric_path());
    Some((message, "remove the name: answers to that question would be graded by this rubric"))
}

/// The fault of a name that people cannot type or recognise.
fn unreadable(name: &str) -> Option<Fault> {
    if name.trim().is_empty() {
        return Some(("an empty name".to_owned(), "write the name, or remove it"));
    }
    let odd = name.chars().find(|c| is_unreadable(*c))?;
    let kind = if odd.is_control() { "control" } else { "invisible" };
    let message = format!("a name with the {kind} character U+{:04X}", u32::from(odd));
    Some((message, "remove the character: people cannot see or type it"))
}

/// Whether people cannot see or type `c`: a control, an invisible character, or white space that looks like a space.
fn is_unreadable(c: char) -> bool {
    is_unseen(c) || (c.is_whitespace() && c != ' ')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_in_any_script_are_readable() {
        for name in ["q1", "tea/1", "Why? (part 2)", "naïve", "nai\u{308}ve", "質問一", "вопрос", "🦀"] {
            assert_eq!(unreadable(name), None, "{name:?}");
        }
    }

    #[test]
    fn invisible_characters_are_found_in_names() {
        let hidden = [
            '\0',
            '\n',
            '\u{7f}',
            '\u{85}',
            '\u{a0}',
            '\u{ad}',
            '\u{200b}',
            '\u{200d}',
            '\u{200e}',
            '\u{202e}',
            '\u{2028}',
            '\u{2060}',
            '\u{2061}',
            '\u{180e}',
            '\u{feff}',
            '\u{fe0f}',
            '\u{e0041}',
        ];
        for c in hidden {
            assert!(unreadable(&format!("a{c}b")).is_some(), "U+{:04X}", u32::from(c));
        }
    }
}
