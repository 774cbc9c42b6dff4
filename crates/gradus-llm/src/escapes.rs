//! Reads the escapes of URLs, JSON and HTML as the characters that they stand for, one at a time.
//!
//! JSON within JSON is read too, at any depth: each level doubles the backslashes before an escape, so a run of
//! backslashes counts as one.

/// Maximum length of an HTML entity in bytes, without `&`.
const LONGEST_ENTITY: usize = 10;

/// The character at the start of `text`, and the number of bytes that stand for it. `None` if `text` is empty.
pub(crate) fn first_char(text: &str) -> Option<(char, usize)> {
    let first = text.chars().next()?;
    let escaped = match first {
        '%' => percent(text),
        '\\' => Some(backslash(text)),
        '&' => entity(text),
        _ => None,
    };
    Some(escaped.unwrap_or((first, first.len_utf8())))
}

/// `%2F`. Bytes outside ASCII are not read, because a single one is not a character.
fn percent(text: &str) -> Option<(char, usize)> {
    let byte = hex(text.get(1..3)?).filter(char::is_ascii)?;
    Some((byte, 3))
}

/// An escape of JSON: `\u002f`, `\/` or `\n`. Backslashes that start no escape are read as one backslash.
fn backslash(text: &str) -> (char, usize) {
    let escape = text.trim_start_matches('\\');
    let start = text.len() - escape.len();
    let escaped = match escape.as_bytes().first() {
        Some(b'u') => unicode(escape).map(|(c, length)| (c, start + length)),
        Some(b'/') => Some(('/', start + 1)),
        Some(b'"') => Some(('"', start + 1)),
        Some(b'n' | b'r' | b't' | b'b' | b'f') => Some(('\n', start + 1)),
        _ => None,
    };
    escaped.unwrap_or(('\\', start))
}

/// `u002f`, or a pair of surrogates such as `ud83d\ude00`.
fn unicode(text: &str) -> Option<(char, usize)> {
    let unit = |digits: Option<&str>| digits.and_then(hex_value).and_then(|value| u16::try_from(value).ok());
    let first = unit(text.get(1..5))?;
    if let Some(c) = char::from_u32(first.into()) {
        return Some((c, 5));
    }
    let rest = text.get(5..)?;
    let second = rest.trim_start_matches('\\');
    let start = 5 + rest.len() - second.len();
    let second = unit(second.strip_prefix('u').and_then(|second| second.get(..4)))?;
    let c = char::decode_utf16([first, second]).next()?.ok()?;
    Some((c, start + 5))
}

/// `&#47;`, `&#x2F;` or `&amp;`, with or without the semicolon.
fn entity(text: &str) -> Option<(char, usize)> {
    let body = text.get(1..)?;
    let is_part = |c: char| c.is_ascii_alphanumeric() || c == '#';
    let length = body.find(|c| !is_part(c)).unwrap_or(body.len()).min(LONGEST_ENTITY);
    let name = body.get(..length)?;
    let (c, length) = match name.strip_prefix('#') {
        Some(number) => {
            let (c, digits) = numeric(number)?;
            (c, 1 + digits)
        }
        None => named(name)?,
    };
    let has_semicolon = body.get(length..).is_some_and(|rest| rest.starts_with(';'));
    Some((c, 1 + length + usize::from(has_semicolon)))
}

/// The character of a number such as `47` or `x2F`, and the length of the number.
fn numeric(text: &str) -> Option<(char, usize)> {
    let (start, radix) = if text.starts_with(['x', 'X']) { (1, 16) } else { (0, 10) };
    let digits = text.get(start..)?;
    let digits = &digits[..digits.find(|c: char| !c.is_digit(radix)).unwrap_or(digits.len())];
    let c = char::from_u32(u32::from_str_radix(digits, radix).ok()?)?;
    Some((c, start + digits.len()))
}

/// The character of an entity with a name, of those that programs write for characters of keys.
fn named(text: &str) -> Option<(char, usize)> {
    const NAMES: [(&str, char); 10] = [
        ("amp", '&'),
        ("lt", '<'),
        ("gt", '>'),
        ("quot", '"'),
        ("apos", '\''),
        ("sol", '/'),
        ("lowbar", '_'),
        ("hyphen", '-'),
        ("plus", '+'),
        ("equals", '='),
    ];
    NAMES.into_iter().find(|(name, _)| text == *name).map(|(name, c)| (c, name.len()))
}

/// The character with a number in hexadecimal digits.
fn hex(digits: &str) -> Option<char> {
    hex_value(digits).and_then(char::from_u32)
}

/// `None` if any character is not a digit; the standard library also accepts a sign.
fn hex_value(digits: &str) -> Option<u32> {
    let is_hex = digits.bytes().all(|byte| byte.is_ascii_hexdigit());
    is_hex.then(|| u32::from_str_radix(digits, 16).ok()).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_are_read_as_their_characters() {
        for (text, expected) in [
            ("a%", 'a'),
            ("%2Fx", '/'),
            (r"\u002fx", '/'),
            (r"\\\u002Fx", '/'),
            (r"\/x", '/'),
            (r"\\\\/x", '/'),
            (r#"\"x"#, '"'),
            (r"\nx", '\n'),
            (r"\ud83d\ude00x", '\u{1f600}'),
            (r"\\ud83d\\ude00x", '\u{1f600}'),
            ("&#45;x", '-'),
            ("&#45 x", '-'),
            ("&#x2F;x", '/'),
            ("&#X2f;x", '/'),
            ("&amp;x", '&'),
            ("&amp x", '&'),
            ("&lowbar;x", '_'),
            ("\u{e4}x", '\u{e4}'),
        ] {
            let (c, length) = first_char(text).expect("a character");
            assert_eq!(c, expected, "{text}");
            let is_rest = text[length..].strip_prefix(' ').unwrap_or(&text[length..]);
            assert!(["x", "%"].contains(&is_rest), "{text}: {is_rest}");
        }
    }

    #[test]
    fn incomplete_escapes_are_read_as_they_are_written() {
        for text in
            ["%", "%2", "%zz", "%+1", "%e4", "%\u{e4}", "&", "&#", "&#x", "&#;", "&#1114112;", "&nosuch;", "&\u{e4}"]
        {
            assert_eq!(first_char(text), text.chars().next().map(|c| (c, 1)), "{text}");
        }
        for text in ["\\", r"\u", r"\u00", r"\u00zz", r"\u+123", r"\x41", r"\ud83d", r"\ud83d\u0041", "\\u\u{e4}\u{e4}"]
        {
            assert_eq!(first_char(text), Some(('\\', 1)), "{text}");
        }
        assert_eq!(first_char(r"\\\x"), Some(('\\', 3)));
        assert_eq!(first_char(""), None);
    }
}
