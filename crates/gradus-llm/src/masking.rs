//! Removes a secret from texts that a server sends back, in the forms in which servers repeat it: as written, in other
//! case, percent-encoded, with the escapes of JSON (also of JSON within JSON) or HTML, in hexadecimal digits, and in
//! base64, alone or between other bytes as in `user:key`. White space and invisible characters within a form are ignored,
//! because long texts are wrapped.
//!
//! A secret in other encodings is not found: encoded twice (except JSON), in base32, compressed, reversed, or with other
//! characters between its own.

use std::ops::Range;

use gradus_core::model::is_hiding;

use super::escapes::first_char;

/// Minimum length, in characters, of a part of a key that is hidden. Shorter parts do not help to guess the key.
const LONGEST_HARMLESS_PART: usize = 8;
/// Minimum length, in characters, of a secret in base64. Shorter forms, of keys of up to three bytes, occur by chance.
const SHORTEST_BASE64: usize = 4;
/// Minimum length, in digits, of a secret in hexadecimal digits. Shorter forms, of keys of up to three bytes, occur by
/// chance.
const SHORTEST_HEX: usize = 8;
/// The standard alphabet of base64. The URL-safe alphabet has `-` and `_` instead of the last two characters.
const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/// `text` with `[key]` instead of the secret, and of the starts and ends of each of its forms that are long enough to
/// help guess it.
///
/// The time is proportional to the length of `text` times that of the secret.
pub(crate) fn masked(text: &str, secret: &str) -> String {
    let searched = Searched::new(text);
    let units = &searched.units;
    let mut is_hidden = vec![false; units.len()];
    for form in forms(secret) {
        form.hide(searched.letters(&form), &mut is_hidden);
    }
    let start_of = |at: usize| units.get(at).map_or(text.len(), |unit| unit.written.start);
    let mut shown = text[..start_of(0)].to_owned();
    for (at, unit) in units.iter().enumerate() {
        let follows_hidden = at > 0 && is_hidden[at - 1];
        match (follows_hidden, is_hidden[at]) {
            (_, false) => shown.push_str(&text[unit.written.clone()]),
            (false, true) => shown.push_str("[key]"),
            (true, true) => {}
        }
        let is_inside_hidden = is_hidden[at] && is_hidden.get(at + 1) == Some(&true);
        if !is_inside_hidden {
            shown.push_str(&text[unit.written.end..start_of(at + 1)]);
        }
    }
    shown
}

/// Whether `text` contains the whole secret in one of the forms that [`masked`] finds.
pub(crate) fn repeats(text: &str, secret: &str) -> bool {
    let text = Searched::new(text);
    forms(secret).any(|form| text.letters(&form).windows(form.letters.len()).any(|part| part == form.letters))
}

/// A text in which a secret is searched.
struct Searched {
    units: Vec<Unit>,
    /// The letter of each unit.
    letters: Vec<char>,
    /// The same letters, those of the URL-safe alphabet of base64 replaced by those of the standard alphabet.
    standard_base64: Vec<char>,
}

impl Searched {
    fn new(text: &str) -> Self {
        let units = units(text);
        let letters: Vec<char> = units.iter().map(|unit| unit.letter).collect();
        let standard = |letter: &char| match letter {
            '-' => '+',
            '_' => '/',
            other => *other,
        };
        let standard_base64 = letters.iter().map(standard).collect();
        Self { units, letters, standard_base64 }
    }

    /// The letters that are compared with a form.
    fn letters(&self, form: &Form) -> &[char] {
        match form.encoding {
            Encoding::Base64 => &self.standard_base64,
            Encoding::Text | Encoding::Hex => &self.letters,
        }
    }
}

/// A character of a text that is not ignored.
struct Unit {
    /// The character in lower case.
    letter: char,
    /// The bytes that stand for it: the character itself, or an escape.
    written: Range<usize>,
}

