//! Decodes base64, hexadecimal and character codes, and looks for orders to a grader in the result.
//!
//! Decoded bytes that are not readable text are ignored.

use super::oddities::LONG_RUN;
use super::orders::IsOrder;

/// Smallest number of escaped characters in a text that is decoded. A URL or code sample may have fewer.
const MIN_ESCAPES: usize = 4;
/// Smallest number of bytes in a message.
const MIN_MESSAGE: usize = 8;

/// Whether a run of base64, in the standard or URL-safe alphabet, is an order to a grader. Adjacent lines are joined.
pub(super) fn has_base64_order(text: &str, is_order: &mut IsOrder<'_>) -> bool {
    let mut joined = Vec::new();
    let mut found = false;
    let mut check = |joined: &mut Vec<u8>| {
        let found = joined.len() >= LONG_RUN && readable(&from_base64(joined)).is_some_and(&mut *is_order);
        joined.clear();
        found
    };
    for run in text.split_whitespace() {
        let run = run.trim_matches(|c: char| !c.is_ascii_alphanumeric() && !matches!(c, '+' | '/' | '-' | '_'));
        let pieces: Vec<&str> = run.split(|c| !is_base64(c)).collect();
        if let [whole] = pieces[..] {
            // because base64 is often wrapped, adjacent runs are decoded together up to the first short one
            if whole.len() < LONG_RUN {
                joined.extend_from_slice(whole.as_bytes());
                found |= check(&mut joined);
            } else {
                joined.extend_from_slice(whole.as_bytes());
            }
        } else {
            found |= check(&mut joined);
            for piece in pieces {
                joined.extend_from_slice(piece.as_bytes());
                found |= check(&mut joined);
            }
        }
        if found {
            return true;
        }
    }
    check(&mut joined)
}

fn is_base64(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '+' | '/' | '-' | '_')
}

fn from_base64(run: &[u8]) -> Vec<u8> {
    let (mut bytes, mut bits, mut held) = (Vec::with_capacity(run.len() * 3 / 4), 0_u32, 0_u32);
    for byte in run {
        let value = match byte {
            b'A'..=b'Z' => byte - b'A',
            b'a'..=b'z' => byte - b'a' + 26,
            b'0'..=b'9' => byte - b'0' + 52,
            b'+' | b'-' => 62,
            _ => 63,
        };
        bits = ((bits << 6) | u32::from(value)) & 0xfff;
        held += 6;
        if held >= 8 {
            held -= 8;
            bytes.push((bits >> held) as u8);
        }
    }
    bytes
}

/// Whether pairs of hexadecimal digits, adjacent or separated, are an order to a grader.
pub(super) fn has_hexadecimal_order(text: &str, is_order: &mut IsOrder<'_>) -> bool {
    let mut bytes = Vec::new();
    let is_separator = |c: char| c.is_whitespace() || matches!(c, ',' | ':' | ';' | '-' | '"' | '\'');
    for word in text.split(is_separator).filter(|word| !word.is_empty()) {
        let word = word.trim_end_matches('.');
        let digits = word.strip_prefix("0x").or_else(|| word.strip_prefix("0X")).unwrap_or(word);
        if digits.len() % 2 == 0 && digits.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            bytes.extend(digits.as_bytes().chunks_exact(2).map(|pair| nibble(pair[0]) << 4 | nibble(pair[1])));
        } else if is_message(&mut bytes, is_order) {
            return true;
        }
    }
    is_message(&mut bytes, is_order)
}

fn nibble(digit: u8) -> u8 {
    char::from(digit).to_digit(16).unwrap_or_default() as u8
}

