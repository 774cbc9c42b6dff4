//! The metrics of an evaluation, over all answers and by split, question, criterion and value of a column.
//!
//! Takes answers with people's scores and a grader's. Beside the grader's metrics, each group has those of a baseline
//! that scores by the length of the answer, and, where two people graded, those of one person against the other.

use std::collections::BTreeMap;

use super::absent::Absent;
use super::best_cut::best_cut;
use super::bootstrap::{Interval, intervals};
use super::group_value::GroupValue;
use super::metric::Metric;
use super::pairs::Pairs;
use super::rows::ScoredRow;
use super::scale::Scale;

/// A grader's result for one answer.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct GraderResult {
    /// The score, 0 to 1. `None` if the grader could not grade the answer.
    pub score: Option<f64>,
    /// The credit of each criterion, 0 to 1, by the id of the criterion.
    pub criteria: BTreeMap<String, f64>,
    /// Number of words of the answer.
    pub words: u32,
}

/// The origin of the cut score, from which on an answer counts as right where people only said right or wrong.
#[derive(Debug, Clone, PartialEq)]
pub enum Cut {
    /// A given cut score, 0 to 1.
    At(f64),
    /// The cut score with the highest macro-F1 on the split of that name.
    FittedOn(String),
}

/// The cut score and the resampling of an evaluation.
#[derive(Debug, Clone, PartialEq)]
pub struct StudyOptions {
    /// The origin of the cut score.
    pub cut: Cut,
    /// Number of resamples for intervals; without resamples there are no intervals.
    pub resamples: u32,
    /// Seed of the resampling.
    pub seed: u64,
}

/// The answers that a group of metrics covers.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Subset {
    /// All answers.
    All,
    /// The answers of a split.
    Split(String),
    /// The answers to a question, by its id.
    Question(String),
    /// The credits of one criterion: id of the question, id of the criterion.
    Criterion(String, String),
    /// The answers with a value in the column that answers are grouped by.
    Value(GroupValue),
}

/// The value of a metric and its confidence interval.
#[derive(Debug, Clone, PartialEq)]
pub struct Measured {
    /// The value, or the reason why there is none.
    pub value: Result<f64, Absent>,
    /// The range of 95 percent of resamples. `None` if there are too few.
    pub interval: Option<Interval>,
}

/// A metric of the grader, with those of the baseline and of people for comparison.
#[derive(Debug, Clone, PartialEq)]
pub struct Figure {
    /// The metric of all three values.
    pub metric: Metric,
    /// The grader compared with people.
    pub grader: Measured,
    /// The baseline compared with people: its score is the logarithm of the number of words.
    pub length: Measured,
    /// One person compared with another. `None` if one person graded.
    pub people: Option<Measured>,
}

/// The mean scores of the same answers by people and by the grader, in the unit of the study; of credits, from 0 to 1.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct MeanScores {
    /// The mean of people's scores.
    pub human: f64,
    /// The mean of the grader's scores.
    pub grader: f64,
}

/// The metrics of some of the answers.
#[derive(Debug, Clone, PartialEq)]
pub struct Group {
    /// The answers of the group.
    pub subset: Subset,
    /// Number of answers with both scores.
    pub answers: usize,
    /// The mean scores. `None` if there are no answers.
    pub means: Option<MeanScores>,
    /// One entry for each metric, in the order of [`Metric::ALL`].
    pub figures: Vec<Figure>,
}

impl Group {
    /// The entry of `metric`.
    pub fn figure(&self, metric: Metric) -> Option<&Figure> {
        self.figures.iter().find(|figure| figure.metric == metric)
    }
}

/// The metrics of an evaluation.
#[derive(Debug, Clone, PartialEq)]
pub struct Study {
    /// All answers, then the splits, questions, criteria and values, each in their order.
    pub groups: Vec<Group>,
    /// The scale of people's scores; its cut is the cut of the grader's scores.
    pub scale: Scale,
    /// Unit of the errors: the maximum points where they are the same for all answers, else 1, the whole scale.
    pub unit: f64,
}

