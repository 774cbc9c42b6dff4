//! The inflections of a word: plural, tenses and participles, but no derivations and no look-alikes.
//!
//! Two words are inflections of one word if they have the same key. The key need not be a word.

use std::borrow::Cow;

use super::stem::{american, irregular_base};

/// The key of a word that is written in a phrase.
///
/// An irregular form has the key of its base form, unless it is also another word, such as "thought".
pub fn inflection_key(folded: &str) -> Cow<'_, str> {
    match irregular_base(folded) {
        Some(base) if !is_another_word(folded) => regular(base),
        _ => regular(folded),
    }
}

/// The keys of a word that is written in an answer: its own, and that of its base form if the word is an irregular form
/// and also another word.
pub fn inflection_keys(folded: &str) -> [Option<Cow<'_, str>>; 2] {
    let base = irregular_base(folded).filter(|_| is_another_word(folded));
    [Some(inflection_key(folded)), base.map(regular)]
}

/// Whether an irregular form is also a word of its own.
fn is_another_word(folded: &str) -> bool {
    matches!(
        folded,
        "bred"
            | "dug"
            | "fed"
            | "fell"
            | "felt"
            | "found"
            | "ground"
            | "laid"
            | "led"
            | "rang"
            | "rose"
            | "sank"
            | "saw"
            | "spun"
            | "stuck"
            | "thought"
            | "tore"
            | "wound"
    )
}

/// The key of a regular word: the word without the ending of its plural, past tense or participle, and without a silent
/// "e". Words of at most two letters and words that are not plain ASCII letters stay as they are.
fn regular(folded: &str) -> Cow<'_, str> {
    let word = folded.strip_suffix("'s").unwrap_or(folded);
    if word.len() < 3 || !word.bytes().all(|byte| byte.is_ascii_lowercase()) {
        return Cow::Borrowed(word);
    }
    let word = american(word);
    let mut key = word.into_owned();
    strip_plural(&mut key);
    strip_past(&mut key);
    strip_silent_e(&mut key);
    Cow::Owned(key)
}

/// Words that end like a plural, or like a past tense, but are neither.
const UNINFLECTED: [&str; 34] = [
    "alias",
    "always",
    "analysis",
    "atlas",
    "bias",
    "bring",
    "bus",
    "canvas",
    "ceiling",
    "during",
    "embed",
    "everything",
    "evening",
    "gas",
    "has",
    "his",
    "hundred",
    "its",
    "kubernetes",
    "lens",
    "morning",
    "news",
    "nothing",
    "perhaps",
    "plus",
    "something",
    "string",
    "thing",
    "this",
    "thus",
    "us",
    "was",
    "yes",
    "anything",
];

fn strip_plural(word: &mut String) {
    if !word.ends_with('s')
        || UNINFLECTED.contains(&word.as_str())
        || ["ss", "us", "is"].iter().any(|end| word.ends_with(end))
    {
        return;
    }
    if word.ends_with("ies") {
        return strip_ies(word, "ies");
    }
    let keeps_e = !["sses", "shes", "ches", "xes", "zzes", "oes"].iter().any(|end| word.ends_with(end));
    word.truncate(word.len() - if keeps_e { 1 } else { 2 });
}

/// Replaces "ies" or "ied" by "y", or only removes the last letter of a short word such as "dies".
fn strip_ies(word: &mut String, ending: &str) {
    if word.len() <= 4 {
        word.truncate(word.len() - 1);
    } else {
        word.truncate(word.len() - ending.len());
        word.push('y');
    }
}

fn strip_past(word: &mut String) {
    if UNINFLECTED.contains(&word.as_str()) {
        return;
    }
    if word.ends_with("eed") {
        if matches!(word.as_str(), "agreed" | "disagreed" | "freed" | "guaranteed") {
            word.truncate(word.len() - 1);
        }
        return;
    }
    if word.ends_with("ied") {
        return strip_ies(word, "ied");
    }
    let Some(length) = ["ed", "ing"].iter().find_map(|ending| word.strip_suffix(ending)).map(str::len) else { return };
    let root = &word.as_bytes()[..length];
    if length < 2 || !(0..length).any(|at| is_vowel(root, at)) {
        return;
    }
    let doubled = length > 3 && root[length - 1] == root[length - 2] && !is_vowel(root, length - 1);
    let needs_e = (length == 2 && is_vowel(root, 0) && !is_vowel(root, 1))
        || root.ends_with(b"at")
        || root.ends_with(b"bl")
        || root.ends_with(b"iz")
        || (measure(root) == 1 && ends_short(root));
    let undoubles = doubled && !matches!(root[length - 1], b'l' | b's' | b'z');
    word.truncate(if undoubles { length - 1 } else { length });
    if needs_e && !doubled {
        word.push('e');
    }
}

