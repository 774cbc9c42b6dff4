//! The full report of a batch on a terminal, and the report on one line.

use super::phrases::{BANDS, band, below, bin, cost, counts, matched, matched_questions, preamble, price, scores};
use super::question_tables::question_tables;
use super::types::BatchReport;
use crate::agreement::overview::ScoreStats;
use crate::model::Tenths;
use crate::report::layout::bar::bar;
use crate::report::layout::page::Page;
use crate::report::layout::style::{FAINT, HEADING, PLAIN, Style, band_ink};
use crate::report::layout::table::{decimals, row};
use crate::report::layout::text_run::TextRun;
use crate::wording::cut_middle_between_words;

/// Width of the longest bar, in columns.
const BAR: usize = 50;
/// Width of a number of answers, in columns.
const COUNT_WIDTH: usize = 9;
/// Maximum width of a question's wording, in columns.
const WORDING: usize = 160;
/// Number of wordings that are shown.
const WORDINGS: usize = 20;

/// The report of a batch on one line, ending in a line break.
pub fn line(report: &BatchReport<'_>, style: Style) -> String {
    let overview = report.overview;
    let mut parts = vec![counts(overview)];
    parts.extend(overview.scores.mean().ok().map(|mean| format!("mean {}", decimals(mean, 1))));
    parts.extend(overview.scores.deviation().ok().map(|deviation| format!("deviation {}", decimals(deviation, 1))));
    parts.extend(report.below.as_ref().map(|below| format!("{} below {}", below.answers, below.threshold)));
    let spent = overview.spent.as_ref().filter(|spent| spent.cost.is_some());
    parts.extend(spent.map(|spent| format!("cost {}", price(spent))));
    let mut page = Page::new(style);
    page.unwrapped(&[TextRun::plain(parts.join("  "))]);
    page.finish()
}

/// The full report of a batch, ending in a line break.
pub fn text(report: &BatchReport<'_>, style: Style) -> String {
    let overview = report.overview;
    let mut page = Page::new(style);
    page.paragraph(0, &[TextRun::new(counts(overview), HEADING)]);
    for line in preamble(report) {
        page.paragraph(0, &[TextRun::plain(line)]);
    }
    marks(&mut page, report);
    question_tables(&mut page, report);
    flags(&mut page, report);
    not_graded(&mut page, report);
    wordings(&mut page, report);
    if let Some(cost) = cost(report) {
        page.blank();
        page.paragraph(0, &[TextRun::plain(cost)]);
    }
    page.finish()
}

fn marks(page: &mut Page, report: &BatchReport<'_>) {
    let all = &report.overview.scores;
    let Some(figures) = scores(all) else { return };
    page.heading("scores", "");
    page.paragraph(2, &[TextRun::plain(figures)]);
    if all.graded > 1 {
        histogram(page, all);
    }
    let mut bands: Vec<TextRun<'_>> = Vec::new();
    for one in BANDS {
        bands.extend((!bands.is_empty()).then(|| TextRun::plain(", ")));
        bands.push(TextRun::new(band(all, one), band_ink(one)));
    }
    page.paragraph(2, &bands);
    if let Some(below) = below(report) {
        page.paragraph(2, &[TextRun::new(below, HEADING)]);
    }
}

fn histogram(page: &mut Page, scores: &ScoreStats) {
    let most = scores.histogram.iter().copied().max().unwrap_or(0).max(1);
    let digits = most.to_string().len();
    let cells = page.columns().saturating_sub(12 + digits).min(BAR);
    page.blank();
    for (number, &count) in scores.histogram.iter().enumerate() {
        // because a bin with few answers must be visible beside one with many
        let share = Tenths((u128::from(count) * 1000 / u128::from(most)) as u32);
        let (full, _) = bar(share, cells);
        let full = if full.is_empty() && count > 0 { "▏".to_owned() } else { full };
        let space = " ".repeat(cells - full.chars().count());
        page.unwrapped(&[
            TextRun::faint(format!("  {:>6}  ", bin(number))),
            TextRun::plain(full),
            TextRun::plain(format!("{space}  {count:>digits$}")),
        ]);
    }
    page.blank();
}

fn flags(page: &mut Page, report: &BatchReport<'_>) {
    if report.overview.flags.is_empty() {
        return;
    }
    page.heading("flags", "");
    for (flag, count) in &report.overview.flags {
        row(page, flag.name(), &[(count.to_string(), COUNT_WIDTH)], PLAIN);
    }
}

