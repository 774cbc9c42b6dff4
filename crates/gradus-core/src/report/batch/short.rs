//! A batch for a terminal in a few lines: what a person wants to know first.
//!
//! The number of lines does not grow with answers, questions or criteria. `text` has everything.

use super::data::{BatchReport, FoundQuestion};
use super::figures::{BANDS, band, below, cost, counts, figure, found, found_questions, mean, preamble, scores};
use crate::agreement::overview::{AnswersTo, NotGraded};
use crate::report::cut::{cut_end, cut_middle};
use crate::report::page::{Page, Run};
use crate::report::style::{FAINT, HEADING, PLAIN, Style, band_ink};
use crate::report::table::row;
use crate::report::words::{counted, shorten};
use crate::report::wrap::columns;

/// Questions up to which each has a line; of more, the lowest are shown.
const QUESTIONS: usize = 7;
/// Criteria that are shown.
const LOWEST: usize = 3;
/// Ungraded answers up to which each is named; more are counted by reason.
const NAMED: u64 = 3;
/// Columns of the longest id.
const LONGEST_ID: usize = 24;
/// Reasons that are shown.
const REASONS: usize = 3;
/// Wordings that are shown.
const WORDINGS: usize = 2;
/// Columns that a wording needs to be told from others.
const LEAST_WORDING: usize = 16;
/// Columns of a number of answers.
const COUNT: usize = 9;
/// Columns of a figure.
const FIGURE: usize = 8;

/// A batch in a few lines, as wide as `style` says, ending in a line break.
pub fn short(report: &BatchReport<'_>, style: Style) -> String {
    let mut page = Page::new(style);
    page.paragraph(0, &[Run::new(counts(report.overview), HEADING)]);
    for line in preamble(report) {
        page.paragraph(0, &[Run::plain(line)]);
    }
    marks(&mut page, report);
    questions(&mut page, report);
    lowest(&mut page, report);
    page.blank();
    flags(&mut page, report);
    not_graded(&mut page, &report.overview.not_graded);
    wordings(&mut page, report);
    if let Some(cost) = cost(report) {
        page.paragraph(0, &[Run::plain(cost)]);
    }
    page.finish()
}

fn marks(page: &mut Page, report: &BatchReport<'_>) {
    let all = &report.overview.scores;
    let Some(figures) = scores(all) else { return };
    page.paragraph(0, &[Run::plain(figures)]);
    let mut bands: Vec<Run<'_>> = Vec::new();
    for one in BANDS {
        bands.extend((!bands.is_empty()).then(|| Run::plain(", ")));
        bands.push(Run::new(band(all, one), band_ink(one)));
    }
    page.paragraph(0, &bands);
    if let Some(below) = below(report) {
        page.paragraph(0, &[Run::new(below, HEADING)]);
    }
}

/// A line per question; of many questions those with the lowest means, lowest first.
fn questions(page: &mut Page, report: &BatchReport<'_>) {
    let mut questions: Vec<(&String, &AnswersTo)> = report.overview.questions.iter().collect();
    if questions.is_empty() {
        return;
    }
    let all = questions.len();
    if all > QUESTIONS {
        let mean = |answers: &AnswersTo| answers.scores.mean().unwrap_or(f64::INFINITY);
        questions.sort_by(|(_, one), (_, other)| mean(one).total_cmp(&mean(other)));
        questions.truncate(QUESTIONS - 1);
    }
    page.blank();
    let cells = |answers: String, mean: String| [(answers, COUNT), (mean, FIGURE)];
    let name = if all > QUESTIONS { "lowest questions" } else { "question" };
    row(page, name, &cells("graded".into(), "mean".into()), FAINT);
    for (id, answers) in &questions {
        row(page, id, &cells(answers.scores.graded.to_string(), mean(&answers.scores)), PLAIN);
    }
    if all > questions.len() {
        page.paragraph(2, &[Run::faint(format!("and {} more", counted((all - questions.len()) as u64, "question")))]);
    }
}

fn lowest(page: &mut Page, report: &BatchReport<'_>) {
    let lowest = report.overview.hardest(LOWEST);
    if lowest.is_empty() {
        return;
    }
    page.blank();
    page.paragraph(2, &[Run::faint("lowest criteria, by mean credit")]);
    for one in lowest {
        let lead = [Run::plain(format!("  {}  ", figure(Ok(one.credit))))];
        page.hanging(&lead, &[Run::plain(format!("{}: {}", one.question, one.criterion))]);
    }
}

fn flags(page: &mut Page, report: &BatchReport<'_>) {
    let flags = &report.overview.flags;
    if !flags.is_empty() {
        let flags: Vec<String> = flags.iter().map(|(flag, count)| format!("{} {count}", flag.name())).collect();
        page.paragraph(0, &[Run::plain(format!("flags: {}", flags.join(", ")))]);
    }
}

