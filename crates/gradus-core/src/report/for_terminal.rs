//! Data for programs (CSV, TSV, JSON) that is printed to a terminal instead.
//!
//! Data for a file or a pipe is not changed. A terminal would obey control characters in answers, ids and input
//! columns, and directional controls would change the order in which a line is read.

use std::borrow::Cow;
use std::fmt::Write as _;

use crate::wording::safe_line;

/// The layout of data, which decides how a control character in it can be shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DataLayout {
    /// CSV, TSV or plain text: tabs and line breaks are part of the layout.
    Rows,
    /// JSON: a control character is written as an escape such as `\u202e`, so the value stays the same.
    Json,
}

/// `data` in a form that is safe to print to a terminal. Data without control characters is returned unchanged.
pub fn for_terminal(data: &str, layout: DataLayout) -> Cow<'_, str> {
    match layout {
        DataLayout::Rows if data.split(is_layout).all(is_clean) => Cow::Borrowed(data),
        DataLayout::Rows => {
            let mut shown = String::with_capacity(data.len());
            for piece in data.split_inclusive(is_layout) {
                let (text, end) =
                    piece.strip_suffix(is_layout).map_or((piece, ""), |text| (text, &piece[text.len()..]));
                shown.push_str(&safe_line(text));
                shown.push_str(end);
            }
            Cow::Owned(shown)
        }
        DataLayout::Json => json(data),
    }
}

fn is_layout(c: char) -> bool {
    matches!(c, '\t' | '\n')
}

fn is_clean(text: &str) -> bool {
    matches!(safe_line(text), Cow::Borrowed(_))
}

/// JSON for a terminal. Outside of strings, JSON contains only ASCII, so every other character that `safe_line` would
/// change is inside a string and can be written as an escape.
fn json(data: &str) -> Cow<'_, str> {
    let is_shown = |c: char| is_layout(c) || c == '\r' || is_clean(c.encode_utf8(&mut [0; 4]));
    if data.chars().all(is_shown) {
        return Cow::Borrowed(data);
    }
    let mut shown = String::with_capacity(data.len());
    for c in data.chars() {
        if is_shown(c) {
            shown.push(c);
        } else {
            for unit in c.encode_utf16(&mut [0; 2]) {
                let _ = write!(shown, "\\u{unit:04x}");
            }
        }
    }
    Cow::Owned(shown)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Whether a terminal obeys the character, or the character reorders text.
    fn is_dangerous(c: char) -> bool {
        (c.is_control() && !is_layout(c))
            || matches!(c, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
    }

    #[test]
    fn rows_keep_tabs_and_line_breaks_and_replace_or_remove_other_control_characters() {
        let row = "a\u{1b}[31m\tb\u{9b}2J\u{7f}\r\n\"c\nd\u{202e}\"\n";
        assert_eq!(for_terminal(row, DataLayout::Rows), "a\u{241b}[31m\tb\u{fffd}2J\u{2421} \n\"c\nd\"\n");
        assert!(matches!(for_terminal("a,\"b\nc\"\t漢字\n", DataLayout::Rows), Cow::Borrowed(_)));
    }

    #[test]
    fn json_escapes_controls_outside_the_basic_plane_as_two_units() {
        assert_eq!(
            for_terminal("{\"a\":\"\u{202e}\u{e0041}\"}\n", DataLayout::Json),
            "{\"a\":\"\\u202e\\udb40\\udc41\"}\n"
        );
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn no_dangerous_character_survives_and_json_keeps_its_value(
            text in proptest::collection::vec(
                prop_oneof![
                    any::<char>(),
                    proptest::char::range('\0', '\u{9f}'),
                    proptest::char::range('\u{2000}', '\u{206f}'),
                ],
                0..40,
            )
        ) {
            let text: String = text.into_iter().collect();
            let rows = for_terminal(&text, DataLayout::Rows);
            prop_assert!(!rows.contains(is_dangerous), "{:?}", rows);
            let line = serde_json::to_string(&text).expect("a string");
            let shown = for_terminal(&line, DataLayout::Json);
            prop_assert!(!shown.contains(is_dangerous), "{:?}", shown);
            prop_assert_eq!(serde_json::from_str::<String>(&shown).expect("JSON"), text);
        }
    }
}