/// Measures how well `given` agrees with people's scores in `rows`. Entries of the two belong together by index.
///
/// # Errors
/// When people only said right or wrong, and no cut can be fitted on the requested split.
pub fn study(rows: &[ScoredRow], given: &[GraderResult], options: &StudyOptions) -> Result<Study, Absent> {
    let columns = columns(rows, given);
    let none = ScoreColumns::default();
    let all = columns.get(&Subset::All).unwrap_or(&none);
    // because the mean of two people can lie between the levels of the scale that each of them used
    let (one, other) = &all.people;
    let known = if one.is_empty() { Scale::of(&all.human) } else { Scale::of(&[one.as_slice(), other].concat()) };
    let (cut, length_cut) = match &options.cut {
        // because no number of words is known to be right: the cut that suits these answers best flatters the
        // baseline, so that it is not beaten too easily
        Cut::At(cut) => (*cut, best_cut(&all.length, &all.human).unwrap_or(known.cut)),
        Cut::FittedOn(split) => {
            let on = columns.get(&Subset::Split(split.clone())).unwrap_or(&none);
            match best_cut(&on.given, &on.human) {
                Ok(cut) => (cut, best_cut(&on.length, &on.human).unwrap_or(known.cut)),
                Err(absent) if known.steps == 1 => return Err(absent),
                Err(_) => (known.cut, known.cut),
            }
        }
    };
    let measuring = Measuring { scale: Scale { cut, ..known }, length_cut, unit: unit(rows), options };
    let groups = columns.iter().map(|(of, columns)| measuring.group(of, columns)).collect();
    Ok(Study { groups, scale: measuring.scale, unit: measuring.unit })
}

/// Unit of the errors: the maximum points where they are the same for all answers, else 1, the whole scale.
pub fn unit(rows: &[ScoredRow]) -> f64 {
    let max_score = rows.first().map_or(1.0, |row| row.max_score);
    if rows.iter().all(|row| row.max_score.total_cmp(&max_score).is_eq()) { max_score } else { 1.0 }
}

/// Scores of the same answers by the grader, by the baseline, and by people.
#[derive(Debug, Default)]
struct ScoreColumns {
    given: Vec<f64>,
    length: Vec<f64>,
    human: Vec<f64>,
    /// The scores of two people. Empty if one person graded.
    people: (Vec<f64>, Vec<f64>),
}

impl ScoreColumns {
    fn push(&mut self, given: f64, length: f64, human: f64) {
        self.given.push(given);
        self.length.push(length);
        self.human.push(human);
    }

    /// The mean scores, multiplied by `unit`. `None` if there are no answers.
    fn means(&self, unit: f64) -> Option<MeanScores> {
        let mean = |scores: &[f64]| scores.iter().sum::<f64>() / scores.len() as f64 * unit;
        (!self.human.is_empty()).then(|| MeanScores { human: mean(&self.human), grader: mean(&self.given) })
    }
}

/// The columns of every group, over the answers that have both scores.
fn columns(rows: &[ScoredRow], given: &[GraderResult]) -> BTreeMap<Subset, ScoreColumns> {
    let longest = given.iter().map(|given| given.words).max().unwrap_or(0);
    let whole = f64::from(longest + 1).ln().max(f64::MIN_POSITIVE);
    let mut columns = BTreeMap::from([(Subset::All, ScoreColumns::default())]);
    for (row, given) in rows.iter().zip(given) {
        let Some(score) = given.score else { continue };
        let length = f64::from(given.words + 1).ln() / whole;
        if let Some(human) = row.score {
            let (split, value) = (row.split.clone().map(Subset::Split), row.group.clone().map(Subset::Value));
            let question = Subset::Question(row.question.clone());
            for of in [Some(Subset::All), split, Some(question), value].into_iter().flatten() {
                let group = columns.entry(of).or_default();
                group.push(score, length, human);
                if let Some((one, other)) = row.people {
                    group.people.0.push(one);
                    group.people.1.push(other);
                }
            }
        }
        for (criterion, human) in &row.criteria {
            if let Some(credit) = given.criteria.get(criterion) {
                let of = Subset::Criterion(row.question.clone(), criterion.clone());
                columns.entry(of).or_default().push(*credit, length, *human);
            }
        }
    }
    columns
}