/// Whether decimal or binary character codes are an order to a grader.
pub(super) fn has_character_code_order(text: &str, is_order: &mut IsOrder<'_>) -> bool {
    let mut bytes = Vec::new();
    let is_separator = |c: char| c.is_whitespace() || matches!(c, ',' | ';');
    for word in text.split(is_separator).filter(|word| !word.is_empty()) {
        let is_binary = word.len() % 8 == 0 && word.bytes().all(|byte| matches!(byte, b'0' | b'1'));
        if is_binary {
            bytes
                .extend(word.as_bytes().chunks_exact(8).map(|bits| bits.iter().fold(0, |all, bit| all << 1 | bit & 1)));
        } else if let Ok(byte @ 32..=126) = word.parse() {
            bytes.push(byte);
        } else if is_message(&mut bytes, is_order) {
            return true;
        }
    }
    is_message(&mut bytes, is_order)
}

/// Whether the bytes are an order to a grader. Leaves `bytes` empty.
fn is_message(bytes: &mut Vec<u8>, is_order: &mut IsOrder<'_>) -> bool {
    let taken = std::mem::take(bytes);
    taken.len() >= MIN_MESSAGE && readable(&taken).is_some_and(is_order)
}

/// The bytes as text; `None` unless they are UTF-8 with at most one control character in ten bytes.
fn readable(bytes: &[u8]) -> Option<&str> {
    let text = std::str::from_utf8(bytes).ok()?;
    let odd = text.chars().filter(|c| c.is_control() && !c.is_whitespace()).count();
    (odd * 10 <= bytes.len()).then_some(text)
}

/// The text with `%41`, `&#65;`, `\x41` and `\u0041` decoded; `None` unless there are at least four of these.
pub(super) fn unescaped(text: &str) -> Option<String> {
    let (mut bytes, mut count, mut rest) = (Vec::with_capacity(text.len()), 0, text);
    while let Some(at) = memchr::memchr3(b'%', b'&', b'\\', rest.as_bytes()) {
        let (before, escape) = rest.split_at(at);
        bytes.extend_from_slice(before.as_bytes());
        let length = if let Some((code, length)) = decode(escape) {
            count += 1;
            match code {
                0..=255 if escape.starts_with(['%', '\\']) => bytes.push(code as u8),
                _ => bytes.extend_from_slice(char::from_u32(code).unwrap_or(' ').to_string().as_bytes()),
            }
            length
        } else {
            bytes.push(escape.as_bytes()[0]);
            1
        };
        rest = &escape[length..];
    }
    bytes.extend_from_slice(rest.as_bytes());
    (count >= MIN_ESCAPES).then(|| String::from_utf8_lossy(&bytes).into_owned())
}

/// The code of the character that is escaped at the start, and the length of the escape in bytes.
fn decode(escape: &str) -> Option<(u32, usize)> {
    const LONGEST: usize = 8;
    let digits = |start: usize, count: usize| {
        let digits = escape.get(start..start + count)?;
        digits.bytes().all(|byte| byte.is_ascii_hexdigit()).then(|| u32::from_str_radix(digits, 16).ok())?
    };
    let entity = |start: usize, radix: u32| {
        let inside = escape.get(start..)?;
        let length = inside.bytes().take(LONGEST).position(|byte| !byte.is_ascii_hexdigit())?;
        let closed = usize::from(inside.as_bytes().get(length) == Some(&b';'));
        Some((u32::from_str_radix(inside.get(..length)?, radix).ok()?, start + length + closed))
    };
    let named = || {
        let names = [("&lt;", '<'), ("&gt;", '>'), ("&amp;", '&'), ("&quot;", '"'), ("&nbsp;", ' ')];
        let (name, c) = names.into_iter().find(|(name, _)| escape.starts_with(name))?;
        Some((u32::from(c), name.len()))
    };
    match escape.as_bytes() {
        [b'%', ..] => Some((digits(1, 2)?, 3)),
        [b'\\', b'x', ..] => Some((digits(2, 2)?, 4)),
        [b'\\', b'u', ..] => Some((digits(2, 4)?, 6)),
        [b'&', b'#', b'x' | b'X', ..] => entity(3, 16),
        [b'&', b'#', ..] => entity(2, 10),
        [b'&', ..] => named(),
        _ => None,
    }
}
