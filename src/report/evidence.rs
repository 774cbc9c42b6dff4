//! The answer cut at its evidence: text, and where marks open and close in it.
//!
//! Takes the spans of a grade in any order, nested, crossing or wrong, and gives pieces in which
//! marks nest, so that every format can bracket, underline or embolden them. Linear in the answer
//! times the number of criteria.

use std::cmp::Reverse;
use std::fmt;

use super::sheet::Sheet;
use crate::model::{CriterionGrade, Span};

/// Whose evidence a mark shows. Written as a raised number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Label {
    Criterion(usize),
    Penalty(usize),
}

impl fmt::Display for Label {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const RAISED: [char; 10] = ['⁰', '¹', '²', '³', '⁴', '⁵', '⁶', '⁷', '⁸', '⁹'];
        let (prefix, number) = match self {
            Self::Criterion(number) => ("", number),
            Self::Penalty(number) => ("ᴾ", number),
        };
        f.write_str(prefix)?;
        let digits = number.to_string();
        digits.bytes().filter_map(|digit| RAISED.get(usize::from(digit - b'0'))).try_for_each(|c| write!(f, "{c}"))
    }
}

/// What marked text is worth.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Worth {
    /// Counts half.
    Half,
    /// Earns its points.
    Full,
    /// Costs points.
    Loss,
}

/// A stretch of the answer and what stands behind it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Mark {
    span: Span,
    /// One or more, in order.
    pub(super) labels: Vec<Label>,
    pub(super) worth: Worth,
}

impl Mark {
    /// The labels in a row.
    pub(super) fn label(&self) -> String {
        self.labels.iter().map(Label::to_string).collect::<Vec<_>>().join("·")
    }
}

