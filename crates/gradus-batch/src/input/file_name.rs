//! Finds the question in the name of an answer's file: `error-budget.md`, `error-budget_anna.txt`,
//! `02 Anna - error-budget.txt`, `error-budget/anna.md`.

use std::ops::Range;

/// The question that a file, or else a folder above it, is named after. The longest id wins; a name with two
/// different ids names no question.
pub(super) fn named_after<'i>(name: &str, ids: &'i [String]) -> Option<&'i str> {
    for part in name.rsplit('/') {
        let found = places_of_ids(part, ids);
        let longest = found.iter().max_by_key(|(place, _)| place.len());
        let Some((place, longest)) = longest else { continue };
        let is_inside = |other: &Range<usize>| place.start <= other.start && other.end <= place.end;
        let is_clear = found.iter().all(|(other, id)| is_inside(other) || id == longest);
        return is_clear.then_some(longest);
    }
    None
}

/// The ids that occur in a part of a path between separators, with their places.
fn places_of_ids<'i>(part: &str, ids: &'i [String]) -> Vec<(Range<usize>, &'i str)> {
    // Ids are ASCII, so lower case does not move any letter.
    let lower = part.to_ascii_lowercase();
    let mut found = Vec::new();
    for id in ids.iter().filter(|id| !id.is_empty()) {
        for (start, _) in lower.match_indices(&id.to_ascii_lowercase()) {
            let end = start + id.len();
            let (before, after) = (part.get(..start).unwrap_or_default(), part.get(end..).unwrap_or_default());
            let ends_well = if before.is_empty() { !starts_with_letter(after) } else { is_separated(after) };
            if follows_separator(before) && ends_well {
                found.push((start..end, id.as_str()));
            }
        }
    }
    found
}

fn starts_with_letter(text: &str) -> bool {
    text.starts_with(char::is_alphanumeric)
}

/// Whether an id may follow. A single hyphen joins words, as in `my-budget`, unless only digits precede it.
fn follows_separator(before: &str) -> bool {
    match before.strip_suffix('-') {
        Some(rest) => rest.ends_with(['-', ' ', '_']) || is_number(rest),
        None => !before.ends_with(char::is_alphanumeric),
    }
}

/// Whether a text after an id is separated from it.
fn is_separated(after: &str) -> bool {
    match after.strip_prefix('-') {
        Some(rest) => rest.starts_with(['-', ' ', '_']),
        None => !starts_with_letter(after),
    }
}

fn is_number(text: &str) -> bool {
    !text.is_empty() && text.chars().all(|c| c.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn question<'i>(name: &str, ids: &'i [String]) -> Option<&'i str> {
        named_after(name, ids)
    }

    #[test]
    fn the_longest_id_at_the_start_of_a_name_is_found() {
        let ids = ["budget", "budget-cuts"].map(str::to_owned);
        for (name, id) in [
            ("budget.md", Some("budget")),
            ("anna/budget-cuts.md", Some("budget-cuts")),
            ("budget_anna.md", Some("budget")),
            ("budget-anna.md", Some("budget")),
            ("budget/anna.md", Some("budget")),
            ("budgets.md", None),
            ("my-budget.md", None),
        ] {
            assert_eq!(question(name, &ids), id, "{name}");
        }
    }

    #[test]
    fn an_id_after_a_separator_is_found_too() {
        let ids = ["alert-fatigue", "fatigue", "error-budget"].map(str::to_owned);
        for (name, id) in [
            ("02 Ben - alert-fatigue.txt", Some("alert-fatigue")),
            ("02 Ben - Alert-Fatigue.TXT", Some("alert-fatigue")),
            ("Ben_alert-fatigue.md", Some("alert-fatigue")),
            ("Ben--alert-fatigue.md", Some("alert-fatigue")),
            ("Ben (alert-fatigue).md", Some("alert-fatigue")),
            ("02 alert-fatigue Ben.md", Some("alert-fatigue")),
            ("02-alert-fatigue.md", Some("alert-fatigue")),
            ("02. alert-fatigue - Ben.md", Some("alert-fatigue")),
            ("Zoë – error-budget.md", Some("error-budget")),
            ("team/03 Cleo - error-budget.md", Some("error-budget")),
            // Part of a longer word.
            ("Ben - chronic-fatigue.md", None),
            ("Ben - fatigue-study.md", None),
            ("Ben - alert-fatigues.md", None),
            ("Benalert-fatigue.md", None),
            // Two questions: no guess, also not from the folder.
            ("alert-fatigue - error-budget.md", None),
            ("fatigue/alert-fatigue - error-budget.md", None),
            // The same question twice.
            ("alert-fatigue - alert-fatigue.md", Some("alert-fatigue")),
        ] {
            assert_eq!(question(name, &ids), id, "{name}");
        }
    }
}
