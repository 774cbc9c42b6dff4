//! Counts with their nouns and verbs, in the singular or the plural.

use std::borrow::Cow;

/// A count and its noun: "1 answer", "2 answers", "0 criteria". `noun` is singular; unless the count is 1, its last word is
/// put into the plural. A count that is not a `u64` is shown as the largest `u64`.
pub fn counted(count: impl TryInto<u64>, noun: &str) -> String {
    let count = count.try_into().unwrap_or(u64::MAX);
    format!("{count} {}", plural(count, noun))
}

/// The noun without the count: "answer" for 1, "answers" for every other count.
pub fn plural(count: impl TryInto<u64>, noun: &str) -> Cow<'_, str> {
    if count.try_into().unwrap_or(u64::MAX) == 1 {
        return Cow::Borrowed(noun);
    }
    let plural = if let Some(stem) = noun.strip_suffix("criterion") {
        format!("{stem}criteria")
    } else if let Some(stem) = noun.strip_suffix('y').filter(|stem| !stem.ends_with(['a', 'e', 'i', 'o', 'u'])) {
        format!("{stem}ies")
    } else if noun.ends_with(['s', 'x']) || noun.ends_with("ch") || noun.ends_with("sh") {
        format!("{noun}es")
    } else {
        format!("{noun}s")
    };
    Cow::Owned(plural)
}

/// The word that agrees with a count: `one` for 1, `several` for every other count, as in `agreeing(count, "is", "are")`.
pub fn agreeing<'w>(count: impl TryInto<u64>, one: &'w str, several: &'w str) -> &'w str {
    if count.try_into().unwrap_or(u64::MAX) == 1 { one } else { several }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_one_is_singular() {
        assert_eq!([0, 1, 2].map(|count| counted(count, "answer")), ["0 answers", "1 answer", "2 answers"]);
        assert_eq!(counted(usize::MAX, "row"), format!("{} rows", usize::MAX));
        assert_eq!((counted(-1, "row"), plural(1_u64, "reply")), (format!("{} rows", u64::MAX), "reply".into()));
    }

    #[test]
    fn a_verb_agrees_with_its_count() {
        assert_eq!([0, 1, 2].map(|count| agreeing(count, "is", "are")), ["are", "is", "are"]);
        assert_eq!((agreeing(-1, "its", "their"), agreeing(1_usize, "its", "their")), ("their", "its"));
    }

    #[test]
    fn the_last_word_takes_the_plural() {
        for (noun, expected) in [
            ("criterion", "criteria"),
            ("graded answer", "graded answers"),
            ("reply", "replies"),
            ("key", "keys"),
            ("match", "matches"),
            ("index", "indexes"),
        ] {
            assert_eq!(plural(2, noun), expected);
        }
    }
}
