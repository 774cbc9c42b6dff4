//! Decodes disguised text: look-alike letters, unusual forms of ASCII characters, digits for letters, spaced letters,
//! ROT13, and reversed text.
//!
//! [`super::detect`] checks the decoded texts for orders to the grader; only [`has_spaced_order`] checks them itself.

use unicode_normalization::UnicodeNormalization;

use super::orders::IsOrder;

/// Beginnings of words that occur in orders to a grader.
const ORDER_PREFIXES: &[&str] = &[
    "ignor",
    "disregard",
    "forget",
    "overrid",
    "bypass",
    "previous",
    "prior",
    "above",
    "instruct",
    "rule",
    "rubric",
    "criteri",
    "prompt",
    "give",
    "award",
    "assign",
    "grant",
    "full",
    "max",
    "highest",
    "perfect",
    "mark",
    "score",
    "point",
    "grade",
    "grading",
    "credit",
    "system",
    "judge",
    "evaluat",
    "examiner",
    "assistant",
    "model",
    "pretend",
];
/// Pairs of word lists. The single letters of a text are an order if they spell a word of each list of a pair.
const ORDERS: &[(&[&str], &[&str])] = &[
    (
        &["ignore", "disregard", "forget", "override", "bypass"],
        &["instruction", "rubric", "rules", "prompt", "criteria", "previous"],
    ),
    (&["full", "maximum", "perfect", "top", "highest", "best"], &["marks", "score", "credit", "grade", "points"]),
    (&["system"], &["prompt", "override"]),
];
/// Letters outside ASCII, and the ASCII characters that they look like.
const LOOK_ALIKES: &[(&str, &str)] = &[
    ("аеорсухіїјѕԁһӏԛԝѵкмтвнпгзбяиɡү", "aeopcyxiijsdhlqwvkmtbhnr3bringy"),
    ("АВЕКМНОРСТУХІЈЅԌԚԜ", "ABEKMHOPCTYXIJSGQW"),
    ("αβγεηικνορτυχωσ", "abyenikvoptuxws"),
    ("ΑΒΕΖΗΙΚΜΝΟΡΤΥΧ", "ABEZHIKMNOPTYX"),
    ("ᴀʙᴄᴅᴇꜰɢʜɪᴊᴋʟᴍɴᴏᴘʀꜱᴛᴜᴠᴡʏᴢıɑøłđοօսոցհ", "abcdefghijklmnoprstuvwyziaoldooungh"),
];

/// The text with ASCII characters instead of look-alike letters. `None` unless some word mixes ASCII letters and
/// look-alikes, because a word that is entirely in another script is not a disguise.
pub(super) fn with_latin_look_alikes(text: &str) -> Option<String> {
    let mixed =
        |word: &str| word.contains(|c: char| c.is_ascii_alphabetic()) && word.contains(|c| look_alike(c).is_some());
    let mut words = text.split(|c: char| !c.is_alphanumeric());
    words.any(mixed).then(|| text.chars().map(|c| look_alike(c).unwrap_or(c)).collect())
}

fn look_alike(c: char) -> Option<char> {
    if c.is_ascii() {
        return None;
    }
    LOOK_ALIKES
        .iter()
        .find_map(|(strange, plain)| strange.chars().zip(plain.chars()).find(|(alike, _)| *alike == c))
        .map(|(_, plain)| plain)
}

/// The text with ASCII characters instead of full-width and small forms, curly double quotes and single angle quotes;
/// `None` if it contains none of these.
pub(super) fn with_ascii_markup(text: &str) -> Option<String> {
    // because U+FDFA and similar would make the text many times as long, no other compatibility forms are replaced
    let plain = |c: char| match c {
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(c) - 0xfee0).unwrap_or(c),
        '\u{fe50}'..='\u{fe6b}' => std::iter::once(c).nfkc().next().unwrap_or(c),
        '“' | '”' => '"',
        '‹' => '<',
        '›' => '>',
        _ => c,
    };
    let is_form = |c| plain(c) != c;
    text.contains(is_form).then(|| text.chars().map(plain).collect())
}