fn units(text: &str) -> Vec<Unit> {
    let mut units = Vec::with_capacity(text.len());
    let mut at = 0;
    while let Some((c, length)) = first_char(&text[at..]) {
        let letter = c.to_ascii_lowercase();
        if !is_ignored(letter) {
            units.push(Unit { letter, written: at..at + length });
        }
        at += length;
    }
    units
}

fn is_ignored(c: char) -> bool {
    c.is_whitespace() || c.is_control() || is_hiding(c)
}

/// A form in which a server may repeat a secret.
struct Form {
    /// In lower case; not empty.
    letters: Vec<char>,
    encoding: Encoding,
    /// Whether the character before this form has bits of the first byte of the secret.
    shares_first: bool,
    /// Whether the character after this form has bits of the last byte of the secret.
    shares_last: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Encoding {
    Text,
    Hex,
    Base64,
}

/// All forms of a secret; none of an empty one.
fn forms(secret: &str) -> impl Iterator<Item = Form> {
    let secret = secret.trim();
    let whole = |encoding, letters| Form { letters, encoding, shares_first: false, shares_last: false };
    // because a secret may itself contain an escape, which reads as one character of the text
    let decoded = units(secret).into_iter().map(|unit| unit.letter).collect();
    let as_written = secret.to_ascii_lowercase().chars().filter(|c| !is_ignored(*c)).collect();
    let plain = [as_written, decoded].map(|letters| whole(Encoding::Text, letters));
    let digit = |value: u8| char::from_digit(value.into(), 16);
    let digits = secret.bytes().flat_map(|byte| [byte >> 4, byte & 15]).filter_map(digit).collect();
    let in_base64 = [0, 1, 2].map(|before| base64_form(secret.as_bytes(), before));
    let all = plain.into_iter().chain([whole(Encoding::Hex, digits)]).chain(in_base64);
    all.filter(|form| form.letters.len() >= form.encoding.shortest())
}

impl Encoding {
    /// Minimum number of letters of a form that is searched.
    fn shortest(self) -> usize {
        match self {
            Self::Text => 1,
            Self::Hex => SHORTEST_HEX,
            Self::Base64 => SHORTEST_BASE64,
        }
    }
}

/// The secret in base64 after `before` other bytes, as far as its characters do not depend on other bytes.
fn base64_form(secret: &[u8], before: usize) -> Form {
    let bytes = std::iter::repeat_n(&0, before).chain(secret);
    let bits: Vec<u8> = bytes.flat_map(|byte| (0..8).rev().map(move |place| byte >> place & 1)).collect();
    let (sextets, rest) = bits.as_chunks::<6>();
    let letter = |sextet: &[u8; 6]| {
        let value = sextet.iter().fold(0, |value, bit| value << 1 | usize::from(*bit));
        char::from(ALPHABET[value]).to_ascii_lowercase()
    };
    let letters = sextets.iter().skip((before * 8).div_ceil(6)).map(letter).collect();
    Form { letters, encoding: Encoding::Base64, shares_first: before > 0, shares_last: !rest.is_empty() }
}

impl Form {
    /// Marks the places of the form, and of its long starts and ends.
    fn hide(&self, text: &[char], is_hidden: &mut [bool]) {
        let form = self.letters.as_slice();
        let enough = LONGEST_HARMLESS_PART.min(form.len());
        for at in 0..text.len() {
            let begun = text[at..].iter().zip(form).take_while(|(c, hidden)| c == hidden).count();
            if begun >= enough {
                let is_shared = self.shares_first && at > 0 && is_base64(text[at - 1]);
                is_hidden[at - usize::from(is_shared)..at + begun].fill(true);
            }
            let ended = text[..=at].iter().rev().zip(form.iter().rev()).take_while(|(c, hidden)| c == hidden).count();
            if ended >= enough {
                let more = if self.shares_last { shared_end(&text[at + 1..]) } else { 0 };
                is_hidden[at + 1 - ended..=at + more].fill(true);
            }
        }
    }
}

/// The number of characters at the start of `text` that end an encoded secret: one that it shares with the bytes after
/// it, and padding.
fn shared_end(text: &[char]) -> usize {
    match text {
        [first, rest @ ..] if is_base64(*first) => 1 + rest.iter().take_while(|c| **c == '=').count(),
        _ => 0,
    }
}

fn is_base64(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '+' | '/')
}

