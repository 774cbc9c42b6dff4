//! The report of one grade for a terminal.
//!
//! The order is from the score to details: flags, points lost, criteria, the answer with its evidence marked, what to
//! add, and delivery.

use super::answer::answer;
use super::criteria::criteria;
use super::sheet::{Sheet, gain};
use super::{judge_notes, phrases};
use crate::model::{Band, Outcome, Tenths, Thousandths};
use crate::report::layout::bar::bar;
use crate::report::layout::page::Page;
use crate::report::layout::style::{BAD, CAUTION, GOOD, HEADING, Style, band_ink};
use crate::report::layout::text_run::{TextRun, columns_of};

/// The report of one grade, 40 to 100 columns wide, ending in a line break.
pub fn text(sheet: &Sheet<'_>, style: Style) -> String {
    let mut page = Page::new(style);
    title(&mut page, sheet);
    match &sheet.grade.outcome {
        Outcome::Graded { score, band, .. } => {
            score_bar(&mut page, *score, *band);
            page.paragraph(2, &[TextRun::faint(phrases::summary(sheet).unwrap_or_default())]);
            judge(&mut page, sheet);
            if let Some(calibrated) = phrases::calibrated(sheet.grade) {
                page.paragraph(2, &[TextRun::new(calibrated, HEADING)]);
            }
            flags(&mut page, sheet);
            penalties(&mut page, sheet);
            criteria(&mut page, sheet);
            answer(&mut page, sheet);
            additions(&mut page, sheet);
            delivery(&mut page, sheet);
        }
        Outcome::Ungraded { reason } => {
            page.blank();
            page.hanging(&[TextRun::new("  Not graded: ", BAD)], &[TextRun::plain(reason.as_ref())]);
            flags(&mut page, sheet);
        }
    }
    page.finish()
}

/// The grade on one line that ends in a line break: id, question, score and band, or the reason why there is no score.
/// The line is not cut, whatever the width.
pub fn brief(sheet: &Sheet<'_>, style: Style) -> String {
    let grade = sheet.grade;
    let (ink, verdict) = match &grade.outcome {
        Outcome::Graded { score, band, .. } => (band_ink(*band), format!("{score}  {}", band.name())),
        Outcome::Ungraded { reason } => (BAD, format!("ungraded: {reason}")),
    };
    let calibrated = phrases::calibrated(grade).map(|calibrated| format!("  {calibrated}")).unwrap_or_default();
    let name = format!("{}  {}  ", grade.id, grade.question);
    let runs = [TextRun::plain(name), TextRun::new(verdict, ink), TextRun::plain(calibrated)];
    let mut page = Page::new(style);
    page.unwrapped(&runs);
    page.finish()
}

fn title(page: &mut Page, sheet: &Sheet<'_>) {
    let grade = sheet.grade;
    page.paragraph(0, &[TextRun::new(grade.id.as_ref(), HEADING), TextRun::faint(format!(" · {}", grade.question))]);
    page.paragraph(0, &[TextRun::plain(sheet.question.prompt.as_str())]);
    if let Some(note) = sheet.note {
        page.paragraph(0, &[TextRun::faint(format!("Question {note}"))]);
    }
}

fn score_bar(page: &mut Page, score: Tenths, band: Band) {
    let cells = page.columns().saturating_sub(19).min(40);
    let (full, rest) = bar(score, cells);
    let ink = band_ink(band);
    page.blank();
    page.unwrapped(&[
        TextRun::new(format!("  {:<5}  ", score.to_string()), HEADING),
        TextRun::new(full, ink),
        TextRun::faint(rest),
        TextRun::new(format!("  {}", band.name()), ink.bold()),
    ]);
}

