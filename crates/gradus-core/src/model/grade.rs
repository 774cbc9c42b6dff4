//! The result of grading one answer, with the same layout for every grader.
//!
//! The names of fields and variants are the JSON keys of the result; the comments are the descriptions in its schema.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::borrow::Cow;

use super::{CriterionGrade, Fingerprint, QuestionMatch, SampleLevel, Tenths, Thousandths};

/// Version of the layout of a result.
pub const SCHEMA: u32 = 1;

/// The result of grading one answer.
///
/// Borrows from the answer and the rubric, so that grading copies no text.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Grade<'a> {
    /// Version of the layout of this object; 1.
    pub schema: u32,
    /// Name of the answer: a file name or the id of a row.
    #[serde(borrow)]
    pub id: Cow<'a, str>,
    /// Id of the question that the answer was graded against.
    #[serde(borrow)]
    pub question: Cow<'a, str>,
    /// How the question was determined. Absent if the question was not looked up.
    #[serde(default, skip_serializing_if = "Option::is_none", borrow)]
    pub question_match: Option<QuestionMatch<'a>>,
    /// The score, or the reason why there is none.
    #[serde(flatten, borrow)]
    pub outcome: Outcome<'a>,
    /// The score on the scale of human graders. Absent without a calibration.
    #[serde(default, skip_serializing_if = "Option::is_none", borrow)]
    pub calibrated: Option<Calibrated<'a>>,
    /// The grader: the offline scorer or language models.
    pub grader: Grader,
    /// Grades of the criteria that earn points, in the order of the rubric.
    #[serde(borrow)]
    pub criteria: Vec<CriterionGrade<'a>>,
    /// Grades of the penalties, in the order of the rubric; `earned` is the number of points deducted.
    #[serde(borrow)]
    pub penalties: Vec<CriterionGrade<'a>>,
    /// Warnings about the answer.
    pub flags: Vec<Flag>,
    /// Length and delivery of the answer.
    pub delivery: Delivery,
    /// Passages of sample answers that meet the missed criteria.
    #[serde(borrow)]
    pub references: Vec<Reference<'a>>,
    /// Advice on missed criteria and applied penalties.
    #[serde(borrow)]
    pub advice: Vec<Advice<'a>>,
    /// Why the offline scorer replaced a judge. Absent if it did not.
    #[serde(default, skip_serializing_if = "Option::is_none", borrow)]
    pub fallback: Option<Cow<'a, str>>,
    /// Judges of a panel that gave no usable verdict on some criterion, each with the reason.
    #[serde(rename = "unheard", default, skip_serializing_if = "Vec::is_empty", borrow)]
    pub incomplete_judges: Vec<Cow<'a, str>>,
    /// Tokens that the judges used, and their cost; absent offline.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub usage: Option<Usage>,
    /// Hash of everything that the grade depends on.
    pub fingerprint: Fingerprint,
}

impl<'a> Grade<'a> {
    /// The grade of an answer that was not graded: the reason, and no criteria.
    pub fn ungraded(
        id: &'a str,
        question: &'a str,
        reason: Cow<'a, str>,
        grader: Grader,
        fingerprint: Fingerprint,
    ) -> Self {
        Self {
            schema: SCHEMA,
            id: Cow::Borrowed(id),
            question: Cow::Borrowed(question),
            question_match: None,
            outcome: Outcome::Ungraded { reason },
            calibrated: None,
            grader,
            criteria: Vec::new(),
            penalties: Vec::new(),
            flags: Vec::new(),
            delivery: Delivery::default(),
            references: Vec::new(),
            advice: Vec::new(),
            fallback: None,
            incomplete_judges: Vec::new(),
            usage: None,
            fingerprint,
        }
    }
}

impl Grade<'_> {
    /// The calibrated score if there is one, else the score; `None` if the answer could not be graded.
    pub fn final_score(&self) -> Option<Tenths> {
        self.calibrated.as_ref().map(|calibrated| calibrated.score).or(self.score())
    }

    /// The score by the rubric; `None` if the answer could not be graded.
    pub fn score(&self) -> Option<Tenths> {
        match self.outcome {
            Outcome::Graded { score, .. } => Some(score),
            Outcome::Ungraded { .. } => None,
        }
    }
}

/// A score, or a reason why the answer could not be graded. A failure never counts as a score of zero.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "status", rename_all = "kebab-case")]
pub enum Outcome<'a> {
    /// The answer was graded.
    Graded {
        /// 0 to 100, one decimal.
        score: Tenths,
        /// Points earned, less penalties; at least 0.
        earned: Thousandths,
        /// Points that a perfect answer earns.
        possible: Thousandths,
        /// The band that the score belongs to.
        band: Band,
    },
    /// The answer could not be graded.
    Ungraded {
        /// Reason, as a sentence part: `it is a PDF document`.
        #[serde(borrow)]
        reason: Cow<'a, str>,
    },
}

/// A score on the scale of human graders.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Calibrated<'a> {
    /// 0 to 100, one decimal.
    pub score: Tenths,
    /// The band that the calibrated score belongs to.
    pub band: Band,
    /// Name of the calibration.
    #[serde(borrow)]
    pub by: Cow<'a, str>,
    /// Fingerprint of the calibration.
    pub fingerprint: Fingerprint,
}