fn not_graded(page: &mut Page, not_graded: &NotGraded) {
    if not_graded.answers == 0 {
        return;
    }
    page.paragraph(0, &[Run::plain("not graded:")]);
    // About two lines, of which word wrap leaves some columns empty.
    let room = 2 * page.columns() - 16;
    if not_graded.answers <= NAMED {
        for one in &not_graded.first {
            let told =
                cut_end(&format!("line {}, {}: {}", one.line, cut_middle(&one.id, LONGEST_ID), one.reason), room);
            page.paragraph(2, &[Run::plain(told)]);
        }
        return;
    }
    let (reasons, digits) = (not_graded.by_count(), not_graded.answers.to_string().len());
    for (reason, count) in reasons.iter().take(REASONS) {
        page.hanging(&[Run::plain(format!("  {count:>digits$}  "))], &[Run::plain(cut_end(reason, room))]);
    }
    let shown: u64 = reasons.iter().take(REASONS).map(|(_, count)| count).sum();
    if let Some(more) = not_graded.answers.checked_sub(shown).filter(|more| *more > 0) {
        page.hanging(&[Run::plain(format!("  {more:>digits$}  "))], &[Run::faint("for other reasons")]);
    }
}

fn wordings(page: &mut Page, report: &BatchReport<'_>) {
    for (is_worded, heading) in
        [(true, "questions found from their wording:"), (false, "questions found from the answer:")]
    {
        let all = found_questions(report, is_worded);
        if all.is_empty() {
            continue;
        }
        page.paragraph(0, &[Run::plain(heading)]);
        for one in all.iter().take(WORDINGS) {
            page.paragraph(2, &[Run::plain(found_line(one, page.columns()))]);
        }
        if let Some(more) = all.len().checked_sub(WORDINGS).filter(|more| *more > 0) {
            page.paragraph(2, &[Run::faint(format!("and {more} more"))]);
        }
    }
}

/// A question, after its wording if there was one, which is cut so that both fit in so many columns.
fn found_line(one: &FoundQuestion, width: usize) -> String {
    let found = found(one);
    let Some(wording) = &one.wording else { return found };
    let room = width.saturating_sub(columns(&found) + "  “”: ".chars().count()).max(LEAST_WORDING);
    format!("“{}”: {found}", shorten(wording, room))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::agreement::Overview;
    use crate::model::{Came, Marks};
    use crate::report::batch::data::Below;
    use crate::report::batch::fixture::{note, note_score, note_ungraded, question, report};
    use proptest::prelude::*;

    /// 24 answers over four questions: 19 graded, 5 of them not by the judge alone, 5 ungraded.
    fn class() -> Overview {
        let mut overview = Overview::new();
        for (id, answers) in [("customer-and-business-terms", 8), ("error-budget", 5), ("queue", 3), ("slo", 3)] {
            note(&mut overview, &question(id), answers);
        }
        note_ungraded(&mut overview, 5);
        overview.fallback = 5;
        overview
    }

    fn full(overview: &Overview) -> BatchReport<'_> {
        let mut report = report(overview);
        report.output = Some("graded.jsonl".into());
        report.below = Some(Below { threshold: "60".into(), answers: 11 });
        (report.fresh, report.reused) = (20, 4);
        report.found_questions = vec![
            FoundQuestion { wording: Some("What is it?".into()), question: "slo".into(), answers: 1 },
            FoundQuestion { wording: None, question: "queue".into(), answers: 2 },
        ];
        report
    }

    #[test]
    fn a_class_of_24_answers_fits_forty_columns() {
        let overview = class();
        let shown = short(&full(&overview), Style { width: 40, color: false });
        assert!(shown.lines().all(|line| columns(line) <= 40), "{shown}");
        insta::assert_snapshot!(shown);
    }

    #[test]
    fn a_class_of_24_answers_takes_thirty_lines_at_most() {
        let overview = class();
        let shown = short(&full(&overview), Style::default());
        assert!(shown.lines().count() <= 30, "{shown}");
        insta::assert_snapshot!(shown);
    }

    #[test]
    fn of_many_questions_the_lowest_are_shown() {
        let mut overview = Overview::new();
        for at in 0..200_u64 {
            let id = format!("question-{at:03}");
            if at == 150 {
                note_score(&mut overview, &id, 10);
            } else {
                note(&mut overview, &question(&id), 2);
            }
        }
        let mean = |id: &str| overview.questions[id].scores.mean().expect("graded");
        assert!(mean("question-150") < mean("question-000"));
        let shown = short(&report(&overview), Style::default());
        let lines: Vec<&str> = shown.lines().collect();
        let heading = lines.iter().position(|line| line.contains("lowest questions")).expect("a heading");
        assert!(lines[heading + 1].contains("question-150"), "{shown}");
        assert!(shown.contains("\n  and 194 questions more\n") && lines.len() <= 30, "{shown}");
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, cases: 64, ..ProptestConfig::default() })]

        #[test]
        fn it_is_short_and_fits_whatever_was_graded(
            ids in proptest::collection::vec(".{1,40}", 1..30), answers in 0..9_u64, lost in 0..60_u64,
            reasons in proptest::collection::vec(".{0,300}", 0..9), width in 0..120_usize,
        ) {
            let mut overview = Overview::new();
            ids.iter().for_each(|id| note(&mut overview, &question(id), answers));
            note_ungraded(&mut overview, lost);
            for reason in &reasons {
                overview.note(1, reason, &Marks::ungraded("", reason), None);
            }
            let marks = Marks { outcome: Came::Ungraded(String::new()), ..Marks::ungraded("", "") };
            overview.note(1, "", &marks, None);
            let shown = short(&full(&overview), Style { width, color: false });
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
