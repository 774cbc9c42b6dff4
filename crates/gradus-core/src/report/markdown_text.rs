//! Escapes text for Markdown, so that no text becomes a heading, a link, an image, a table cell or HTML.

use crate::wording::safe_line;

/// `text` on one line, escaped for paragraphs, lists and tables.
pub(super) fn escape(text: &str) -> String {
    let text = safe_line(text);
    let words: Vec<_> = text.split_whitespace().collect();
    let mut escaped = String::with_capacity(text.len() + 16);
    push_escaped(&mut escaped, &words.join(" "), true);
    escaped
}

pub(super) fn push_escaped(out: &mut String, text: &str, starts_line: bool) {
    let digits = text.len() - text.trim_start_matches(|c: char| c.is_ascii_digit()).len();
    let mut previous = out.chars().next_back().unwrap_or(' ');
    for (at, c) in text.char_indices() {
        let rest = &text[at + c.len_utf8()..];
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            _ if is_markup(c) || is_link(previous, c, rest) || (starts_line && is_block(at, c, digits)) => {
                out.extend(['\\', c]);
            }
            _ => out.push(c),
        }
        previous = c;
    }
}

fn is_markup(c: char) -> bool {
    matches!(c, '\\' | '`' | '*' | '_' | '[' | ']' | '|' | '~' | '#' | '$' | '^' | '@')
}

/// Whether `c` is in an address that becomes a link without markup: "https://" and "www.".
fn is_link(previous: char, c: char, rest: &str) -> bool {
    (c == ':' && rest.starts_with('/')) || (c == '.' && previous.eq_ignore_ascii_case(&'w'))
}

/// Whether `c` would make the line that starts with it a list, a rule or a heading.
fn is_block(at: usize, c: char, digits: usize) -> bool {
    (at == 0 && matches!(c, '-' | '+' | '=' | ':')) || (at > 0 && at == digits && matches!(c, '.' | ')'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn markup_and_html_are_escaped() {
        assert_eq!(escape("<b>*x*</b> [a](b) `c` |"), r"&lt;b&gt;\*x\*&lt;/b&gt; \[a\](b) \`c\` \|");
        assert_eq!(escape("https://a.b www.c.d @me #1"), r"https\://a.b www\.c.d \@me \#1");
    }

    #[test]
    fn numbers_in_a_sentence_are_not_escaped() {
        assert_eq!(escape("We had 99.9 percent, 3x - fine: yes."), "We had 99.9 percent, 3x - fine: yes.");
    }
}
