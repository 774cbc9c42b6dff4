//! All answers of a batch together, and by question.

use std::collections::BTreeMap;

use super::question::AnswersTo;
use super::reasons::NotGraded;
use super::scores::Scores;
use super::spent::Spent;
use crate::model::{Came, Flag, Marks, Question};

/// Decided answers from which on a criterion can be called hard.
const HARD: u64 = 5;

/// What many answers come to. Grows with questions, criteria and penalties, never with answers.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Overview {
    /// How many answers there are.
    pub answers: u64,
    /// How many were graded with the offline scorer standing in for a judge anywhere.
    pub fallback: u64,
    /// How many graded answers count to no criterion, because their credits are not those of the question's rubric.
    pub unmatched: u64,
    /// The scores of those that were graded.
    pub scores: Scores,
    /// How many answers have a flag; a flag that no answer has is left out.
    pub flags: BTreeMap<Flag, u64>,
    /// By question. Ungraded answers to a question that the bank does not know count to none.
    pub questions: BTreeMap<String, AnswersTo>,
    /// Those that were not graded.
    pub not_graded: NotGraded,
    /// What judges used; none where no answer had a judge.
    pub spent: Option<Spent>,
}

/// A criterion that answers earn little credit for.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Hard<'a> {
    /// Its question.
    pub question: &'a str,
    /// Its id.
    pub criterion: &'a str,
    /// Mean credit, 0 to 1.
    pub credit: f64,
    /// In how many answers it was decided.
    pub answers: u64,
}

impl Overview {
    /// Of no answers.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds an answer: the line it stands on, what it is called, its marks, and its question where the bank has it.
    /// All answers to a question must come with the same rubric.
    pub fn note(&mut self, line: u64, id: &str, marks: &Marks, question: Option<&Question>) {
        self.answers += 1;
        for flag in &marks.flags {
            *self.flags.entry(*flag).or_default() += 1;
        }
        if let Some(usage) = marks.usage {
            self.spent.get_or_insert_default().note(usage);
        }
        match &marks.outcome {
            Came::Ungraded(reason) => {
                self.not_graded.note(line, id, reason);
                if let Some(question) = question {
                    self.answers_to(&marks.question, Some(question)).answers += 1;
                }
            }
            Came::Graded { score, band, credits, penalties, fallback } => {
                self.scores.note(*score, *band);
                self.fallback += u64::from(*fallback);
                let answers = self.answers_to(&marks.question, question);
                answers.answers += 1;
                answers.scores.note(*score, *band);
                let is_matched = answers.note(question, credits, penalties);
                self.unmatched += u64::from(!is_matched);
            }
        }
    }

    fn answers_to(&mut self, id: &str, question: Option<&Question>) -> &mut AnswersTo {
        let answers = self.questions.entry(id.to_owned()).or_default();
        if let Some(question) = question {
            answers.know(question);
        }
        answers
    }

    /// How many answers were graded.
    pub fn graded(&self) -> u64 {
        self.scores.graded
    }

    /// How many were not.
    pub fn ungraded(&self) -> u64 {
        self.not_graded.answers
    }

    /// The criteria with the lowest mean credit, at most `most` of them, lowest first, then by question and id. Only
    /// those that were decided in five answers or more.
    pub fn hardest(&self, most: usize) -> Vec<Hard<'_>> {
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
                Some(Hard { question, criterion: &item.id, credit, answers: item.decided })
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::super::samples::{graded, question};
    use super::*;
    use crate::model::{Band, Usage};

    #[test]
    fn every_answer_counts_once_and_ungraded_ones_to_no_figure() {
        let known = question("known", &[1], &[]);
        let mut overview = Overview::new();
        overview.note(1, "a", &graded("known", 800, &[1000], &[]), Some(&known));
        overview.note(2, "b", &Marks::ungraded("known", "no words"), Some(&known));
        overview.note(3, "c", &Marks::ungraded("no-such-question", "the bank has no such question"), None);
        assert_eq!((overview.answers, overview.graded(), overview.ungraded()), (3, 1, 2));
        assert_eq!(overview.questions.keys().collect::<Vec<_>>(), ["known"]);
        assert_eq!(overview.questions["known"].answers, 2);
        assert_eq!(overview.questions["known"].scores.mean(), Ok(80.0));
        assert_eq!(overview.scores.bands, BTreeMap::from([(Band::Strong, 1)]));
    }

    #[test]
    fn flags_stand_ins_and_use_add_up() {
        let mut overview = Overview::new();
        let mut marks = graded("q", 100, &[0], &[]);
        marks.flags = vec![Flag::Echo, Flag::TooShort];
        marks.usage = Some(Usage { prompt_tokens: 100, completion_tokens: 10, cost: Some(0.25) });
        if let Came::Graded { fallback, .. } = &mut marks.outcome {
            *fallback = true;
        }
        overview.note(1, "a", &marks, None);
        overview.note(2, "b", &Marks { usage: None, flags: vec![Flag::Echo], ..marks.clone() }, None);
        assert_eq!(overview.flags, BTreeMap::from([(Flag::TooShort, 1), (Flag::Echo, 2)]));
        assert_eq!((overview.fallback, overview.unmatched), (2, 2));
        let spent = Spent { prompt_tokens: 100, completion_tokens: 10, cost: Some(250_000) };
        assert_eq!(overview.spent, Some(spent));
    }

    #[test]
    fn the_hardest_criteria_have_the_lowest_mean_credit_over_five_answers() {
        let mut overview = Overview::new();
        for (id, rows) in [("a", 5), ("b", 5), ("rare", 4)] {
            let question = question(id, &[1, 1], &[]);
            (0..rows).for_each(|line| overview.note(line, "x", &graded(id, 0, &[0, 250], &[]), Some(&question)));
        }
        let hardest: Vec<_> = overview.hardest(3).iter().map(|hard| (hard.question, hard.criterion)).collect();
        assert_eq!(hardest, [("a", "c1"), ("b", "c1"), ("a", "c2")]);
        assert_eq!(overview.hardest(9)[3], Hard { question: "b", criterion: "c2", credit: 0.25, answers: 5 });
        assert_eq!(overview.hardest(9).len(), 4);
    }
}
