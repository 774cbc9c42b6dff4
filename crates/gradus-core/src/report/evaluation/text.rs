//! The report of an evaluation for a terminal, and a report of one line.

use std::fmt::Write as _;

use super::phrases::{
    ListOf, Sections, VALUE_COLUMNS, VALUE_NOTE, absent_changes, has_people, interval, listed, not_graded, number,
    people, preamble, reasons, title, value, value_figures,
};
use super::types::{Disagreement, Evaluation, EvaluationChange};
use crate::agreement::Group;
use crate::report::layout::page::Page;
use crate::report::layout::style::{FAINT, HEADING, PLAIN, Style};
use crate::report::layout::table::row;
use crate::report::layout::text_run::TextRun;
use crate::wording::{agreeing, counted, cut_middle_between_words};

/// Minimum width, in columns, of a page whose tables have intervals.
const MIN_WIDTH_FOR_INTERVALS: usize = 64;
/// Width of a metric, in columns.
const METRIC_WIDTH: usize = 9;
/// Width of a number of answers, in columns.
const COUNT_WIDTH: usize = 6;
/// Width of an interval, in columns.
const INTERVAL_WIDTH: usize = 20;
/// Maximum width of the answer of a disagreement, in columns, over all its lines.
const MAX_ANSWER_WIDTH: usize = 240;

/// The report of an evaluation on one line, ending in a line break.
pub fn line(evaluation: &Evaluation, style: Style) -> String {
    let mut line = String::new();
    if let Some(group) = evaluation.study.groups.first() {
        line = counted(group.answers, "answer");
        for figure in group.figures.iter().filter(|figure| figure.grader.value.is_ok()) {
            let _ = write!(line, "  {} {}", figure.metric.name(), value(&figure.grader));
        }
    }
    let mut page = Page::new(style);
    page.unwrapped(&[TextRun::plain(line)]);
    page.finish()
}

/// The report of an evaluation, ending in a line break.
pub fn text(evaluation: &Evaluation, style: Style) -> String {
    let mut page = Page::new(style);
    for line in preamble(evaluation) {
        page.paragraph(0, &[TextRun::plain(line)]);
    }
    let Sections { tables, lists, values } = Sections::of(evaluation);
    let people = has_people(&tables);
    for group in tables {
        table(&mut page, group, people);
    }
    for (subject, groups) in lists {
        list(&mut page, subject, &groups);
    }
    if let Some((column, groups)) = values {
        list_of_values(&mut page, column, &groups);
    }
    if let Some(change) = &evaluation.change {
        self::changes(&mut page, change);
    }
    if !evaluation.ungraded.is_empty() {
        page.heading("not graded", "");
        let (unknown_questions, others) = not_graded(&evaluation.ungraded);
        if let Some(line) = unknown_questions {
            page.paragraph(2, &[TextRun::plain(line)]);
        }
        for one in others {
            let location = one.location_before_id().map(|location| format!("{location}, ")).unwrap_or_default();
            page.paragraph(2, &[TextRun::plain(format!("{location}{}: {}", one.id, one.reason))]);
        }
    }
    if !evaluation.worst.is_empty() {
        page.heading("largest disagreements with people", "");
        for (number, one) in evaluation.worst.iter().enumerate() {
            disagreement(&mut page, number + 1, one, evaluation.study.unit);
        }
    }
    page.finish()
}

fn table(page: &mut Page, group: &Group, with_people: bool) {
    let wide = page.columns() >= MIN_WIDTH_FOR_INTERVALS;
    page.heading(&title(&group.subset), &counted(group.answers, "answer"));
    let cells = |grader: String, interval: String, length: String, people: String| {
        let mut cells = vec![(grader, METRIC_WIDTH)];
        if wide {
            cells.push((interval, INTERVAL_WIDTH));
        }
        cells.push((length, METRIC_WIDTH));
        if with_people {
            cells.push((people, METRIC_WIDTH));
        }
        cells
    };
    let head = ["grader", "95 percent", "length", "people"].map(str::to_owned);
    let [grader, range, length, person] = head;
    row(page, "", &cells(grader, range, length, person), FAINT);
    for figure in group.figures.iter().filter(|figure| figure.grader.value.is_ok()) {
        let cells = cells(value(&figure.grader), interval(&figure.grader), value(&figure.length), people(figure));
        row(page, figure.metric.name(), &cells, PLAIN);
    }
    for reason in reasons(group) {
        page.paragraph(2, &[TextRun::faint(reason)]);
    }
}

