//! Texts of servers prepared for people: on one line, short, without control characters and without keys.
//!
//! Also finds these texts in a response: in a JSON error, or in the title of an HTML page.

use serde_json::Value;

use gradus_core::model::is_hiding;

/// Minimum length, in characters, of a part of a key that is hidden. Shorter parts do not help to guess the key.
const LONGEST_HARMLESS_PART: usize = 8;

/// `text` on one line: white space becomes one space, and control and hiding characters are removed.
pub(super) fn one_line(text: &str) -> String {
    let words = text.split_whitespace().map(|word| word.chars().filter(|c| is_shown(*c)).collect::<String>());
    words.filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ")
}

fn is_shown(c: char) -> bool {
    !c.is_control() && !is_hiding(c)
}

/// At most `limit` characters of `text`; the last one of a shortened text is an ellipsis.
pub(super) fn shortened(text: &str, limit: usize) -> String {
    match text.char_indices().nth(limit) {
        Some(_) => text.chars().take(limit.saturating_sub(1)).chain(['…']).collect(),
        None => text.to_owned(),
    }
}

/// `text` with `[key]` instead of the secret, and of its starts and ends that are long enough to help guess it. Finds
/// the secret in upper and lower case, and with percent-encoded characters.
///
/// The time is proportional to the length of `text` times that of the secret.
pub(crate) fn masked(text: &str, secret: &str) -> String {
    let secret = secret.trim();
    let units = units(text);
    let letters: Vec<char> = units.iter().map(|(c, _)| *c).collect();
    let mut is_hidden = vec![false; letters.len()];
    // because a secret may itself contain a percent sign before two digits, which reads as one character in `letters`
    let decoded: Vec<char> = self::units(secret).into_iter().map(|(c, _)| c).collect();
    for secret in [secret.to_ascii_lowercase().chars().collect(), decoded] {
        hide(&letters, &secret, &mut is_hidden);
    }
    let shown: Vec<_> = units.into_iter().zip(is_hidden).collect();
    let runs = shown.chunk_by(|before, after| before.1 == after.1);
    runs.map(|run| match run {
        [(_, true), ..] => "[key]".to_owned(),
        shown => shown.iter().map(|((_, written), _)| *written).collect(),
    })
    .collect()
}

/// Marks the places of the secret, and of its long starts and ends. An empty secret has no place.
fn hide(letters: &[char], secret: &[char], is_hidden: &mut [bool]) {
    let enough = LONGEST_HARMLESS_PART.min(secret.len()).max(1);
    for at in 0..letters.len() {
        let begun = letters[at..].iter().zip(secret).take_while(|(c, hidden)| c == hidden).count();
        if begun >= enough {
            is_hidden[at..at + begun].fill(true);
        }
        let ended = letters[..=at].iter().rev().zip(secret.iter().rev()).take_while(|(c, hidden)| c == hidden).count();
        if ended >= enough {
            is_hidden[at + 1 - ended..=at].fill(true);
        }
    }
}

/// The characters of a text in lower case, each with the text that stands for it: itself, or its percent-encoding.
fn units(text: &str) -> Vec<(char, &str)> {
    let mut units = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        let decoded = rest.get(1..3).filter(|_| c == '%').and_then(|digits| u8::from_str_radix(digits, 16).ok());
        let decoded = decoded.filter(u8::is_ascii);
        let length = if decoded.is_some() { 3 } else { c.len_utf8() };
        let (written, after) = rest.split_at(length);
        units.push((decoded.map_or(c, char::from).to_ascii_lowercase(), written));
        rest = after;
    }
    units
}

/// JSON pointers to the explanation of an error, the most informative first.
const PLACES: [&str; 9] = [
    "/error/message",
    "/error/detail",
    "/error/type",
    "/error",
    "/message",
    "/detail",
    "/detail/0/msg",
    "/errors/0/message",
    "/errors/0",
];

/// The explanation in a JSON response, or in the first element of a list; `None` if there is no explanation.
pub(super) fn complaint(answer: &Value) -> Option<&str> {
    let answer = answer.get(0).unwrap_or(answer);
    let words = PLACES.iter().filter_map(|place| answer.pointer(place)?.as_str());
    words.map(str::trim).find(|words| !words.is_empty())
}

/// Whether a response is an HTML page.
pub(super) fn is_html(content_type: Option<&str>, body: &str) -> bool {
    let starts_with_tag =
        |tag: &str| body.trim_start().get(..tag.len()).is_some_and(|start| start.eq_ignore_ascii_case(tag));
    content_type.is_some_and(|kind| kind.to_ascii_lowercase().contains("html"))
        || ["<!doctype html", "<html", "<head", "<body"].into_iter().any(starts_with_tag)
}

