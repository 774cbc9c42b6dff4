//! Phrases and figures of an evaluation, the same in every format that people read.

use std::collections::BTreeMap;

use super::types::{Evaluation, EvaluationChange, UngradedAnswer};
use crate::agreement::{Absent, Figure, Group, MeanScores, Measured, Metric, Subset};
use crate::report::layout::table::{ABSENT, decimals};
use crate::wording::counted;

/// A value with three decimals, or a dash if it is absent.
pub(super) fn value(measured: &Measured) -> String {
    measured.value.map_or_else(|_| ABSENT.to_owned(), number)
}

/// A number with three decimals.
pub(super) fn number(value: f64) -> String {
    decimals(value, 3)
}

/// The confidence interval. Empty if there is none.
pub(super) fn interval(measured: &Measured) -> String {
    match (&measured.value, measured.interval) {
        (Ok(_), Some(interval)) => format!("{} to {}", number(interval.low), number(interval.high)),
        _ => String::new(),
    }
}

/// The reasons why metrics of the grader have no value, each once with its metrics.
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

/// The title of a group.
pub(super) fn title(of: &Subset) -> String {
    match of {
        Subset::All => "all answers".to_owned(),
        Subset::Split(name) => format!("split {name}"),
        Subset::Question(name) => name.clone(),
        Subset::Criterion(question, name) => format!("{question}: {name}"),
        Subset::Value(value) => value.to_string(),
    }
}

/// The metrics that have a column in a list of questions or criteria: macro-F1 or Pearson, depending on which has a
/// value in more groups, and two error metrics.
pub(super) fn listed(groups: &[&Group]) -> [Metric; 3] {
    let has_value = |group: &&Group, metric| group.figure(metric).is_some_and(|figure| figure.grader.value.is_ok());
    let count = |metric| groups.iter().filter(|group| has_value(group, metric)).count();
    let two_valued = count(Metric::MacroF1) > 0 && count(Metric::MacroF1) >= count(Metric::Pearson);
    [if two_valued { Metric::MacroF1 } else { Metric::Pearson }, Metric::MeanError, Metric::Bias]
}

/// The lines above the tables.
pub(super) fn preamble(evaluation: &Evaluation) -> Vec<String> {
    let mut lines = vec![format!(
        "{} compared with people: {}, graded with {}",
        evaluation.grader, evaluation.answers_from, evaluation.bank
    )];
    if let Some(calibration) = &evaluation.calibration {
        lines.push(format!("calibrated by {calibration}"));
    }
    let both = evaluation.study.groups.first().map_or(0, |group| group.answers);
    let mut counts =
        vec![format!("{}, {both} scored by people and by the grader", counted(evaluation.answers, "answer"))];
    if evaluation.unscored > 0 {
        counts.push(format!("{} without a human score", evaluation.unscored));
    }
    if !evaluation.ungraded.is_empty() {
        counts.push(format!("{} that could not be graded", evaluation.ungraded.len()));
    }
    lines.push(counts.join(", "));
    if evaluation.study.scale.steps == 1 {
        let from = match &evaluation.cut_from {
            None => String::new(),
            Some(split) => format!("; this cut was fitted on split {split}, so the metrics of that split are too good"),
        };
        lines.push(format!(
            "answers with a score of at least {:.1} count as right{from}",
            evaluation.study.scale.cut * 100.0
        ));
    }
    if evaluation.study.scale.steps > 1 {
        lines.push(format!("kappa, exact and adjacent are computed on {} levels", evaluation.study.scale.steps + 1));
    }
    if (evaluation.study.unit - 1.0).abs() > f64::EPSILON {
        lines.push(format!("mae, rmse and bias are in points; the highest score is {}", evaluation.study.unit));
    }
    lines
}

/// What the groups of a list have in common: each is about one criterion or one question.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum ListOf {
    Criteria,
    Questions,
}

impl ListOf {
    /// The name of one of them.
    pub(super) fn singular(self) -> &'static str {
        match self {
            Self::Criteria => "criterion",
            Self::Questions => "question",
        }
    }
}

/// The groups of an evaluation by the form in which a report shows them.
#[derive(Default)]
pub(super) struct Sections<'e> {
    /// The groups that get a separate table.
    pub(super) tables: Vec<&'e Group>,
    /// The lists of criteria and of questions.
    pub(super) lists: BTreeMap<ListOf, Vec<&'e Group>>,
    /// The groups by the values of a column, and the name of the column.
    pub(super) values: Option<(&'e str, Vec<&'e Group>)>,
}

impl<'e> Sections<'e> {
    pub(super) fn of(evaluation: &'e Evaluation) -> Self {
        let (mut sections, mut values) = (Self::default(), Vec::new());
        let Self { tables, lists, .. } = &mut sections;
        for group in &evaluation.study.groups {
            match group.subset {
                Subset::All | Subset::Split(_) => tables.push(group),
                Subset::Question(_) => lists.entry(ListOf::Questions).or_default().push(group),
                Subset::Criterion(..) => lists.entry(ListOf::Criteria).or_default().push(group),
                Subset::Value(_) => values.push(group),
            }
        }
        sections.values = evaluation.by.as_deref().filter(|_| !values.is_empty()).map(|by| (by, values));
        sections
    }
}

/// The columns of a list of values, after the number of answers.
pub(super) const VALUE_COLUMNS: [&str; 4] = ["people", "grader", "mae", "bias"];

/// The explanation of the first two columns of a list of values.
pub(super) const VALUE_NOTE: &str = "people and grader are mean scores, in the unit of mae";

/// The figures of a group in a list of values: see [`VALUE_COLUMNS`].
pub(super) fn value_figures(group: &Group) -> [String; 4] {
    let mean =
        |of: fn(&MeanScores) -> f64| group.means.as_ref().map_or_else(|| ABSENT.to_owned(), |means| number(of(means)));
    let error = |metric| group.figure(metric).map(|figure| value(&figure.grader)).unwrap_or_default();
    [mean(|means| means.human), mean(|means| means.grader), error(Metric::MeanError), error(Metric::Bias)]
}

/// A line with the number of answers whose question is not in the bank, if there are any, and the other ungraded answers.
pub(super) fn not_graded(ungraded: &[UngradedAnswer]) -> (Option<String>, impl Iterator<Item = &UngradedAnswer>) {
    let count = ungraded.iter().filter(|one| one.is_of_unknown_question).count();
    let line = (count > 0).then(|| format!("the question of {} is not in the bank", counted(count, "answer")));
    (line, ungraded.iter().filter(|one| !one.is_of_unknown_question))
}

/// Whether any metric has a value of one person against another.
pub(super) fn has_people(groups: &[&Group]) -> bool {
    groups.iter().flat_map(|group| &group.figures).any(|figure| figure.people.is_some())
}

/// The value of one person against another, or a dash if it is absent.
pub(super) fn people(figure: &Figure) -> String {
    figure.people.as_ref().map_or_else(|| ABSENT.to_owned(), value)
}

/// The metrics that cannot be compared, with their reasons.
pub(super) fn absent_changes(change: &EvaluationChange) -> impl Iterator<Item = (&'static str, Absent)> {
    change.figures.iter().filter_map(|changed| Some((changed.metric.name(), *changed.comparison.as_ref().err()?)))
}
