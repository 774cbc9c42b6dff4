//! One spelling for a question's wording, so that two wordings can be compared for equality.

use super::fold::{fold, is_apostrophe};
use crate::model::is_invisible;
use unicode_normalization::char::is_combining_mark;

/// The words of `wording` in one spelling, a space between two of them.
///
/// Wordings have the same key when they differ only in case, width, accents, punctuation, quotes,
/// invisible characters or white space. `+`, `#` and `%` stay, because `C++` and `C#` are not `C`.
/// The key is empty when there is no letter and no digit.
pub fn wording_key(wording: &str) -> String {
    let mut key = String::with_capacity(wording.len());
    let is_part = |c: char| {
        c.is_alphanumeric()
            || matches!(c, '+' | '#' | '%')
            || is_apostrophe(c)
            || is_combining_mark(c)
            || is_invisible(c)
    };
    for part in wording.split(|c: char| !is_part(c)) {
        let word = fold(part.trim_matches(|c| is_apostrophe(c) || is_invisible(c)));
        if !word.contains(char::is_alphanumeric) {
            continue;
        }
        if !key.is_empty() {
            key.push(' ');
        }
        key.extend(word.chars().filter(|c| !is_apostrophe(*c)));
    }
    key
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spellings_of_one_wording_have_one_key() {
        let key = "do you dont trust the team naive cicd";
        for wording in [
            "Do you -- don't trust the team: naive CICD?",
            "  DO YOU “don’t” trust\u{a0}the\nteam’s naïve cicd ???",
            "Do you, dont 'trust' the te\u{200b}am (nai\u{308}ve) ＣＩＣＤ",
        ] {
            assert_eq!(wording_key(wording), key, "{wording}");
        }
    }

    #[test]
    fn different_wordings_keep_different_keys() {
        let wordings = ["What is C?", "What is C++?", "What is C#?", "What is C in 5%?", "What is C in 5?"];
        for (place, one) in wordings.iter().enumerate() {
            for other in &wordings[place + 1..] {
                assert_ne!(wording_key(one), wording_key(other), "{one} {other}");
            }
        }
    }

    #[test]
    fn punctuation_alone_has_no_key() {
        for wording in ["", " ?! ", "“…”", "'", "+", "\u{200b}"] {
            assert_eq!(wording_key(wording), "", "{wording:?}");
        }
    }
}
