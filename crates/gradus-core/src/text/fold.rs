//! Folds the spellings of a word into one form, without differences in case, width, accents, apostrophes and invisible
//! characters.
//!
//! Words are compared in folded form everywhere. Inflected forms stay different; [`super::stem`] merges them.

use std::borrow::Cow;

use crate::model::is_invisible;
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// The form in which words are compared: compatibility-decomposed, lower case, without accents, invisible
/// characters and possessive ending, with straight apostrophes.
pub fn fold(word: &str) -> Cow<'_, str> {
    let plain = word.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit());
    let mut folded = if plain {
        return Cow::Borrowed(word);
    } else if word.is_ascii() {
        word.to_ascii_lowercase()
    } else {
        word.nfkd()
            .filter(|&c| !is_combining_mark(c) && !is_invisible(c))
            .flat_map(char::to_lowercase)
            .map(straight)
            .collect()
    };
    if folded.ends_with("'s") {
        folded.truncate(folded.len() - 2);
    }
    Cow::Owned(folded)
}

pub(super) fn is_apostrophe(c: char) -> bool {
    matches!(c, '\'' | '\u{2019}' | '\u{2018}' | '\u{2bc}' | '\u{ff07}')
}

fn straight(c: char) -> char {
    if is_apostrophe(c) { '\'' } else { c }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spellings_of_one_word_have_one_folded_form() {
        for (word, folded) in [
            ("Rollback", "rollback"),
            ("ＲＯＬＬ", "roll"),
            ("ﬁx", "fix"),
            ("naïve", "naive"),
            ("nai\u{308}ve", "naive"),
            ("don’t", "don't"),
            ("team's", "team"),
            ("team’s", "team"),
            ("roll\u{200b}back", "rollback"),
            ("𝐫𝐨𝐥𝐥", "roll"),
            ("P95", "p95"),
        ] {
            assert_eq!(fold(word), folded, "{word}");
        }
    }
}
