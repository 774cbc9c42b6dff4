//! The short report of a batch on a terminal, with the most important results.
//!
//! The number of lines does not grow with answers, questions or criteria. `text` has the full report.

use super::phrases::{
    BANDS, band, below, cost, counts, decimal_or_dash, matched, matched_questions, mean, preamble, scores,
};
use super::types::{BatchReport, MatchedQuestion};
use crate::agreement::overview::QuestionStats;
use crate::report::layout::page::Page;
use crate::report::layout::style::{FAINT, HEADING, PLAIN, Style, band_ink};
use crate::report::layout::table::row;
use crate::report::layout::text_run::TextRun;
use crate::wording::columns;
use crate::wording::{counted, cut_middle_between_words};
use crate::wording::{cut_end, cut_middle};

/// Maximum number of questions that are all shown; of more questions, those with the lowest means are shown.
const QUESTIONS: usize = 7;
/// Number of criteria that are shown.
const LOWEST: usize = 3;
/// Maximum number of ungraded answers that are listed; more are counted by reason.
const NAMED: u64 = 3;
/// Maximum width of an id, in columns.
const LONGEST_ID: usize = 24;
/// Number of reasons that are shown.
const REASONS: usize = 3;
/// Number of wordings that are shown.
const WORDINGS: usize = 2;
/// Minimum number of columns in which a wording can be recognised.
const LEAST_WORDING: usize = 16;
/// Width of a number of answers, in columns.
const COUNT_WIDTH: usize = 9;
/// Width of a value, in columns.
const VALUE_WIDTH: usize = 8;

/// The short report of a batch, ending in a line break.
pub fn short_text(report: &BatchReport<'_>, style: Style) -> String {
    let mut page = Page::new(style);
    page.paragraph(0, &[TextRun::new(counts(report.overview), HEADING)]);
    for line in preamble(report) {
        page.paragraph(0, &[TextRun::plain(line)]);
    }
    marks(&mut page, report);
    questions(&mut page, report);
    lowest(&mut page, report);
    page.blank();
    flags(&mut page, report);
    not_graded(&mut page, report);
    wordings(&mut page, report);
    if let Some(cost) = cost(report) {
        page.paragraph(0, &[TextRun::plain(cost)]);
    }
    page.finish()
}

fn marks(page: &mut Page, report: &BatchReport<'_>) {
    let all = &report.overview.scores;
    let Some(figures) = scores(all) else { return };
    page.paragraph(0, &[TextRun::plain(figures)]);
    let mut bands: Vec<TextRun<'_>> = Vec::new();
    for one in BANDS {
        bands.extend((!bands.is_empty()).then(|| TextRun::plain(", ")));
        bands.push(TextRun::new(band(all, one), band_ink(one)));
    }
    page.paragraph(0, &bands);
    if let Some(below) = below(report) {
        page.paragraph(0, &[TextRun::new(below, HEADING)]);
    }
}

/// Adds a line for each question; of many questions, only those with the lowest means, lowest first.
fn questions(page: &mut Page, report: &BatchReport<'_>) {
    let mut questions: Vec<(&String, &QuestionStats)> = report.overview.questions.iter().collect();
    if questions.is_empty() {
        return;
    }
    let all = questions.len();
    if all > QUESTIONS {
        let mean = |answers: &QuestionStats| answers.scores.mean().unwrap_or(f64::INFINITY);
        questions.sort_by(|(_, one), (_, other)| mean(one).total_cmp(&mean(other)));
        questions.truncate(QUESTIONS - 1);
    }
    page.blank();
    let cells = |answers: String, mean: String| [(answers, COUNT_WIDTH), (mean, VALUE_WIDTH)];
    let name = if all > QUESTIONS { "lowest questions" } else { "question" };
    row(page, name, &cells("graded".into(), "mean".into()), FAINT);
    for (id, answers) in &questions {
        row(page, id, &cells(answers.scores.graded.to_string(), mean(&answers.scores)), PLAIN);
    }
    if all > questions.len() {
        page.paragraph(
            2,
            &[TextRun::faint(format!("and {} more", counted((all - questions.len()) as u64, "question")))],
        );
    }
}

fn lowest(page: &mut Page, report: &BatchReport<'_>) {
    let lowest = report.overview.hardest(LOWEST);
    if lowest.is_empty() {
        return;
    }
    page.blank();
    page.paragraph(2, &[TextRun::faint("lowest criteria, by mean credit")]);
    for one in lowest {
        let lead = [TextRun::plain(format!("  {}  ", decimal_or_dash(Ok(one.credit))))];
        page.hanging(&lead, &[TextRun::plain(format!("{}: {}", one.question, one.criterion))]);
    }
}

fn flags(page: &mut Page, report: &BatchReport<'_>) {
    let flags = &report.overview.flags;
    if !flags.is_empty() {
        let flags: Vec<String> = flags.iter().map(|(flag, count)| format!("{} {count}", flag.name())).collect();
        page.paragraph(0, &[TextRun::plain(format!("flags: {}", flags.join(", ")))]);
    }
}

fn not_graded(page: &mut Page, report: &BatchReport<'_>) {
    let not_graded = &report.overview.not_graded;
    if not_graded.answers == 0 {
        return;
    }
    page.paragraph(0, &[TextRun::plain("not graded:")]);
    // two lines, minus columns that word wrap leaves empty
    let room = 2 * page.columns() - 16;
    if not_graded.answers <= NAMED {
        for one in &not_graded.first {
            let (location, id) = (report.location_before_id(one), cut_middle(&one.id, LONGEST_ID));
            let line = cut_end(&format!("{location}{id}: {}", one.reason), room);
            page.paragraph(2, &[TextRun::plain(line)]);
        }
        return;
    }
    let (reasons, digits) = (not_graded.by_count(), not_graded.answers.to_string().len());
    for (reason, count) in reasons.iter().take(REASONS) {
        page.hanging(&[TextRun::plain(format!("  {count:>digits$}  "))], &[TextRun::plain(cut_end(reason, room))]);
    }
    let shown: u64 = reasons.iter().take(REASONS).map(|(_, count)| count).sum();
    if let Some(more) = not_graded.answers.checked_sub(shown).filter(|more| *more > 0) {
        page.hanging(&[TextRun::plain(format!("  {more:>digits$}  "))], &[TextRun::faint("for other reasons")]);
    }
}

