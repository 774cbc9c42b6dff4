//! Normalises the wording of a question, so that wordings can be compared for equality.
//!
//! Similar wordings with different words are up to the search.

use super::fold::{fold, is_apostrophe};
use crate::model::is_invisible;
use unicode_normalization::char::is_combining_mark;

/// The folded words of `wording`, separated by spaces.
///
/// Wordings have the same key if they differ only in case, width, accents, punctuation, quotation marks, invisible
/// characters or white space. `+`, `#` and `%` stay, because `C++` and `C#` are not `C`. The key is empty if there is
/// no letter and no digit.
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
    fn variants_of_one_wording_have_one_key() {
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
    fn different_wordings_have_different_keys() {
        let wordings = ["What is C?", "What is C++?", "What is C#?", "What is C in 5%?", "What is C in 5?"];
        for (place, one) in wordings.iter().enumerate() {
            for other in &wordings[place + 1..] {
                assert_ne!(wording_key(one), wording_key(other), "{one} {other}");
            }
        }
    }

    #[test]
    fn punctuation_alone_has_an_empty_key() {
        for wording in ["", " ?! ", "“…”", "'", "+", "\u{200b}"] {
            assert_eq!(wording_key(wording), "", "{wording:?}");
        }
    }
}
