//! Statistics of the answers to one question: their scores, and the credits of each criterion and penalty.

use super::criterion_stats::{CriterionStats, ItemStats, capped};
use super::score_stats::ScoreStats;
use crate::model::{Criterion, Question, Thousandths};

/// Statistics of the answers to one question.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct QuestionStats {
    /// Number of answers, graded or not.
    pub answers: u64,
    /// The scores of the graded answers.
    pub scores: ScoreStats,
    /// The criteria, in the order of the rubric. Empty if no rubric was given.
    pub criteria: Vec<CriterionStats>,
    /// The penalties, in the order of the rubric. Empty if no rubric was given.
    pub penalties: Vec<ItemStats>,
}

impl QuestionStats {
    /// Sets the criteria and penalties to those of the rubric of `question`, unless they were set before.
    pub(super) fn set_rubric(&mut self, question: &Question) {
        if self.criteria.is_empty() && self.penalties.is_empty() {
            self.criteria = question.criteria.iter().map(CriterionStats::new).collect();
            self.penalties = question.penalties.iter().map(ItemStats::new).collect();
        }
    }

    /// Adds the credits of a graded answer. Returns `false` and adds nothing if the credits belong to another rubric or
    /// `question` is `None`.
    pub(super) fn add(
        &mut self,
        question: Option<&Question>,
        credits: &[Option<Thousandths>],
        penalties: &[Option<Thousandths>],
    ) -> bool {
        let is_known = question.is_some_and(|question| self.matches_rubric_of(question));
        if !is_known || credits.len() != self.criteria.len() || penalties.len() != self.penalties.len() {
            return false;
        }
        for (criterion, credit) in self.criteria.iter_mut().zip(credits) {
            criterion.item.add(*credit);
        }
        for (penalty, credit) in self.penalties.iter_mut().zip(penalties) {
            penalty.add(*credit);
        }
        self.add_pairs(credits, penalties);
        true
    }

    fn matches_rubric_of(&self, question: &Question) -> bool {
        let is_same =
            |item: &ItemStats, criterion: &Criterion| item.id == criterion.id && item.points == criterion.points;
        self.criteria.len() == question.criteria.len()
            && self.penalties.len() == question.penalties.len()
            && self.criteria.iter().zip(&question.criteria).all(|(one, other)| is_same(&one.item, other))
            && self.penalties.iter().zip(&question.penalties).all(|(one, other)| is_same(one, other))
    }

    /// Adds the answer to the correlations if all criteria are decided. An undecided penalty subtracts no points.
    fn add_pairs(&mut self, credits: &[Option<Thousandths>], penalties: &[Option<Thousandths>]) {
        if credits.iter().any(Option::is_none) {
            return;
        }
        let earned: i64 =
            self.criteria.iter().zip(credits).map(|(one, credit)| points_in_thousandths(&one.item, *credit)).sum();
        let taken: i64 =
            self.penalties.iter().zip(penalties).map(|(one, credit)| points_in_thousandths(one, *credit)).sum();
        for (criterion, credit) in self.criteria.iter_mut().zip(credits) {
            let rest = earned - taken - points_in_thousandths(&criterion.item, *credit);
            criterion.add_pair(thousandths(*credit), rest);
        }
    }
}

/// The points for a credit, in thousandths.
fn points_in_thousandths(item: &ItemStats, credit: Option<Thousandths>) -> i64 {
    i64::from(item.points) * thousandths(credit)
}

fn thousandths(credit: Option<Thousandths>) -> i64 {
    credit.map_or(0, |credit| i64::from(capped(credit).0))
}

#[cfg(test)]
mod tests {
    use super::super::fixtures::{credits, question};
    use super::*;
    use crate::agreement::absent::Absent;

    fn stats_of(rows: &[(&[i32], &[i32])], question: &Question) -> QuestionStats {
        let mut answers = QuestionStats::default();
        answers.set_rubric(question);
        for (criteria, penalties) in rows {
            assert!(answers.add(Some(question), &credits(criteria), &credits(penalties)));
        }
        answers
    }

    #[test]
    fn shares_count_only_answers_in_which_the_criterion_was_decided() {
        // The credits are 1, 0.5, 0 and undecided. Of the three decided answers, one has full credit, one has no
        // credit, and the mean is 1.5 / 3.
        let question = question("q", &[2], &[1]);
        let answers = stats_of(&[(&[1000], &[0]), (&[500], &[1000]), (&[0], &[0]), (&[-1], &[500])], &question);
        let item = &answers.criteria[0].item;
        assert_eq!((item.decided, item.full, item.none), (3, 1, 1));
        assert_eq!((item.hit_rate(), item.missed_rate()), (Ok(1.0 / 3.0), Ok(1.0 / 3.0)));
        assert_eq!(item.mean_credit(), Ok(0.5));
        // The credits of the penalty are 0, 1, 0 and 0.5, so it applied to two of the four answers.
        assert_eq!((answers.penalties[0].applied_rate(), answers.penalties[0].mean_credit()), (Ok(0.5), Ok(0.375)));
    }

    #[test]
    fn the_rest_is_the_sum_of_points_on_other_criteria_minus_penalties() {
        // The correlation of the first criterion with the rest: 3 points for the second criterion minus 1 point for the
        // penalty. x = 0 five times, then 1 five times; rest 0 four times, 3 - 1 = 2 once, 3 five times: Σx 5, Σy 17,
        // Σx² 5, Σy² 49, Σxy 15. (10 * 15 - 5 * 17) / sqrt(25 * (490 - 289)) = 65 / sqrt(25 * 201).
        let question = question("q", &[2, 3], &[1]);
        let mut rows: Vec<(&[i32], &[i32])> = vec![(&[0, 0], &[0]); 4];
        rows.push((&[0, 1000], &[1000]));
        rows.extend([(&[1000, 1000][..], &[-1][..]); 5]);
        let figure = stats_of(&rows, &question).criteria[0].discrimination().expect("both vary");
        assert!((figure - 65.0 / (25.0_f64 * 201.0).sqrt()).abs() < 1e-12, "{figure}");
        // An answer with an undecided criterion is left out.
        rows[0] = (&[0, -1], &[0]);
        let answers = stats_of(&rows, &question);
        assert_eq!(answers.criteria[0].discrimination(), Err(Absent::TooFew { have: 9, need: 10 }));
    }

    #[test]
    fn the_only_criterion_of_a_question_has_no_discrimination() {
        let question = question("q", &[2], &[]);
        let rows: Vec<(&[i32], &[i32])> = [(&[0][..], &[][..]), (&[1000], &[])].repeat(6);
        assert_eq!(stats_of(&rows, &question).criteria[0].discrimination(), Err(Absent::RestConstant));
    }

    #[test]
    fn credits_of_another_rubric_are_not_added() {
        let question = question("q", &[2, 3], &[]);
        let mut answers = stats_of(&[(&[0, 0], &[])], &question);
        let other = super::super::fixtures::question("q", &[2, 4], &[]);
        assert!(!answers.add(Some(&question), &credits(&[0]), &[]));
        assert!(!answers.add(Some(&other), &credits(&[0, 0]), &[]));
        assert!(!answers.add(None, &credits(&[0, 0]), &[]));
        assert_eq!(answers.criteria[0].item.decided, 1);
    }
}
