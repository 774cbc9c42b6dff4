//! The report of an evaluation as Markdown.

use std::fmt::Write as _;

use super::phrases::{
    ListOf, Sections, VALUE_COLUMNS, VALUE_NOTE, absent_changes, has_people, interval, listed, not_graded, number,
    people, preamble, reasons, title, value, value_figures,
};
use super::types::{Evaluation, EvaluationChange};
use crate::agreement::{Group, Metric};
use crate::report::markdown_text::escape;
use crate::wording::{counted, cut_middle_between_words};

/// Columns for the answer of a disagreement.
const ANSWER: usize = 240;

/// The report of an evaluation as Markdown, ending in a line break.
pub fn markdown(evaluation: &Evaluation) -> String {
    let mut page = String::from("# Agreement with people\n\n");
    for line in preamble(evaluation) {
        let _ = writeln!(page, "- {}", escape(&line));
    }
    let Sections { tables, lists, values } = Sections::of(evaluation);
    let with_people = has_people(&tables);
    for group in tables {
        table(&mut page, group, with_people);
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
        page.push_str("\n## Not graded\n\n");
        let (unknown_questions, others) = not_graded(&evaluation.ungraded);
        if let Some(line) = unknown_questions {
            let _ = writeln!(page, "- {}", escape(&line));
        }
        for one in others {
            let location = one.location_before_id().map(|location| format!("{}, ", escape(&location.to_string())));
            let location = location.unwrap_or_default();
            let _ = writeln!(page, "- {location}{}: {}", escape(&one.id), escape(&one.reason));
        }
    }
    if !evaluation.worst.is_empty() {
        page.push_str("\n## Furthest from people\n\n");
    }
    for (number, one) in evaluation.worst.iter().enumerate() {
        let found: Vec<String> = one
            .evidence
            .iter()
            .map(|(concept, quote)| format!("“{}” for {}", escape(quote), escape(concept)))
            .collect();
        let missing: Vec<String> = one.missing.iter().map(|concept| escape(concept)).collect();
        let _ = writeln!(
            page,
            "{}. **{}** ({}): people {}, grader {}. “{}” Found: {}. Missing: {}.",
            number + 1,
            escape(&one.id),
            escape(&one.question),
            self::number(one.human * evaluation.study.unit),
            self::number(one.given * evaluation.study.unit),
            escape(&cut_middle_between_words(&one.answer, ANSWER)),
            if found.is_empty() { "nothing".to_owned() } else { found.join(", ") },
            if missing.is_empty() { "nothing".to_owned() } else { missing.join(", ") }
        );
    }
    page
}

fn table(page: &mut String, group: &Group, with_people: bool) {
    let _ = writeln!(page, "\n## {} ({})\n", escape(&title(&group.subset)), counted(group.answers, "answer"));
    let (head, rule) = if with_people { (" people |", "---:|") } else { ("", "") };
    let _ = writeln!(page, "| metric | grader | 95 percent | length only |{head}\n|---|---:|---:|---:|{rule}");
    for figure in &group.figures {
        let person = if with_people { format!(" {} |", people(figure)) } else { String::new() };
        let (name, grader, length) = (figure.metric.name(), value(&figure.grader), value(&figure.length));
        let _ = writeln!(page, "| {name} | {grader} | {} | {length} |{person}", interval(&figure.grader));
    }
    let reasons = reasons(group);
    if !reasons.is_empty() {
        let _ = writeln!(page, "\n{}", reasons.iter().map(|reason| escape(reason)).collect::<Vec<_>>().join("; "));
    }
}

fn list(page: &mut String, subject: ListOf, groups: &[&Group]) {
    let metrics = listed(groups);
    let [first, second, third] = metrics.map(Metric::name);
    let _ = writeln!(page, "\n## By {}\n", subject.singular());
    let _ = writeln!(
        page,
        "| | answers | {first} | {second} | {third} | {first} by length |\n|---|---:|---:|---:|---:|---:|"
    );
    for group in groups {
        let cell = |metric| group.figure(metric).map(|figure| value(&figure.grader)).unwrap_or_default();
        let [one, two, three] = metrics.map(cell);
        let length = group.figure(metrics[0]).map(|figure| value(&figure.length)).unwrap_or_default();
        let _ = writeln!(
            page,
            "| {} | {} | {one} | {two} | {three} | {length} |",
            escape(&title(&group.subset)),
            group.answers
        );
    }
}

/// Lists the groups by the values of a column.
fn list_of_values(page: &mut String, column: &str, groups: &[&Group]) {
    let _ = writeln!(page, "\n## By {}\n", escape(column));
    let _ = writeln!(page, "| | answers | {} |\n|---|---:|---:|---:|---:|---:|", VALUE_COLUMNS.join(" | "));
    for group in groups {
        let (name, figures) = (escape(&title(&group.subset)), value_figures(group).join(" | "));
        let _ = writeln!(page, "| {name} | {} | {figures} |", group.answers);
    }
    let _ = writeln!(page, "\n{VALUE_NOTE}");
}

fn changes(page: &mut String, change: &EvaluationChange) {
    let _ = writeln!(
        page,
        "\n## Changes since {}\n\n{} of {} answers have a different score.\n\n| metric | before | after | difference | 95 percent | p |\n|---|---:|---:|---:|---:|---:|",
        escape(&change.from),
        change.changed,
        change.answers
    );
    for changed in &change.figures {
        if let Ok(comparison) = &changed.comparison {
            let interval = comparison
                .interval
                .map(|interval| format!("{} to {}", number(interval.low), number(interval.high)))
                .unwrap_or_default();
            let _ = writeln!(
                page,
                "| {} | {} | {} | {} | {interval} | {} |",
                changed.metric.name(),
                number(comparison.before),
                number(comparison.after),
                number(comparison.difference),
                number(comparison.p)
            );
        }
    }
    for (name, absent) in absent_changes(change) {
        let _ = writeln!(page, "\nNo {name}: {}.", escape(&absent.to_string()));
    }
}
