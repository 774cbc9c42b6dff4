//! The evidence for points earned and lost, as marks on the text of the answer.
//!
//! Takes the spans of a grade in any order, overlapping or out of range. Gives marks that are within the text and do
//! not start or end in white space. Marks of the same criterion do not touch each other.

use std::cmp::Reverse;
use std::fmt;

use super::sheet::Sheet;
use crate::model::{CriterionGrade, Span};

const RAISED: [char; 10] = ['⁰', '¹', '²', '³', '⁴', '⁵', '⁶', '⁷', '⁸', '⁹'];

/// The criterion or penalty that a mark is evidence for. Formatted as a raised number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Label {
    Criterion(usize),
    Penalty(usize),
}

impl fmt::Display for Label {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (prefix, number) = match self {
            Self::Criterion(number) => ("", number),
            Self::Penalty(number) => ("ᴾ", number),
        };
        f.write_str(prefix)?;
        let digits = number.to_string();
        digits.bytes().filter_map(|digit| RAISED.get(usize::from(digit - b'0'))).try_for_each(|c| write!(f, "{c}"))
    }
}

/// The effect of marked text on the points.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Worth {
    /// Earns half credit.
    Half,
    /// Earns full credit.
    Full,
    /// Loses points.
    Loss,
}

/// A stretch of the answer that is evidence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Mark {
    pub(super) span: Span,
    /// One or more labels, in order.
    pub(super) labels: Vec<Label>,
    pub(super) worth: Worth,
}

impl Mark {
    /// The labels side by side, separated from a number that `text` before them ends with.
    pub(super) fn label_after(&self, text: &str) -> String {
        let labels = self.labels.iter().map(Label::to_string).collect::<Vec<_>>().join("·");
        match text.chars().next_back() {
            Some(last) if RAISED.contains(&last) => format!("·{labels}"),
            Some('0'..='9') => format!("\u{202f}{labels}"),
            _ => labels,
        }
    }
}

/// The marks for all evidence of a sheet in `shown`, which starts at byte `offset` of the answer.
pub(super) fn marks(sheet: &Sheet<'_>, shown: &str, offset: usize) -> Vec<Mark> {
    let criteria = sheet.numbered().map(|(number, graded)| (Label::Criterion(number), graded));
    let penalties = sheet.incurred().map(|(number, graded)| (Label::Penalty(number), graded));
    let all = criteria.chain(penalties).flat_map(|(label, graded)| marks_of(label, graded, shown, offset));
    share_spans(all.collect())
}

fn marks_of(label: Label, graded: &CriterionGrade<'_>, shown: &str, offset: usize) -> Vec<Mark> {
    let mut found: Vec<_> = graded
        .evidence
        .iter()
        .filter_map(|evidence| Some((trimmed(evidence.span(), shown, offset)?, evidence.half)))
        .map(|(span, half)| Mark { span, labels: vec![label], worth: worth(label, half) })
        .collect();
    found.sort_by_key(|mark| mark.span);
    let mut joined: Vec<Mark> = Vec::new();
    for mark in found {
        match joined.last_mut() {
            Some(last) if touches(last.span, mark.span, shown) => {
                last.span.end = last.span.end.max(mark.span.end);
                last.worth = last.worth.max(mark.worth);
            }
            _ => joined.push(mark),
        }
    }
    joined
}

fn worth(label: Label, half: bool) -> Worth {
    match label {
        Label::Penalty(_) => Worth::Loss,
        Label::Criterion(_) if half => Worth::Half,
        Label::Criterion(_) => Worth::Full,
    }
}

/// `span` in `shown`, without white space at its ends. `None` where it is not within `shown` or is blank.
pub(super) fn trimmed(span: Span, shown: &str, offset: usize) -> Option<Span> {
    let (start, end) = (span.start.saturating_sub(offset), span.end.checked_sub(offset)?);
    let text = shown.get(start..end)?;
    let start = start + (text.len() - text.trim_start().len());
    let end = start + text.trim().len();
    (start < end).then_some(Span { start, end })
}

fn touches(one: Span, next: Span, shown: &str) -> bool {
    next.start <= one.end || shown.get(one.end..next.start).is_some_and(|between| between.trim().is_empty())
}

/// The marks in the order of the text, outer marks first. Marks on the same span become one mark; losses stay separate.
pub(super) fn share_spans(mut marks: Vec<Mark>) -> Vec<Mark> {
    marks.sort_by(|a, b| {
        let place = |mark: &Mark| (mark.span.start, Reverse(mark.span.end), mark.worth == Worth::Loss);
        place(a).cmp(&place(b)).then_with(|| a.labels.cmp(&b.labels))
    });
    marks.dedup_by(|later, kept| {
        let is_same = later.span == kept.span && (later.worth == Worth::Loss) == (kept.worth == Worth::Loss);
        if is_same {
            kept.labels.append(&mut later.labels);
            kept.worth = kept.worth.max(later.worth);
        }
        is_same
    });
    marks
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mark(span: std::ops::Range<usize>, label: Label) -> Mark {
        Mark { span: Span { start: span.start, end: span.end }, labels: vec![label], worth: worth(label, false) }
    }

    #[test]
    fn spans_outside_the_text_are_left_out() {
        let span = |start, end| trimmed(Span { start, end }, "é one ", 10);
        assert_eq!(span(11, 14), None);
        assert_eq!(span(12, 99), None);
        assert_eq!(span(14, 12), None);
        assert_eq!(span(0, 5), None);
        assert_eq!(span(0, 12), Some(Span { start: 0, end: 2 }));
        assert_eq!(span(12, 17), Some(Span { start: 3, end: 6 }));
    }

    #[test]
    fn labels_are_separated_from_numbers_before_them() {
        let mark = mark(0..3, Label::Criterion(1));
        let after = |text| mark.label_after(text);
        assert_eq!([after("back"), after("99"), after("back²")], ["¹", "\u{202f}¹", "·¹"]);
    }
}
