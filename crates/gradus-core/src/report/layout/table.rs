//! Rows of a table on a terminal: a name, then cells that are aligned at their right ends.

use super::page::Page;
use super::style::Ink;
use super::text_run::TextRun;
use crate::wording::{columns, graphemes, safe_line, units};

/// Placeholder for a value that is absent.
pub(in crate::report) const ABSENT: &str = "–";

/// `value` with `places` decimals. A negative number that rounds to 0 has no sign.
pub(in crate::report) fn decimals(value: f64, places: usize) -> String {
    let text = format!("{value:.places$}");
    match text.strip_prefix('-') {
        Some(rest) if rest.bytes().all(|byte| matches!(byte, b'0' | b'.')) => rest.to_owned(),
        _ => text,
    }
}

/// Adds a row: a name, cut if it has no room, then cells with their widths in columns.
pub(in crate::report) fn row(page: &mut Page, name: &str, cells: &[(String, usize)], ink: Ink) {
    let width: usize = cells.iter().map(|(_, width)| width).sum();
    let room = page.columns().saturating_sub(width + 2);
    let name = ending_of(&safe_line(name), room);
    let mut line = format!("  {name}{}", " ".repeat(room.saturating_sub(columns(&name))));
    for (cell, width) in cells {
        line.push_str(&" ".repeat(width.saturating_sub(columns(cell))));
        line.push_str(cell);
    }
    page.unwrapped(&[TextRun::new(line.trim_end().to_owned(), ink)]);
}

/// A name in at most `room` columns. Of a longer name the end is kept, because ids differ at their ends; the cut is
/// before a word if there is room for one.
fn ending_of(name: &str, room: usize) -> String {
    if columns(name) <= room {
        return name.to_owned();
    }
    let words: Vec<&str> = units(name).collect();
    let ending = fitting(&words, room);
    let ending = if ending.is_empty() { fitting(&graphemes(name).collect::<Vec<_>>(), room) } else { ending };
    format!("…{ending}")
}

/// The last pieces, as many as fit beside an ellipsis.
fn fitting(pieces: &[&str], room: usize) -> String {
    let mut used = 1;
    let fits = |piece: &&&str| {
        used += columns(piece);
        used <= room
    };
    let count = pieces.iter().rev().take_while(fits).count();
    pieces[pieces.len() - count..].concat()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::layout::style::{PLAIN, Style};

    #[test]
    fn a_negative_number_that_rounds_to_zero_has_no_sign() {
        assert_eq!(
            [-0.0004, -0.0006, 0.25, -1.0].map(|value| decimals(value, 3)),
            ["0.000", "-0.001", "0.250", "-1.000"]
        );
        assert_eq!(decimals(-0.4, 0), "0");
    }

    #[test]
    fn a_single_word_that_does_not_fit_is_cut() {
        assert_eq!(ending_of("blames-a-person", 12), "…es-a-person");
        assert_eq!(ending_of("one two", 5), "…two");
    }

    #[test]
    fn names_that_do_not_fit_keep_their_end() {
        let mut page = Page::new(Style { width: 40, color: false });
        for name in ["a", "the name of a question: a\u{1b}[31m criterion", &"漢字".repeat(30)] {
            row(&mut page, name, &[("12".into(), 6), ("0.5".into(), 9)], PLAIN);
        }
        let text = page.finish();
        assert!(text.lines().all(|line| columns(line) == 40), "{text}");
        assert!(text.contains("a␛[31m criterion") && !text.contains('\u{1b}'), "{text}");
    }
}
