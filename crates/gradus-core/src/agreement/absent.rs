//! The reasons why a metric has no value.
//!
//! A metric with too little data returns one of these reasons, and never 0 or NaN instead.

use std::error::Error;
use std::fmt;

use crate::wording::counted;

/// The reason why a metric has no value. Its text can follow a colon or be a table cell: it
/// starts in lower case and has no full stop.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Absent {
    /// The metric needs more answers. Answers count only if both the grader and people scored them.
    TooFew {
        /// Number of answers.
        have: usize,
        /// Number of answers that the metric needs.
        need: usize,
    },
    /// People gave every answer the same score, so a correlation with it is undefined.
    HumanConstant,
    /// The grader gave every answer the same score, so a correlation with it is undefined.
    GivenConstant,
    /// The metric is defined for human scores that are all 0 or 1, but some human scores have other values.
    NotTwoValued,
    /// On a scale of one or two levels, every two scores are at most one level apart.
    TooFewLevels,
    /// The scores are so far outside 0 to 1 that their sums overflow.
    Overflow,
    /// The criterion earns the same credit in every answer, so its correlation is undefined.
    CreditConstant,
    /// Every answer earns the same points on the other criteria, so the correlation with them is undefined.
    RestConstant,
}

impl fmt::Display for Absent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooFew { have, need } => write!(f, "{}, {need} needed", counted(*have, "answer")),
            Self::HumanConstant => f.write_str("people gave every answer the same score"),
            Self::GivenConstant => f.write_str("the grader gave every answer the same score"),
            Self::NotTwoValued => f.write_str("people's scores are not all 0 or 1"),
            Self::TooFewLevels => f.write_str("the scale has fewer than 3 levels"),
            Self::Overflow => f.write_str("scores are too large to add up"),
            Self::CreditConstant => f.write_str("every answer has the same credit"),
            Self::RestConstant => f.write_str("every answer has the same points besides"),
        }
    }
}

impl Error for Absent {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_reason_can_follow_a_colon() {
        let few = |have, need| Absent::TooFew { have, need };
        for (reason, text) in [
            (few(0, 1), "0 answers, 1 needed"),
            (few(1, 3), "1 answer, 3 needed"),
            (few(2, 3), "2 answers, 3 needed"),
            (Absent::HumanConstant, "people gave every answer the same score"),
            (Absent::GivenConstant, "the grader gave every answer the same score"),
            (Absent::NotTwoValued, "people's scores are not all 0 or 1"),
            (Absent::TooFewLevels, "the scale has fewer than 3 levels"),
            (Absent::Overflow, "scores are too large to add up"),
            (Absent::CreditConstant, "every answer has the same credit"),
            (Absent::RestConstant, "every answer has the same points besides"),
        ] {
            assert_eq!(reason.to_string(), text);
        }
    }
}