fn wordings(page: &mut Page, report: &BatchReport<'_>) {
    for (is_worded, heading) in
        [(true, "questions found from their wording:"), (false, "questions found from the answer:")]
    {
        let all = matched_questions(report, is_worded);
        if all.is_empty() {
            continue;
        }
        page.paragraph(0, &[TextRun::plain(heading)]);
        for one in all.iter().take(WORDINGS) {
            page.paragraph(2, &[TextRun::plain(matched_line(one, page.columns()))]);
        }
        if let Some(more) = all.len().checked_sub(WORDINGS).filter(|more| *more > 0) {
            page.paragraph(2, &[TextRun::faint(format!("and {more} more"))]);
        }
    }
}

/// A question after its wording, if it has one, which is cut so that both fit into `width` columns.
fn matched_line(one: &MatchedQuestion, width: usize) -> String {
    let question = matched(one);
    let Some(wording) = &one.wording else { return question };
    let room = width.saturating_sub(columns(&question) + "  “”: ".chars().count()).max(LEAST_WORDING);
    format!("“{}”: {question}", cut_middle_between_words(wording, room))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::agreement::Overview;
    use crate::model::{GradeSummary, RowOutcome};
    use crate::report::batch::fixture::{add_answers, add_score, add_ungraded, question, report};
    use crate::report::batch::types::AnswersBelow;
    use proptest::prelude::*;

    /// 24 answers to four questions: 19 graded, 5 of them at least in part by the offline scorer, and 5 ungraded.
    fn class() -> Overview {
        let mut overview = Overview::new();
        for (id, answers) in [("customer-and-business-terms", 8), ("error-budget", 5), ("queue", 3), ("slo", 3)] {
            add_answers(&mut overview, &question(id), answers);
        }
        add_ungraded(&mut overview, 5);
        overview.fallback = 5;
        overview
    }

    fn full(overview: &Overview) -> BatchReport<'_> {
        let mut report = report(overview);
        report.output = Some("graded.jsonl".into());
        report.below = Some(AnswersBelow { threshold: "60".into(), answers: 11 });
        (report.fresh, report.reused) = (20, 4);
        report.found_questions = vec![
            MatchedQuestion { wording: Some("What is it?".into()), question: "slo".into(), answers: 1 },
            MatchedQuestion { wording: None, question: "queue".into(), answers: 2 },
        ];
        report
    }

    #[test]
    fn a_class_of_24_answers_fits_forty_columns() {
        let overview = class();
        let shown = short_text(&full(&overview), Style { width: 40, color: false });
        assert!(shown.lines().all(|line| columns(line) <= 40), "{shown}");
        insta::assert_snapshot!(shown);
    }

    #[test]
    fn a_class_of_24_answers_takes_thirty_lines_at_most() {
        let overview = class();
        let shown = short_text(&full(&overview), Style::default());
        assert!(shown.lines().count() <= 30, "{shown}");
        insta::assert_snapshot!(shown);
    }

    #[test]
    fn of_many_questions_the_lowest_are_shown() {
        let mut overview = Overview::new();
        for at in 0..200_u64 {
            let id = format!("question-{at:03}");
            if at == 150 {
                add_score(&mut overview, &id, 10);
            } else {
                add_answers(&mut overview, &question(&id), 2);
            }
        }
        let mean = |id: &str| overview.questions[id].scores.mean().expect("graded");
        assert!(mean("question-150") < mean("question-000"));
        let shown = short_text(&report(&overview), Style::default());
        let lines: Vec<&str> = shown.lines().collect();
        let heading = lines.iter().position(|line| line.contains("lowest questions")).expect("a heading");
        assert!(lines[heading + 1].contains("question-150"), "{shown}");
        assert!(shown.contains("\n  and 194 questions more\n") && lines.len() <= 30, "{shown}");
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, cases: 64, ..ProptestConfig::default() })]

        #[test]
        fn the_report_is_short_and_fits_the_terminal_for_any_batch(
            ids in proptest::collection::vec(".{1,40}", 1..30), answers in 0..9_u64, lost in 0..60_u64,
            reasons in proptest::collection::vec(".{0,300}", 0..9), width in 0..120_usize,
        ) {
            let mut overview = Overview::new();
            ids.iter().for_each(|id| add_answers(&mut overview, &question(id), answers));
            add_ungraded(&mut overview, lost);
            for reason in &reasons {
                overview.add(1, reason, &GradeSummary::ungraded("", reason), None);
            }
            let marks = GradeSummary { outcome: RowOutcome::Ungraded(String::new()), ..GradeSummary::ungraded("", "") };
            overview.add(1, "", &marks, None);
            let shown = short_text(&full(&overview), Style { width, color: false });
            let columns_of_report = Style { width, color: false }.columns();
            for line in shown.lines() {
                prop_assert!(columns(line) <= columns_of_report, "{}", line);
                prop_assert!(!line.contains(char::is_control), "{:?}", line);
            }
            let most = if columns_of_report < 64 { 50 } else { 36 };
            prop_assert!(shown.lines().count() <= most, "{}", shown);
        }
    }
}
