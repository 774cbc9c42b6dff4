//! Why a figure cannot be given.
//!
//! A metric that has too little to go on says so with one of these; it never gives 0 or NaN in its place.

use std::error::Error;
use std::fmt;

/// Why there is no figure. Written in lower case and without a full stop, to stand after a colon or in a table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Absent {
    /// Fewer answers than the figure needs; where people are followed, answers with both scores.
    TooFew {
        /// Answers there are.
        have: usize,
        /// Answers the figure needs.
        need: usize,
    },
    /// People gave every answer the same score, so there is nothing to follow.
    HumanConstant,
    /// The grader gave every answer the same score, so it follows nothing.
    GivenConstant,
    /// The figure is for human scores that are all 0 or 1, and these are not.
    NotTwoValued,
    /// Scores one level apart cannot be told from scores far apart on a scale of one or two levels.
    TooFewLevels,
    /// Scores so far from the range of 0 to 1 that sums of them cannot be held.
    Overflow,
    /// A criterion earns the same credit in every answer, so it follows nothing.
    CreditConstant,
    /// Every answer earns the same points besides a criterion, so there is nothing to follow.
    RestConstant,
}

impl fmt::Display for Absent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooFew { have: 1, need } => write!(f, "1 answer, {need} needed"),
            Self::TooFew { have, need } => write!(f, "{have} answers, {need} needed"),
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
    fn one_answer_is_written_in_the_singular() {
        assert_eq!(Absent::TooFew { have: 0, need: 1 }.to_string(), "0 answers, 1 needed");
        assert_eq!(Absent::TooFew { have: 1, need: 3 }.to_string(), "1 answer, 3 needed");
        assert_eq!(Absent::TooFew { have: 2, need: 3 }.to_string(), "2 answers, 3 needed");
    }

    #[test]
    fn reasons_can_stand_inside_a_sentence() {
        let all = [
            Absent::TooFew { have: 2, need: 3 },
            Absent::HumanConstant,
            Absent::GivenConstant,
            Absent::NotTwoValued,
            Absent::TooFewLevels,
            Absent::Overflow,
            Absent::CreditConstant,
            Absent::RestConstant,
        ];
        for reason in all {
            let text = reason.to_string();
            assert!(!text.ends_with('.') && !text.starts_with(char::is_uppercase), "{text}");
        }
    }
}