/// The settings that all groups are measured with.
struct Measuring<'a> {
    scale: Scale,
    length_cut: f64,
    unit: f64,
    options: &'a StudyOptions,
}

impl Measuring<'_> {
    fn group(&self, subset: &Subset, columns: &ScoreColumns) -> Group {
        // because the credits of a criterion have a scale of their own, whatever the scale of whole answers is
        let (scale, length_cut, unit) = match subset {
            Subset::Criterion(..) => (Scale::of(&columns.human), 0.5, 1.0),
            _ => (self.scale, self.length_cut, self.unit),
        };
        let grader = self.measure(&columns.given, &columns.human, scale, unit);
        let length = self.measure(&columns.length, &columns.human, Scale { cut: length_cut, ..scale }, unit);
        let (one, other) = &columns.people;
        let mut people =
            (!one.is_empty()).then(|| self.measure(other, one, Scale { cut: 0.5, ..self.scale }, unit).into_iter());
        let figures = Metric::ALL.into_iter().zip(grader).zip(length).map(|((metric, grader), length)| Figure {
            metric,
            grader,
            length,
            people: people.as_mut().and_then(Iterator::next),
        });
        let (answers, figures) = (columns.human.len(), figures.collect());
        Group { subset: subset.clone(), answers, means: columns.means(unit), figures }
    }

    /// Every metric, in the order of [`Metric::ALL`].
    fn measure(&self, given: &[f64], human: &[f64], scale: Scale, unit: f64) -> Vec<Measured> {
        let pairs = Pairs::new(given, human, scale);
        let intervals = intervals(&pairs, self.options.resamples, self.options.seed);
        let measured = Metric::ALL.into_iter().zip(intervals).map(|(metric, interval)| {
            let unit = unit_of(metric, unit);
            let scaled = |interval: Interval| Interval { low: interval.low * unit, high: interval.high * unit };
            Measured { value: pairs.measure(metric).map(|value| value * unit), interval: interval.map(scaled) }
        });
        measured.collect()
    }
}

