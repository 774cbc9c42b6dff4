//! The result: one object an answer, the same for every grader.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::borrow::Cow;

use super::{CriterionGrade, Fingerprint, QuestionMatch, SampleLevel, Tenths, Thousandths};

/// Version of the result's layout.
pub const SCHEMA: u32 = 1;

/// Everything that grading one answer found.
///
/// Borrows from the answer and the rubric it was made of, so that grading copies no text.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Grade<'a> {
    /// Layout of this object; 1.
    pub schema: u32,
    /// What the answer is called.
    #[serde(borrow)]
    pub id: Cow<'a, str>,
    /// Id of the question it was graded against.
    #[serde(borrow)]
    pub question: Cow<'a, str>,
    /// How that question was determined. Absent where the question was not looked up.
    #[serde(default, skip_serializing_if = "Option::is_none", borrow)]
    pub question_match: Option<QuestionMatch<'a>>,
    /// The score, or why there is none.
    #[serde(flatten, borrow)]
    pub outcome: Outcome<'a>,
    /// What the score comes to on the scale of some people; only where a calibration was asked for.
    #[serde(default, skip_serializing_if = "Option::is_none", borrow)]
    pub calibrated: Option<Calibrated<'a>>,
    /// Who graded.
    pub grader: Grader,
    /// What earned points, in the rubric's order.
    #[serde(borrow)]
    pub criteria: Vec<CriterionGrade<'a>>,
    /// What took points away, in the rubric's order; `earned` is what was taken.
    #[serde(borrow)]
    pub penalties: Vec<CriterionGrade<'a>>,
    /// What is odd about the answer.
    pub flags: Vec<Flag>,
    /// How it was delivered.
    pub delivery: Delivery,
    /// What sample answers say to the missed criteria.
    #[serde(borrow)]
    pub references: Vec<Reference<'a>>,
    /// What to do better.
    #[serde(borrow)]
    pub advice: Vec<Advice<'a>>,
    /// Why the offline scorer stands in for a judge, where it does anywhere.
    #[serde(default, skip_serializing_if = "Option::is_none", borrow)]
    pub fallback: Option<Cow<'a, str>>,
    /// Judges of several whose verdicts are missing somewhere, and why.
    #[serde(default, skip_serializing_if = "Vec::is_empty", borrow)]
    pub unheard: Vec<Cow<'a, str>>,
    /// What a judge cost; absent offline.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub usage: Option<Usage>,
    /// What the grade rests on.
    pub fingerprint: Fingerprint,
}

impl Grade<'_> {
    /// The calibrated score where there is one, else the score; `None` where the answer could not be graded.
    pub fn final_score(&self) -> Option<Tenths> {
        self.calibrated.as_ref().map(|calibrated| calibrated.score).or(self.score())
    }

    /// The score by the rubric; `None` where the answer could not be graded.
    pub fn score(&self) -> Option<Tenths> {
        match self.outcome {
            Outcome::Graded { score, .. } => Some(score),
            Outcome::Ungraded { .. } => None,
        }
    }
}

/// Graded with a score, or not graded with a reason. Never a zero that stands for a failure.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "status", rename_all = "kebab-case")]
pub enum Outcome<'a> {
    /// The answer was graded.
    Graded {
        /// 0 to 100, one decimal.
        score: Tenths,
        /// Points earned, after penalties.
        earned: Thousandths,
        /// Points that a perfect answer earns.
        possible: Thousandths,
        /// What the score is called.
        band: Band,
    },
    /// The answer could not be graded.
    Ungraded {
        /// Why.
        #[serde(borrow)]
        reason: Cow<'a, str>,
    },
}

/// A score brought to the scale of some people.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Calibrated<'a> {
    /// 0 to 100, one decimal.
    pub score: Tenths,
    /// What it is called.
    pub band: Band,
    /// What calibrated it.
    #[serde(borrow)]
    pub by: Cow<'a, str>,
    /// Of what calibrated it.
    pub fingerprint: Fingerprint,
}

/// What a score is called.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Band {
    /// Below partial.
    Weak,
    /// From 35, if the rubric does not say otherwise.
    Partial,
    /// From 60.
    Solid,
    /// From 80.
    Strong,
}

impl Band {
    /// The name as it is written.
    pub fn name(self) -> &'static str {
        match self {
            Self::Weak => "weak",
            Self::Partial => "partial",
            Self::Solid => "solid",
            Self::Strong => "strong",
        }
    }
}

