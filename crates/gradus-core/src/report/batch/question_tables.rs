//! The tables of a batch on a terminal: by question, by criterion, and the hardest criteria.

use super::phrases::{HARDEST, LEGEND, answers_to, decimal_or_dash, mean, percent, reasons};
use super::types::BatchReport;
use crate::agreement::overview::QuestionStats;
use crate::report::layout::page::Page;
use crate::report::layout::style::{FAINT, PLAIN};
use crate::report::layout::table::row;
use crate::report::layout::text_run::TextRun;
use crate::wording::counted;

/// Maximum number of questions for which tables of criteria are printed. With more questions, none are.
const MAX_QUESTIONS_WITH_TABLES: usize = 12;
/// Minimum width of a page, in columns, for which tables of criteria have the column with the number of answers.
const MIN_WIDTH_FOR_COUNTS: usize = 64;
/// Width of a number of answers, in columns.
const COUNT_WIDTH: usize = 9;
/// Width of a value, in columns.
const VALUE_WIDTH: usize = 8;

/// Adds the tables by question and by criterion, and the hardest criteria.
pub(super) fn question_tables(page: &mut Page, report: &BatchReport<'_>) {
    let questions = &report.overview.questions;
    by_question(page, report);
    let with_criteria = || questions.iter().filter(|(_, stats)| has_decided_items(stats));
    let has_tables = with_criteria().count() <= MAX_QUESTIONS_WITH_TABLES;
    if has_tables {
        with_criteria().for_each(|(id, stats)| criteria(page, id, stats));
    }
    if has_tables && with_criteria().next().is_some() {
        page.blank();
        page.paragraph(2, &[TextRun::faint(LEGEND)]);
    }
    // because with one question its table shows the hardest criteria already
    if with_criteria().nth(1).is_some() {
        hardest(page, report);
    }
    if !has_tables {
        page.blank();
        let note = "the summary as Markdown or JSON has every criterion";
        page.paragraph(2, &[TextRun::faint(note)]);
    }
}

fn has_decided_items(stats: &QuestionStats) -> bool {
    stats.criteria.iter().map(|criterion| &criterion.item).chain(&stats.penalties).any(|item| item.decided > 0)
}

fn by_question(page: &mut Page, report: &BatchReport<'_>) {
    if report.overview.questions.is_empty() {
        return;
    }
    let cells = |answers: String, mean: String| [(answers, COUNT_WIDTH), (mean, VALUE_WIDTH)];
    page.heading("by question", "");
    row(page, "", &cells("graded".into(), "mean".into()), FAINT);
    for (id, stats) in &report.overview.questions {
        row(page, id, &cells(stats.scores.graded.to_string(), mean(&stats.scores)), PLAIN);
    }
}

fn criteria(page: &mut Page, id: &str, stats: &QuestionStats) {
    page.heading(id, &answers_to(stats));
    let is_wide = page.columns() >= MIN_WIDTH_FOR_COUNTS;
    let cells = |[answers, rate, credit, r]: [String; 4]| {
        let figures = [rate, credit, r].map(|figure| (figure, VALUE_WIDTH));
        is_wide.then_some((answers, COUNT_WIDTH)).into_iter().chain(figures).collect::<Vec<_>>()
    };
    row(page, "criteria", &cells(["answers", "hit", "credit", "r"].map(str::to_owned)), FAINT);
    for criterion in &stats.criteria {
        let item = &criterion.item;
        let [credit, r] = [item.mean_credit(), criterion.discrimination()].map(decimal_or_dash);
        row(page, &item.id, &cells([item.decided.to_string(), percent(item.hit_rate()), credit, r]), PLAIN);
    }
    if !stats.penalties.is_empty() {
        row(page, "penalties", &cells(["answers", "applied", "credit", ""].map(str::to_owned)), FAINT);
    }
    for item in &stats.penalties {
        let (applied, credit) = (percent(item.applied_rate()), decimal_or_dash(item.mean_credit()));
        row(page, &item.id, &cells([item.decided.to_string(), applied, credit, String::new()]), PLAIN);
    }
    for reason in reasons(stats) {
        page.paragraph(2, &[TextRun::faint(reason)]);
    }
}

fn hardest(page: &mut Page, report: &BatchReport<'_>) {
    let hardest = report.overview.hardest(HARDEST);
    if hardest.is_empty() {
        return;
    }
    page.heading("hardest criteria", "by mean credit");
    for hard in hardest {
        let name = format!("{}: {}", hard.question, hard.criterion);
        let answers = format!(" ({})", counted(hard.answers, "answer"));
        let lead = [TextRun::plain(format!("  {}  ", decimal_or_dash(Ok(hard.credit))))];
        page.hanging(&lead, &[TextRun::plain(name), TextRun::faint(answers)]);
    }
}
