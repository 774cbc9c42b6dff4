//! Answers with the scores that people gave: points become shares of the highest possible score.

use std::collections::BTreeMap;

use super::group_value::GroupValue;
use crate::model::RowLocation;

/// An answer and the points that people gave, before the highest possible score is known.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct PointsRow {
    /// Location of the row in its input.
    pub at: RowLocation,
    /// Id of the answer.
    pub id: String,
    /// Id of the question.
    pub question: String,
    /// Text of the answer.
    pub answer: String,
    /// The human score, in points. `None` if the row has no score.
    pub score: Option<f64>,
    /// The highest possible score. `None` if the row does not give it.
    pub max_score: Option<f64>,
    /// Points that a first person gave. `score` replaces a missing value.
    pub score1: Option<f64>,
    /// Points that a second person gave.
    pub score2: Option<f64>,
    /// The split of the data that the row belongs to.
    pub split: Option<String>,
    /// The value of the column that answers are grouped by. `None` if they are not grouped.
    pub group: Option<GroupValue>,
    /// Credits from 0 to 1 by criterion id.
    pub criteria: BTreeMap<String, f64>,
}

/// An answer and the scores that people gave, as shares of the highest possible score: 0 to 1.
#[derive(Debug, Clone, PartialEq)]
pub struct ScoredRow {
    /// Location of the row in its input.
    pub at: RowLocation,
    /// Id of the answer.
    pub id: String,
    /// Id of the question.
    pub question: String,
    /// Text of the answer.
    pub answer: String,
    /// The human score. Rows without a score are graded but do not count in any metric.
    pub score: Option<f64>,
    /// The highest possible score, in points.
    pub max_score: f64,
    /// The scores of two people who graded independently.
    pub people: Option<(f64, f64)>,
    /// The split of the data that the row belongs to.
    pub split: Option<String>,
    /// The value of the column that answers are grouped by. `None` if they are not grouped.
    pub group: Option<GroupValue>,
    /// Credits from 0 to 1 by criterion id.
    pub criteria: BTreeMap<String, f64>,
}

/// The reason why the scores of a row cannot be used.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[allow(missing_docs, reason = "the message of each variant explains its fields")]
pub enum ScoreFault {
    #[error("the highest score is {max_score}; expected a number above 0")]
    HighestScore { max_score: f64 },
    #[error("the score is {score}; expected 0 to {max_score}")]
    Score { score: f64, max_score: f64 },
    #[error("the score is {score}; expected 0 to {highest}, the highest score of the file")]
    ScoreInFile { score: f64, highest: f64 },
    #[error("the credit for the criterion `{criterion}` is {credit}; expected 0 to 1")]
    Credit { criterion: String, credit: f64 },
}

impl ScoreFault {
    /// Advice on how to correct the row.
    pub fn hint(&self) -> &'static str {
        match self {
            Self::HighestScore { .. } | Self::Score { .. } => {
                "use scores from 0 to `max_score`, and a `max_score` above 0"
            }
            Self::ScoreInFile { .. } => "correct the score, or give each row a `max_score`",
            Self::Credit { .. } => "write credits from 0 to 1",
        }
    }
}

/// Converts points to shares of the highest possible score. For a row without `max_score`, this is the highest score of
/// all usable rows, at least 1. Rows with impossible scores are left out, and returned as their locations and faults.
pub fn shares_of(rows: Vec<PointsRow>) -> (Vec<ScoredRow>, Vec<(RowLocation, ScoreFault)>) {
    let (mut usable, mut faults) = (Vec::with_capacity(rows.len()), Vec::new());
    for row in rows {
        // A score above the row's own highest score must not become the highest score of other rows.
        match fault_of(&row, row.max_score) {
            Some(fault) => faults.push((row.at, fault)),
            None => usable.push(row),
        }
    }
    let highest = usable.iter().filter_map(|row| row.score).fold(1.0, f64::max);
    let mut shares = Vec::with_capacity(usable.len());
    for row in usable {
        let max_score = row.max_score.unwrap_or(highest);
        match fault_of(&row, Some(max_score)) {
            Some(ScoreFault::Score { score, max_score }) if row.max_score.is_none() => {
                faults.push((row.at, ScoreFault::ScoreInFile { score, highest: max_score }));
            }
            Some(fault) => faults.push((row.at, fault)),
            None => shares.push(share_of(row, max_score)),
        }
    }
    faults.sort_by(|(one, _), (other, _)| one.cmp(other));
    (shares, faults)
}

