//! Single paragraphs, for programs that show something else than a report.

use std::borrow::Cow;
use std::ops::Range;

use super::page::Page;
use super::style::{SEARCH_TERM, Style};
use super::text_run::TextRun;
use crate::wording::safe_line;

/// `text` made safe for a terminal; line breaks stay.
pub fn printable(text: &str) -> Cow<'_, str> {
    if text.contains('\n') {
        Cow::Owned(text.split('\n').map(safe_line).collect::<Vec<_>>().join("\n"))
    } else {
        safe_line(text)
    }
}

/// `text` as a paragraph, indented by `indent` columns.
pub fn paragraph(text: &str, indent: usize, style: Style) -> String {
    passage(text, &[], indent, style)
}

/// `text` as a paragraph with highlights: in colour, or in brackets if the style has no colour. Highlights must be in
/// order and must not overlap; ranges that are not within `text` are left out.
pub fn passage(text: &str, highlights: &[Range<usize>], indent: usize, style: Style) -> String {
    let mut runs = Vec::with_capacity(2 * highlights.len() + 1);
    let mut at = 0;
    for range in highlights {
        if let (Some(before), Some(found)) = (text.get(at..range.start), text.get(range.clone())) {
            runs.push(TextRun::plain(safe_line(before)));
            let found = safe_line(found);
            runs.push(TextRun::new(if style.color { found } else { format!("[{found}]").into() }, SEARCH_TERM));
            at = range.end;
        }
    }
    runs.push(TextRun::plain(safe_line(text.get(at..).unwrap_or_default())));
    let mut page = Page::new(style);
    page.paragraph(indent, &runs);
    page.finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn highlights_are_bracketed_without_color_and_invalid_ranges_are_left_out() {
        let style = Style { width: 40, color: false };
        assert_eq!(passage("test the restore", &[0..4, 9..16, 90..91], 2, style), "  [test] the [restore]\n");
        assert_eq!(passage("é", std::slice::from_ref(&(1..2)), 0, style), "é\n");
    }

    #[test]
    fn escape_sequences_do_not_reach_the_terminal() {
        assert_eq!(printable("a\u{1b}[2J\nb"), "a␛[2J\nb");
    }
}
