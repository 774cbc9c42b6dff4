//! Marks in the text of the answer: the evidence for points that were earned or lost.
//!
//! The spans of a grade may be in any order, may overlap and may be out of range. The marks are within the text and do
//! not start or end with white space. Marks of the same criterion do not touch each other.

use std::cmp::Reverse;
use std::fmt;

use super::sheet::Sheet;
use crate::model::{CriterionGrade, Span};

const SUPERSCRIPT_DIGITS: [char; 10] = ['⁰', '¹', '²', '³', '⁴', '⁵', '⁶', '⁷', '⁸', '⁹'];

/// The criterion or penalty that a mark is evidence for. It is formatted as a superscript number.
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
        digits
            .bytes()
            .filter_map(|digit| SUPERSCRIPT_DIGITS.get(usize::from(digit - b'0')))
            .try_for_each(|c| write!(f, "{c}"))
    }
}

/// The effect of marked text on the points.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Effect {
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
    pub(super) effect: Effect,
}

impl Mark {
    /// The labels, joined. A separator comes first if `text`, the text before the labels, ends with a digit or a
    /// superscript digit.
    pub(super) fn label_after(&self, text: &str) -> String {
        let labels = self.labels.iter().map(Label::to_string).collect::<Vec<_>>().join("·");
        match text.chars().next_back() {
            Some(last) if SUPERSCRIPT_DIGITS.contains(&last) => format!("·{labels}"),
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
    merge_marks_on_same_span(all.collect())
}

fn marks_of(label: Label, graded: &CriterionGrade<'_>, shown: &str, offset: usize) -> Vec<Mark> {
    let mut found: Vec<_> = graded
        .evidence
        .iter()
        .filter_map(|evidence| Some((trimmed_span_in(evidence.span(), shown, offset)?, evidence.half)))
        .map(|(span, half)| Mark { span, labels: vec![label], effect: effect(label, half) })
        .collect();
    found.sort_by_key(|mark| mark.span);
    let mut joined: Vec<Mark> = Vec::new();
    for mark in found {
        match joined.last_mut() {
            Some(last) if touches(last.span, mark.span, shown) => {
                last.span.end = last.span.end.max(mark.span.end);
                last.effect = last.effect.max(mark.effect);
            }
            _ => joined.push(mark),
        }
    }
    joined
}

fn effect(label: Label, half: bool) -> Effect {
    match label {
        Label::Penalty(_) => Effect::Loss,
        Label::Criterion(_) if half => Effect::Half,
        Label::Criterion(_) => Effect::Full,
    }
}

/// `span` relative to `shown`, without white space at its ends. A start before `shown` is moved to the start of
/// `shown`. `None` if the rest is out of range or blank.
pub(super) fn trimmed_span_in(span: Span, shown: &str, offset: usize) -> Option<Span> {
    let (start, end) = (span.start.saturating_sub(offset), span.end.checked_sub(offset)?);
    let text = shown.get(start..end)?;
    let start = start + (text.len() - text.trim_start().len());
    let end = start + text.trim().len();
    (start < end).then_some(Span { start, end })
}

fn touches(one: Span, next: Span, shown: &str) -> bool {
    next.start <= one.end || shown.get(one.end..next.start).is_some_and(|between| between.trim().is_empty())
}

/// The marks in the order of the text, outer marks first. Marks on the same span become one mark, except that marks for
/// lost points are not merged with marks for earned points.
pub(super) fn merge_marks_on_same_span(mut marks: Vec<Mark>) -> Vec<Mark> {
    marks.sort_by(|a, b| {
        let place = |mark: &Mark| (mark.span.start, Reverse(mark.span.end), mark.effect == Effect::Loss);
        place(a).cmp(&place(b)).then_with(|| a.labels.cmp(&b.labels))
    });
    marks.dedup_by(|later, kept| {
        let is_same = later.span == kept.span && (later.effect == Effect::Loss) == (kept.effect == Effect::Loss);
        if is_same {
            kept.labels.append(&mut later.labels);
            kept.effect = kept.effect.max(later.effect);
        }
        is_same
    });
    marks
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mark(span: std::ops::Range<usize>, label: Label) -> Mark {
        Mark { span: Span { start: span.start, end: span.end }, labels: vec![label], effect: effect(label, false) }
    }

    #[test]
    fn spans_that_end_outside_the_text_are_left_out() {
        let span = |start, end| trimmed_span_in(Span { start, end }, "é one ", 10);
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