/// Adds the judge, and warnings where judges did not decide everything.
fn judge(page: &mut Page, sheet: &Sheet<'_>) {
    if let Some(judge) = judge_notes::judge(sheet.grade) {
        page.paragraph(2, &[TextRun::faint(judge)]);
    }
    for note in judge_notes::incomplete_judges(sheet.grade) {
        page.hanging(&[TextRun::new("  ! ", CAUTION)], &[TextRun::plain(note)]);
    }
    if let Some(fallback) = judge_notes::fallback(sheet.grade) {
        page.hanging(&[TextRun::new("  !! ", BAD)], &[TextRun::new(fallback, BAD)]);
    }
}

fn flags(page: &mut Page, sheet: &Sheet<'_>) {
    if sheet.grade.flags.is_empty() {
        return;
    }
    page.heading("Watch out", "");
    for flag in &sheet.grade.flags {
        page.hanging(&[TextRun::new("  ! ", CAUTION)], &[TextRun::plain(phrases::flag(*flag))]);
    }
}

fn penalties(page: &mut Page, sheet: &Sheet<'_>) {
    for (number, penalty) in sheet.incurred() {
        if number == 1 {
            page.heading("Points lost", "");
        }
        let figures = TextRun::new(format!("−{}  ", phrases::points(penalty.earned)), BAD);
        let lead = [TextRun::new(format!("  P{number}  "), HEADING), figures];
        page.hanging(&lead, &[TextRun::plain(sheet.asks(penalty))]);
        if let Some(quotes) = phrases::quotes(penalty) {
            page.paragraph(columns_of(&lead), &[TextRun::faint(quotes)]);
        }
        for remark in judge_notes::remarks(penalty) {
            page.paragraph(columns_of(&lead), &[TextRun::faint(remark)]);
        }
        if let Some(advice) = sheet.advice(&penalty.id) {
            page.paragraph(columns_of(&lead), &[TextRun::plain(advice)]);
        }
    }
}

fn additions(page: &mut Page, sheet: &Sheet<'_>) {
    let open = sheet.improvable();
    if open.is_empty() {
        return;
    }
    page.heading("What to add", "greatest gain first");
    let digits = sheet.grade.criteria.len().to_string().len();
    let gain = |graded| format!("+{}", phrases::points(Thousandths(gain(graded))));
    let widest = open.iter().map(|(_, graded)| gain(graded).len()).max().unwrap_or(0);
    for (number, graded) in open {
        let gain = TextRun::new(format!("{:<widest$}  ", gain(graded)), GOOD);
        let lead = [TextRun::new(format!("  {number:>digits$}  "), HEADING), gain];
        page.hanging(&lead, &[TextRun::plain(sheet.advice(&graded.id).unwrap_or_else(|| sheet.asks(graded)))]);
        reference(page, sheet, &graded.id, columns_of(&lead));
    }
}

/// Adds an excerpt of a sample answer on the criterion `id`, with its source.
fn reference(page: &mut Page, sheet: &Sheet<'_>, id: &str, indent: usize) {
    let Some(reference) = sheet.reference(id) else { return };
    let lead = TextRun::faint(format!("{}│ ", " ".repeat(indent)));
    page.with_lead_on_every_line(&lead, &[TextRun::plain(format!("“{}”", reference.excerpt.trim()))]);
    page.with_lead_on_every_line(
        &lead,
        &[TextRun::faint(format!("{} sample, {}", reference.level.name(), reference.question))],
    );
}

