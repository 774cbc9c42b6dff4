//! The criteria of a text report as a table: number, mark, points, what was asked and what was found.
//!
//! On a narrow terminal what was asked stands under the figures instead of beside them.

use super::page::{Page, Run, width_of};
use super::sheet::Sheet;
use super::style::{HEADING, status_ink};
use super::{judged, words, wrap};
use crate::model::{CriterionGrade, Source, Status};

/// Columns from which on the table has room for everything side by side.
const ROOMY: usize = 60;

/// The section on the criteria; nothing where there are none.
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
    fn of(sheet: &Sheet<'_>, columns: usize) -> Self {
        let all = &sheet.grade.criteria;
        let widest = |width: fn(&CriterionGrade<'_>) -> usize| all.iter().map(width).max().unwrap_or(0);
        Self {
            number: all.len().to_string().len(),
            status: widest(|graded| graded.status.name().len()),
            earned: widest(|graded| wrap::columns(&words::earned(graded))),
            points: widest(|graded| graded.points.to_string().len()),
            is_roomy: columns >= ROOMY,
        }
    }
}

fn row(page: &mut Page, sheet: &Sheet<'_>, widths: &Widths, number: usize, graded: &CriterionGrade<'_>) {
    let Widths { number: digits, status, earned, points, is_roomy } = *widths;
    let ink = status_ink(graded.status);
    let number = Run::new(format!("  {number:>digits$}  "), HEADING);
    let mark = format!("{} {:<status$}", words::mark(graded.status), graded.status.name());
    let figures = format!("  {:>earned$}/{:<points$}  ", words::earned(graded), graded.points);
    let asks = Run::plain(sheet.asks(graded));
    if is_roomy {
        let lead = [number, Run::new(mark, ink), Run::plain(figures)];
        page.hanging(&lead, &[asks]);
        details(page, width_of(&lead), graded);
    } else {
        page.hanging(&[number], &[Run::new(mark, ink), Run::plain(figures)]);
        page.paragraph(4 + digits, &[asks]);
        details(page, 4 + digits, graded);
    }
}

fn details(page: &mut Page, indent: usize, graded: &CriterionGrade<'_>) {
    for detail in remarks(graded) {
        page.paragraph(indent, &[Run::faint(detail)]);
    }
}

/// What is to be said about a verdict: its quotes, what it lacks, and who gave it in whose place.
pub(super) fn remarks(graded: &CriterionGrade<'_>) -> Vec<String> {
    let quotes = if graded.status == Status::Missed { None } else { words::quotes(graded) };
    let reason = words::reason(graded).map(|reason| match graded.source {
        Source::Llm => format!("judge: {reason}"),
        Source::Offline | Source::Fallback => reason,
    });
    quotes.into_iter().chain(reason).chain(judged::remarks(graded)).collect()
}

#[cfg(test)]
mod tests {
    use crate::model::{Source, Status, Thousandths};
    use crate::report::{Style, fixture, text};

    #[test]
    fn figures_stand_under_each_other() {
        let fixture = fixture::incident();
        let report = text(&fixture.sheet(), Style::default());
        assert!(report.contains("\n  1  ✓ met        3/3  Restores service"), "{report}");
        assert!(report.contains("\n  2  ◐ partial  1.5/3  Keeps the people"), "{report}");
        assert!(report.contains("\n                       “status channel”\n"), "{report}");
    }

    #[test]
    fn what_nobody_decided_has_no_points() {
        let mut fixture = fixture::incident();
        fixture.grade.criteria[2].status = Status::Undecided;
        assert!(text(&fixture.sheet(), Style::default()).contains("? undecided    –/2  Gives each"));
    }

    #[test]
    fn stand_ins_and_disagreement_are_told() {
        let mut graded = fixture::incident().grade.criteria.remove(0);
        graded.source = Source::Fallback;
        graded.spread = Some((Thousandths(500), Thousandths(1000)));
        let remarks = super::remarks(&graded);
        assert_eq!(remarks[1..], ["decided offline: the judge gave no verdict", "verdicts from 0.5 to 1"]);
    }
}
