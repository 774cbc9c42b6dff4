//! A grade as people read it on a terminal.
//!
//! From the score down to the details: what spoils it, each criterion, the answer with its evidence
//! marked, what to add, how it was told.

use super::answer::answer;
use super::criteria::criteria;
use super::page::{Page, Run, width_of};
use super::sheet::{Sheet, gain};
use super::style::{BAD, GOOD, HEADING, MIDDLING, Style, band_ink};
use super::{judged, words};
use crate::model::{Band, Outcome, Tenths, Thousandths};

/// The whole report of one grade, 40 to 100 columns wide, ending in a line break.
pub fn text(sheet: &Sheet<'_>, style: Style) -> String {
    let mut page = Page::new(style);
    title(&mut page, sheet);
    match &sheet.grade.outcome {
        Outcome::Graded { score, band, .. } => {
            score_bar(&mut page, *score, *band);
            page.paragraph(2, &[Run::faint(words::summary(sheet).unwrap_or_default())]);
            judge(&mut page, sheet);
            if let Some(calibrated) = words::calibrated(sheet.grade) {
                page.paragraph(2, &[Run::new(calibrated, HEADING)]);
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
            page.hanging(&[Run::new("  Not graded: ", BAD)], &[Run::plain(reason.as_ref())]);
            flags(&mut page, sheet);
        }
    }
    page.finish()
}

/// The grade on one line that ends in a line break: id, question, score and band, or the reason why
/// there is no score. Never cut, whatever the width.
pub fn brief(sheet: &Sheet<'_>, style: Style) -> String {
    let grade = sheet.grade;
    let (ink, verdict) = match &grade.outcome {
        Outcome::Graded { score, band, .. } => (band_ink(*band), format!("{score}  {}", band.name())),
        Outcome::Ungraded { reason } => (BAD, format!("ungraded: {reason}")),
    };
    let calibrated = words::calibrated(grade).map(|calibrated| format!("  {calibrated}")).unwrap_or_default();
    let name = format!("{}  {}  ", grade.id, grade.question);
    let runs = [Run::plain(name), Run::new(verdict, ink), Run::plain(calibrated)];
    let mut page = Page::new(style);
    page.unwrapped(&runs);
    page.finish()
}

fn title(page: &mut Page, sheet: &Sheet<'_>) {
    let grade = sheet.grade;
    page.paragraph(0, &[Run::new(grade.id.as_ref(), HEADING), Run::faint(format!(" · {}", grade.question))]);
    page.paragraph(0, &[Run::plain(sheet.question.prompt.as_str())]);
    if let Some(note) = sheet.note {
        page.paragraph(0, &[Run::faint(format!("Question {note}"))]);
    }
}

fn score_bar(page: &mut Page, score: Tenths, band: Band) {
    let cells = page.columns().saturating_sub(19).min(40);
    let (full, rest) = bar(score, cells);
    let ink = band_ink(band);
    page.blank();
    page.unwrapped(&[
        Run::new(format!("  {:<5}  ", score.to_string()), HEADING),
        Run::new(full, ink),
        Run::faint(rest),
        Run::new(format!("  {}", band.name()), ink.bold()),
    ]);
}

/// Who judged; and before all else that somebody else did.
fn judge(page: &mut Page, sheet: &Sheet<'_>) {
    if let Some(judge) = judged::judge(sheet.grade) {
        page.paragraph(2, &[Run::faint(judge)]);
    }
    for unheard in judged::unheard(sheet.grade) {
        page.hanging(&[Run::new("  ! ", MIDDLING)], &[Run::plain(unheard)]);
    }
    if let Some(fallback) = judged::fallback(sheet.grade) {
        page.hanging(&[Run::new("  !! ", BAD)], &[Run::new(fallback, BAD)]);
    }
}

/// The full part of a bar of `cells`, to an eighth of a cell, and the rest of it.
pub(super) fn bar(score: Tenths, cells: usize) -> (String, String) {
    const PARTS: [&str; 8] = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"];
    let eighths = score.0.min(1000) as usize * cells * 8 / 1000;
    let part = PARTS[eighths % 8];
    let rest = cells - eighths.div_ceil(8);
    ("█".repeat(eighths / 8) + part, "░".repeat(rest))
}

fn flags(page: &mut Page, sheet: &Sheet<'_>) {
    if sheet.grade.flags.is_empty() {
        return;
    }
    page.heading("Watch out", "");
    for flag in &sheet.grade.flags {
        page.hanging(&[Run::new("  ! ", MIDDLING)], &[Run::plain(words::flag(*flag))]);
    }
}

fn penalties(page: &mut Page, sheet: &Sheet<'_>) {
    for (number, penalty) in sheet.incurred() {
        if number == 1 {
            page.heading("Points lost", "");
        }
        let figures = Run::new(format!("−{}  ", words::points(penalty.earned)), BAD);
        let lead = [Run::new(format!("  P{number}  "), HEADING), figures];
        page.hanging(&lead, &[Run::plain(sheet.asks(penalty))]);
        if let Some(quotes) = words::quotes(penalty) {
            page.paragraph(width_of(&lead), &[Run::faint(quotes)]);
        }
        for remark in judged::remarks(penalty) {
            page.paragraph(width_of(&lead), &[Run::faint(remark)]);
        }
        if let Some(advice) = sheet.advice(&penalty.id) {
            page.paragraph(width_of(&lead), &[Run::plain(advice)]);
        }
    }
}

fn additions(page: &mut Page, sheet: &Sheet<'_>) {
    let open = sheet.open();
    if open.is_empty() {
        return;
    }
    page.heading("What to add", "what earns most comes first");
    let digits = sheet.grade.criteria.len().to_string().len();
    let gain = |graded| format!("+{}", words::points(Thousandths(gain(graded))));
    let widest = open.iter().map(|(_, graded)| gain(graded).len()).max().unwrap_or(0);
    for (number, graded) in open {
        let gain = Run::new(format!("{:<widest$}  ", gain(graded)), GOOD);
        let lead = [Run::new(format!("  {number:>digits$}  "), HEADING), gain];
        page.hanging(&lead, &[Run::plain(sheet.advice(&graded.id).unwrap_or_else(|| sheet.asks(graded)))]);
        reference(page, sheet, &graded.id, width_of(&lead));
    }
}

/// What a sample answer says to the criterion `id`, and whose words they are.
fn reference(page: &mut Page, sheet: &Sheet<'_>, id: &str, indent: usize) {
    let Some(reference) = sheet.reference(id) else { return };
    let lead = Run::faint(format!("{}│ ", " ".repeat(indent)));
    page.barred(&lead, &[Run::plain(format!("“{}”", reference.excerpt.trim()))]);
    page.barred(&lead, &[Run::faint(format!("{} sample, {}", reference.level.name(), reference.question))]);
}

fn delivery(page: &mut Page, sheet: &Sheet<'_>) {
    page.heading("Delivery", "");
    page.paragraph(2, &[Run::plain(words::delivery(&sheet.grade.delivery))]);
    if let Some(story) = words::story(sheet) {
        page.paragraph(2, &[Run::plain(story)]);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Evidence;
    use crate::report::fixture;
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
        assert!(!report.contains("x = 1"), "front matter is no part of the answer");
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
    fn a_missed_criterion_shows_how_a_strong_answer_says_it() {
        let fixture = fixture::incident();
        let report = text(&fixture.sheet(), PLAIN_80);
        assert!(
            report.contains("  3  +2    Say who would do what by when.\n           │ “Each action got one owner"),
            "{report}"
        );
    }

    #[test]
    fn an_ungraded_answer_has_a_reason_and_no_figure() {
        let mut fixture = fixture::incident();
        fixture.grade.outcome = Outcome::Ungraded { reason: "the file is empty".into() };
        let report = text(&fixture.sheet(), PLAIN_80);
        assert!(report.contains("\n  Not graded: the file is empty\n"), "{report}");
        assert!(!report.contains('0'), "{report}");
    }

    #[test]
    fn the_bar_grows_by_eighths() {
        let drawn = |tenths| {
            let (full, rest) = bar(Tenths(tenths), 10);
            full + &rest
        };
        assert_eq!(drawn(0), "░░░░░░░░░░");
        assert_eq!(drawn(255), "██▌░░░░░░░");
        assert_eq!(drawn(1000), "██████████");
        assert_eq!(drawn(u32::MAX), "██████████");
    }

    #[test]
    fn a_calibrated_score_stands_beside_the_other_and_names_what_calibrated_it() {
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
        assert!(crate::report::markdown(&fixture.sheet()).contains(&format!("**{said}**")));
    }

    #[test]
    fn brief_is_one_line() {
        let fixture = fixture::incident();
        assert_eq!(brief(&fixture.sheet(), PLAIN_80), "incident-3.txt  lead-major-incident  31.3  weak\n");
    }
}
