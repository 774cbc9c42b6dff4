//! The contents of a report of one grade, and look-ups across them.

use std::cmp::Reverse;

use crate::model::{Answer, Criterion, CriterionGrade, Grade, Question, Reference, Status};

/// The contents of a report of one grade.
#[derive(Debug, Clone, Copy)]
pub struct Sheet<'a> {
    /// The grade of `answer` under the rubric of `question`.
    pub grade: &'a Grade<'a>,
    /// The question, with its rubric.
    pub question: &'a Question,
    /// The answer with its whole text, to which the offsets of the evidence refer.
    pub answer: &'a Answer<'a>,
    /// How the question was found if none was named, such as "found from the answer".
    pub note: Option<&'a str>,
}

impl<'a> Sheet<'a> {
    /// The description of a criterion or penalty; its id if the question does not have it.
    pub(super) fn asks(&self, graded: &'a CriterionGrade<'_>) -> &'a str {
        self.criterion(&graded.id).map_or(&graded.id, |criterion| &criterion.asks)
    }

    /// Advice on the criterion or penalty `id`: from the grade, otherwise from the rubric.
    pub(super) fn advice(&self, id: &str) -> Option<&'a str> {
        let given = self.grade.advice.iter().find(|advice| advice.criterion == id).map(|advice| advice.text.as_ref());
        given.or_else(|| self.criterion(id)?.advice.as_deref()).filter(|text| !text.trim().is_empty())
    }

    /// The graded part of the answer and its first byte. The whole answer if that byte is not in it.
    pub(super) fn body(&self) -> (usize, &'a str) {
        let Answer { text, body, .. } = *self.answer;
        text.get(body..).map_or((0, text), |graded| (body, graded))
    }

    fn criterion(&self, id: &str) -> Option<&'a Criterion> {
        let mut all = self.question.criteria.iter().chain(&self.question.penalties);
        all.find(|criterion| criterion.id == id)
    }

    /// An excerpt of a sample answer on the criterion `id`, from the sample with the best level.
    pub(super) fn reference(&self, id: &str) -> Option<&'a Reference<'a>> {
        let all = self.grade.references.iter().filter(|reference| reference.criterion == id);
        all.min_by_key(|reference| reference.level)
    }

    /// The penalties that took points, numbered from 1.
    pub(super) fn incurred(&self) -> impl Iterator<Item = (usize, &'a CriterionGrade<'a>)> {
        (1..).zip(self.grade.penalties.iter().filter(|penalty| penalty.earned.0 > 0))
    }

    /// The criteria, numbered from 1.
    pub(super) fn numbered(&self) -> impl Iterator<Item = (usize, &'a CriterionGrade<'a>)> {
        (1..).zip(&self.grade.criteria)
    }

    /// The criteria that could earn more points, the one with the greatest possible gain first.
    pub(super) fn improvable(&self) -> Vec<(usize, &'a CriterionGrade<'a>)> {
        let is_open = |graded: &CriterionGrade<'_>| matches!(graded.status, Status::Missed | Status::Partial);
        let mut open: Vec<_> = self.numbered().filter(|(_, graded)| is_open(graded)).collect();
        open.sort_by_key(|(_, graded)| Reverse(gain(graded)));
        open
    }
}

/// Points that `graded` could still earn, in thousandths.
pub(super) fn gain(graded: &CriterionGrade<'_>) -> u32 {
    graded.points.saturating_mul(1000).saturating_sub(graded.earned.0)
}

#[cfg(test)]
mod tests {
    use crate::report::grade::fixture;

    #[test]
    fn the_criterion_with_the_greatest_possible_gain_is_first() {
        let fixture = fixture::incident();
        let sheet = fixture.sheet();
        let numbers: Vec<_> = sheet.improvable().into_iter().map(|(number, _)| number).collect();
        assert_eq!(numbers, [3, 2]);
    }

    #[test]
    fn a_criterion_that_the_question_lacks_is_named_by_its_id() {
        let mut fixture = fixture::incident();
        fixture.question.criteria.clear();
        let sheet = fixture.sheet();
        assert_eq!(sheet.asks(&sheet.grade.criteria[0]), "relief-first");
    }
}
