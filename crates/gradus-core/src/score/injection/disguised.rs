//! Words that are meant to be read as other words: look-alike letters, digits for letters, letters
//! set apart, text turned round.

use unicode_normalization::UnicodeNormalization;

use super::plain::Say;

/// How the words begin that a grader is spoken to with.
const TELLING: &[&str] = &[
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
/// Words that order when one of each pair stands in the same stretch of letters.
const ORDERS: &[(&[&str], &[&str])] = &[
    (
        &["ignore", "disregard", "forget", "override", "bypass"],
        &["instruction", "rubric", "rules", "prompt", "criteria", "previous"],
    ),
    (&["full", "maximum", "perfect", "top", "highest", "best"], &["marks", "score", "credit", "grade", "points"]),
    (&["system"], &["prompt", "override"]),
];
/// Letters beyond ASCII and what they look like.
const ALIKE: &[(&str, &str)] = &[
    ("аеорсухіїјѕԁһӏԛԝѵкмтвнпгзбяиɡү", "aeopcyxiijsdhlqwvkmtbhnr3bringy"),
    ("АВЕКМНОРСТУХІЈЅԌԚԜ", "ABEKMHOPCTYXIJSGQW"),
    ("αβγεηικνορτυχωσ", "abyenikvoptuxws"),
    ("ΑΒΕΖΗΙΚΜΝΟΡΤΥΧ", "ABEZHIKMNOPTYX"),
    ("ᴀʙᴄᴅᴇꜰɢʜɪᴊᴋʟᴍɴᴏᴘʀꜱᴛᴜᴠᴡʏᴢıɑøłđοօսոցհ", "abcdefghijklmnoprstuvwyziaoldooungh"),
];

/// The text with look-alike letters made Latin, if a word has both; those of words that are all in
/// another script are made Latin as well then.
pub(super) fn in_latin(text: &str) -> Option<String> {
    let mixed = |word: &str| word.contains(|c: char| c.is_ascii_alphabetic()) && word.contains(|c| latin(c).is_some());
    let mut words = text.split(|c: char| !c.is_alphanumeric());
    words.any(mixed).then(|| text.chars().map(|c| latin(c).unwrap_or(c)).collect())
}

fn latin(c: char) -> Option<char> {
    if c.is_ascii() {
        return None;
    }
    ALIKE
        .iter()
        .find_map(|(strange, plain)| strange.chars().zip(plain.chars()).find(|(alike, _)| *alike == c))
        .map(|(_, plain)| plain)
}

/// The text with full-width and other forms of the signs of markup made plain, if it has any.
pub(super) fn narrow(text: &str) -> Option<String> {
    // No other compatibility forms: U+FDFA and its like would make the text many times as long.
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

/// The text with letters for digits in the words that then are telling, if there are any.
pub(super) fn without_digits(text: &str) -> Option<String> {
    if !has_readable_digits(text) {
        return None;
    }
    let mut plain = String::with_capacity(text.len());
    for piece in text.split_inclusive(|c: char| c.is_ascii_whitespace()) {
        if let Some(read) = read_digits(piece.trim_ascii_end()) {
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
        if text.get(start..end).is_some_and(|word| read_digits(word).is_some()) {
            return true;
        }
        from = end;
    }
    false
}

fn read_digits(word: &str) -> Option<String> {
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
        TELLING.iter().any(|stem| read[start..].starts_with(stem)).then_some(read)
    })
}

/// What a digit is read as where it stands for a letter.
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

/// Whether letters that stand alone, one after the other, say something to a grader.
pub(super) fn is_spaced_out(text: &str, is_said: &mut Say<'_>) -> bool {
    let is_apart = |c: char| matches!(c, '.' | '-' | '_' | '*' | '|' | '/' | ',' | '~' | '·' | '+');
    let (mut closed, mut letters) = (String::new(), String::new());
    let (mut gap, mut single) = (0, false);
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        if c.is_alphabetic() {
            let alone = gap > 0 || closed.is_empty();
            single = alone && chars.peek().is_none_or(|next| !next.is_alphanumeric());
            if gap > 1 || (!single && gap > 0) {
                closed.push(' ');
            }
            closed.push(c);
            if single {
                letters.extend(c.to_lowercase());
            }
            gap = 0;
        } else if single && (is_apart(c) || c == ' ') && gap < 4 {
            gap += usize::from(gap != 1 || !is_apart(c));
        } else {
            closed.push(c);
            (gap, single) = (usize::from(!c.is_alphanumeric()), false);
        }
    }
    is_said(&closed) || is_order(&letters)
}

fn is_order(letters: &str) -> bool {
    let has = |words: &[&str]| words.iter().any(|word| letters.contains(word));
    ORDERS.iter().any(|(one, other)| has(one) && has(other))
}

/// The text with every letter moved by half the alphabet.
pub(super) fn thirteen_on(text: &str) -> String {
    let moved = |c: char| match c {
        'a'..='m' | 'A'..='M' => char::from(c as u8 + 13),
        'n'..='z' | 'N'..='Z' => char::from(c as u8 - 13),
        _ => c,
    };
    text.chars().map(moved).collect()
}

/// The text with every line turned round, followed by the same with only every word turned round.
pub(super) fn backwards(text: &str) -> String {
    let mut turned = String::with_capacity(text.len() * 2 + 2);
    for line in text.lines() {
        turned.extend(line.chars().rev());
        turned.push('\n');
    }
    turned.push('\n');
    for word in text.split_inclusive(char::is_whitespace) {
        turned.extend(word.trim_end().chars().rev());
        turned.push(' ');
    }
    turned
}