/// The points of two people who graded independently. `None` if the row does not have both.
fn people(row: &PointsRow) -> Option<(f64, f64)> {
    Some((row.score1.or(row.score)?, row.score2?))
}

/// The first fault of the scores of a row. `max_score` is the highest possible score, if it is known.
fn fault_of(row: &PointsRow, max_score: Option<f64>) -> Option<ScoreFault> {
    let credit = row.criteria.iter().find(|(_, credit)| !(0.0..=1.0).contains(*credit));
    if let Some((criterion, credit)) = credit {
        return Some(ScoreFault::Credit { criterion: criterion.clone(), credit: *credit });
    }
    let max_score = max_score?;
    if max_score <= 0.0 {
        return Some(ScoreFault::HighestScore { max_score });
    }
    let people = people(row);
    let mut scores = row.score.into_iter().chain(people.into_iter().flat_map(|(one, other)| [one, other]));
    scores.find(|score| !(0.0..=max_score).contains(score)).map(|score| ScoreFault::Score { score, max_score })
}

fn share_of(row: PointsRow, max_score: f64) -> ScoredRow {
    ScoredRow {
        people: people(&row).map(|(one, other)| (one / max_score, other / max_score)),
        at: row.at,
        id: row.id,
        question: row.question,
        answer: row.answer,
        score: row.score.map(|score| score / max_score),
        max_score,
        split: row.split,
        group: row.group,
        criteria: row.criteria,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(line: u64, score: Option<f64>, max_score: Option<f64>) -> PointsRow {
        PointsRow { at: RowLocation::Line(line), score, max_score, ..PointsRow::default() }
    }

    #[test]
    fn points_become_shares_of_the_highest_score() {
        let people = PointsRow { score2: Some(2.0), ..row(1, Some(3.0), Some(4.0)) };
        let apart = PointsRow { score1: Some(1.0), score2: Some(4.0), ..row(2, Some(2.0), Some(4.0)) };
        let (rows, faults) = shares_of(vec![people, apart, row(3, None, Some(4.0))]);
        assert_eq!(faults, []);
        let scores: Vec<_> = rows.iter().map(|row| (row.score, row.people)).collect();
        assert_eq!(scores, [(Some(0.75), Some((0.75, 0.5))), (Some(0.5), Some((0.25, 1.0))), (None, None)]);
    }

    #[test]
    fn without_max_score_the_highest_score_of_the_file_is_used() {
        let scores =
            |rows: Vec<PointsRow>| -> Vec<f64> { shares_of(rows).0.iter().filter_map(|row| row.score).collect() };
        assert_eq!(scores(vec![row(1, Some(2.0), None), row(2, Some(5.0), None)]), [0.4, 1.0]);
        assert_eq!(scores(vec![row(1, Some(0.5), None)]), [0.5], "at least 1");
        assert_eq!(scores(vec![row(1, Some(2.0), None), row(2, Some(9.0), Some(4.0))]), [1.0], "not one of a bad row");
    }

    #[test]
    fn impossible_scores_leave_out_their_row_only() {
        let credit = PointsRow { criteria: BTreeMap::from([("c".to_owned(), 3.0)]), ..row(4, Some(1.0), None) };
        let second = PointsRow { score2: Some(-1.0), ..row(5, Some(1.0), Some(2.0)) };
        let rows = vec![
            row(1, Some(6.0), Some(5.0)),
            row(2, Some(0.0), Some(0.0)),
            row(3, Some(3.0), None),
            credit,
            second,
            row(6, Some(-5.0), None),
        ];
        let (rows, faults) = shares_of(rows);
        assert_eq!(rows.iter().map(|row| row.at.number()).collect::<Vec<_>>(), [3]);
        let messages: Vec<_> = faults.iter().map(|(at, fault)| format!("{at}: {fault}; {}", fault.hint())).collect();
        assert_eq!(
            messages,
            [
                "line 1: the score is 6; expected 0 to 5; use scores from 0 to `max_score`, and a `max_score` above 0",
                "line 2: the highest score is 0; expected a number above 0; use scores from 0 to `max_score`, and a `max_score` above 0",
                "line 4: the credit for the criterion `c` is 3; expected 0 to 1; write credits from 0 to 1",
                "line 5: the score is -1; expected 0 to 2; use scores from 0 to `max_score`, and a `max_score` above 0",
                "line 6: the score is -5; expected 0 to 3, the highest score of the file; correct the score, or give each row a `max_score`",
            ]
        );
    }
}
