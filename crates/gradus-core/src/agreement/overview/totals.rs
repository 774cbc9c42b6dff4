//! Statistics over all answers of a batch, in total and by question.

use std::collections::BTreeMap;

use super::judge_usage::JudgeUsage;
use super::question_stats::QuestionStats;
use super::score_stats::ScoreStats;
use super::ungraded::UngradedAnswers;
use crate::model::{Flag, GradeSummary, Question, RowOutcome};

/// Minimum number of answers in which a hard criterion was decided.
const HARD: u64 = 5;

/// Statistics over many answers. The memory grows with questions, criteria and penalties, never with answers.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Overview {
    /// Number of answers.
    pub answers: u64,
    /// Number of graded answers for which the offline scorer replaced a judge, at least in part.
    pub fallback: u64,
    /// Number of graded answers that are in no statistics of a criterion, because their credits belong to another
    /// rubric.
    pub unmatched: u64,
    /// The scores of the graded answers.
    pub scores: ScoreStats,
    /// Number of answers with each flag; a flag without answers is left out.
    pub flags: BTreeMap<Flag, u64>,
    /// Statistics by question id. Ungraded answers to a question that the bank does not have are left out.
    pub questions: BTreeMap<String, QuestionStats>,
    /// The answers that could not be graded.
    pub not_graded: UngradedAnswers,
    /// Tokens and cost of the judges. `None` if no answer had a judge.
    pub spent: Option<JudgeUsage>,
}

/// A criterion with a low mean credit.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct HardCriterion<'a> {
    /// Id of the question.
    pub question: &'a str,
    /// Id of the criterion.
    pub criterion: &'a str,
    /// Mean credit, 0 to 1.
    pub credit: f64,
    /// Number of answers in which the criterion was decided.
    pub answers: u64,
}

impl Overview {
    /// An overview without answers.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds an answer: its line, its id, the summary of its grade, and its question if the bank has it. All answers to
    /// a question must have the same rubric.
    pub fn add(&mut self, line: u64, id: &str, marks: &GradeSummary, question: Option<&Question>) {
        self.answers += 1;
        for flag in &marks.flags {
            *self.flags.entry(*flag).or_default() += 1;
        }
        if let Some(usage) = marks.usage {
            self.spent.get_or_insert_default().add(usage);
        }
        match &marks.outcome {
            RowOutcome::Ungraded(reason) => {
                self.not_graded.add(line, id, reason);
                if let Some(question) = question {
                    self.answers_to(&marks.question, Some(question)).answers += 1;
                }
            }
            RowOutcome::Graded { score, band, credits, penalties, fallback } => {
                self.scores.add(*score, *band);
                self.fallback += u64::from(*fallback);
                let answers = self.answers_to(&marks.question, question);
                answers.answers += 1;
                answers.scores.add(*score, *band);
                let is_matched = answers.add(question, credits, penalties);
                self.unmatched += u64::from(!is_matched);
            }
        }
    }

    fn answers_to(&mut self, id: &str, question: Option<&Question>) -> &mut QuestionStats {
        let answers = self.questions.entry(id.to_owned()).or_default();
        if let Some(question) = question {
            answers.set_rubric(question);
        }
        answers
    }

    /// Number of graded answers.
    pub fn graded(&self) -> u64 {
        self.scores.graded
    }

    /// Number of answers that could not be graded.
    pub fn ungraded(&self) -> u64 {
        self.not_graded.answers
    }

    /// The criteria with the lowest mean credit, at most `most` of them, lowest first, of equal credits by question and
    /// id. Only criteria that were decided in five answers or more.
    pub fn hardest(&self, most: usize) -> Vec<HardCriterion<'_>> {
        let criteria = self.questions.iter().flat_map(|(question, answers)| {
            answers.criteria.iter().map(move |criterion| (question.as_str(), &criterion.item))
        });
        let mut criteria: Vec<_> = criteria.filter(|(_, item)| item.decided >= HARD).collect();
        criteria.sort_by(|(question, one), (other_question, other)| {
            let ((credit, of), (other_credit, other_of)) = (one.credit_of(), other.credit_of());
            let by_name = || (question, &one.id).cmp(&(other_question, &other.id));
            (credit * other_of).cmp(&(other_credit * of)).then_with(by_name)
        });
        criteria.truncate(most);
        criteria
            .into_iter()
            .filter_map(|(question, item)| {
                let credit = item.mean_credit().ok()?;
                Some(HardCriterion { question, criterion: &item.id, credit, answers: item.decided })
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::super::fixtures::{graded, question};
    use super::*;
    use crate::model::{Band, Usage};

    #[test]
    fn every_answer_counts_once_and_ungraded_answers_have_no_score() {
        let known = question("known", &[1], &[]);
        let mut overview = Overview::new();
        overview.add(1, "a", &graded("known", 800, &[1000], &[]), Some(&known));
        overview.add(2, "b", &GradeSummary::ungraded("known", "no words"), Some(&known));
        overview.add(3, "c", &GradeSummary::ungraded("no-such-question", "the bank has no such question"), None);
        assert_eq!((overview.answers, overview.graded(), overview.ungraded()), (3, 1, 2));
        assert_eq!(overview.questions.keys().collect::<Vec<_>>(), ["known"]);
        assert_eq!(overview.questions["known"].answers, 2);
        assert_eq!(overview.questions["known"].scores.mean(), Ok(80.0));
        assert_eq!(overview.scores.bands, BTreeMap::from([(Band::Strong, 1)]));
    }

    #[test]
    fn flags_fallbacks_and_judge_usage_add_up() {
        let mut overview = Overview::new();
        let mut marks = graded("q", 100, &[0], &[]);
        marks.flags = vec![Flag::Echo, Flag::TooShort];
        marks.usage = Some(Usage { prompt_tokens: 100, completion_tokens: 10, cost: Some(0.25) });
        if let RowOutcome::Graded { fallback, .. } = &mut marks.outcome {
            *fallback = true;
        }
        overview.add(1, "a", &marks, None);
        overview.add(2, "b", &GradeSummary { usage: None, flags: vec![Flag::Echo], ..marks.clone() }, None);
        assert_eq!(overview.flags, BTreeMap::from([(Flag::TooShort, 1), (Flag::Echo, 2)]));
        assert_eq!((overview.fallback, overview.unmatched), (2, 2));
        let spent = JudgeUsage { prompt_tokens: 100, completion_tokens: 10, cost: Some(250_000) };
        assert_eq!(overview.spent, Some(spent));
    }

    #[test]
    fn the_hardest_criteria_have_the_lowest_mean_credit_in_five_answers_or_more() {
        let mut overview = Overview::new();
        for (id, rows) in [("a", 5), ("b", 5), ("rare", 4)] {
            let question = question(id, &[1, 1], &[]);
            (0..rows).for_each(|line| overview.add(line, "x", &graded(id, 0, &[0, 250], &[]), Some(&question)));
        }
        let hardest: Vec<_> = overview.hardest(3).iter().map(|hard| (hard.question, hard.criterion)).collect();
        assert_eq!(hardest, [("a", "c1"), ("b", "c1"), ("a", "c2")]);
        assert_eq!(overview.hardest(9)[3], HardCriterion { question: "b", criterion: "c2", credit: 0.25, answers: 5 });
        assert_eq!(overview.hardest(9).len(), 4);
    }
}
