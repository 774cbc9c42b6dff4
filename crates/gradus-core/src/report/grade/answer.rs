//! The answer in a terminal report, with evidence underlined, or in brackets without colour.
//!
//! Every mark ends in the raised number of its criterion. Text that lost points is in braces, and ends in a raised P
//! and the number of the penalty.

use super::evidence::{Effect, Mark, marks};
use super::excerpt::excerpt;
use super::pieces::{Piece, pieces};
use super::reflow::reflow;
use super::sheet::Sheet;
use crate::report::layout::page::Page;
use crate::report::layout::style::{BAD, CAUTION, GOOD, Ink, PLAIN};
use crate::report::layout::text_run::TextRun;

/// Adds the section with the answer; no section for an empty answer.
pub(super) fn answer(page: &mut Page, sheet: &Sheet<'_>) {
    let (offset, body) = sheet.body();
    if body.trim().is_empty() {
        return;
    }
    let shown = reflow(body);
    let marks = marks(sheet, &shown, offset);
    let pieces = excerpt(pieces(&shown, &marks));
    page.heading("Your answer", legend(&marks, page.has_color()));
    let mut paragraph = Vec::new();
    for piece in &pieces {
        append(page, &mut paragraph, piece);
    }
    end_paragraph(page, &mut paragraph);
}

fn legend(marks: &[Mark], has_color: bool) -> &'static str {
    let has_losses = marks.iter().any(|mark| mark.effect == Effect::Loss);
    match (marks.is_empty(), has_losses, has_color) {
        (true, ..) => "",
        (_, false, true) => "underlined: evidence, with the number of its criterion",
        (_, false, false) => "[evidence] with the number of its criterion",
        (_, true, true) => "underlined: evidence, with the number of its criterion; red: points lost",
        (_, true, false) => "[evidence] with the number of its criterion, {points lost}",
    }
}

fn append<'a>(page: &mut Page, paragraph: &mut Vec<TextRun<'a>>, piece: &Piece<'a>) {
    match piece {
        Piece::Text(text, effect) => {
            let ink = effect.map_or(PLAIN, |effect| effect_ink(effect).underline());
            for (number, line) in text.split('\n').enumerate() {
                if number > 0 {
                    end_paragraph(page, paragraph);
                }
                paragraph.push(TextRun::new(line, ink));
            }
        }
        Piece::Open(mark) if !page.has_color() => paragraph.push(TextRun::plain(brackets(mark.effect).0)),
        Piece::Open(_) => {}
        Piece::Close(mark) => {
            let bracket = if page.has_color() { "" } else { brackets(mark.effect).1 };
            let before = if bracket.is_empty() { paragraph.last().map(|run| run.text.as_ref()) } else { None };
            let label = mark.label_after(before.unwrap_or_default());
            paragraph.push(TextRun::new(format!("{bracket}{label}"), effect_ink(mark.effect)));
        }
        Piece::Gap => paragraph.push(TextRun::faint(" … ")),
    }
}

fn end_paragraph(page: &mut Page, paragraph: &mut Vec<TextRun<'_>>) {
    if paragraph.iter().all(|run| run.text.trim().is_empty()) {
        page.blank();
    } else {
        page.paragraph(2, paragraph);
    }
    paragraph.clear();
}

fn brackets(effect: Effect) -> (&'static str, &'static str) {
    match effect {
        Effect::Full | Effect::Half => ("[", "]"),
        Effect::Loss => ("{", "}"),
    }
}

fn effect_ink(effect: Effect) -> Ink {
    match effect {
        Effect::Full => GOOD,
        Effect::Half => CAUTION,
        Effect::Loss => BAD,
    }
}

#[cfg(test)]
mod tests {
    use crate::model::{Answer, Evidence, MatchKind};
    use crate::report::grade::fixture;
    use crate::report::grade::text::text;
    use crate::report::layout::style::Style;
    use unicode_width::UnicodeWidthStr;

    fn report(answer: &str, spans: &[(usize, usize)], style: Style) -> String {
        let mut fixture = fixture::incident();
        for (graded, (start, end)) in fixture.grade.criteria.iter_mut().zip(spans) {
            let (start, end) = (*start, *end);
            graded.evidence =
                vec![Evidence { start, end, quote: "".into(), concept: "".into(), how: MatchKind::Exact, half: false }];
        }
        fixture.grade.penalties.clear();
        let answer = Answer::new("a", answer);
        let mut sheet = fixture.sheet();
        sheet.answer = &answer;
        text(&sheet, style)
    }

    #[test]
    fn brackets_nest_and_cross_lines() {
        let report = report("One two\nthree four.", &[(0, 18), (4, 13), (4, 7)], Style::default());
        assert!(report.contains("\n  [One [[two]³\n  three]² four]¹.\n"), "{report}");
    }

    #[test]
    fn color_replaces_brackets() {
        let report = report("It fell 20 times.", &[(8, 10)], Style { width: 80, color: true });
        assert!(report.contains("\u{1b}[4m\u{1b}[32m20\u{1b}[0m\u{1b}[32m\u{202f}¹\u{1b}[0m times."), "{report:?}");
    }

    #[test]
    fn wide_and_long_words_stay_within_the_page() {
        let answer = format!("\t漢字{}e\u{301} {} 👩‍👩‍👧‍👦{}\r\n- x", "障害".repeat(50), "x".repeat(300), "🇩🇪".repeat(60));
        for width in 40..=100 {
            let report = report(&answer, &[(1, 40), (10, 700), (13, 14)], Style { width, color: false });
            for line in report.lines() {
                assert!(line.width() <= width && line.trim_end() == line, "{width}: {line}");
            }
        }
    }

    #[test]
    fn a_long_answer_shows_the_passages_with_evidence() {
        let answer = format!("{}We rolled it back.{}", "before ".repeat(300), " after".repeat(300));
        let report = report(&answer, &[(2103, 2117)], Style::default());
        assert!(report.contains("\n  … before"), "{report}");
        assert!(report.contains("We [rolled it back]¹. after"), "{report}");
        assert!(report.matches("after").count() < 20 && report.contains("after …\n"), "{report}");
    }

    #[test]
    fn an_empty_answer_has_no_section() {
        assert!(!report(" \n", &[], Style::default()).contains("Your answer"));
    }
}
