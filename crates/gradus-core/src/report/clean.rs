//! Text made safe to show: no control character, and nothing that reorders or hides text, survives.
//!
//! An answer is whatever somebody typed or pasted. Escape sequences in it must not reach a terminal,
//! and invisible characters must not make a report say what it does not.

use std::borrow::Cow;

use crate::model::is_hiding;

/// `text` on one line with its control characters made visible and its invisible ones left out.
pub(super) fn clean(text: Cow<'_, str>) -> Cow<'_, str> {
    if text.chars().all(|c| shown(c) == Some(c)) { text } else { text.chars().filter_map(shown).collect() }
}

fn shown(c: char) -> Option<char> {
    match c {
        '\t'..='\r' | '\u{85}' | '\u{2028}' | '\u{2029}' => Some(' '),
        '\0'..='\u{1f}' => char::from_u32(0x2400 + u32::from(c)),
        '\u{7f}' => Some('\u{2421}'),
        '\u{80}'..='\u{9f}' => Some(char::REPLACEMENT_CHARACTER),
        _ if is_hiding(c) => None,
        _ => Some(c),
    }
}

/// `body` with the line breaks of hard-wrapped prose turned to spaces; the breaks that are meant
/// stay: around blank lines, before list items, and after lines too short or too long to have been
/// wrapped. Every byte keeps its place.
pub(super) fn reflow(body: &str) -> String {
    let mut flowing = String::with_capacity(body.len());
    let mut lines = body.split('\n').peekable();
    while let Some(line) = lines.next() {
        flowing.push_str(line);
        if let Some(next) = lines.peek() {
            flowing.push(if is_wrapped(line, next) { ' ' } else { '\n' });
        }
    }
    flowing
}

fn is_wrapped(line: &str, next: &str) -> bool {
    let next = next.trim_start();
    (50..=100).contains(&line.trim_end().chars().count()) && !next.is_empty() && !is_list_item(next)
}

fn is_list_item(line: &str) -> bool {
    let unnumbered = line.trim_start_matches(|c: char| c.is_ascii_digit());
    let is_numbered = unnumbered.len() < line.len() && unnumbered.starts_with(['.', ')']);
    is_numbered || line.starts_with(['-', '*', '+', '•', '–', '#', '>'])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escape_sequences_lose_their_escape() {
        assert_eq!(clean("a\u{1b}[31mb\u{9b}2Jc\u{7f}".into()), "a\u{241b}[31mb\u{fffd}2Jc\u{2421}");
    }

    #[test]
    fn directional_overrides_are_left_out() {
        assert_eq!(clean("no\u{202e}t\u{200b}e".into()), "note");
    }

    #[test]
    fn clean_text_is_not_copied() {
        assert!(matches!(clean("plain, 漢字, é".into()), Cow::Borrowed(_)));
    }

    #[test]
    fn hard_wrapped_prose_flows_and_lists_stay() {
        let long = "We had an outage that was caused by a release which";
        assert_eq!(reflow(&format!("{long}\nbroke.")), format!("{long} broke."));
        for kept in [format!("{long}\n- broke"), format!("{long}\n\nbroke"), "One.\nTwo.".to_owned()] {
            assert_eq!(reflow(&kept), kept);
        }
    }
}