/// Removes a silent "e", so that "release" and "releasing" agree, and the second "l" of "controlling". Short words keep
/// their "e": "note" is not "not".
fn strip_silent_e(word: &mut String) {
    let length = word.len();
    if word.ends_with('e') && length > 4 {
        let root = &word.as_bytes()[..length - 1];
        if measure(root) > 1 || (measure(root) == 1 && !ends_short(root)) {
            word.truncate(length - 1);
        }
    } else if word.ends_with("ll") && measure(word.as_bytes()) > 1 {
        word.truncate(length - 1);
    }
}

fn is_vowel(word: &[u8], at: usize) -> bool {
    match word[at] {
        b'a' | b'e' | b'i' | b'o' | b'u' => true,
        b'y' => at > 0 && !is_vowel(word, at - 1),
        _ => false,
    }
}

/// Number of times that a vowel is followed by a consonant.
fn measure(word: &[u8]) -> usize {
    (1..word.len()).filter(|&at| is_vowel(word, at - 1) && !is_vowel(word, at)).count()
}

/// Whether the word ends with a consonant, a vowel, and a consonant other than "w", "x" or "y".
fn ends_short(word: &[u8]) -> bool {
    let length = word.len();
    length >= 3
        && !is_vowel(word, length - 3)
        && is_vowel(word, length - 2)
        && !is_vowel(word, length - 1)
        && !matches!(word[length - 1], b'w' | b'x' | b'y')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn inflections_of_one_word_share_a_key() {
        for forms in [
            &["roll", "rolls", "rolled", "rolling"][..],
            &["release", "releases", "released", "releasing", "release's"],
            &["note", "notes", "noted", "noting"],
            &["plan", "plans", "planned", "planning"],
            &["use", "uses", "used", "using"],
            &["add", "adds", "added", "adding"],
            &["page", "pages", "paged", "paging"],
            &["cache", "caches", "cached", "caching"],
            &["try", "tries", "tried", "trying"],
            &["die", "dies", "died"],
            &["fix", "fixes", "fixed", "fixing"],
            &["process", "processes", "processed", "processing"],
            &["control", "controls", "controlled", "controlling"],
            &["install", "installs", "installed", "installing"],
            &["call", "calls", "called", "calling"],
            &["create", "creates", "created", "creating"],
            &["update", "updates", "updated", "updating"],
            &["enable", "enables", "enabled", "enabling"],
            &["write", "wrote", "written", "writing"],
            &["go", "goes", "went", "gone", "going"],
            &["exceed", "exceeds", "exceeded", "exceeding"],
            &["embed", "embeds", "embedded", "embedding"],
            &["agree", "agrees", "agreed", "agreeing"],
            &["status", "statuses"],
            &["focus", "focused", "focusing"],
            &["database", "databases"],
            &["slo", "slos"],
            &["handle", "handles", "handled", "handling"],
            &["prioritise", "prioritize", "prioritised", "prioritizing"],
            &["label", "labels", "labelled", "labeled", "labelling"],
        ] {
            for form in forms {
                assert_eq!(inflection_key(form), inflection_key(forms[0]), "{form}");
            }
        }
    }

    #[test]
    fn derivations_and_look_alikes_have_different_keys() {
        for (one, other) in [
            ("deploy", "deployment"),
            ("configure", "configuration"),
            ("use", "user"),
            ("use", "us"),
            ("not", "note"),
            ("identity", "identify"),
            ("prove", "provable"),
            ("thought", "think"),
            ("add", "ad"),
            ("plan", "plane"),
            ("news", "new"),
            ("has", "ha"),
            ("operate", "operation"),
            ("product", "production"),
            ("general", "generate"),
        ] {
            assert_ne!(inflection_key(one), inflection_key(other), "{one} {other}");
        }
    }

    #[test]
    fn an_ambiguous_irregular_form_in_an_answer_has_two_keys() {
        let keys = |word| inflection_keys(word).into_iter().flatten().map(Cow::into_owned).collect::<Vec<_>>();
        assert_eq!(keys("thought"), ["thought", "think"]);
        assert_eq!(keys("wrote"), ["write"]);
        assert_eq!(keys("rolled"), ["roll"]);
        assert_eq!(keys("é"), ["é"]);
    }
}