/// Factor for the values of `metric`: `unit` for errors, which are measured in points, and 1 for all other metrics.
pub fn unit_of(metric: Metric, unit: f64) -> f64 {
    if matches!(metric, Metric::MeanError | Metric::RootError | Metric::Bias) { unit } else { 1.0 }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::RowLocation;

    fn row(question: &str, score: Option<f64>, split: Option<&str>, people: Option<(f64, f64)>) -> ScoredRow {
        ScoredRow {
            at: RowLocation::default(),
            id: String::new(),
            question: question.to_owned(),
            answer: String::new(),
            score,
            max_score: 5.0,
            people,
            split: split.map(str::to_owned),
            group: None,
            criteria: BTreeMap::from([("c".to_owned(), score.unwrap_or_default().round())]),
        }
    }

    fn given(score: Option<f64>, words: u32) -> GraderResult {
        GraderResult { score, words, criteria: BTreeMap::from([("c".to_owned(), score.unwrap_or_default())]) }
    }

    fn options(cut: Cut) -> StudyOptions {
        StudyOptions { cut, resamples: 50, seed: 1 }
    }

    #[test]
    fn a_study_has_groups_by_split_question_and_criterion() {
        let rows = [
            row("a", Some(0.0), Some("train"), None),
            row("a", Some(0.4), Some("test"), Some((0.2, 0.6))),
            row("b", Some(1.0), Some("train"), Some((1.0, 1.0))),
            row("b", None, Some("test"), None),
            row("b", Some(0.2), None, None),
        ];
        let given =
            [given(Some(0.2), 1), given(Some(0.4), 9), given(Some(0.6), 4), given(Some(0.0), 4), given(None, 0)];
        let study = study(&rows, &given, &options(Cut::At(0.5))).expect("no cut to fit");
        let counts: Vec<(Subset, usize)> =
            study.groups.iter().map(|group| (group.subset.clone(), group.answers)).collect();
        let split = |name: &str| Subset::Split(name.to_owned());
        let question = |name: &str| Subset::Question(name.to_owned());
        let criterion = |name: &str| Subset::Criterion(name.to_owned(), "c".to_owned());
        assert_eq!(
            counts,
            [
                (Subset::All, 3),
                (split("test"), 1),
                (split("train"), 2),
                (question("a"), 2),
                (question("b"), 1),
                (criterion("a"), 2),
                (criterion("b"), 2)
            ]
        );
        // (0.2 - 0 + 0 + 0.6 - 1.0) / 3 of 5 points
        let bias = study.groups[0].figure(Metric::Bias).expect("measured").grader.value.expect("a figure");
        assert!((bias - -0.2 / 3.0 * 5.0).abs() < 1e-12, "{bias}");
        let people = study.groups[0].figure(Metric::MeanError).expect("measured").people.clone().expect("two people");
        assert!((people.value.expect("a figure") - 1.0).abs() < 1e-12); // (0.4 + 0) / 2 of 5 points
        let absent = &study.groups[4].figure(Metric::Pearson).expect("measured").grader.value;
        assert_eq!(*absent, Err(Absent::TooFew { have: 1, need: 3 }));
    }

    #[test]
    fn groups_by_value_are_last_and_have_mean_scores_in_points() {
        let of = |value: Option<&str>, score: Option<f64>| ScoredRow {
            group: Some(value.map_or(GroupValue::Absent, |value| GroupValue::Text(value.to_owned()))),
            ..row("q", score, None, None)
        };
        let rows = [
            of(None, Some(1.0)),
            of(Some("10"), Some(0.2)),
            of(Some("9"), Some(0.4)),
            of(Some("10"), Some(0.6)),
            of(Some("10"), None),
            of(Some("ungraded"), Some(0.5)),
        ];
        let given = [Some(0.8), Some(0.4), Some(0.4), Some(1.0), Some(0.9), None].map(|score| given(score, 1));
        let study = study(&rows, &given, &options(Cut::At(0.5))).expect("no cut to fit");
        let by_value = study.groups.iter().filter_map(|group| match &group.subset {
            Subset::Value(value) => Some((value.to_string(), group)),
            _ => None,
        });
        let shown: Vec<String> = by_value
            .map(|(value, group)| {
                let means = group.means.expect("answers");
                let bias = group.figure(Metric::Bias).expect("measured").grader.value.expect("a figure");
                format!("{value}: {} answers, {:.2} and {:.2}, {bias:.2}", group.answers, means.human, means.grader)
            })
            .collect();
        assert_eq!(
            shown,
            [
                "9: 1 answers, 2.00 and 2.00, 0.00",
                "10: 2 answers, 2.00 and 3.50, 1.50",
                "(none): 1 answers, 5.00 and 4.00, -1.00"
            ]
        );
        let last = study.groups.last().map(|group| &group.subset);
        assert_eq!(last, Some(&Subset::Value(GroupValue::Absent)));
    }

    #[test]
    fn without_answers_there_are_no_mean_scores() {
        let study = study(&[], &[], &options(Cut::At(0.5))).expect("no cut to fit");
        assert_eq!(study.groups.iter().map(|group| group.means).collect::<Vec<_>>(), [None]);
    }

    #[test]
    fn a_cut_is_fitted_on_one_split_and_used_on_all() {
        let scores = [(0.0, 0.1), (0.0, 0.2), (1.0, 0.3), (1.0, 0.4)];
        let mut rows = Vec::new();
        let mut graded = Vec::new();
        for (split, shift) in [("train", 0.0), ("test", 0.02)] {
            for (human, score) in scores {
                rows.push(row("q", Some(human), Some(split), None));
                graded.push(given(Some(score + shift), 3));
            }
        }
        let fitted = study(&rows, &graded, &options(Cut::FittedOn("train".to_owned()))).expect("two classes");
        assert!((fitted.scale.cut - 0.25).abs() < 1e-12);
        let figure =
            |study: &Study, group: usize| study.groups[group].figure(Metric::MacroF1).expect("measured").grader.value;
        assert_eq!(figure(&fitted, 1), Ok(1.0));
        let none = study(&rows, &graded, &options(Cut::FittedOn("none".to_owned())));
        assert_eq!(none.err(), Some(Absent::TooFew { have: 0, need: 2 }));
        let at_half = study(&rows, &graded, &options(Cut::At(0.5))).expect("no cut to fit");
        assert!(figure(&at_half, 0).expect("a figure") < 0.5);
    }
}
