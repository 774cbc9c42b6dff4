//! What a grade comes to, without what it rests on: what summaries of many answers are made of.

use serde::{Deserialize, Serialize};

use super::{Band, CriterionGrade, Flag, Grade, Outcome, Source, Status, Tenths, Thousandths, Usage};

/// The short form of a grade. Names are short too, because millions of them are written.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Marks {
    /// Id of the question; empty where none could be told.
    #[serde(rename = "q")]
    pub question: String,
    /// The score, or why there is none.
    #[serde(rename = "o")]
    pub outcome: Came,
    /// What is odd about the answer.
    #[serde(rename = "f", default, skip_serializing_if = "Vec::is_empty")]
    pub flags: Vec<Flag>,
    /// Criteria, then penalties, by number from 0, on which judge and offline scorer are far apart, with the credit that
    /// the latter gives.
    #[serde(rename = "x", default, skip_serializing_if = "Vec::is_empty")]
    pub disputed: Vec<(u32, Thousandths)>,
    /// What a judge used.
    #[serde(rename = "u", default, skip_serializing_if = "Option::is_none")]
    pub usage: Option<Usage>,
}

/// What came of an answer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Came {
    /// It was graded.
    #[serde(rename = "g")]
    Graded {
        /// The calibrated score where there is one, else the score.
        #[serde(rename = "s")]
        score: Tenths,
        /// What that is called.
        #[serde(rename = "b")]
        band: Band,
        /// The credit of each criterion, in the rubric's order; `None` where nobody could decide.
        #[serde(rename = "c")]
        credits: Vec<Option<Thousandths>>,
        /// The credit of each penalty: how far it applies.
        #[serde(rename = "p", default, skip_serializing_if = "Vec::is_empty")]
        penalties: Vec<Option<Thousandths>>,
        /// Whether the offline scorer stood in for a judge anywhere.
        #[serde(rename = "l", default, skip_serializing_if = "std::ops::Not::not")]
        fallback: bool,
    },
    /// It could not be graded, and this is why.
    #[serde(rename = "n")]
    Ungraded(String),
}

impl Marks {
    /// Of a grade.
    pub fn of(grade: &Grade<'_>) -> Self {
        let outcome = match &grade.outcome {
            Outcome::Ungraded { reason } => Came::Ungraded(reason.to_string()),
            Outcome::Graded { score, band, .. } => {
                let (score, band) = grade.calibrated.as_ref().map_or((*score, *band), |of| (of.score, of.band));
                Came::Graded {
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

    /// Of what could not be graded.
    pub fn ungraded(question: &str, reason: &str) -> Self {
        Self {
            question: question.to_owned(),
            outcome: Came::Ungraded(reason.to_owned()),
            flags: Vec::new(),
            disputed: Vec::new(),
            usage: None,
        }
    }
}

fn credits(criteria: &[CriterionGrade<'_>]) -> Vec<Option<Thousandths>> {
    criteria.iter().map(|one| (one.status != Status::Undecided).then_some(one.credit)).collect()
}
