//! The JSON of an evaluation.

use serde_json::{Value, json};

use super::types::{Evaluation, EvaluationChange};
use crate::agreement::{Figure, Group, Interval, MeanScores, Measured, Subset};

/// Version of the layout of an evaluation's JSON.
pub(super) const SCHEMA: u32 = 1;

impl Evaluation {
    /// The evaluation for programs. A figure that cannot be given is `null` with its reason beside it.
    pub fn to_json(&self) -> Value {
        json!({
            "schema": SCHEMA,
            "answers_from": self.answers_from,
            "bank": self.bank,
            "grader": self.grader,
            "calibration": self.calibration,
            "cut": { "score": self.study.scale.cut * 100.0, "fitted_on": self.cut_from },
            "unit": self.study.unit,
            "levels": self.study.scale.steps + 1,
            "by": self.by,
            "answers": self.answers,
            "unscored": self.unscored,
            "ungraded": self.ungraded,
            "groups": self.study.groups.iter().map(group).collect::<Vec<_>>(),
            "worst": self.worst,
            "moved": self.change.as_ref().map(changes),
            "scores": self.scores,
        })
    }
}

fn group(group: &Group) -> Value {
    let (of, question, name) = match &group.subset {
        Subset::All => ("all", None, None),
        Subset::Split(name) => ("split", None, Some(name.clone())),
        Subset::Question(name) => ("question", None, Some(name.clone())),
        Subset::Criterion(question, name) => ("criterion", Some(question), Some(name.clone())),
        Subset::Value(value) => ("value", None, Some(value.to_string())),
    };
    let means = group.means.map(|MeanScores { human, grader }| json!({ "human": human, "grader": grader }));
    let figures: serde_json::Map<String, Value> =
        group.figures.iter().map(|one| (one.metric.name().to_owned(), figure(one))).collect();
    json!({
        "of": of,
        "question": question,
        "name": name,
        "answers": group.answers,
        "means": means,
        "figures": figures,
    })
}

fn figure(figure: &Figure) -> Value {
    json!({
        "grader": measured(&figure.grader),
        "length": measured(&figure.length),
        "people": figure.people.as_ref().map(measured),
    })
}

fn measured(measured: &Measured) -> Value {
    match measured.value {
        Ok(value) => json!({ "value": value, "interval": measured.interval.map(ends) }),
        Err(absent) => json!({ "value": null, "reason": absent.to_string() }),
    }
}

fn ends(interval: Interval) -> [f64; 2] {
    [interval.low, interval.high]
}

fn changes(change: &EvaluationChange) -> Value {
    let figures: serde_json::Map<String, Value> = change
        .figures
        .iter()
        .map(|changed| {
            let value = match &changed.comparison {
                Ok(comparison) => json!({
                    "before": comparison.before,
                    "after": comparison.after,
                    "difference": comparison.difference,
                    "interval": comparison.interval.map(ends),
                    "p": comparison.p,
                }),
                Err(absent) => json!({ "difference": null, "reason": absent.to_string() }),
            };
            (changed.metric.name().to_owned(), value)
        })
        .collect();
    json!({ "from": change.from, "answers": change.answers, "changed": change.changed, "figures": figures })
}