/// The title of an HTML page, on one line; `None` if the page has no title.
pub(super) fn title(page: &str) -> Option<String> {
    // Only ASCII is folded, so byte positions stay the same.
    let folded = page.to_ascii_lowercase();
    let tag = folded.find("<title")?;
    let start = tag + folded.get(tag..)?.find('>')? + 1;
    let end = start + folded.get(start..)?.find("</title")?;
    page.get(start..end).map(one_line).filter(|title| !title.is_empty())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn control_characters_are_removed() {
        assert_eq!(one_line("\u{1b}[31m a\r\n\tb\u{7} \u{0} c\u{202e}d\u{9b}e\u{feff} "), "[31m a b cde");
        assert_eq!(one_line(" \n "), "");
    }

    #[test]
    fn long_texts_are_shortened_by_characters() {
        let cases = [("", 3, ""), ("abc", 3, "abc"), ("abcd", 3, "ab…"), ("äöüß", 3, "äö…"), ("äöü", 3, "äöü")];
        for (text, limit, expected) in cases {
            assert_eq!(shortened(text, limit), expected, "{text}");
        }
    }

    #[test]
    fn a_key_and_its_long_parts_are_masked() {
        let secret = "sk-abcdefgh-12345678";
        let cases = [
            ("key sk-abcdefgh-12345678 is wrong", "key [key] is wrong"),
            ("sk-abcdefgh-12345678sk-abcdefgh-12345678", "[key]"),
            ("sk-abcde****12345678.", "[key]****[key]."),
            ("sk-abcdefgh-1234567", "[key]"),
            ("k-abcdefgh-12345678", "[key]"),
            ("sk-abcd****2345678", "sk-abcd****2345678"),
            ("xsk-abcdefgh-12345678x", "x[key]x"),
            ("bcdefgh-1234", "bcdefgh-1234"),
            ("äsk-abcdeä", "ä[key]ä"),
            ("SK-ABCDEFGH-12345678", "[key]"),
            ("sk%2Dabcdefgh%2d12345678 100%", "[key] 100%"),
            ("%zz %e4 %+1", "%zz %e4 %+1"),
            ("", ""),
        ];
        for (text, expected) in cases {
            assert_eq!(masked(text, secret), expected, "{text}");
            assert_eq!(masked(text, " sk-abcdefgh-12345678\n"), expected, "{text}");
        }
    }

    #[test]
    fn a_key_with_a_percent_sign_is_masked_as_written_and_encoded() {
        let secret = "key%41bcdef%2Fghij";
        for text in ["key%41bcdef%2Fghij", "KEY%41BCDEF%2fGHIJ", "key%2541bcdef%252Fghij", "keyabcdef/ghij"] {
            assert_eq!(masked(text, secret), "[key]", "{text}");
        }
    }

    #[test]
    fn a_short_key_is_masked_only_as_a_whole() {
        assert_eq!(masked("wrong key abc, not ab", "abc"), "wrong key [key], not ab");
        assert_eq!(masked("a b", ""), "a b");
        assert_eq!(masked("a b", " "), "a b");
    }

    #[test]
    fn an_explanation_is_found_in_every_known_place() {
        let cases = [
            (json!({ "error": { "message": " m ", "type": "t" } }), Some("m")),
            (json!({ "error": { "message": "", "type": "t" } }), Some("t")),
            (json!({ "error": "e", "message": "m" }), Some("e")),
            (json!({ "error": null, "message": "m" }), Some("m")),
            (json!({ "detail": "d" }), Some("d")),
            (json!({ "detail": [{ "loc": ["body"], "msg": "d" }] }), Some("d")),
            (json!({ "errors": ["e"] }), Some("e")),
            (json!([{ "error": { "message": "m" } }]), Some("m")),
            (json!({ "error": 7 }), None),
            (json!([]), None),
            (json!("m"), None),
        ];
        for (answer, expected) in cases {
            assert_eq!(complaint(&answer), expected, "{answer}");
        }
    }

    #[test]
    fn the_title_of_a_page_is_found() {
        let cases = [
            ("<html><TITLE lang=en>\n 502 Bad\nGateway </Title>", Some("502 Bad Gateway")),
            ("<p>ßİ</p><title>ß</title>", Some("ß")),
            ("<title></title>", None),
            ("<title>never ends", None),
            ("<title", None),
            ("", None),
        ];
        for (page, expected) in cases {
            assert_eq!(title(page).as_deref(), expected, "{page}");
        }
    }

    #[test]
    fn a_page_is_recognised_by_its_type_or_its_start() {
        assert!(is_html(Some("Text/HTML; charset=utf-8"), "x"));
        assert!(is_html(None, "\n<!DOCTYPE HTML><p>"));
        assert!(!is_html(Some("text/plain"), "<3 ß"));
    }
}