/// Who graded.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum Grader {
    /// The offline scorer.
    Offline {
        /// Version of its rules: the same version gives the same bytes.
        version: u32,
    },
    /// One model or several. Each criterion says who decided it: where they did not, the offline scorer did.
    Llm {
        /// By which protocol the first one is asked.
        provider: String,
        /// What it is called.
        model: String,
        /// How often each one is asked.
        samples: u32,
        /// The others, in their order.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        others: Vec<OtherModel>,
        /// How several verdicts become one; absent where there is one.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        vote: Option<Vote>,
        /// Version of what they are told.
        prompt: u32,
        /// Version of the offline scorer's rules.
        version: u32,
    },
}

impl Grader {
    /// Whether a model graded, or was to.
    pub fn is_judge(&self) -> bool {
        matches!(self, Self::Llm { .. })
    }
}

/// A model besides the first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct OtherModel {
    /// By which protocol it is asked.
    pub provider: String,
    /// What it is called.
    pub model: String,
}

/// How several verdicts on a criterion become one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Vote {
    /// The one in the middle; between the two there, what lies halfway.
    Median,
    /// What most say; where that is not one, the one in the middle.
    Majority,
}

impl Vote {
    /// The name as it is written.
    pub fn name(self) -> &'static str {
        match self {
            Self::Median => "median",
            Self::Majority => "majority",
        }
    }
}

/// What is odd about an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Flag {
    /// There are no words.
    Empty,
    /// Too few words to answer anything.
    TooShort,
    /// Most of it repeats the question.
    Echo,
    /// Large parts are said more than once.
    RepeatsItself,
    /// Long runs of words stand in a sample answer.
    CopiedSample,
    /// What was found stands mostly in bare listings.
    Stuffed,
    /// Speaks to whoever grades it.
    AddressesTheGrader,
    /// Shares next to nothing with the question and its samples.
    OffTopic,
    /// Is not written in English, so that the score says little.
    NotEnglish,
    /// A judge's samples, or several judges, put it into different bands.
    UncertainBand,
}

impl Flag {
    /// The name as it is written.
    pub fn name(self) -> &'static str {
        match self {
            Self::Empty => "empty",
            Self::TooShort => "too-short",
            Self::Echo => "echo",
            Self::RepeatsItself => "repeats-itself",
            Self::CopiedSample => "copied-sample",
            Self::Stuffed => "stuffed",
            Self::AddressesTheGrader => "addresses-the-grader",
            Self::OffTopic => "off-topic",
            Self::NotEnglish => "not-english",
            Self::UncertainBand => "uncertain-band",
        }
    }
}

/// How an answer was delivered.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
pub struct Delivery {
    /// Words.
    pub words: u32,
    /// Sentences, or what stands for them in unpunctuated text.
    pub sentences: u32,
    /// "um", "you know" and the like.
    pub fillers: u32,
    /// Only where the answer was timed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub words_per_minute: Option<u32>,
    /// The parts of a story that were told, in the order situation, task, action, result.
    pub star: Vec<StarPart>,
}

/// Where a part of a story is told.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct StarPart {
    /// `situation`, `task`, `action` or `result`.
    pub part: Cow<'static, str>,
    /// First byte in the answer as given.
    pub start: usize,
    /// One past the last byte.
    pub end: usize,
}

/// What a sample answer says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Reference<'a> {
    /// The question the sample answers.
    #[serde(borrow)]
    pub question: Cow<'a, str>,
    /// How good the sample is.
    pub level: SampleLevel,
    /// The passage.
    #[serde(borrow)]
    pub excerpt: Cow<'a, str>,
    /// The criterion it is shown for.
    #[serde(rename = "for", borrow)]
    pub criterion: Cow<'a, str>,
}

/// What to do better.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Advice<'a> {
    /// The criterion or penalty it is about.
    #[serde(borrow)]
    pub criterion: Cow<'a, str>,
    /// The advice.
    #[serde(borrow)]
    pub text: Cow<'a, str>,
}

/// What a judge used.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Usage {
    /// Tokens sent.
    pub prompt_tokens: u64,
    /// Tokens received.
    pub completion_tokens: u64,
    /// In the configured currency; absent without prices.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cost: Option<f64>,
}
