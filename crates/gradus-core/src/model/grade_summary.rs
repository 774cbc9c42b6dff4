//! The short form of a grade: score, credits and flags without evidence and texts.
//!
//! Statistics over many answers are computed from it, and run folders store it.

use serde::{Deserialize, Serialize};

use super::{Band, CriterionGrade, Flag, Grade, Outcome, Source, Status, Tenths, Thousandths, Usage};

/// The short form of a grade. The JSON keys have one letter, because millions of these objects are stored.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GradeSummary {
    /// Id of the question; empty if no question was found.
    #[serde(rename = "q")]
    pub question: String,
    /// The score, or the reason why there is none.
    #[serde(rename = "o")]
    pub outcome: RowOutcome,
    /// Warnings about the answer.
    #[serde(rename = "f", default, skip_serializing_if = "Vec::is_empty")]
    pub flags: Vec<Flag>,
    /// Criteria and penalties on which judge and offline scorer are far apart: the number, counted from 0 over all
    /// criteria and then all penalties, and the offline credit.
    #[serde(rename = "x", default, skip_serializing_if = "Vec::is_empty")]
    pub disputed: Vec<(u32, Thousandths)>,
    /// Tokens that the judges used; absent offline.
    #[serde(rename = "u", default, skip_serializing_if = "Option::is_none")]
    pub usage: Option<Usage>,
}

/// The score of an answer, or the reason why there is none.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum RowOutcome {
    /// The answer was graded.
    #[serde(rename = "g")]
    Graded {
        /// The calibrated score if there is one, else the score.
        #[serde(rename = "s")]
        score: Tenths,
        /// The band of that score.
        #[serde(rename = "b")]
        band: Band,
        /// The credit of each criterion, in the rubric's order; `None` if undecided.
        #[serde(rename = "c")]
        credits: Vec<Option<Thousandths>>,
        /// The credit of each penalty, in the rubric's order: 1 if it applies in full, `None` if undecided.
        #[serde(rename = "p", default, skip_serializing_if = "Vec::is_empty")]
        penalties: Vec<Option<Thousandths>>,
        /// Whether the offline scorer replaced a judge on any criterion or penalty.
        #[serde(rename = "l", default, skip_serializing_if = "std::ops::Not::not")]
        fallback: bool,
    },
    /// The answer could not be graded, for this reason.
    #[serde(rename = "n")]
    Ungraded(String),
}

impl GradeSummary {
    /// The summary of a grade.
    pub fn of(grade: &Grade<'_>) -> Self {
        let outcome = match &grade.outcome {
            Outcome::Ungraded { reason } => RowOutcome::Ungraded(reason.to_string()),
            Outcome::Graded { score, band, .. } => {
                let (score, band) = grade.calibrated.as_ref().map_or((*score, *band), |of| (of.score, of.band));
                RowOutcome::Graded {
                    score,
                    band,
                    credits: credits(&grade.criteria),
                    penalties: credits(&grade.penalties),
                    fallback: grade.criteria.iter().chain(&grade.penalties).any(|one| one.source == Source::Fallback),
                }
            }
        };
        let all = (0..).zip(grade.criteria.iter().chain(&grade.penalties));
        let disputed = all.filter(|(_, one)| one.is_disputed()).filter_map(|(place, one)| Some((place, one.offline?)));
        Self {
            question: grade.question.to_string(),
            outcome,
            flags: grade.flags.clone(),
            disputed: disputed.collect(),
            usage: grade.usage,
        }
    }

    /// The summary of an answer that could not be graded.
    pub fn ungraded(question: &str, reason: &str) -> Self {
        Self {
            question: question.to_owned(),
            outcome: RowOutcome::Ungraded(reason.to_owned()),
            flags: Vec::new(),
            disputed: Vec::new(),
            usage: None,
        }
    }
}

fn credits(criteria: &[CriterionGrade<'_>]) -> Vec<Option<Thousandths>> {
    criteria.iter().map(|one| (one.status != Status::Undecided).then_some(one.credit)).collect()
}