#[cfg(test)]
mod tests {
    use super::*;

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
    fn a_key_with_escapes_of_json_or_html_is_masked() {
        let secret = "sk-ab/def&h-12345678";
        for (text, expected) in [
            (r#""key \u0073\u006b\u002Dab\/def&h-12345678""#, r#""key [key]""#),
            (r#""key \\u0073k-ab\\/def&h-12345678""#, r#""key [key]""#),
            (r#"{"a":"\n\u0073k-ab/d\nef&h-12345678\n"}"#, r#"{"a":"\n[key]\n"}"#),
            ("sk&#45;ab&#x2F;def&amp;h-12345678;", "[key];"),
            (r"\u0073k-ab/def", "[key]"),
            (r"C:\new\u00e4 &amp; \\ and \ud83d\ude00", r"C:\new\u00e4 &amp; \\ and \ud83d\ude00"),
        ] {
            assert_eq!(masked(text, secret), expected, "{text}");
        }
        let with_backslashes = r"pass\new\\word\u0041\x";
        for text in
            [with_backslashes, r"pass\\new\\\\word\\u0041\\x", r"pass\u005cnew\u005c\u005cword\u005cu0041\u005cx"]
        {
            assert_eq!(masked(text, with_backslashes), "[key]", "{text}");
        }
    }

    #[test]
    fn a_key_in_hexadecimal_digits_is_masked() {
        let secret = "sk-abcdefgh-12345678";
        for (text, expected) in [
            ("is 736b2d61626364656667682d3132333435363738.", "is [key]."),
            ("736B2D61626364656667682D3132333435363738", "[key]"),
            ("736b2d61\u{2026}", "[key]\u{2026}"),
            ("736b2d6", "736b2d6"),
        ] {
            assert_eq!(masked(text, secret), expected, "{text}");
        }
        assert!(repeats("736B2D61626364656667682D3132333435363738", secret));
        assert_eq!(masked("616263", "abc"), "616263");
    }

    #[test]
    fn a_short_key_is_masked_only_as_a_whole() {
        assert_eq!(masked("wrong key abc, not ab", "abc"), "wrong key [key], not ab");
        assert_eq!(masked("a b", ""), "a b");
        assert_eq!(masked("a b", " "), "a b");
    }

    /// Base64 by another method than that of the module: three bytes at a time.
    fn base64(bytes: &[u8], alphabet: &[u8], is_padded: bool) -> String {
        let mut text = String::new();
        for group in bytes.chunks(3) {
            let byte = |at: usize| u32::from(group.get(at).copied().unwrap_or_default());
            let value = byte(0) << 16 | byte(1) << 8 | byte(2);
            for (place, shift) in [18, 12, 6, 0].into_iter().enumerate() {
                if place <= group.len() {
                    text.push(char::from(alphabet[(value >> shift & 63) as usize]));
                } else if is_padded {
                    text.push('=');
                }
            }
        }
        text
    }

    /// Texts in base64, in both alphabets, with and without padding.
    fn encodings(text: &str) -> Vec<String> {
        let url_safe = [&ALPHABET[..62], b"-_"].concat();
        let alphabets: [&[u8]; 2] = [ALPHABET, &url_safe];
        let encoded = |alphabet: &[u8]| [true, false].map(|is_padded| base64(text.as_bytes(), alphabet, is_padded));
        alphabets.into_iter().flat_map(encoded).collect()
    }

    /// Secrets of every length modulo three, with characters that both alphabets write differently.
    const SECRETS: [&str; 4] = ["sk-abcdefgh-12345678", "sk~~~???>>>-1234567", "sk-\u{fc}\u{ff}-abcdefgh-123", "abcd"];

    #[test]
    fn a_key_in_base64_is_masked_at_every_position() {
        assert_eq!(base64(b"ada:sesame", ALPHABET, true), "YWRhOnNlc2FtZQ==");
        for secret in SECRETS {
            for user in ["", ":", "a:", "ab:", "abc:"] {
                for after in ["", ":", ":x", ":xy"] {
                    for encoded in encodings(&format!("{user}{secret}{after}")) {
                        let shown = masked(&format!("no Basic {encoded}, sorry"), secret);
                        let rest = shown.replace("[key]", "");
                        assert!(shown.contains("[key]") && !shown.contains("[key][key]"), "{encoded}: {shown}");
                        // Nothing is left but whole characters of the user and of the text after the secret.
                        let left = rest.len() - "no Basic , sorry".len();
                        assert!(
                            left <= user.len() * 8 / 6 + (after.len() * 8).div_ceil(6) + 2,
                            "{secret} {encoded}: {shown}"
                        );
                        assert!(repeats(&encoded, secret), "{encoded}");
                    }
                }
            }
            for encoded in encodings(secret) {
                assert_eq!(masked(&format!("({encoded})"), secret), "([key])");
            }
        }
    }

    #[test]
    fn a_key_in_base64_is_masked_in_parts_and_percent_encoded() {
        let secret = "sk-abcdefgh-12345678";
        for (text, expected) in [
            ("c2stYWJjZGVmZ2gtMTIzNDU2Nzg=", "[key]"),
            ("c2stYWJjZGVmZ2gtMTIzNDU2Nzg%3D", "[key]"),
            ("C2STYWJJZGVMZ2GTMTIZNDU2NZG=", "[key]"),
            ("OnNrLWFiY2RlZmdoLTEyMzQ1Njc4", "O[key]"),
            ("at /c2stYWJjZGVmZ2gtMTIzNDU2Nzg=/x", "at /[key]/x"),
            ("c2stYWJjZGVm\u{2026}", "[key]\u{2026}"),
            ("c2stYWJ\u{2026}", "c2stYWJ\u{2026}"),
            ("\u{2026}gtMTIzNDU2Nzg=", "\u{2026}[key]"),
            ("c2VzYW1lIG9wZW4gc2VzYW1l", "c2VzYW1lIG9wZW4gc2VzYW1l"),
        ] {
            assert_eq!(masked(text, secret), expected, "{text}");
        }
    }

    #[test]
    fn white_space_and_invisible_characters_do_not_reveal_a_key() {
        let secret = "sk-abcdefgh-12345678";
        for (text, expected) in [
            (" \nsk-abc\u{7}defgh\u{202e}-12345678\n x", " \n[key]\n x"),
            ("at c2stYWJjZGVm\r\nZ2gtMTIzNDU2Nzg= .", "at [key] ."),
            ("sk-abcd efgh-1234%205678, yes", "[key], yes"),
        ] {
            assert_eq!(masked(text, secret), expected, "{text:?}");
        }
        let with_space = "open the door";
        for text in ["open the door", "open%20the%20door", "openthedoor", "b3BlbiB0aGUgZG9vcg"] {
            assert_eq!(masked(text, with_space), "[key]", "{text}");
        }
    }

    #[test]
    fn only_a_whole_secret_is_repeated() {
        let secret = "sk-abcdefgh-12345678";
        for text in [secret, "SK-ABCDEFGH-12345678", "sk%2Dabcdefgh-12345678", "c2stYWJjZGVmZ2gtMTIzNDU2Nzg="] {
            assert!(repeats(&format!("It is {text}."), secret), "{text}");
        }
        assert!(!repeats("sk-abcdefgh-1234567 c2stYWJjZGVmZ2gtMTIz", secret));
        assert!(!repeats("any", "") && !repeats("", secret));
    }
}
