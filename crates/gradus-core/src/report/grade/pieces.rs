//! Cuts an answer at its marks into pieces of text and the starts and ends of marks between them.
//!
//! The marks in the result nest, so that every format can bracket, underline or embolden them. The time
//! is linear in the length of the answer plus the number of marks times the number of criteria.

use std::cmp::Reverse;

use super::evidence::{Effect, Mark};

/// A part of an answer as it is shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Piece<'a> {
    /// Text, with the greatest effect of the marks around it; `None` outside marks.
    Text(&'a str, Option<Effect>),
    /// The start of a mark.
    Open(&'a Mark),
    /// The end of the innermost mark.
    Close(&'a Mark),
    /// A place where text is left out. Added by [`super::excerpt`] only.
    Gap,
}

/// Cuts `shown` at `marks`, which must be in the order of [`super::evidence::marks`]. Where two marks cross, the mark
/// that starts later is closed at the end of the other mark and opened again after it.
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
    /// Open marks, outermost first.
    open: Vec<&'a Mark>,
    /// Marks that must be opened before the next visible text.
    waiting: Vec<&'a Mark>,
    pieces: Vec<Piece<'a>>,
}

impl<'a> Cutter<'a> {
    /// Closes the marks that end at or before `limit`, in the order of their ends.
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
            return self.push_text(text);
        }
        if !self.waiting.is_empty() {
            self.push_text(&text[..text.len() - visible.len()]);
            self.open_waiting();
            return self.push_text(visible);
        }
        self.push_text(text);
    }

    fn open_waiting(&mut self) {
        self.waiting.sort_by_key(|mark| Reverse(mark.span.end));
        self.pieces.extend(self.waiting.iter().copied().map(Piece::Open));
        self.open.append(&mut self.waiting);
    }

    fn push_text(&mut self, text: &'a str) {
        if !text.is_empty() {
            let effect = self.open.iter().map(|mark| mark.effect).max();
            self.pieces.push(Piece::Text(text, effect));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Span;
    use crate::report::grade::evidence::{Label, merge_marks_on_same_span, trimmed_span_in};

    fn mark(span: std::ops::Range<usize>, label: Label) -> Mark {
        let effect = if matches!(label, Label::Penalty(_)) { Effect::Loss } else { Effect::Full };
        Mark { span: Span { start: span.start, end: span.end }, labels: vec![label], effect }
    }

    fn bracketed(shown: &str, spans: &[(std::ops::Range<usize>, usize)]) -> String {
        let marks: Vec<_> = spans.iter().map(|(span, number)| mark(span.clone(), Label::Criterion(*number))).collect();
        let marks = merge_marks_on_same_span(marks);
        let written = |piece: &Piece<'_>| match piece {
            Piece::Text(text, _) => (*text).to_owned(),
            Piece::Open(_) => "[".to_owned(),
            Piece::Close(mark) => format!("]{}", mark.label_after("]")),
            Piece::Gap => "…".to_owned(),
        };
        pieces(shown, &marks).iter().map(written).collect()
    }

    #[test]
    fn separate_and_nested_marks_have_their_own_brackets_and_equal_marks_share_them() {
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
    fn a_loss_outweighs_points_earned() {
        let marks = merge_marks_on_same_span(vec![mark(0..3, Label::Criterion(1)), mark(0..3, Label::Penalty(1))]);
        let pieces = pieces("one", &marks);
        assert!(pieces.contains(&Piece::Text("one", Some(Effect::Loss))));
        assert_eq!(marks[1].label_after(""), "ᴾ¹");
    }

    #[test]
    fn pieces_of_any_spans_keep_the_whole_text_and_nest() {
        let shown = "one two  three\nfour five, six seven eight nine ten ";
        let mut seed = 7_usize;
        let mut random_below = |limit| {
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (seed >> 33) % limit
        };
        for _ in 0..500 {
            let spans = (1..=random_below(9)).filter_map(|label| {
                let span = trimmed_span_in(Span { start: random_below(52), end: random_below(52) }, shown, 0)?;
                Some(mark(span.start..span.end, Label::Criterion(label)))
            });
            let marks = merge_marks_on_same_span(spans.collect());
            let (mut text, mut open) = (String::new(), Vec::new());
            for piece in pieces(shown, &marks) {
                match piece {
                    Piece::Text(part, effect) => {
                        assert_eq!(effect.is_some(), !open.is_empty());
                        text.push_str(part);
                    }
                    Piece::Open(mark) => open.push(mark),
                    Piece::Close(mark) => assert_eq!(open.pop(), Some(mark)),
                    Piece::Gap => unreachable!("pieces leave nothing out"),
                }
            }
            assert_eq!((text.as_str(), open.len()), (shown, 0));
        }
    }
}