fn list(page: &mut Page, subject: ListOf, groups: &[&Group]) {
    let metrics = listed(groups);
    // A narrow terminal has room for the first two metrics only.
    let shown = if page.columns() >= MIN_WIDTH_FOR_INTERVALS { metrics.len() + 1 } else { 2 };
    let cells = |answers: String, figures: [String; 4]| {
        let figures = figures.into_iter().take(shown).map(|figure| (figure, METRIC_WIDTH));
        std::iter::once((answers, COUNT_WIDTH)).chain(figures).collect::<Vec<_>>()
    };
    page.heading(&format!("by {}", subject.singular()), "");
    let [first, second, third] = metrics.map(|metric| metric.name().to_owned());
    row(page, "", &cells("n".to_owned(), [first, second, third, "length".to_owned()]), FAINT);
    for group in groups {
        let figure = |metric| group.figure(metric).map(|figure| value(&figure.grader)).unwrap_or_default();
        let [first, second, third] = metrics.map(figure);
        let length = group.figure(metrics[0]).map(|figure| value(&figure.length)).unwrap_or_default();
        row(page, &title(&group.subset), &cells(group.answers.to_string(), [first, second, third, length]), PLAIN);
    }
    let absent: usize = groups
        .iter()
        .filter(|group| group.figure(metrics[0]).is_some_and(|figure| figure.grader.value.is_err()))
        .count();
    if absent > 0 {
        let metric = metrics[0].name();
        page.paragraph(
            2,
            &[TextRun::faint(format!(
                "– {metric} has no value for {absent} of {}: too little data, or all scores are the same; the JSON report has the reasons",
                groups.len()
            ))],
        );
    }
}

/// Lists the groups by the values of a column.
fn list_of_values(page: &mut Page, column: &str, groups: &[&Group]) {
    // A narrow terminal has room for the mean scores only.
    let shown = if page.columns() >= MIN_WIDTH_FOR_INTERVALS { VALUE_COLUMNS.len() } else { 2 };
    let cells = |answers: String, figures: [String; 4]| {
        let figures = figures.into_iter().take(shown).map(|figure| (figure, METRIC_WIDTH));
        std::iter::once((answers, COUNT_WIDTH)).chain(figures).collect::<Vec<_>>()
    };
    page.heading(&format!("by {column}"), "");
    row(page, "", &cells("n".to_owned(), VALUE_COLUMNS.map(str::to_owned)), FAINT);
    for group in groups {
        row(page, &title(&group.subset), &cells(group.answers.to_string(), value_figures(group)), PLAIN);
    }
    page.paragraph(2, &[TextRun::faint(VALUE_NOTE)]);
}

fn changes(page: &mut Page, change: &EvaluationChange) {
    page.heading("changes", &format!("since {}", change.from));
    let (answers, have) = (counted(change.answers, "answer"), agreeing(change.answers, "has", "have"));
    let summary = format!("{} of {answers} {have} a different score", change.changed);
    page.paragraph(2, &[TextRun::plain(summary)]);
    let wide = page.columns() >= MIN_WIDTH_FOR_INTERVALS;
    let cells = |before: String, after: String, difference: String, p: String| {
        let mut cells = vec![(before, METRIC_WIDTH), (after, METRIC_WIDTH)];
        if wide {
            cells.push((difference, INTERVAL_WIDTH));
        }
        cells.push((p, METRIC_WIDTH));
        cells
    };
    let [before, after, difference, p] = ["before", "after", "difference", "p"].map(str::to_owned);
    row(page, "", &cells(before, after, difference, p), FAINT);
    for changed in &change.figures {
        if let Ok(comparison) = &changed.comparison {
            let sign = if comparison.difference > 0.0 { "+" } else { "" };
            let cells = cells(
                number(comparison.before),
                number(comparison.after),
                format!("{sign}{}", number(comparison.difference)),
                number(comparison.p),
            );
            row(page, changed.metric.name(), &cells, PLAIN);
        }
    }
    for (name, absent) in absent_changes(change) {
        page.paragraph(2, &[TextRun::faint(format!("no {name}: {absent}"))]);
    }
}

fn disagreement(page: &mut Page, place: usize, one: &Disagreement, unit: f64) {
    let lead = format!("{place:>3}. ");
    let name = format!("{} ({})", one.id, one.question);
    let scores = format!(": people {}, grader {}", number(one.human * unit), number(one.given * unit));
    page.hanging(&[TextRun::plain(lead)], &[TextRun::new(name, HEADING), TextRun::plain(scores)]);
    page.paragraph(
        5,
        &[TextRun::plain(format!(
            "“{}”",
            cut_middle_between_words(&one.answer.replace(['\n', '\r', '\t'], " "), MAX_ANSWER_WIDTH)
        ))],
    );
    let found: Vec<String> = one.evidence.iter().map(|(concept, quote)| format!("“{quote}” for `{concept}`")).collect();
    let found = if found.is_empty() { "nothing found".to_owned() } else { format!("found {}", found.join(", ")) };
    let missing =
        if one.missing.is_empty() { String::new() } else { format!("; missing `{}`", one.missing.join("`, `")) };
    page.paragraph(5, &[TextRun::faint(format!("{found}{missing}"))]);
}
