//! Single paragraphs for commands that show lists instead of a grade.

use std::borrow::Cow;
use std::ops::Range;

use super::clean::clean;
use super::page::{Page, Run};
use super::style::{FOUND, Style};

/// `text` made safe for a terminal.
pub fn printable(text: &str) -> Cow<'_, str> {
    if text.contains('\n') {
        Cow::Owned(text.split('\n').map(|line| clean(Cow::Borrowed(line))).collect::<Vec<_>>().join("\n"))
    } else {
        clean(Cow::Borrowed(text))
    }
}

/// `text` as a paragraph, `indent` columns in.
pub fn paragraph(text: &str, indent: usize, style: Style) -> String {
    passage(text, &[], indent, style)
}

/// The same with some of it highlighted: in colour, or in brackets where there is none. Highlights
/// are in order and do not overlap; those that do not fit `text` are left out.
pub fn passage(text: &str, highlights: &[Range<usize>], indent: usize, style: Style) -> String {
    let mut runs = Vec::with_capacity(2 * highlights.len() + 1);
    let mut at = 0;
    for range in highlights {
        if let (Some(before), Some(found)) = (text.get(at..range.start), text.get(range.clone())) {
            runs.push(Run::plain(clean(before.into())));
            let found = clean(found.into());
            runs.push(Run::new(if style.color { found } else { format!("[{found}]").into() }, FOUND));
            at = range.end;
        }
    }
    runs.push(Run::plain(clean(text.get(at..).unwrap_or_default().into())));
    let mut page = Page::new(style);
    page.paragraph(indent, &runs);
    page.finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn highlights_are_bracketed_without_color_and_wrong_ones_left_out() {
        let style = Style { width: 40, color: false };
        assert_eq!(passage("test the restore", &[0..4, 9..16, 90..91], 2, style), "  [test] the [restore]\n");
        assert_eq!(passage("é", std::slice::from_ref(&(1..2)), 0, style), "é\n");
    }

    #[test]
    fn escape_sequences_do_not_reach_the_terminal() {
        assert_eq!(printable("a\u{1b}[2J\nb"), "a␛[2J\nb");
    }
}