/// A part of an answer as it is shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Piece<'a> {
    /// Text, with the greatest worth of the marks around it.
    Text(&'a str, Option<Worth>),
    /// A mark begins.
    Open(&'a Mark),
    /// The innermost mark ends.
    Close(&'a Mark),
    /// Something is left out.
    Gap,
}

/// The marks of a sheet's evidence in `shown`, which begins at byte `offset` of the answer.
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

/// `span` in `shown`, without white space at its ends; none where nothing of it is there.
fn trimmed(span: Span, shown: &str, offset: usize) -> Option<Span> {
    let (start, end) = (span.start.saturating_sub(offset), span.end.checked_sub(offset)?);
    let text = shown.get(start..end)?;
    let start = start + (text.len() - text.trim_start().len());
    let end = start + text.trim().len();
    (start < end).then_some(Span { start, end })
}

fn touches(one: Span, next: Span, shown: &str) -> bool {
    next.start <= one.end || shown.get(one.end..next.start).is_some_and(|between| between.trim().is_empty())
}

/// Marks by place, outer ones first; those of one kind on one span become one mark.
fn share_spans(mut marks: Vec<Mark>) -> Vec<Mark> {
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

/// `shown` cut at `marks`, which are in the order that [`marks`] gives. Where marks cross, the one
/// that began later is closed and opened again.
pub(super) fn pieces<'a>(shown: &'a str, marks: &'a [Mark]) -> Vec<Piece<'a>> {
    let mut cutter = Cutter { shown, at: 0, open: Vec::new(), waiting: Vec::new(), pieces: Vec::new() };
    for mark in marks {
        cutter.close_until(mark.span.start);
        cutter.advance(mark.span.start);
        cutter.waiting.push(mark);
    }
    cutter.close_until(shown.len());
    cutter.advance(shown.len());
    cutter.pieces
}

struct Cutter<'a> {
    shown: &'a str,
    at: usize,
    /// Opened, outermost first.
    open: Vec<&'a Mark>,
    /// To be opened before the next visible text.
    waiting: Vec<&'a Mark>,
    pieces: Vec<Piece<'a>>,
}

impl<'a> Cutter<'a> {
    /// Closes what ends at or before `limit`, place by place.
    fn close_until(&mut self, limit: usize) {
        let next_end = |cutter: &Self| cutter.open.iter().chain(&cutter.waiting).map(|mark| mark.span.end).min();
        while let Some(end) = next_end(self).filter(|end| *end <= limit) {
            self.advance(end);
            self.close(end);
        }
    }

    fn close(&mut self, end: usize) {
        self.waiting.retain(|mark| mark.span.end != end);
        let Some(outermost) = self.open.iter().position(|mark| mark.span.end == end) else { return };
        for mark in self.open.drain(outermost..).rev() {
            self.pieces.push(Piece::Close(mark));
            if mark.span.end != end {
                self.waiting.push(mark);
            }
        }
    }

    fn advance(&mut self, to: usize) {
        let text = self.shown.get(self.at..to).unwrap_or_default();
        self.at = self.at.max(to);
        let visible = text.trim_start();
        if visible.is_empty() {
            return self.text(text);
        }
        if !self.waiting.is_empty() {
            self.text(&text[..text.len() - visible.len()]);
            self.open_waiting();
            return self.text(visible);
        }
        self.text(text);
    }

    fn open_waiting(&mut self) {
        self.waiting.sort_by_key(|mark| Reverse(mark.span.end));
        self.pieces.extend(self.waiting.iter().copied().map(Piece::Open));
        self.open.append(&mut self.waiting);
    }

    fn text(&mut self, text: &'a str) {
        if !text.is_empty() {
            let worth = self.open.iter().map(|mark| mark.worth).max();
            self.pieces.push(Piece::Text(text, worth));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mark(span: std::ops::Range<usize>, label: Label) -> Mark {
        Mark { span: Span { start: span.start, end: span.end }, labels: vec![label], worth: worth(label, false) }
    }

    fn bracketed(shown: &str, spans: &[(std::ops::Range<usize>, usize)]) -> String {
        let marks: Vec<_> = spans.iter().map(|(span, number)| mark(span.clone(), Label::Criterion(*number))).collect();
        let marks = share_spans(marks);
        let written = |piece: &Piece<'_>| match piece {
            Piece::Text(text, _) => (*text).to_owned(),
            Piece::Open(_) => "[".to_owned(),
            Piece::Close(mark) => format!("]{}", mark.label()),
            Piece::Gap => "…".to_owned(),
        };
        pieces(shown, &marks).iter().map(written).collect()
    }

    #[test]
    fn marks_apart_nested_and_equal_keep_their_brackets() {
        assert_eq!(bracketed("one two three", &[(0..3, 1), (8..13, 2)]), "[one]¹ two [three]²");
        assert_eq!(bracketed("one two three", &[(4..7, 1), (0..13, 2)]), "[one [two]¹ three]²");
        assert_eq!(bracketed("one two three", &[(4..7, 12), (4..7, 1)]), "one [two]¹·¹² three");
    }

    #[test]
    fn crossing_marks_are_closed_and_opened_again() {
        assert_eq!(bracketed("one two three", &[(0..7, 1), (4..13, 2)]), "[one [two]²]¹ [three]²");
    }

    #[test]
    fn marks_that_share_an_end_nest() {
        assert_eq!(bracketed("one two", &[(0..7, 1), (4..7, 2)]), "[one [two]²]¹");
        assert_eq!(bracketed("one two", &[(0..7, 1), (0..3, 2)]), "[[one]² two]¹");
    }

    #[test]
    fn spans_that_do_not_fit_are_left_out() {
        let span = |start, end| trimmed(Span { start, end }, "é one ", 10);
        assert_eq!(span(11, 14), None);
        assert_eq!(span(12, 99), None);
        assert_eq!(span(14, 12), None);
        assert_eq!(span(0, 5), None);
        assert_eq!(span(0, 12), Some(Span { start: 0, end: 2 }));
        assert_eq!(span(12, 17), Some(Span { start: 3, end: 6 }));
    }

    #[test]
    fn a_loss_outweighs_what_earns() {
        let marks = share_spans(vec![mark(0..3, Label::Criterion(1)), mark(0..3, Label::Penalty(1))]);
        let pieces = pieces("one", &marks);
        assert!(pieces.contains(&Piece::Text("one", Some(Worth::Loss))));
        assert_eq!(marks[1].label(), "ᴾ¹");
    }
}
