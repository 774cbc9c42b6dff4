//! The names that questions are known by besides their ids: which of them cannot be used, and why.
//!
//! Looks at the whole bank, because a name is only sound if no other question has it.

use std::ops::Range;

use hashbrown::HashMap;

use super::finding::{Finding, SourceText};
use super::library::Bank;
use crate::model::is_unseen;

/// What is wrong with a name: message and hint.
type Fault = (String, &'static str);

/// A finding for every `known_as` that is empty, unreadable or not unique in `bank`.
pub(super) fn check_names(bank: &Bank) -> Vec<Finding> {
    let ids: HashMap<&str, String> = bank.entries().iter().map(|entry| (entry.id.as_str(), entry.rubric())).collect();
    let mut seen: HashMap<String, String> = HashMap::new();
    let mut findings = Vec::new();
    for entry in bank.entries() {
        let file = entry.rubric();
        // Only rubrics with names are parsed here. One that cannot be parsed has findings of its own.
        let Some(text) = bank.files().text(&file).filter(|text| text.contains("known_as")) else { continue };
        let Ok(rubric) = bank.parsed(entry) else { continue };
        let source = SourceText::new(text);
        let names: Vec<(String, Range<usize>)> =
            rubric.question.known_as.into_iter().zip(rubric.places.known_as).collect();
        for (name, span) in names {
            let fault = unreadable(&name).or_else(|| match (ids.get(name.as_str()), seen.get(&name)) {
                (Some(own), _) if *own == file => Some((
                    format!("`{name}` is the id of this question"),
                    "remove it: every question is known by its id",
                )),
                (Some(other), _) => Some((
                    format!("`{name}` is the id of the question in {other}"),
                    "remove it: an id is looked up before names, so this one is never used",
                )),
                (None, Some(other)) if *other == file => {
                    Some((format!("`{name}` is listed twice"), "remove one of them"))
                }
                (None, Some(other)) => Some((
                    format!("`{name}` is also a name of the question in {other}"),
                    "give each question names that no other question has",
                )),
                (None, None) => None,
            });
            if let Some((message, hint)) = fault {
                findings.push(source.finding(&file, span, message, hint));
            }
            seen.entry(name).or_insert_with(|| file.clone());
        }
    }
    findings
}

/// Why nobody could type or recognise `name`, if that is so.
fn unreadable(name: &str) -> Option<Fault> {
    if name.trim().is_empty() {
        return Some(("an empty name".to_owned(), "remove it, or write the name"));
    }
    let odd = name.chars().find(|c| is_unreadable(*c))?;
    let kind = if odd.is_control() { "control" } else { "invisible" };
    let message = format!("a name with the {kind} character U+{:04X}", u32::from(odd));
    Some((message, "remove it: nobody can see or type this character"))
}

/// Whether a person cannot see or type `c`: controls, invisible characters, and white space that looks like a space.
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
    fn characters_that_are_not_seen_are_found_in_names() {
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
