//! What a report of a batch is made of.

use serde::Serialize;

use crate::agreement::Overview;

/// Many answers, graded.
#[derive(Debug, Clone)]
pub struct BatchReport<'a> {
    /// What the answers come to.
    pub overview: &'a Overview,
    /// Where they come from.
    pub input: String,
    /// Where their grades went, if anywhere.
    pub output: Option<String>,
    /// Which bank they were graded by.
    pub bank: String,
    /// Who graded, in words.
    pub grader: String,
    /// Whether that is a judge.
    pub is_judged: bool,
    /// The calibration that was applied, if one was.
    pub calibration: Option<String>,
    /// How many answers this run took on.
    pub fresh: u64,
    /// How many were taken from the run before.
    pub reused: u64,
    /// On how much judge and offline scorer are far apart, where that was looked for.
    pub disputed: Option<Disputed>,
    /// How many are not good enough, where it was said what is.
    pub below: Option<Below>,
    /// Questions that no id named: found from a wording, or from answers.
    pub found_questions: Vec<FoundQuestion>,
}

/// On how much judge and offline scorer are half of the credit or more apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct Disputed {
    /// In how many answers.
    pub answers: u64,
    /// On how many criteria, over all of them.
    pub criteria: u64,
}

/// How many answers are not good enough.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Below {
    /// What they fall short of, to stand after "below": "60", "solid".
    pub threshold: String,
    /// How many do.
    pub answers: u64,
}

/// A question that was found from a wording or from answers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FoundQuestion {
    /// How the rows word it; `None` where it was found from the answers themselves.
    pub wording: Option<String>,
    /// What it was taken for.
    pub question: String,
    /// How many answers that is true of.
    pub answers: u64,
}
