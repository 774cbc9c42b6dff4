//! Grades the criteria and penalties of a rubric by the hits of their concepts.
//!
//! Gives credit, points, evidence and explanation for each. The hits are collected by [`super::grade`].

use std::borrow::Cow;

use super::coverage;
use super::credit::{self, ConceptHit, ConceptHits};
use super::points::{self, Share};
use super::quote::quote;
use crate::model::{
    Answer, Basis, Criterion, CriterionGrade, Evidence, Explanation, ReferenceAnswer, Source, Status, Thousandths,
};
use crate::text::Document;

/// Grades criteria by the hits of their concepts.
pub(super) struct CriterionGrader<'w, 'a> {
    pub(super) answer: &'w Answer<'a>,
    pub(super) document: &'w Document,
    /// The greatest share of its points that a criterion whose concepts are counted can earn.
    pub(super) most: Share,
}

impl<'a> CriterionGrader<'_, 'a> {
    pub(super) fn grade_all(
        &self,
        criteria: &'a [Criterion],
        mut concept_hits: &[ConceptHits],
    ) -> Vec<CriterionGrade<'a>> {
        let decide = |criterion: &'a Criterion| {
            let (own, rest) = concept_hits.split_at(criterion.concepts.len());
            concept_hits = rest;
            match &criterion.basis {
                Basis::Count { need } => self.grade_by_count(criterion, *need, own),
                Basis::Coverage { half, references } => self.grade_by_coverage(criterion, *half, references, own),
            }
        };
        let (mut grades, shares): (Vec<CriterionGrade<'a>>, Vec<(u32, Share)>) = criteria.iter().map(decide).unzip();
        for (grade, earned) in grades.iter_mut().zip(points::apportion(&shares)) {
            grade.earned = earned;
        }
        grades
    }

    fn grade_by_count(
        &self,
        criterion: &'a Criterion,
        need: u32,
        concept_hits: &[ConceptHits],
    ) -> (CriterionGrade<'a>, (u32, Share)) {
        let share = credit::share(concept_hits, need, self.most);
        let mut grade = grade_without_evidence(criterion, share.credit());
        for (concept, concept_hits) in criterion.concepts.iter().zip(concept_hits) {
            match concept_hits.affirmed {
                Some(found) => grade.evidence.push(self.evidence(&concept.id, found)),
                None => grade.missing.push(Cow::Borrowed(&concept.id)),
            }
        }
        grade.why = Explanation::Count {
            found: grade.evidence.len() as u32,
            of: concept_hits.len() as u32,
            need,
            halved: grade.evidence.iter().filter(|evidence| evidence.half).count() as u32,
        };
        (grade, (criterion.points, share))
    }

    fn grade_by_coverage(
        &self,
        criterion: &'a Criterion,
        half: Thousandths,
        references: &'a [ReferenceAnswer],
        concept_hits: &[ConceptHits],
    ) -> (CriterionGrade<'a>, (u32, Share)) {
        let fit = coverage::fit(references, concept_hits);
        let credit = coverage::credit(fit.share, half);
        let mut grade = grade_without_evidence(criterion, credit);
        for term in references.get(fit.reference).into_iter().flat_map(|reference| &reference.terms) {
            let concept = &criterion.concepts[term.concept].id;
            match concept_hits[term.concept].best(term.stance.denies()) {
                Some(found) => grade.evidence.push(self.evidence(concept, found)),
                None if term.stance.is_expected() => grade.missing.push(Cow::Borrowed(concept)),
                None => {}
            }
        }
        grade.evidence.sort_by_key(|evidence| (evidence.start, evidence.end));
        let (reference, of) = (fit.reference as u32 + 1, references.len() as u32);
        grade.why = Explanation::Coverage { covered: fit.share, reference, of };
        (grade, (criterion.points, Share::new(credit.0, Thousandths::ONE.0)))
    }

    fn evidence(&self, concept: &'a str, found: ConceptHit) -> Evidence<'a> {
        let (first, last) = quote(&found.hit, self.document);
        let span = self.document.span(first, last);
        Evidence {
            start: span.start,
            end: span.end,
            quote: Cow::Borrowed(span.of(self.answer.text)),
            concept: Cow::Borrowed(concept),
            how: found.hit.how,
            half: found.worth < Thousandths::ONE.0,
        }
    }
}

/// The grade of a criterion with its credit only. The callers fill in the points earned, the evidence, the missing
/// concepts and the explanation.
fn grade_without_evidence(criterion: &Criterion, credit: Thousandths) -> CriterionGrade<'_> {
    CriterionGrade {
        id: Cow::Borrowed(&criterion.id),
        points: criterion.points,
        earned: Thousandths::default(),
        credit,
        source: Source::Offline,
        status: Status::of(credit),
        evidence: Vec::with_capacity(criterion.concepts.len()),
        missing: Vec::new(),
        why: Explanation::Text(Cow::Borrowed("")),
        spread: None,
        votes: Vec::new(),
        offline: None,
    }
}
