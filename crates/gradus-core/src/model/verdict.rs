//! The verdict on one criterion: credit, evidence and explanation.
//!
//! The names of fields and variants are the JSON keys of the result; the comments are the descriptions in its schema.

use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::borrow::Cow;
use std::fmt;

use super::{Span, Thousandths};

/// The origin of a verdict.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Source {
    /// The offline scorer, because no judge was requested.
    Offline,
    /// A language model.
    Llm,
    /// The offline scorer, because the model gave no usable verdict.
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
    /// No grader gave a usable verdict.
    Undecided,
}

impl Status {
    /// The name in results and reports.
    pub fn name(self) -> &'static str {
        match self {
            Self::Met => "met",
            Self::Partial => "partial",
            Self::Missed => "missed",
            Self::Undecided => "undecided",
        }
    }

    /// The status for a credit.
    pub fn of(credit: Thousandths) -> Self {
        match credit.0 {
            0 => Self::Missed,
            1000.. => Self::Met,
            _ => Self::Partial,
        }
    }
}

/// The verdict on one criterion or one penalty.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct CriterionGrade<'a> {
    /// Id of the criterion or penalty.
    #[serde(borrow)]
    pub id: Cow<'a, str>,
    /// Points for full credit.
    pub points: u32,
    /// Points earned; for a penalty, points deducted.
    pub earned: Thousandths,
    /// Credit from 0 to 1; for a penalty, the share that applies.
    pub credit: Thousandths,
    /// The grader that decided.
    pub source: Source,
    /// Whether the criterion is met, partly met, missed or undecided.
    pub status: Status,
    /// Passages of the answer that support the credit.
    #[serde(borrow)]
    pub evidence: Vec<Evidence<'a>>,
    /// Ids of the concepts that the answer does not contain.
    #[serde(borrow)]
    pub missing: Vec<Cow<'a, str>>,
    /// Explanation of the credit in one sentence.
    #[serde(borrow)]
    pub why: Explanation<'a>,
    /// Lowest and highest credit of repeated samples or several judges. Absent if there is only one verdict.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub spread: Option<(Thousandths, Thousandths)>,
    /// The credit of each verdict. Empty if there is only one verdict.
    #[serde(default, skip_serializing_if = "Vec::is_empty", borrow)]
    pub votes: Vec<Ballot<'a>>,
    /// The credit from the offline scorer. Absent unless it was requested in addition to the verdict of a judge.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub offline: Option<Thousandths>,
}

impl CriterionGrade<'_> {
    /// Whether the credits of judge and offline scorer differ by half of full credit or more.
    pub fn is_disputed(&self) -> bool {
        self.source == Source::Llm && self.offline.is_some_and(|offline| offline.0.abs_diff(self.credit.0) >= 500)
    }
}

/// One of several verdicts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Ballot<'a> {
    /// Name of the model.
    #[serde(borrow)]
    pub model: Cow<'a, str>,
    /// Credit from 0 to 1.
    pub credit: Thousandths,
}

/// Explanation of a credit in one sentence. Stores numbers that are formatted only when the explanation is written, so
/// that grading does not format text.
#[derive(Debug, Clone, PartialEq, JsonSchema)]
#[schemars(with = "String")]
#[schemars(rename = "Why")]
pub enum Explanation<'a> {
    /// The offline scorer counted the concepts that the answer contains.
    Count {
        /// Number of concepts found.
        found: u32,
        /// Number of concepts of the criterion.
        of: u32,
        /// Number of concepts that earn full credit.
        need: u32,
        /// Number of found concepts that count half or less, because they occur only in a bare list of terms, or only
        /// as a related word or an opposite.
        halved: u32,
    },
    /// The offline scorer compared the answer with reference answers.
    Coverage {
        /// Share of the reference answer's weight that the answer contains, from 0 to 1.
        covered: Thousandths,
        /// Number of the reference answer that fits best, from 1.
        reference: u32,
        /// Number of reference answers.
        of: u32,
    },
    /// Text of a judge.
    Text(Cow<'a, str>),
}

impl fmt::Display for Explanation<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Count { found, of, need, halved } => {
                write!(f, "{found} of {of} concepts found, {need} needed for full credit")?;
                match halved {
                    0 => Ok(()),
                    _ => write!(f, "; {halved} only in a bare listing, which counts half"),
                }
            }
            Self::Coverage { covered, reference, of } => {
                match covered.0 {
                    1..10 => f.write_str("under 1 percent of ")?,
                    covered => write!(f, "{} percent of ", covered / 10)?,
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

impl Serialize for Explanation<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for Explanation<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Self::Text(Cow::Owned(String::deserialize(deserializer)?)))
    }
}

/// A passage of the answer that contains a concept.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Evidence<'a> {
    /// First byte in the answer as given.
    pub start: usize,
    /// One past the last byte.
    pub end: usize,
    /// The text of the passage: `answer[start..end]`.
    #[serde(borrow)]
    pub quote: Cow<'a, str>,
    /// Id of the concept.
    #[serde(borrow)]
    pub concept: Cow<'a, str>,
    /// How the concept was recognised.
    pub how: MatchKind,
    /// Whether the passage counts half or less, because it is in a bare list of terms, is only a related word or an
    /// opposite, or affirms what the reference answer denies or the other way round.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub half: bool,
}

impl Evidence<'_> {
    /// The range of bytes in the answer.
    pub fn span(&self) -> Span {
        Span { start: self.start, end: self.end }
    }
}

/// How a phrase was recognised. If its words were recognised in different ways, this is the way furthest from the
/// phrase as written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
#[schemars(rename = "How")]
pub enum MatchKind {
    /// The words as the rubric writes them.
    Exact,
    /// Inflected forms of the same words.
    Stem,
    /// A quantity of the expected kind.
    Quantity,
    /// A synonym or abbreviation.
    Synonym,
    /// Letters or numbers spelled out in words.
    Spoken,
    /// A misspelling.
    Spelling,
    /// A word with a similar meaning.
    Related,
    /// A word with the opposite meaning. It counts if either the answer or the phrase is negated, but not both.
    Opposite,
    /// A quotation by a judge.
    Quoted,
}

impl MatchKind {
    /// The name in results and reports.
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_explanation_is_a_phrase() {
        let count = |halved| Explanation::Count { found: 2, of: 3, need: 3, halved };
        let coverage = |covered, of| Explanation::Coverage { covered: Thousandths(covered), reference: 2, of };
        let halved = "2 of 3 concepts found, 3 needed for full credit; 1 only in a bare listing, which counts half";
        for (explanation, text) in [
            (count(0), "2 of 3 concepts found, 3 needed for full credit"),
            (count(1), halved),
            (coverage(0, 1), "0 percent of the reference answer is said"),
            (coverage(9, 1), "under 1 percent of the reference answer is said"),
            (coverage(505, 3), "50 percent of reference answer 2 of 3, which fits best, is said"),
            (Explanation::Text("it says so".into()), "it says so"),
        ] {
            assert_eq!(explanation.to_string(), text);
        }
    }
}
