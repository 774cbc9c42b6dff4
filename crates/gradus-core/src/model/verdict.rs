//! What was decided of one criterion, and what the decision rests on.

use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::borrow::Cow;
use std::fmt;

use super::{Span, Thousandths};

/// Where a criterion's verdict comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Source {
    /// The offline scorer, as asked.
    Offline,
    /// A model's verdict.
    Llm,
    /// The offline scorer in place of a model that gave no usable verdict.
    Fallback,
}

/// How far a criterion was met.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Status {
    /// Full credit.
    Met,
    /// Some credit.
    Partial,
    /// No credit.
    Missed,
    /// Nobody could decide.
    Undecided,
}

impl Status {
    /// The name as it is written.
    pub fn name(self) -> &'static str {
        match self {
            Self::Met => "met",
            Self::Partial => "partial",
            Self::Missed => "missed",
            Self::Undecided => "undecided",
        }
    }

    /// What `credit` comes to.
    pub fn of(credit: Thousandths) -> Self {
        match credit.0 {
            0 => Self::Missed,
            1000.. => Self::Met,
            _ => Self::Partial,
        }
    }
}

/// One criterion, or one penalty, decided.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct CriterionGrade<'a> {
    /// The criterion's id.
    #[serde(borrow)]
    pub id: Cow<'a, str>,
    /// What full credit is worth.
    pub points: u32,
    /// Points earned here; for a penalty, points taken.
    pub earned: Thousandths,
    /// 0 to 1.
    pub credit: Thousandths,
    /// Who decided.
    pub source: Source,
    /// What the credit comes to.
    pub status: Status,
    /// What the credit rests on, by place in the answer.
    #[serde(borrow)]
    pub evidence: Vec<Evidence<'a>>,
    /// Ids of the concepts that were not found.
    #[serde(borrow)]
    pub missing: Vec<Cow<'a, str>>,
    /// One sentence.
    #[serde(borrow)]
    pub why: Why<'a>,
    /// Range of the credits that several samples of a judge gave.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub spread: Option<(Thousandths, Thousandths)>,
    /// What each verdict said, where there are several.
    #[serde(default, skip_serializing_if = "Vec::is_empty", borrow)]
    pub votes: Vec<Ballot<'a>>,
    /// The credit that the offline scorer gives, where both were asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub offline: Option<Thousandths>,
}

impl CriterionGrade<'_> {
    /// Whether judge and offline scorer are half of the credit or more apart.
    pub fn is_disputed(&self) -> bool {
        self.source == Source::Llm && self.offline.is_some_and(|offline| offline.0.abs_diff(self.credit.0) >= 500)
    }
}

/// One of several verdicts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Ballot<'a> {
    /// The model's name.
    #[serde(borrow)]
    pub model: Cow<'a, str>,
    /// 0 to 1.
    pub credit: Thousandths,
}

/// One sentence that says why; kept as figures until it is written, so that grading writes no text.
#[derive(Debug, Clone, PartialEq, JsonSchema)]
#[schemars(with = "String")]
pub enum Why<'a> {
    /// The offline scorer's: concepts found, of how many, how many are needed, how many count half.
    Coverage {
        /// Concepts found.
        found: u32,
        /// Concepts there are.
        of: u32,
        /// Concepts that earn full credit.
        need: u32,
        /// Of the found ones, those that count half because they stand in a bare listing.
        halved: u32,
    },
    /// The offline scorer's: how much of a reference answer is said.
    Share {
        /// Share of its weight.
        said: Thousandths,
        /// Which reference answer fits best, from 1.
        reference: u32,
        /// How many there are.
        of: u32,
    },
    /// Anybody's words.
    Text(Cow<'a, str>),
}

impl fmt::Display for Why<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Coverage { found, of, need, halved } => {
                write!(f, "{found} of {of} concepts found, {need} needed for full credit")?;
                match halved {
                    0 => Ok(()),
                    _ => write!(f, "; {halved} only in a bare listing, which counts half"),
                }
            }
            Self::Share { said, reference, of } => {
                match said.0 {
                    1..10 => f.write_str("under 1 percent of ")?,
                    said => write!(f, "{} percent of ", said / 10)?,
                }
                match of {
                    1 => f.write_str("the reference answer is said"),
                    _ => write!(f, "reference answer {reference} of {of}, which fits best, is said"),
                }
            }
            Self::Text(text) => f.write_str(text),
        }
    }
}

impl Serialize for Why<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for Why<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Self::Text(Cow::Owned(String::deserialize(deserializer)?)))
    }
}

/// One place in the answer that a concept was found at.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Evidence<'a> {
    /// First byte in the answer as given.
    pub start: usize,
    /// One past the last byte.
    pub end: usize,
    /// `answer[start..end]`.
    #[serde(borrow)]
    pub quote: Cow<'a, str>,
    /// The concept's id.
    #[serde(borrow)]
    pub concept: Cow<'a, str>,
    /// How it was recognised.
    pub how: How,
    /// Whether it counts half, because it stands in a bare listing.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub half: bool,
}

impl Evidence<'_> {
    /// The place.
    pub fn span(&self) -> Span {
        Span { start: self.start, end: self.end }
    }
}

/// How a phrase was recognised; where several apply, the furthest from the written form.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum How {
    /// As the rubric writes it.
    Exact,
    /// Another form of the same words.
    Stem,
    /// A quantity of the kind asked for.
    Quantity,
    /// A synonym or abbreviation.
    Synonym,
    /// Spoken letters or numbers.
    Spoken,
    /// A spelling slip.
    Spelling,
    /// A word that means nearly the same.
    Related,
    /// A word that means the opposite; counts where one of both is denied.
    Opposite,
    /// Quoted by a judge.
    Quoted,
}

impl How {
    /// The name as it is written.
    pub fn name(self) -> &'static str {
        match self {
            Self::Exact => "exact",
            Self::Stem => "stem",
            Self::Quantity => "quantity",
            Self::Synonym => "synonym",
            Self::Spoken => "spoken form",
            Self::Spelling => "spelling",
            Self::Related => "related word",
            Self::Opposite => "opposite",
            Self::Quoted => "quoted",
        }
    }
}