/// The text with letters instead of digits in every word that then starts like a word of an order; `None` if there is
/// no such word.
pub(super) fn with_letters_for_digits(text: &str) -> Option<String> {
    if !has_readable_digits(text) {
        return None;
    }
    let mut plain = String::with_capacity(text.len());
    for piece in text.split_inclusive(|c: char| c.is_ascii_whitespace()) {
        if let Some(read) = with_digits_as_letters(piece.trim_ascii_end()) {
            plain.push_str(&read);
            plain.push(' ');
        } else {
            plain.push_str(piece);
        }
    }
    Some(plain)
}

fn has_readable_digits(text: &str) -> bool {
    let bytes = text.as_bytes();
    let mut from = 0;
    while let Some(ahead) = bytes[from..].iter().position(u8::is_ascii_digit) {
        let at = from + ahead;
        let start = bytes[from..at].iter().rposition(u8::is_ascii_whitespace).map_or(from, |space| from + space + 1);
        let end = bytes[at..].iter().position(u8::is_ascii_whitespace).map_or(bytes.len(), |space| at + space);
        if text.get(start..end).is_some_and(|word| with_digits_as_letters(word).is_some()) {
            return true;
        }
        from = end;
    }
    false
}

fn with_digits_as_letters(word: &str) -> Option<String> {
    const LONGEST: usize = 24;
    if word.len() > LONGEST || !word.bytes().any(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let digits = word.bytes().filter(u8::is_ascii_digit).count();
    let letters = word.bytes().filter(u8::is_ascii_alphabetic).count();
    if letters == 0 || digits + letters < 4 || !word.is_ascii() {
        return None;
    }
    ['i', 'l'].into_iter().find_map(|one| {
        let read: String = word.chars().map(|c| letter(c, one)).collect();
        let start = read.find(|c: char| c.is_ascii_alphabetic())?;
        ORDER_PREFIXES.iter().any(|prefix| read[start..].starts_with(prefix)).then_some(read)
    })
}

/// The letter that a digit or sign stands for, with `one` as the letter for "1", "!" and "|"; any other character in
/// lower case.
fn letter(c: char, one: char) -> char {
    match c {
        '0' => 'o',
        '1' | '!' | '|' => one,
        '3' => 'e',
        '4' | '@' => 'a',
        '5' | '$' => 's',
        '6' | '9' => 'g',
        '7' | '+' => 't',
        '8' => 'b',
        _ => c.to_ascii_lowercase(),
    }
}

/// Whether the text contains an order to a grader after spaced letters are joined to words.
pub(super) fn has_spaced_order(text: &str, is_order: &mut IsOrder<'_>) -> bool {
    let is_separator = |c: char| matches!(c, '.' | '-' | '_' | '*' | '|' | '/' | ',' | '~' | '·' | '+');
    let (mut joined, mut letters) = (String::new(), String::new());
    let (mut gap, mut single) = (0, false);
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        if c.is_alphabetic() {
            let alone = gap > 0 || joined.is_empty();
            single = alone && chars.peek().is_none_or(|next| !next.is_alphanumeric());
            if gap > 1 || (!single && gap > 0) {
                joined.push(' ');
            }
            joined.push(c);
            if single {
                letters.extend(c.to_lowercase());
            }
            gap = 0;
        } else if single && (is_separator(c) || c == ' ') && gap < 4 {
            gap += usize::from(gap != 1 || !is_separator(c));
        } else {
            joined.push(c);
            (gap, single) = (usize::from(!c.is_alphanumeric()), false);
        }
    }
    is_order(&joined) || spells_order(&letters)
}

fn spells_order(letters: &str) -> bool {
    let has = |words: &[&str]| words.iter().any(|word| letters.contains(word));
    ORDERS.iter().any(|(one, other)| has(one) && has(other))
}

/// The text in ROT13.
pub(super) fn rot13(text: &str) -> String {
    let rotated = |c: char| match c {
        'a'..='m' | 'A'..='M' => char::from(c as u8 + 13),
        'n'..='z' | 'N'..='Z' => char::from(c as u8 - 13),
        _ => c,
    };
    text.chars().map(rotated).collect()
}

/// The text with every line reversed, followed by the text with every word reversed.
pub(super) fn reversed(text: &str) -> String {
    let mut reversed = String::with_capacity(text.len() * 2 + 2);
    for line in text.lines() {
        reversed.extend(line.chars().rev());
        reversed.push('\n');
    }
    reversed.push('\n');
    for word in text.split_inclusive(char::is_whitespace) {
        reversed.extend(word.trim_end().chars().rev());
        reversed.push(' ');
    }
    reversed
}