/// A range of scores with a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Band {
    /// Below `partial`.
    Weak,
    /// From 35, unless the rubric sets another bound.
    Partial,
    /// From 60, unless the rubric sets another bound.
    Solid,
    /// From 80, unless the rubric sets another bound.
    Strong,
}

impl Band {
    /// The name in results and reports.
    pub fn name(self) -> &'static str {
        match self {
            Self::Weak => "weak",
            Self::Partial => "partial",
            Self::Solid => "solid",
            Self::Strong => "strong",
        }
    }
}

/// The grader of an answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum Grader {
    /// The offline scorer.
    Offline {
        /// Version of the scoring rules. The same version gives the same result, byte for byte.
        version: u32,
    },
    /// One or more language models. The `source` of a criterion says whether a model or the offline scorer decided it.
    Llm {
        /// Protocol of the first model's endpoint.
        provider: String,
        /// Name of the first model.
        model: String,
        /// How often each model is asked.
        samples: u32,
        /// The other models, in the order in which they are configured.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        others: Vec<OtherModel>,
        /// How several verdicts are combined; absent if there is only one verdict.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        vote: Option<Vote>,
        /// Version of the prompt.
        prompt: u32,
        /// Version of the scoring rules of the offline scorer.
        version: u32,
    },
}

impl Grader {
    /// Whether a model was asked, even if it gave no verdict.
    pub fn is_judge(&self) -> bool {
        matches!(self, Self::Llm { .. })
    }
}

/// A model of a panel other than the first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct OtherModel {
    /// Protocol of the model's endpoint.
    pub provider: String,
    /// Name of the model.
    pub model: String,
}

/// How several verdicts on a criterion are combined.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Vote {
    /// The median; for an even number of verdicts, the mean of the two in the middle.
    Median,
    /// The most frequent credit; the median if several are equally frequent.
    Majority,
}

impl Vote {
    /// The name in results and reports.
    pub fn name(self) -> &'static str {
        match self {
            Self::Median => "median",
            Self::Majority => "majority",
        }
    }
}

/// A warning about an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Flag {
    /// The answer has no words.
    Empty,
    /// The answer has too few words.
    TooShort,
    /// Most of the answer repeats the question.
    Echo,
    /// Large parts of the answer occur more than once.
    RepeatsItself,
    /// Long runs of words also occur in a sample answer.
    CopiedSample,
    /// Most of the matched phrases are in bare lists of terms.
    Stuffed,
    /// The answer addresses the grader instead of the question.
    AddressesTheGrader,
    /// The answer contains at most two concepts, and has few content words in common with the question and its samples.
    OffTopic,
    /// The question asks for deeds, and the answer describes only what one would do, so that criteria earn at most half.
    TheoryOnly,
    /// The answer is not written in English, so that the score is not reliable.
    NotEnglish,
    /// Repeated or different judges put the answer into different bands.
    UncertainBand,
}

impl Flag {
    /// The name in results and reports.
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
            Self::TheoryOnly => "theory-only",
            Self::NotEnglish => "not-english",
            Self::UncertainBand => "uncertain-band",
        }
    }
}

/// Length and delivery of an answer.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
pub struct Delivery {
    /// Number of words.
    pub words: u32,
    /// Number of sentences. Text without punctuation is cut at connectives such as "and then".
    pub sentences: u32,
    /// Number of filler words such as "um" and "you know".
    pub fillers: u32,
    /// Words per minute; absent unless the answer was timed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub words_per_minute: Option<u32>,
    /// The parts of a story that the answer contains, in the order situation, task, action, result.
    pub star: Vec<StarPart>,
}

/// A part of a story, and its place in the answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct StarPart {
    /// `situation`, `task`, `action` or `result`.
    pub part: Cow<'static, str>,
    /// First byte in the answer as given.
    pub start: usize,
    /// One past the last byte.
    pub end: usize,
}

/// A passage of a sample answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Reference<'a> {
    /// Id of the question that the sample answers.
    #[serde(borrow)]
    pub question: Cow<'a, str>,
    /// Quality of the sample.
    pub level: SampleLevel,
    /// Text of the passage.
    #[serde(borrow)]
    pub excerpt: Cow<'a, str>,
    /// Id of the missed criterion that the passage meets.
    #[serde(rename = "for", borrow)]
    pub criterion: Cow<'a, str>,
}

/// Advice on a missed criterion or an applied penalty.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Advice<'a> {
    /// Id of the criterion or penalty.
    #[serde(borrow)]
    pub criterion: Cow<'a, str>,
    /// The advice, as the rubric words it.
    #[serde(borrow)]
    pub text: Cow<'a, str>,
}

/// Tokens that judges used.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Usage {
    /// Tokens sent.
    pub prompt_tokens: u64,
    /// Tokens received.
    pub completion_tokens: u64,
    /// Cost in the configured currency; absent without configured prices.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cost: Option<f64>,
}
