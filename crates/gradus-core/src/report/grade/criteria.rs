//! The criteria of a terminal report as a table: number, mark, points, description and evidence.
//!
//! On a narrow terminal the description is below the points instead of beside them.

use super::sheet::Sheet;
use super::{judge_notes, phrases};
use crate::model::{CriterionGrade, Source, Status};
use crate::report::layout::page::Page;
use crate::report::layout::style::{HEADING, status_ink};
use crate::report::layout::text_run::{TextRun, columns_of};
use crate::wording::columns;

/// Minimum number of columns for a table with descriptions beside the points.
const ROOMY: usize = 60;

/// Adds the section on the criteria; no section without criteria.
pub(super) fn criteria(page: &mut Page, sheet: &Sheet<'_>) {
    if sheet.grade.criteria.is_empty() {
        return;
    }
    page.heading("Criteria", "");
    let widths = Widths::of(sheet, page.columns());
    for (number, graded) in sheet.numbered() {
        row(page, sheet, &widths, number, graded);
    }
}

struct Widths {
    number: usize,
    status: usize,
    earned: usize,
    points: usize,
    is_roomy: bool,
}

impl Widths {
    fn of(sheet: &Sheet<'_>, width: usize) -> Self {
        let all = &sheet.grade.criteria;
        let widest = |width: fn(&CriterionGrade<'_>) -> usize| all.iter().map(width).max().unwrap_or(0);
        Self {
            number: all.len().to_string().len(),
            status: widest(|graded| graded.status.name().len()),
            earned: widest(|graded| columns(&phrases::earned(graded))),
            points: widest(|graded| graded.points.to_string().len()),
            is_roomy: width >= ROOMY,
        }
    }
}

fn row(page: &mut Page, sheet: &Sheet<'_>, widths: &Widths, number: usize, graded: &CriterionGrade<'_>) {
    let Widths { number: digits, status, earned, points, is_roomy } = *widths;
    let ink = status_ink(graded.status);
    let number = TextRun::new(format!("  {number:>digits$}  "), HEADING);
    let mark = format!("{} {:<status$}", phrases::mark(graded.status), graded.status.name());
    let figures = format!("  {:>earned$}/{:<points$}  ", phrases::earned(graded), graded.points);
    let asks = TextRun::plain(sheet.asks(graded));
    if is_roomy {
        let lead = [number, TextRun::new(mark, ink), TextRun::plain(figures)];
        page.hanging(&lead, &[asks]);
        details(page, columns_of(&lead), graded);
    } else {
        page.hanging(&[number], &[TextRun::new(mark, ink), TextRun::plain(figures)]);
        page.paragraph(4 + digits, &[asks]);
        details(page, 4 + digits, graded);
    }
}

fn details(page: &mut Page, indent: usize, graded: &CriterionGrade<'_>) {
    for detail in remarks(graded) {
        page.paragraph(indent, &[TextRun::faint(detail)]);
    }
}

/// Remarks on a verdict: its quotes, the missing concepts, and notes about the judge.
pub(super) fn remarks(graded: &CriterionGrade<'_>) -> Vec<String> {
    let quotes = if graded.status == Status::Missed { None } else { phrases::quotes(graded) };
    let reason = phrases::reason(graded).map(|reason| match graded.source {
        Source::Llm => format!("judge: {reason}"),
        Source::Offline | Source::Fallback => reason,
    });
    quotes.into_iter().chain(reason).chain(judge_notes::remarks(graded)).collect()
}

#[cfg(test)]
mod tests {
    use crate::model::{Source, Status, Thousandths};
    use crate::report::grade::fixture;
    use crate::report::grade::text::text;
    use crate::report::layout::style::Style;

    #[test]
    fn points_are_aligned() {
        let fixture = fixture::incident();
        let report = text(&fixture.sheet(), Style::default());
        assert!(report.contains("\n  1  ✓ met        3/3  Restores service"), "{report}");
        assert!(report.contains("\n  2  ◐ partial  1.5/3  Keeps the people"), "{report}");
        assert!(report.contains("\n                       “status channel”\n"), "{report}");
    }

    #[test]
    fn an_undecided_criterion_has_no_points() {
        let mut fixture = fixture::incident();
        fixture.grade.criteria[2].status = Status::Undecided;
        assert!(text(&fixture.sheet(), Style::default()).contains("? undecided    –/2  Gives each"));
    }

    #[test]
    fn a_fallback_and_a_disagreement_of_judges_are_reported() {
        let mut graded = fixture::incident().grade.criteria.remove(0);
        graded.source = Source::Fallback;
        graded.spread = Some((Thousandths(500), Thousandths(1000)));
        let remarks = super::remarks(&graded);
        assert_eq!(remarks[1..], ["decided offline: the judge gave no verdict", "verdicts from 0.5 to 1"]);
    }
}