fn delivery(page: &mut Page, sheet: &Sheet<'_>) {
    page.heading("Delivery", "");
    page.paragraph(2, &[TextRun::plain(phrases::delivery(&sheet.grade.delivery))]);
    if let Some(story) = phrases::story(sheet) {
        page.paragraph(2, &[TextRun::plain(story)]);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Evidence;
    use crate::report::grade::fixture;
    use unicode_width::UnicodeWidthStr;

    const PLAIN_80: Style = Style { width: 80, color: false };

    fn assert_fits(report: &str, width: usize) {
        for line in report.lines() {
            assert!(line.width() <= width, "{width}: {line}");
            assert!(!line.ends_with(char::is_whitespace), "{line:?}");
        }
    }

    #[test]
    fn evidence_is_bracketed_by_number() {
        let fixture = fixture::incident();
        let report = text(&fixture.sheet(), PLAIN_80);
        assert!(report.contains("[rolled the release back within five\n  minutes]¹ and"), "{report}");
        assert!(report.contains("{Tom's fault}ᴾ¹."), "{report}");
        assert!(!report.contains("x = 1"), "front matter is not part of the answer");
    }

    #[test]
    fn every_line_fits_every_width() {
        let mut fixture = fixture::incident();
        for id in ["incident-3.txt", "very/long/".repeat(30).as_str(), "障害対応".repeat(30).as_str()] {
            fixture.grade.id = id.to_owned().into();
            for width in 0..=130 {
                assert_fits(&text(&fixture.sheet(), Style { width, color: false }), width.clamp(40, 100));
            }
        }
    }

    #[test]
    fn without_color_there_is_no_escape_sequence() {
        let fixture = fixture::incident();
        let mut sheet = fixture.sheet();
        let answer = crate::model::Answer::new("\u{1b}[2J", "\u{1b}]0;title\u{7} and \u{9b}31m red");
        sheet.answer = &answer;
        let report = text(&sheet, PLAIN_80);
        assert!(!report.chars().any(|c| c.is_control() && c != '\n'), "{report:?}");
    }

    #[test]
    fn color_changes_no_word() {
        let fixture = fixture::incident();
        let report = text(&fixture.sheet(), Style { width: 80, color: true });
        assert!(report.contains("\u{1b}[4m\u{1b}[32mrolled the release back within five"), "{report:?}");
        assert!(!report.contains("[rolled"));
    }

    #[test]
    fn wrong_spans_are_left_unmarked() {
        let mut fixture = fixture::incident();
        for (start, end) in [(9, 3), (0, 99_999), (usize::MAX, usize::MAX), (3, 9)] {
            let odd = Evidence { start, end, ..fixture.grade.criteria[0].evidence[0].clone() };
            fixture.grade.criteria[2].evidence = vec![odd];
            assert!(!text(&fixture.sheet(), PLAIN_80).contains("]³"));
        }
    }

    #[test]
    fn a_missed_criterion_shows_an_excerpt_of_a_strong_sample() {
        let fixture = fixture::incident();
        let report = text(&fixture.sheet(), PLAIN_80);
        assert!(
            report.contains("  3  +2    Say who would do what by when.\n           │ “Each action got one owner"),
            "{report}"
        );
    }

    #[test]
    fn an_ungraded_answer_has_a_reason_and_no_score() {
        let mut fixture = fixture::incident();
        fixture.grade.outcome = Outcome::Ungraded { reason: "the file is empty".into() };
        let report = text(&fixture.sheet(), PLAIN_80);
        assert!(report.contains("\n  Not graded: the file is empty\n"), "{report}");
        assert!(!report.contains('0'), "{report}");
    }

    #[test]
    fn a_calibrated_score_is_shown_with_the_name_of_its_calibration() {
        let mut fixture = fixture::incident();
        fixture.grade.calibrated = Some(crate::model::Calibrated {
            score: Tenths(712),
            band: Band::Solid,
            by: "c.toml".into(),
            fingerprint: fixture.grade.fingerprint,
        });
        let said = "calibrated by c.toml: 71.2, solid";
        assert!(text(&fixture.sheet(), PLAIN_80).contains(said));
        assert!(brief(&fixture.sheet(), PLAIN_80).contains(&format!("31.3  weak  {said}")));
        assert!(crate::report::grade::markdown::markdown(&fixture.sheet()).contains(&format!("**{said}**")));
    }

    #[test]
    fn brief_is_one_line() {
        let fixture = fixture::incident();
        assert_eq!(brief(&fixture.sheet(), PLAIN_80), "incident-3.txt  lead-major-incident  31.3  weak\n");
    }
}
