//! What an evaluation says, and its JSON.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::agreement::{Absent, Comparison, Figure, Group, Interval, Measured, Metric, Of, Study};

/// Version of the layout of an evaluation's JSON.
const SCHEMA: u32 = 1;

/// A grader held against people's scores.
#[derive(Debug, Clone)]
pub struct Evaluation {
    /// Where the answers come from.
    pub answers_from: String,
    /// Which bank they were graded against.
    pub bank: String,
    /// Who graded, in words.
    pub grader: String,
    /// The calibration that was applied, if one was.
    pub calibration: Option<String>,
    /// The split that the cut was fitted on, if it was.
    pub cut_from: Option<String>,
    /// How many answers there are.
    pub answers: usize,
    /// How many of them people gave no score.
    pub unscored: usize,
    /// Those that could not be graded.
    pub ungraded: Vec<Ungraded>,
    /// The figures.
    pub study: Study,
    /// Where grader and people are furthest apart, furthest first.
    pub worst: Vec<Disagreement>,
    /// What moved since an evaluation before.
    pub moved: Option<Moved>,
    /// Every answer's score, for comparing later.
    pub scores: Vec<Scored>,
}

/// An answer that could not be graded.
#[derive(Debug, Clone, Serialize)]
pub struct Ungraded {
    /// The answer.
    pub id: String,
    /// Its line.
    pub line: usize,
    /// Why.
    pub reason: String,
}

/// An answer that people and grader see differently.
#[derive(Debug, Clone, Serialize)]
pub struct Disagreement {
    /// The answer.
    pub id: String,
    /// Its question.
    pub question: String,
    /// What people gave, 0 to 1.
    pub human: f64,
    /// What the grader gave, 0 to 1.
    pub given: f64,
    /// What was said.
    pub answer: String,
    /// What was found in it: concept and quote.
    pub evidence: Vec<(String, String)>,
    /// What was not found.
    pub missing: Vec<String>,
}

/// An answer's score.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Scored {
    /// The answer.
    pub id: String,
    /// Its question.
    pub question: String,
    /// A hash of its text, by which it is known again whatever it is called.
    pub answer: String,
    /// What the grader gave, 0 to 1; nothing where it could not grade.
    pub given: Option<f64>,
}

/// An evaluation before, as far as another is compared with it.
#[derive(Debug, Clone, PartialEq)]
pub struct Before {
    /// From which score on an answer was right, 0 to 1.
    pub cut: f64,
    /// Every answer's score.
    pub scores: Vec<Scored>,
}

/// What moved since an evaluation before.
#[derive(Debug, Clone)]
pub struct Moved {
    /// Where that evaluation comes from.
    pub from: String,
    /// Answers that stand in both, with both graders' and people's scores.
    pub answers: usize,
    /// How many of them have another score now.
    pub changed: usize,
    /// By metric.
    pub figures: Vec<Changed>,
}

/// A metric before and after.
#[derive(Debug, Clone)]
pub struct Changed {
    /// Which metric.
    pub metric: Metric,
    /// Its figures, and whether they differ by more than chance; in the units of the study.
    pub comparison: Result<Comparison, Absent>,
}

/// What stands in an evaluation's JSON.
///
/// # Errors
/// When it is no evaluation, or one of another layout.
pub fn evaluation_before(json: &str) -> Result<Before, String> {
    #[derive(Deserialize)]
    struct Cut {
        score: f64,
    }
    #[derive(Deserialize)]
    struct File {
        schema: u32,
        cut: Cut,
        scores: Vec<Scored>,
    }
    let file: File = serde_json::from_str(json).map_err(|error| error.to_string())?;
    if file.schema != SCHEMA {
        return Err(format!("schema {}, expected {SCHEMA}", file.schema));
    }
    let is_share = |score: &&Scored| score.given.is_none_or(|given| (0.0..=1.0).contains(&given));
    if let Some(odd) = file.scores.iter().find(|score| !is_share(score)) {
        return Err(format!("the score of `{}` is not from 0 to 1", odd.id));
    }
    Ok(Before { cut: file.cut.score / 100.0, scores: file.scores })
}

impl Evaluation {
    /// All of it for programs.
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
            "answers": self.answers,
            "unscored": self.unscored,
            "ungraded": self.ungraded,
            "groups": self.study.groups.iter().map(group).collect::<Vec<_>>(),
            "worst": self.worst,
            "moved": self.moved.as_ref().map(moved),
            "scores": self.scores,
        })
    }
}

fn group(group: &Group) -> Value {
    let (of, question, name) = match &group.of {
        Of::All => ("all", None, None),
        Of::Split(name) => ("split", None, Some(name)),
        Of::Question(name) => ("question", None, Some(name)),
        Of::Criterion(question, name) => ("criterion", Some(question), Some(name)),
    };
    let figures: serde_json::Map<String, Value> =
        group.figures.iter().map(|one| (one.metric.name().to_owned(), figure(one))).collect();
    json!({ "of": of, "question": question, "name": name, "answers": group.answers, "figures": figures })
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

fn moved(moved: &Moved) -> Value {
    let figures: serde_json::Map<String, Value> = moved
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
    json!({ "from": moved.from, "answers": moved.answers, "changed": moved.changed, "figures": figures })
}