fn not_graded(page: &mut Page, report: &BatchReport<'_>) {
    let not_graded = &report.overview.not_graded;
    if not_graded.answers == 0 {
        return;
    }
    page.heading("not graded", "");
    for one in &not_graded.first {
        let location = report.location_before_id(one);
        page.paragraph(2, &[TextRun::plain(format!("{location}{}: {}", one.id, one.reason))]);
    }
    let more = not_graded.answers - not_graded.first.len() as u64;
    if more == 0 {
        return;
    }
    page.paragraph(2, &[TextRun::new(format!("and {more} more"), FAINT)]);
    page.heading("not graded", "by reason");
    let digits = not_graded.answers.to_string().len();
    let other = (not_graded.other > 0).then_some(("other reasons", not_graded.other));
    for (reason, count) in not_graded.by_count().into_iter().chain(other) {
        page.hanging(&[TextRun::plain(format!("  {count:>digits$}  "))], &[TextRun::plain(reason)]);
    }
}

fn wordings(page: &mut Page, report: &BatchReport<'_>) {
    let headings = [(true, "questions found from their wording"), (false, "questions found from the answer")];
    for (is_worded, heading) in headings {
        let all = matched_questions(report, is_worded);
        if all.is_empty() {
            continue;
        }
        page.heading(heading, "");
        for one in all.iter().take(WORDINGS) {
            if let Some(wording) = &one.wording {
                page.paragraph(2, &[TextRun::plain(format!("“{}”", cut_middle_between_words(wording, WORDING)))]);
            }
            page.paragraph(if is_worded { 4 } else { 2 }, &[TextRun::plain(matched(one))]);
        }
        if let Some(more) = all.len().checked_sub(WORDINGS).filter(|more| *more > 0) {
            page.paragraph(2, &[TextRun::faint(format!("and {more} more"))]);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::agreement::Overview;
    use crate::model::{GradeSummary, Usage};
    use crate::report::batch::fixture::{add_answers, add_score, add_ungraded, question, report};
    use crate::report::batch::types::{AnswersBelow, MatchedQuestion};
    use crate::wording::columns;

    const STYLES: [Style; 4] = [
        Style { width: 40, color: false },
        Style { width: 63, color: false },
        Style { width: 80, color: false },
        Style { width: 400, color: false },
    ];

    fn assert_fits(report: &BatchReport<'_>) -> String {
        for style in STYLES {
            let text = text(report, style);
            for line in text.lines() {
                assert!(columns(line) <= style.columns(), "{}: {line}", style.width);
                assert!(!line.ends_with(' ') && !line.contains(char::is_control), "{line:?}");
            }
            assert!(!text.contains("\n\n\n") && text.ends_with('\n') && !text.ends_with("\n\n"), "{text}");
        }
        text(report, Style::default())
    }

    #[test]
    fn an_empty_batch_has_only_counts_and_its_origin() {
        let overview = Overview::new();
        let shown = "0 answers: 0 graded\nanswers.jsonl, graded by offline scorer 1 with the shipped bank\n";
        assert_eq!(assert_fits(&report(&overview)), shown);
        assert_eq!(line(&report(&overview), Style::default()), "0 answers: 0 graded\n");
    }

    #[test]
    fn one_answer_has_a_mean_and_no_spread() {
        let mut overview = Overview::new();
        add_score(&mut overview, "error-budget", 625);
        let shown = assert_fits(&report(&overview));
        assert!(shown.starts_with("1 answer: 1 graded\n"), "{shown}");
        assert!(shown.contains("\nscores\n  mean 62.5 of 100\n  strong 0 (0.0%), solid 1 (100.0%), "), "{shown}");
        assert!(
            shown.contains("1 graded answer with another rubric, not included in the statistics of criteria\n"),
            "{shown}"
        );
        assert!(shown.ends_with("\n\ngraded offline: no cost\n") && !shown.contains("deviation"), "{shown}");
    }

    #[test]
    fn ungraded_answers_have_reasons_and_no_scores() {
        let mut overview = Overview::new();
        add_ungraded(&mut overview, 2);
        let shown = assert_fits(&report(&overview));
        let rows = "line 1000, lost-0: the answer is empty\n  line 1001, lost-1: no question is called `x`\n";
        assert!(shown.ends_with(&format!("\n\nnot graded\n  {rows}")), "{shown}");
        assert!(!shown.contains("scores") && !shown.contains("cost") && !shown.contains("by reason"), "{shown}");
    }

    #[test]
    fn ungraded_files_of_a_folder_are_named_without_a_line() {
        let mut overview = Overview::new();
        add_ungraded(&mut overview, 2);
        let shown = assert_fits(&BatchReport { is_folder: true, ..report(&overview) });
        let rows = "lost-0: the answer is empty\n  lost-1: no question is called `x`\n";
        assert!(shown.ends_with(&format!("\n\nnot graded\n  {rows}")), "{shown}");
    }

    #[test]
    fn many_ungraded_answers_are_counted_by_reason() {
        let mut overview = Overview::new();
        add_ungraded(&mut overview, 30);
        let shown = assert_fits(&report(&overview));
        assert!(shown.contains("line 1019, lost-19"), "{shown}");
        assert!(!shown.contains("lost-20"), "{shown}");
        let counts = "  20  no question is called `x`\n  10  the answer is empty\n";
        assert!(shown.ends_with(&format!("  and 10 more\n\nnot graded — by reason\n{counts}")), "{shown}");
    }

    #[test]
    fn bars_are_proportional_to_counts_and_never_empty_for_an_answer() {
        let mut overview = Overview::new();
        for (tenths, count) in [(50, 1), (550, 500), (950, 1000)] {
            for _ in 0..count {
                add_score(&mut overview, "q", tenths);
            }
        }
        let text = text(&report(&overview), Style { width: 40, color: false });
        let line =
            |bin: &str| text.lines().find(|line| line.trim_start().starts_with(bin)).unwrap_or_default().to_owned();
        assert_eq!(line("90-100"), format!("  90-100  {}  1000", "█".repeat(24)));
        assert_eq!(line("50-60"), format!("   50-60  {}{}   500", "█".repeat(12), " ".repeat(12)));
        assert_eq!(line("0-10"), format!("    0-10  ▏{}     1", " ".repeat(23)));
    }

    #[test]
    fn two_hundred_questions_have_means_and_hardest_criteria_but_no_tables_of_criteria() {
        let mut overview = Overview::new();
        (0..200).for_each(|at| add_answers(&mut overview, &question(&format!("question-{at:03}")), 6));
        let shown = assert_fits(&report(&overview));
        assert!(shown.contains("\n  question-199  "), "{shown}");
        assert!(!shown.contains("  penalties  ") && shown.contains("\nhardest criteria — by mean credit\n"), "{shown}");
        let hardest = shown.lines().filter(|line| line.contains("  question-") && line.ends_with(" (6 answers)"));
        assert_eq!(hardest.count(), 10);
        assert!(shown.contains("the summary as Markdown or JSON has every criterion"), "{shown}");
    }

    #[test]
    fn control_characters_of_users_do_not_reach_the_terminal() {
        let mut overview = Overview::new();
        let nasty = "a\u{1b}[31m\tb\nc\u{9b}2J\u{202e}";
        add_answers(&mut overview, &question(nasty), 12);
        add_answers(&mut overview, &question(&"漢字".repeat(60)), 12);
        overview.add(3, nasty, &GradeSummary::ungraded("", nasty), None);
        let (wording, question) = (Some(nasty.repeat(40)), nasty.to_owned());
        let mut report = report(&overview);
        report.found_questions = vec![MatchedQuestion { wording, question, answers: 1 }; 25];
        report.output = Some(nasty.into());
        let shown = assert_fits(&report);
        assert!(shown.contains("a␛[31m b c\u{fffd}2J"), "{shown}");
        assert!(shown.contains("  and 5 more\n"), "{shown}");
        assert!(!line(&report, Style::default()).trim_end().contains(char::is_control));
    }

    #[test]
    fn one_line_has_counts_mean_threshold_and_cost() {
        let mut overview = Overview::new();
        add_answers(&mut overview, &question("q"), 4);
        let usage = Some(Usage { prompt_tokens: 900, completion_tokens: 70, cost: Some(0.0125) });
        overview.add(9, "x", &GradeSummary { usage, ..GradeSummary::ungraded("q", "the judge gave no verdict") }, None);
        let mut report = report(&overview);
        report.below = Some(AnswersBelow { threshold: "solid".into(), answers: 2 });
        let expected = "5 answers: 4 graded, 1 ungraded  mean 50.0  deviation 32.3  2 below solid  cost 0.0125\n";
        assert_eq!(line(&report, Style { width: 40, color: false }), expected);
        assert!(assert_fits(&report).ends_with("\n900 tokens sent, 70 received, cost 0.0125\n"));
    }

    #[test]
    fn color_changes_no_text() {
        let mut overview = Overview::new();
        add_answers(&mut overview, &question("q"), 12);
        let colored = text(&report(&overview), Style { width: 80, color: true });
        let mut plain = String::new();
        for piece in colored.split('\u{1b}') {
            plain.push_str(if plain.is_empty() { piece } else { piece.split_once('m').map_or("", |(_, rest)| rest) });
        }
        assert!(colored.contains('\u{1b}'));
        assert!(plain.ends_with(&text(&report(&overview), Style::default())[1..]), "{plain}");
    }
}
