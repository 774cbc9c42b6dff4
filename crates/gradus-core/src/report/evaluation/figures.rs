//! Figures in words and columns, the same in every format.

use std::collections::BTreeMap;

use super::data::{Evaluation, Moved};
use crate::agreement::{Absent, Figure, Group, Measured, Metric, Of};
use crate::report::table::{ABSENT, decimals};

/// A figure with three decimals.
pub(super) fn value(measured: &Measured) -> String {
    measured.value.map_or_else(|_| ABSENT.to_owned(), number)
}

/// A number with three decimals.
pub(super) fn number(value: f64) -> String {
    decimals(value, 3)
}

/// Where it may be, as far as these answers tell.
pub(super) fn interval(measured: &Measured) -> String {
    match (&measured.value, measured.interval) {
        (Ok(_), Some(interval)) => format!("{} to {}", number(interval.low), number(interval.high)),
        _ => String::new(),
    }
}

/// Why figures of the grader are absent, each reason once with its metrics.
pub(super) fn reasons(group: &Group) -> Vec<String> {
    let mut reasons: Vec<(Absent, Vec<&str>)> = Vec::new();
    for figure in &group.figures {
        if let Err(absent) = figure.grader.value {
            match reasons.iter_mut().find(|(known, _)| *known == absent) {
                Some((_, names)) => names.push(figure.metric.name()),
                None => reasons.push((absent, vec![figure.metric.name()])),
            }
        }
    }
    reasons.into_iter().map(|(absent, names)| format!("no {}: {absent}", names.join(", "))).collect()
}

/// What a group is called.
pub(super) fn title(of: &Of) -> String {
    match of {
        Of::All => "all answers".to_owned(),
        Of::Split(name) => format!("split {name}"),
        Of::Question(name) => name.clone(),
        Of::Criterion(question, name) => format!("{question}: {name}"),
    }
}

/// The metrics that a list of questions or criteria has a column for: that which tells most, and by how
/// much the grader is off.
pub(super) fn listed(groups: &[&Group]) -> [Metric; 3] {
    let told = |group: &&Group, metric| group.figure(metric).is_some_and(|figure| figure.grader.value.is_ok());
    let count = |metric| groups.iter().filter(|group| told(group, metric)).count();
    let two_valued = count(Metric::MacroF1) > 0 && count(Metric::MacroF1) >= count(Metric::Pearson);
    [if two_valued { Metric::MacroF1 } else { Metric::Pearson }, Metric::MeanError, Metric::Bias]
}

/// The lines above all figures.
pub(super) fn preamble(evaluation: &Evaluation) -> Vec<String> {
    let mut lines = vec![format!(
        "{} against people: {}, graded by {}",
        evaluation.grader, evaluation.answers_from, evaluation.bank
    )];
    if let Some(calibration) = &evaluation.calibration {
        lines.push(format!("calibrated by {calibration}"));
    }
    let both = evaluation.study.groups.first().map_or(0, |group| group.answers);
    let mut counts = vec![format!("{} answers, {both} with both scores", evaluation.answers)];
    if evaluation.unscored > 0 {
        counts.push(format!("{} that people gave no score", evaluation.unscored));
    }
    if !evaluation.ungraded.is_empty() {
        counts.push(format!("{} that could not be graded", evaluation.ungraded.len()));
    }
    lines.push(counts.join(", "));
    if evaluation.study.scale.steps == 1 {
        let from = match &evaluation.cut_from {
            None => String::new(),
            Some(split) => format!(", fitted on split {split}, whose own figures that flatters"),
        };
        lines.push(format!("right from a score of {:.1}{from}", evaluation.study.scale.cut * 100.0));
    }
    if evaluation.study.scale.steps > 1 {
        lines.push(format!("kappa, exact and adjacent on {} levels", evaluation.study.scale.steps + 1));
    }
    if (evaluation.study.unit - 1.0).abs() > f64::EPSILON {
        lines.push(format!("mae, rmse and bias in points of {}", evaluation.study.unit));
    }
    lines
}

/// Groups that have a table of their own, and the lists: of questions, of criteria.
pub(super) fn sections(evaluation: &Evaluation) -> (Vec<&Group>, BTreeMap<&'static str, Vec<&Group>>) {
    let (mut tables, mut lists) = (Vec::new(), BTreeMap::<&str, Vec<&Group>>::new());
    for group in &evaluation.study.groups {
        match group.of {
            Of::All | Of::Split(_) => tables.push(group),
            Of::Question(_) => lists.entry("questions").or_default().push(group),
            Of::Criterion(..) => lists.entry("criteria").or_default().push(group),
        }
    }
    (tables, lists)
}

/// Whether any figure has people beside it.
pub(super) fn has_people(groups: &[&Group]) -> bool {
    groups.iter().flat_map(|group| &group.figures).any(|figure| figure.people.is_some())
}

/// The value of a person with another.
pub(super) fn people(figure: &Figure) -> String {
    figure.people.as_ref().map_or_else(|| ABSENT.to_owned(), value)
}

/// Metrics that cannot be compared, and why.
pub(super) fn absent_changes(moved: &Moved) -> impl Iterator<Item = (&'static str, Absent)> {
    moved.figures.iter().filter_map(|changed| Some((changed.metric.name(), *changed.comparison.as_ref().err()?)))
}
