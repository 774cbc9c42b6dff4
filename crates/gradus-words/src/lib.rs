//! The known words of a bank, which are never corrected as misspellings.
//!
//! This is a separate crate because the build script computes the list of the built-in bank.

use std::borrow::Cow;
use std::collections::BTreeSet;

/// The words of a text that consist of at least four ASCII letters, in lower case.
pub fn simple_words(text: &str) -> impl Iterator<Item = String> + '_ {
    text.split(|c: char| !c.is_ascii_alphabetic()).filter(|word| word.len() >= 4).map(str::to_ascii_lowercase)
}

/// A sorted list of words, or the set of all words. The default is an empty list.
#[derive(Debug, Clone)]
pub struct KnownWords(Option<Cow<'static, str>>);

impl Default for KnownWords {
    fn default() -> Self {
        Self::from_sorted("")
    }
}

impl KnownWords {
    /// Takes a list that is sorted bytewise, with one word per line and a line break after each word.
    pub const fn from_sorted(lines: &'static str) -> Self {
        Self(Some(Cow::Borrowed(lines)))
    }

    /// The set of all words, so that no word is a misspelling.
    pub const fn all() -> Self {
        Self(None)
    }

    /// The list of the [`simple_words`] of all texts.
    pub fn of<'a>(texts: impl IntoIterator<Item = &'a str>) -> Self {
        let words: BTreeSet<String> = texts.into_iter().flat_map(simple_words).collect();
        let mut lines = String::new();
        for word in words {
            lines.push_str(&word);
            lines.push('\n');
        }
        Self(Some(Cow::Owned(lines)))
    }

    /// The list in the form that [`Self::from_sorted`] takes; empty for the set of all words.
    pub fn lines(&self) -> &str {
        self.0.as_deref().unwrap_or_default()
    }

    /// Whether the folded word is on the list, by binary search in the text.
    pub fn contains(&self, word: &str) -> bool {
        let Some(lines) = &self.0 else { return true };
        let bytes = lines.as_bytes();
        let (mut low, mut high) = (0, bytes.len());
        while low < high {
            let middle = low + (high - low) / 2;
            let start = bytes[low..middle].iter().rposition(|&byte| byte == b'\n').map_or(low, |at| low + at + 1);
            let end = bytes[start..].iter().position(|&byte| byte == b'\n').map_or(bytes.len(), |at| start + at);
            match bytes[start..end].cmp(word.as_bytes()) {
                std::cmp::Ordering::Equal => return true,
                std::cmp::Ordering::Less => low = end + 1,
                std::cmp::Ordering::Greater => high = start,
            }
        }
        false
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_words_on_the_list_are_known() {
        let known = KnownWords::of(["Delta alpha, charlie", "bravo! alpha's echo x"]);
        assert_eq!(known.lines(), "alpha\nbravo\ncharlie\ndelta\necho\n");
        for word in known.lines().lines() {
            assert!(known.contains(word), "{word}");
        }
        for word in ["", "alph", "alphas", "zulu", "aaaa", "x", "charlie\ndelta"] {
            assert!(!known.contains(word), "{word}");
        }
        assert!(!KnownWords::default().contains("alpha"));
    }
}
